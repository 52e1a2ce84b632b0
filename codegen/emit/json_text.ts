/**
 * Writes JSON text, and reuses the text of pieces that were written before.
 *
 * @module
 */

/** How deep each level is indented. */
const STEP = "  ";

/** The texts of pieces that are written again, by their source and kind. */
export type JsonCache = WeakMap<object, Map<string, { readonly indent: string; readonly text: string }>>;

/** A piece of JSON that depends on one immutable object alone. */
export class JsonPiece {
  /** The object that it is made from. */
  readonly source: object;
  /** Distinguishes the pieces of one object. */
  readonly kind: string;
  /** Makes its value, which contains no pieces. */
  readonly make: () => unknown;

  constructor(source: object, kind: string, make: () => unknown) {
    this.source = source;
    this.kind = kind;
    this.make = make;
  }
}

/** The text that `JSON.stringify(value, null, 2)` returns for a value that may contain {@linkcode JsonPiece}s. */
export function jsonText(value: unknown, cache: JsonCache = new WeakMap()): string {
  return textOf(value, "", cache);
}

/** The text of a value; `null` for what JSON cannot hold. */
function textOf(value: unknown, indent: string, cache: JsonCache): string {
  if (value instanceof JsonPiece) return pieceText(value, indent, cache);
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null";
  const inner = indent + STEP;
  const members: string[] = [];
  if (Array.isArray(value)) {
    for (const each of value) members.push(textOf(each, inner, cache));
    return members.length === 0 ? "[]" : `[\n${inner}${members.join(`,\n${inner}`)}\n${indent}]`;
  }
  for (const [key, each] of Object.entries(value)) {
    if (each !== undefined) members.push(`${JSON.stringify(key)}: ${textOf(each, inner, cache)}`);
  }
  return members.length === 0 ? "{}" : `{\n${inner}${members.join(`,\n${inner}`)}\n${indent}}`;
}

function pieceText({ source, kind, make }: JsonPiece, indent: string, cache: JsonCache): string {
  let pieces = cache.get(source);
  if (pieces === undefined) cache.set(source, pieces = new Map());
  const known = pieces.get(kind);
  if (known?.indent === indent) return known.text;
  // `replaceAll()` returns a tree of small strings, which would be walked each time.
  const text = JSON.stringify(make(), null, STEP).split("\n").join(`\n${indent}`);
  pieces.set(kind, { indent, text });
  return text;
}
