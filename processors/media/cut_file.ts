/**
 * A view of a file that is cut off, as if what is whole of it were all. Readers of Ogg (RFC 3533) and of MP4 in fragments
 * fail at a page and at a `moof` that is cut; those of Matroska and WebM (RFC 9559) leave out all of a cluster, which may
 * last for seconds; those of MPEG-TS hand on a packet that is cut.
 *
 * @module
 */
import { claimedSize } from "./claimed_size.ts";
import { type EbmlElement, elementsIn, ID, lengthBytesOf } from "./ebml.ts";
import { cutStreams, isMpegTs, withoutTransportPackets } from "./cut_ts.ts";
import { boxesIn, isMp4, type ReadRange } from "./mp4_check.ts";
import { PACKET_BYTES } from "./transport_packet.ts";

/** What is whole of a file. */
export interface WholePart {
  readonly size: number;
  readonly read: ReadRange;
  /** How much of a file that is cut off is there: "900 of 1000 bytes"; `undefined` for one that is whole. */
  readonly part: string | undefined;
}

type View = Pick<WholePart, "size" | "read"> & {
  /** Bytes that are whole, where they are not all of the view's. */
  readonly whole?: number;
};

/** A page of Ogg: its header up to the number of its segments, and the longest one. The end holds two whole ones. */
const HEADER_BYTES = 27;
const PAGE_BYTES = HEADER_BYTES + 255 + 255 * 255;
const END_BYTES = 3 * PAGE_BYTES;
const CAPTURE = [0x4f, 0x67, 0x67, 0x53];

/** The part of a file that can be read: all of one that is whole, or that is none of these kinds. */
export function wholePart(read: ReadRange, size: number): WholePart {
  const { whole, ...view } = viewOf(read, size);
  const claimed = claimedSize(read, size);
  if (claimed !== undefined) return { ...view, part: `${size} of ${claimed} bytes` };
  const there = whole ?? view.size;
  return { ...view, part: there < size ? `${there} whole of ${size} bytes` : undefined };
}

function viewOf(read: ReadRange, size: number): View {
  if (size < 12) return { size, read };
  if (isCapture(read(0, 4), 0)) return { size: wholePages(read, size), read };
  if (isMp4(read, size)) return { size: wholeFragments(read, size), read };
  if (isMpegTs(read, size)) return wholeStreams(read, size);
  return withWholeCluster(read, size);
}

/** Where the index of a fragment begins that is cut; media that is cut is whole up to its last packet. */
function wholeFragments(read: ReadRange, size: number): number {
  let whole = 0;
  for (const { type, claimedEnd } of boxesIn(read, 0, size)) {
    if (type === "moof" && claimedEnd > size) return whole;
    whole = claimedEnd;
  }
  return size;
}

/** MPEG-TS without packets of its streams that are cut. */
function wholeStreams(read: ReadRange, size: number): View {
  const { bytes, places } = cutStreams(read, size);
  const whole = size - size % PACKET_BYTES - bytes;
  return { size, read: withoutTransportPackets(read, places), whole };
}

/** Where the last page of Ogg ends that is whole. A file whose end has no two pages in a row is left as it is. */
function wholePages(read: ReadRange, size: number): number {
  const from = Math.max(0, size - END_BYTES);
  const bytes = read(from, size);
  for (let first = 0; first + HEADER_BYTES <= bytes.length; first++) {
    if (!isCapture(bytes, first)) continue;
    const end = chainEnd(bytes, first);
    // What looks like a page within another one leads to none.
    if (end > first) return from + end;
  }
  return size;
}

/** Where whole pages that follow each other end. */
function chainEnd(bytes: Uint8Array, first: number): number {
  let at = first;
  for (;;) {
    const end = pageEnd(bytes, at);
    if (end === undefined || end > bytes.length) return at;
    const isPage = end === bytes.length || bytes.length - end < CAPTURE.length || isCapture(bytes, end);
    if (!isPage) return at > first ? bytes.length : first;
    at = end;
    if (at === bytes.length) return at;
  }
}

/** Where a page ends, by the lengths of its segments. `undefined`: its header is cut. */
function pageEnd(bytes: Uint8Array, at: number): number | undefined {
  const lengths = at + HEADER_BYTES;
  const content = lengths + (bytes[lengths - 1] ?? Infinity);
  if (content > bytes.length) return undefined;
  return bytes.subarray(lengths, content).reduce((end, length) => end + length, content);
}

function isCapture(bytes: Uint8Array, at: number): boolean {
  return CAPTURE.every((byte, k) => bytes[at + k] === byte);
}

/** The file with a last cluster that ends with its last whole block. */
function withWholeCluster(read: ReadRange, size: number): View {
  const [header, segment] = elementsIn(read, 0, size);
  const isMatroska = header?.id === ID.header && segment?.id === ID.segment;
  if (!isMatroska || (segment.end !== undefined && segment.end <= size)) return { size, read };
  const cluster = lastElement(read, segment.content, size);
  if (cluster?.id !== ID.cluster || (cluster.end !== undefined && cluster.end <= size)) return { size, read };
  const end = wholeEnd(read, cluster, size);
  if (end === undefined || (cluster.end === undefined && isNarrow(cluster))) return { size, read };
  if (end === cluster.content) return { size: cluster.start, read };
  return { size: end, read: patched(read, cluster.lengthAt, lengthBytesOf(cluster, end)) };
}

function lastElement(read: ReadRange, from: number, size: number): EbmlElement | undefined {
  let last: EbmlElement | undefined;
  for (const element of elementsIn(read, from, size)) last = element;
  return last;
}

/** Where the last whole element of a cluster ends; `undefined` if another cluster follows one without a length. */
function wholeEnd(read: ReadRange, { content }: EbmlElement, size: number): number | undefined {
  let end = content;
  for (const element of elementsIn(read, content, size)) {
    if (element.id === ID.cluster) return undefined;
    if (element.end !== undefined && element.end <= size) end = element.end;
  }
  return end;
}

/** Whether the length of an element has too few bytes for what a cluster may have, 4 GiB. */
function isNarrow({ lengthAt, content }: EbmlElement): boolean {
  return content - lengthAt < 5;
}

/** Reads with some bytes replaced. */
function patched(read: ReadRange, at: number, patch: Uint8Array): ReadRange {
  return (start, end) => {
    const bytes = read(start, end);
    const [from, to] = [Math.max(start, at), Math.min(end, at + patch.length)];
    if (from < to) bytes.set(patch.subarray(from - at, to - at), from - start);
    return bytes;
  };
}
