/**
 * Slots that pictures of known sizes fit.
 *
 * @module
 */
import type { GraphFile } from "../../core/graph/schema.ts";
import type { PictureSize } from "./scale_advice.ts";

/** Width and height of pictures in pixels, as far as they are known: 0 and what is no number follow the other side. */
export interface KnownSides {
  readonly width?: unknown;
  readonly height?: unknown;
}

/** Up to here pictures fit a slot of the usual size, in any pixel format. */
const USUAL_PIXELS = 1920 * 1080;
/** Bytes of a pixel in the widest one, and what stages round rows up to. */
const [PIXEL_BYTES, ROW_PIXELS] = [4, 64];
/** The shape of pictures of which one side is known. */
const USUAL_SHAPE = 16 / 9;

/**
 * The pools of a graph file for pictures of some sizes.
 *
 * @returns nothing where slots of the usual size do
 */
export function picturePools(sizes: readonly KnownSides[]): NonNullable<GraphFile["pools"]> {
  const most = Math.max(0, ...sizes.map(pixelsOf));
  return most <= USUAL_PIXELS ? {} : { video: { slotBytes: most * PIXEL_BYTES } };
}

/** Pictures of a size, upright and turned. */
export function bothWays(sides: KnownSides): PictureSize[] {
  const { width, height } = complete(sides);
  return [{ width, height }, { width: height, height: width }];
}

/** The pixels of a picture, in rows as stages lay them out. */
function pixelsOf(sides: KnownSides): number {
  const { width, height } = complete(sides);
  return Math.ceil(width / ROW_PIXELS) * ROW_PIXELS * height;
}

function complete(sides: KnownSides): PictureSize {
  const [width, height] = [sides.width, sides.height].map((side) => typeof side === "number" ? side : 0);
  return { width: width || Math.ceil(height * USUAL_SHAPE), height: height || Math.ceil(width / USUAL_SHAPE) };
}
