/**
 * Formats: an output announces the format of its frames before or with the first one; an input accepts some formats.
 *
 * @module
 */
import type { PixelAspect } from "./pixel_aspect.ts";

/** The kinds of frame. The set is closed. */
export type FrameKind = "audio" | "video" | "encoded" | "packet" | "data";

/** All kinds, in the order of their codes in a slot's header. */
export const FRAME_KINDS: readonly FrameKind[] = ["audio", "video", "encoded", "packet", "data"];

/** Planar 32-bit float audio. */
export interface AudioFormat {
  /** The kind of frame that this format describes. */
  readonly kind: "audio";
  /** Samples a second in each channel, in hertz. */
  readonly sampleRateHz: number;
  /** 1 to 64. */
  readonly channels: number;
  /** The loudspeaker of each channel; by default mono, stereo, or discrete. */
  readonly layout?: ChannelLayout;
}

/**
 * The memory layout of pixels. `rgba8`, `bgra8`: one plane, four bytes a pixel. `nv12`: a plane of luma, and one of
 * interleaved chroma at half width and height. `i420`: as nv12, with the two chroma components in planes of their own.
 */
export type PixelFormat = "rgba8" | "bgra8" | "nv12" | "i420";

/** Uncompressed pictures. */
export interface VideoFormat {
  /** The kind of frame that this format describes. */
  readonly kind: "video";
  /** The memory layout of pixels. */
  readonly pixelFormat: PixelFormat;
  /** Pixels in a row. */
  readonly width: number;
  /** Rows. */
  readonly height: number;
  /** Pictures a second; absent if the rate varies or is unknown. */
  readonly frameRate?: number;
  /** The width of a pixel by its height, such as `16:15`; absent for square pixels. */
  readonly pixelAspect?: PixelAspect;
}

/** The codec of a compressed stream. `docs/processors/media.md` defines one frame of each. */
export type Codec = "h264" | "hevc" | "vp8" | "vp9" | "av1" | "opus" | "aac" | "flac" | "mp3" | "jpeg";

/** Audio codecs; the others are video codecs. */
export const AUDIO_CODECS: ReadonlySet<string> = new Set<Codec>(["opus", "aac", "flac", "mp3"]);

/** Compressed video or audio. */
export interface EncodedFormat {
  /** The kind of frame that this format describes. */
  readonly kind: "encoded";
  /** The codec of the stream. */
  readonly codec: Codec;
  /** For video: pixels in a row; absent if unknown. */
  readonly width?: number;
  /** For video: rows; absent if unknown. */
  readonly height?: number;
  /** For audio: number of channels; absent if unknown. */
  readonly channels?: number;
  /** For audio: samples a second, in hertz; absent if unknown. */
  readonly sampleRateHz?: number;
  /** For Opus: the gain that its decoder applies, in decibels; absent for none. */
  readonly gainDb?: number;
  /** For video: the width of a pixel by its height, if the container gives one that is not square. */
  readonly pixelAspect?: PixelAspect;
}

/** Records of numbers, in batches. */
export interface PacketFormat {
  /** The kind of frame that this format describes. */
  readonly kind: "packet";
  /** Name of the record's type. */
  readonly schema: string;
}

/** Values or generated structs, named by their schema. */
export interface DataFormat {
  /** The kind of frame that this format describes. */
  readonly kind: "data";
  /** Name of the value's type; `unknown` if the port does not say. */
  readonly schema: string;
}

/** Any format. */
export type FrameFormat = AudioFormat | VideoFormat | EncodedFormat | PacketFormat | DataFormat;

/** Loudspeaker layouts, named as in ITU-R BS.775. `discrete`: the channels belong to no loudspeaker. */
export type ChannelLayout = "mono" | "stereo" | "3.0" | "quad" | "5.0" | "5.1" | "6.1" | "7.1" | "discrete";

/** The formats that an audio input accepts. An absent field accepts everything. */
export interface AudioAccepts {
  /** One rate, or a list of them, in hertz. */
  readonly sampleRateHz?: number | readonly number[];
  /** One number of channels, or a list of them. */
  readonly channels?: number | readonly number[];
}

