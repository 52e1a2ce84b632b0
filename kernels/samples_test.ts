import assert from "node:assert/strict";
import { assertSameBits, others, plain, Random } from "./fixtures/engines.ts";

Deno.test("Kernels.scale() gives the same bits by every engine, whatever the shape", () => {
  assertSameBits((kernels, random) => {
    const samples = random.array(Float32Array, random.integer(100), () => random.hostile());
    const from = 2 * random.sample();
    kernels.scale(samples, from, random.integer(2) === 0 ? from : 2 * random.sample());
    return [samples];
  });
});

Deno.test("Kernels.scale() ends with the factor that the next block begins with", () => {
  const samples = new Float32Array(4).fill(1);
  plain.scale(samples, 1, 0);
  assert.deepEqual([...samples], [0.75, 0.5, 0.25, 0]);
});

Deno.test("Kernels.mix() gives the same bits by every engine, whatever the shape", () => {
  assertSameBits((kernels, random) => {
    const count = random.integer(100);
    const [targetStart, sourceStart] = [random.integer(9), random.integer(9)];
    const target = random.array(Float32Array, targetStart + count + random.integer(9), () => random.hostile());
    const source = random.array(Float32Array, sourceStart + count + random.integer(9), () => random.hostile());
    kernels.mix(target, targetStart, source, sourceStart, count, random.integer(3) === 0 ? 1 : random.sample());
    return [target];
  });
});

Deno.test("Kernels.measure() gives the same bits by every engine, whatever the shape", () => {
  assertSameBits((kernels, random) => {
    const hostile = random.integer(2) === 0;
    const samples = random.array(Float32Array, random.integer(100), () => hostile ? random.hostile() : random.sample());
    const levels = random.array(Float64Array, 2, () => Math.abs(random.sample()));
    kernels.measure(samples, levels);
    return [levels];
  });
});

Deno.test("Kernels.measure() gives peak and sum of squares, and leaves out what is no number", () => {
  const levels = new Float64Array(2);
  plain.measure(Float32Array.of(0.5, NaN, -2, 1), levels);
  assert.deepEqual([...levels], [2, 5.25]);
});

Deno.test("Kernels.dot() gives the same bits by every engine, whatever the shape", () => {
  assertSameBits((kernels, random) => {
    const length = random.integer(100);
    const hostile = random.integer(2) === 0;
    const next = () => hostile ? random.hostile() : random.sample();
    const [a, b] = [random.array(Float32Array, length, next), random.array(Float32Array, length, next)];
    return [Float64Array.of(kernels.dot(a, b))];
  });
});

Deno.test("Kernels.window() gives the same bits by every engine, whatever the shape", () => {
  assertSameBits((kernels, random) => {
    const length = random.integer(100);
    const target = random.array(Float64Array, length, () => 7);
    const samples = random.array(Float32Array, length, () => random.hostile());
    kernels.window(samples, random.array(Float64Array, length, () => random.hostileWide()), target);
    return [target];
  });
});

Deno.test("Kernels.dot() is the sum of the products of all samples", () => {
  const random = new Random(5);
  for (const length of [0, 1, 15, 16, 17, 100]) {
    const [a, b] = [0, 1].map(() => random.array(Float32Array, length, () => random.integer(100) - 50));
    let wanted = 0;
    for (let i = 0; i < length; i++) wanted += a[i] * b[i];
    assert.equal(plain.dot(a, b), wanted);
  }
  // In 64 bits: in 32 bits the last one is lost.
  assert.equal(plain.dot(Float32Array.of(2 ** 13, 1), Float32Array.of(2 ** 13, 2 ** -10)), 2 ** 26 + 2 ** -10);
});

Deno.test("Kernels.window() gives each sample times its own weight, in 64 bits", () => {
  const target = new Float64Array(3);
  plain.window(Float32Array.of(2, -0.5, 1), Float64Array.of(0.1, 4, 1 + 2 ** -40), target);
  assert.deepEqual([...target], [0.2, -2, 1 + 2 ** -40]);
});

Deno.test("Kernels.biquads() gives the same bits by every engine, whatever the shape", () => {
  assertSameBits((kernels, random) => {
    const sections = random.integer(4);
    const samples = random.array(Float32Array, random.integer(60), () => random.hostile());
    const hostile = random.integer(4) === 0;
    const next = () => hostile ? random.hostileWide() : random.sample();
    const state = random.array(Float64Array, 2 * sections, next);
    kernels.biquads(samples, random.array(Float64Array, 5 * sections, () => next() / 2), state);
    return [samples, state];
  });
});

