import { deepEqual, equal, match, rejects } from "node:assert/strict";
import { createSocket } from "node:dgram";
import { binaryFormat } from "../../core/pipeline/binary_format.ts";
import type { PacketFrame } from "../../core/frames/packet_frame.ts";
import { TransportData } from "../../core/pipeline/transport_data.ts";
import { configureLog } from "../../core/log.ts";
import { nodes } from "../../sluice.gen.ts";
import { type HarnessOptions, ProcessorHarness } from "../../testing.ts";
import { until, untilData } from "./fixtures/until.ts";

type SourceConfig = Partial<Parameters<typeof nodes.udpSource>[0]>;
type SinkConfig = Partial<Parameters<typeof nodes.udpSink>[0]>;

const LINKS = { links: { data: { policy: "roll-off", capacity: 64 } } } as const;

const lines: string[] = [];

function listen(config: SourceConfig = {}, options: HarnessOptions = {}): Promise<ProcessorHarness> {
  configureLog({ write: (line) => lines.push(line) });
  return ProcessorHarness.create(nodes.udpSource({ port: 0, ...config }), {}, { id: "in", mode: "live", ...options });
}

function sendTo(source: ProcessorHarness, config: SinkConfig = {}): Promise<ProcessorHarness> {
  return ProcessorHarness.create(nodes.udpSink({ port: source.figures!.port, ...config }), {}, { id: "out" });
}

/** Sends packets as any program does. */
async function send(port: number, packets: readonly (string | Uint8Array)[]): Promise<void> {
  const socket = createSocket("udp4");
  for (const packet of packets) {
    await new Promise((resolve) => socket.send(packet, port, "127.0.0.1", resolve));
  }
  socket.close();
}

Deno.test("UdpSource gets from UdpSink what was sent: samples in packets that fit, and values", async () => {
  await using source = await listen({ format: "s16", channels: 1, sampleRateHz: 1000 });
  deepEqual(source.announced("audio"), { kind: "audio", sampleRateHz: 1000, channels: 1 });
  source.advance(7e9);
  await using sink = await sendTo(source, { maxPacketBytes: 512 });
  sink.pushAudio("audio", { sampleRateHz: 1000, channels: [new Float32Array(300).fill(0.5)] });
  await sink.run();
  deepEqual(sink.figures, { sent: 2, refused: 0, failed: 0 });
  await until(source, () => source.figures!.received === 2);
  const blocks = source.takeAudio("audio");
  deepEqual(blocks.map(({ ptsNs, channels }) => [ptsNs, channels[0].length, channels[0][0]]), [
    [7e9, 256, 0.5],
    [7.256e9, 44, 0.5],
  ]);
  // Half a second of nothing is a gap.
  source.advance(2e9);
  sink.pushAudio("audio", { sampleRateHz: 1000, channels: [new Float32Array(1)] });
  await sink.run();
  await until(source, () => source.figures!.received === 3);
  deepEqual(source.takeAudio("audio").map(({ ptsNs, discontinuity }) => [ptsNs, discontinuity]), [[9e9, true]]);
});

Deno.test("UdpSink sends strings and bytes as they are, other values and batches as JSON, items with their times", async () => {
  await using source = await listen({ format: "text" }, LINKS);
  await using sink = await sendTo(source);
  for (const value of ["text", Uint8Array.of(0x61), { a: 1 }]) sink.pushData("data", value);
  sink.push<PacketFrame<{ x: "i32" }>>(
    "packet",
    { fields: { x: "i32" }, capacity: 2 },
    (batch) => batch.column("x").set([1, 2]),
  );
  await sink.run();
  const got = await untilData(source, 4);
  deepEqual(got.slice(0, 1), ['{"ptsNs":0,"durationNs":0,"discontinuity":false,"batchSize":2,"columns":{"x":[1,2]}}']);
  deepEqual(got.slice(1), ["text", "a", '{"a":1}']);
  await using items = await listen({ format: "items" }, LINKS);
  await using writer = await sendTo(items, { format: "items", maxPacketBytes: 512 });
  writer.pushAudio("audio", { sampleRateHz: 1000, channels: [new Float32Array(100)], ptsNs: 5e9 });
  writer.pushData("data", new Map([[1, 2]]), 6e9);
  await writer.run();
  await until(items, () => items.figures!.received === 3);
  deepEqual(items.takeAudio("audio").map(({ ptsNs, channels }) => [ptsNs, channels[0].length]), [
    [5e9, 96],
    [5.096e9, 4],
  ]);
  deepEqual(items.takeData("data"), [new Map([[1, 2]])]);
});

