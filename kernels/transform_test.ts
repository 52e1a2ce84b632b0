import assert from "node:assert/strict";
import { assertSameBits, others, plain, Random } from "./fixtures/engines.ts";

Deno.test("Kernels.transform() gives the same bits by every engine, whatever the size", () => {
  assertSameBits((kernels, random) => {
    const size = 2 ** (1 + random.integer(random.integer(100) === 0 ? 11 : 7));
    const hostile = random.integer(4) === 0;
    const samples = random.array(Float64Array, size, () => hostile ? random.hostile() : random.sample());
    const weights = random.integer(2) === 0 ? undefined : random.array(Float64Array, size, () => random.sample());
    const bins = random.array(Float64Array, size + 2, () => 7);
    const plan = kernels.transformPlan(size, weights);
    kernels.transform(plan, samples, bins);
    const again = new Float64Array(size + 2);
    kernels.transform(plan, samples, again);
    return [bins, again, plan.factors];
  });
});

Deno.test("Kernels.decibels() gives the same bits by every engine, whatever the numbers", () => {
  assertSameBits((kernels, random) => {
    const count = random.integer(50);
    const numbers = random.array(Float64Array, 2 * count + random.integer(3), () => {
      const exponent = random.integer(640) - 320;
      return random.integer(2) === 0 ? random.hostile() : random.sample() * 10 ** exponent;
    });
    const target = random.array(Float32Array, count, () => 7);
    kernels.decibels(numbers, 100 * random.sample(), random.integer(2) === 0 ? -200 : -1e5, target);
    return [target];
  });
});

Deno.test("Kernels.transform() is the discrete Fourier transform of the weighted samples", () => {
  const random = new Random(3);
  for (let size = 2; size <= 512; size *= 2) {
    const samples = random.array(Float64Array, size, () => random.sample());
    const weights = random.array(Float64Array, size, () => random.sample());
    const bins = new Float64Array(size + 2);
    plain.transform(plain.transformPlan(size, weights), samples, bins);
    for (let k = 0; k <= size / 2; k++) {
      let [real, imaginary] = [0, 0];
      for (let i = 0; i < size; i++) {
        const angle = (2 * Math.PI * ((i * k) % size)) / size;
        real += samples[i] * weights[i] * Math.cos(angle);
        imaginary -= samples[i] * weights[i] * Math.sin(angle);
      }
      const off = Math.hypot(bins[2 * k] - real, bins[2 * k + 1] - imaginary);
      assert.ok(off < 1e-14 * size, `size ${size}, bin ${k}: off by ${off}`);
    }
    assert.ok(bins[1] === 0 && bins[size + 1] === 0);
  }
});

Deno.test("Kernels.transform() gives one line for a tone of a whole number of periods", () => {
  const size = 65_536;
  const samples = Float64Array.from({ length: size }, (_, i) => Math.cos((2 * Math.PI * ((i * 1001) % size)) / size));
  const bins = new Float64Array(size + 2);
  plain.transform(plain.transformPlan(size), samples, bins);
  for (let k = 0; k <= size / 2; k++) {
    assert.ok(Math.abs(Math.hypot(bins[2 * k], bins[2 * k + 1]) - (k === 1001 ? size / 2 : 0)) < 1e-9);
  }
});

Deno.test("Kernels.decibels() is 20 log10 of the size, within the error of 32-bit floats", () => {
  const numbers: number[] = [];
  for (let exponent = -150; exponent <= 150; exponent++) {
    for (let k = 0; k < 40; k++) numbers.push((1 + k / 4) * 10 ** exponent, 3.5 * 10 ** exponent);
  }
  const target = new Float32Array(numbers.length / 2);
  plain.decibels(Float64Array.from(numbers), -5, -1e4, target);
  for (const [k, db] of target.entries()) {
    const wanted = 20 * Math.log10(Math.hypot(numbers[2 * k], numbers[2 * k + 1])) - 5;
    assert.ok(Math.abs(db - wanted) <= Math.abs(wanted) * 2 ** -24 + 1e-10, `${k}: ${db}, wanted ${wanted}`);
  }
});

Deno.test("Kernels.decibels() gives 0 dB for 1 and the floor for silence and for what is no number", () => {
  const target = new Float32Array(4);
  plain.decibels(Float64Array.of(1, 0, 0, 0, NaN, 1, Infinity, 0), 0, -200, target);
  assert.deepEqual([...target], [0, -200, -200, Infinity]);
});

Deno.test("kernels of the transform refuse what does not fit a plan, or overlaps, and write nothing", () => {
  for (const { kernels } of [{ kernels: plain }, ...others.values()]) {
    const plan = kernels.transformPlan(8);
    const samples = new Float64Array(8).fill(1);
    const bins = new Float64Array(10).fill(7);
    const levels = new Float32Array(5).fill(7);
    for (const size of [0, 1, 3, 12, 2 ** 25, 0.5, NaN]) {
      assert.throws(() => kernels.transformPlan(size), { name: "RangeError", message: /wanted a power of two from 2/ });
    }
    assert.throws(() => kernels.transformPlan(8, [1, 2, 3]), { message: /the array of weights has 3 elements/ });
    const wrong = [{ size: 16 }, { size: 7 }, { weights: samples.subarray(1) }, { factors: samples.subarray(1) }, {
      work: samples,
    }];
    for (const change of wrong) {
      assert.throws(() => kernels.transform({ ...plan, ...change }, samples, bins), {
        name: "RangeError",
        message: /the arrays of the plan do not have the lengths of its size/,
      });
    }
    assert.throws(() => kernels.transform(plan, bins, bins), {
      message: /the array of samples has 10 elements, wanted 8/,
    });
    assert.throws(() => kernels.transform(plan, samples, samples), { message: /wanted 10/ });
    const shared = new Float64Array(18).fill(7);
    assert.throws(() => kernels.transform(plan, shared.subarray(0, 8), shared.subarray(7, 17)), {
      message: /overlaps/,
    });
    assert.throws(() => kernels.transform(plan, plan.work.subarray(0, 8), bins), { message: /overlaps/ });
    assert.throws(() => kernels.decibels(bins.subarray(1), 0, -200, levels), { name: "RangeError" });
    // deno-lint-ignore no-explicit-any -- what a program that nobody has checked may give
    const narrow: any = new Float32Array(10);
    assert.throws(() => kernels.transform(plan, samples, narrow), { name: "TypeError" });
    assert.throws(() => kernels.decibels(narrow, 0, -200, levels), { name: "TypeError" });
    assert.deepEqual([...bins, ...levels, ...shared], Array(10 + 5 + 18).fill(7));
  }
});
