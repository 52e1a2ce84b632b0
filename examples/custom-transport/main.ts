/**
 * A transport of one's own: a client calls graphs that run on another thread, over a message queue. It uses public exports
 * alone; the page docs/transports.md describes how it is made.
 *
 * Run it from the root: `deno run -A examples/custom-transport/main.ts`
 *
 * @module
 */
import { TransportData } from "../../pipelines.ts";
import { Queue } from "./queue.ts";
import { QueueTransport } from "./queue_transport.ts";

const server = new Worker(new URL("./server.ts", import.meta.url), { type: "module" });
await new Promise((resolve) => server.onmessage = resolve);
using queue = new Queue("sluice");
const transport = new QueueTransport(queue, "let me in");

await using session = await transport.stream("quieter");
for (const level of [1, 0.5]) {
  const channels = [new Float32Array(480).fill(level)];
  await session.sendInput(new TransportData({ kind: "audio", sampleRateHz: 48_000, channels }, { port: "voice" }));
  const output = await session.recvOutput();
  if (output?.payload.kind === "audio") {
    console.log(`${level} comes back as ${output.payload.channels[0][0].toFixed(2)}`);
  }
}
await new QueueTransport(queue, "wrong").stream("quieter").catch((error) =>
  console.log(`${error.code}: ${error.message}`)
);
await session.close();
server.terminate();
