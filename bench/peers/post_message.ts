/**
 * `node:worker_threads`: numbers, or transferred buffers of 4 kB, posted from main to a worker.
 *
 * @module
 */
import { equal } from "node:assert/strict";
import { Worker } from "node:worker_threads";

/** Messages of one run: a multiple of 64, since the worker acknowledges every 64th. */
const MESSAGES = 20_032;

/** Messages that may be under way at once. */
const WINDOW = 256;

/** Posts messages to a worker that counts them. @returns nanoseconds for each */
export async function postMessages(what: "small" | "transfer"): Promise<number> {
  const worker = new Worker(new URL("./post_message_worker.ts", import.meta.url));
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  let sent = 0;
  let acknowledged = 0;
  let fromMs = 0;
  const post = () => {
    for (; sent < MESSAGES && sent - acknowledged < WINDOW; sent++) {
      if (what === "small") worker.postMessage(sent);
      else {
        const block = new Float32Array(1024);
        block[0] = sent;
        worker.postMessage(block, [block.buffer]);
      }
    }
  };
  worker.on("error", reject);
  worker.on("message", (count: number) => {
    if (count === 0) fromMs = performance.now();
    acknowledged = count;
    if (count < MESSAGES) post();
    else resolve((performance.now() - fromMs) * 1e6 / MESSAGES);
  });
  try {
    const nsPerMessage = await promise;
    equal(acknowledged, MESSAGES, "messages acknowledged");
    return nsPerMessage;
  } finally {
    await worker.terminate();
  }
}
