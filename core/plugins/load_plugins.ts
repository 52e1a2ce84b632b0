/**
 * Finds the plugins in folders that were named, and loads their libraries into this process. Nothing is looked for
 * anywhere else. A library that was opened is never closed.
 *
 * @module
 */
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { STAGE_VERSION } from "../../ffi/layout.gen.ts";
import { loadNative } from "../../ffi/loader.ts";
import { loadPluginLibrary } from "../../ffi/plugin.ts";
import { SluiceError } from "../errors.ts";
import { type AnyNodeType, definePackage, type NodePackage } from "../registry/node_type.ts";
import { MANIFEST, parseManifest, type PluginManifest } from "./manifest.ts";
import { stageType } from "./stage_type.ts";

/** How the system names libraries. */
const LIBRARY_NAMES: Partial<Record<typeof Deno.build.os, readonly [before: string, behind: string]>> = {
  darwin: ["lib", ".dylib"],
  windows: ["", ".dll"],
};

/** The right of anybody to write, and the bit that keeps others from removing what is not theirs. */
const OTHERS_WRITE = 0o002;
const STICKY = 0o1000;

/** A plugin that was loaded, or left out. */
export interface PluginInfo {
  /** Its folder, absolute. */
  readonly folder: string;
  /** What its `plugin.toml` says. */
  readonly manifest: PluginManifest;
  /** Its node types; none of one that is not enabled. */
  readonly nodes: readonly AnyNodeType[];
}

/** What {@linkcode loadPlugins} has found. */
export interface Plugins {
  /** The node types, for a registry: one package for each plugin with stages. */
  readonly packages: readonly NodePackage[];
  /** The plugins, in the order of the folders and by name. */
  readonly plugins: readonly PluginInfo[];
  /** Why others were refused: `PluginRejected`, or `NativeUnavailable` where there is no native library. */
  readonly refused: readonly SluiceError[];
}

/**
 * Loads plugins. One that is refused keeps no other from being loaded.
 *
 * @param folders each is a plugin's folder, with a `plugin.toml` in it, or a folder of such folders
 * @returns the plugins, and why others were refused
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
export async function loadPlugins(folders: Iterable<string>): Promise<Plugins> {
  const plugins: PluginInfo[] = [];
  const refused: SluiceError[] = [];
  const found = new Set<string>();
  for (const folder of folders) {
    try {
      for (const each of await findPluginFolders(resolve(folder))) found.add(each);
    } catch (error) {
      refused.push(rejected(folder, error));
    }
  }
  for (const folder of found) {
    try {
      plugins.push(await loadPlugin(folder));
    } catch (error) {
      refused.push(rejected(folder, error));
    }
  }
  const packages = plugins.filter(({ nodes }) => nodes.length > 0).map(packageOf);
  return { packages, plugins, refused };
}

/** The folder itself if it is a plugin's, else those of its folders that are, sorted. */
async function findPluginFolders(folder: string): Promise<string[]> {
  if (await isFile(join(folder, MANIFEST))) return [folder];
  const names: string[] = [];
  try {
    for await (const { name } of Deno.readDir(folder)) names.push(name);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) throw new RangeError("there is no such folder");
    throw error;
  }
  const inner = names.sort().map((name) => join(folder, name));
  const isPlugin = await Promise.all(inner.map((each) => isFile(join(each, MANIFEST))));
  return inner.filter((_, k) => isPlugin[k]);
}

async function loadPlugin(folder: string): Promise<PluginInfo> {
  const path = join(folder, MANIFEST);
  await assertOwn(folder, "the folder");
  await assertOwn(path, MANIFEST);
  const manifest = readManifest(await Deno.readTextFile(path));
  if (!manifest.enabled) return { folder, manifest, nodes: [] };
  assertVersion(manifest);
  const library = await findLibrary(folder, manifest.library);
  const stages = loadPluginLibrary(loadNative().symbols, library);
  const ids = stages.map(({ id }) => id);
  const missing = manifest.stages?.filter((id) => !ids.includes(id)) ?? [];
  if (missing.length > 0) {
    throw new RangeError(`${MANIFEST} names stage "${missing[0]}", and the library has ${ids.join(", ")}`);
  }
  const nodes = stages.map((stage) => {
    try {
      return stageType(stage, manifest, path);
    } catch (error) {
      throw new RangeError(`stage "${stage.id}": ${(error as Error).message}`);
    }
  });
  return { folder, manifest, nodes };
}

function readManifest(text: string): PluginManifest {
  try {
    return parseManifest(text);
  } catch (error) {
    throw new RangeError(`${MANIFEST}: ${(error as Error).message}`);
  }
}

function packageOf({ folder, manifest, nodes }: PluginInfo): NodePackage {
  return definePackage({ name: manifest.name, url: pathToFileURL(join(folder, MANIFEST)).href, nodes, sources: {} });
}

function assertVersion({ requires }: PluginManifest): void {
  if (requires === undefined) return;
  const [major, minor] = requires.split(".").map(Number);
  if (major === STAGE_VERSION.major && minor <= STAGE_VERSION.minor) return;
  throw new RangeError(
    `${MANIFEST} requires version ${requires} of the interface, and this is ${STAGE_VERSION.major}.${STAGE_VERSION.minor}`,
  );
}

/** The library as it is named, or as the system names libraries: `fft` is `libfft.so`. */
async function findLibrary(folder: string, name: string): Promise<string> {
  const [before, behind] = LIBRARY_NAMES[Deno.build.os] ?? ["lib", ".so"];
  const at = Math.max(name.lastIndexOf("/"), name.lastIndexOf("\\")) + 1;
  const named = join(folder, name);
  const systems = join(folder, `${name.slice(0, at)}${before}${name.slice(at)}${behind}`);
  for (const path of [named, systems]) if (await isFile(path)) return path;
  throw new RangeError(`there is no library "${named}", nor "${systems}"`);
}

/** Refuses what anybody may write to. */
async function assertOwn(path: string, what: string): Promise<void> {
  const { mode, isDirectory } = await Deno.stat(path);
  if (mode === null || (mode & OTHERS_WRITE) === 0 || (isDirectory && (mode & STICKY) !== 0)) return;
  throw new RangeError(`anybody may write to ${what}; take that right away with "chmod o-w"`);
}

async function isFile(path: string): Promise<boolean> {
  return await Deno.stat(path).then(({ isFile }) => isFile, () => false);
}

function rejected(folder: string, cause: unknown): SluiceError {
  if (cause instanceof SluiceError) return cause;
  const { message, code } = cause as Error & { code?: unknown };
  const known = code === "NativeUnavailable" || code === "AbiMismatch" ? code : "PluginRejected";
  return new SluiceError(known, `Cannot load the plugin in "${folder}": ${message}`, { cause });
}
