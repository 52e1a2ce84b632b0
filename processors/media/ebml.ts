/**
 * The elements that Matroska and WebM files are made of (RFC 8794, 4 to 6).
 *
 * @module
 */
import type { ReadRange } from "./mp4_check.ts";

/** Elements that several modules know (RFC 8794, 11.2.1; RFC 9559, 5.1). */
export const ID = {
  header: 0x1a45dfa3,
  docType: 0x4282,
  void: 0xec,
  segment: 0x18538067,
  seekHead: 0x114d9b74,
  info: 0x1549a966,
  timestampScale: 0x2ad7b1,
  tracks: 0x1654ae6b,
  trackEntry: 0xae,
  trackNumber: 0xd7,
  trackUid: 0x73c5,
  trackType: 0x83,
  lacing: 0x9c,
  codecId: 0x86,
  defaultDuration: 0x23e383,
  video: 0xe0,
  width: 0xb0,
  height: 0xba,
  displayWidth: 0x54b0,
  displayHeight: 0x54ba,
  displayUnit: 0x54b2,
  colourSpace: 0x2eb524,
  colour: 0x55b0,
  range: 0x55b9,
  audio: 0xe1,
  sampleRate: 0xb5,
  channels: 0x9f,
  bitDepth: 0x6264,
  cluster: 0x1f43b675,
  timestamp: 0xe7,
  simpleBlock: 0xa3,
  blockGroup: 0xa0,
  block: 0xa1,
} as const;

/** The most elements that are gone through: clusters of a second for 11 days. */
const MOST_ELEMENTS = 2 ** 20;
/** The most bytes of an id, and of a length. */
const [ID_BYTES, LENGTH_BYTES] = [4, 8];

/** An element: its id, and where it lies. */
export interface EbmlElement {
  readonly id: number;
  readonly start: number;
  /** Where its length stands. */
  readonly lengthAt: number;
  /** Where its content begins. */
  readonly content: number;
  /** Where it ends, if the file goes on so far; `undefined` if it does not say. */
  readonly end: number | undefined;
}

/** The elements from one place of a file on. One that leads to its end or beyond, or has no length, is the last. */
export function* elementsIn(read: ReadRange, from: number, size: number): Generator<EbmlElement> {
  let at = from;
  for (let count = 0; count < MOST_ELEMENTS && at < size; count++) {
    const element = elementAt(read, at, size);
    if (element === undefined) return;
    yield element;
    if (element.end === undefined) return;
    at = element.end;
  }
}

/** The element at a place; `undefined` where the bytes are none, or too few to tell. */
export function elementAt(read: ReadRange, start: number, size: number): EbmlElement | undefined {
  const bytes = read(start, Math.min(size, start + ID_BYTES + LENGTH_BYTES));
  const idBytes = widthOf(bytes[0]);
  const lengthBytes = widthOf(bytes[idBytes] ?? 0);
  if (idBytes > ID_BYTES || lengthBytes > LENGTH_BYTES || idBytes + lengthBytes > bytes.length) return undefined;
  const lengthAt = start + idBytes;
  const content = lengthAt + lengthBytes;
  const length = numberOf(bytes.subarray(idBytes, idBytes + lengthBytes), 2 ** (8 - lengthBytes) - 1);
  const isKnown = length < 2 ** (7 * lengthBytes) - 1;
  return {
    id: numberOf(bytes.subarray(0, idBytes), 0xff),
    start,
    lengthAt,
    content,
    end: isKnown ? content + length : undefined,
  };
}

/** The length of an element that ends at a place, in as many bytes as it has. */
export function lengthBytesOf({ lengthAt, content }: EbmlElement, end: number): Uint8Array {
  const bytes = new Uint8Array(content - lengthAt);
  for (let k = bytes.length - 1, rest = end - content; k >= 0; k--, rest = Math.floor(rest / 256)) {
    bytes[k] = rest % 256;
  }
  bytes[0] |= 0x80 >> (bytes.length - 1);
  return bytes;
}

/** Of how many bytes a number is, by its first one; 9 for none. */
export function widthOf(first: number): number {
  return Math.clz32(first) - 23;
}

/** @param firstMask the bits of the first byte that count */
export function numberOf(bytes: Uint8Array, firstMask: number): number {
  return bytes.reduce((value, byte, k) => k === 0 ? byte & firstMask : value * 256 + byte, 0);
}
