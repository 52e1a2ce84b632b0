import assert from "node:assert/strict";
import { PCM_BYTES, type PcmFormat } from "./engine.ts";
import { assertSameBits, others, plain, type Random } from "./fixtures/engines.ts";

const FORMATS = Object.keys(PCM_BYTES) as PcmFormat[];

Deno.test("Kernels.decode() gives the same bits by every engine, whatever the format and shape", () => {
  assertSameBits((kernels, random) => {
    const { format, channels, channel, count, bytes } = shape(random);
    const target = random.array(Float32Array, count, () => 7);
    kernels.decode(format, bytes, channels, channel, target);
    return [target];
  });
});

Deno.test("Kernels.encode() gives the same bytes and counts by every engine, whatever the format and shape", () => {
  assertSameBits((kernels, random) => {
    const { format, channels, channel, count, bytes } = shape(random);
    const near = () => (random.integer(65536) - 32768 + random.integer(3) / 2) / 32768;
    const next = [() => random.hostile(), near, () => 1.1 * random.sample()][random.integer(3)];
    const counts = new Uint32Array(2);
    const source = random.array(Float32Array, count, next);
    // Bits of NaN may differ from machine to machine before they come here.
    if (format === "f64") source.forEach((sample, i) => source[i] = Number.isNaN(sample) ? 0 : sample);
    kernels.encode(format, source, bytes, channels, channel, counts);
    return [bytes, counts];
  });
});

Deno.test("kernels on interleaved samples refuse what reaches beyond an array, and write nothing", () => {
  for (const { kernels } of [{ kernels: plain }, ...others.values()]) {
    const bytes = new Uint8Array(16).fill(7);
    const samples = new Float32Array(4).fill(0.5);
    const counts = new Uint32Array(2);
    const message = 'Cannot run kernel "encode": the target has 16 bytes, wanted 32';
    assert.throws(() => kernels.encode("f32", samples, bytes, 2, 0, counts), { name: "RangeError", message });
    assert.throws(() => kernels.encode("s16", samples, bytes, 2, 2, counts), { name: "RangeError" });
    assert.throws(() => kernels.encode("s16", samples, bytes, 2, -1, counts), { name: "RangeError" });
    assert.throws(() => kernels.encode("s16", samples, bytes, 2, 0, new Uint32Array(1)), { name: "RangeError" });
    assert.throws(() => kernels.encode("mp3" as PcmFormat, samples, bytes, 2, 0, counts), { name: "RangeError" });
    assert.throws(() => kernels.decode("s24", bytes, 2, 0, samples), { name: "RangeError" });
    assert.throws(() => kernels.decode("f32", new Uint8Array(samples.buffer), 1, 0, samples), { message: /overlaps/ });
    assert.deepEqual([...bytes, ...samples], [...Array(16).fill(7), ...Array(4).fill(0.5)]);
  }
});

function shape(random: Random) {
  const format = FORMATS[random.integer(FORMATS.length)];
  const channels = 1 + random.integer(random.integer(3) === 0 ? 8 : 2);
  const count = random.integer(150);
  const before = random.integer(9);
  const bytes = Uint8Array.from(
    { length: before + count * channels * PCM_BYTES[format] + random.integer(9) },
    () => random.integer(256),
  ).subarray(before);
  return { format, channels, channel: random.integer(channels), count, bytes };
}
