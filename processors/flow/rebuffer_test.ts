import { deepEqual, equal, rejects } from "node:assert/strict";
import type { PacketFields, PacketFrame } from "../../core/frames/packet_frame.ts";
import { ProcessorHarness } from "../../testing/harness.ts";
import { nodes } from "../../sluice.gen.ts";

const PACKETS = { kind: "packet" } as const;

/** Pushes records of 1 ms each whose first column counts up from `first`, at `first` ms. */
function push(harness: ProcessorHarness, first: number, count: number, fields: PacketFields = { n: "i32" }): void {
  harness.push<PacketFrame>("frameIn", { fields, capacity: count }, (frame) => {
    frame.ptsNs = first * 1e6;
    frame.durationNs = count * 1e6;
    const column = frame.column(Object.keys(fields)[0]);
    for (let k = 0; k < count; k++) column[k] = first + k;
  });
}

/** What came out: time in milliseconds, whether a gap comes before, the columns. */
function take(harness: ProcessorHarness): unknown[] {
  return harness.takePackets("frameOut").map(({ ptsNs, discontinuity, columns }) => [
    ptsNs / 1e6,
    discontinuity,
    Object.fromEntries(Object.entries(columns).map(([name, column]) => [name, [...column]])),
  ]);
}

Deno.test("rebuffer ends a batch early at a gap, and flags the next", async () => {
  await using harness = await ProcessorHarness.create(nodes.rebuffer({ size: 4 }), {}, PACKETS);
  push(harness, 0, 3);
  push(harness, 50, 5);
  harness.end();
  await harness.run();
  deepEqual(take(harness), [
    [0, false, { n: [0, 1, 2] }],
    [50, true, { n: [50, 51, 52, 53] }],
    [54, false, { n: [54] }],
  ]);
  await harness.teardown();
  equal(harness.leakedSlots, 0);
});

Deno.test("rebuffer ends a batch early where a batch is flagged, though its time goes on", async () => {
  await using harness = await ProcessorHarness.create(nodes.rebuffer({ size: 2 }), {}, PACKETS);
  push(harness, 0, 1);
  harness.push<PacketFrame<{ n: "i32" }>>("frameIn", { fields: { n: "i32" }, capacity: 1 }, (frame) => {
    frame.ptsNs = 1e6;
    frame.durationNs = 1e6;
    frame.discontinuity = true;
    frame.column("n")[0] = 1;
  });
  harness.end();
  await harness.run();
  deepEqual(take(harness), [[0, false, { n: [0] }], [1, true, { n: [1] }]]);
});

Deno.test("rebuffer never joins records of different fields: other names, types, or order", async () => {
  await using harness = await ProcessorHarness.create(nodes.rebuffer({ size: 4 }), {}, PACKETS);
  push(harness, 0, 1, { n: "i32" });
  push(harness, 1, 1, { m: "i32" });
  push(harness, 2, 1, { m: "f32" });
  push(harness, 3, 1, { m: "f32", k: "u8" });
  push(harness, 4, 1, { k: "u8", m: "f32" });
  harness.end();
  await harness.run();
  const out = harness.takePackets("frameOut");
  deepEqual(out.map(({ columns }) => Object.keys(columns)), [["n"], ["m"], ["m"], ["m", "k"], ["k", "m"]]);
  deepEqual(out.map(({ discontinuity }) => discontinuity), [false, false, false, false, false]);
});

Deno.test("rebuffer takes a new size while records wait, smaller or larger", async () => {
  await using harness = await ProcessorHarness.create(nodes.rebuffer({ size: 8 }), {}, PACKETS);
  push(harness, 0, 7);
  await harness.run();
  equal(harness.takePackets("frameOut").length, 0);
  harness.configure({ size: 3 });
  push(harness, 7, 1);
  await harness.run();
  deepEqual(take(harness).map((batch) => (batch as [number])[0]), [0, 3]);
  harness.configure({ size: 5 });
  push(harness, 8, 3);
  harness.end();
  await harness.run();
  deepEqual(take(harness), [[6, false, { n: [6, 7, 8, 9, 10] }]]);
  await rejects(async () => await ProcessorHarness.create(nodes.rebuffer({ size: 0 })), {
    code: "InvalidConfig",
  });
});

Deno.test("rebuffer makes blocks of one size, ends one early at a gap, and flags the next", async () => {
  await using harness = await ProcessorHarness.create(nodes.rebuffer({ size: 4 }));
  const block = (values: number[], ptsNs: number) =>
    harness.pushAudio("frameIn", { sampleRateHz: 1000, channels: [Float32Array.from(values)], ptsNs });
  block([1, 2, 3], 0);
  block([4, 5, 6], 3e6);
  block([7, 8], 100e6);
  harness.end();
  await harness.run();
  const out = harness.takeAudio("frameOut");
  deepEqual(out.map(({ ptsNs, channels, discontinuity }) => [ptsNs / 1e6, [...channels[0]], discontinuity]), [
    [0, [1, 2, 3, 4], false],
    [4, [5, 6], false],
    [100, [7, 8], true],
  ]);
  await harness.teardown();
  equal(harness.leakedSlots, 0);
});
