import assert from "node:assert/strict";
import { untilQuiet } from "./child_output.ts";

/** How often it is looked whether a stream is quiet, and how many times in a row ends it: see `untilQuiet()`. */
const [LOOK_EVERY_MS, QUIET_LOOKS] = [250, 2];

/** Waits for so many looks: timers of one interval fire in the order in which they were begun. */
function looks(count: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = setInterval(() => {
      if (--count > 0) return;
      clearInterval(timer);
      resolve();
    }, LOOK_EVERY_MS);
  });
}

Deno.test("untilQuiet() keeps what a program has written for a reader that comes long after its end", async () => {
  const chunks = [Uint8Array.of(1), Uint8Array.of(2), Uint8Array.of(3)];
  const ended = Promise.resolve();
  const reader = untilQuiet(ReadableStream.from(chunks), ended).getReader();
  const found = [(await reader.read()).value];
  await looks(QUIET_LOOKS + 1);
  for (let next = await reader.read(); !next.done; next = await reader.read()) found.push(next.value);
  assert.deepEqual(found, chunks);
});

Deno.test("untilQuiet() ends a stream that another program holds open, once nothing comes to who reads it", async () => {
  let isCancelled = false;
  const stream = new ReadableStream<Uint8Array<ArrayBuffer>>({
    start: (controller) => controller.enqueue(Uint8Array.of(1)),
    cancel: () => {
      isCancelled = true;
    },
  });
  const found = [];
  for await (const bytes of untilQuiet(stream, Promise.resolve())) found.push(bytes);
  assert.deepEqual([found, isCancelled], [[Uint8Array.of(1)], true]);
});
