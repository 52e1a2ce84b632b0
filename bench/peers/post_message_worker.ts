/**
 * Counts messages, checks their order, and acknowledges every 64th.
 *
 * @module
 */
import { parentPort } from "node:worker_threads";

let received = 0;

parentPort!.on("message", (message: number | Float32Array) => {
  const number = typeof message === "number" ? message : message[0];
  if (number !== received) throw new RangeError(`Expected message ${received}, got ${number}`);
  received++;
  if (received % 64 === 0) parentPort!.postMessage(received);
});
parentPort!.postMessage(0);
