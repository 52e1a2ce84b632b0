import assert from "node:assert/strict";
import { assertSameBits, others, plain } from "./fixtures/engines.ts";

Deno.test("Kernels.combs() gives the same bits by every engine, whatever the lines and blocks", () => {
  assertSameBits((kernels, random) => {
    const delays = kernels.delayLines(Array.from({ length: random.integer(18) }, () => 1 + random.integer(40)));
    const hostile = random.integer(4) === 0;
    const outputs = Array.from({ length: 3 }, () => {
      const count = random.integer(60);
      const input = random.array(Float64Array, count, () => hostile ? random.hostile() : random.sample());
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
      const next = () => hostile ? random.hostile() : random.sample();
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
    const wide = random.array(Float64Array, count + random.integer(3), () => random.hostile());
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
