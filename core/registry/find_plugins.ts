/**
 * Finds the plugins at a path: packages of TypeScript processors, native plugins, and those in Python.
 *
 * @module
 */
import { resolve } from "node:path";
import { SluiceError } from "../errors.ts";
import { isPythonPlugin } from "./file_kind.ts";
import { parseRegistryText } from "./registry_entries.ts";

/** The generated module, unless a `sluice.json` names another. */
const GENERATED = "sluice.gen.ts";

/** The file of a native plugin's folder. */
const MANIFEST = "plugin.toml";

/** A plugin that is a file in Python, and the classes of it that its path may name: `gain.py#Gain`. */
const PYTHON = /\.py(?:#|$)/;
const CLASSES = /(?<=\.py)#[^\\/]*$/;

/** The library files of native plugins. */
const LIBRARY = /\.(?:so|dylib|dll)$/;

/** The plugins at a path; paths are absolute. */
export interface FoundPlugins {
  /** Generated modules. */
  readonly modules: readonly string[];
  /** Folders of native plugins and of those in Python, and files in Python. */
  readonly natives: readonly string[];
}

/**
 * Returns the plugins at a path: the generated module itself, the plugin in a folder, or the plugins in its folders, by
 * name.
 *
 * @param path the path of the file or the folder
 * @param from the path in the `sluice.json`, for messages
 * @throws {SluiceError} `PluginRejected` if the path leads to no plugin
 */
export async function findPlugins(path: string, from: string): Promise<FoundPlugins> {
  const reject = (why: string) => new SluiceError("PluginRejected", `Cannot use plugin "${from}": ${why}`);
  const { isFile, isDirectory } = await Deno.stat(path.replace(CLASSES, "")).catch(() => ({
    isFile: false,
    isDirectory: false,
  }));
  if (isFile) {
    if (LIBRARY.test(path) || path.endsWith(MANIFEST)) throw reject(`name the folder that has its "${MANIFEST}"`);
    return PYTHON.test(path) ? { modules: [], natives: [path] } : { modules: [path], natives: [] };
  }
  if (!isDirectory) throw reject(`there is no file or folder "${path}"`);
  const entries = await listFolder(path);
  const own = await pluginOf(path, entries);
  if (own !== undefined) return own;
  const inner: FoundPlugins[] = [];
  for (const { name } of entries.filter((each) => each.isDirectory && !each.name.startsWith("."))) {
    const folder = resolve(path, name);
    inner.push(await pluginOf(folder, await listFolder(folder)) ?? { modules: [], natives: [] });
  }
  const files = entries.filter((each) => each.isFile).map(({ name }) => resolve(path, name)).filter(isPythonPlugin);
  const natives = [...inner.flatMap((each) => each.natives), ...files];
  const found = { modules: inner.flatMap((each) => each.modules), natives };
  if (found.modules.length + found.natives.length > 0) return found;
  throw reject(
    `neither "${path}" nor a folder in it has a "sluice.json", a "${GENERATED}", a "${MANIFEST}" or a module in Python that imports sluice`,
  );
}

/** Returns the plugin in a folder; `undefined` if there is none. */
async function pluginOf(folder: string, entries: readonly Deno.DirEntry[]): Promise<FoundPlugins | undefined> {
  if (entries.some(({ name }) => name === MANIFEST)) return { modules: [], natives: [folder] };
  const module = await moduleOf(folder, entries);
  return module === undefined ? undefined : { modules: [module], natives: [] };
}

/** Returns the entries of a folder, by name. */
async function listFolder(path: string): Promise<Deno.DirEntry[]> {
  const entries = await Array.fromAsync(Deno.readDir(path));
  return entries.sort((a, b) => a.name < b.name ? -1 : 1);
}

/** Returns the generated module of a folder, even if missing; `undefined` if the folder is not a package. */
async function moduleOf(folder: string, entries: readonly Deno.DirEntry[]): Promise<string | undefined> {
  if (entries.some(({ name }) => name === "sluice.json")) {
    const { root } = parseRegistryText(await Deno.readTextFile(resolve(folder, "sluice.json")));
    const output = root?.children?.find(({ children }) => children?.[0].value === "output")?.children?.[1]?.value;
    return resolve(folder, typeof output === "string" ? output : GENERATED);
  }
  return entries.some(({ name }) => name === GENERATED) ? resolve(folder, GENERATED) : undefined;
}
