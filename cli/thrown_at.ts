/**
 * Where in a processor's source a failure was thrown.
 *
 * @module
 */
import { fieldsOf, type SluiceErrorCode } from "../core/errors.ts";
import { describeThrown } from "../core/thrown.ts";

/** What belongs to the runtime itself. */
const RUNTIME_FOLDERS: readonly string[] = ["../core/", "../ffi/"].map((each) => new URL(each, import.meta.url).href);

/** Where modules are imported: what Deno refuses there was thrown by none of them, and says itself where it stands. */
const IMPORTING = new URL("../core/registry/load_type.ts", import.meta.url).href;

/** Codes of errors that may have been thrown by a processor's code. */
const CODES: ReadonlySet<string> = new Set<SluiceErrorCode>(["NodeFailed", "InvalidGraph"]);

/** The URL, line and column that end a line of a stack: `at Bug.process (file:///bug.ts:8:14)`. */
const FRAME = /^\s+at (?:.*\()?((?:file|https?):\/\/[^\s)]+:\d+:\d+)\)?$/;

/**
 * Finds the innermost place outside the runtime that an error of a node came from.
 *
 * @returns `file:///…/bug.ts:8:14`; `undefined` for errors that were thrown on purpose, which say what is wrong
 * themselves, and where no place is known
 */
export function findThrownAt(error: unknown): string | undefined {
  if (!CODES.has(fieldsOf(error)?.code ?? "")) return undefined;
  const { name, stack = "" } = describeThrown(error);
  if (stack.startsWith(name) || stack.includes(`(${IMPORTING}:`)) return undefined;
  for (const line of stack.split("\n")) {
    const place = FRAME.exec(line)?.[1];
    if (place !== undefined && !RUNTIME_FOLDERS.some((folder) => place.startsWith(folder))) return place;
  }
  return undefined;
}
