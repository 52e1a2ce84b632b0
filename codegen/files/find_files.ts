/**
 * Finds the files that `sluice.json` names.
 *
 * @module
 */
import { join, relative } from "node:path";
import { compareText } from "../diagnostics.ts";
import { type Glob, readGlob } from "./glob.ts";

/** Folders that are never entered. */
const SKIPPED_FOLDERS: ReadonlySet<string> = new Set(["node_modules", "target", "vendor"]);

/** Files that are never read, whatever the globs say. */
const NEVER = /(?:_test|\.test|_bench|\.gen|\.d)\.ts$/;

/**
 * Lists the TypeScript files under a folder that match. A folder that is missing, or vanishes while it is read, counts
 * as empty.
 *
 * @param root the folder; symbolic links in it are not followed
 * @param include globs relative to `root`
 * @param exclude globs relative to `root`
 * @returns paths relative to `root`, with `/` between parts, sorted by code units
 * @throws the file system's error for an existing folder that cannot be read
 */
export async function findFiles(
  root: string,
  include: readonly string[],
  exclude: readonly string[],
): Promise<string[]> {
  const wanted = include.map(readGlob);
  const unwanted = exclude.map(readGlob);
  const found: string[] = [];
  const folders = topFolders(wanted);
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    for (const entry of await entriesOf(join(root, folder))) {
      const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
      if (entry.isDirectory) {
        if (!isSkipped(entry.name)) folders.push(path);
        continue;
      }
      const short = shortest(root, path);
      if (!entry.isFile || !isMatch(path, wanted, unwanted)) continue;
      if (short === path || !unwanted.some((glob) => glob.matches(short))) found.push(short);
    }
  }
  return [...new Set(found)].sort(compareText);
}

/** Whether {@linkcode findFiles} would list a file. */
export function isFound(path: string, include: readonly string[], exclude: readonly string[]): boolean {
  const isEntered = !path.split("/").slice(0, -1).some(isSkipped);
  return isEntered && isMatch(path, include.map(readGlob), exclude.map(readGlob));
}

/** The folders that globs start in, without those inside another. */
export function foldersOf(include: readonly string[]): string[] {
  return topFolders(include.map(readGlob));
}

/** Shortens a path that leaves the root and comes back into it. */
function shortest(root: string, path: string): string {
  return path.startsWith("../") ? relative(root, join(root, path)).replaceAll("\\", "/") : path;
}

function isSkipped(folder: string): boolean {
  return folder !== ".." && folder.startsWith(".") || SKIPPED_FOLDERS.has(folder);
}

function isMatch(path: string, wanted: readonly Glob[], unwanted: readonly Glob[]): boolean {
  return path.endsWith(".ts") && !NEVER.test(path) && wanted.some((glob) => glob.matches(path)) &&
    !unwanted.some((glob) => glob.matches(path));
}

async function entriesOf(folder: string): Promise<Deno.DirEntry[]> {
  try {
    return await Array.fromAsync(Deno.readDir(folder));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) return [];
    throw error;
  }
}

/** Where to start: the folders of the globs, without those inside another. */
function topFolders(globs: readonly Glob[]): string[] {
  const folders = [...new Set(globs.flatMap((glob) => glob.folders))];
  return folders.filter((folder) => !folders.some((other) => other !== folder && isInside(folder, other)));
}

/** Whether a folder is inside another; both are relative to the root, which is `""`. */
function isInside(folder: string, other: string): boolean {
  const rest = other === "" ? folder : folder.startsWith(`${other}/`) ? folder.slice(other.length + 1) : "..";
  return rest.split("/")[0] !== "..";
}
