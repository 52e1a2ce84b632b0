import assert from "node:assert/strict";
import type { RgbPicture, YuvPicture } from "./engine.ts";
import { assertSameBits, others, plain, type Random } from "./fixtures/engines.ts";

/** Factors of red and blue in luma, by ITU-R BT.601 and BT.709. */
const LUMA = { bt601: [0.299, 0.114], bt709: [0.2126, 0.0722] } as const;

Deno.test("Kernels.toYuv() gives the same bytes by every engine, whatever the format and shape", () => {
  assertSameBits((kernels, random) => {
    const { rgb, yuv } = pictures(random);
    kernels.toYuv(rgb, yuv);
    return [yuv.luma, yuv.u, yuv.v ?? yuv.u];
  });
});

Deno.test("Kernels.toRgb() gives the same bytes by every engine, whatever the format and shape", () => {
  assertSameBits((kernels, random) => {
    const { rgb, yuv } = pictures(random);
    kernels.toRgb(yuv, rgb);
    return [rgb.bytes];
  });
});

Deno.test("Kernels.toYuv() and toRgb() are within one step of the standard's equations", () => {
  for (const matrix of ["bt601", "bt709"] as const) {
    const [kr, kb] = LUMA[matrix];
    for (const [r, g, b] of [[0, 0, 0], [255, 255, 255], [255, 0, 0], [0, 255, 0], [0, 0, 255], [12, 200, 90]]) {
      const rgb = { order: "rgba", width: 1, height: 1, bytes: Uint8Array.of(r, g, b, 9), stride: 4 } as const;
      const yuv = { matrix, luma: new Uint8Array(1), lumaStride: 1, u: new Uint8Array(2), chromaStride: 2 };
      plain.toYuv(rgb, yuv);
      const luma = (kr * r + (1 - kr - kb) * g + kb * b) / 255;
      const wanted = [
        16 + 219 * luma,
        128 + 112 * (b / 255 - luma) / (1 - kb),
        128 + 112 * (r / 255 - luma) / (1 - kr),
      ];
      [yuv.luma[0], ...yuv.u].forEach((value, k) =>
        assert.ok(Math.abs(value - wanted[k]) <= 1, `${value} ${wanted[k]}`)
      );
      plain.toRgb(yuv, rgb);
      // What the way there has rounded comes back times two.
      [r, g, b].forEach((value, k) => assert.ok(Math.abs(rgb.bytes[k] - value) <= 3, `${rgb.bytes} of ${[r, g, b]}`));
      assert.equal(rgb.bytes[3], 255);
    }
  }
});

Deno.test("kernels on pictures refuse rows that lie outside a plane, and write nothing", () => {
  for (const { kernels } of [{ kernels: plain }, ...others.values()]) {
    const bytes = new Uint8Array(3 * 3 * 4).fill(7);
    const rgb: RgbPicture = { order: "rgba", width: 3, height: 3, bytes, stride: 12 };
    const yuv: YuvPicture = {
      matrix: "bt601",
      luma: new Uint8Array(9).fill(7),
      lumaStride: 3,
      u: new Uint8Array(8).fill(7),
      chromaStride: 4,
    };
    const refused = (changes: Partial<YuvPicture>, message: RegExp) =>
      assert.throws(() => kernels.toYuv(rgb, { ...yuv, ...changes }), { name: "RangeError", message });
    refused({ luma: yuv.luma.subarray(1) }, /the plane "luma" has 8 bytes and a stride of 3, wanted 3 rows of 3/);
    refused({ lumaStride: 2 }, /the plane "luma"/);
    refused({ u: yuv.u.subarray(1) }, /the plane "U" has 7 bytes/);
    refused({ chromaStride: 2, v: new Uint8Array(3) }, /the plane "V" has 3 bytes/);
    refused({ u: bytes }, /overlaps/);
    assert.throws(() => kernels.toRgb(yuv, { ...rgb, height: 4 }), { name: "RangeError" });
    assert.throws(() => kernels.toRgb(yuv, { ...rgb, width: 0 }), { name: "RangeError" });
    assert.ok([...bytes, ...yuv.luma, ...yuv.u].every((byte) => byte === 7));
  }
});

function pictures(random: Random): { rgb: RgbPicture; yuv: YuvPicture } {
  const [width, height] = [1 + random.integer(random.integer(8) === 0 ? 300 : 24), 1 + random.integer(6)];
  const planar = random.integer(2) === 0;
  const plane = (rowBytes: number, rows: number) => {
    const stride = rowBytes + random.integer(5);
    const bytes = Uint8Array.from({ length: stride * rows + random.integer(5) }, () => random.integer(256));
    return { stride, bytes };
  };
  const [columns, rows] = [Math.ceil(width / 2), Math.ceil(height / 2)];
  const [rgb, luma, chroma] = [plane(4 * width, height), plane(width, height), plane((planar ? 1 : 2) * columns, rows)];
  const matrix = random.integer(2) === 0 ? "bt601" : "bt709";
  const order = random.integer(2) === 0 ? "rgba" : "bgra";
  return {
    rgb: { order, width, height, ...rgb },
    yuv: {
      matrix,
      luma: luma.bytes,
      lumaStride: luma.stride,
      u: chroma.bytes,
      ...planar && { v: chroma.bytes.toReversed() },
      chromaStride: chroma.stride,
    },
  };
}
