import assert from "node:assert/strict";
import { others, plain } from "./fixtures/engines.ts";
import type { Kernels } from "./kernels.ts";

const engines = [{ name: "plain", kernels: plain }, ...[...others].map(([name, { kernels }]) => ({ name, kernels }))];

/** Eight numbers of each kind in one memory: all of them overlap. */
function overlapping() {
  const memory = new ArrayBuffer(256);
  new Uint8Array(memory).fill(1);
  return {
    memory,
    narrow: new Float32Array(memory, 0, 8),
    wide: new Float64Array(memory, 0, 8),
    bytes: new Uint8Array(memory, 0, 64),
    counts: new Uint32Array(memory, 0, 2),
  };
}

Deno.test("kernels refuse each pair of arrays of which one is written and the other read or written, and write nothing", () => {
  for (const { name, kernels } of engines) {
    const { memory, narrow, wide, bytes, counts } = overlapping();
    const apart = {
      narrow: new Float32Array(8).fill(1),
      wide: new Float64Array(16).fill(1),
      bytes: new Uint8Array(64),
    };
    const table = { coefficients: new Float32Array(64), taps: 16, rows: 1, up: 1, down: 1 };
    const rgb = { order: "rgba", width: 2, height: 2, bytes: new Uint8Array(16), stride: 8 } as const;
    const yuv = {
      matrix: "bt601",
      luma: apart.bytes.subarray(0, 4),
      lumaStride: 2,
      u: apart.bytes.subarray(4, 6),
    } as const;
    const picture = { ...yuv, chromaStride: 2 };
    const calls: Record<string, () => void> = {
      ...ofDelays(kernels),
      ...ofTransforms(kernels),
      "polyphase target, source": () => {
        const source = new Float32Array(24);
        kernels.polyphase(source, 0, source.subarray(16), table, 0);
      },
      "polyphase target, coefficients": () =>
        kernels.polyphase(new Float32Array(24), 0, table.coefficients.subarray(31, 33), table, 0),
      "mix target, source": () => kernels.mix(narrow, 0, narrow, 4, 4, 1),
      "measure levels, samples": () => kernels.measure(narrow, wide),
      "window target, samples": () => kernels.window(narrow, apart.wide.subarray(0, 8), wide),
      "window target, weights": () => kernels.window(apart.narrow, wide, wide),
      "decibels target, numbers": () => kernels.decibels(wide, 0, -200, narrow.subarray(0, 4)),
      "biquads samples, coefficients": () => kernels.biquads(narrow, wide.subarray(0, 5), new Float64Array(2)),
      "biquads samples, state": () => kernels.biquads(narrow, new Float64Array(5), wide.subarray(0, 2)),
      "biquads state, coefficients": () => kernels.biquads(apart.narrow, wide.subarray(0, 5), wide.subarray(4, 6)),
      "widen target, source": () => kernels.widen(wide, narrow, 1),
      "blend samples, others": () => kernels.blend(narrow, wide, 1, 1, 1, 1),
      "decode target, source": () => kernels.decode("u8", bytes, 1, 0, narrow),
      "encode target, source": () => kernels.encode("u8", narrow, bytes, 1, 0, new Uint32Array(2)),
      "encode counts, source": () => kernels.encode("u8", narrow, apart.bytes, 1, 0, counts),
      "encode counts, target": () => kernels.encode("u8", apart.narrow, bytes, 1, 0, counts),
      "toYuv pixels, luma": () => kernels.toYuv({ ...rgb, bytes }, { ...picture, luma: bytes.subarray(12) }),
      "toYuv pixels, U": () => kernels.toYuv({ ...rgb, bytes }, { ...picture, u: bytes.subarray(12) }),
      "toYuv luma, U": () => kernels.toYuv(rgb, { ...picture, luma: bytes, u: bytes }),
      "toYuv U, V": () => kernels.toYuv(rgb, { ...picture, u: bytes, v: bytes }),
      "toRgb pixels, V": () => kernels.toRgb({ ...picture, v: bytes.subarray(15) }, { ...rgb, bytes }),
    };
    for (const [what, call] of Object.entries(calls)) {
      assert.throws(call, { name: "RangeError", message: /what it writes overlaps what it reads/ }, `${name}: ${what}`);
    }
    assert.deepEqual(new Uint8Array(memory), new Uint8Array(256).fill(1), name);
  }
});

