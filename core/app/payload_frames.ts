/**
 * Frames and payloads: makes the frame of a payload, and copies a frame out of its slot as a payload.
 *
 * @module
 */
import { AudioFrame } from "../frames/audio_frame.ts";
import type { DataFrame } from "../frames/data_frame.ts";
import { EncodedFrame } from "../frames/encoded_frame.ts";
import type { Frame } from "../frames/frame.ts";
import { columnType, PacketFrame, type PacketNumber } from "../frames/packet_frame.ts";
import { planesOf, VideoFrame } from "../frames/video_frame.ts";
import type { TransportPayload, TransportTimes, TransportVideo } from "../pipeline/transport_data.ts";
import type { StreamOutput } from "../ports/stream.ts";

/** The payloads that a source accepts: all but the end of a port. */
export type FramePayload = Exclude<TransportPayload, { kind: "end" }>;

/** Makes the frames of one port. Items without a time follow each other. */
export class FrameMaker {
  #endPtsNs = 0;
  /** One object for all batches, because a frame identifies its layout by this object. */
  #fields: { readonly [name: string]: PacketNumber } | undefined;

  /** @param fields the types of a batch's fields; by default those of the first batch */
  constructor(fields?: { readonly [name: string]: PacketNumber }) {
    this.#fields = fields;
  }

