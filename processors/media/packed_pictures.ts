/**
 * Pictures as programs hand them on: the rows of their planes one after the other, without gaps.
 *
 * @module
 */
import { planesOf, type VideoFrame, type VideoShape } from "../../core/frames/video_frame.ts";

/** Bytes of a picture. */
export function packedBytes({ pixelFormat, width, height }: VideoShape): number {
  return planesOf(pixelFormat, width, height).reduce((sum, { rowBytes, rows }) => sum + rowBytes * rows, 0);
}

/** Copies a picture's rows out of a frame, from a place on. */
export function packPicture(frame: VideoFrame, into: Uint8Array, from = 0): void {
  let at = from;
  for (const [index, { stride, rowBytes, rows }] of layoutOf(frame)) {
    const plane = frame.plane(index);
    for (let row = 0; row < rows; row++, at += rowBytes) {
      into.set(plane.subarray(row * stride, row * stride + rowBytes), at);
    }
  }
}

/** Copies a picture's rows into a frame. */
export function unpackPicture(bytes: Uint8Array, frame: VideoFrame): void {
  let at = 0;
  for (const [index, { stride, rowBytes, rows }] of layoutOf(frame)) {
    const plane = frame.plane(index);
    for (let row = 0; row < rows; row++, at += rowBytes) plane.set(bytes.subarray(at, at + rowBytes), row * stride);
  }
}

function layoutOf({ pixelFormat, width, height }: VideoFrame) {
  return planesOf(pixelFormat, width, height).entries();
}