/** Calls of combs and all-passes that overlap; what they would write are lengths and places far beyond the lines. */
function ofDelays(kernels: Kernels): Record<string, () => void> {
  const delays = kernels.delayLines(Array<number>(9).fill(4));
  delays.lines.fill(1e6);
  const { records, lines } = delays;
  const apart = new Float64Array(8);
  return {
    "combs output, input": () => kernels.combs(delays, apart, apart, 8, 1, 0.5, 0.5),
    "combs output, lines": () => kernels.combs(delays, apart, lines, 8, 1, 0.5, 0.5),
    "combs output, records": () => kernels.combs(delays, apart, records, 8, 1, 0.5, 0.5),
    "combs lines, input": () => kernels.combs(delays, lines, apart, 8, 1, 0.5, 0.5),
    "combs records, input": () => kernels.combs(delays, records, apart, 8, 1, 0.5, 0.5),
    "combs records, lines": () => {
      const all = Float64Array.of(4, 0, 0, 0, 0, 0, 0);
      kernels.combs(
        { records: all.subarray(0, 3), lines: all.subarray(2, 6) },
        apart,
        new Float64Array(8),
        8,
        1,
        0.5,
        0,
      );
    },
    "allpasses samples, lines": () => kernels.allpasses(delays, lines, 8, 0.5),
    "allpasses samples, records": () => kernels.allpasses(delays, records, 6, 0.5),
    "allpasses records, lines": () => {
      const all = Float64Array.of(4, 0, 0, 0, 0, 0, 0);
      kernels.allpasses({ records: all.subarray(0, 3), lines: all.subarray(2, 6) }, apart, 8, 0.5);
    },
  };
}

function ofTransforms(kernels: Kernels): Record<string, () => void> {
  const plan = kernels.transformPlan(8);
  const samples = new Float64Array(8);
  const bins = new Float64Array(10);
  const all = new Float64Array(32);
  return {
    "transform bins, samples": () => kernels.transform(plan, all.subarray(0, 8), all.subarray(7, 17)),
    "transform bins, weights": () =>
      kernels.transform({ ...plan, weights: all.subarray(2, 10) }, samples, all.subarray(0, 10)),
    "transform bins, factors": () => {
      const factors = all.subarray(9, 9 + plan.factors.length);
      kernels.transform({ ...plan, factors }, samples, all.subarray(0, 10));
    },
    "transform bins, work": () => kernels.transform(plan, samples, plan.work.subarray(6, 16)),
    "transform work, samples": () => kernels.transform(plan, plan.work.subarray(0, 8), bins),
    "transform work, weights": () => kernels.transform({ ...plan, weights: plan.work.subarray(8) }, samples, bins),
    "transform work, factors": () => {
      const factors = plan.work.subarray(0, plan.factors.length);
      kernels.transform({ ...plan, factors }, samples, bins);
    },
  };
}

