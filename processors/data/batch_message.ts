/**
 * Batches of records as messages for other programs.
 *
 * @module
 */
import type { PacketFrame } from "../../core/frames/packet_frame.ts";

/** Columns of a binary message start at multiples of it. */
const ALIGN = 8;

/**
 * A batch as JSON: `{ "ptsNs", "durationNs", "discontinuity", "batchSize", "columns" }`, with a list of numbers for each
 * field; what is no number is `null`.
 */
export function batchAsJson(batch: PacketFrame): string {
  const names = Object.keys(batch.fields);
  const columns = Object.fromEntries(names.map((name) => [name, Array.from(batch.column(name))]));
  return JSON.stringify({ ...head(batch), columns });
}

/**
 * A batch as bytes: the length of its head, 32 bits with the low byte first; the head, JSON with `fields` in place of
 * `columns`, filled up with spaces; then each column in the order of the fields, with the low bytes first. Columns start at
 * multiples of 8.
 */
export function batchAsBytes(batch: PacketFrame): Uint8Array<ArrayBuffer> {
  const { fields } = batch;
  const text = JSON.stringify({ ...head(batch), fields });
  const length = aligned(4 + new TextEncoder().encode(text).length) - 4;
  const columns = Object.keys(fields).map((name) => batch.column(name));
  const size = columns.reduce((sum, column) => sum + aligned(column.byteLength), 4 + length);
  const bytes = new Uint8Array(size).fill(0x20, 4, 4 + length);
  new DataView(bytes.buffer).setUint32(0, length, true);
  new TextEncoder().encodeInto(text, bytes.subarray(4));
  let at = 4 + length;
  for (const column of columns) {
    bytes.set(new Uint8Array(column.buffer, column.byteOffset, column.byteLength), at);
    at += aligned(column.byteLength);
  }
  return bytes;
}

function head({ ptsNs, durationNs, discontinuity, batchSize }: PacketFrame) {
  return { ptsNs, durationNs, discontinuity, batchSize };
}

function aligned(bytes: number): number {
  return Math.ceil(bytes / ALIGN) * ALIGN;
}
