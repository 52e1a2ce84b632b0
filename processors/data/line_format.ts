/**
 * Values as one line of text or JSON.
 *
 * @module
 */

/** A value and its place in the stream. */
export interface LineInput {
  readonly nodeId: string;
  /** Media time, nanoseconds. */
  readonly ptsNs: number;
  readonly value: unknown;
}

/**
 * One line for people: time in seconds, node, value.
 *
 * @param line what to show
 */
export function textLine(line: LineInput): string {
  const value = typeof line.value === "string" ? line.value : Deno.inspect(line.value, {
    breakLength: Infinity,
    colors: false,
    compact: true,
    depth: 8,
    iterableLimit: 16,
    strAbbreviateSize: 1000,
  });
  return `${(line.ptsNs / 1e9).toFixed(3)} ${line.nodeId} ${value.replaceAll(/\r?\n/g, " ")}\n`;
}

/**
 * One line for programs: an object with `node`, `ptsNs` and `value`. Typed arrays become arrays, bigints text, and
 * numbers that JSON lacks become `null`. A value that refers to itself becomes text.
 *
 * @param line what to show
 */
export function jsonLine(line: LineInput): string {
  const { nodeId: node, ptsNs, value } = line;
  try {
    return `${JSON.stringify({ node, ptsNs, value }, plain)}\n`;
  } catch {
    return `${JSON.stringify({ node, ptsNs, value: Deno.inspect(value) })}\n`;
  }
}

function plain(_key: string, value: unknown): unknown {
  if (typeof value === "bigint") return String(value);
  if (ArrayBuffer.isView(value) && !(value instanceof DataView)) return Array.from(value as Uint8Array);
  if (value instanceof Map) return Object.fromEntries(value);
  if (value instanceof Set) return [...value];
  return value;
}
