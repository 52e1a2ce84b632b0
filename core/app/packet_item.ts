/**
 * Batches of records that a script pushes.
 *
 * @module
 */
import type { ColumnOf, PacketFrame, PacketNumber } from "../frames/packet_frame.ts";
import { acquire, assertObject, type SourceItem } from "./source_item.ts";

/** The format of a packet source's records. */
export interface AppPacketOptions<T extends { readonly [K in keyof T]: PacketNumber }> {
  /** The type of each field, by name. */
  readonly fields: T;
}

/** A batch of records to push, field by field. */
export interface AppRecords<T extends { readonly [K in keyof T]: PacketNumber }> {
  /** The numbers of each field, with one length for all. They are copied before `push()` resolves. */
  readonly columns: { readonly [K in keyof T]: ColumnOf<T[K]> | readonly number[] };
  /** Time of the first record, nanoseconds; by default the end of the batch before, or 0. */
  readonly ptsNs?: number;
  /** Duration of the batch, nanoseconds; by default 0. */
  readonly durationNs?: number;
  /** True if records are missing before the batch; by default `false`. */
  readonly discontinuity?: boolean;
}

/** Makes frames of records with these fields. */
export function packetItem<T extends { readonly [K in keyof T]: PacketNumber }>(
  options: AppPacketOptions<T>,
): SourceItem<AppRecords<T>, PacketFrame<T>> {
  assertObject(options, "Cannot make a packet source", 'an object with "fields"');
  const { fields } = options;
  assertObject(fields, 'Cannot make a packet source of "fields"', "the type of each field, by name");
  const names = Object.keys(fields) as (keyof T & string)[];
  let endPtsNs = 0;
  return {
    port: { name: "packet", kind: "packet", type: "PacketFrame" },
    make: async (output, records) => {
      assertObject(records, "Cannot push records", 'an object with "columns"');
      assertObject(records.columns, 'Cannot push records of "columns"', "the numbers of each field, by name");
      const capacity = checkColumns(records.columns, names);
      const frame = await acquire(output, { fields, capacity });
      for (const name of names) frame.column(name).set(records.columns[name]);
      frame.ptsNs = records.ptsNs ?? endPtsNs;
      frame.durationNs = records.durationNs ?? 0;
      frame.discontinuity = records.discontinuity ?? false;
      endPtsNs = frame.ptsNs + frame.durationNs;
      return frame;
    },
  };
}

/** @returns the number of records */
function checkColumns<K extends string>(
  columns: { readonly [N in K]?: { readonly length: number } },
  names: readonly K[],
): number {
  const given = Object.keys(columns);
  const wanted = names.map((name) => `"${name}"`).join(", ");
  const missing = names.find((name) => columns[name] === undefined);
  if (missing !== undefined) {
    throw new TypeError(`Cannot push records without the field "${missing}": their fields are ${wanted}`);
  }
  const unknown = given.find((name) => !(names as readonly string[]).includes(name));
  if (unknown !== undefined) {
    throw new TypeError(`Cannot push records with the field "${unknown}": their fields are ${wanted}`);
  }
  for (const name of names) assertObject(columns[name], `Cannot push records of field "${name}"`, "a list of numbers");
  const count = columns[names[0]]?.length ?? 0;
  for (const name of names) {
    const found = columns[name]!.length;
    if (found === count) continue;
    throw new RangeError(
      `Cannot push records of which there are ${count} of "${
        names[0]
      }" and ${found} of "${name}": wanted as many of each`,
    );
  }
  return count;
}
