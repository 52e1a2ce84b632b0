/**
 * How wide pixels are by their height, as pictures of DVD, DV and anamorphic film have them: "16:15" (ITU-T H.273, 8.6).
 * In the slot's header, the width is in the upper 16 bits and the height in the lower, without a common divisor; 0 stands
 * for square ones.
 *
 * @module
 */
import { describeValue } from "../errors/describe_value.ts";

/** The width and the height of a pixel, whole numbers from 1 to 65,535: `16:15`. */
export type PixelAspect = `${number}:${number}`;

/** The most that a slot's header holds of either. */
const MOST = 0xffff;

/** An aspect in the fewest digits; `undefined` for square pixels, and for what is none. */
export function pixelAspectOf(width: number, height: number): PixelAspect | undefined {
  return readAspect(wordOf(width, height));
}

/** An aspect as slots have it. @throws {RangeError} for what is none */
export function packAspect(aspect: PixelAspect | undefined): number {
  if (aspect === undefined) return 0;
  const [, width, height] = /^([1-9]\d{0,4}):([1-9]\d{0,4})$/.exec(aspect)?.map(Number) ?? [];
  if (width <= MOST && height <= MOST) return wordOf(width, height);
  throw new RangeError(
    `Cannot acquire a frame: pixelAspect is ${
      describeValue(aspect)
    }, wanted two whole numbers from 1 to ${MOST}, such as ` +
      '"16:15"',
  );
}

/** What a slot has; `undefined` for square pixels. */
export function readAspect(word: number): PixelAspect | undefined {
  return word === 0 ? undefined : `${word >>> 16}:${word & MOST}`;
}

/** How often the height of a pixel goes into its width. */
export function aspectRatio(aspect: PixelAspect | undefined): number {
  if (aspect === undefined) return 1;
  const [width, height] = aspect.split(":").map(Number);
  return width / height;
}

function wordOf(width: number, height: number): number {
  let [across, down] = [width, height];
  // What is too long for a slot is rounded.
  while (across > MOST || down > MOST) [across, down] = [Math.round(across / 2), Math.round(down / 2)];
  let [divisor, rest] = [across, down];
  while (rest > 0) [divisor, rest] = [rest, divisor % rest];
  const isPlain = across > 0 && down > 0 && across !== down;
  return isPlain ? across / divisor * 0x10000 + down / divisor : 0;
}
