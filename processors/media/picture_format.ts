/**
 * How the pictures of a track are coded, beside their size: what a decoder has to be able to do, and what a conversion
 * to RGB has to know. Containers and streams name matrix and range by the codes of ITU-T H.273.
 *
 * @module
 */
import { aspectRatio, type PixelAspect, pixelAspectOf } from "../../core/frames/pixel_aspect.ts";
import { NAL, nalType, readAvcConfiguration, readSequenceParameters, splitNalUnits } from "./nal_units.ts";
import type { PictureSize } from "./scale_advice.ts";

/** The matrix from RGB to YUV, as stages for video name it. */
export type Matrix = "bt601" | "bt709" | "bt2020";

/** The format of the pictures of a track, as far as the track tells it. */
export interface PictureFormat {
  /** Bits of a sample, where there are not 8. */
  readonly bitDepth?: number;
  /** The subsampling of chroma, if it is not 4:2:0. */
  readonly chroma?: "4:0:0" | "4:2:2" | "4:4:4";
  /** A profile of 4:4:4 whose pictures are 4:2:0 all the same: it has tools that decoders of 4:2:0 lack. */
  readonly profile?: string;
  /** True if pictures may be coded as two fields. */
  readonly interlaced?: true;
  /** Pixels in a row and rows, of pictures of fields: readers of containers take a field for a picture. */
  readonly width?: number;
  /** Rows, likewise. */
  readonly height?: number;
  /** The width of a pixel by its height, if they differ. */
  readonly pixelAspect?: PixelAspect;
  /** The matrix from RGB to YUV, if the stream or the container tells it. */
  readonly matrix?: Matrix;
  /** Levels of luma: 16 to 235, or 0 to 255. */
  readonly range?: "limited" | "full";
}

/** Matrices by the names of WebCodecs. */
const MATRICES: Readonly<Record<string, Matrix>> = {
  "bt709": "bt709",
  "bt470bg": "bt601",
  "smpte170m": "bt601",
  "bt2020-ncl": "bt2020",
};

/** Samplings of chroma by their codes in H.264. */
const CHROMA = ["4:0:0", undefined, "4:2:2", "4:4:4"] as const;

/** Profiles of 4:4:4 by their codes in H.264 (A.2.10 and A.2.11): recorders that lose nothing use them with 4:2:0. */
const PROFILES_444: Readonly<Record<number, string>> = { 244: "High 4:4:4 Predictive", 44: "CAVLC 4:4:4 Intra" };

/** The size in which pictures are shown: one side is longer where pixels are not square, so that no detail is lost. */
export function shownSize({ width, height }: PictureSize, pixelAspect: PixelAspect | undefined): PictureSize {
  const ratio = aspectRatio(pixelAspect);
  return { width: Math.round(width * Math.max(1, ratio)), height: Math.round(height / Math.min(1, ratio)) };
}

/** The aspect in the fewest digits that has pictures shown in a size, as {@linkcode shownSize} rounds it. */
export function aspectOfShown(coded: PictureSize, shown: PictureSize): PixelAspect | undefined {
  const between = (side: number, of: number) => simplestBetween((side - 0.5) / of, (side + 0.5) / of);
  if (shown.width > coded.width) return pixelAspectOf(...between(shown.width, coded.width));
  if (shown.height <= coded.height) return undefined;
  const [down, across] = between(shown.height, coded.height);
  return pixelAspectOf(across, down);
}

/** The fraction between two numbers whose denominator is the least, by continued fractions. */
function simplestBetween(low: number, high: number): [number, number] {
  const whole = Math.floor(low);
  if (whole === low || whole + 1 <= high) return [Math.ceil(low), 1];
  const [numerator, denominator] = simplestBetween(1 / (high - whole), 1 / (low - whole));
  return [whole * numerator + denominator, numerator];
}

/** What the header of a track says of colours. */
export function readColours(colours: VideoColorSpaceInit | undefined): PictureFormat {
  const matrix = MATRICES[colours?.matrix ?? ""];
  const { fullRange } = colours ?? {};
  return {
    ...(matrix !== undefined && { matrix }),
    ...(typeof fullRange === "boolean" && { range: fullRange ? "full" : "limited" }),
  };
}

/**
 * What H.264 says of its samples.
 *
 * @param description the `avcC` of the track
 * @param first the first key frame as a byte stream, for a track that has no `avcC`
 */
export function readH264Samples(description: Uint8Array | undefined, first: Uint8Array): PictureFormat {
  const units = description === undefined ? splitNalUnits(first) : readAvcConfiguration(description)?.units ?? [];
  const set = units.find((unit) => nalType(unit) === NAL.sps);
  const parameters = set && readSequenceParameters(set);
  if (parameters === undefined) return {};
  const { profile: code, lumaBits, chromaBits, chromaFormat, interlaced, width, height, pixelAspect } = parameters;
  const bitDepth = Math.max(lumaBits, chromaBits);
  const chroma = CHROMA[chromaFormat];
  const profile = chroma === undefined ? PROFILES_444[code] : undefined;
  return {
    ...(bitDepth !== 8 && { bitDepth }),
    ...(chroma && { chroma }),
    ...(profile !== undefined && { profile }),
    ...(interlaced && { interlaced, width, height }),
    ...(pixelAspect !== undefined && { pixelAspect }),
  };
}
