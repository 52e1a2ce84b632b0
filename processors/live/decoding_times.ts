/**
 * When pictures are decoded: a transport stream says it of those whose order of decoding is not that of time, and frames
 * need not.
 *
 * @module
 */
import type { EncodedFrame } from "../../core/frames/encoded_frame.ts";
import { NAL, nalType, splitNalUnits } from "../media/nal_units.ts";

/** The profile of H.264 that knows no other order (ITU-T H.264, A.2.1). */
const BASELINE = 66;
/** How many pictures may have to be decoded before one that is shown earlier. */
const MOST_AHEAD = 2;
const USUAL_PICTURE_NS = 40e6;

/** The pictures of one stream. */
export class DecodingTimes {
  /** The times of pictures that have been decoded, which are no time of decoding yet, the earliest first. */
  readonly #times: number[] = [];
  #isInOrder: boolean | undefined;

  /** When the next picture is decoded, nanoseconds: before it is shown, and after the one before. */
  of({ codec, ptsNs, durationNs, bytes }: Pick<EncodedFrame, "codec" | "ptsNs" | "durationNs" | "bytes">): number {
    this.#isInOrder ??= codec === "h264" && profileOf(bytes) === BASELINE;
    if (this.#isInOrder) return ptsNs;
    const times = this.#times;
    if (times.length === 0) {
      for (let k = MOST_AHEAD; k > 0; k--) times.push(ptsNs - k * (durationNs || USUAL_PICTURE_NS));
    }
    let at = times.length;
    while (at > 0 && times[at - 1] > ptsNs) at--;
    times.splice(at, 0, ptsNs);
    return times.shift()!;
  }
}

function profileOf(bytes: Uint8Array): number | undefined {
  return splitNalUnits(bytes).find((unit) => nalType(unit) === NAL.sps)?.[1];
}
