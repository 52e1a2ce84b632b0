/**
 * The content of a WAV file: sample formats, and the mapping between loudspeaker masks and channel layouts.
 *
 * Masks are those of `WAVEFORMATEXTENSIBLE.dwChannelMask` (Microsoft, "Multiple channel audio data and WAVE files").
 *
 * @module
 */
import type { ChannelLayout } from "../../core/frames/format.ts";

/**
 * The format of a sample in a file: unsigned or signed integer, or IEEE float, with its number of bits. Little-endian.
 */
export type WavSampleFormat = "u8" | "s16" | "s24" | "s32" | "f32" | "f64";

/** The content of a file's `fmt ` chunk. */
export interface WavFormat {
  readonly sampleFormat: WavSampleFormat;
  /** 1 to 8. */
  readonly channels: number;
  /** In hertz. */
  readonly sampleRateHz: number;
  readonly layout: ChannelLayout;
}

/** Most channels that these processors read or write. */
export const WAV_MAX_CHANNELS = 8;

const LAYOUTS: readonly (readonly [channels: number, mask: number, layout: ChannelLayout])[] = [
  [1, 0x4, "mono"],
  [2, 0x3, "stereo"],
  [3, 0x7, "3.0"],
  [4, 0x33, "quad"],
  [5, 0x37, "5.0"],
  [6, 0x3f, "5.1"],
  [7, 0x70f, "6.1"],
  [8, 0x63f, "7.1"],
  [4, 0x603, "quad"],
  [5, 0x607, "5.0"],
  [6, 0x60f, "5.1"],
  [7, 0x13f, "6.1"],
  [1, 0x1, "mono"],
];

const BYTES: Readonly<Record<WavSampleFormat, number>> = { u8: 1, s16: 2, s24: 3, s32: 4, f32: 4, f64: 8 };

/** Bytes of one sample of one channel. */
export function bytesPerSample(format: WavSampleFormat): number {
  return BYTES[format];
}

/** Bits of whole samples that keep those of a format, as FLAC has them: of floats and of 32 bits the 24 that frames keep. */
export function wholeBits(format: WavSampleFormat): 16 | 24 {
  return BYTES[format] > 2 ? 24 : 16;
}

/** The layout of a channel mask; `discrete` for an unknown mask. */
export function layoutOfMask(channels: number, mask: number): ChannelLayout {
  for (const [count, known, layout] of LAYOUTS) {
    if (count === channels && known === mask) return layout;
  }
  return "discrete";
}

/** The channel mask of a layout; 0 (no places) for `discrete`, or if the layout has another number of channels. */
export function maskOfLayout(channels: number, layout: ChannelLayout): number {
  for (const [count, mask, known] of LAYOUTS) {
    if (count === channels && known === layout) return mask;
  }
  return 0;
}

/** The default layout of a number of channels: mono, stereo, otherwise discrete. */
export function defaultLayout(channels: number): ChannelLayout {
  return channels === 1 ? "mono" : channels === 2 ? "stereo" : "discrete";
}