/** The formats that a video input accepts. An absent field accepts everything. */
export interface VideoAccepts {
  /** One pixel format, or a list of them. */
  readonly pixelFormat?: PixelFormat | readonly PixelFormat[];
  /** One width in pixels, or a list of them. */
  readonly width?: number | readonly number[];
  /** One height in pixels, or a list of them. */
  readonly height?: number | readonly number[];
  /** One number of pictures a second, or a list of them. A format without a rate is accepted. */
  readonly frameRate?: number | readonly number[];
}

/** The formats that an encoded input accepts. An absent field accepts everything. */
export interface EncodedAccepts {
  /** One codec, or a list of them. */
  readonly codec?: Codec | readonly Codec[];
}

/** The formats that an input accepts: the fields of its kind of frame. */
export interface FormatAccepts extends AudioAccepts, VideoAccepts, EncodedAccepts {}

/** A field of a format that an input can constrain. */
export type FormatField = keyof FormatAccepts;

/** The reason why a format is not accepted. */
export interface FormatClash {
  /** The field that does not fit. */
  readonly field: FormatField;
  /** The value of the format. */
  readonly found: number | string;
  /** The values that the input accepts. */
  readonly wanted: readonly (number | string)[];
}

/** The fields that are compared, by kind of frame. */
const FIELDS: { readonly [K in FrameKind]: readonly FormatField[] } = {
  audio: ["sampleRateHz", "channels"],
  video: ["pixelFormat", "width", "height", "frameRate"],
  encoded: ["codec", "width", "height", "sampleRateHz", "channels"],
  packet: [],
  data: [],
};

/** The fields of all kinds, each once. */
export const FORMAT_FIELDS: readonly FormatField[] = [...new Set(Object.values(FIELDS).flat())];

/** Compares a format with the formats that an input accepts. A field that the format omits is accepted. */
export function findClash(format: FrameFormat, accepts: FormatAccepts): FormatClash | undefined {
  for (const field of FIELDS[format.kind]) {
    const wanted = accepts[field];
    const found = (format as FormatParts)[field];
    if (wanted === undefined || found === undefined) continue;
    const list: readonly (number | string)[] = Array.isArray(wanted) ? wanted : [wanted as number | string];
    if (!list.includes(found)) return { field, found, wanted: list };
  }
  return undefined;
}

/** Describes a format in words, as messages and the command line show it: `audio 48000 Hz, 2 channels`. */
export function describeFormat(format: FrameFormat): string {
  switch (format.kind) {
    case "audio":
      return `audio ${format.sampleRateHz} Hz, ${plural(format.channels)}`;
    case "video":
      return `video ${format.pixelFormat}, ${format.width} × ${format.height}` +
        (format.frameRate === undefined ? "" : `, ${format.frameRate} frames/s`) +
        (format.pixelAspect === undefined ? "" : `, pixels ${format.pixelAspect}`);
    case "encoded": {
      const parts = [`encoded ${format.codec}`];
      if (format.width !== undefined && format.height !== undefined) parts.push(`${format.width} × ${format.height}`);
      if (format.pixelAspect !== undefined) parts.push(`pixels ${format.pixelAspect}`);
      if (format.sampleRateHz !== undefined) parts.push(`${format.sampleRateHz} Hz`);
      if (format.channels !== undefined) parts.push(plural(format.channels));
      if (format.gainDb !== undefined) parts.push(`gain ${format.gainDb} dB`);
      return parts.join(", ");
    }
    case "packet":
    case "data":
      return `${format.kind} ${format.schema}`;
  }
}

type FormatParts = { readonly [F in FormatField]?: number | string };

function plural(channels: number): string {
  return `${channels} channel${channels === 1 ? "" : "s"}`;
}

/** Returns a value, or several, as a list. */
export function listOf<T extends number | string>(value: T | readonly T[] | undefined): readonly T[] | undefined {
  return value === undefined || Array.isArray(value) ? value as readonly T[] | undefined : [value as T];
}
