/** `examples/shader-camera.ts`, on test pictures. */
import { deepEqual, equal, match } from "node:assert/strict";
import { readMedia } from "../../media.ts";
import { ROOT } from "../../tools/root.ts";
import { temporaryFolder } from "../cli/command_line.ts";
import { gpu } from "../fixtures/plugins/gpu.ts";
import { rare } from "../fixtures/rare.ts";

async function example(args: readonly string[], env: Record<string, string> = {}) {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", "examples/shader-camera.ts", ...args],
    cwd: ROOT,
    env: { NO_COLOR: "1", SLUICE_LOG: "error", DISPLAY: "", WAYLAND_DISPLAY: "", ...env },
  }).output();
  const [told, mistakes] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  return { code, told, mistakes };
}

gpu("examples/shader-camera.ts records what a shader draws", async () => {
  await using folder = await temporaryFolder();
  const path = `${folder.path}/waves.mp4`;
  const { code, told, mistakes } = await example([path, "--seconds", "0.5"]);
  equal(code, 0, told + mistakes);
  match(told, /^[1-9]\d* pictures were drawn$/m);
  const { tracks } = await readMedia(path);
  deepEqual(tracks.map(({ codec }) => codec), ["h264"]);
});

rare(gpu)(
  "examples/shader-camera.ts says how it is called, what is wrong, and that there is no processor",
  async () => {
    const help = await example(["--help"]);
    deepEqual([help.code, help.told.split("\n", 1)], [0, [
      "Usage: deno run -A examples/shader-camera.ts [FILE.mp4] [--seconds N]",
    ]]);
    equal((await example(["--seconds", "x"])).code, 2);
    const none = await example(["--seconds", "0.5"], { VK_ICD_FILENAMES: "/none", VK_DRIVER_FILES: "/none" });
    equal(none.code, 1);
    match(
      none.mistakes,
      /^error: Node "\w+" \([\w-]+\) failed in its native stage: there is no graphics processor: .*\n$/,
    );
  },
);
