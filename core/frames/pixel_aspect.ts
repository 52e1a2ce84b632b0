/**
 * The width of pixels by their height, as in DVD, DV and anamorphic film: "16:15" (ITU-T H.273, 8.6). The slot's header
 * has the width in the upper 16 bits and the height in the lower, without a common divisor; 0 means square pixels.
 *
 * @module
 */
import { describeValue } from "../errors/describe_value.ts";

/** The width and the height of a pixel, whole numbers from 1 to 65,535: `16:15`. */
export type PixelAspect = `${number}:${number}`;

/** The largest width or height that a slot's header holds. */
const MOST = 0xffff;

/** Returns an aspect in the fewest digits; `undefined` for square pixels, and for an invalid aspect. */
export function pixelAspectOf(width: number, height: number): PixelAspect | undefined {
  return readAspect(wordOf(width, height));
}

/** Returns an aspect as slots store it. @throws {RangeError} for an invalid aspect */
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

/** Returns the aspect that a slot stores; `undefined` for square pixels. */
export function readAspect(word: number): PixelAspect | undefined {
  return word === 0 ? undefined : `${word >>> 16}:${word & MOST}`;
}

/** Returns the width of a pixel divided by its height. */
export function aspectRatio(aspect: PixelAspect | undefined): number {
  if (aspect === undefined) return 1;
  const [width, height] = aspect.split(":").map(Number);
  return width / height;
}

function wordOf(width: number, height: number): number {
  let [across, down] = [width, height];
  // Rounds an aspect that is too long for a slot.
  while (across > MOST || down > MOST) [across, down] = [Math.round(across / 2), Math.round(down / 2)];
  let [divisor, rest] = [across, down];
  while (rest > 0) [divisor, rest] = [rest, divisor % rest];
  const isPlain = across > 0 && down > 0 && across !== down;
  return isPlain ? across / divisor * 0x10000 + down / divisor : 0;
}
