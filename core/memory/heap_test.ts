import { equal, ok } from "node:assert/strict";

/** Frames of a stretch. */
const FRAMES = 100_000;

/** A leak for each frame shows in every stretch; code that V8 compiles on a thread of its own shows in one or two. */
const STRETCHES = 4;

/** The most bytes that the stretch with the least growth may keep: one byte a frame. */
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
      String(STRETCHES),
    ],
    env: { NO_COLOR: "1", SLUICE_DEV: "0" },
  }).output();
  equal(code, 0, new TextDecoder().decode(stderr));
  const { read, grownBytes } = JSON.parse(new TextDecoder().decode(stdout));
  equal(read, STRETCHES * FRAMES);
  equal(grownBytes.length, STRETCHES);
  ok(Math.min(...grownBytes) < MOST_BYTES, `the heap grew by ${grownBytes} bytes over ${FRAMES} frames each`);
});
