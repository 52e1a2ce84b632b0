/**
 * Regular expressions of doc tags. They are run with a limit of time: `^(a+)+$` needs a year to refuse forty letters
 * and one that does not fit.
 *
 * @module
 */
import { createContext, Script } from "node:vm";

/** Longest time that a pattern may take, milliseconds. A usual one needs less than one. */
const TIME_LIMIT_MS = 1_000;

/** How often a piece stands in a text that a pattern is tried on. */
const PROBE_REPEATS = 40;

/** Most characters of a pattern that texts are made of. */
const PROBE_LIMIT = 32;

/** Most characters of a pattern that texts of two of them in turn are made of. */
const PAIR_LIMIT = 8;

const script = new Script(`new RegExp(pattern, "u").test(text)`);
let sandbox: { pattern: string; text: string } | undefined;

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

/**
 * Tries a pattern on texts that are hard to refuse: each of its own characters, and a few others, many times over, and
 * two of them in turn, and then one that fits nowhere; each also behind the letters that the pattern starts with.
 *
 * @returns a text that takes too long
 */
export function findSlowText(pattern: string): string | undefined {
  const letters = new Set([..."a0 ", ...[...pattern].filter((each) => !/[\\^$.|?*+()[\]{}]/.test(each))]);
  const pieces = [...letters].slice(0, PROBE_LIMIT);
  const few = pieces.slice(0, PAIR_LIMIT);
  const pairs = few.flatMap((one) => few.filter((other) => other !== one).map((other) => one + other));
  const [, start] = /^\^?([^\\^$.|?*+()[\]{}]*)/.exec(pattern)!;
  for (const before of new Set(["", start])) {
    for (const piece of [...pieces, ...pairs]) {
      const text = `${before}${piece.repeat(PROBE_REPEATS)}\u0001`;
      if (matches(pattern, text) === undefined) return text;
    }
  }
  return undefined;
}
