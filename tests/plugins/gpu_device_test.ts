/** Graphics processors that go, and that were never there. */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { tapLog } from "../../core/log.ts";
import { ROOT } from "../../tools/root.ts";
import { drawn, gpu, send, texture } from "../fixtures/plugins/gpu.ts";
import { compareBytes } from "../fixtures/plugins/media.ts";
import { rare } from "../fixtures/rare.ts";

const SAME = "fn shade(uv: vec2f) -> vec4f { return textureSampleLevel(video, videoSampler, uv, 0.0); }";

gpu("a device that is lost is found again, and the picture after it is flagged", async (registry) => {
  const picture = drawn("rgba8", 30, 20, texture);
  const told: string[] = [];
  const silence = tapLog(({ level, message }) => void (level === "info" && told.push(message)));
  const row = { "shader#first": { code: SAME }, "shader#last": { code: SAME } };
  const { pictures, figures } = await send(registry, row, Array(6).fill(picture), {
    between: async ({ runtime, sent, come }) => {
      if (sent > 0) await come(sent);
      if (sent === 2 || sent === 4) await runtime.command("last", "loseDevice");
    },
  });
  silence();
  // The first device is another test's where one ran before.
  const introductions = told.filter((message) => /^pictures are drawn by ".+" \((vulkan|metal), /.test(message));
  ok(introductions.length === 2 || introductions.length === 3, told.join("\n"));
  deepEqual(pictures.map(({ discontinuity }) => discontinuity), [false, false, true, false, true, false]);
  for (const { planes } of pictures) ok(compareBytes(planes[0], picture.planes[0]).most <= 1);
  deepEqual(["first", "last"].map((id) => figures(id)?.deviceLosses), [2, 2]);
});

/** Runs a graph with a stage on the graphics processor as the command does. */
async function run(env: Record<string, string>) {
  const graph = "pattern-source width=64 height=64 durationSeconds=1 ! blur ! image-sink path=never-%d.png";
  const { code, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", `${ROOT}cli/start.ts`, "run", "-e", graph],
    env: { NO_COLOR: "1", ...env },
    stdout: "null",
  }).output();
  return { code, mistakes: new TextDecoder().decode(stderr) };
}

gpu("without a graphics processor a node fails and says what to install", async () => {
  const { code, mistakes } = await run({ VK_ICD_FILENAMES: "/nonexistent", VK_DRIVER_FILES: "/nonexistent" });
  equal(code, 1);
  match(mistakes, /there is no graphics processor: .*"apt-get install mesa-vulkan-drivers"/);
});

rare(gpu)("a graphics processor of another name is refused, with a list of those that are there", async () => {
  const { code, mistakes } = await run({ WGPU_ADAPTER_NAME: "Voodoo 2" });
  equal(code, 1);
  match(mistakes, /WGPU_ADAPTER_NAME is "Voodoo 2", which no graphics processor is called; available: \S/);
});
