/**
 * Finds the plugins in given folders, and loads their libraries into this process. Searches nowhere else. Never closes
 * a library that it has opened.
 *
 * @module
 */
import { basename, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { SluiceError } from "../errors.ts";
import { type AnyNodeType, definePackage, type NodePackage } from "../registry/node_type.ts";
import { isPythonPlugin, isThere } from "../registry/file_kind.ts";
import {
  findStrangers,
  type InspectedPlugin,
  lookAtPlugin,
  type OpenOptions,
  openPlugins,
  type PluginProblem,
  tryLibraries,
} from "./inspect_plugin.ts";
import { MANIFEST, type PluginManifest } from "./manifest.ts";
import { isPythonFile } from "./python_plugin.ts";

/** A plugin that was loaded, or left out. */
export interface PluginInfo {
  /** Its folder, absolute. */
  readonly folder: string;
  /** The contents of its `plugin.toml`. */
  readonly manifest: PluginManifest;
  /** Its library, absolute; absent for a disabled plugin. */
  readonly library?: string;
  /** Its node types; none for a disabled plugin. */
  readonly nodes: readonly AnyNodeType[];
}

/** The result of {@linkcode loadPlugins}. */
export interface Plugins {
  /** The node types, for a registry: one package for each plugin with stages. */
  readonly packages: readonly NodePackage[];
  /** The plugins, in the order of the folders and by name. */
  readonly plugins: readonly PluginInfo[];
  /**
   * The reasons why other plugins were refused: `PluginRejected`, or `NativeUnavailable` without the native library.
   */
  readonly refused: readonly SluiceError[];
}

/**
 * Loads plugins. A refused plugin does not keep others from loading.
 *
 * @param folders each is a plugin's folder, with a `plugin.toml`, or a folder of such folders
 * @returns the plugins, and the reasons why others were refused
 *
 * @example
 * ```ts
 * import { NodeRegistry, nodePackage } from "@sluice/sluice";
 * import { loadPlugins } from "@sluice/sluice/plugins";
 *
 * const { packages, refused } = await loadPlugins(["./plugins"]);
 * for (const error of refused) console.error(error.message);
 * const registry = new NodeRegistry([nodePackage, ...packages]);
 * console.log(registry.listNodeTypes().length > 10); // true
 * ```
 */
export function loadPlugins(folders: Iterable<string>): Promise<Plugins> {
  return Promise.resolve(loadPluginsNow(folders));
}

/** As {@linkcode loadPlugins}, but synchronous. */
export function loadPluginsNow(folders: Iterable<string>): Plugins {
  const { plugins: inspected, refused: unread } = inspectPlugins(folders);
  const refused = [...unread];
  const plugins: PluginInfo[] = [];
  for (const { folder, manifest, library, nodes, problems } of inspected) {
    if (problems.length > 0) refused.push(rejected(folder, problems[0]));
    else plugins.push({ folder, manifest: manifest!, library, nodes });
  }
  const packages = plugins.filter(({ nodes }) => nodes.length > 0).map(packageOf);
  return { packages, plugins, refused };
}

/**
 * Inspects plugins.
 *
 * @param folders as for {@linkcode loadPlugins}
 * @returns the plugins with all their faults, in the order of the folders and by name, each with the given folder in
 * which it was found; and the reasons why folders could not be read
 */
export function inspectPlugins(folders: Iterable<string>, options?: OpenOptions): {
  readonly plugins: readonly (InspectedPlugin & { readonly named: string })[];
  readonly refused: readonly SluiceError[];
} {
  const { found, refused } = lookAtPlugins(folders);
  const opened = openPlugins(found.map(({ plugin }) => plugin), options);
  return { plugins: opened.map((each, k) => ({ ...each, named: found[k].named })), refused };
}

/** Tries the libraries of plugins in one process, before each is loaded by a call of its own. */
export function tryPlugins(folders: Iterable<string>): void {
  tryLibraries(lookAtPlugins(folders).found.map(({ plugin }) => plugin));
}

/** Returns the plugins in folders, each once, with the given folder in which it was found. */
function lookAtPlugins(folders: Iterable<string>) {
  const refused: SluiceError[] = [];
  const attempt = <T>(folder: string, look: () => readonly T[]): readonly T[] => {
    try {
      return look();
    } catch (cause) {
      refused.push(rejected(folder, { file: folder, message: (cause as Error).message, cause }));
      return [];
    }
  };
  const names = new Map<string, string>();
  for (const named of folders) {
    for (const each of attempt(named, () => findPluginFolders(resolve(named)))) {
      if (!names.has(each)) names.set(each, named);
    }
  }
  const found = [...names].flatMap(([folder, named]) =>
    attempt(folder, () => [{ named, plugin: lookAtPlugin(folder) }])
  );
  return { found, refused };
}

/**
 * Returns the folder itself if it is a plugin's, else its plugin folders and the plugins that are files in Python, sorted.
 *
 * @param folder the absolute path
 * @throws {RangeError} with the reason, as a clause, if the folder cannot be read
 */
export function findPluginFolders(folder: string): string[] {
  if (isPythonFile(folder) || isThere(join(folder, MANIFEST))) return [folder];
  try {
    const [problem] = findStrangers(folder, "the folder");
    if (problem !== undefined) throw new RangeError(problem.message);
    const inner = Array.from(Deno.readDirSync(folder), ({ name }) => join(folder, name)).sort();
    return inner.filter((each) => isThere(join(each, MANIFEST)) || isPythonPlugin(each));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) throw new RangeError("there is no such folder");
    throw error;
  }
}

/** Returns the package of a plugin: that of its generated types, if generated code has made them. */
function packageOf({ folder, manifest, nodes }: PluginInfo): NodePackage {
  return nodes[0].package ??
    definePackage({ name: manifest.name, url: pathToFileURL(join(folder, MANIFEST)).href, nodes, sources: {} });
}

function rejected(folder: string, { file, message, cause }: PluginProblem): SluiceError {
  const { code } = (cause ?? {}) as { code?: unknown };
  const known = code === "NativeUnavailable" || code === "AbiMismatch" ? code : "PluginRejected";
  const where = basename(file) === MANIFEST ? `${MANIFEST}: ` : "";
  return new SluiceError(known, `Cannot load the plugin in "${folder}": ${where}${message}`, { cause });
}
