/**
 * What a path leads to. Nothing is opened: to open a FIFO waits for who writes to it.
 *
 * @module
 */

/** What something is that is no regular file, in the order in which it is asked. */
const KINDS = [
  ["isDirectory", "a folder"],
  ["isFifo", "a FIFO"],
  ["isSocket", "a socket"],
  ["isCharDevice", "a device"],
  ["isBlockDevice", "a device"],
] as const satisfies readonly (readonly [keyof Deno.FileInfo, string])[];

/** Whether a path is that of a file. */
export function isFile(path: string): boolean {
  return tryStat(path)?.isFile ?? false;
}

/** Whether there is anything at a path. */
export function isThere(path: string): boolean {
  return tryStat(path) !== undefined;
}

/** What stands at a path where a file is wanted, with its article; `undefined` for a file, and where nothing stands. */
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
