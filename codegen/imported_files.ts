/**
 * The files that a module imports, directly or by others.
 *
 * @module
 */
import { readFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { parse } from "jsonc-parser";
import { ts } from "ts-morph";

/** Most files that are followed from one module. */
const MAX_FILES = 5_000;

/**
 * Follows a module's imports of files of its project: relative ones, and those that the import map of the project's
 * `deno.json` leads to a relative path.
 *
 * @param root absolute path of the project's folder
 * @param entry absolute path of the module
 * @returns absolute paths, the module's own among them; a file that is not there is among them, too
 */
export async function importedFiles(root: string, entry: string): Promise<ReadonlySet<string>> {
  const aliases = await readAliases(root);
  const found = new Set([entry]);
  for (const path of found) {
    if (found.size > MAX_FILES) break;
    const text = await readFile(path, "utf8").catch(() => "");
    for (const { fileName } of ts.preProcessFile(text, true, true).importedFiles) {
      const target = resolveImport(fileName, path, aliases);
      if (target !== undefined) found.add(target);
    }
  }
  return found;
}

type Aliases = readonly (readonly [name: string, path: string])[];

function resolveImport(name: string, from: string, aliases: Aliases): string | undefined {
  if (name.startsWith("./") || name.startsWith("../")) return resolve(dirname(from), name);
  const alias = aliases.find(([each]) => each === name || (each.endsWith("/") && name.startsWith(each)));
  return alias === undefined ? undefined : join(alias[1], name.slice(alias[0].length));
}

async function readAliases(root: string): Promise<Aliases> {
  for (const file of ["deno.json", "deno.jsonc"]) {
    const text = await readFile(join(root, file), "utf8").catch(() => undefined);
    if (text === undefined) continue;
    const imports = (parse(text) as { imports?: unknown } | undefined)?.imports;
    if (typeof imports !== "object" || imports === null) return [];
    return Object.entries(imports).flatMap(([name, path]) =>
      typeof path === "string" && path.startsWith(".") ? [[name, resolve(root, path)] as const] : []
    ).sort(([a], [b]) => b.length - a.length);
  }
  return [];
}