Deno.test("Kernels.biquads() is the difference equation of its coefficients", () => {
  const [b0, b1, b2, a1, a2] = [0.2, 0.3, 0.1, -0.5, 0.25];
  const random = new Random(3);
  const input = random.array(Float32Array, 200, () => random.sample());
  const wanted: number[] = [];
  for (const [i, x] of input.entries()) {
    const y = (back: number) => wanted[i - back] ?? 0;
    wanted.push(b0 * x + b1 * (input[i - 1] ?? 0) + b2 * (input[i - 2] ?? 0) - a1 * y(1) - a2 * y(2));
  }
  plain.biquads(input, Float64Array.of(b0, b1, b2, a1, a2), new Float64Array(2));
  for (const [i, sample] of input.entries()) assert.ok(Math.abs(sample - wanted[i]) < 1e-7);
});

Deno.test("kernels on samples refuse what reaches beyond an array, or overlaps, and write nothing", () => {
  for (const { kernels } of [{ kernels: plain }, ...others.values()]) {
    const target = new Float32Array(8).fill(7);
    const source = new Float32Array(8).fill(1);
    const wide = new Float64Array(8).fill(7);
    const range = 'Cannot run kernel "mix": the source has 8 elements, wanted 5 from index 4 on';
    assert.throws(() => kernels.mix(target, 0, source, 4, 5, 1), { name: "RangeError", message: range });
    assert.throws(() => kernels.mix(target, 4, source, 0, 5, 1), { name: "RangeError" });
    assert.throws(() => kernels.mix(target, -1, source, 0, 5, 1), { name: "RangeError" });
    assert.throws(() => kernels.mix(target, 0, source, 0.5, 5, 1), { name: "RangeError" });
    assert.throws(() => kernels.mix(target, 0, target.subarray(3), 0, 5, 1), { message: /overlaps/ });
    assert.throws(() => kernels.measure(source, wide.subarray(7)), { name: "RangeError" });
    assert.throws(() => kernels.dot(source, target.subarray(1)), { name: "RangeError" });
    assert.throws(() => kernels.window(source.subarray(1), wide.slice(), wide), { name: "RangeError" });
    assert.throws(() => kernels.window(source, wide, wide), { message: /overlaps/ });
    assert.throws(() => kernels.biquads(target, new Float64Array(9), new Float64Array(4)), { name: "RangeError" });
    assert.throws(() => kernels.biquads(target, new Float64Array(5), new Float64Array(1)), { name: "RangeError" });
    assert.deepEqual([...target, ...wide], Array(16).fill(7));
  }
});

Deno.test("kernels refuse arrays of another kind, whose elements may be smaller, and write nothing", () => {
  for (const { kernels } of [{ kernels: plain }, ...others.values()]) {
    const memory = new ArrayBuffer(1024);
    // deno-lint-ignore no-explicit-any -- what a program that nobody has checked may give
    const wrong: any = new Uint8Array(memory, 0, 8);
    const [narrow, wide, delays] = [new Float32Array(8), new Float64Array(8), kernels.delayLines([2])];
    const calls = {
      scale: () => kernels.scale(wrong, 2, 2),
      mix: () => kernels.mix(wrong, 0, narrow, 0, 8, 1),
      measure: () => kernels.measure(narrow, wrong),
      dot: () => kernels.dot(narrow, wrong),
      window: () => kernels.window(narrow, wide, wrong),
      biquads: () => kernels.biquads(wrong, new Float64Array(5), new Float64Array(2)),
      widen: () => kernels.widen(wrong, narrow, 1),
      mend: () => kernels.mend(wrong, 8),
      combs: () => kernels.combs(delays, wide, wrong, 8, 1, 0.5, 0.5),
      allpasses: () => kernels.allpasses({ records: wrong, lines: wide }, wide, 8, 0.5),
      blend: () => kernels.blend(wrong, wide, 1, 1, 1, 1),
      decode: () => kernels.decode("f32", new Uint8Array(32), 1, 0, wrong),
      encode: () => kernels.encode("u8", narrow, new Uint8Array(8), 1, 0, wrong),
      polyphase: () => {
        const table = { coefficients: new Float32Array(32), taps: 16, rows: 1, up: 1, down: 1 };
        kernels.polyphase(new Float32Array(64), 0, wrong, table, 0);
      },
    };
    for (const [name, call] of Object.entries(calls)) {
      const kind = /^(?:scale|mix|dot|biquads|blend|decode|polyphase)$/.test(name) ? "Float32Array" : "Float64Array";
      const wanted = `"\\S+" is an instance of Uint8Array, wanted a ${name === "encode" ? "Uint32Array" : kind}$`;
      assert.throws(call, { name: "TypeError", message: new RegExp(`^Cannot run kernel "${name}": ${wanted}`) });
    }
    const format = /the format is "toString", wanted u8, s16, s24, s32, f32, f64$/;
    // deno-lint-ignore no-explicit-any -- as above
    assert.throws(() => kernels.decode("toString" as any, wrong, 1, 0, narrow), {
      name: "RangeError",
      message: format,
    });
    assert.deepEqual(new Uint8Array(memory), new Uint8Array(1024));
  }
});
