/**
 * The generator: scan, model, emit, write.
 *
 * @module
 */
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { type GeneratorConfig, parseConfig } from "./config.ts";
import type { Diagnostic } from "./diagnostics.ts";
import { formatTypeScript } from "./emit/format.ts";
import { emitGraphSchema } from "./emit/graph_schema.ts";
import { emitModule } from "./emit/module.ts";
import type { PackageModel } from "./model.ts";
import { findFiles } from "./scan/find_files.ts";
import { scanPackage } from "./scan/scan_package.ts";

/** What to generate. */
export interface GenerateOptions {
  /** Path of the `sluice.json`. Its folder is the package's root. */
  readonly configPath: string;
  /** Compare only: nothing is written. */
  readonly check?: boolean;
}

/** One generated file. */
export interface GeneratedFile {
  /** Path relative to the package's root. */
  readonly path: string;
  readonly text: string;
  /** `written` (or, with `check`, `stale` or `missing`) if its text differs from what was there, else `unchanged`. */
  readonly state: "written" | "unchanged" | "stale" | "missing";
}

/** What came of a run. */
export interface GenerateResult {
  /** Empty if anything was refused. */
  readonly files: readonly GeneratedFile[];
  /** Everything that was refused, by file and place. Empty if all went well. */
  readonly diagnostics: readonly Diagnostic[];
  /** Registered names of the node types, sorted. */
  readonly nodeTypes: readonly string[];
}

/** The texts of a package's generated files, by path relative to its root. */
export interface EmittedFile {
  readonly path: string;
  readonly text: string;
}

/**
 * Reads a package's annotated classes and writes its generated files. If anything is refused, nothing is written. A
 * file whose text would not change is left alone.
 *
 * @returns what was written, or why not; only trouble with the file system while writing throws
 */
export async function generate({ configPath, check = false }: GenerateOptions): Promise<GenerateResult> {
  const root = dirname(resolve(configPath));
  const { config, diagnostics } = await readConfig(configPath);
  if (config === undefined) return failed(diagnostics);
  const paths = await findFiles(root, config.include, config.exclude);
  const scanned = scanPackage({ root, configFile: basename(configPath), config, paths });
  if (scanned.model === undefined) return failed(scanned.diagnostics);
  if (scanned.model.nodes.length === 0) {
    return failed([{
      file: basename(configPath),
      message: `Cannot find a class annotated "@processor" in ${describeSearch(config, paths.length)}`,
      mend: `correct "include", or annotate a class`,
    }]);
  }
  const files: GeneratedFile[] = [];
  for (const { path, text } of emitPackage(scanned.model)) {
    files.push({ path, text, state: await place(join(root, path), text, check) });
  }
  return { files, diagnostics: [], nodeTypes: scanned.model.nodes.map((each) => each.descriptor.type) };
}

/** Makes the texts of a package's generated files. */
export function emitPackage(model: PackageModel): EmittedFile[] {
  return [
    { path: model.output, text: formatTypeScript(emitModule(model)) },
    { path: model.schema, text: emitGraphSchema(model) },
  ];
}

async function readConfig(configPath: string): Promise<{ config?: GeneratorConfig; diagnostics: Diagnostic[] }> {
  let text: string;
  try {
    text = await readFile(configPath, "utf8");
  } catch (error) {
    const isAbsent = (error as { code?: string }).code === "ENOENT";
    const message = `Cannot read the generator's configuration: ${
      isAbsent ? "the file does not exist" : describeError(error)
    }`;
    const mend =
      `write { "include": ["processors/**/*.ts"], "name": "@scope/package" } to it, or name another with --config`;
    return { diagnostics: [{ file: configPath, message, mend }] };
  }
  return parseConfig(basename(configPath), text);
}

function describeError(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function describeSearch({ include }: GeneratorConfig, count: number): string {
  return `the ${count === 1 ? "1 file that matches" : `${count} files that match`} ${
    include.map((glob) => `"${glob}"`).join(", ")
  }`;
}

function failed(diagnostics: readonly Diagnostic[]): GenerateResult {
  return { files: [], diagnostics, nodeTypes: [] };
}

async function place(path: string, text: string, check: boolean): Promise<GeneratedFile["state"]> {
  let before: string | undefined;
  try {
    before = (await readFile(path, "utf8")).replaceAll("\r\n", "\n");
  } catch (error) {
    if ((error as { code?: string }).code !== "ENOENT") throw error;
  }
  if (before === text) return "unchanged";
  if (check) return before === undefined ? "missing" : "stale";
  await mkdir(dirname(path), { recursive: true });
  const partial = `${path}.partial`;
  try {
    await writeFile(partial, text);
    await rename(partial, path);
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  }
  return "written";
}
