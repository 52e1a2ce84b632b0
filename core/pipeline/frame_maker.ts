/**
 * Makes frames from payloads, the inverse of `frame_payload.ts`.
 *
 * @module
 */
import { acquire } from "../app/source_item.ts";
import type { AudioFrame } from "../frames/audio_frame.ts";
import type { DataFrame } from "../frames/data_frame.ts";
import type { EncodedFrame } from "../frames/encoded_frame.ts";
import type { Frame } from "../frames/frame.ts";
import type { PacketFrame } from "../frames/packet_frame.ts";
import { planesOf, type VideoFrame } from "../frames/video_frame.ts";
import type { StreamOutput } from "../ports/stream.ts";
import { columnType } from "./payload_check.ts";
import type { TransportPayload, TransportTimes } from "./transport_data.ts";

/** The payloads that a source accepts: all but the end of a port. */
export type FramePayload = Exclude<TransportPayload, { kind: "end" }>;

type Payload<K extends FramePayload["kind"]> = Extract<FramePayload, { kind: K }>;

/** Makes the frames of one port. Items without a time follow each other. */
export class FrameMaker {
  #endPtsNs = 0;
  /** One object for all batches, because a frame identifies its layout by this object. */
  #fields: { [name: string]: string } | undefined;

  /**
   * Makes the frame of a checked payload. Waits for a free slot.
   *
   * @throws {RangeError} for a payload that exceeds the slots of the output's pool
   */
  async make(output: StreamOutput<Frame>, payload: FramePayload): Promise<Frame> {
    const frame = await this.#filled(output, payload);
    const times: TransportTimes = payload;
    frame.ptsNs = times.ptsNs ?? this.#endPtsNs;
    if (times.durationNs !== undefined && payload.kind !== "audio") frame.durationNs = times.durationNs;
    frame.discontinuity = times.discontinuity ?? false;
    if (payload.kind === "encoded") (frame as EncodedFrame).dtsNs = payload.dtsNs ?? frame.ptsNs;
    this.#endPtsNs = frame.ptsNs + frame.durationNs;
    return frame;
  }

  #filled(output: StreamOutput<Frame>, payload: FramePayload): Promise<Frame> {
    switch (payload.kind) {
      case "audio":
        return audio(output as StreamOutput<AudioFrame>, payload);
      case "video":
        return video(output as StreamOutput<VideoFrame>, payload);
      case "encoded":
        return encoded(output as StreamOutput<EncodedFrame>, payload);
      case "packet":
        return this.#packet(output as StreamOutput<PacketFrame>, payload);
      case "data":
        return value(output as StreamOutput<DataFrame>, payload.value);
      case "text":
        return value(output as StreamOutput<DataFrame>, payload.text);
      case "bytes":
        return value(output as StreamOutput<DataFrame>, payload.bytes);
    }
  }

  async #packet(output: StreamOutput<PacketFrame>, { columns }: Payload<"packet">): Promise<Frame> {
    const all = Object.entries(columns);
    this.#fields ??= Object.fromEntries(all.map(([name, column]) => [name, columnType(column)!]));
    const frame = await acquire(output, { fields: this.#fields, capacity: all[0][1].length });
    for (const [name, column] of all) frame.column(name).set(column);
    return frame;
  }
}

async function audio(output: StreamOutput<AudioFrame>, { sampleRateHz, channels }: Payload<"audio">): Promise<Frame> {
  const frame = await acquire(output, { sampleRateHz, channels: channels.length, sampleCount: channels[0].length });
  for (const [at, samples] of channels.entries()) frame.channel(at).set(samples);
  return frame;
}

async function video(output: StreamOutput<VideoFrame>, payload: Payload<"video">): Promise<Frame> {
  const { pixelFormat, width, height, frameRate, pixelAspect } = payload;
  const frame = await acquire(output, { pixelFormat, width, height, frameRate, pixelAspect });
  for (const [at, { rowBytes, rows, stride }] of planesOf(pixelFormat, width, height).entries()) {
    const [from, to] = [payload.planes[at], frame.plane(at)];
    for (let row = 0; row < rows; row++) to.set(from.subarray(row * rowBytes, (row + 1) * rowBytes), row * stride);
  }
  return frame;
}

async function encoded(output: StreamOutput<EncodedFrame>, payload: Payload<"encoded">): Promise<Frame> {
  const { codec, width, height, channels, sampleRateHz, gainDb, pixelAspect, bytes, keyframe } = payload;
  const measures = { width, height, channels, sampleRateHz, gainDb, pixelAspect };
  const frame = await acquire(output, { codec, ...measures, keyframe, maxBytes: bytes.length });
  frame.bytes.set(bytes);
  frame.decodeOnly = payload.decodeOnly ?? false;
  return frame;
}

function value(output: StreamOutput<DataFrame>, each: unknown): Promise<Frame> {
  return acquire(output, { value: each });
}
