/**
 * Records as lines of CSV (RFC 4180).
 *
 * @module
 */
import type { PacketFrame } from "../../core/frames/packet_frame.ts";

/** How lines are written. */
export interface CsvStyle {
  /** The first column: a record's time, or none. */
  readonly time: "ns" | "seconds" | "none";
  readonly separator: string;
  /** Significant digits of fractions; 0: as many as it takes to read the same number back. */
  readonly digits: number;
}

/** Digits with which the numbers of a type are read back the same; whole numbers are written as they are. */
const EXACT_DIGITS = { f64: 0, f32: 9 } as const;

const TIME_NAMES = { ns: ["timeNs"], seconds: ["timeSeconds"], none: [] } as const;

/** The line with the names of a batch's fields. */
export function csvHeader(batch: PacketFrame, { time, separator }: CsvStyle): string {
  const names = [...TIME_NAMES[time], ...Object.keys(batch.fields)];
  return names.map((name) => quoted(name, separator)).join(separator) + "\n";
}

/** The lines of a batch's records. */
export function csvRows(batch: PacketFrame, style: CsvStyle): string {
  const { fields, batchSize, ptsNs } = batch;
  const { time, separator } = style;
  const columns = Object.entries(fields).map(([name, type]) => ({
    numbers: batch.column(name),
    digits: type === "f32" || type === "f64" ? style.digits || EXACT_DIGITS[type] : 0,
  }));
  const stepNs = batchSize > 0 ? batch.durationNs / batchSize : 0;
  let rows = "";
  for (let record = 0; record < batchSize; record++) {
    let before = "";
    if (time !== "none") {
      const atNs = Math.round(ptsNs + record * stepNs);
      rows += time === "ns" ? atNs : seconds(atNs);
      before = separator;
    }
    for (const { numbers, digits } of columns) {
      const number = numbers[record];
      rows += before + (digits === 0 ? number : Number(number.toPrecision(digits)));
      before = separator;
    }
    rows += "\n";
  }
  return rows;
}

/** Nanoseconds as seconds, without the rounding of a division. */
function seconds(ns: number): string {
  const digits = String(Math.abs(ns)).padStart(10, "0");
  return `${ns < 0 ? "-" : ""}${digits.slice(0, -9)}.${digits.slice(-9)}`;
}

function quoted(name: string, separator: string): string {
  const isPlain = !name.includes(separator) && !/["\r\n]/.test(name);
  return isPlain ? name : `"${name.replaceAll('"', '""')}"`;
}
