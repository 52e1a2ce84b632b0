import { deepEqual, ok } from "node:assert/strict";
import { planesOf, type VideoFrame } from "../../core/frames/video_frame.ts";
import type { PixelFormat } from "../../core/frames/format.ts";
import { previewSize, SmallPictures } from "./small_picture.ts";

Deno.test("previewSize keeps the shape that is seen, and makes no picture larger", () => {
  const size = (width: number, height: number, pixelAspect?: `${number}:${number}`) => {
    const { width: wide, height: high } = previewSize({ width, height, pixelAspect }, 480);
    return [wide, high];
  };
  deepEqual(size(1920, 1080), [480, 270]);
  deepEqual(size(320, 240), [320, 240]);
  deepEqual(size(720, 576, "64:45"), [480, 270]);
  deepEqual(size(10, 10_000), [1, 960]);
  deepEqual(size(1, 1), [1, 1]);
});

for (const [format, bytes] of Object.entries(orange())) {
  Deno.test(`SmallPictures makes a small picture of ${format} in its colours`, () => {
    const [width, height] = [50, 30];
    const planes = planesOf(format as PixelFormat, width, height);
    const frame = {
      pixelFormat: format,
      width,
      height,
      planes,
      plane: (k: number) =>
        new Uint8Array(planes[k].stride * planes[k].rows).map((_, at) => bytes[k][at % bytes[k].length]),
    } as unknown as VideoFrame;
    const small = new SmallPictures().make(frame, { width: 25, height: 15 });
    for (let at = 0; at < small.bytes.length; at += 4) {
      const [r, g, b] = small.bytes.subarray(at, at + 3);
      ok(Math.abs(r - 255) < 6 && Math.abs(g - 128) < 4 && Math.abs(b) < 4, `${r} ${g} ${b}`);
    }
  });
}

/** Orange in each format, plane by plane; in the limited range of BT.601 if it is luma and chroma. */
function orange(): { readonly [F in PixelFormat]: readonly (readonly number[])[] } {
  const [y, u, v] = [145, 54, 191];
  return { rgba8: [[255, 128, 0, 255]], bgra8: [[0, 128, 255, 255]], nv12: [[y], [u, v]], i420: [[y], [u], [v]] };
}
