/**
 * Pictures that a script pushes.
 *
 * @module
 */
import type { PixelFormat } from "../frames/format.ts";
import type { PixelAspect } from "../frames/pixel_aspect.ts";
import { assertVideoShape, type PlaneLayout, planesOf, type VideoFrame } from "../frames/video_frame.ts";
import { acquire, assertLists, assertObject, type SourceItem } from "./source_item.ts";

/** The format of a video source's pictures. */
export interface AppVideoOptions {
  /** The layout of pixels in memory. */
  readonly pixelFormat: PixelFormat;
  /** Pixels in a row, 1 to 32,768. */
  readonly width: number;
  /** Rows, 1 to 32,768. */
  readonly height: number;
  /** Pictures a second, which set their duration; without it the duration is 0. */
  readonly frameRate?: number;
  /** The ratio of a pixel's width to its height, if not 1: `16:15`. */
  readonly pixelAspect?: PixelAspect;
}

/** A picture to push. */
export interface AppPicture {
  /** The bytes of each plane, row by row. They are copied before `push()` resolves. */
  readonly planes: readonly Uint8Array[];
  /** Bytes from one row of each plane to the next; by default rows follow each other without padding. */
  readonly strides?: readonly number[];
  /** Presentation time, nanoseconds; by default the end of the picture before, or 0. */
  readonly ptsNs?: number;
  /** True if pictures are missing before this one; by default `false`. */
  readonly discontinuity?: boolean;
}

/**
 * Makes frames of one format and size.
 *
 * @throws {RangeError} for an unknown pixel format, and for sizes, rates or aspects out of range
 */
export function videoItem(options: AppVideoOptions): SourceItem<AppPicture, VideoFrame> {
  assertObject(options, "Cannot make a video source", 'an object with "pixelFormat", "width" and "height"');
  assertVideoShape(options);
  const layout = planesOf(options.pixelFormat, options.width, options.height);
  let endPtsNs = 0;
  return {
    port: { name: "video", kind: "video", type: "VideoFrame" },
    announce: (output) => output.announce({ kind: "video", ...options }),
    make: async (output, picture) => {
      const strides = checkPicture(picture, layout, options.pixelFormat);
      const frame = await acquire(output, options);
      for (const [at, plane] of picture.planes.entries()) {
        copyRows(plane, strides[at], frame.plane(at), layout[at]);
      }
      frame.ptsNs = picture.ptsNs ?? endPtsNs;
      frame.discontinuity = picture.discontinuity ?? false;
      endPtsNs = frame.ptsNs + frame.durationNs;
      return frame;
    },
  };
}

/** @returns bytes from one row of each plane to the next */
function checkPicture(picture: AppPicture, layout: readonly PlaneLayout[], format: string): number[] {
  assertObject(picture, "Cannot push a picture", 'an object with "planes"');
  const { planes, strides } = picture;
  assertLists(planes, "Cannot push a picture", "planes", "one Uint8Array a plane");
  const counts = [["planes", planes.length], ["strides", strides?.length ?? layout.length]] as const;
  for (const [what, found] of counts) {
    if (found === layout.length) continue;
    throw new RangeError(`Cannot push a picture of ${found} ${what}: ${format} has ${layout.length} planes`);
  }
  return layout.map(({ rowBytes, rows }, at) => {
    const stride = strides?.[at] ?? rowBytes;
    if (!(Number.isInteger(stride) && stride >= rowBytes)) {
      throw new RangeError(
        `Cannot push a picture: the stride of plane ${at} is ${stride}, wanted at least ${rowBytes}, the bytes of a row`,
      );
    }
    // The last row needs no padding.
    const wanted = stride * (rows - 1) + rowBytes;
    if (planes[at].length >= wanted) return stride;
    throw new RangeError(
      `Cannot push a picture: plane ${at} has ${planes[at].length} bytes, wanted at least ${wanted} for ${rows} rows ` +
        `of ${rowBytes} bytes, ${stride} apart`,
    );
  });
}

function copyRows(from: Uint8Array, fromStride: number, to: Uint8Array, { stride, rowBytes, rows }: PlaneLayout): void {
  if (fromStride === stride) {
    to.set(from.subarray(0, Math.min(from.length, to.length)));
    return;
  }
  for (let row = 0; row < rows; row++) {
    to.set(from.subarray(row * fromStride, row * fromStride + rowBytes), row * stride);
  }
}
