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

Deno.test("Kernels.toYuv() gives chroma of the mean of each square, blue first or red, V in a plane of its own", () => {
  const [kr, kb] = LUMA.bt709;
  // 3 × 3: the last column and row count twice.
  const pixels = Array.from({ length: 9 }, (_, k) => [20 * k, 255 - 25 * k, (97 * k) % 256]);
  for (const order of ["rgba", "bgra"] as const) {
    for (const planar of [false, true]) {
      const bytes = Uint8Array.from(pixels.flatMap(([r, g, b]) => order === "rgba" ? [r, g, b, 3] : [b, g, r, 3]));
      const [luma, u, v] = [new Uint8Array(9), new Uint8Array(8), new Uint8Array(4)];
      const yuv = {
        matrix: "bt709",
        luma,
        lumaStride: 3,
        u,
        ...planar && { v },
        chromaStride: planar ? 2 : 4,
      } as const;
      plain.toYuv({ order, width: 3, height: 3, bytes, stride: 12 }, yuv);
      for (let row = 0; row < 2; row++) {
        for (let column = 0; column < 2; column++) {
          const square = [0, 1].flatMap((y) =>
            [0, 1].map((x) => 3 * Math.min(2 * row + y, 2) + Math.min(2 * column + x, 2))
          );
          const [r, g, b] = [0, 1, 2].map((part) => square.reduce((sum, k) => sum + pixels[k][part], 0) / 4 / 255);
          const y = kr * r + (1 - kr - kb) * g + kb * b;
          const at = 2 * row + column;
          const found = planar ? [u[at], v[at]] : [u[2 * at], u[2 * at + 1]];
          const wanted = [128 + 112 * (b - y) / (1 - kb), 128 + 112 * (r - y) / (1 - kr)];
          found.forEach((value, k) =>
            assert.ok(Math.abs(value - wanted[k]) <= 1, `${order}: ${found}, wanted ${wanted}`)
          );
        }
      }
      pixels.forEach(([r, g, b], k) => {
        const wanted = 16 + 219 * (kr * r + (1 - kr - kb) * g + kb * b) / 255;
        assert.ok(Math.abs(luma[k] - wanted) <= 1, `${order}, luma ${k}: ${luma[k]}, wanted ${wanted}`);
      });
    }
  }
});

Deno.test("Kernels.toRgb() takes U and V from their planes, and puts blue first where that is asked for", () => {
  const [kr, kb] = LUMA.bt601;
  const [y, u, v] = [120, 90, 170];
  const [light, blueness, redness] = [(y - 16) / 219, (u - 128) / 112, (v - 128) / 112];
  const [r, b] = [light + redness * (1 - kr), light + blueness * (1 - kb)];
  const g = (light - kr * r - kb * b) / (1 - kr - kb);
  for (const order of ["rgba", "bgra"] as const) {
    for (const planar of [false, true]) {
      const chroma = planar ? { u: Uint8Array.of(u), v: Uint8Array.of(v) } : { u: Uint8Array.of(u, v) };
      const bytes = new Uint8Array(8);
      const yuv = { matrix: "bt601", luma: Uint8Array.of(y, y), lumaStride: 2, ...chroma, chromaStride: 2 } as const;
      plain.toRgb(yuv, { order, width: 2, height: 1, bytes, stride: 8 });
      const wanted = (order === "rgba" ? [r, g, b, 1] : [b, g, r, 1]).map((part) => 255 * part);
      bytes.forEach((value, k) =>
        assert.ok(Math.abs(value - wanted[k % 4]) <= 1, `${order}: ${bytes}, wanted ${wanted}`)
      );
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
