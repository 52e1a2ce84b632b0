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

/** Names that the import map leads to paths, the longest first. */
type Aliases = readonly (readonly [name: string, path: string])[];

/**
 * Follows the imports of a project's files among themselves: relative ones, and those that the import map of its
 * `deno.json` leads to a relative path. A file is read once. Paths are absolute.
 */
export class ImportedFiles {
  readonly #root: string;
  /** What each file imports. */
  readonly #known = new Map<string, readonly string[]>();
  #map = "";
  #aliases: Aliases = [];

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
    await this.#readMap();
    const found = new Set(entries);
    for (const path of found) {
      if (found.size > MAX_FILES) break;
      for (const target of this.#known.get(path) ?? await this.#read(path)) found.add(target);
    }
    return found;
  }

  async #read(path: string): Promise<readonly string[]> {
    const text = await readFile(path, "utf8").catch(() => "");
    const targets = ts.preProcessFile(text, true, true).importedFiles
      .map(({ fileName }) => resolveImport(fileName, path, this.#aliases))
      .filter((each) => each !== undefined);
    this.#known.set(path, targets);
    return targets;
  }

  async #readMap(): Promise<void> {
    const texts = ["deno.json", "deno.jsonc"].map((file) => readFile(join(this.#root, file), "utf8").catch(() => ""));
    const text = (await Promise.all(texts)).find((each) => each !== "") ?? "";
    if (text === this.#map) return;
    this.#map = text;
    this.#aliases = readAliases(text, this.#root);
    this.#known.clear();
  }
}

function resolveImport(name: string, from: string, aliases: Aliases): string | undefined {
  if (name.startsWith("./") || name.startsWith("../")) return resolve(dirname(from), name);
  const alias = aliases.find(([each]) => each === name || (each.endsWith("/") && name.startsWith(each)));
  return alias === undefined ? undefined : join(alias[1], name.slice(alias[0].length));
}

function readAliases(text: string, root: string): Aliases {
  const imports = (parse(text) as { imports?: unknown } | undefined)?.imports;
  if (typeof imports !== "object" || imports === null) return [];
  return Object.entries(imports).flatMap(([name, path]) =>
    typeof path === "string" && path.startsWith(".") ? [[name, resolve(root, path)] as const] : []
  ).sort(([a], [b]) => b.length - a.length);
}
