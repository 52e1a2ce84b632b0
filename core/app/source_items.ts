/**
 * The items that a script pushes, one kind of frame after the other: their types, their checks, and the payloads from
 * which their frames are made.
 *
 * @module
 */
import { type AudioFrame, MAX_CHANNELS } from "../frames/audio_frame.ts";
import type { DataFrame } from "../frames/data_frame.ts";
import { assertEncodedShape, type EncodedFrame } from "../frames/encoded_frame.ts";
import type { EncodedFormat, FrameKind, PixelFormat } from "../frames/format.ts";
import type { Frame } from "../frames/frame.ts";
import { KIND_FACTS } from "../frames/kinds.ts";
import type { ColumnOf, PacketFrame, PacketNumber } from "../frames/packet_frame.ts";
import type { PixelAspect } from "../frames/pixel_aspect.ts";
import { assertVideoShape, type PlaneLayout, planesOf, type VideoFrame } from "../frames/video_frame.ts";
import type { PortDescriptor } from "../descriptor/descriptor.ts";
import { kindOf } from "../errors/kind_of.ts";
import type { TransportPacket } from "../pipeline/transport_data.ts";
import type { StreamOutput } from "../ports/stream.ts";
import { FrameMaker, type FramePayload } from "./payload_frames.ts";

/** Converts items of type `I` to frames of type `F`. */
export interface SourceItem<I, F extends Frame> {
  /** The kind of the frames, and the name of the output. */
  readonly kind: FrameKind;
  /** Announces the format, as far as known before the first item. */
  announce?(output: StreamOutput<F>): void;
  /**
   * Makes the frame of one item, waiting for a free slot.
   *
   * @throws {TypeError} or {RangeError} if the item does not suit the source
   */
  make(output: StreamOutput<F>, item: I): Promise<F>;
}

/** The format of an audio source's blocks. */
export interface AppAudioOptions {
  /** The sample rate, hertz. */
  readonly sampleRateHz: number;
  /** The number of channels, 1 to 64. */
  readonly channels: number;
}

/** A block of audio to push. */
export interface AppAudioBlock {
  /** One array for each channel, all of one length. They are copied before `push()` resolves. */
  readonly channels: readonly Float32Array[];
  /** Presentation time, nanoseconds; by default the end of the block before, or 0. */
  readonly ptsNs?: number;
  /** True if samples are missing before the block; by default `false`. */
  readonly discontinuity?: boolean;
}

/** Makes frames of one rate and number of channels. @throws {RangeError} for a rate or channels out of range */
export function audioItem(options: AppAudioOptions): SourceItem<AppAudioBlock, AudioFrame> {
  assertObject(options, "Cannot make an audio source", 'an object with "sampleRateHz" and "channels"');
  const { sampleRateHz, channels } = options;
  if (!Number.isInteger(channels) || channels < 1 || channels > MAX_CHANNELS) {
    throw new RangeError(`Cannot make an audio source of ${channels} channels: wanted 1 to ${MAX_CHANNELS}`);
  }
  if (!(Number.isInteger(sampleRateHz) && sampleRateHz >= 1 && sampleRateHz <= 0xffffffff)) {
    throw new RangeError(`Cannot make an audio source of ${sampleRateHz} Hz: wanted a whole number of hertz`);
  }
  return {
    kind: "audio",
    announce: (output) => output.announce({ kind: "audio", ...options }),
    make: framesOf((block) => {
      checkBlock(block, channels);
      const { ptsNs, discontinuity } = block;
      return { kind: "audio", sampleRateHz, channels: block.channels, ptsNs, discontinuity };
    }),
  };
}

