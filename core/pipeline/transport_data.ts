/**
 * What goes in and out of a pipeline's session: a frame of any kind, text or bytes, as plain data that belongs to whoever
 * has it. No slot of a pool is behind it.
 *
 * @module
 */
import type { Codec, PixelFormat } from "../frames/format.ts";
import type { PixelAspect } from "../frames/pixel_aspect.ts";
import type { ColumnOf, PacketNumber } from "../frames/packet_frame.ts";

/** What every payload may say of its time. */
export interface TransportTimes {
  /** Presentation time, nanoseconds; by default the end of the item before it on the same port, or 0. */
  readonly ptsNs?: number;
  /** How long it lasts, nanoseconds. That of audio follows from its samples. */
  readonly durationNs?: number;
  /** Whether items are missing before this one; by default `false`. */
  readonly discontinuity?: boolean;
}

/** A block of audio. */
export interface TransportAudio extends TransportTimes {
  /** Which kind of payload it is. */
  readonly kind: "audio";
  /** Hertz. */
  readonly sampleRateHz: number;
  /** One array a channel, all of one length; full scale is ±1. */
  readonly channels: readonly Float32Array[];
}

/** A picture. */
export interface TransportVideo extends TransportTimes {
  /** Which kind of payload it is. */
  readonly kind: "video";
  /** How the planes lie in memory. */
  readonly pixelFormat: PixelFormat;
  /** Pixels in a row. */
  readonly width: number;
  /** Rows. */
  readonly height: number;
  /** Pictures a second; absent where it varies or is not known. */
  readonly frameRate?: number;
  /** How wide a pixel is by its height, where they differ: `16:15`. */
  readonly pixelAspect?: PixelAspect;
  /** The bytes of each plane, row by row without padding. */
  readonly planes: readonly Uint8Array[];
}

/** An access unit of compressed video, or a packet of compressed audio. */
export interface TransportEncoded extends TransportTimes {
  /** Which kind of payload it is. */
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
  /** For Opus: by how many decibels its decoder makes it louder; by default 0. */
  readonly gainDb?: number;
  /** For video: how wide a pixel is by its height, where the container tells that they differ. */
  readonly pixelAspect?: PixelAspect;
  /** The payload. */
  readonly bytes: Uint8Array;
  /** Whether decoding can start here; by default for audio codecs and JPEG only. */
  readonly keyframe?: boolean;
  /** Whether it is decoded only for those that follow; by default `false`. */
  readonly decodeOnly?: boolean;
  /** When it is to be decoded, nanoseconds; by default `ptsNs`. */
  readonly dtsNs?: number;
}

/** A batch of records, as columns. */
export interface TransportPacket extends TransportTimes {
  /** Which kind of payload it is. */
  readonly kind: "packet";
  /** The numbers of each field, as many for each. The class of an array is the type of its field. */
  readonly columns: { readonly [field: string]: ColumnOf<PacketNumber> };
}

/** A value of a data port. */
export interface TransportValue extends TransportTimes {
  /** Which kind of payload it is. */
  readonly kind: "data";
  /** The value; neither side may change it. */
  readonly value: unknown;
}

/** A value of a data port that is a string. */
export interface TransportText extends TransportTimes {
  /** Which kind of payload it is. */
  readonly kind: "text";
  /** The string. */
  readonly text: string;
}

/** A value of a data port that is a `Uint8Array`. */
export interface TransportBytes extends TransportTimes {
  /** Which kind of payload it is. */
  readonly kind: "bytes";
  /** The bytes. */
  readonly bytes: Uint8Array;
}

/** Says that nothing more comes for a port, or, where no port is named, for any. It is only sent to a session. */
export interface TransportEnd {
  /** Which kind of payload it is. */
  readonly kind: "end";
}

/** What an item carries. */
export type TransportPayload =
  | TransportAudio
  | TransportVideo
  | TransportEncoded
  | TransportPacket
  | TransportValue
  | TransportText
  | TransportBytes
  | TransportEnd;

/** What an item says beside its payload. */
export interface TransportLabels {
  /** The exposed port of the graph. It may be absent for an input where the graph exposes one. */
  readonly port?: string;
  /** Counts the items of a port, from 0; a whole number. Outputs have it; inputs may. */
  readonly sequence?: number;
  /** Anything else, by name. A session hands none of it on: it is for transports and those who use them. */
  readonly metadata?: { readonly [name: string]: string };
}

/**
 * An item of a session. It does not change; `with…()` gives another one.
 *
 * @example
 * ```ts
 * import { TransportData } from "@sluice/sluice";
 *
 * const line = new TransportData({ kind: "text", text: "hello" }, { port: "words" });
 * console.log(line.withSequence(3).sequence); // 3
 * ```
 */
export class TransportData<P extends TransportPayload = TransportPayload> {
  /** What it carries. */
  readonly payload: P;
  /** The exposed port of the graph. */
  readonly port: string | undefined;
  /** Counts the items of a port, from 0. */
  readonly sequence: number | undefined;
  /** Anything else, by name. */
  readonly metadata: { readonly [name: string]: string };

  /**
   * Makes an item.
   *
   * @param payload is kept as it is
   */
  constructor(payload: P, labels: TransportLabels = {}) {
    this.payload = payload;
    this.port = labels.port;
    this.sequence = labels.sequence;
    this.metadata = Object.freeze({ ...labels.metadata });
    Object.freeze(this);
  }

  /** The same for another port. */
  withPort(port: string): TransportData<P> {
    return new TransportData(this.payload, { ...this, port });
  }

  /** The same with another number. */
  withSequence(sequence: number): TransportData<P> {
    return new TransportData(this.payload, { ...this, sequence });
  }

  /** The same with more metadata; of equal names, the new ones count. */
  withMetadata(metadata: { readonly [name: string]: string }): TransportData<P> {
    return new TransportData(this.payload, { ...this, metadata: { ...this.metadata, ...metadata } });
  }
}

/** How items become bytes, and bytes items. */
export interface TransportFormat {
  /** The media type of the bytes. */
  readonly contentType: string;
  /**
   * Writes an item.
   *
   * @throws {SluiceError} `InvalidMessage` for what the format cannot carry, `LimitExceeded` for what is too large
   */
  serialize(data: TransportData): Uint8Array<ArrayBuffer>;
  /**
   * Reads an item. What it has of the bytes it has copied.
   *
   * @throws {SluiceError} `InvalidMessage` for bytes that are none, `LimitExceeded` for too many of them
   */
  deserialize(bytes: Uint8Array): TransportData;
}
