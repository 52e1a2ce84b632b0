/**
 * Finds the packages of TypeScript processors behind the path of a plugin.
 *
 * @module
 */
import { resolve } from "node:path";
import { SluiceError } from "../errors.ts";
import { parseRegistryText } from "./registry_entries.ts";

/** The module that the generator writes, unless a `sluice.json` names another. */
const GENERATED = "sluice.gen.ts";

/** What only native plugins have: a library, and the file that names it. */
const NATIVE = /\.(?:so|dylib|dll)$|^plugin\.toml$/;

/**
 * The generated modules of a plugin: the file itself; that of a folder; or those of the folders in it.
 *
 * @param path of the file or the folder
 * @param from as the `sluice.json` gives it, for messages
 * @returns absolute paths, sorted
 * @throws {SluiceError} `PluginRejected` if there are none, or if it is native
 */
export async function findPluginModules(path: string, from: string): Promise<string[]> {
  const reject = (why: string) => new SluiceError("PluginRejected", `Cannot use plugin "${from}": ${why}`);
  const native = `it is a native library, and only packages of TypeScript processors are loaded; name a "${GENERATED}"`;
  const { isFile, isDirectory } = await Deno.stat(path).catch(() => ({ isFile: false, isDirectory: false }));
  if (isFile) {
    if (NATIVE.test(path.replace(/^.*[\\/]/, ""))) throw reject(native);
    return [path];
  }
  if (!isDirectory) throw reject(`there is no file or folder "${path}"`);
  const entries = await listFolder(path);
  const own = await moduleOf(path, entries);
  if (own !== undefined) return [own];
  if (entries.some(({ name }) => NATIVE.test(name))) throw reject(native);
  const modules: string[] = [];
  for (const { name } of entries.filter((each) => each.isDirectory && !each.name.startsWith("."))) {
    const folder = resolve(path, name);
    const module = await moduleOf(folder, await listFolder(folder));
    if (module !== undefined) modules.push(module);
  }
  if (modules.length > 0) return modules;
  throw reject(`neither "${path}" nor a folder in it has a "sluice.json" or a "${GENERATED}"`);
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
