/**
 * Which packages `sluice run --watch` watches.
 *
 * @module
 */
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { OWN_PACKAGE_URL } from "./packages.ts";

/** File that says what the generator reads. */
const CONFIG = "sluice.json";

/**
 * Whether sources are there that make a package, and are the user's own. Those of Sluice are so in its own checkout
 * only, not in a project that is linked with one.
 *
 * @param url of the generated module
 * @param here the folder that the command is started in
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
