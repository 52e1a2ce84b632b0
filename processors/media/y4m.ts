/**
 * YUV4MPEG2, in which programs such as ffmpeg hand pictures on without encoding: a line for the stream, then for each
 * picture a line and its planes.
 *
 * @module
 */

import { MediaFault } from "./media_fault.ts";
import { type PixelAspect, pixelAspectOf } from "../../core/frames/pixel_aspect.ts";
import type { ColourRange } from "./colour_range.ts";

/** What the first line says. */
export interface Y4mHeader {
  readonly width: number;
  readonly height: number;
  /** Pictures a second; `undefined` where it is not told. */
  readonly frameRate: number | undefined;
  /** How wide a pixel is by its height; absent for square ones, and where it is not told. */
  readonly pixelAspect?: PixelAspect;
  /** Which levels the pictures have; absent where it is not told. */
  readonly range?: ColourRange;
}

/** The first word of a stream. */
export const Y4M_MAGIC = "YUV4MPEG2";
/** What begins the line of each picture. */
export const Y4M_FRAME = "FRAME";
/** The longest line. */
export const Y4M_LINE_BYTES = 1024;
/** The most pixels in a row, and rows. */
const MOST_SIDE = 32_768;
/** The word in which ffmpeg tells the range, before its name in capitals. */
const RANGE_TAG = "XCOLORRANGE=";
/** The rate of pictures, in pictures a second, where a stream does not tell it. */
export const USUAL_Y4M_RATE = 25;

/**
 * Reads the first line of a stream.
 *
 * @throws {Error} that says what is wrong with it
 */
export function readY4mHeader(line: string): Y4mHeader {
  const [magic, ...fields] = line.split(" ");
  if (magic !== Y4M_MAGIC) {
    throw new MediaFault(`its first word is ${JSON.stringify(magic.slice(0, 20))}, wanted "${Y4M_MAGIC}"`);
  }
  const valueOf = (tag: string) => fields.find((field) => field.startsWith(tag))?.slice(1);
  const [width, height] = [sideOf("width", "W", valueOf("W")), sideOf("height", "H", valueOf("H"))];
  const chroma = valueOf("C") ?? "420";
  if (!/^420(jpeg|mpeg2|paldv)?$/.test(chroma)) throw new MediaFault(`its chroma is ${chroma}, wanted 420 with 8 bits`);
  const told = fields.find((field) => field.startsWith(RANGE_TAG))?.slice(RANGE_TAG.length);
  const range = told === "FULL" ? "full" : told === "LIMITED" ? "limited" : undefined;
  const [across = 0, down = 0] = valueOf("A")?.split(":").map(Number) ?? [];
  const pixelAspect = pixelAspectOf(across, down);
  const aspect = pixelAspect !== undefined && { pixelAspect };
  return { width, height, frameRate: rateOf(valueOf("F")), ...aspect, ...(range && { range }) };
}

/** The first line of a stream, with its end. The rate is told in thousandths of pictures a second where it is no whole number. */
export function writeY4mHeader(
  { width, height, frameRate = USUAL_Y4M_RATE, pixelAspect = "1:1", range }: Y4mHeader,
): string {
  // 29.97 and its like are multiples of 1000/1001.
  const whole = Math.round(frameRate);
  const isNtsc = Math.abs(frameRate * 1.001 - whole) < 1e-3 && Math.abs(frameRate - whole) > 1e-4;
  const rate = isNtsc
    ? `${Math.round(frameRate * 1.001) * 1000}:1001`
    : Number.isInteger(frameRate)
    ? `${frameRate}:1`
    : `${Math.round(frameRate * 1000)}:1000`;
  const told = range === undefined ? "" : ` ${RANGE_TAG}${range.toUpperCase()}`;
  return `${Y4M_MAGIC} W${width} H${height} F${rate} Ip A${pixelAspect} C420jpeg${told}\n`;
}

function sideOf(name: "width" | "height", tag: "W" | "H", text: string | undefined): number {
  const pixels = /^\d+$/.test(text ?? "") ? Number(text) : 0;
  if (pixels >= 1 && pixels <= MOST_SIDE) return pixels;
  const found = text === undefined ? "is missing" : `is ${JSON.stringify(text.slice(0, 20))}`;
  throw new MediaFault(
    `the ${name} of its pictures ${found}, wanted "${tag}" and a whole number from 1 to ${MOST_SIDE}`,
  );
}

/** Pictures a second; `undefined` where it is said that they are unknown, or nothing is. */
function rateOf(text = "0:0"): number | undefined {
  if (text === "0:0") return undefined;
  const [, numerator, denominator] = /^(\d{1,10}):(\d{1,10})$/.exec(text)?.map(Number) ?? [];
  if (numerator > 0 && denominator > 0) return numerator / denominator;
  throw new MediaFault(
    `the rate of its pictures is ${JSON.stringify(text.slice(0, 24))}, wanted two whole numbers above 0, such as ` +
      '"F30:1", or "F0:0" for one that is unknown',
  );
}
