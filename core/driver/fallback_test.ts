import { equal, match } from "node:assert/strict";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** What a program that starts two graphs writes to standard error. */
async function startTwice(options: string, env: Record<string, string>): Promise<string> {
  const code = `
    import { nodes, Runtime } from "./mod.ts";
    for (let k = 0; k < 2; k++) {
      await using runtime = new Runtime({ mode: "offline", ${options} });
      const tone = runtime.add(nodes.toneSource({ durationSeconds: 0.1 }));
      const meter = runtime.add(nodes.levelMeter());
      runtime.connect(tone.outputs.audio, meter.inputs.audioIn);
      await runtime.start();
      await runtime.finished;
    }`;
  const { code: exitCode, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", "--quiet", "--no-check", code],
    cwd: ROOT,
    env: { SLUICE_NATIVE: "", SLUICE_LOG: "", NO_COLOR: "1", ...env },
  }).output();
  const text = new TextDecoder().decode(stderr).replace(/^Blocking waiting for file lock on .*\n/gm, "");
  equal(exitCode, 0, text);
  return text;
}

const MISSING = { SLUICE_NATIVE_LIB: "/nowhere/libsluice_native.so" };

Deno.test("Runtime.start() says once in a program what portable mode has not, where the library is missing", async () => {
  match(
    await startTwice("", MISSING),
    /^\S+ warn {2}runtime: Portable mode, without native lanes and with no promise of real time: [^\n]+\n$/,
  );
});

Deno.test("Runtime.start() says nothing of portable mode where it was asked for", async () => {
  equal(await startTwice('native: "off"', MISSING), "");
});