Deno.test("kernels refuse by name what is no array of theirs, no number and no object, each engine alike", () => {
  for (const { name, kernels } of engines) {
    // deno-lint-ignore no-explicit-any -- what a program that nobody has checked may give
    const k = kernels as any;
    const [narrow, wide, bytes] = [new Float32Array(8), new Float64Array(8), new Uint8Array(64)];
    const delays = kernels.delayLines([2]);
    const rgb = { order: "rgba", width: 2, height: 2, bytes: new Uint8Array(16), stride: 8 };
    const yuv = { matrix: "bt601", luma: new Uint8Array(4), lumaStride: 2, u: new Uint8Array(2), chromaStride: 2 };
    const list = [1, 2, 3, 4];
    const refused: [call: () => void, error: "TypeError" | "RangeError", message: string][] = [
      [() => k.scale(narrow, undefined, 1), "TypeError", '"scale": "from" is undefined, wanted a number'],
      [() => k.scale(narrow, 1), "TypeError", '"scale": "to" is undefined, wanted a number'],
      [() => k.mix(narrow, 0, new Float32Array(8), 0, 8), "TypeError", '"mix": "factor" is undefined, wanted a number'],
      [() => k.decibels(wide, "0", 0, narrow), "TypeError", '"decibels": "offsetDb" is a string, wanted a number'],
      [() => k.decibels(wide, 0, null, narrow), "TypeError", '"decibels": "floorDb" is null, wanted a number'],
      [() => k.widen(wide, narrow, 1n), "TypeError", '"widen": "factor" is a bigint, wanted a number'],
      [() => k.combs(delays, wide, new Float64Array(8), 8, 1, 0), "TypeError", '"combs": "damping" is undefined'],
      [() => k.combs(delays, wide, new Float64Array(8), 8, 1), "TypeError", '"combs": "feedback" is undefined'],
      [() => k.combs(delays, wide, new Float64Array(8), 8), "TypeError", '"combs": "gain" is undefined'],
      [() => k.allpasses(delays, wide, 8), "TypeError", '"allpasses": "gain" is undefined'],
      [() => k.blend(narrow, wide), "TypeError", '"blend": "ownFrom" is undefined'],
      [() => k.blend(narrow, wide, 1), "TypeError", '"blend": "ownTo" is undefined'],
      [() => k.blend(narrow, wide, 1, 1), "TypeError", '"blend": "othersFrom" is undefined'],
      [() => k.blend(narrow, wide, 1, 1, 1), "TypeError", '"blend": "othersTo" is undefined'],
      [() => k.window(narrow, narrow, wide), "TypeError", '"window": "weights" is an instance of Float32Array'],
      [() => k.polyphase(narrow, 0, narrow), "TypeError", '"polyphase": "table" is undefined, wanted a PolyphaseTable'],
      [() => k.transform(undefined, wide, wide), "TypeError", '"transform": "plan" is undefined, wanted a plan of'],
      [() => k.transform({ size: 8 }, wide, wide), "TypeError", '"transform": "plan.weights" is undefined'],
      [() => k.transformPlan(8, 1), "TypeError", '"transform": "weights" is a number, wanted an array'],
      [
        () => k.allpasses(null, wide, 8, 0.5),
        "TypeError",
        '"allpasses": "delays" is null, wanted those of delayLines()',
      ],
      [() => k.combs({}, wide, wide, 8, 1, 1, 1), "TypeError", '"combs": "delays.records" is undefined'],
      [() => k.delayLines(4), "TypeError", '"delayLines": "lengths" is a number, wanted a list'],
      [() => k.delayLines([4, NaN]), "RangeError", '"delayLines": a length is NaN, wanted a whole number from 1'],
      [() => k.decode("u8", list, 1, 0, narrow), "TypeError", '"decode": "source" is a list, wanted a Uint8Array'],
      [
        () => k.encode("u8", narrow, wide, 1, 0, new Uint32Array(2)),
        "TypeError",
        '"encode": "target" is an instance of',
      ],
      [
        () => k.encode(undefined, narrow, bytes, 1, 0, new Uint32Array(2)),
        "RangeError",
        "the format is undefined, wanted",
      ],
      [() => k.toYuv(undefined, yuv), "TypeError", '"toYuv": "pixels" is undefined, wanted an RgbPicture'],
      [() => k.toYuv(rgb), "TypeError", '"toYuv": "luma and chroma" is undefined, wanted a YuvPicture'],
      [() => k.toYuv({ ...rgb, order: "argb" }, yuv), "RangeError", 'the order is "argb", wanted rgba, bgra'],
      [() => k.toRgb({ ...yuv, matrix: "bt2020" }, rgb), "RangeError", 'the matrix is "bt2020", wanted bt601, bt709'],
      [() => k.toYuv(rgb, { ...yuv, matrix: undefined }), "RangeError", "the matrix is undefined, wanted bt601, bt709"],
      [() => k.toYuv(rgb, { ...yuv, luma: list }), "TypeError", '"toYuv": "luma" is a list, wanted a Uint8Array'],
      [
        () => k.toYuv({ ...rgb, bytes: new Uint16Array(16) }, yuv),
        "TypeError",
        '"picture" is an instance of Uint16Array',
      ],
      [() => k.toYuv(rgb, { ...yuv, v: wide }), "TypeError", '"toYuv": "V" is an instance of Float64Array'],
    ];
    for (const [call, error, message] of refused) {
      assert.throws(call, (thrown: Error) => {
        assert.equal(thrown.name, error, `${name}: ${thrown.message}`);
        assert.ok(thrown.message.startsWith("Cannot run kernel ") && thrown.message.includes(message), thrown.message);
        return true;
      });
    }
    assert.deepEqual([...narrow, ...wide, ...delays.lines], Array(18).fill(0), name);
  }
});

