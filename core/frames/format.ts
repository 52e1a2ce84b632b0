/**
 * Formats: what an output says about its frames before, or with, the first one; and what an input says it accepts.
 *
 * @module
 */

/** The kinds of frame. Sealed: there are no others. */
export type FrameKind = "audio" | "video" | "encoded" | "packet" | "data";

/** Planar 32-bit float audio. */
export interface AudioFormat {
  /** What kind of frames have this format. */
  readonly kind: "audio";
  /** Samples a second in each channel, in hertz. */
  readonly sampleRateHz: number;
  /** 1 to 64. */
  readonly channels: number;
  /** Which loudspeaker each channel is for; by default mono, stereo, or discrete. */
  readonly layout?: ChannelLayout;
}

/** Values or generated structs, by the name of their schema. */
export interface DataFormat {
  /** What kind of frames have this format. */
  readonly kind: "data";
  /** Name of the value's type. */
  readonly schema: string;
}

/** Any format. */
export type FrameFormat = AudioFormat | DataFormat;

/** Loudspeaker layouts, named as in ITU-R BS.775. `discrete`: the channels have no places. */
export type ChannelLayout = "mono" | "stereo" | "3.0" | "quad" | "5.0" | "5.1" | "6.1" | "7.1" | "discrete";

/** What an input accepts. A field that is absent accepts everything. */
export interface AudioAccepts {
  /** One rate, or a list of them, in hertz. */
  readonly sampleRateHz?: number | readonly number[];
  /** One number of channels, or a list of them. */
  readonly channels?: number | readonly number[];
}

/** Why a format is not accepted, or `undefined` if it is. `field` names the part that clashes. */
export interface FormatClash {
  /** The part of the format that clashes. */
  readonly field: "sampleRateHz" | "channels";
  /** Its value. */
  readonly found: number;
  /** The values that are accepted. */
  readonly wanted: readonly number[];
}

/** Compares a format with what an input accepts. */
export function findClash(format: FrameFormat, accepts: AudioAccepts): FormatClash | undefined {
  if (format.kind !== "audio") return undefined;
  for (const field of ["sampleRateHz", "channels"] as const) {
    const wanted = accepts[field];
    if (wanted === undefined) continue;
    const list = typeof wanted === "number" ? [wanted] : wanted;
    if (!list.includes(format[field])) return { field, found: format[field], wanted: list };
  }
  return undefined;
}

/** A format in words, as messages and the command line show it: `audio 48000 Hz, 2 channels`. */
export function describeFormat(format: FrameFormat): string {
  if (format.kind === "data") return `data ${format.schema}`;
  return `audio ${format.sampleRateHz} Hz, ${format.channels} channel${format.channels === 1 ? "" : "s"}`;
}
