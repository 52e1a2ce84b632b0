/**
 * Where tags lie in files of sound without a container: ID3 of both versions (id3.org), and APE.
 *
 * @module
 */
import type { ScanWindow } from "./scan_window.ts";

/** Bytes of a tag of ID3 of the first version, and of the header and the footer of one of APE. */
const ID3_BYTES = 128;
const APE_BYTES = 32;

/** Where tags end that begin at a place. The place itself where there are none. */
export function endOfTags(window: ScanWindow, start: number): number {
  let at = start;
  for (;;) {
    const bytes = window.at(at, APE_BYTES);
    const length = textAt(bytes, 0, 3) === "ID3" && bytes.length >= 10
      ? 10 + bytes.subarray(6, 10).reduce((sum, byte) => sum * 128 + (byte & 0x7f), 0)
      : textAt(bytes, 0, 3) === "TAG"
      ? ID3_BYTES
      : textAt(bytes, 0, 8) === "APETAGEX" && bytes.length === APE_BYTES
      ? APE_BYTES + apeBytes(bytes)
      : 0;
    if (length === 0) return at;
    at += length;
    if (at >= window.size) return window.size;
  }
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

function apeBytes(bytes: Uint8Array): number {
  return new DataView(bytes.buffer, bytes.byteOffset).getUint32(12, true);
}
