/**
 * Copies a frame out of its slot, as the payload of an item.
 *
 * @module
 */
import { AudioFrame } from "../frames/audio_frame.ts";
import type { DataFrame } from "../frames/data_frame.ts";
import { EncodedFrame } from "../frames/encoded_frame.ts";
import type { Frame } from "../frames/frame.ts";
import { PacketFrame } from "../frames/packet_frame.ts";
import { VideoFrame } from "../frames/video_frame.ts";
import type { FramePayload } from "./frame_maker.ts";

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
    for (let row = 0; row < rows; row++) {
      copy.set(bytes.subarray(row * stride, row * stride + rowBytes), row * rowBytes);
    }
    return copy;
  });
  const aspect = pixelAspect !== undefined && { pixelAspect };
  return { kind: "video", ...times, pixelFormat, width, height, ...aspect, planes };
}
