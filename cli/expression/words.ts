/**
 * Splits a graph that stands in one line into its words: `wav-source path=a.wav ! gain gainDb=-3`.
 *
 * @module
 */
import { SluiceError } from "../../core/errors.ts";
import { describeValue } from "../../core/errors/describe_value.ts";

/** One word. Offsets are in UTF-16 units of the whole text. */
export type Word =
  | { readonly kind: "link" | "end"; readonly offset: number }
  | { readonly kind: "name"; readonly text: string; readonly offset: number }
  | {
    readonly kind: "setting";
    readonly key: string;
    readonly value: string;
    readonly offset: number;
    readonly valueOffset: number;
  };

/** A fault of the text, and where it is. */
export class WordError extends SluiceError {
  constructor(message: string, readonly offset: number) {
    super("InvalidGraph", `Cannot read graph: ${message}`);
  }
}

/** Deepest nesting that is read. */
const MAX_DEPTH = 64;
const SPACE = /\s/;
const KEY = /[A-Za-z_]\w*=/y;
const BRACKETS: { readonly [open: string]: string } = { "[": "]", "{": "}" };

/**
 * Reads the words of a text. `!` and `;` stand between spaces, or at the end of a name or a value in quotes.
 *
 * @throws {WordError} for a quote or a bracket that is not closed
 */
export function readWords(text: string): Word[] {
  const words: Word[] = [];
  let at = 0;
  for (;;) {
    while (at < text.length && SPACE.test(text[at])) at++;
    if (at >= text.length) return words;
    const offset = at;
    if (text[at] === "!" || text[at] === ";") {
      words.push({ kind: text[at++] === "!" ? "link" : "end", offset });
      continue;
    }
    KEY.lastIndex = at;
    const [key] = KEY.exec(text) ?? [];
    if (key === undefined) {
      at = endOfName(text, at);
      words.push({ kind: "name", text: text.slice(offset, at), offset });
      continue;
    }
    const valueOffset = offset + key.length;
    const { value, end } = readValue(text, valueOffset);
    words.push({ kind: "setting", key: key.slice(0, -1), value, offset, valueOffset });
    at = end;
  }
}

function endOfName(text: string, from: number): number {
  let at = from;
  while (at < text.length && !SPACE.test(text[at]) && text[at] !== "!" && text[at] !== ";") at++;
  return at;
}

function readValue(text: string, from: number): { value: string; end: number } {
  const first = text[from];
  if (first === '"' || first === "'") return readQuoted(text, from);
  if (first !== undefined && Object.hasOwn(BRACKETS, first)) {
    const end = endOfJson(text, from);
    return { value: text.slice(from, end), end };
  }
  let end = from;
  while (end < text.length && !SPACE.test(text[end]) && text[end] !== ";") end++;
  return { value: text.slice(from, end), end };
}

/** A backslash stands before a quote or a backslash that is meant. */
function readQuoted(text: string, from: number): { value: string; end: number } {
  const quote = text[from];
  let value = "";
  for (let at = from + 1; at < text.length; at++) {
    if (text[at] === quote) return { value, end: at + 1 };
    if (text[at] === "\\" && (text[at + 1] === quote || text[at + 1] === "\\")) at++;
    value += text[at];
  }
  throw new WordError(`the quote ${describeValue(quote)} is not closed`, from);
}

function endOfJson(text: string, from: number): number {
  const open: string[] = [];
  let inText = false;
  for (let at = from; at < text.length; at++) {
    const char = text[at];
    if (inText) {
      if (char === "\\") at++;
      else if (char === '"') inText = false;
    } else if (char === '"') inText = true;
    else if (Object.hasOwn(BRACKETS, char)) {
      if (open.push(BRACKETS[char]) > MAX_DEPTH) {
        throw new WordError(`it is nested deeper than ${MAX_DEPTH} levels`, at);
      }
    } else if (char === open.at(-1)) {
      open.pop();
      if (open.length === 0) return at + 1;
    }
  }
  throw new WordError(`the bracket ${describeValue(text[from])} is not closed`, from);
}
