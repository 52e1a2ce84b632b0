/**
 * The shape of the pictures of a YUV4MPEG2 stream, with what its first line leaves open.
 *
 * @module
 */
import type { VideoShape } from "../../core/frames/video_frame.ts";
import type { ColourRange } from "./colour_range.ts";
import { readY4mHeader, USUAL_Y4M_RATE } from "./y4m.ts";

/** A picture's shape, with the rate at which pictures follow each other. */
export type Y4mShape = VideoShape & { readonly pixelFormat: "i420"; readonly frameRate: number };

/** What the first line of a stream comes to. */
export interface Y4mStream {
  readonly shape: Y4mShape;
  /** The range that its levels are to be given; absent where they have it. */
  readonly toRange: ColourRange | undefined;
}

/** What a node knows of a stream besides its first line. */
export interface Y4mReader {
  /** Pictures a second where the stream does not tell them. */
  readonly frameRate: number | undefined;
  /** Which levels its pictures are to have. */
  readonly range: ColourRange;
  /** Is told what was assumed. */
  readonly warn: (message: string) => void;
  /** Is told what is done. */
  readonly info: (message: string) => void;
}

/**
 * Reads the first line of a stream.
 *
 * @throws {Error} that says what is wrong with it
 */
export function readY4mStream(line: string, { frameRate: givenRate, range, warn, info }: Y4mReader): Y4mStream {
  const { width, height, frameRate: toldRate, pixelAspect, range: toldRange = range } = readY4mHeader(line);
  if (toldRange !== range) {
    info(
      `the pictures come in ${toldRange} range, and are given ${range} range; range=${toldRange} keeps them as they are`,
    );
  }
  const frameRate = toldRate ?? givenRate ?? USUAL_Y4M_RATE;
  if (toldRate === undefined && givenRate === undefined) {
    warn(
      `the stream does not tell the rate of its pictures, which is taken to be ${frameRate} a second: let the program ` +
        "tell it, or set frameRate",
    );
  }
  const shape = {
    pixelFormat: "i420",
    width,
    height,
    frameRate,
    ...(pixelAspect !== undefined && { pixelAspect }),
  } as const;
  return { shape, toRange: toldRange === range ? undefined : range };
}
