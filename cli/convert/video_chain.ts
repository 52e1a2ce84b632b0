/**
 * The nodes between a track of pictures and a file.
 *
 * @module
 */
import { SluiceError } from "../../core/errors.ts";
import type { TrackInfo } from "../../processors/media/media_info.ts";
import { shownSize } from "../../processors/media/picture_format.ts";
import type { PictureSize } from "../../processors/media/scale_advice.ts";
import { isEncoded } from "../../processors/media/decoders.ts";
import { RAW_VIDEO } from "../../processors/media/output_formats.ts";
import { type Colours, coloursOf } from "../../processors/media/track_colours.ts";
import type { ConvertArgs } from "../media_args.ts";
import type { ChainEnd, GraphDraft } from "./draft.ts";
import { ENCODERS, PIXELS } from "./formats.ts";
import { frames } from "./frames.ts";
import type { TrackPlan } from "./track_plan.ts";

/** Bits of a pixel where no bit rate is said, and the bounds of what comes of it. */
const BITS_PER_PIXEL = 0.1;
const [LEAST_BITS, MOST_BITS] = [200_000, 50_000_000];
/** The bit rates that the encoder takes. */
const [ENCODER_LEAST, ENCODER_MOST] = [10_000, 200_000_000];
/** The rate of pictures where a file does not tell it. */
const USUAL_RATE = 30;

/** The shortest and the longest side, and the longest one of the other side, of what is encoded. */
const LIMITS: Readonly<Record<string, readonly [least: number, long: number, short: number]>> = {
  h264: [16, 3840, 2160],
  i420: [2, 16_384, 16_384],
  [RAW_VIDEO]: [1, 16_384, 16_384],
  jpeg: [1, 16_384, 16_384],
  png: [1, 16_384, 16_384],
};

/** Appends what a track of pictures takes. @throws {SluiceError} as {@linkcode videoFrames} */
export function videoChain(
  draft: GraphDraft,
  start: ChainEnd,
  plan: TrackPlan,
  args: ConvertArgs,
  isMixed: boolean,
): ChainEnd {
  return encodedVideo(draft, videoFrames(draft, start, plan, args, isMixed), plan, args);
}

/**
 * Appends what makes pictures of a track as they are encoded.
 *
 * @param isMixed its pictures have several sizes
 * @throws {SluiceError} `InvalidConfig` for a size that cannot be encoded
 */
export function videoFrames(
  draft: GraphDraft,
  start: ChainEnd,
  plan: TrackPlan,
  args: ConvertArgs,
  isMixed: boolean,
): ChainEnd {
  const { track, codec } = plan;
  let end = frames(draft, start, track, args);
  const isYuv = comesAsYuv(track);
  const pixels = isYuv ? "i420" : "rgba8";
  const size = plannedSize(plan, args);
  // What comes as RGB is written in the colours that stages have by default, but for YUV4MPEG2, which tells no matrix.
  const colours: Partial<Colours> = isYuv
    ? coloursOf(track)
    : codec === RAW_VIDEO
    ? coloursOf({ ...track, ...size, matrix: undefined, range: "limited" })
    : {};
  assertSize(codec, size);
  const isOther = size.width !== track.width || size.height !== track.height;
  // A size that is given is one of square pixels.
  const given = keepsAspect(plan, args) ? {} : size;
  if (track.rotation !== undefined || isOther || args.size !== undefined || (isMixed && isOfOneSize(codec))) {
    const scale = { type: "scale", input: "videoIn", output: "videoOut" };
    end = draft.append(end, "scale", scale, { ...given, ...(track.rotation && { rotate: track.rotation }) }, "decode");
  }
  const frameRate = args.frameRate ?? steadyRate(plan);
  if (frameRate !== undefined && track.codec !== "png" && track.codec !== "jpeg") {
    const rate = { type: "frame-rate", input: "videoIn", output: "videoOut" };
    end = draft.append(end, "frame-rate", rate, { frameRate }, "decode");
  }
  if (PIXELS[codec] !== pixels) {
    const convert = { type: "convert", input: "videoIn", output: "videoOut" };
    end = draft.append(end, "convert", convert, { pixelFormat: PIXELS[codec], ...colours }, "decode");
  }
  return end;
}

