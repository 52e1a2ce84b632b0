/**
 * Gives views buffers of their own before they are cloned: `structuredClone()` copies the whole buffer of each view,
 * which is 256 MiB for an array of `kernels.float64()` in portable mode, and the payloads of all frames for a view of
 * one.
 *
 * @module
 */
import "./engine.ts";
import { kindOf } from "./value_kind.ts";
import { VIEW_CLASSES } from "./wire.ts";

/** Alignment of views: the size of the largest element. */
const ALIGNMENT = 8;

type ViewClass = new (buffer: ArrayBuffer, offset: number, length: number) => ArrayBufferView;

/**
 * Returns the value with views of smaller buffers in place of views of larger ones. Overlapping views still overlap; a
 * buffer that is itself part of the value stays unchanged.
 *
 * @param value the value to clone next; it stays unchanged
 */
export function withOwnBytes(value: unknown): unknown {
  const { views, buffers } = partsOf(value);
  const changed = new Map<object, unknown>();
  for (const [buffer, its] of Map.groupBy(views, (view) => view.buffer)) {
    if (buffer instanceof ArrayBuffer && !buffer.resizable && !buffers.has(buffer)) shrink(buffer, its, changed);
  }
  return changed.size === 0 ? value : copyOf(value, changed);
}

/** Returns all views and buffers in a value. */
function partsOf(value: unknown): { views: ArrayBufferView[]; buffers: Set<unknown> } {
  const views: ArrayBufferView[] = [];
  const buffers = new Set<unknown>();
  const seen = new Set<unknown>();
  const left = [value];
  while (left.length > 0) {
    const each = left.pop();
    if (typeof each !== "object" || each === null || seen.has(each)) continue;
    seen.add(each);
    switch (kindOf(each)) {
      case "view":
        views.push(each as ArrayBufferView);
        break;
      case "buffer":
        buffers.add(each);
        break;
      case "map":
        for (const pair of each as Map<unknown, unknown>) left.push(...pair);
        break;
      case "set":
        for (const part of each as Set<unknown>) left.push(part);
        break;
      case "plain":
      case "array":
        for (const key of Object.keys(each)) left.push((each as Record<string, unknown>)[key]);
    }
  }
  return { views, buffers };
}

/** Makes smaller buffers for the views of a buffer, if bytes can be left out. */
function shrink(buffer: ArrayBuffer, views: readonly ArrayBufferView[], changed: Map<object, unknown>): void {
  const groups: { start: number; end: number; readonly views: ArrayBufferView[] }[] = [];
  for (const view of views.toSorted((a, b) => a.byteOffset - b.byteOffset)) {
    const end = view.byteOffset + view.byteLength;
    const last = groups.at(-1);
    if (last === undefined || view.byteOffset >= last.end) {
      groups.push({ start: view.byteOffset - view.byteOffset % ALIGNMENT, end, views: [view] });
    } else {
      last.end = Math.max(last.end, end);
      last.views.push(view);
    }
  }
  if (groups.reduce((sum, { start, end }) => sum + end - start, 0) >= buffer.byteLength) return;
  for (const { start, end, views } of groups) {
    const own = buffer.slice(start, end);
    for (const view of views) {
      const name: unknown = (view as { readonly [Symbol.toStringTag]?: unknown })[Symbol.toStringTag];
      const type = VIEW_CLASSES.find((each) => each.name === name) as ViewClass;
      const length = view instanceof DataView ? view.byteLength : (view as Uint8Array).length;
      changed.set(view, new type(own, view.byteOffset - start, length));
    }
  }
}

/** Copies a value and its parts; uses the smaller buffers and their views. */
function copyOf(value: unknown, made: Map<object, unknown>): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (made.has(value)) return made.get(value);
  switch (kindOf(value)) {
    case "map": {
      const copy = new Map<unknown, unknown>();
      made.set(value, copy);
      for (const [key, part] of value as Map<unknown, unknown>) copy.set(copyOf(key, made), copyOf(part, made));
      return copy;
    }
    case "set": {
      const copy = new Set<unknown>();
      made.set(value, copy);
      for (const part of value as Set<unknown>) copy.add(copyOf(part, made));
      return copy;
    }
    case "plain":
      return copyProperties(value, {}, made);
    case "array":
      return copyProperties(value, Object.assign([], { length: (value as unknown[]).length }), made);
    default:
      return value;
  }
}

function copyProperties(value: object, copy: object, made: Map<object, unknown>): object {
  made.set(value, copy);
  for (const key of Object.keys(value)) {
    const part = copyOf((value as Record<string, unknown>)[key], made);
    Object.defineProperty(copy, key, { value: part, enumerable: true, writable: true, configurable: true });
  }
  return copy;
}
