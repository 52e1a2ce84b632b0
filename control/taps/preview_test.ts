import { deepEqual, ok } from "node:assert/strict";
import type { PixelFormat } from "../../core/frames/format.ts";
import { planesOf, videoBytes, type VideoFrame } from "../../core/frames/video_frame.ts";
import { Previews } from "./preview.ts";

/** A picture of colours that change slowly. */
function picture(pixelFormat: PixelFormat, width: number, height: number): VideoFrame {
  const planes = planesOf(pixelFormat, width, height);
  const bytes = new Uint8Array(videoBytes(pixelFormat, width, height));
  for (const { offset, stride, rows } of planes) {
    for (let row = 0; row < rows; row++) {
      for (let k = 0; k < stride; k++) {
        bytes[offset + row * stride + k] = 60 + 100 * (row / rows) + 60 * Math.sin((k >>> 2) / 40);
      }
    }
  }
  const plane = (k: number) => bytes.subarray(planes[k].offset, planes[k].offset + planes[k].stride * planes[k].rows);
  return { pixelFormat, width, height, planes, plane } as unknown as VideoFrame;
}

function decode(jpeg: Uint8Array): Uint8Array {
  const path = Deno.makeTempFileSync({ suffix: ".jpg" });
  Deno.writeFileSync(path, jpeg);
  const args = ["-v", "error", "-i", path, "-f", "rawvideo", "-pix_fmt", "rgb24", "-"];
  const { stdout } = new Deno.Command("ffmpeg", { args, stdout: "piped" }).outputSync();
  Deno.removeSync(path);
  return stdout;
}

for (const format of ["rgba8", "bgra8", "nv12", "i420"] as const) {
  for (const height of [360, 1080]) {
    Deno.test({
      name: `Previews look alike by the library and in TypeScript, of ${format} with ${height} rows`,
      // The library stays open.
      sanitizeResources: false,
      fn() {
        const frame = picture(format, 1001, height);
        const [native, plain] = [new Previews().make(frame), new Previews({ isPlain: true }).make(frame)];
        deepEqual([native.width, native.height], [480, Math.round(480 * height / 1001)]);
        const [a, b] = [native, plain].map(({ bytes }) => decode(bytes));
        ok(a.length === 3 * native.width * native.height && a.length === b.length);
        const difference = a.reduce((sum, value, k) => sum + Math.abs(value - b[k]), 0) / a.length;
        ok(difference < 2, `${difference}`);
      },
    });
  }
}