function checkBlock(block: AppAudioBlock, wanted: number): void {
  assertObject(block, "Cannot push a block", 'an object with "channels"');
  const { channels } = block;
  assertLists(channels, "Cannot push a block", "channels", "one Float32Array a channel");
  if (channels.length !== wanted) {
    throw new RangeError(`Cannot push a block of ${channels.length} channels: wanted ${wanted}`);
  }
  const [{ length }] = channels;
  const other = channels.find((samples) => samples.length !== length);
  if (other === undefined) return;
  throw new RangeError(
    `Cannot push a block whose channels have ${length} and ${other.length} samples: wanted as many in each`,
  );
}

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
  const maker = new FrameMaker();
  return {
    kind: "video",
    announce: (output) => output.announce({ kind: "video", ...options }),
    make: async (output, picture) => {
      const strides = checkPicture(picture, layout, options.pixelFormat);
      const { planes, ptsNs, discontinuity } = picture;
      const payload = { kind: "video", ...options, planes, ptsNs, discontinuity } as const;
      return await maker.make(output as unknown as StreamOutput<Frame>, payload, strides) as VideoFrame;
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

/** The codec of an encoded source's frames and, if known, its rates and sizes. */
export type AppEncodedOptions = Omit<EncodedFormat, "kind">;

/** An access unit or packet to push. */
export interface AppEncodedUnit {
  /** The payload. It is copied before `push()` resolves. */
  readonly bytes: Uint8Array;
  /** True if decoding can start here; by default for audio codecs only. */
  readonly keyframe?: boolean;
  /** Presentation time, nanoseconds; by default the end of the unit before, or 0. */
  readonly ptsNs?: number;
  /** Decoding time, nanoseconds; by default `ptsNs`. */
  readonly dtsNs?: number;
  /** Duration, nanoseconds; by default 0. */
  readonly durationNs?: number;
  /** True if the unit is decoded only for later ones, and not shown or heard; by default `false`. */
  readonly decodeOnly?: boolean;
  /** True if units are missing before this one; by default `false`. */
  readonly discontinuity?: boolean;
}

/** Makes frames of one codec. @throws {RangeError} for an unknown codec, and for rates or sizes out of range */
export function encodedItem(options: AppEncodedOptions): SourceItem<AppEncodedUnit, EncodedFrame> {
  assertObject(options, "Cannot make an encoded source", 'an object with "codec"');
  assertEncodedShape(options);
  return {
    kind: "encoded",
    announce: (output) => output.announce({ kind: "encoded", ...options }),
    make: framesOf((unit) => {
      assertObject(unit, "Cannot push an encoded frame", 'an object with "bytes"');
      const { bytes, keyframe, ptsNs, dtsNs, durationNs, decodeOnly, discontinuity } = unit;
      if (!(bytes instanceof Uint8Array)) {
        throw new TypeError("Cannot push an encoded frame: wanted its bytes as a Uint8Array");
      }
      const times = { ptsNs, dtsNs, durationNs, discontinuity };
      return { kind: "encoded", ...options, bytes, keyframe, decodeOnly, ...times };
    }),
  };
}

/** The format of a packet source's records. */
export interface AppPacketOptions<T extends { readonly [K in keyof T]: PacketNumber }> {
  /** The type of each field, by name. */
  readonly fields: T;
}

/** A batch of records to push, field by field. */
export interface AppRecords<T extends { readonly [K in keyof T]: PacketNumber }> {
  /** The numbers of each field, with one length for all. They are copied before `push()` resolves. */
  readonly columns: { readonly [K in keyof T]: ColumnOf<T[K]> | readonly number[] };
  /** Time of the first record, nanoseconds; by default the end of the batch before, or 0. */
  readonly ptsNs?: number;
  /** Duration of the batch, nanoseconds; by default 0. */
  readonly durationNs?: number;
  /** True if records are missing before the batch; by default `false`. */
  readonly discontinuity?: boolean;
}

/** Makes frames of records with these fields. */
export function packetItem<T extends { readonly [K in keyof T]: PacketNumber }>(
  options: AppPacketOptions<T>,
): SourceItem<AppRecords<T>, PacketFrame<T>> {
  assertObject(options, "Cannot make a packet source", 'an object with "fields"');
  const { fields } = options;
  assertObject(fields, 'Cannot make a packet source of "fields"', "the type of each field, by name");
  const names = Object.keys(fields) as (keyof T & string)[];
  return {
    kind: "packet",
    make: framesOf((records) => {
      assertObject(records, "Cannot push records", 'an object with "columns"');
      const { columns, ptsNs, durationNs, discontinuity } = records;
      assertObject(columns, 'Cannot push records of "columns"', "the numbers of each field, by name");
      checkColumns(columns, names);
      return { kind: "packet", columns: columns as TransportPacket["columns"], ptsNs, durationNs, discontinuity };
    }, fields),
  };
}

function checkColumns<K extends string>(
  columns: { readonly [N in K]?: { readonly length: number } },
  names: readonly K[],
): void {
  const given = Object.keys(columns);
  const wanted = names.map((name) => `"${name}"`).join(", ");
  const missing = names.find((name) => columns[name] === undefined);
  if (missing !== undefined) {
    throw new TypeError(`Cannot push records without the field "${missing}": their fields are ${wanted}`);
  }
  const unknown = given.find((name) => !(names as readonly string[]).includes(name));
  if (unknown !== undefined) {
    throw new TypeError(`Cannot push records with the field "${unknown}": their fields are ${wanted}`);
  }
  for (const name of names) assertObject(columns[name], `Cannot push records of field "${name}"`, "a list of numbers");
  const count = columns[names[0]]?.length ?? 0;
  for (const name of names) {
    const found = columns[name]!.length;
    if (found === count) continue;
    throw new RangeError(
      `Cannot push records of which there are ${count} of "${
        names[0]
      }" and ${found} of "${name}": wanted as many of each`,
    );
  }
}

/** A value to push. */
export interface AppValue<T> {
  /** The value. It travels by reference on its own lane: do not change it afterwards. */
  readonly value: T;
  /** Presentation time, nanoseconds; by default 0. */
  readonly ptsNs?: number;
}

/** Makes frames of values of any type. */
export function dataItem<T>(): SourceItem<AppValue<T>, DataFrame<T>> {
  return {
    kind: "data",
    make: framesOf((item) => {
      assertObject(item, "Cannot push a value", 'an object with "value"');
      return { kind: "data", value: item.value, ptsNs: item.ptsNs ?? 0 };
    }),
  };
}

/** Returns the port of a node for one kind of frames, which is named as the kind. */
export function portOf(kind: FrameKind): Pick<PortDescriptor, "name" | "kind" | "type" | "schema"> {
  return { name: kind, kind, type: KIND_FACTS[kind].frame, ...(kind === "data" && { schema: "unknown" }) };
}

/** Makes frames of the payloads of checked items. */
function framesOf<I, F extends Frame>(
  payloadOf: (item: I) => FramePayload,
  fields?: { readonly [name: string]: PacketNumber },
): SourceItem<I, F>["make"] {
  const maker = new FrameMaker(fields);
  return async (output, item) => await maker.make(output as unknown as StreamOutput<Frame>, payloadOf(item)) as F;
}

/**
 * Refuses a value that is not an object, before its keys are read.
 *
 * @param attempt the start of the message: `Cannot push a block`
 * @param wanted the wanted value, in words: `an object with "channels"`
 * @throws {TypeError} for any other value
 */
function assertObject(value: unknown, attempt: string, wanted: string): void {
  if (typeof value === "object" && value !== null) return;
  throw new TypeError(`${attempt}: found ${kindOf(value)}, wanted ${wanted}`);
}

/**
 * Refuses a value that is not a list of lists.
 *
 * @param attempt the start of the message: `Cannot push a block`
 * @param name the name of the list: `channels`
 * @param wanted the type of each inner list: `Float32Array`
 * @throws {TypeError} for any other value
 */
function assertLists(lists: unknown, attempt: string, name: string, wanted: string): void {
  const refuse = (what: string, found: unknown): never => {
    throw new TypeError(`${attempt}: ${what} is ${kindOf(found)}, wanted ${wanted}`);
  };
  if (!Array.isArray(lists)) return refuse(`"${name}"`, lists);
  const strange = lists.findIndex((each) => typeof each?.length !== "number" || typeof each === "string");
  if (strange >= 0) refuse(`${name}[${strange}]`, lists[strange]);
}
