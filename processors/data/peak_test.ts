import assert from "node:assert/strict";
import type { PacketFrame } from "../../core/frames/packet_frame.ts";
import { nodes } from "../../sluice.gen.ts";
import { ProcessorHarness } from "../../testing.ts";

/** The lines of one spectrum, whose records are 10 Hz apart. */
async function linesOf(config: Parameters<typeof nodes.peak>[0], channels: Readonly<Record<string, number[]>>) {
  await using harness = await ProcessorHarness.create(nodes.peak(config));
  const [first] = Object.values(channels);
  const fields = Object.fromEntries([...Object.keys(channels), "frequencyHz"].map((name) => [name, "f32" as const]));
  harness.push<PacketFrame>("packetIn", { fields, capacity: first.length }, (frame) => {
    for (const [name, heights] of Object.entries(channels)) frame.column(name).set(heights);
    frame.column("frequencyHz").set(first.map((_, k) => 10 * k));
  });
  await harness.run();
  const [{ columns, batchSize }] = harness.takePackets("packetOut");
  return Array.from(
    { length: batchSize },
    (_, k) => Object.fromEntries(Object.entries(columns).map(([name, column]) => [name, column[k]])),
  );
}

Deno.test("Peak finds the highest lines of each channel between two frequencies, the highest first", async () => {
  const [x, y] = [[0, 1, 0, 0, 4, 0, 2, 0, 9], [0, 0, 0, 5, 0, 0, 0, 0, 0]];
  assert.deepEqual(await linesOf({ count: 3 }, { x, y }), [
    { x: 4, xHz: 40, y: 5, yHz: 30 },
    { x: 2, xHz: 60, y: NaN, yHz: NaN },
    { x: 1, xHz: 10, y: NaN, yHz: NaN },
  ]);
  assert.deepEqual(await linesOf({ fromHz: 41, toHz: 65 }, { x }), [{ x: 2, xHz: 60 }]);
});

Deno.test("Peak finds a line between two records", async () => {
  // The parabola 3 - (f - 34)² / 100 at 20, 30, 40 and 50 Hz.
  const x = [0, 0, 20, 30, 40, 50].map((frequency) => Math.max(0, 3 - (frequency - 34) ** 2 / 100));
  const [line] = await linesOf({}, { x });
  assert.ok(Math.abs(line.xHz - 34) < 1e-4 && Math.abs(line.x - 3) < 1e-5, JSON.stringify(line));
});

Deno.test("Peak refuses what is no spectrum", async () => {
  await using harness = await ProcessorHarness.create(nodes.peak());
  harness.push<PacketFrame>("packetIn", { fields: { x: "f32" }, capacity: 4 }, () => {});
  await assert.rejects(harness.run(), { code: "TypeMismatch", message: /the columns are "x".*put an "fft" before it/ });
});
