/**
 * What nodes that drop frames have to know of their kinds.
 *
 * @module
 */
import type { EncodedFrame } from "../../core/frames/encoded_frame.ts";
import type { Frame } from "../../core/frames/frame.ts";

/** Whether a stream can begin with a frame, or go on with it after others were dropped. */
export function canBegin(frame: Frame): boolean {
  return frame.kind !== "encoded" || (frame as EncodedFrame).keyframe;
}

/** Whether frames go on where those before them ended, so that the first after a gap has to be flagged. */
export function isContinuous({ kind }: Frame): boolean {
  return kind === "audio" || kind === "encoded";
}
