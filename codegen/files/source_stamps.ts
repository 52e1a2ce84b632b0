/**
 * What the sources under some folders look like from outside. Whole folders that are moved or removed bring no event
 * for the files in them; comparing stamps tells what became of those.
 *
 * @module
 */
import { type Stats, statSync } from "node:fs";
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { findFiles } from "./find_files.ts";

const SECOND_MS = 1_000;

/** What tells one state of each file from another, by path relative to the package's root. */
export type SourceStamps = ReadonlyMap<string, string>;

/**
 * Looks at every source under some folders. Files that go meanwhile, and folders that cannot be read, are left out.
 *
 * @param root the package's root
 * @param folders relative to it; `""` is the root itself
 */
export async function stampSources(root: string, folders: readonly string[]): Promise<Map<string, string>> {
  const paths = await findFiles(root, sourceGlobs(folders), []).catch(() => []);
  return await stampPaths(root, paths);
}

/** Globs of all sources under some folders. */
export function sourceGlobs(folders: readonly string[]): string[] {
  return folders.map((folder) => (folder === "" ? "**/*.ts" : `${folder}/**/*.ts`));
}

/** Looks at some files. Those that are not there are left out. */
export async function stampPaths(root: string, paths: readonly string[]): Promise<Map<string, string>> {
  const stamps = new Map<string, string>();
  await Promise.all(paths.map(async (path) => {
    const found = await stat(join(root, path)).catch(() => undefined);
    if (found?.isFile()) stamps.set(path, describe(found));
  }));
  return stamps;
}

/** Looks at one file, by its absolute path. `undefined` if it is not there, or cannot be looked at. */
export function stampOf(path: string): string | undefined {
  try {
    const found = statSync(path, { throwIfNoEntry: false });
    return found?.isFile() ? describe(found) : undefined;
  } catch {
    // A link that leads to itself, or a folder that may not be entered.
    return undefined;
  }
}

/**
 * The files that were saved since a time, or came to their place. When one was moved is known in whole seconds only:
 * one that was moved in the second of that time counts.
 *
 * @param sinceMs milliseconds since 1970
 */
export async function savedSince(root: string, paths: Iterable<string>, sinceMs: number): Promise<string[]> {
  const changed = await Promise.all([...paths].map(async (path) => {
    const found = await stat(join(root, path)).catch(() => undefined);
    return found !== undefined && isSince(found, sinceMs) ? [path] : [];
  }));
  return changed.flat();
}

function isSince({ mtimeMs, ctimeMs }: Pick<Stats, "mtimeMs" | "ctimeMs">, sinceMs: number): boolean {
  if (Math.max(mtimeMs, ctimeMs) >= sinceMs) return true;
  const wasMoved = mtimeMs < ctimeMs;
  return wasMoved && ctimeMs % SECOND_MS === 0 && ctimeMs + SECOND_MS > sinceMs;
}

/** The paths whose stamps differ, those that are in one of the two only among them. */
export function differingPaths(before: SourceStamps, after: SourceStamps): string[] {
  return [...new Set([...before.keys(), ...after.keys()])].filter((path) => before.get(path) !== after.get(path));
}

function describe({ ino, size, mtimeMs }: Stats): string {
  return `${ino} ${size} ${mtimeMs}`;
}
