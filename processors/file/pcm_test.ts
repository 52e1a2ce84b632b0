import assert from "node:assert/strict";
import fc from "fast-check";
import { PcmBlock } from "./pcm.ts";
import type { WavSampleFormat } from "./wav_format.ts";

const INTEGERS: readonly (readonly [WavSampleFormat, number])[] = [["u8", 8], ["s16", 16], ["s24", 24]];

Deno.test("PcmBlock gives back every byte of integers up to 24 bits, at any number of channels", () => {
  fc.assert(fc.property(
    fc.constantFrom(...INTEGERS),
    fc.integer({ min: 1, max: 8 }),
    fc.uint8Array({ minLength: 0, maxLength: 600 }),
    ([format], channels, raw) => {
      const block = new PcmBlock(format, channels, 0);
      const count = Math.floor(raw.length / block.bytesPerFrame);
      const bytes = raw.subarray(0, count * block.bytesPerFrame);
      assert.deepEqual(recode(block, bytes, count), [...bytes]);
      assert.equal(block.clipped, 0);
    },
  ));
});

Deno.test("PcmBlock gives back every 16-bit sample", () => {
  const block = new PcmBlock("s16", 1, 65536);
  const bytes = new Uint8Array(Int16Array.from({ length: 65536 }, (_, i) => i - 32768).buffer);
  assert.deepEqual(recode(block, bytes, 65536), [...bytes]);
});

Deno.test("PcmBlock moves 32-bit floats bit for bit, NaN payloads included", () => {
  fc.assert(fc.property(
    fc.integer({ min: 1, max: 8 }),
    fc.array(
      fc.oneof(
        fc.integer({ min: 0, max: 0xffffffff }),
        fc.constantFrom(0x7f800001, 0xffc12345, 0x7fa00000, 0x80000000),
      ),
      { maxLength: 200 },
    ),
    (channels, words) => {
      const count = Math.floor(words.length / channels);
      const bytes = new Uint8Array(Uint32Array.from(words.slice(0, count * channels)).buffer);
      assert.deepEqual(recode(new PcmBlock("f32", channels, 0), bytes, count), [...bytes]);
    },
  ));
});

Deno.test("PcmBlock keeps 32-bit integers within 2^-24 of full scale", () => {
  fc.assert(fc.property(fc.array(fc.integer(), { minLength: 1, maxLength: 100 }), (values) => {
    const source = Int32Array.from(values);
    const block = new PcmBlock("s32", 1, 0);
    const result = new Int32Array(Uint8Array.from(recode(block, new Uint8Array(source.buffer), source.length)).buffer);
    for (const [i, value] of values.entries()) assert.ok(Math.abs(result[i] - value) <= 2 ** 31 * 2 ** -24);
  }));
});

Deno.test("PcmBlock rounds 64-bit floats to 32 bits", () => {
  const values = [0.1, -1 / 3, 1e-30, 3, -0];
  const block = new PcmBlock("f64", 1, values.length);
  const bytes = recode(block, new Uint8Array(Float64Array.from(values).buffer), values.length);
  assert.deepEqual([...new Float64Array(Uint8Array.from(bytes).buffer)], values.map(Math.fround));
});

Deno.test("PcmBlock.encode() clamps to full scale and counts what it clamped", () => {
  for (const [format, least, most] of [["u8", 0, 255], ["s16", -32768, 32767]] as const) {
    const block = new PcmBlock(format, 1, 5);
    block.encode(0, Float32Array.of(1, -1, 1.5, -1.5, Infinity));
    const view = format === "u8" ? block.bytes(5) : new Int16Array(block.bytes(5).slice().buffer);
    assert.deepEqual([...view], [most, least, most, least, most]);
    assert.equal(block.clipped, 4, "-1 is on the scale, 1 is one step above it");
  }
});

Deno.test("PcmBlock.encode() writes NaN as zero in integers and counts it", () => {
  const block = new PcmBlock("s24", 1, 2);
  block.encode(0, Float32Array.of(NaN, 0.5));
  assert.deepEqual([...block.bytes(2)], [0, 0, 0, 0, 0, 0x40]);
  assert.deepEqual([block.notANumber, block.clipped], [1, 0]);
});

Deno.test("PcmBlock.bytes() gives one view for one length", () => {
  const block = new PcmBlock("s16", 2, 64);
  assert.equal(block.bytes(64), block.bytes(64));
  assert.equal(block.bytes(10).length, 40);
});

function recode(block: PcmBlock, bytes: Uint8Array, count: number): number[] {
  block.reserve(count);
  block.bytes(count).set(bytes);
  const planes = Array.from({ length: block.channels }, () => new Float32Array(count));
  planes.forEach((plane, channel) => block.decode(channel, plane, count));
  block.bytes(count).fill(0xa5);
  planes.forEach((plane, channel) => block.encode(channel, plane));
  return [...block.bytes(count)];
}
