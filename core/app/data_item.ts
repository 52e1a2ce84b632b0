/**
 * Values that a script pushes.
 *
 * @module
 */
import type { DataFrame } from "../frames/data_frame.ts";
import { acquire, assertObject, type SourceItem } from "./source_item.ts";

/** A value to push. */
export interface AppValue<T> {
  /** The value. It travels by reference on its own lane: do not change it afterwards. */
  readonly value: T;
  /** Presentation time, nanoseconds; by default 0. */
  readonly ptsNs?: number;
}

/** Makes frames of values of any type. */
export function dataItem<T>(): SourceItem<AppValue<T>, DataFrame<T>> {
  return {
    port: { name: "data", kind: "data", type: "DataFrame", schema: "unknown" },
    make: async (output, item) => {
      assertObject(item, "Cannot push a value", 'an object with "value"');
      const { value, ptsNs } = item;
      const frame = await acquire(output, { value });
      frame.ptsNs = ptsNs ?? 0;
      return frame;
    },
  };
}