Deno.test("UdpSink leaves out what does not fit a packet, and says its limit", async () => {
  await using source = await listen({}, LINKS);
  await using sink = await sendTo(source);
  lines.length = 0;
  for (const value of ["x".repeat(1472), "x".repeat(1473), undefined, 2n]) sink.pushData("data", value);
  await sink.run();
  deepEqual(sink.figures, { sent: 1, refused: 3, failed: 0 });
  match(
    lines[0],
    /a value has 1473 bytes, and a packet has at most 1472; send less at a time, or raise "maxPacketBytes"/,
  );
});

Deno.test("UdpSource makes a value of each line, and leaves out what is not of its format, whoever sends it", async () => {
  await using source = await listen({ format: "ndjson" }, { ...LINKS, mode: "offline" });
  const { port } = source.figures!;
  await send(port, ['{"a":1}\n2\r\n\n', "3\n{", Uint8Array.of(0xff), "", "4"]);
  deepEqual(await untilData(source, 3), [{ a: 1 }, 2, 4]);
  deepEqual(source.figures, { received: 3, refused: 2, lost: 0, port });
  await using samples = await listen({ format: "s24", channels: 2 });
  lines.length = 0;
  await send(samples.figures!.port, [new Uint8Array(1472)]);
  await until(samples, () => samples.figures!.refused === 1);
  match(
    lines[0],
    /it has 1472 bytes, wanted whole samples, which have 6 with format "s24" and 2 channels; let the sender/,
  );
  await using items = await listen({ format: "items" });
  const end = binaryFormat().serialize(new TransportData({ kind: "end" }));
  await send(items.figures!.port, [end, end.subarray(0, 50), new Uint8Array(65_507).fill(0x53)]);
  await until(items, () => items.figures!.refused === 3);
});

Deno.test("UdpSource loses the oldest packets while the links are full, counts them, and flags what follows", async () => {
  const links = { links: { audio: { policy: "lossless", capacity: 1 } } } as const;
  await using source = await listen({ format: "s16", channels: 1, maxWaitingBytes: 3 * 66 }, links);
  const { port } = source.figures!;
  const packets = Array.from({ length: 10 }, (_, at) => Uint8Array.of(0, at));
  await send(port, packets);
  const got: [number, boolean][] = [];
  await until(source, () => {
    got.push(
      ...source.takeAudio("audio").map(({ channels, discontinuity }) =>
        [channels[0][0] * 128, discontinuity] as [number, boolean]
      ),
    );
    return got.length + source.figures!.lost >= 10;
  });
  equal(got.at(-1)![0], 9);
  equal(source.figures!.lost > 0, true);
  equal(got.some(([, discontinuity]) => discontinuity), true);
});

Deno.test("UdpSource says which address it cannot have, and stops at once", async () => {
  await using source = await listen({}, LINKS);
  const { port } = source.figures!;
  await rejects(listen({ port }), {
    message: new RegExp(
      `Cannot listen for packets on 127\\.0\\.0\\.1:${port}: another node or program listens there; `,
    ),
  });
  await rejects(listen({ hostname: "192.0.2.222" }), /this machine does not have that address; wanted one of its own/);
  await source.run();
  source.stop();
  await until(source, () => source.finished);
});

Deno.test("UdpSource receives what is sent to a group", async () => {
  await using source = await listen({ group: "239.255.7.7", groupInterface: "127.0.0.1" }, LINKS);
  const socket = createSocket("udp4");
  await new Promise<void>((resolve) => socket.bind(0, () => resolve()));
  socket.setMulticastInterface("127.0.0.1");
  await new Promise((resolve) => socket.send("all", source.figures!.port, "239.255.7.7", resolve));
  deepEqual(await untilData(source, 1), [new TextEncoder().encode("all")]);
  socket.close();
});
