/**
 * The items in and out of a pipeline's session: a frame of any kind, text or bytes, as plain data that belongs to its
 * holder, without a slot of a pool.
 *
 * @module
 */
import type { Codec, PixelFormat } from "../frames/format.ts";
import type { PixelAspect } from "../frames/pixel_aspect.ts";
import type { ColumnOf, PacketNumber } from "../frames/packet_frame.ts";

/** The times of a payload. */
export interface TransportTimes {
  /** Presentation time, nanoseconds; by default the end of the item before it on the same port, or 0. */
  readonly ptsNs?: number;
  /** Duration, nanoseconds. That of audio follows from its samples. */
  readonly durationNs?: number;
  /** True if items are missing before this one; by default `false`. */
  readonly discontinuity?: boolean;
}

/** A block of audio. */
export interface TransportAudio extends TransportTimes {
  /** The kind of payload. */
  readonly kind: "audio";
  /** The sample rate, hertz. */
  readonly sampleRateHz: number;
  /** One array for each channel, all of one length; full scale is ±1. */
  readonly channels: readonly Float32Array[];
}

/** A picture. */
export interface TransportVideo extends TransportTimes {
  /** The kind of payload. */
  readonly kind: "video";
  /** The layout of the planes in memory. */
  readonly pixelFormat: PixelFormat;
  /** Pixels in a row. */
  readonly width: number;
  /** Rows. */
  readonly height: number;
  /** Pictures a second; absent if varying or unknown. */
  readonly frameRate?: number;
  /** The ratio of a pixel's width to its height, if not 1: `16:15`. */
  readonly pixelAspect?: PixelAspect;
  /** The bytes of each plane, row by row without padding. */
  readonly planes: readonly Uint8Array[];
}

/** An access unit of compressed video, or a packet of compressed audio. */
export interface TransportEncoded extends TransportTimes {
  /** The kind of payload. */
  readonly kind: "encoded";
  /** The codec of the payload. */
  readonly codec: Codec;
  /** For video: pixels in a row, if known. */
  readonly width?: number;
  /** For video: rows, if known. */
  readonly height?: number;
  /** For audio: number of channels, if known. */
  readonly channels?: number;
  /** For audio: hertz, if known. */
  readonly sampleRateHz?: number;
  /** For Opus: the gain that its decoder adds, decibels; by default 0. */
  readonly gainDb?: number;
  /** For video: the ratio of a pixel's width to its height, if the container gives another one than 1. */
  readonly pixelAspect?: PixelAspect;
  /** The payload. */
  readonly bytes: Uint8Array;
  /** True if decoding can start here; by default for audio codecs and JPEG only. */
  readonly keyframe?: boolean;
  /** True if the unit is decoded only for later ones; by default `false`. */
  readonly decodeOnly?: boolean;
  /** Decoding time, nanoseconds; by default `ptsNs`. */
  readonly dtsNs?: number;
}

/** A batch of records, as columns. */
export interface TransportPacket extends TransportTimes {
  /** The kind of payload. */
  readonly kind: "packet";
  /** The numbers of each field, with one length for all. The class of an array is the type of its field. */
  readonly columns: { readonly [field: string]: ColumnOf<PacketNumber> };
}

/** A value of a data port. */
export interface TransportValue extends TransportTimes {
  /** The kind of payload. */
  readonly kind: "data";
  /** The value; neither side may change it. */
  readonly value: unknown;
}

/** A value of a data port that is a string. */
export interface TransportText extends TransportTimes {
  /** The kind of payload. */
  readonly kind: "text";
  /** The string. */
  readonly text: string;
}

/** A value of a data port that is a `Uint8Array`. */
export interface TransportBytes extends TransportTimes {
  /** The kind of payload. */
  readonly kind: "bytes";
  /** The bytes. */
  readonly bytes: Uint8Array;
}

/** Ends a port, or all ports if it names none. It is only sent to a session. */
export interface TransportEnd {
  /** The kind of payload. */
  readonly kind: "end";
}

/** The payload of an item. */
export type TransportPayload =
  | TransportAudio
  | TransportVideo
  | TransportEncoded
  | TransportPacket
  | TransportValue
  | TransportText
  | TransportBytes
  | TransportEnd;

/** The labels of an item beside its payload. */
export interface TransportLabels {
  /** The exposed port of the graph. An input may omit it if the graph exposes only one. */
  readonly port?: string;
  /** The number of the item on its port, from 0. Outputs have it; inputs may. */
  readonly sequence?: number;
  /** Other labels, by name. A session hands none of them on: they are for transports and their users. */
  readonly metadata?: { readonly [name: string]: string };
}

/**
 * An immutable item of a session; `with…()` returns a changed copy.
 *
 * @example
 * ```ts
 * import { TransportData } from "@sluice/sluice/pipelines";
 *
 * const line = new TransportData({ kind: "text", text: "hello" }, { port: "words" });
 * console.log(line.withSequence(3).sequence); // 3
 * ```
 */
export class TransportData<P extends TransportPayload = TransportPayload> {
  /** The payload. */
  readonly payload: P;
  /** The exposed port of the graph. */
  readonly port: string | undefined;
  /** The number of the item on its port, from 0. */
  readonly sequence: number | undefined;
  /** Other labels, by name. */
  readonly metadata: { readonly [name: string]: string };

  /**
   * Makes an item.
   *
   * @param payload the payload, which is not copied
   */
  constructor(payload: P, labels: TransportLabels = {}) {
    this.payload = payload;
    this.port = labels.port;
    this.sequence = labels.sequence;
    this.metadata = Object.freeze({ ...labels.metadata });
    Object.freeze(this);
  }

  /** Returns the item for another port. */
  withPort(port: string): TransportData<P> {
    return new TransportData(this.payload, { ...this, port });
  }

  /** Returns the item with another number. */
  withSequence(sequence: number): TransportData<P> {
    return new TransportData(this.payload, { ...this, sequence });
  }

  /** Returns the item with more metadata; a new value replaces an old one of the same name. */
  withMetadata(metadata: { readonly [name: string]: string }): TransportData<P> {
    return new TransportData(this.payload, { ...this, metadata: { ...this.metadata, ...metadata } });
  }
}

/** Converts items to bytes, and bytes to items. */
export interface TransportFormat {
  /** The media type of the bytes. */
  readonly contentType: string;
  /**
   * Writes an item.
   *
   * @throws {SluiceError} `InvalidMessage` for an item that the format cannot carry, `LimitExceeded` for one that is
   * too large
   */
  serialize(data: TransportData): Uint8Array<ArrayBuffer>;
  /**
   * Reads an item, which copies its part of the bytes.
   *
   * @throws {SluiceError} `InvalidMessage` for bytes that are not an item, `LimitExceeded` for too many bytes
   */
  deserialize(bytes: Uint8Array): TransportData;
}
