/**
 * Makes the boxes that MP4 files are of (ISO/IEC 14496-12, 4.2).
 *
 * @module
 */
import { joined } from "./joined.ts";

/** Numbers in the order of bytes that files have. */
export interface FileNumbers {
  readonly bytes: Uint8Array;
  /** Appends a number of 32 bits, with or without a sign. */
  put(value: number): void;
  /** Appends a whole number of 64 bits. */
  putLarge(value: number): void;
}

/** Room for numbers of 32 bits each. */
export function numbers(count: number): FileNumbers {
  const bytes = new Uint8Array(4 * count);
  const view = new DataView(bytes.buffer);
  let at = 0;
  const put = (value: number) => {
    // It takes the low 32 bits, which are the same with a sign and without.
    view.setUint32(at, value);
    at += 4;
  };
  const putLarge = (value: number) => {
    put(Math.floor(value / 2 ** 32));
    put(value);
  };
  return { bytes, put, putLarge };
}

/** A box with this content. */
export function box(type: string, ...parts: readonly Uint8Array[]): Uint8Array {
  const head = numbers(2);
  head.put(parts.reduce((sum, part) => sum + part.length, 8));
  for (let k = 0; k < 4; k++) head.bytes[4 + k] = type.charCodeAt(k);
  return joined([head.bytes, ...parts]);
}

/** A box that begins with a version, and flags of which none is set. */
export function fullBox(type: string, version: number, content: Uint8Array): Uint8Array {
  return box(type, Uint8Array.of(version, 0, 0, 0), content);
}

/** The head of an `mdat` box of a length that is said in 64 bits: 16 bytes. */
export function mediaDataHead(length: number): Uint8Array {
  const head = numbers(4);
  head.put(1);
  head.put(0x6d646174);
  head.putLarge(length);
  return head.bytes;
}
