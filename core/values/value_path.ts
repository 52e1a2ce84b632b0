/**
 * Finds the place of a part in a value, for messages: `value.readings[2].callback`.
 *
 * @module
 */
import { MAX_DEPTH } from "./wire.ts";

/** Longest path that is shown whole; of longer ones only the start and end. */
const MAX_SHOWN = 120;

/** Returns the path from `root` to the first place of `wanted`; only `value` if not found. Never throws. */
export function pathTo(root: unknown, wanted: unknown): string {
  let steps: string[] = [];
  try {
    steps = find(root, wanted, new Set(), 0) ?? [];
  } catch {
    // A getter that returned a value before may throw.
  }
  const path = `value${steps.reverse().join("")}`;
  return path.length <= MAX_SHOWN ? path : `${path.slice(0, MAX_SHOWN / 2)} … ${path.slice(-MAX_SHOWN / 2)}`;
}

/** Returns the steps to a part, the last first. */
function find(from: unknown, wanted: unknown, seen: Set<object>, depth: number): string[] | undefined {
  if (from === wanted) return [];
  if (typeof from !== "object" || from === null || seen.has(from) || depth > MAX_DEPTH) return undefined;
  seen.add(from);
  for (const [step, value] of partsOf(from)) {
    const steps = find(value, wanted, seen, depth + 1);
    if (steps === undefined) continue;
    steps.push(step);
    return steps;
  }
  return undefined;
}

/** Yields the parts of an object that travel with it, in the order of writing. */
function* partsOf(value: object): Generator<readonly [step: string, part: unknown]> {
  if (ArrayBuffer.isView(value)) yield [".buffer", value.buffer];
  else if (value instanceof Map) {
    let at = 0;
    for (const [key, part] of value) {
      yield [`.keys()[${at}]`, key];
      yield [typeof key === "object" ? `.values()[${at}]` : `.get(${shown(key)})`, part];
      at++;
    }
  } else if (value instanceof Set) {
    let at = 0;
    for (const part of value) yield [`.values()[${at++}]`, part];
  } else if (value instanceof Error) yield [".cause", value.cause];
  else {
    const isArray = Array.isArray(value);
    for (const key of Object.keys(value)) {
      const part = (value as Record<string, unknown>)[key];
      yield [isArray && /^\d+$/.test(key) ? `[${key}]` : /^[\w$]+$/.test(key) ? `.${key}` : `[${shown(key)}]`, part];
    }
  }
}

function shown(key: unknown): string {
  return typeof key === "string" ? JSON.stringify(key) : String(key);
}
