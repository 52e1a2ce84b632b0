/**
 * Regular expressions of doc tags. They are run with a limit of time: some take the square of a text's length, and more.
 *
 * @module
 */
import { createContext, Script } from "node:vm";

/** Longest time that a pattern may take, milliseconds. A usual one needs less than one. */
const TIME_LIMIT_MS = 1_000;

const script = new Script(`new RegExp(pattern, "u").test(text)`);
let sandbox: { pattern: string; text: string } | undefined;

/** Whether a text is a regular expression for the flag `u`. It is not run. */
export function isExpression(text: string): boolean {
  try {
    new RegExp(text, "u");
    return true;
  } catch {
    return false;
  }
}

/** Whether a text is a regular expression for the flag `u` that can be run; a very large one cannot. */
export function isPattern(text: string): boolean {
  try {
    matches(text, "");
    return true;
  } catch {
    return false;
  }
}

/** Whether a pattern matches a text; `undefined` if it takes too long. */
export function matches(pattern: string, text: string): boolean | undefined {
  sandbox ??= createContext({ pattern: "", text: "" }) as { pattern: string; text: string };
  Object.assign(sandbox, { pattern, text });
  try {
    return script.runInContext(sandbox, { timeout: TIME_LIMIT_MS }) as boolean;
  } catch (error) {
    if ((error as { code?: string }).code === "ERR_SCRIPT_EXECUTION_TIMEOUT") return undefined;
    throw error;
  }
}
