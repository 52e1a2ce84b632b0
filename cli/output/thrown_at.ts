/**
 * Finds where in a processor's source an error was thrown.
 *
 * @module
 */
import { fieldsOf, type SluiceErrorCode } from "../../core/errors.ts";
import { describeThrown } from "../../core/errors/thrown.ts";

/** The folders of the runtime itself. */
const RUNTIME_FOLDERS: readonly string[] = ["../../core/", "../../ffi/"].map((each) =>
  new URL(each, import.meta.url).href
);

/** Imports modules. An error that Deno raises there names its own place, and no module threw it. */
const IMPORTING = new URL("../../core/registry/load_type.ts", import.meta.url).href;

/** Codes of errors that a processor's code may have thrown. */
const CODES: ReadonlySet<string> = new Set<SluiceErrorCode>(["NodeFailed", "InvalidGraph"]);

/** The URL, line and column that end a line of a stack: `at Bug.process (file:///bug.ts:8:14)`. */
const FRAME = /^\s+at (?:.*\()?((?:file|https?):\/\/[^\s)]+:\d+:\d+)\)?$/;

/**
 * Finds the innermost place outside the runtime that an error of a node came from.
 *
 * @returns `file:///…/bug.ts:8:14`; `undefined` for errors that the runtime threw on purpose, which explain themselves,
 * and if the place is unknown
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
