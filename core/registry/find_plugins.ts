/**
 * Finds what is behind the path of a plugin: packages of TypeScript processors, and native plugins.
 *
 * @module
 */
import { resolve } from "node:path";
import { SluiceError } from "../errors.ts";
import { parseRegistryText } from "./registry_entries.ts";

/** The module that the generator writes, unless a `sluice.json` names another. */
const GENERATED = "sluice.gen.ts";

/** The file that makes a folder a native plugin. */
const MANIFEST = "plugin.toml";

/** What native plugins have in their folders. */
const LIBRARY = /\.(?:so|dylib|dll)$/;

/** What a path of a plugin stands for; paths are absolute. */
export interface FoundPlugins {
  /** Generated modules. */
  readonly modules: readonly string[];
  /** Folders of native plugins. */
  readonly natives: readonly string[];
}

/**
 * What a path stands for: the generated module itself, what a folder is, or what the folders in it are, by name.
 *
 * @param path of the file or the folder
 * @param from as the `sluice.json` gives it, for messages
 * @throws {SluiceError} `PluginRejected` if there is nothing
 */
export async function findPlugins(path: string, from: string): Promise<FoundPlugins> {
  const reject = (why: string) => new SluiceError("PluginRejected", `Cannot use plugin "${from}": ${why}`);
  const { isFile, isDirectory } = await Deno.stat(path).catch(() => ({ isFile: false, isDirectory: false }));
  if (isFile) {
    if (LIBRARY.test(path) || path.endsWith(MANIFEST)) throw reject(`name the folder that has its "${MANIFEST}"`);
    return { modules: [path], natives: [] };
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
  const found = { modules: inner.flatMap((each) => each.modules), natives: inner.flatMap((each) => each.natives) };
  if (found.modules.length + found.natives.length > 0) return found;
  throw reject(`neither "${path}" nor a folder in it has a "sluice.json", a "${GENERATED}" or a "${MANIFEST}"`);
}

/** What a folder is; `undefined` if it is no plugin. */
async function pluginOf(folder: string, entries: readonly Deno.DirEntry[]): Promise<FoundPlugins | undefined> {
  if (entries.some(({ name }) => name === MANIFEST)) return { modules: [], natives: [folder] };
  const module = await moduleOf(folder, entries);
  return module === undefined ? undefined : { modules: [module], natives: [] };
}

/** The entries of a folder, by name. */
async function listFolder(path: string): Promise<Deno.DirEntry[]> {
  const entries = await Array.fromAsync(Deno.readDir(path));
  return entries.sort((a, b) => a.name < b.name ? -1 : 1);
}

/** The generated module of a folder, whether it is there or not; `undefined` if the folder is no package. */
async function moduleOf(folder: string, entries: readonly Deno.DirEntry[]): Promise<string | undefined> {
  if (entries.some(({ name }) => name === "sluice.json")) {
    const { root } = parseRegistryText(await Deno.readTextFile(resolve(folder, "sluice.json")));
    const output = root?.children?.find(({ children }) => children?.[0].value === "output")?.children?.[1]?.value;
    return resolve(folder, typeof output === "string" ? output : GENERATED);
  }
  return entries.some(({ name }) => name === GENERATED) ? resolve(folder, GENERATED) : undefined;
}
