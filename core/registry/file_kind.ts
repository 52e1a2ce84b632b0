/**
 * Finds out the kind of file at a path. Opens nothing: opening a FIFO would wait for a writer.
 *
 * @module
 */
import { basename } from "node:path";

/** The kinds other than regular files, in the order in which they are tested. */
const KINDS = [
  ["isDirectory", "a folder"],
  ["isFifo", "a FIFO"],
  ["isSocket", "a socket"],
  ["isCharDevice", "a device"],
  ["isBlockDevice", "a device"],
] as const satisfies readonly (readonly [keyof Deno.FileInfo, string])[];

/** True if a path leads to a file. */
export function isFile(path: string): boolean {
  return tryStat(path)?.isFile ?? false;
}

/** True for a file of nodes in a folder of plugins: a module in Python that imports `sluice`. */
export function isPythonPlugin(path: string): boolean {
  if (!/^(?![_.]|test_|setup\.py$|conftest\.py$).*(?<!_test)\.py$/.test(basename(path))) return false;
  try {
    return /^[ \t]*(?:import|from)[ \t]+sluice\b/m.test(Deno.readTextFileSync(path));
  } catch {
    return false;
  }
}

/** True if a path leads to anything. */
export function isThere(path: string): boolean {
  return tryStat(path) !== undefined;
}

/**
 * Returns the kind of file found in place of a regular file, with its article; `undefined` for a regular file, and for
 * none.
 */
export function otherThanFile(path: string): string | undefined {
  const found = tryStat(path);
  if (found === undefined || found.isFile) return undefined;
  return KINDS.find(([is]) => found[is])?.[1] ?? "something else";
}

function tryStat(path: string): Deno.FileInfo | undefined {
  try {
    return Deno.statSync(path);
  } catch {
    return undefined;
  }
}
