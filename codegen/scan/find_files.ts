/**
 * Finds the files that `sluice.json` names.
 *
 * @module
 */
import { readdir } from "node:fs/promises";
import { join, matchesGlob } from "node:path";
import { compareText } from "../diagnostics.ts";

/** Folders that are never entered. */
const SKIPPED_FOLDERS: ReadonlySet<string> = new Set(["node_modules", "target", "vendor"]);

/** Files that are never read, whatever the globs say. */
const NEVER = /(?:_test|\.test|_bench|\.gen|\.d)\.ts$/;

/**
 * Lists the TypeScript files under a folder that match.
 *
 * @param root the folder; symbolic links in it are not followed
 * @param include globs relative to `root`
 * @param exclude globs relative to `root`
 * @returns paths relative to `root`, with `/` between parts, sorted by code units
 */
export async function findFiles(
  root: string,
  include: readonly string[],
  exclude: readonly string[],
): Promise<string[]> {
  const wanted = include.map(normalize);
  const unwanted = exclude.map(normalize);
  const found: string[] = [];

  async function walk(folder: string): Promise<void> {
    for (const entry of await readdir(join(root, folder), { withFileTypes: true })) {
      const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
      if (entry.isDirectory()) {
        if (!entry.name.startsWith(".") && !SKIPPED_FOLDERS.has(entry.name)) await walk(path);
      } else if (entry.isFile() && entry.name.endsWith(".ts") && !NEVER.test(entry.name)) {
        if (wanted.some((glob) => matchesGlob(path, glob)) && !unwanted.some((glob) => matchesGlob(path, glob))) {
          found.push(path);
        }
      }
    }
  }

  for (const folder of topFolders(wanted)) {
    try {
      await walk(folder);
    } catch (error) {
      if (!["ENOENT", "ENOTDIR"].includes((error as { code?: string }).code ?? "")) throw error;
    }
  }
  return [...new Set(found)].sort(compareText);
}

/** Where to start walking: the part of each glob before its first wildcard, without those inside another. */
function topFolders(globs: readonly string[]): string[] {
  const folders = globs.map((glob) => {
    const parts = glob.split("/");
    const wild = parts.findIndex((part) => /[*?[\]{}()!+@]/.test(part));
    return parts.slice(0, wild < 0 ? -1 : wild).join("/");
  });
  return [...new Set(folders)].filter((folder) =>
    !folders.some((other) => other !== folder && (other === "" || folder.startsWith(`${other}/`)))
  );
}

function normalize(glob: string): string {
  return glob.replaceAll("\\", "/").replace(/^(?:\.\/)+/, "");
}
