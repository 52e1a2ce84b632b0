/**
 * Finds where in a processor's source an error was thrown.
 *
 * @module
 */
import { fieldsOf, type SluiceErrorCode } from "../../core/errors.ts";
import { describeThrown, placeOf } from "../../core/errors/thrown.ts";

/** The folders of the runtime itself; in the bundle, only processors have the places of their sources. */
const RUNTIME_FOLDERS: readonly string[] = ["../../core/", "../../ffi/", "../../dist/"].map((each) =>
  new URL(each, import.meta.url).href
);

/** The function that imports modules. An error that Deno raises there names its own place, and no module threw it. */
const IMPORTING = /^\s+at async attempt(?:\$\d+)? \(.+\/(?:core\/registry\/load_type\.ts|dist\/[^/]+\.js):/m;

/** Codes of errors that a processor's code may have thrown. */
const CODES: ReadonlySet<string> = new Set<SluiceErrorCode>(["NodeFailed", "InvalidGraph"]);

/**
 * Finds the innermost place outside the runtime that an error of a node came from.
 *
 * @returns `file:///…/bug.ts:8:14`; `undefined` for errors that the runtime threw on purpose, which explain themselves,
 * and if the place is unknown
 */
export function findThrownAt(error: unknown): string | undefined {
  if (!CODES.has(fieldsOf(error)?.code ?? "")) return undefined;
  const { name, stack = "" } = describeThrown(error);
  if (stack.startsWith(name) || IMPORTING.test(stack)) return undefined;
  for (const line of stack.split("\n")) {
    const place = placeOf(line);
    if (place !== undefined && !RUNTIME_FOLDERS.some((folder) => place.startsWith(folder))) return place;
  }
  return undefined;
}
