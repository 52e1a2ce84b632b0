/**
 * Decides which packages `sluice run --watch` watches.
 *
 * @module
 */
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { OWN_PACKAGE_URL } from "../project/own_package.ts";

/** The file that tells the generator what to read. */
const CONFIG = "sluice.json";

/**
 * Whether a package has sources, and they are the user's own. Sluice's own sources count only in its checkout, not in a
 * project that links to one.
 *
 * @param url of the generated module
 * @param here the folder that the command was started in
 */
export async function isWatchable(url: string, here: string): Promise<boolean> {
  if (!url.startsWith("file:") || url.includes("/node_modules/")) return false;
  const path = configPathOf(url);
  if (!await isFile(path)) return false;
  return url !== OWN_PACKAGE_URL || await isSameFile(path, await findConfig(here));
}

/** @param url of the generated module of a package */
export function configPathOf(url: string): string {
  return join(dirname(fileURLToPath(url)), CONFIG);
}

/** The nearest `sluice.json` of a folder and those above. */
async function findConfig(folder: string): Promise<string | undefined> {
  for (let at = folder;; at = dirname(at)) {
    const path = join(at, CONFIG);
    if (await isFile(path)) return path;
    if (dirname(at) === at) return undefined;
  }
}

async function isFile(path: string): Promise<boolean> {
  return await Deno.stat(path).then((found) => found.isFile, () => false);
}

async function isSameFile(path: string, other: string | undefined): Promise<boolean> {
  return other !== undefined && await Deno.realPath(path) === await Deno.realPath(other);
}
