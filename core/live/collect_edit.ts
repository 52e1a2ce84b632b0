/**
 * Collects an edit on a draft of the graph, by a function of the caller.
 *
 * @module
 */
import { assertKeys, assertTimeout } from "../errors/option_check.ts";
import type { EditOptions } from "../runtime_options.ts";
import { SluiceError } from "../errors.ts";
import { kindOf } from "../errors/kind_of.ts";
import type { AnyNodeType } from "../registry/node_type.ts";
import type { Topology } from "../topology.ts";
import type { Join } from "../app/app_node.ts";
import { GraphEdit } from "./graph_edit.ts";
import type { DraftedEdit } from "./edit_site.ts";

/** @throws {SluiceError} `InvalidConfig` for a value that is no function */
export function assertEditFunction(change: unknown): void {
  if (typeof change === "function") return;
  throw new SluiceError(
    "InvalidConfig",
    `Cannot edit the graph: found ${kindOf(change)}, wanted a function that is given what collects the edit`,
  );
}

/**
 * Calls the function, once. The edit object refuses all calls afterwards.
 *
 * @param findType finds a node type by name, or throws
 * @param join makes the handle of a node that is added; absent for an edit that is only planned
 * @param by who asks for the edit
 * @throws the error of the function, and {@linkcode SluiceError} `InvalidGraph` if it returns a promise or changes the
 * graph by other calls; then no draft is left
 */
export function collectEdit<T>(
  topology: Topology,
  findType: (type: string) => AnyNodeType,
  change: (edit: GraphEdit) => T,
  join?: Join,
  by?: string,
): DraftedEdit<T> {
  const draft = topology.draft();
  const { version } = topology;
  const edit = new GraphEdit(draft, findType, join);
  try {
    const result = change(edit);
    refusePromise(result);
    if (topology.version !== version) throw changedMeanwhile();
    return { draft, extras: { ...edit.extras, ...(by && { by }) }, result };
  } catch (error) {
    draft.discard();
    throw error;
  } finally {
    edit.seal();
  }
}

/** Refuses a promise: the rest of an asynchronous function would edit a graph that others have changed meanwhile. */
function refusePromise(result: unknown): void {
  if (typeof Object(result).then !== "function") return;
  // This refusal stands in for the promise's own failure, such as that of a later call of the edit.
  Promise.resolve(result).catch(() => {});
  throw new SluiceError(
    "InvalidGraph",
    "Cannot edit the graph: its function gave a promise, wanted one that does not wait; do what takes time before " +
      "runtime.edit()",
  );
}

/** Returns the error for a draft of a graph that has changed since. */
function changedMeanwhile(): SluiceError {
  return new SluiceError(
    "InvalidGraph",
    "Cannot edit the graph: its function changed it by calls of the runtime, wanted calls of what the function is given",
  );
}

/**
 * Takes the present stack.
 *
 * @param call the innermost function to leave out
 * @returns adds that stack to an error of the edit
 */
export function rememberCaller(call: (...args: never[]) => unknown): (error: unknown) => void {
  const caller: { stack?: string } = {};
  Error.captureStackTrace(caller, call);
  return (error) => {
    if (!(error instanceof Error)) return;
    // The first line of the stack is a name.
    const frames = caller.stack?.split("\n").slice(1).join("\n");
    if (frames) error.stack += `\n  in an edit that was asked for:\n${frames}`;
  };
}

const WHAT = "Cannot edit the graph";

/** The default time limit of an edit for nodes and lanes, milliseconds. */
const EDIT_TIMEOUT_MS = 5_000;

/** The default time for the trial of a node that replaces another, milliseconds. */
const TRIAL_MS = 250;

const KEYS: { readonly [K in keyof Required<EditOptions>]: true } = { timeoutMs: true, trialMs: true, by: true };

/** The most characters of the name of whoever asks for an edit. */
const MAX_BY = 64;

/** @throws {SluiceError} `InvalidConfig` for an unknown option, a time that no timer can count, or a long name */
export function editOptions(
  options: EditOptions,
): EditOptions & { readonly timeoutMs: number; readonly trialMs: number } {
  assertKeys(WHAT, options, Object.keys(KEYS));
  const { timeoutMs = EDIT_TIMEOUT_MS, trialMs = TRIAL_MS, by } = options;
  if (by !== undefined && (typeof by !== "string" || by.length > MAX_BY)) {
    throw new SluiceError(
      "InvalidConfig",
      `${WHAT}: "by" is ${kindOf(by)}, wanted a text of up to ${MAX_BY} characters`,
      {
        key: "by",
      },
    );
  }
  assertTimeout(WHAT, "timeoutMs", timeoutMs);
  assertTimeout(WHAT, "trialMs", trialMs);
  return { timeoutMs, trialMs, ...(by && { by }) };
}
