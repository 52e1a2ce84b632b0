/**
 * The files that modules import, directly or indirectly.
 *
 * @module
 */
import { readFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { parse } from "jsonc-parser";
import { ts } from "ts-morph";

/** The most files that are followed. */
const MAX_FILES = 5_000;

/** Files that may hold the import map; the first that exists counts. */
export const MANIFESTS: readonly string[] = ["deno.json", "deno.jsonc"];

/** Names that the import map maps to paths, the longest first. */
type Aliases = readonly (readonly [name: string, path: string])[];

/** The `imports` of a `deno.json`. */
type ImportMap = { readonly [name: string]: unknown };

/**
 * Follows the imports of a project's files among themselves: relative ones, and those that the first import map of its
 * `deno.json` mapped to a relative path, since a process keeps the map that it started with. A file is read once. Paths
 * are absolute.
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

  /** Forgets the imports of changed files. */
  forget(paths: Iterable<string>): void {
    for (const path of paths) this.#known.delete(path);
  }

  /** @returns the modules and what they import, including missing files */
  async of(entries: Iterable<string>): Promise<ReadonlySet<string>> {
    const aliases = aliasesOf(await this.#firstMap(), this.#root);
    const found = new Set(entries);
    for (const path of found) {
      if (found.size > MAX_FILES) break;
      for (const target of this.#known.get(path) ?? await this.#read(path, aliases)) found.add(target);
    }
    return found;
  }

  /** Whether the import map differs from the first one. */
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
