/**
 * Where `console.log()` and its like write in the isolates that run processors: to standard output as everywhere, or to
 * standard error where a program keeps standard output for something else. What writes to `Deno.stdout` itself, and
 * workers and processes that a processor makes, are not kept from it. Where nobody reads any more, what is printed is
 * lost: Deno (2.9) does so for a pipe, and throws for a terminal that was closed.
 *
 * @module
 */
import { isReaderGone } from "./gone_reader.ts";
import { ERASE_LINE, writeToStderr } from "../log.ts";
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

let isOnStderr = false;
let isOnOwnLine = false;
let isWithoutReader = false;

/** Whether {@linkcode consoleToStderr} was called in this isolate: worker lanes that it makes are told. */
export function isConsoleOnStderr(): boolean {
  return isOnStderr;
}

/** From now on every method of `console` writes to standard error, here and on worker lanes that are made from here. */
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

/** Whether {@linkcode consoleOnOwnLine} was called in this isolate: worker lanes that it makes are told. */
export function isConsoleOnOwnLine(): boolean {
  return isOnOwnLine;
}

/**
 * From now on what `console` prints begins on a line of its own of the terminal, in place of a line of progress, here
 * and on worker lanes that are made from here.
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

/** From now on no method of `console` throws here because the terminal was closed. */
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