/** Appends what encodes pictures. */
export function encodedVideo(draft: GraphDraft, end: ChainEnd, plan: TrackPlan, args: ConvertArgs): ChainEnd {
  const { track, codec } = plan;
  if (!isEncoded(codec)) return end;
  const colours = comesAsYuv(track) ? coloursOf(track) : {};
  const size = plannedSize(plan, args);
  return draft.append(
    end,
    "video-encode",
    ENCODERS[codec],
    codec === "h264" ? { ...h264Config(track, size, args), ...colours } : {},
    "encode",
  );
}

/** The size that is written: that of the pictures as they are seen, or the wanted one; H.264 has even sides. */
export function plannedSize(plan: TrackPlan, args: ConvertArgs): PictureSize {
  const { track, codec } = plan;
  const { width = 0, height = 0, rotation = 0 } = track;
  const coded = { width, height };
  const shown = keepsAspect(plan, args) ? coded : shownSize(coded, track.pixelAspect);
  return sizeOf(codec, rotation % 180 === 0 ? shown : { width: shown.height, height: shown.width }, args);
}

/** The rate that uneven pictures are brought to for YUV4MPEG2, whose header has one rate for all; else `undefined`. */
export function steadyRate({ track, codec }: TrackPlan): number | undefined {
  return codec === RAW_VIDEO ? track.usualRate : undefined;
}

/** Whether pixels that are not square are written as they are. */
export function keepsAspect({ track, codec }: TrackPlan, { size, output }: ConvertArgs): boolean {
  const { pixelAspect, width = 0, height = 0, otherSizes } = track;
  const isHeld = isOfOneSize(codec) && !/\.gif$/i.test(output);
  const isEven = width % 2 === 0 && height % 2 === 0;
  return pixelAspect !== undefined && isHeld && isEven && size === undefined && otherSizes === undefined;
}

function sizeOf(codec: string, { width, height }: PictureSize, { size }: ConvertArgs): PictureSize {
  const shape = width / height;
  const wanted = {
    width: size?.width ?? (size?.height === undefined ? width : Math.round(size.height * shape)),
    height: size?.height ?? (size?.width === undefined ? height : Math.round(size.width / shape)),
  };
  return hasEvenSides(codec) ? { width: even(wanted.width), height: even(wanted.height) } : wanted;
}

/** Whether the pictures of a track, once decoded, are YUV. */
export function comesAsYuv({ codec }: TrackInfo): boolean {
  return codec === "h264" || codec === "i420" || codec === RAW_VIDEO;
}

/** Whether all pictures of a stream have one size. */
export function isOfOneSize(codec: string): boolean {
  return hasEvenSides(codec) || codec === RAW_VIDEO;
}

function hasEvenSides(codec: string): boolean {
  return codec === "h264" || codec === "i420";
}

function assertSize(codec: string, { width, height }: PictureSize): void {
  const [least, long, short] = LIMITS[codec];
  const [most, other] = [Math.max(width, height), Math.min(width, height)];
  if (other >= least && most <= long && other <= short) return;
  throw new SluiceError(
    "InvalidConfig",
    `Cannot encode ${codec} of ${width} × ${height} pixels: wanted ${least} × ${least} to ${long} × ${short}`,
    { key: "--size" },
  );
}

function even(side: number): number {
  return Math.max(2, side - side % 2);
}

function h264Config(track: TrackInfo, { width, height }: PictureSize, args: ConvertArgs): Record<string, unknown> {
  const frameRate = args.frameRate ?? track.frameRate ?? USUAL_RATE;
  const usual = usualBitRate({ width, height }, frameRate);
  return { bitRate: Math.min(ENCODER_MOST, Math.max(ENCODER_LEAST, args.videoBitRate ?? usual)), frameRate };
}

/** Bits a second of H.264 where nothing is said. */
export function usualBitRate({ width, height }: PictureSize, frameRate: number): number {
  return Math.min(MOST_BITS, Math.max(LEAST_BITS, Math.round(width * height * frameRate * BITS_PER_PIXEL)));
}
