/**
 * Checks the options of an edit, and fills in the defaults.
 *
 * @module
 */
import { assertKeys, assertTimeout } from "../errors/option_check.ts";
import type { EditOptions } from "../runtime_options.ts";

const WHAT = "Cannot edit the graph";

/** The default time limit of an edit for nodes and lanes, milliseconds. */
const EDIT_TIMEOUT_MS = 5_000;

/** The default time for the trial of a node that replaces another, milliseconds. */
const TRIAL_MS = 250;

const KEYS: { readonly [K in keyof Required<EditOptions>]: true } = { timeoutMs: true, trialMs: true };

/** @throws {SluiceError} `InvalidConfig` for an unknown option, or a time that no timer can count */
export function editOptions(options: EditOptions): Required<EditOptions> {
  assertKeys(WHAT, options, Object.keys(KEYS));
  const { timeoutMs = EDIT_TIMEOUT_MS, trialMs = TRIAL_MS } = options;
  assertTimeout(WHAT, "timeoutMs", timeoutMs);
  assertTimeout(WHAT, "trialMs", trialMs);
  return { timeoutMs, trialMs };
}