  /**
   * Makes the frame of a checked payload. Waits for a free slot.
   *
   * @param strides bytes from one row of each plane to the next; by default rows follow each other without padding
   * @throws {RangeError} for a payload that exceeds the slots of the output's pool
   */
  async make(output: StreamOutput<Frame>, payload: FramePayload, strides?: readonly number[]): Promise<Frame> {
    const frame = await acquire(output, this.#shapeOf(payload));
    fill(frame, payload, strides);
    const times: TransportTimes = payload;
    frame.ptsNs = times.ptsNs ?? this.#endPtsNs;
    if (times.durationNs !== undefined && payload.kind !== "audio") frame.durationNs = times.durationNs;
    frame.discontinuity = times.discontinuity ?? false;
    if (payload.kind === "encoded") (frame as EncodedFrame).dtsNs = payload.dtsNs ?? frame.ptsNs;
    this.#endPtsNs = frame.ptsNs + frame.durationNs;
    return frame;
  }

  /** Returns the shape by which an output gives a frame. */
  #shapeOf(payload: FramePayload): unknown {
    switch (payload.kind) {
      case "audio": {
        const { sampleRateHz, channels } = payload;
        return { sampleRateHz, channels: channels.length, sampleCount: channels[0].length };
      }
      case "video": {
        const { pixelFormat, width, height, frameRate, pixelAspect } = payload;
        return { pixelFormat, width, height, frameRate, pixelAspect };
      }
      case "encoded": {
        const { codec, width, height, channels, sampleRateHz, gainDb, pixelAspect, bytes, keyframe } = payload;
        const measures = { width, height, channels, sampleRateHz, gainDb, pixelAspect };
        return { codec, ...measures, keyframe, maxBytes: bytes.length };
      }
      case "packet": {
        const all = Object.entries(payload.columns);
        this.#fields ??= Object.fromEntries(all.map(([name, column]) => [name, columnType(column)!]));
        return { fields: this.#fields, capacity: all[0]?.[1].length ?? 0 };
      }
      case "data":
        return { value: payload.value };
      case "text":
        return { value: payload.text };
      case "bytes":
        return { value: payload.bytes };
    }
  }
}

function acquire(output: StreamOutput<Frame>, shape: unknown): Promise<Frame> {
  return output.acquire(shape as Parameters<StreamOutput<Frame>["acquire"]>[0]);
}

/** Copies the contents of a payload into its frame; a value came with the shape. */
function fill(frame: Frame, payload: FramePayload, strides: readonly number[] | undefined): void {
  if (payload.kind === "audio") {
    for (const [at, samples] of payload.channels.entries()) (frame as AudioFrame).channel(at).set(samples);
  } else if (payload.kind === "video") {
    copyPlanes(payload, frame as VideoFrame, strides);
  } else if (payload.kind === "encoded") {
    (frame as EncodedFrame).bytes.set(payload.bytes);
    (frame as EncodedFrame).decodeOnly = payload.decodeOnly ?? false;
  } else if (payload.kind === "packet") {
    for (const [name, column] of Object.entries(payload.columns)) (frame as PacketFrame).column(name).set(column);
  }
}

function copyPlanes(
  { pixelFormat, width, height, planes }: TransportVideo,
  frame: VideoFrame,
  strides: readonly number[] | undefined,
): void {
  for (const [at, { rowBytes, rows, stride }] of planesOf(pixelFormat, width, height).entries()) {
    copyRows(planes[at], strides?.[at] ?? rowBytes, frame.plane(at), stride, { rowBytes, rows });
  }
}

function copyRows(
  from: Uint8Array,
  fromStride: number,
  to: Uint8Array,
  toStride: number,
  { rowBytes, rows }: { readonly rowBytes: number; readonly rows: number },
): void {
  if (fromStride === toStride) return to.set(from.subarray(0, Math.min(from.length, to.length)));
  for (let row = 0; row < rows; row++) {
    to.set(from.subarray(row * fromStride, row * fromStride + rowBytes), row * toStride);
  }
}

/** Copies the payload of a frame: no part of it stays in the slot. Values that nodes of one lane share stay shared. */
export function payloadOf(frame: Frame): FramePayload {
  const { ptsNs, durationNs, discontinuity } = frame;
  const times = { ptsNs, ...(durationNs !== 0 && { durationNs }), ...(discontinuity && { discontinuity }) };
  if (frame instanceof AudioFrame) {
    const channels = Array.from({ length: frame.channels }, (_, at) => frame.channel(at).slice());
    return { kind: "audio", ...times, sampleRateHz: frame.sampleRateHz, channels };
  }
  if (frame instanceof VideoFrame) return videoOf(frame, times);
  if (frame instanceof EncodedFrame) {
    const { keyframe, dtsNs, decodeOnly, format } = frame;
    const known = Object.fromEntries(Object.entries(format).filter(([, value]) => value !== undefined));
    return {
      ...known as typeof format,
      ...times,
      dtsNs,
      keyframe,
      ...(decodeOnly && { decodeOnly }),
      bytes: frame.bytes.slice(),
    };
  }
  if (frame instanceof PacketFrame) {
    const names = Object.keys(frame.fields);
    return {
      kind: "packet",
      ...times,
      columns: Object.fromEntries(names.map((name) => [name, frame.column(name).slice()])),
    };
  }
  const { value, structType, structLayout } = frame as DataFrame<{ toJSON?: () => unknown }>;
  if (typeof value === "string") return { kind: "text", ...times, text: value };
  if (value instanceof Uint8Array) return { kind: "bytes", ...times, bytes: value };
  // A value of fixed layout is a view of the slot.
  const isView = structType !== undefined || structLayout !== undefined;
  return { kind: "data", ...times, value: isView ? value.toJSON?.() ?? value : value };
}

function videoOf(frame: VideoFrame, times: { readonly ptsNs: number }): FramePayload {
  const { pixelFormat, width, height, pixelAspect } = frame;
  const planes = frame.planes.map(({ rowBytes, rows }, at) => {
    const [bytes, stride] = [frame.plane(at), frame.stride(at)];
    const copy = new Uint8Array(rowBytes * rows);
    copyRows(bytes, stride, copy, rowBytes, { rowBytes, rows });
    return copy;
  });
  const aspect = pixelAspect !== undefined && { pixelAspect };
  return { kind: "video", ...times, pixelFormat, width, height, ...aspect, planes };
}
