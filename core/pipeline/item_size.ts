/**
 * Measures items for limits and figures: the bytes of the payload; for values about the bytes of their encoding.
 *
 * @module
 */
import type { TransportData } from "./transport_data.ts";

/** Approximate bytes of labels and head. */
const ITEM_BYTES = 64;

/** Approximate bytes of each part of a value, beside text and bytes. */
const PART_BYTES = 8;

/** Returns the bytes of an item. */
export function sizeOf({ payload }: TransportData): number {
  switch (payload.kind) {
    case "audio":
      return ITEM_BYTES + sum(payload.channels);
    case "video":
      return ITEM_BYTES + sum(payload.planes);
    case "encoded":
    case "bytes":
      return ITEM_BYTES + payload.bytes.byteLength;
    case "packet":
      return ITEM_BYTES + sum(Object.values(payload.columns));
    case "text":
      return ITEM_BYTES + payload.text.length;
    case "data":
      return ITEM_BYTES + sizeOfValue(payload.value);
    case "end":
      return 0;
  }
}

function sum(views: readonly ArrayBufferView[]): number {
  return views.reduce((bytes, { byteLength }) => bytes + byteLength, 0);
}

function sizeOfValue(value: unknown): number {
  let bytes = 0;
  const seen = new Set<unknown>();
  const left = [value];
  while (left.length > 0) {
    const each = left.pop();
    bytes += PART_BYTES;
    if (typeof each === "string") bytes += each.length;
    if (typeof each !== "object" || each === null || seen.has(each)) continue;
    seen.add(each);
    if (ArrayBuffer.isView(each) || each instanceof ArrayBuffer) bytes += each.byteLength;
    else if (each instanceof Map) { for (const pair of each) left.push(...pair); }
    else if (each instanceof Set) { for (const part of each) left.push(part); }
    else for (const key of Object.keys(each)) left.push(key, (each as { readonly [key: string]: unknown })[key]);
  }
  return bytes;
}
