/**
 * Makes small pictures of red, green and blue of the pictures of a link, for previews: four pixels of the large picture
 * make one of the small.
 *
 * @module
 */
import type { VideoFrame } from "../../core/frames/video_frame.ts";
import { kernels } from "../../kernels/kernels.ts";
import type { RgbaPixels } from "./jpeg.ts";

/** From this many rows on, colours without a note of their own are those of high definition. */
const HIGH_DEFINITION_ROWS = 720;

/** Returns the matrix of a picture's colours, which pictures do not name. */
export function matrixOf({ height }: Pick<VideoFrame, "height">): "bt601" | "bt709" {
  return height >= HIGH_DEFINITION_ROWS ? "bt709" : "bt601";
}

/** Returns the size of a preview: square pixels, at most `most` in a row, and as many rows as look right. */
export function previewSize(
  { width, height, pixelAspect }: Pick<VideoFrame, "width" | "height" | "pixelAspect">,
  most: number,
): { readonly width: number; readonly height: number } {
  const [wide, high] = (pixelAspect ?? "1:1").split(":").map(Number);
  const shown = width * wide / high;
  const smallWidth = Math.max(1, Math.min(most, Math.round(shown)));
  // A picture that is narrow and very high keeps its shape, and is narrower.
  const smallHeight = Math.max(1, Math.round(smallWidth * height / shown));
  if (smallHeight <= most * 2) return { width: smallWidth, height: smallHeight };
  return { width: Math.max(1, Math.round(most * 2 * shown / height)), height: most * 2 };
}

/** Scales pictures down. Keeps its memory from picture to picture of one size. */
export class SmallPictures {
  #rgba = new Uint8Array(0);
  #yuv = [new Uint8Array(0), new Uint8Array(0), new Uint8Array(0)];

  /**
   * Makes a picture of this size, valid until the next one.
   *
   * @param width pixels in a row
   * @param height rows
   */
  make(frame: VideoFrame, { width, height }: { readonly width: number; readonly height: number }): RgbaPixels {
    const { pixelFormat } = frame;
    if (this.#rgba.length !== width * height * 4) this.#rgba = new Uint8Array(width * height * 4);
    const bytes = this.#rgba;
    if (pixelFormat === "rgba8" || pixelFormat === "bgra8") {
      shrink(planeOf(frame, 0, 4), { bytes, width, height, step: 4, first: 0 }, pixelFormat === "rgba8" ? RGB : BGR);
      return { width, height, bytes };
    }
    const half = { width: Math.ceil(width / 2), height: Math.ceil(height / 2) };
    const sizes = [width * height, half.width * half.height, half.width * half.height];
    this.#yuv = sizes.map((size, k) => this.#yuv[k].length === size ? this.#yuv[k] : new Uint8Array(size));
    const [luma, u, v] = this.#yuv;
    const chroma = (plane: Uint8Array) => ({ bytes: plane, ...half, step: 1, first: 0 });
    shrink(planeOf(frame, 0, 1), { bytes: luma, width, height, step: 1, first: 0 }, FIRST);
    if (pixelFormat === "nv12") {
      shrink(planeOf(frame, 1, 2), chroma(u), FIRST);
      shrink(planeOf(frame, 1, 2), chroma(v), SECOND);
    } else {
      shrink(planeOf(frame, 1, 1), chroma(u), FIRST);
      shrink(planeOf(frame, 2, 1), chroma(v), FIRST);
    }
    const yuv = { matrix: matrixOf(frame), luma, lumaStride: width, u, v, chromaStride: half.width };
    kernels.toRgb(yuv, { order: "rgba", width, height, bytes, stride: width * 4 });
    return { width, height, bytes };
  }
}

/** Samples of a plane: so many bytes for each. */
interface LargePlane {
  readonly bytes: Uint8Array;
  readonly stride: number;
  readonly width: number;
  readonly height: number;
  readonly step: number;
}

/** The channels of a sample that are taken, in this order. */
const RGB: readonly number[] = [0, 1, 2];
const BGR: readonly number[] = [2, 1, 0];
const FIRST: readonly number[] = [0];
const SECOND: readonly number[] = [1];

function planeOf(frame: VideoFrame, index: number, step: number): LargePlane {
  const { stride, rowBytes, rows } = frame.planes[index];
  return { bytes: frame.plane(index), stride, width: rowBytes / step, height: rows, step };
}

/** Sets each small sample to the mean of four large ones. */
function shrink(
  from: LargePlane,
  to: {
    readonly bytes: Uint8Array;
    readonly width: number;
    readonly height: number;
    readonly step: number;
    readonly first: number;
  },
  channels: readonly number[],
): void {
  const { bytes, stride, step } = from;
  const columns = placesOf(from.width, to.width, step);
  const rows = placesOf(from.height, to.height, stride);
  for (let y = 0; y < to.height; y++) {
    const [upper, lower] = [rows[2 * y], rows[2 * y + 1]];
    for (let x = 0; x < to.width; x++) {
      const [left, right] = [columns[2 * x], columns[2 * x + 1]];
      const at = (y * to.width + x) * to.step;
      for (let k = 0; k < channels.length; k++) {
        const channel = channels[k];
        const sum = bytes[upper + left + channel] + bytes[upper + right + channel] +
          bytes[lower + left + channel] + bytes[lower + right + channel];
        to.bytes[at + k] = (sum + 2) / 4;
      }
    }
  }
}

/** Returns the places of the two samples that each small sample takes along one axis, in bytes. */
function placesOf(large: number, small: number, step: number): Uint32Array {
  return Uint32Array.from({ length: 2 * small }, (_, k) => Math.floor((k + 0.5) * large / (2 * small)) * step);
}
