/**
 * How long a file says it is, in the sizes of its outermost parts: one that is shorter has been cut off. Known for MP4
 * and QuickTime (ISO/IEC 14496-12), and for Matroska and WebM (RFC 9559).
 *
 * @module
 */
import { elementsIn, ID } from "./ebml.ts";
import { boxesIn, isMp4, type ReadRange } from "./mp4_check.ts";

/**
 * The bytes that a file claims to have.
 *
 * @returns `undefined` where it does not say, or claims no more than it has
 */
export function claimedSize(read: ReadRange, size: number): number | undefined {
  const claimed = isMp4(read, size) ? claimedByBoxes(read, size) : claimedBySegment(read, size);
  return claimed !== undefined && claimed > size ? claimed : undefined;
}

function claimedByBoxes(read: ReadRange, size: number): number | undefined {
  let claimed: number | undefined;
  for (const box of boxesIn(read, 0, size)) claimed = box.claimedEnd;
  return claimed;
}

function claimedBySegment(read: ReadRange, size: number): number | undefined {
  const [header, segment] = elementsIn(read, 0, size);
  return header?.id === ID.header && segment?.id === ID.segment ? segment.end : undefined;
}
