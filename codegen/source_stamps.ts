/**
 * What the sources under a folder look like from outside. Whole folders that are moved or removed bring no event for
 * the files in them; comparing stamps tells what became of those.
 *
 * @module
 */
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { findFiles } from "./scan/find_files.ts";

/** What tells one state of each file from another, by path relative to the folder. */
export type SourceStamps = ReadonlyMap<string, string>;

/** Looks at every source under a folder. Files that go meanwhile, and folders that cannot be read, are left out. */
export async function stampSources(root: string): Promise<SourceStamps> {
  const paths = await findFiles(root, ["**/*.ts"], []).catch(() => []);
  const stamps = new Map<string, string>();
  await Promise.all(paths.map(async (path) => {
    const found = await stat(join(root, path)).catch(() => undefined);
    if (found !== undefined) stamps.set(path, `${found.ino} ${found.size} ${found.mtimeMs}`);
  }));
  return stamps;
}

/** The paths whose stamps differ, those that are in one of the two only among them. */
export function differingPaths(before: SourceStamps, after: SourceStamps): string[] {
  return [...new Set([...before.keys(), ...after.keys()])].filter((path) => before.get(path) !== after.get(path));
}
