/** Graphics processors that go, and that were never there. */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { ROOT } from "../../tools/root.ts";
import { drawn, gpu, send, texture } from "../fixtures/plugins/gpu.ts";
import { compareBytes } from "../fixtures/plugins/media.ts";

const SAME = "fn shade(uv: vec2f) -> vec4f { return textureSampleLevel(video, videoSampler, uv, 0.0); }";

gpu("a device that is lost is found again, and the picture after it is flagged", async (registry) => {
  const picture = drawn("rgba8", 30, 20, texture);
  const row = { "shader#first": { code: SAME }, "shader#last": { code: SAME } };
  const { pictures, figures } = await send(registry, row, Array(6).fill(picture), {
    between: async ({ runtime, sent, come }) => {
      if (sent > 0) await come(sent);
      if (sent === 2 || sent === 4) await runtime.command("last", "loseDevice");
    },
  });
  deepEqual(pictures.map(({ discontinuity }) => discontinuity), [false, false, true, false, true, false]);
  for (const { planes } of pictures) ok(compareBytes(planes[0], picture.planes[0]).most <= 1);
  deepEqual(["first", "last"].map((id) => figures(id)?.deviceLosses), [2, 2]);
});

gpu("without a graphics processor a node fails and says what to install", async () => {
  const graph = `pattern-source width=64 height=64 durationSeconds=1 ! blur ! image-sink path=never-%d.png`;
  const { code, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", `${ROOT}cli/start.ts`, "run", "-e", graph],
    env: { VK_ICD_FILENAMES: "/nonexistent", VK_DRIVER_FILES: "/nonexistent", NO_COLOR: "1" },
    stdout: "null",
    stderr: "piped",
  }).output();
  equal(code, 1);
  match(new TextDecoder().decode(stderr), /there is no graphics processor: .*"apt-get install mesa-vulkan-drivers"/);
});
