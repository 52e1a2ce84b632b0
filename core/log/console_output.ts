/**
 * Chooses the output of `console.log()` and its like in isolates that run processors: standard output by default, or
 * standard error if a program needs standard output for something else. Has no effect on writes to `Deno.stdout`
 * itself, or on workers and processes that a processor makes. Output without a reader is lost: Deno (2.9) drops it for
 * a pipe, and throws for a closed terminal.
 *
 * @module
 */
import { ERASE_LINE, isReaderGone, writeToStderr } from "../log.ts";
import { nodeBuiltin } from "./node_builtin.ts";

/** Methods of `console` that print. */
const PRINTING = [
  "log",
  "info",
  "debug",
  "warn",
  "error",
  "dir",
  "dirxml",
  "table",
  "trace",
  "group",
  "count",
  "timeLog",
  "timeEnd",
];

let isReserved = false;
let isOnStderr = false;
let isOnOwnLine = false;
let isWithoutReader = false;

/** True if {@linkcode reserveStdout} was called in this isolate: its worker lanes then do the same. */
export function isStdoutReserved(): boolean {
  return isReserved;
}

/**
 * Keeps standard output for the program, such as its events or messages: nodes that print there print to standard error.
 */
export function reserveStdout(): void {
  isReserved = true;
}

/** True if {@linkcode consoleToStderr} was called in this isolate: its worker lanes then do the same. */
export function isConsoleOnStderr(): boolean {
  return isOnStderr;
}

/** Makes every method of `console` write to standard error, here and on worker lanes made from here later. */
export function consoleToStderr(): void {
  if (isOnStderr) return;
  isOnStderr = true;
  const { Console } = nodeBuiltin("node:console");
  const { Writable } = nodeBuiltin("node:stream");
  const stderr = new Writable({
    decodeStrings: false,
    write(text: string, _encoding, done) {
      writeToStderr(text);
      done();
    },
  });
  const other = new Console(stderr) as unknown as Record<string, unknown>;
  const known = console as unknown as Record<string, unknown>;
  for (const [name, method] of Object.entries(other)) {
    if (typeof method === "function" && name in known) known[name] = method.bind(other);
  }
}

/** True if {@linkcode consoleOnOwnLine} was called in this isolate: its worker lanes then do the same. */
export function isConsoleOnOwnLine(): boolean {
  return isOnOwnLine;
}

/**
 * Makes output of `console` begin on a line of its own of the terminal, in place of a line of progress, here and on
 * worker lanes made from here later.
 */
export function consoleOnOwnLine(): void {
  if (isOnOwnLine) return;
  isOnOwnLine = true;
  const known = console as unknown as Record<string, (...values: unknown[]) => unknown>;
  for (const name of PRINTING) {
    const method = known[name];
    known[name] = (...values) => {
      writeToStderr(ERASE_LINE);
      return method.apply(console, values);
    };
  }
}

/** Keeps every method of `console` from throwing here because the terminal was closed. */
export function consoleWithoutReader(): void {
  if (isWithoutReader) return;
  isWithoutReader = true;
  const known = console as unknown as Record<string, unknown>;
  for (const [name, method] of Object.entries(known)) {
    if (typeof method !== "function") continue;
    known[name] = (...values: unknown[]) => {
      try {
        return method.apply(console, values);
      } catch (error) {
        if (!isReaderGone(error)) throw error;
      }
    };
  }
}
