/**
 * Where tags lie in files of sound without a container: ID3 of both versions (id3.org), and APE.
 *
 * @module
 */
import type { ScanWindow } from "./scan_window.ts";

/** Bytes of a tag of ID3 of the first version, and of the header and the footer of one of APE. */
const ID3_BYTES = 128;
const APE_BYTES = 32;
/** Bytes of the header of a tag of ID3 of the second version, and of each part; flags of those with bytes to take out. */
const ID3_HEADER_BYTES = 10;
const [FILLED_TAG, FILLED_PART] = [0x80, 0x02];

/** Where tags end that begin at a place. The place itself where there are none. */
export function endOfTags(window: ScanWindow, start: number): number {
  for (let at = start;;) {
    const end = endOfTag(window, at);
    if (end === at || end >= window.size) return Math.min(end, window.size);
    at = end;
  }
}

/**
 * Whether the tags of ID3 at the start of a file can be read. Readers believe the length of a part from which bytes are to
 * be taken out (id3.org, ID3v2.4, 6.1), even where it leaves the tag.
 */
export function areTagsReadable(window: ScanWindow, end: number): boolean {
  for (let at = 0; at < end; at = endOfTag(window, at)) {
    const tag = window.at(at, ID3_HEADER_BYTES);
    const [version, flags] = [tag[3], tag[5]];
    if (textAt(tag, 0, 3) !== "ID3" || version !== 4) continue;
    const tagEnd = Math.min(end, endOfTag(window, at));
    for (let part = at + ID3_HEADER_BYTES; part + ID3_HEADER_BYTES <= tagEnd;) {
      const header = window.at(part, ID3_HEADER_BYTES);
      if (header.subarray(0, 4).every((byte) => byte === 0)) break;
      const isFilled = ((flags & FILLED_TAG) | (header[9] & FILLED_PART)) !== 0;
      part += ID3_HEADER_BYTES + header.subarray(4, 8).reduce((sum, byte) => sum * 128 + byte, 0);
      if (part > tagEnd && isFilled) return false;
    }
  }
  return true;
}

/** Where the tags begin that end a file. Its size where there are none. */
export function startOfEndTags(window: ScanWindow): number {
  let at = window.size;
  if (at >= ID3_BYTES && textAt(window.at(at - ID3_BYTES, 3), 0, 3) === "TAG") at -= ID3_BYTES;
  const footer = at >= APE_BYTES ? window.at(at - APE_BYTES, APE_BYTES) : new Uint8Array();
  if (textAt(footer, 0, 8) !== "APETAGEX") return at;
  // The length counts the footer, and not the header.
  const hasHeader = (footer[23] & 0x80) !== 0;
  return Math.max(0, at - apeBytes(footer) - (hasHeader ? APE_BYTES : 0));
}

/** Characters of one byte each. */
export function textAt(bytes: Uint8Array, at: number, length: number): string {
  return String.fromCharCode(...bytes.subarray(at, at + length));
}

/** Where one tag ends. The place itself if there is none. */
function endOfTag(window: ScanWindow, at: number): number {
  const bytes = window.at(at, APE_BYTES);
  const length = textAt(bytes, 0, 3) === "ID3" && bytes.length >= 10
    ? 10 + bytes.subarray(6, 10).reduce((sum, byte) => sum * 128 + (byte & 0x7f), 0)
    : textAt(bytes, 0, 3) === "TAG"
    ? ID3_BYTES
    : textAt(bytes, 0, 8) === "APETAGEX" && bytes.length === APE_BYTES
    ? APE_BYTES + apeBytes(bytes)
    : 0;
  return at + length;
}

function apeBytes(bytes: Uint8Array): number {
  return new DataView(bytes.buffer, bytes.byteOffset).getUint32(12, true);
}
