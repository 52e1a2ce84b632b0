/**
 * Whether the bundle, `dist`, is what the sources beside it say: the command and lanes start from it then, and from the
 * sources otherwise.
 *
 * @module
 */

/** Where the bundle is. */
export const BUNDLE_FOLDER: URL = new URL("../../dist/", import.meta.url);

/** In it: what it was made from. */
export const SOURCES_FILE = "sources.json";

/** The bundle's own files, as paths relative to the checkout. */
const PARTS = "dist/";

/**
 * The bundle's own files and what it was made from: paths relative to the checkout, each with its time of change and its
 * size. A file of the bundle may have any time, for which 0 stands: a copy of the checkout has others.
 */
export type BundleSources = Record<string, readonly [mtimeMs: number, size: number]>;

/**
 * The state of the files that a bundle is made from.
 *
 * @param root path of the checkout, ending with a slash
 * @param paths relative to it
 */
export function readSources(root: string, paths: readonly string[]): BundleSources {
  return Object.fromEntries(paths.map((path) => [path, stateOf(root + path)]));
}

/**
 * The state of the bundle's own files.
 *
 * @param root as for {@linkcode readSources}
 * @param names in `dist`
 */
export function readParts(root: string, names: readonly string[]): BundleSources {
  return Object.fromEntries(names.map((name) => [PARTS + name, [0, stateOf(root + PARTS + name)[1]]]));
}

/** Whether a path that {@linkcode findChangedSources} names is a file of the bundle itself, which is missing or cut. */
export function isPart(path: string): boolean {
  return path.startsWith(PARTS);
}

/**
 * Whether a bundle is there and none of the files that it was made from has changed since, nor one of its own. It takes
 * 3 ms: a file counts as changed if its time or its size is another.
 *
 * @param folder URL of the bundle, in the checkout. One that comes from a registry was published with its sources
 */
export function isBundleCurrent(folder: URL = BUNDLE_FOLDER): boolean {
  return findChangedSources(folder, 1)?.length === 0;
}

/**
 * Names the sources that are no longer what the bundle was made from, after files of its own that are missing or cut.
 *
 * @param folder as for {@linkcode isBundleCurrent}
 * @param most to name
 * @param concerns whether a path is looked at; by default each is
 * @returns `undefined` if there is no bundle, or it was not finished
 */
export function findChangedSources(
  folder: URL = BUNDLE_FOLDER,
  most: number = Infinity,
  concerns: (path: string) => boolean = () => true,
): string[] | undefined {
  if (folder.protocol !== "file:") return [];
  try {
    const sources: BundleSources = JSON.parse(Deno.readTextFileSync(new URL(SOURCES_FILE, folder)));
    // A text: to make a URL of each would take longer than to look at the file.
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
 * Whether a command line asks for processors of the checkout to be replaced as their sources are saved, which the
 * bundle would not: `--watch` in a folder of the checkout.
 *
 * @param args without the program's name
 * @param here the folder that the command was started in
 * @param folder URL of the bundle, in the checkout
 */
export function watchesSources(args: readonly string[], here = ".", folder: URL = BUNDLE_FOLDER): boolean {
  if (!args.includes("--watch") || folder.protocol !== "file:") return false;
  return `${Deno.realPathSync(here)}/`.startsWith(`${Deno.realPathSync(rootOf(folder))}/`);
}

/** Path of the folder that a bundle stands in, ending with a slash. */
function rootOf(folder: URL): string {
  const path = decodeURIComponent(new URL("../", folder).pathname);
  return Deno.build.os === "windows" ? path.slice(1) : path;
}

function stateOf(file: string): [number, number] {
  const { mtime, size } = Deno.statSync(file);
  return [mtime?.getTime() ?? 0, size];
}
