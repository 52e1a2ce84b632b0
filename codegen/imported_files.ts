/**
 * The files that modules import, directly or by others.
 *
 * @module
 */
import { readFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { parse } from "jsonc-parser";
import { ts } from "ts-morph";

/** Most files that are followed. */
const MAX_FILES = 5_000;

/** Files with an import map; the first that is there counts. */
export const MANIFESTS: readonly string[] = ["deno.json", "deno.jsonc"];

/** Names that the import map leads to paths, the longest first. */
type Aliases = readonly (readonly [name: string, path: string])[];

/** The `imports` of a `deno.json`. */
type ImportMap = { readonly [name: string]: unknown };

/**
 * Follows the imports of a project's files among themselves: relative ones, and those that the import map of its
 * `deno.json` led to a relative path at first: a process goes on with the map that it began with. A file is read once.
 * Paths are absolute.
 */
export class ImportedFiles {
  readonly #root: string;
  /** What each file imports. */
  readonly #known = new Map<string, readonly string[]>();
  #map: Promise<ImportMap> | undefined;

  /** @param root the project's folder */
  constructor(root: string) {
    this.#root = root;
  }

  /** Forgets what files import that have changed. */
  forget(paths: Iterable<string>): void {
    for (const path of paths) this.#known.delete(path);
  }

  /** @returns what some modules import, and themselves; a file that is not there is among them, too */
  async of(entries: Iterable<string>): Promise<ReadonlySet<string>> {
    const aliases = aliasesOf(await this.#firstMap(), this.#root);
    const found = new Set(entries);
    for (const path of found) {
      if (found.size > MAX_FILES) break;
      for (const target of this.#known.get(path) ?? await this.#read(path, aliases)) found.add(target);
    }
    return found;
  }

  /** Whether the import map is another one than at first. */
  async hasOtherMap(): Promise<boolean> {
    const [first, now] = await Promise.all([this.#firstMap(), readMap(this.#root)]);
    return JSON.stringify(first) !== JSON.stringify(now);
  }

  #firstMap(): Promise<ImportMap> {
    return this.#map ??= readMap(this.#root);
  }

  async #read(path: string, aliases: Aliases): Promise<readonly string[]> {
    const text = await readFile(path, "utf8").catch(() => "");
    const targets = ts.preProcessFile(text, true, true).importedFiles
      .map(({ fileName }) => resolveImport(fileName, path, aliases))
      .filter((each) => each !== undefined);
    this.#known.set(path, targets);
    return targets;
  }
}

function resolveImport(name: string, from: string, aliases: Aliases): string | undefined {
  if (name.startsWith("./") || name.startsWith("../")) return resolve(dirname(from), name);
  const alias = aliases.find(([each]) => each === name || (each.endsWith("/") && name.startsWith(each)));
  return alias === undefined ? undefined : join(alias[1], name.slice(alias[0].length));
}

async function readMap(root: string): Promise<ImportMap> {
  const texts = await Promise.all(MANIFESTS.map((file) => readFile(join(root, file), "utf8").catch(() => "")));
  const imports = (parse(texts.find((each) => each !== "") ?? "") as { imports?: unknown } | undefined)?.imports;
  return typeof imports === "object" && imports !== null ? { ...imports } : {};
}

function aliasesOf(map: ImportMap, root: string): Aliases {
  return Object.entries(map).flatMap(([name, path]) =>
    typeof path === "string" && path.startsWith(".") ? [[name, resolve(root, path)] as const] : []
  ).sort(([a], [b]) => b.length - a.length);
}
