/**
 * Reads a `sluice.json` as the list of a registry's contents, and loads them: the package itself, other packages, and
 * plugins.
 *
 * @module
 */
import { dirname, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { findNodeAtLocation, type Node } from "jsonc-parser";
import { listNames, SluiceError, type SourcePlace } from "../errors.ts";
import { describeThrown } from "../errors/thrown.ts";
import { findPlugins } from "../registry/find_plugins.ts";
import type { NodePackage } from "../registry/node_type.ts";
import { parseRegistryText, readEntries, type RegistryEntry, whyLeftOut } from "../registry/registry_entries.ts";
import { describeStaleSources, findStaleSources, loadNodePackage } from "../registry/staleness.ts";
import { placed } from "./diagnostics.ts";
import { LineIndex } from "./graph_text.ts";
import { NodeRegistry } from "../registry/node_registry.ts";

/** The name of Sluice's own package. */
const STANDARD_PACKAGE = "@sluice/sluice";

/** The parts of a `sluice.json` that define a registry. */
export interface RegistryFile {
  /** Absolute path of the file's folder. */
  readonly folder: string;
  /** Absolute path of the generated module of the package itself. */
  readonly generated: string;
  /** True if the package has classes of its own: without `include` the file only lists packages and plugins. */
  readonly hasClasses: boolean;
  readonly packages: readonly RegistryEntry[];
  readonly plugins: readonly RegistryEntry[];
  /** Returns the line and column of an entry. */
  place(entry: RegistryEntry): SourcePlace;
}

/** A package or plugin that is not registered. */
export interface LeftOut {
  /** The path or name in the `sluice.json`. */
  readonly from: string;
  /** `packages` or `plugins`. */
  readonly key: "packages" | "plugins";
  /** The reason, in words: `it is not enabled`. */
  readonly why: string;
}

/** The packages of a registry. */
export interface LoadedPackages {
  readonly packages: readonly NodePackage[];
  readonly leftOut: readonly LeftOut[];
}

/**
 * Reads a `sluice.json`.
 *
 * @param path the file's path, for messages and relative paths
 * @throws {SluiceError} `InvalidGraph`, with its `place`
 */
export function readRegistryFile(text: string, path: string): RegistryFile {
  const lines = new LineIndex(text, path);
  const refuse = (at: { readonly offset: number }, message: string, mend: string): never => {
    throw placed(new SluiceError("InvalidGraph", `Cannot collect nodes: ${message}; ${mend}`), lines.place(at.offset));
  };
  const { root, errorAt } = parseRegistryText(text);
  if (errorAt !== undefined || root?.type !== "object") {
    return refuse({ offset: errorAt ?? root?.offset ?? 0 }, "the file is no JSON object", "correct its syntax");
  }
  const at = (key: string): Node | undefined => findNodeAtLocation(root, [key]);
  const output = at("output");
  if (output !== undefined && output.type !== "string") {
    refuse(output, '"output" is not text', "give the path of the generated module");
  }
  const entries = (key: "packages" | "plugins") => {
    const list = at(key);
    return list === undefined ? [] : readEntries(key, list, refuse);
  };
  const folder = dirname(resolve(path));
  return {
    folder,
    generated: resolve(folder, output?.value ?? "sluice.gen.ts"),
    hasClasses: at("include") !== undefined || (at("packages") === undefined && at("plugins") === undefined),
    packages: entries("packages"),
    plugins: entries("plugins"),
    place: ({ offset }) => lines.place(offset),
  };
}

/**
 * Loads the entries of a `sluice.json` that apply here.
 *
 * @param own the package itself, if it has classes
 * @throws {SluiceError} `PluginRejected`, with its `place`, for a plugin or package that is missing, cannot be loaded
 * or lacks a requirement; `InvalidGraph` for a package that the generator did not make
 */
export async function loadListed(file: RegistryFile, own: NodePackage | undefined): Promise<LoadedPackages> {
  const leftOut: LeftOut[] = [];
  const loaded: { readonly entry: RegistryEntry; readonly packages: readonly NodePackage[] }[] = [];
  // The generated code has the enabled packages, in this order.
  const generated = own?.packages ?? [];
  const enabled = file.packages.filter((each) => each.enabled);
  await tryNatives(file);
  for (const [key, list] of [["packages", file.packages], ["plugins", file.plugins]] as const) {
    for (const entry of list) {
      const why = whyLeftOut(entry);
      if (why !== undefined) {
        leftOut.push({ from: entry.from, key, why });
        continue;
      }
      const known = key === "packages" && generated.length === enabled.length
        ? generated[enabled.indexOf(entry)]
        : undefined;
      const load = () => key === "plugins" ? loadPlugin(file, entry) : loadPackage(file, entry);
      loaded.push({ entry, packages: known === undefined ? await placing(file, entry, load) : [known] });
    }
  }
  const packages = [...own === undefined ? [] : [{ ...own, packages: [] }], ...loaded.flatMap((each) => each.packages)];
  for (const { entry, packages: own } of loaded) {
    await placing(file, entry, () => assertRequired(file, entry, own, packages, leftOut));
  }
  return { packages, leftOut };
}

/** Explains why the node types of a package or plugin are not known. */
export function describeLeftOut({ from, key, why }: LeftOut): string {
  return `${key === "plugins" ? "plugin" : "package"} "${from}" is left out: ${why}`;
}

async function loadPackage({ folder }: RegistryFile, { from }: RegistryEntry): Promise<NodePackage[]> {
  if (from === STANDARD_PACKAGE) return [];
  if (/^\.{0,2}\//.test(from)) return [await loadNodePackage(pathToFileURL(resolve(folder, from)))];
  let url: string;
  try {
    url = import.meta.resolve(from);
  } catch (cause) {
    throw new SluiceError("InvalidGraph", `Cannot load package "${from}": no import of deno.json is named so`, {
      cause,
    });
  }
  return [await loadNodePackage(url)];
}

async function loadPlugin({ folder }: RegistryFile, { from }: RegistryEntry): Promise<NodePackage[]> {
  const { modules, natives } = await findPlugins(resolve(folder, from), from);
  try {
    const packages = await Promise.all(modules.map((each) => loadNodePackage(pathToFileURL(each))));
    return [...packages, ...await loadNatives(natives)];
  } catch (cause) {
    const { message } = describeThrown(cause);
    throw new SluiceError("PluginRejected", `Cannot use plugin "${from}": ${message}`, { cause });
  }
}

/** Tries the libraries of several native plugins in one process, before they are loaded one by one. */
async function tryNatives({ folder, plugins }: RegistryFile): Promise<void> {
  const wanted = plugins.filter((each) => whyLeftOut(each) === undefined);
  if (wanted.length < 2) return;
  // A missing plugin is reported when it is loaded.
  const find = ({ from }: RegistryEntry) => findPlugins(resolve(folder, from), from).catch(() => ({ natives: [] }));
  const folders = (await Promise.all(wanted.map(find))).flatMap(({ natives }) => natives);
  if (folders.length === 0) return;
  const { tryPlugins } = await import("../plugins/load_plugins.ts");
  tryPlugins(folders);
}

/** @throws {SluiceError} the reason why the first refused plugin is refused */
async function loadNatives(folders: readonly string[]): Promise<readonly NodePackage[]> {
  if (folders.length === 0) return [];
  const { loadPlugins } = await import("../plugins/load_plugins.ts");
  const { packages, refused } = await loadPlugins(folders);
  if (refused.length > 0) throw refused[0];
  return packages;
}

/**
 * @param own the packages of the entry
 * @throws {SluiceError} `PluginRejected`
 */
async function assertRequired(
  file: RegistryFile,
  { from, requires }: RegistryEntry,
  own: readonly NodePackage[],
  packages: readonly NodePackage[],
  leftOut: readonly LeftOut[],
): Promise<void> {
  const itself = requires.find((each) => own.some(({ name }) => name === each));
  if (itself !== undefined) throw lacking(from, itself, 'which is its own; leave that out of "requires"');
  const names = new Set([STANDARD_PACKAGE]);
  for (const each of packages) addNames(names, each);
  const missing = requires.find((each) => !names.has(each));
  if (missing === undefined) return;
  for (const { from: other, key, why } of leftOut) {
    const entry = file[key].find((each) => each.from === other)!;
    const found = await (key === "plugins" ? loadPlugin(file, entry) : loadPackage(file, entry)).catch(() => []);
    if (!found.some(({ name }) => name === missing)) continue;
    throw lacking(from, missing, `which "${other}" in "${key}" has: ${why}`);
  }
  throw lacking(from, missing, `which is not listed; listed: ${listNames([...names])}`);
}

function lacking(from: string, missing: string, why: string): SluiceError {
  return new SluiceError("PluginRejected", `Cannot use "${from}": it requires package "${missing}", ${why}`);
}

function addNames(names: Set<string>, { name, packages = [] }: NodePackage): void {
  names.add(name);
  for (const each of packages) addNames(names, each);
}

/** Adds the place of the entry to errors of `load`. */
async function placing<T>(file: RegistryFile, entry: RegistryEntry, load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (error) {
    throw error instanceof SluiceError && error.place === undefined ? placed(error, file.place(entry)) : error;
  }
}

/**
 * Registers every class that the globs of a `sluice.json` name, from the generated module, and the node types of the
 * packages and plugins that it lists, if they are enabled and their conditions hold.
 *
 * @param configPath path of the `sluice.json`
 * @throws {SluiceError} `InvalidGraph` if the file cannot be read, with its `place` if an entry is wrong; if the
 * generated module is missing, or older than the classes; if two packages register one name. `PluginRejected` for a
 * plugin that is missing, cannot be loaded, or lacks a requirement
 */
export async function collectNodes(configPath = "sluice.json"): Promise<NodeRegistry> {
  const file = readRegistryFile(await readText(configPath), configPath);
  const own = file.hasClasses ? await loadFresh(file.generated) : undefined;
  const { packages, leftOut } = await loadListed(file, own);
  return new NodeRegistry(packages, leftOut.map(describeLeftOut));
}

async function loadFresh(generated: string): Promise<NodePackage> {
  const pkg = await loadNodePackage(pathToFileURL(generated));
  const stale = await findStaleSources(pkg);
  if (stale.length === 0) return pkg;
  throw new SluiceError("InvalidGraph", `Cannot collect nodes: ${describeStaleSources(pkg, stale)}`);
}

async function readText(configPath: string): Promise<string> {
  try {
    return await Deno.readTextFile(configPath);
  } catch (cause) {
    const isAbsent = (cause as { code?: string }).code === "ENOENT";
    const found = isAbsent ? `there is no file "${resolve(configPath)}"` : `"${configPath}" cannot be read`;
    throw new SluiceError("InvalidGraph", `Cannot collect nodes: ${found}; name the sluice.json of a package`, {
      cause,
    });
  }
}
