/**
 * Checks whether the bundle, `dist`, matches the sources beside it: if so the command and lanes start from the bundle,
 * else from the sources.
 *
 * @module
 */

/** The folder of the bundle. */
export const BUNDLE_FOLDER: URL = new URL("../../dist/", import.meta.url);

/** The file in the folder that lists the bundle's sources. */
export const SOURCES_FILE = "sources.json";

/** The bundle's own files, as paths relative to the checkout. */
const PARTS = "dist/";

/**
 * The bundle's own files and its sources: paths relative to the checkout, each with its time of change and its size. A
 * file of the bundle has time 0, because a copy of the checkout changes the times.
 */
export type BundleSources = Record<string, readonly [mtimeMs: number, size: number]>;

/**
 * Reads the state of the files that a bundle is made from.
 *
 * @param root the path of the checkout, ending with a slash
 * @param paths paths relative to the checkout
 */
export function readSources(root: string, paths: readonly string[]): BundleSources {
  return Object.fromEntries(paths.map((path) => [path, stateOf(root + path)]));
}

/**
 * Reads the state of the bundle's own files.
 *
 * @param root as for {@linkcode readSources}
 * @param names the names in `dist`
 */
export function readParts(root: string, names: readonly string[]): BundleSources {
  return Object.fromEntries(names.map((name) => [PARTS + name, [0, stateOf(root + PARTS + name)[1]]]));
}

/** True if a path from {@linkcode findChangedSources} is a file of the bundle itself, which is missing or cut. */
export function isPart(path: string): boolean {
  return path.startsWith(PARTS);
}

/**
 * True if a bundle exists and neither its sources nor its own files have changed. Takes 3 ms: a file counts as changed
 * if its time or its size differs.
 *
 * @param folder the URL of the bundle, in the checkout. A bundle from a registry was published with its sources
 */
export function isBundleCurrent(folder: URL = BUNDLE_FOLDER): boolean {
  return findChangedSources(folder, 1)?.length === 0;
}

/**
 * Names the sources that differ from those of the bundle, after files of its own that are missing or cut.
 *
 * @param folder as for {@linkcode isBundleCurrent}
 * @param most the most paths to name
 * @param concerns true for a path to check; by default each
 * @returns `undefined` if there is no bundle, or it is unfinished
 */
export function findChangedSources(
  folder: URL = BUNDLE_FOLDER,
  most: number = Infinity,
  concerns: (path: string) => boolean = () => true,
): string[] | undefined {
  if (folder.protocol !== "file:") return [];
  try {
    const sources: BundleSources = JSON.parse(Deno.readTextFileSync(new URL(SOURCES_FILE, folder)));
    // A text: making a URL of each path would take longer than the check of the file.
    const root = rootOf(folder);
    const changed: string[] = [];
    for (const [path, [mtimeMs, size]] of Object.entries(sources)) {
      if (concerns(path) && !isAsItWas(root + path, mtimeMs, size) && changed.push(path) === most) break;
    }
    return changed;
  } catch {
    return undefined;
  }
}

function isAsItWas(file: string, mtimeMs: number, size: number): boolean {
  try {
    const state = stateOf(file);
    return (mtimeMs === 0 || state[0] === mtimeMs) && state[1] === size;
  } catch {
    return false;
  }
}

/**
 * True if a command line asks to replace processors of the checkout when their sources are saved, which the bundle
 * would not do: `--watch` in a folder of the checkout.
 *
 * @param args the arguments, without the program's name
 * @param here the working directory of the command
 * @param folder the URL of the bundle, in the checkout
 */
export function watchesSources(args: readonly string[], here = ".", folder: URL = BUNDLE_FOLDER): boolean {
  if (!args.includes("--watch") || folder.protocol !== "file:") return false;
  return `${Deno.realPathSync(here)}/`.startsWith(`${Deno.realPathSync(rootOf(folder))}/`);
}

/** Returns the path of a bundle's parent folder, ending with a slash. */
function rootOf(folder: URL): string {
  const path = decodeURIComponent(new URL("../", folder).pathname);
  return Deno.build.os === "windows" ? path.slice(1) : path;
}

function stateOf(file: string): [number, number] {
  const { mtime, size } = Deno.statSync(file);
  return [mtime?.getTime() ?? 0, size];
}