Deno.test("kernels refuse an array of another kind in the place of each array", () => {
  for (const { name, kernels } of engines) {
    const narrow = () => new Float32Array(64);
    const wide = () => new Float64Array(64);
    const table = { coefficients: new Float32Array(64), taps: 16, rows: 1, up: 1, down: 1 };
    const delays = kernels.delayLines([2]);
    const short = new Float32Array(8);
    const calls: Record<string, readonly unknown[]> = {
      polyphase: [narrow(), 0, short, table, 0],
      scale: [narrow(), 1, 1],
      mix: [narrow(), 0, narrow(), 0, 8, 1],
      measure: [narrow(), wide()],
      dot: [narrow(), narrow()],
      window: [narrow(), wide(), wide()],
      transform: [kernels.transformPlan(64), wide(), new Float64Array(66)],
      decibels: [wide(), 0, 0, short],
      biquads: [narrow(), new Float64Array(20), new Float64Array(8)],
      widen: [wide(), narrow(), 1],
      mend: [wide(), 8],
      combs: [delays, wide(), wide(), 8, 1, 0.5, 0.5],
      allpasses: [delays, wide(), 8, 0.5],
      blend: [narrow(), wide(), 1, 1, 1, 1],
      decode: ["u8", new Uint8Array(64), 1, 0, narrow()],
      encode: ["u8", narrow(), new Uint8Array(64), 1, 0, new Uint32Array(2)],
    };
    const run = (kernel: string, args: readonly unknown[]) =>
      (kernels as unknown as Record<string, (...args: readonly unknown[]) => void>)[kernel](...args);
    for (const [kernel, args] of Object.entries(calls)) {
      run(kernel, args);
      for (const [k, array] of args.entries()) {
        if (!ArrayBuffer.isView(array)) continue;
        const other = new Int16Array((array as Float32Array).length);
        const message = /: "\w+" is an instance of Int16Array, wanted a (Float|Uint)\d+Array$/;
        assert.throws(
          () => run(kernel, args.with(k, other)),
          { name: "TypeError", message },
          `${name}: ${kernel}, ${k}`,
        );
      }
    }
    assert.throws(() => run("polyphase", calls.polyphase.with(3, { ...table, coefficients: new Int16Array(64) })), {
      message:
        'Cannot run kernel "polyphase": "table.coefficients" is an instance of Int16Array, wanted a Float32Array',
    });
  }
});

Deno.test("Kernels.polyphase() refuses ratios whose places are no exact numbers", () => {
  for (const { kernels } of engines) {
    const ratio = (up: number, down: number) => {
      const table = { coefficients: new Float32Array(32), taps: 16, rows: 1, up, down };
      kernels.polyphase(new Float32Array(64), 0, new Float32Array(2), table, 0);
    };
    ratio(2 ** 26, 2 ** 26 - 1);
    for (const [up, down] of [[2 ** 26 + 1, 1], [3e9, 2.9e9], [1, 2 ** 26 + 1]]) {
      assert.throws(() => ratio(up, down), { name: "RangeError", message: /whole numbers from 1 to 67108864/ });
    }
  }
});

Deno.test("Kernels.float32(), float64() and bytes() refuse what is no length, and go on", () => {
  for (const { name, kernels } of engines) {
    for (const length of [NaN, -1, 0.5, Infinity, 2 ** 53, undefined, null, "8", 4n, {}] as number[]) {
      for (const make of [() => kernels.float32(length), () => kernels.float64(length), () => kernels.bytes(length)]) {
        assert.throws(make, {
          name: "RangeError",
          message: /^Cannot make an array for kernels: the length is .+, wanted a whole number from 0$/,
        });
      }
    }
    const one = kernels.float32(4).fill(1);
    const other = kernels.float32(4);
    kernels.scale(new Float32Array(1000).fill(5), 2, 2);
    assert.deepEqual([...one, ...other, kernels.float64(0).length], [1, 1, 1, 1, 0, 0, 0, 0, 0], name);
  }
});

Deno.test("kernels refuse -0 as an index and as a count", () => {
  for (const { name, kernels } of engines) {
    const [target, source] = [new Float32Array(8), new Float32Array(8)];
    assert.throws(() => kernels.mix(target, -0, source, 0, 8, 1), RangeError, name);
    assert.throws(() => kernels.mix(target, 0, source, 0, -0, 1), RangeError, name);
  }
});
