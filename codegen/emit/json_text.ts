/**
 * JSON text, of which pieces that were written before are not made again.
 *
 * @module
 */

/** How deep each level is indented. */
const STEP = "  ";

/** Texts of pieces by what they are made from, and by their kind; for values that are written again. */
export type JsonCache = WeakMap<object, Map<string, { readonly indent: string; readonly text: string }>>;

/** A piece of JSON that is made from one object, which never changes, and from nothing else. */
export class JsonPiece {
  /** What it is made from. */
  readonly source: object;
  /** Tells the pieces apart that are made from one object. */
  readonly kind: string;
  /** Makes its value, which holds no pieces. */
  readonly make: () => unknown;

  constructor(source: object, kind: string, make: () => unknown) {
    this.source = source;
    this.kind = kind;
    this.make = make;
  }
}

/** The text that `JSON.stringify(value, null, 2)` gives of a value in which {@linkcode JsonPiece}s may stand. */
export function jsonText(value: unknown, cache: JsonCache = new WeakMap()): string {
  return textOf(value, "", cache);
}

/** The text of a value; `null` for what JSON has not. */
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
  // What `replaceAll()` gives is a tree of small strings, which would be walked each time.
  const text = JSON.stringify(make(), null, STEP).split("\n").join(`\n${indent}`);
  pieces.set(kind, { indent, text });
  return text;
}
