import assert from "node:assert/strict";
import { assertSameBits, others, plain, Random } from "./fixtures/engines.ts";

Deno.test("Kernels.polyphase() gives the same bits by every engine, whatever the shape", () => {
  assertSameBits((kernels, random) => {
    const up = 1 + random.integer(9);
    const down = 1 + random.integer(20);
    const rows = random.integer(2) === 0 ? up : 1 + random.integer(up);
    const taps = 16 * (1 + random.integer(4));
    const coefficients = random.array(Float32Array, (rows + 1) * taps, () => random.sample());
    const phase = random.integer(up);
    const target = random.array(Float32Array, random.integer(40), () => 7);
    const needed = Math.floor((phase + Math.max(0, target.length - 1) * down) / up) + taps;
    const start = random.integer(5);
    const hostile = random.integer(2) === 0;
    const source = random.array(Float32Array, start + needed, () => hostile ? random.hostile() : random.sample());
    kernels.polyphase(source, start, target, { coefficients, taps, rows, up, down }, phase);
    return [target];
  });
});

Deno.test("Kernels.polyphase() is within 5e-7 of 64-bit sums for filters whose coefficients add up to 1", () => {
  const random = new Random(5);
  const taps = 128;
  for (let round = 0; round < 200; round++) {
    const weights = Float64Array.from({ length: taps }, (_, k) => Math.sin(0.9 * (k - 63.3)) / (k - 63.3));
    const sum = weights.reduce((total, weight) => total + weight);
    const coefficients = Float32Array.from({ length: 2 * taps }, (_, k) => weights[k % taps] / sum);
    const source = random.array(Float32Array, taps, () => random.sample());
    const wanted = source.reduce((total, sample, k) => total + (sample * weights[k]) / sum, 0);
    const target = new Float32Array(1);
    plain.polyphase(source, 0, target, { coefficients, taps, rows: 1, up: 1, down: 1 }, 0);
    assert.ok(Math.abs(target[0] - wanted) < 5e-7, `off by ${target[0] - wanted}`);
  }
});

Deno.test("Kernels.polyphase() refuses what reaches beyond an array, and writes nothing", () => {
  const table = { coefficients: new Float32Array(48), taps: 16, rows: 2, up: 2, down: 3 };
  const source = new Float32Array(20);
  for (const { kernels } of [{ kernels: plain }, ...others.values()]) {
    const target = new Float32Array(4).fill(7);
    const call = (start: number, changes: Partial<typeof table> = {}, phase = 0) =>
      kernels.polyphase(source, start, target, { ...table, ...changes }, phase);
    const message = 'Cannot run kernel "polyphase": the source has 20 samples, wanted 20 from index 1 on';
    assert.throws(() => call(1), { name: "RangeError", message });
    assert.throws(() => call(-1), { name: "RangeError" });
    assert.throws(() => call(0.5), { name: "RangeError" });
    assert.throws(() => call(0, {}, 2), { message: 'Cannot run kernel "polyphase": phase is 2, wanted 0 to 1' });
    assert.throws(() => call(0, { taps: 15 }), { message: /taps is 15, wanted a multiple of 16/ });
    assert.throws(() => call(0, { coefficients: new Float32Array(47) }), { message: /47 coefficients, wanted 48/ });
    assert.throws(() => call(0, { rows: 3 }), { message: /rows at most up/ });
    assert.deepEqual([...target], [7, 7, 7, 7]);
    const all = new Float32Array(24);
    assert.throws(() => kernels.polyphase(all, 0, all.subarray(20), table, 0), {
      message: 'Cannot run kernel "polyphase": what it writes overlaps what it reads, wanted memory of its own',
    });
    call(0);
    assert.notEqual(target[0], 7);
  }
});
