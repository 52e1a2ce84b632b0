import assert from "node:assert/strict";
import { assertSameBits, others, plain } from "./fixtures/engines.ts";

Deno.test("Kernels.combs() gives the same bits by every engine, whatever the lines and blocks", () => {
  assertSameBits((kernels, random) => {
    const delays = kernels.delayLines(Array.from({ length: random.integer(18) }, () => 1 + random.integer(40)));
    const hostile = random.integer(4) === 0;
    const outputs = Array.from({ length: 3 }, () => {
      const count = random.integer(60);
      const input = random.array(Float64Array, count, () => hostile ? random.hostileWide() : random.sample());
      const output = random.array(Float64Array, count + random.integer(3), () => random.sample());
      kernels.combs(delays, input, output, count, random.sample(), 0.9 * random.sample(), Math.abs(random.sample()));
      return output;
    });
    return [...outputs, delays.records, delays.lines];
  });
});

Deno.test("Kernels.allpasses() gives the same bits by every engine, whatever the lines and blocks", () => {
  assertSameBits((kernels, random) => {
    const delays = kernels.delayLines(Array.from({ length: random.integer(6) }, () => 1 + random.integer(40)));
    const hostile = random.integer(4) === 0;
    const outputs = Array.from({ length: 3 }, () => {
      const count = random.integer(60);
      const next = () => hostile ? random.hostileWide() : random.sample();
      const samples = random.array(Float64Array, count + random.integer(3), next);
      kernels.allpasses(delays, samples, count, random.sample());
      return samples;
    });
    return [...outputs, delays.records, delays.lines];
  });
});

Deno.test("Kernels.widen(), mend() and blend() give the same bits by every engine, whatever the shape", () => {
  assertSameBits((kernels, random) => {
    const count = random.integer(100);
    const samples = random.array(Float32Array, count, () => random.hostile());
    const wide = random.array(Float64Array, count + random.integer(3), () => random.hostileWide());
    kernels.widen(wide, samples, random.sample());
    const before = wide.slice();
    kernels.mend(wide, count);
    kernels.blend(samples, wide, random.sample(), random.sample(), random.sample(), random.sample());
    return [before, wide, samples];
  });
});

Deno.test("Kernels.combs() repeats an impulse after the length of each line, by the feedback", () => {
  const delays = plain.delayLines([3, 5]);
  const input = new Float64Array(12);
  input[0] = 1;
  const output = new Float64Array(12);
  plain.combs(delays, input, output, 12, 2, 0.5, 0);
  assert.deepEqual([...output], [0, 0, 0, 2, 0, 2, 1, 0, 0, 0.5, 1, 0]);
});

Deno.test("Kernels.combs() keeps what its low-pass makes of what the line has held", () => {
  const [length, gain, feedback, damping] = [2, 0.5, 0.75, 0.25];
  const input = [1, -2, 3, 0.5, -1, 0, 0, 2, 1, 0];
  const wanted = input.map(() => 7);
  const line = [0, 0];
  let filtered = 0;
  for (const [i, sample] of input.entries()) {
    const held = line[i % length];
    filtered = (1 - damping) * held + damping * filtered;
    line[i % length] = gain * sample + feedback * filtered;
    wanted[i] += held;
  }
  const output = new Float64Array(10).fill(7);
  plain.combs(plain.delayLines([length]), Float64Array.from(input), output, 10, gain, feedback, damping);
  output.forEach((sample, i) =>
    assert.ok(Math.abs(sample - wanted[i]) < 1e-12, `${i}: ${sample}, wanted ${wanted[i]}`)
  );
});

Deno.test("Kernels.allpasses() answers an impulse by the numbers of its equation", () => {
  // y[n] = -g x[n] + (1 - g^2) (x[n-3] + g x[n-6] + ...): Schroeder's all-pass.
  const [gain, samples] = [0.5, new Float64Array(10)];
  samples[0] = 1;
  plain.allpasses(plain.delayLines([3]), samples, 10, gain);
  assert.deepEqual([...samples], [-0.5, 0, 0, 0.75, 0, 0, 0.375, 0, 0, 0.1875]);
});

Deno.test("Kernels.blend() ends with the factors that the next block begins with", () => {
  const samples = new Float32Array(4).fill(8);
  plain.blend(samples, Float64Array.of(100, 100, 100, 100, 5), 1, 0, 0, 2);
  assert.deepEqual([...samples], [6 + 50, 4 + 100, 2 + 150, 200]);
  plain.blend(samples.fill(1), new Float64Array(4).fill(1), 0.5, 0.5, 2, 2);
  assert.deepEqual([...samples], [2.5, 2.5, 2.5, 2.5]);
});

Deno.test("Kernels.widen() adds, and mend() makes 0 of what is no finite number among the first ones", () => {
  const target = Float64Array.of(1, 2, 3);
  plain.widen(target, Float32Array.of(10, 20), 0.5);
  assert.deepEqual([...target], [6, 12, 3]);
  const samples = Float64Array.of(NaN, Infinity, -Infinity, 1e308, -0.5, NaN, Infinity);
  plain.mend(samples, 6);
  assert.deepEqual([...samples], [0, 0, 0, 1e308, -0.5, 0, Infinity]);
});

Deno.test("kernels on delay lines refuse what reaches beyond an array, or overlaps, and write nothing", () => {
  for (const { kernels } of [{ kernels: plain }, ...others.values()]) {
    const delays = kernels.delayLines([4]);
    const input = new Float64Array(8).fill(1);
    const output = new Float64Array(8).fill(7);
    const run = (count: number, lines = delays, target = output) =>
      kernels.combs(lines, input, target, count, 1, 0.5, 0);
    const records = (...values: number[]) => ({ ...delays, records: Float64Array.of(...values) });
    assert.throws(() => run(9), { name: "RangeError", message: /the input has 8 elements, wanted 9 from index 0 on/ });
    assert.throws(() => run(8, delays, input), { message: /overlaps/ });
    for (const wrong of [records(5, 0, 0), records(4, 4, 0), records(4, -1, 0), records(4, 0.5, 0), records(4, 0)]) {
      assert.throws(() => run(8, wrong), { message: /the records do not describe the lines/ });
      assert.throws(() => kernels.allpasses(wrong, output, 8, 0.5), { message: /do not describe the lines/ });
    }
    assert.throws(() => kernels.allpasses(delays, output, 9, 0.5), { name: "RangeError" });
    assert.throws(() => kernels.mend(output, 9), { name: "RangeError" });
    assert.throws(() => kernels.widen(output, new Float32Array(9), 1), { name: "RangeError" });
    assert.throws(() => kernels.blend(new Float32Array(9), output, 1, 1, 1, 1), { name: "RangeError" });
    assert.throws(() => kernels.delayLines([0]), { name: "RangeError" });
    assert.deepEqual([...output, ...delays.lines], [...Array(8).fill(7), 0, 0, 0, 0]);
  }
});
