/**
 * Batches as an Arrow IPC stream ("Arrow Columnar Format", Apache Arrow): a schema, then a message for each batch, then an
 * end. The library writes whole tables; a table of one batch is a stream of that batch, of which all but the first lose
 * their schema here, and all their end.
 *
 * @module
 */
import {
  columnFromArray,
  type DataType,
  float32,
  float64,
  int32,
  int64,
  tableFromColumns,
  tableToIPC,
  uint32,
  uint8,
} from "@uwdata/flechette";
import type { PacketFrame, PacketNumber } from "../../core/frames/packet_frame.ts";

/** What a message begins with: a mark, and the length of what describes it. */
const MESSAGE_HEAD = 8;

/** The end of a stream: a message without a description. */
export const END_OF_STREAM: Uint8Array<ArrayBuffer> = Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0);

const TYPES: { readonly [N in PacketNumber]: () => DataType } = {
  f64: float64,
  f32: float32,
  i32: int32,
  u32: uint32,
  u8: uint8,
};

/** What stands in the column before those of the fields. */
export type TimeColumn = "ns" | "seconds" | "none";

/** The fields of a batch, in a form that can be compared. */
export function describeFields(batch: PacketFrame): string {
  return Object.entries(batch.fields).map(([name, type]) => `${name}: ${type}`).join(", ");
}

/**
 * A batch as bytes of a stream.
 *
 * @param isFirst whether the schema comes before it
 */
export function arrowBatch(batch: PacketFrame, time: TimeColumn, isFirst: boolean): Uint8Array {
  const columns = Object.entries(batch.fields).map(([name, type]) => {
    return [name, columnFromArray(batch.column(name), TYPES[type]())] as const;
  });
  const all = [...timeColumn(batch, time), ...columns];
  const bytes = tableToIPC(tableFromColumns(all as never), { format: "stream" })!;
  const withoutEnd = bytes.subarray(0, bytes.length - END_OF_STREAM.length);
  return isFirst ? withoutEnd : withoutEnd.subarray(schemaLength(bytes));
}

function timeColumn({ batchSize, ptsNs, durationNs }: PacketFrame, time: TimeColumn) {
  if (time === "none") return [];
  const atNs = Float64Array.from({ length: batchSize }, (_, k) => Math.round(ptsNs + k * durationNs / batchSize));
  if (time === "seconds") return [["timeSeconds", columnFromArray(atNs.map((ns) => ns / 1e9), float64())] as const];
  return [["timeNs", columnFromArray(BigInt64Array.from(atNs, BigInt), int64())] as const];
}

/** The schema has no body: it is as long as its head and its description. */
function schemaLength(bytes: Uint8Array): number {
  return MESSAGE_HEAD + new DataView(bytes.buffer, bytes.byteOffset).getInt32(4, true);
}
