/**
 * How long a file says it is, in the sizes of its outermost parts: one that is shorter has been cut off. Known for MP4
 * and QuickTime (ISO/IEC 14496-12), and for Matroska and WebM (RFC 9559).
 *
 * @module
 */
import { boxesIn, isMp4, type ReadRange } from "./mp4_check.ts";

/** The elements of Matroska at the top of a file (RFC 8794, 11.2.1; RFC 9559, 5.1). */
const EBML_HEADER = 0x1a45dfa3;
const SEGMENT = 0x18538067;

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
  let at = 0;
  for (const id of [EBML_HEADER, SEGMENT]) {
    if (at + 12 > size) return undefined;
    const bytes = read(at, at + 12);
    if (new DataView(bytes.buffer, bytes.byteOffset).getUint32(0) !== id) return undefined;
    const length = variableLength(bytes.subarray(4));
    if (length === undefined) return undefined;
    at += 4 + length.bytes + length.value;
  }
  return at;
}

/** A number of variable length (RFC 8794, 4). `undefined`: it is none, or means that the length is not known. */
function variableLength(bytes: Uint8Array): { readonly value: number; readonly bytes: number } | undefined {
  const length = Math.clz32(bytes[0]) - 23;
  if (length > 8) return undefined;
  let value = bytes[0] & (0xff >> length);
  for (let k = 1; k < length; k++) value = value * 256 + bytes[k];
  return value >= 2 ** (7 * length) - 1 ? undefined : { value, bytes: length };
}
