import { equal, ok } from "node:assert/strict";

/** Frames that are measured, after as many as make everything warm. */
const FRAMES = 100_000;

/** What may stay behind: one byte a frame. */
const MOST_BYTES = 100_000;

Deno.test(`${FRAMES} frames through four nodes allocate a fixed total`, async () => {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--allow-all",
      "--no-check",
      "--v8-flags=--expose-gc",
      new URL("./fixtures/steady_audio.ts", import.meta.url).href,
      String(FRAMES),
    ],
    env: { NO_COLOR: "1", SLUICE_DEV: "0" },
  }).output();
  equal(code, 0, new TextDecoder().decode(stderr));
  const { read, grownBytes } = JSON.parse(new TextDecoder().decode(stdout));
  equal(read, FRAMES);
  ok(grownBytes < MOST_BYTES, `the heap grew by ${grownBytes} bytes over ${FRAMES} frames`);
});
