/**
 * Views of pictures, of encoded frames, of records and of values.
 *
 * @module
 */
import type { DataFrame } from "../../core/frames/data_frame.ts";
import type { EncodedFrame } from "../../core/frames/encoded_frame.ts";
import type { PacketFrame } from "../../core/frames/packet_frame.ts";
import type { VideoFrame } from "../../core/frames/video_frame.ts";
import { jsonLine } from "../../processors/data/line_format.ts";
import { decoderName } from "./decoder_name.ts";
import { Previews } from "./preview.ts";
import { placeOf, type TakeReading, type ViewMaker } from "./tap_reading.ts";

/** Columns of a payload start at multiples of this many bytes. */
const COLUMN_ALIGN = 8;

/** The longest value that is shown, characters of its JSON. */
const MOST_JSON = 1_000_000;

/** Small pictures. Payload: JPEG. */
export class ImageView implements ViewMaker<VideoFrame> {
  readonly #previews: Previews;

  /** @param width the most pixels in a row */
  constructor(width?: number) {
    this.#previews = new Previews({ width });
  }

  take(frame: VideoFrame, isDue: boolean, give: TakeReading): boolean {
    if (!isDue) return false;
    const { width, height, pixelFormat, pixelAspect } = frame;
    const source = { width, height, pixelFormat, ...(pixelAspect !== undefined && { pixelAspect }) };
    const { bytes, ...size } = this.#previews.make(frame);
    give({ ...placeOf(frame), format: "jpeg", ...size, source }, bytes);
    return true;
  }
}

/** The most bytes of pictures a second: the thread that serves clients copies them. */
const PICTURE_BYTES = 32e6;

/**
 * Pictures as they are, of large ones fewer than were asked for. Payload: the planes one after the other, without
 * padding.
 */
export class PictureView implements ViewMaker<VideoFrame> {
  /** The ingress time from which the next picture may be given, nanoseconds. */
  #fromNs = 0;

  take(frame: VideoFrame, isDue: boolean, give: TakeReading): boolean {
    if (!isDue || frame.ingressNs < this.#fromNs) return false;
    const { width, height, pixelFormat, pixelAspect, planes } = frame;
    const payload = new Uint8Array(planes.reduce((sum, { rowBytes, rows }) => sum + rowBytes * rows, 0));
    let at = 0;
    for (const [index, { rowBytes, rows, stride }] of planes.entries()) {
      const plane = frame.plane(index);
      for (let row = 0; row < rows; row++, at += rowBytes) {
        payload.set(plane.subarray(row * stride, row * stride + rowBytes), at);
      }
    }
    this.#fromNs = frame.ingressNs + payload.length / PICTURE_BYTES * 1e9;
    give({ ...placeOf(frame), pixelFormat, width, height, ...(pixelAspect !== undefined && { pixelAspect }) }, payload);
    return true;
  }
}

/**
 * Encoded frames as they are, all of them, from a key frame on. The head of a key frame of video has the `decoder` that
 * WebCodecs has for it. Payload: the bytes.
 */
export class EncodedView implements ViewMaker<EncodedFrame> {
  #hasBegun = false;

  take(frame: EncodedFrame, _isDue: boolean, give: TakeReading): boolean {
    if (!this.#hasBegun && !frame.keyframe) return false;
    this.#hasBegun = true;
    const { kind: _, ...format } = frame.format;
    const { keyframe, dtsNs, durationNs, decodeOnly, bytes } = frame;
    const decoder = keyframe ? decoderName(format.codec, bytes) : undefined;
    const head = { keyframe, dtsNs, durationNs, ...(decodeOnly && { decodeOnly }), ...(decoder && { decoder }) };
    give({ ...placeOf(frame), ...format, ...head }, bytes.slice());
    return true;
  }
}

/** Batches of records. Payload: the columns in the order of `fields`, each from a multiple of 8 bytes on. */
export class PacketView implements ViewMaker<PacketFrame> {
  take(frame: PacketFrame, isDue: boolean, give: TakeReading): boolean {
    if (!isDue) return false;
    const { fields, batchSize, durationNs } = frame;
    const columns = Object.keys(fields).map((name) => frame.column(name));
    const aligned = (bytes: number) => Math.ceil(bytes / COLUMN_ALIGN) * COLUMN_ALIGN;
    const payload = new Uint8Array(columns.reduce((sum, { byteLength }) => sum + aligned(byteLength), 0));
    let at = 0;
    for (const { buffer, byteOffset, byteLength } of columns) {
      payload.set(new Uint8Array(buffer, byteOffset, byteLength), at);
      at += aligned(byteLength);
    }
    give({ ...placeOf(frame), durationNs, batchSize, fields }, payload);
    return true;
  }
}

/** Values. The head has `value`, in its JSON form. */
export class ValueView implements ViewMaker<DataFrame> {
  take(frame: DataFrame, isDue: boolean, give: TakeReading): boolean {
    if (!isDue) return false;
    const { value, ptsNs, schemaName } = frame;
    const line = jsonLine({ nodeId: "", ptsNs, value });
    const head = { ...placeOf(frame), schema: schemaName };
    if (line.length > MOST_JSON) give({ ...head, tooLong: line.length });
    else give({ ...head, value: JSON.parse(line).value });
    return true;
  }
}
