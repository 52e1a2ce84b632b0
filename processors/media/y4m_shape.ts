/**
 * The shape of the pictures of a YUV4MPEG2 stream, with what its first line leaves open.
 *
 * @module
 */
import type { VideoShape } from "../../core/frames/video_frame.ts";
import { readY4mHeader, USUAL_Y4M_RATE } from "./y4m.ts";

/** A picture's shape, with the rate at which pictures follow each other. */
export type Y4mShape = VideoShape & { readonly pixelFormat: "i420"; readonly frameRate: number };

/** What a node knows of a stream besides its first line. */
export interface Y4mReader {
  /** Pictures a second where the stream does not tell them. */
  readonly frameRate: number | undefined;
  /** Is told what was assumed, and what nothing carries on. */
  readonly warn: (message: string) => void;
}

/**
 * Reads the first line of a stream.
 *
 * @throws {Error} that says what is wrong with it
 */
export function readY4mShape(line: string, { frameRate: givenRate, warn }: Y4mReader): Y4mShape {
  const { width, height, frameRate: toldRate, isFullRange } = readY4mHeader(line);
  if (isFullRange) {
    warn(
      "the pictures are in full range (XCOLORRANGE=FULL), which frames do not tell: set range=full of the node that " +
        'converts or encodes them, or let the program write limited range (ffmpeg: -vf "scale=out_range=tv")',
    );
  }
  const frameRate = toldRate ?? givenRate ?? USUAL_Y4M_RATE;
  if (toldRate === undefined && givenRate === undefined) {
    warn(
      `the stream does not tell the rate of its pictures, which is taken to be ${frameRate} a second: let the program ` +
        "tell it, or set frameRate",
    );
  }
  return { pixelFormat: "i420", width, height, frameRate };
}
