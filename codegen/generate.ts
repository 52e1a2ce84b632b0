/**
 * The generator: scan, model, emit, write.
 *
 * @module
 */
import { randomUUID } from "node:crypto";
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { type GeneratorConfig, parseConfig } from "./config.ts";
import { diagnosticInConfig } from "./config_place.ts";
import type { Diagnostic } from "./diagnostics.ts";
import { formatTypeScript } from "./emit/format.ts";
import { emitGraphSchema } from "./emit/graph_schema.ts";
import { type EmitCache, emitModule } from "./emit/module.ts";
import { emitRust } from "./emit/rust_structs.ts";
import type { OtherPackageModel, PackageModel } from "./model.ts";
import { findFiles } from "./scan/find_files.ts";
import { hasErrors, PackageScanner } from "./scan/scan_package.ts";
import { namedStandardPackage, standardPackages } from "./standard_types.ts";

/** What to generate. */
export interface GenerateOptions {
  /** Path of the `sluice.json`. Its folder is the package's root. */
  readonly configPath: string;
  /** Compare only: nothing is written. */
  readonly check?: boolean;
  /** Packages whose node types are in the schema unnamed; by default {@linkcode standardPackages}. */
  readonly standard?: readonly OtherPackageModel[];
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
  /** Empty if nothing could be made. */
  readonly files: readonly GeneratedFile[];
  /** Everything that was refused, and warnings, by file and place. */
  readonly diagnostics: readonly Diagnostic[];
  /** Registered names of the node types, sorted. */
  readonly nodeTypes: readonly string[];
  /** Files that were read anew. */
  readonly scanned: number;
}

/** The texts of a package's generated files, by path relative to its root. */
export interface EmittedFile {
  readonly path: string;
  readonly text: string;
}

/**
 * Reads a package's annotated classes and writes its generated files. Of a file in which something is refused, only
 * what is good comes into them; if nothing is good, or names clash, nothing is written. A file whose text would not
 * change is left alone.
 *
 * @returns what was written, and what was refused; only trouble with the file system while writing throws
 */
export async function generate(options: GenerateOptions): Promise<GenerateResult> {
  return await new Generator(options).run();
}

/** Generates the code of one package again and again. What has not changed is neither read nor formatted again. */
export class Generator {
  /** Absolute path of the package's root. */
  readonly root: string;
  readonly #options: GenerateOptions;
  readonly #scanner: PackageScanner;
  readonly #emitted: EmitCache = new WeakMap();
  readonly #formatted = new Map<string, string>();
  /** What was last found in, or written to, each generated file. */
  readonly #texts = new Map<string, string>();

  constructor(options: GenerateOptions) {
    this.#options = options;
    this.root = dirname(resolve(options.configPath));
    this.#scanner = new PackageScanner(this.root);
  }

  /**
   * Generates.
   *
   * @param changed paths relative to the root that have changed since the last run; may be left out in the first
   */
  async run(changed: ReadonlySet<string> = new Set()): Promise<GenerateResult> {
    const { configPath, check = false } = this.#options;
    const { config, diagnostics } = await readConfig(configPath);
    if (config === undefined) return failed(diagnostics);
    this.#scanner.invalidate(changed);
    for (const path of changed) this.#texts.delete(path);
    const paths = await findFiles(this.root, config.include, config.exclude);
    const scanned = this.#scanner.scan({
      root: this.root,
      configFile: basename(configPath),
      config,
      paths,
      standard: this.#options.standard ?? await standardPackages(config),
      own: await namedStandardPackage(config),
    });
    const { model } = scanned;
    if (model === undefined) return failed(scanned.diagnostics, scanned.scanned);
    if (model.nodes.length === 0) {
      return failed(
        hasErrors(scanned.diagnostics) ? scanned.diagnostics : [
          ...scanned.diagnostics,
          diagnosticInConfig(
            this.root,
            basename(configPath),
            "include",
            `Cannot find a class annotated "@processor" in ${describeSearch(config, paths.length)}`,
            `correct "include", or annotate a class`,
          ),
        ],
        scanned.scanned,
      );
    }
    const files: GeneratedFile[] = [];
    for (const { path, text } of emitPackage(model, (piece) => this.#format(piece), this.#emitted)) {
      const before = this.#texts.get(path);
      const state = before === text ? "unchanged" : await place(join(this.root, path), text, check);
      if (!check) this.#texts.set(path, text);
      files.push({ path, text, state });
    }
    return {
      files,
      diagnostics: scanned.diagnostics,
      nodeTypes: model.nodes.map((each) => each.descriptor.type),
      scanned: scanned.scanned,
    };
  }

  #format(piece: string): string {
    let text = this.#formatted.get(piece);
    if (text === undefined) this.#formatted.set(piece, text = formatTypeScript(piece));
    return text;
  }
}

/**
 * Makes the texts of a package's generated files.
 *
 * @param format formats a piece of TypeScript
 */
export function emitPackage(
  model: PackageModel,
  format: (piece: string) => string = formatTypeScript,
  cache: EmitCache = new WeakMap(),
): EmittedFile[] {
  const rust = model.rust === undefined || model.structs.length === 0
    ? []
    : [{ path: model.rust, text: emitRust(model) }];
  return [
    { path: model.output, text: emitModule(model, cache).map(format).join("\n") },
    { path: model.schema, text: emitGraphSchema(model) },
    ...rust,
  ];
}

async function readConfig(configPath: string): Promise<{ config?: GeneratorConfig; diagnostics: Diagnostic[] }> {
  let text: string;
  try {
    text = await readFile(configPath, "utf8");
  } catch (error) {
    const isAbsent = (error as { code?: string }).code === "ENOENT";
    const message = `Cannot read the generator's configuration: ${
      isAbsent ? `there is no file "${resolve(configPath)}"` : describeError(error)
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

function failed(diagnostics: readonly Diagnostic[], scanned = 0): GenerateResult {
  return { files: [], diagnostics, nodeTypes: [], scanned };
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
  // A name of its own, so that two generators at work at once never rename each other's half-written file.
  const partial = `${path}.${randomUUID()}.partial`;
  try {
    await writeFile(partial, text);
    await rename(partial, path);
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  }
  return "written";
}
