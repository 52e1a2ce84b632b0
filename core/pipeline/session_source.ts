/**
 * The source behind an input of a session: a node of `appSource`'s kind whose format is that of its first item. Values
 * have none.
 *
 * @module
 */
import { appNode } from "../app/app_node.ts";
import { acquire, type SourceItem } from "../app/source_item.ts";
import { AppSource, type AppSourceHandle } from "../app/source_node.ts";
import { SluiceError } from "../errors.ts";
import type { AudioFrame } from "../frames/audio_frame.ts";
import type { DataFrame } from "../frames/data_frame.ts";
import type { EncodedFrame } from "../frames/encoded_frame.ts";
import { describeFormat, findClash, type FormatAccepts, type FrameFormat, type FrameKind } from "../frames/format.ts";
import type { Frame } from "../frames/frame.ts";
import type { PacketFrame } from "../frames/packet_frame.ts";
import { planesOf, type VideoFrame } from "../frames/video_frame.ts";
import type { StreamOutput } from "../ports/stream.ts";
import type { NodeSpec } from "../registry/node_type.ts";
import { columnType } from "./payload_check.ts";
import type { TransportPayload, TransportTimes } from "./transport_data.ts";

/** What a source takes: the end of a port is no item of it. */
export type FramePayload = Exclude<TransportPayload, { kind: "end" }>;

type Payload<K extends FramePayload["kind"]> = Extract<FramePayload, { kind: K }>;

/** Kinds of payload by the kind of the port that takes them. */
const TAKEN: { readonly [K in FrameKind]: readonly FramePayload["kind"][] } = {
  audio: ["audio"],
  video: ["video"],
  encoded: ["encoded"],
  packet: ["packet"],
  data: ["data", "text", "bytes"],
};

/** The class of the frames of each kind. */
export const FRAME_TYPES: { readonly [K in FrameKind]: string } = {
  audio: "AudioFrame",
  video: "VideoFrame",
  encoded: "EncodedFrame",
  packet: "PacketFrame",
  data: "DataFrame",
};

/** A port that takes items. */
export interface SourcePort {
  /** The name by which the graph exposes it. */
  readonly name: string;
  /** What kind of frames it takes. */
  readonly kind: FrameKind;
  /** What formats it takes; absent: any. */
  readonly accepts?: FormatAccepts;
}

/** Compares the items of a port with what the port takes, and with its first item. */
export class ItemCheck {
  readonly #port: SourcePort;
  #format: FrameFormat | undefined;
  #text = "";

  constructor(port: SourcePort) {
    this.#port = port;
  }

  /** @throws {SluiceError} `TypeMismatch` */
  check(payload: FramePayload): void {
    const { name, kind, accepts } = this.#port;
    if (!TAKEN[kind].includes(payload.kind)) this.#refuse(payload.kind, TAKEN[kind].join(" or "));
    const format = formatOf(payload);
    if (format === undefined) return;
    const text = format.kind === "packet" ? format.schema : describeFormat(format);
    if (this.#format === undefined) {
      const clash = accepts && findClash(format, accepts);
      if (clash !== undefined) this.#refuse(`${clash.field} ${clash.found}`, clash.wanted.join(" or "));
      this.#format = format;
      this.#text = text;
    } else if (text !== this.#text) {
      throw new SluiceError(
        "TypeMismatch",
        `Cannot send ${text} to port "${name}": its first item was ${this.#text}, and so must be those that follow`,
        { port: name, expected: this.#text, actual: text },
      );
    }
  }

  #refuse(found: string, wanted: string): never {
    const { name } = this.#port;
    throw new SluiceError("TypeMismatch", `Cannot send ${found} to port "${name}": wanted ${wanted}`, {
      port: name,
      expected: wanted,
      actual: found,
    });
  }
}

/** A source of payloads that were checked. */
export function sessionSource({ kind }: SourcePort): NodeSpec<AppSourceHandle<FramePayload, unknown>> {
  const port = { name: kind, kind, type: FRAME_TYPES[kind], ...(kind === "data" && { schema: "unknown" }) };
  const maker = new FrameMaker();
  const item: SourceItem<FramePayload, Frame> = { port, make: (output, payload) => maker.make(output, payload) };
  const processor = new AppSource<FramePayload, Frame, unknown>(item);
  return appNode(
    {
      type: "session-input",
      className: "SessionInput",
      description: "Gives a graph what a client sends.",
      mode: "external",
    },
    { ...port, direction: "output" },
    processor,
    (...args) => processor.extend(...args),
  );
}

/** The format of a payload; values have none. */
function formatOf(payload: FramePayload): FrameFormat | undefined {
  switch (payload.kind) {
    case "audio":
      return { kind: "audio", sampleRateHz: payload.sampleRateHz, channels: payload.channels.length };
    case "video": {
      const { kind, pixelFormat, width, height, frameRate } = payload;
      return { kind, pixelFormat, width, height, ...(frameRate !== undefined && { frameRate }) };
    }
    case "encoded": {
      const { kind, codec, width, height, channels, sampleRateHz } = payload;
      return { kind, codec, width, height, channels, sampleRateHz };
    }
    case "packet": {
      const fields = Object.entries(payload.columns).map(([name, column]) => `${name}: ${columnType(column)}`);
      return { kind: "packet", schema: `records of ${fields.join(", ")}` };
    }
    default:
      return undefined;
  }
}

/** Makes the frames of one port. Items without a time follow each other. */
class FrameMaker {
  #endPtsNs = 0;
  /** One object for all batches, since a frame remembers the layout by it. */
  #fields: { [name: string]: string } | undefined;

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
  const { pixelFormat, width, height, frameRate } = payload;
  const frame = await acquire(output, { pixelFormat, width, height, ...(frameRate !== undefined && { frameRate }) });
  for (const [at, { rowBytes, rows, stride }] of planesOf(pixelFormat, width, height).entries()) {
    const [from, to] = [payload.planes[at], frame.plane(at)];
    for (let row = 0; row < rows; row++) to.set(from.subarray(row * rowBytes, (row + 1) * rowBytes), row * stride);
  }
  return frame;
}

async function encoded(output: StreamOutput<EncodedFrame>, payload: Payload<"encoded">): Promise<Frame> {
  const { codec, width, height, channels, sampleRateHz, bytes, keyframe } = payload;
  const shape = { codec, width, height, channels, sampleRateHz, keyframe, maxBytes: bytes.length };
  const frame = await acquire(output, shape);
  frame.bytes.set(bytes);
  frame.decodeOnly = payload.decodeOnly ?? false;
  return frame;
}

function value(output: StreamOutput<DataFrame>, each: unknown): Promise<Frame> {
  return acquire(output, { value: each });
}
