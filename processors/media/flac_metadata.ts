/**
 * What stands before the frames of FLAC: blocks of metadata (RFC 9639, 8).
 *
 * @module
 */
import type { FlacFrameFormat } from "./flac_header.ts";
import type { ScanWindow } from "./scan_window.ts";

/** Bytes of the block STREAMINFO with its header; kinds of blocks, of which the last is never used. */
const INFO_BYTES = 38;
const [STREAM_INFO, PADDING, COMMENT, PICTURE, FORBIDDEN] = [0, 1, 4, 6, 127];

/** The blocks of metadata of a file. */
export interface FlacMetadata {
  /** The content of STREAMINFO; `undefined` if it is damaged. */
  readonly info: Uint8Array | undefined;
  /** What that says: of frames, and how many samples there are in all, 0 if it does not say. */
  readonly format: Pick<FlacFrameFormat, "sampleRateHz" | "bitsPerSample"> | undefined;
  readonly samples: number;
  /** Where STREAMINFO ends, and where all blocks do. */
  readonly infoEnd: number;
  readonly end: number;
  /** Whether each block is as long as it says. */
  readonly isWhole: boolean;
}

/** Reads the blocks of a file. @param start where `fLaC` stands */
export function readFlacMetadata(window: ScanWindow, start: number): FlacMetadata {
  const head = window.at(start + 4, INFO_BYTES).slice();
  const hasInfo = head.length === INFO_BYTES && (head[0] & 0x7f) === STREAM_INFO && lengthOf(head) === INFO_BYTES - 4;
  if (!hasInfo) {
    return { info: undefined, format: undefined, samples: 0, infoEnd: start + 4, end: start + 4, isWhole: false };
  }
  const info = head.slice(4);
  const view = new DataView(info.buffer);
  const infoEnd = start + 4 + INFO_BYTES;
  return {
    info,
    format: { sampleRateHz: view.getUint32(10) >>> 12, bitsPerSample: ((view.getUint16(12) >> 4) & 31) + 1 },
    samples: (info[13] & 15) * 2 ** 32 + view.getUint32(14),
    infoEnd,
    ...((head[0] & 0x80) !== 0 ? { end: infoEnd, isWhole: true } : readOthers(window, infoEnd)),
  };
}

function readOthers(window: ScanWindow, infoEnd: number): Pick<FlacMetadata, "end" | "isWhole"> {
  for (let at = infoEnd;;) {
    const head = window.at(at, 4);
    const [kind, isLast] = [head[0] & 0x7f, (head[0] & 0x80) !== 0];
    const end = at + 4 + lengthOf(head);
    const isDamaged = head.length < 4 || kind === FORBIDDEN || kind === STREAM_INFO || end > window.size;
    if (isDamaged || !isReadable(kind, window, at + 4, end)) return { end: at, isWhole: false };
    at = end;
    if (isLast) return { end, isWhole: true };
  }
}

/** Whether the parts of a block are as long as they say. */
function isReadable(kind: number, window: ScanWindow, start: number, end: number): boolean {
  if (kind === PADDING || (kind !== COMMENT && kind !== PICTURE)) return true;
  const length = (at: number, isLittle: boolean) => {
    const bytes = window.at(at, 4);
    return at + 4 > end ? Infinity : new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, isLittle);
  };
  if (kind === PICTURE) {
    const type = start + 8 + length(start + 4, false);
    const about = type + 4 + length(type, false);
    return about + 20 + length(about + 16, false) <= end;
  }
  let at = start + 4 + length(start, true);
  for (let left = length(at, true), next = at + 4; at <= end; left--) {
    if (left === 0) return next <= end;
    at = next;
    next = at + 4 + length(at, true);
  }
  return false;
}

function lengthOf(head: Uint8Array): number {
  return head[1] * 65_536 + head[2] * 256 + head[3];
}
