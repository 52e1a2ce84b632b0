/**
 * The generator: scan, model, emit, write.
 *
 * @module
 */
import { readFile } from "node:fs/promises";
import { basename, dirname, join, relative, resolve } from "node:path";
import { type GeneratorConfig, parseConfig } from "./config.ts";
import { diagnosticAtKey, diagnosticInConfig } from "./config_place.ts";
import { compareText, describeInternal, type Diagnostic } from "./diagnostics.ts";
import { formatTypeScript } from "./emit/format.ts";
import { emitGraphSchema } from "./emit/graph_schema.ts";
import type { JsonCache } from "./emit/json_text.ts";
import { type EmitCache, emitModule } from "./emit/module.ts";
import { emitRust } from "./emit/rust_structs.ts";
import type { OtherPackageModel, PackageModel } from "./model.ts";
import { localPath } from "./paths.ts";
import { findOutputProblem, isOutput, type OutputKey, type OutputState, placeOutputs } from "./files/outputs.ts";
import { findRuntimeProblem, runtimePath } from "./runtime_path.ts";
import { findFiles, foldersOf } from "./files/find_files.ts";
import { describeFileError } from "./files/read_source.ts";
import { WriteFailure } from "./files/write_together.ts";
import { findPlugins, type RefusedPlugin } from "./plugins.ts";
import { hasErrors, PackageScanner, type ScanResult } from "./scan/scan_package.ts";
import { namedStandardPackage, standardPackages } from "./standard_types.ts";

/** What to generate. */
export interface GenerateOptions {
  /** Path of the `sluice.json`. Its folder is the package's root. */
  readonly configPath: string;
  /** Only compare, and write nothing. */
  readonly check?: boolean;
  /** Packages whose node types are in the schema without a package name; by default {@linkcode standardPackages}. */
  readonly standard?: readonly OtherPackageModel[];
}

/** One generated file. */
export interface GeneratedFile {
  /** Path relative to the package's root. */
  readonly path: string;
  readonly text: string;
  readonly state: OutputState;
}

/** The result of a run. */
export interface GenerateResult {
  /** Empty if nothing could be generated. */
  readonly files: readonly GeneratedFile[];
  /** Refusals and warnings, by file and place. */
  readonly diagnostics: readonly Diagnostic[];
  /** Registered names of the node types, sorted. */
  readonly nodeTypes: readonly string[];
  /** Files that were read in this run. */
  readonly scanned: number;
}

/** What was emitted for a package before, for models that are emitted again. */
export interface PackageCache {
  readonly module: EmitCache;
  readonly schema: JsonCache;
}

/** The texts of a package's generated files, by path relative to its root. */
export interface EmittedFile {
  /** The key of `sluice.json` that names it. */
  readonly key: OutputKey;
  readonly path: string;
  readonly text: string;
}

/**
 * Reads a package's annotated classes and writes its generated files. A file with a refusal contributes only its good
 * classes. If no class is good, or names clash, nothing is written. A file whose text would not change is left alone,
 * and so is one that the generator did not make.
 *
 * @returns what was written, and what was refused; nothing throws
 */
export async function generate(options: GenerateOptions): Promise<GenerateResult> {
  return await new Generator(options).run();
}

/** Generates the code of one package repeatedly. What has not changed is neither read nor formatted again. */
export class Generator {
  /** Absolute path of the package's root. */
  readonly root: string;
  readonly #options: GenerateOptions;
  readonly #scanner: PackageScanner;
  readonly #emitted: PackageCache = { module: new WeakMap(), schema: new WeakMap() };
  /** The pieces of the last run. */
  #formatted = new Map<string, string>();
  #folders: readonly string[] = [];
  #pluginFiles: readonly string[] = [];
  /** Where the runtime was missing. */
  #absent: string | undefined;
  /** The texts of the last run, by path. */
  #texts: ReadonlyMap<string, string> = new Map();

  constructor(options: GenerateOptions) {
    this.#options = options;
    this.root = dirname(resolve(options.configPath));
    this.#scanner = new PackageScanner(this.root);
  }

  /**
   * Generates.
   *
   * @param changed paths relative to the root that have changed since the last run; may be left out in the first
   * @param beforeScan called once {@linkcode Generator.folders} are known, before anything is read
   */
  async run(changed: ReadonlySet<string> = new Set(), beforeScan = (): void => {}): Promise<GenerateResult> {
    try {
      return await this.#run(changed, beforeScan);
    } catch (error) {
      return failed([describeInternal(basename(this.#options.configPath), "generate code", error)]);
    } finally {
      this.#scanner.prune();
    }
  }

  /** Whether a generated file holds what was last written to it; `undefined` if the path is not a generated file. */
  async isIntact(path: string): Promise<boolean | undefined> {
    const text = this.#texts.get(path);
    return text === undefined ? undefined : await isOutput(join(this.root, path), text).catch(() => false);
  }

  /** The folders that `include` names, relative to the root, from the last readable configuration. */
  get folders(): readonly string[] {
    return this.#folders;
  }

  /**
   * Files outside the root that generated code depends on, from {@linkcode PackageScanner.outside}, with the runtime if
   * it is missing.
   */
  get outside(): ReadonlyMap<string, string | undefined> {
    const { outside } = this.#scanner;
    if (this.#absent?.startsWith("../")) outside.set(this.#absent, undefined);
    return outside;
  }

  /** All files that generated code depends on, from {@linkcode PackageScanner.lookedAt}. */
  get lookedAt(): ReadonlyMap<string, string | undefined> {
    return this.#scanner.lookedAt;
  }

  /** What native plugins were read from, by paths relative to the root. */
  get pluginFiles(): readonly string[] {
    return this.#pluginFiles;
  }

  /** Files with annotated classes, by paths relative to the root. */
  get annotated(): readonly string[] {
    return this.#scanner.annotated;
  }

  /** Whether a path, relative to the root, belongs to a generated file. */
  writes(path: string): boolean {
    return this.#texts.has(path);
  }

  async #run(changed: ReadonlySet<string>, beforeScan: () => void): Promise<GenerateResult> {
    // Runs even if nothing can be read now, since these files are named only once.
    this.#scanner.invalidate(changed);
    const { config, diagnostics } = await readConfig(this.#options.configPath);
    if (config === undefined) return failed(diagnostics);
    this.#folders = foldersOf(config.include);
    beforeScan();
    const refusal = await this.#refuseRuntime(config);
    if (refusal !== undefined) return refusal;
    const paths = await this.#findPaths(config);
    if (!Array.isArray(paths)) return paths;
    const plugins = await findPlugins(this.root, config);
    this.#pluginFiles = plugins.files;
    if (plugins.refused.length > 0) return failed(plugins.refused.map((each) => this.#refusedPlugin(each)));
    const scanned = this.#scanner.scan({
      root: this.root,
      configFile: this.#configFile,
      config,
      paths,
      plugins,
      standard: this.#options.standard ?? await standardPackages(config),
      own: await namedStandardPackage(config),
    });
    const { model } = scanned;
    if (model === undefined) return failed(scanned.diagnostics, scanned.scanned);
    if (model.nodes.length + model.stages.length === 0) return this.#refuseEmpty(config, paths.length, scanned);
    const before = this.#formatted;
    this.#formatted = new Map();
    const emitted = emitPackage(model, (piece) => this.#format(piece, before), this.#emitted);
    const written = await this.#write(emitted);
    if (!Array.isArray(written)) return written;
    return {
      files: written,
      diagnostics: scanned.diagnostics,
      nodeTypes: [...model.nodes, ...model.stages].map((each) => each.descriptor.type).sort(compareText),
      scanned: scanned.scanned,
    };
  }

  get #configFile(): string {
    return basename(this.#options.configPath);
  }

  #refused(key: string, message: string, mend: string): GenerateResult {
    return failed([diagnosticAtKey(this.root, this.#configFile, key, message, mend)]);
  }

  #refusedPlugin({ from, why }: RefusedPlugin): Diagnostic {
    const mend = 'see "sluice plugins check"; leave it out with "enabled": false';
    return diagnosticInConfig(this.root, this.#configFile, from, `Cannot use plugin "${from}": ${why}`, mend);
  }

  /** Refuses a `runtime` of the configuration that cannot be used. */
  async #refuseRuntime(config: GeneratorConfig): Promise<GenerateResult | undefined> {
    const runtime = runtimePath(this.root, config.runtime);
    const absent = runtime && await findRuntimeProblem(runtime);
    this.#absent = runtime && absent && localPath(this.root, runtime);
    if (absent === undefined) return undefined;
    const mend = `correct the path, which starts at the folder of the configuration, or write "@sluice/sluice"`;
    return this.#refused("runtime", `Cannot use "${config.runtime}" as "runtime": ${absent}`, mend);
  }

  /** The files that the configuration includes, or why they cannot be looked for. */
  async #findPaths(config: GeneratorConfig): Promise<string[] | GenerateResult> {
    try {
      return await findFiles(this.root, config.include, config.exclude);
    } catch (error) {
      const { path = this.root } = error as { path?: string };
      const message = `Cannot look for the files of "include" in "${relative(this.root, path) || "."}": ` +
        describeFileError(error);
      return this.#refused("include", message, `correct "include"`);
    }
  }

  /** Refuses a package without a processor. If something is wrong with a file, that is said alone. */
  #refuseEmpty(config: GeneratorConfig, files: number, { diagnostics, scanned }: ScanResult): GenerateResult {
    if (hasErrors(diagnostics)) return failed(diagnostics, scanned);
    if (config.include.length === 0) {
      const message = `Cannot generate code: ${this.#configFile} lists packages and plugins, and no files with classes`;
      return this.#refused(
        config.plugins === undefined ? "packages" : "plugins",
        message,
        `add "include": ["processors/**/*.ts"], if there are any`,
      );
    }
    const message = `Cannot find a class annotated "@processor" in ${describeSearch(config, files)}`;
    const mend = `correct "include", or annotate a class`;
    return failed([...diagnostics, diagnosticInConfig(this.root, this.#configFile, "include", message, mend)], scanned);
  }

  /** Writes the generated files, or compares them. @returns what became of them, or why they cannot be written */
  async #write(emitted: readonly EmittedFile[]): Promise<GeneratedFile[] | GenerateResult> {
    for (const { key, path } of emitted) {
      const problem = await findOutputProblem(this.root, this.#configFile, key, path);
      if (problem !== undefined) return this.#refused(key, `Cannot write "${path}": ${problem.reason}`, problem.mend);
    }
    const places = emitted.map(({ path, text }) => ({ path: join(this.root, path), text }));
    let states: OutputState[];
    try {
      states = await placeOutputs(places, this.#options.check ?? false);
    } catch (error) {
      if (!(error instanceof WriteFailure)) throw error;
      const { key, path } = emitted[places.findIndex((each) => each.path === error.path)];
      const left = error.left.map((each) => `"${relative(this.root, each)}"`);
      const also = left.length === 0 ? "" : `; written all the same: ${left.join(", ")}`;
      const mend = error.mend ?? `name another file as "${key}"`;
      const files = places.flatMap(({ path, text }, i): GeneratedFile[] =>
        error.left.includes(path) ? [{ path: emitted[i].path, text, state: "written" }] : []
      );
      return { ...this.#refused(key, `Cannot write "${path}": ${error.reason}${also}`, mend), files };
    }
    const files = emitted.map(({ path, text }, i): GeneratedFile => ({ path, text, state: states[i] }));
    this.#texts = new Map(files.map(({ path, text }) => [path, text]));
    return files;
  }

  #format(piece: string, before: ReadonlyMap<string, string>): string {
    const text = before.get(piece) ?? this.#formatted.get(piece) ?? formatTypeScript(piece);
    this.#formatted.set(piece, text);
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
  cache?: PackageCache,
): EmittedFile[] {
  const rust = model.rust === undefined || model.structs.length === 0
    ? []
    : [{ key: "rust" as const, path: model.rust, text: emitRust(model) }];
  return [
    { key: "output", path: model.output, text: emitModule(model, format, cache?.module) },
    { key: "schema", path: model.schema, text: emitGraphSchema(model, cache?.schema) },
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
      isAbsent ? `there is no file "${resolve(configPath)}"` : describeFileError(error)
    }`;
    const mend =
      `write { "include": ["processors/**/*.ts"], "name": "@scope/package" } to it, or name another with --config`;
    return { diagnostics: [{ file: configPath, message, mend }] };
  }
  return parseConfig(basename(configPath), text);
}

function describeSearch({ include }: GeneratorConfig, count: number): string {
  return `the ${count === 1 ? "1 file that matches" : `${count} files that match`} ${
    include.map((glob) => `"${glob}"`).join(", ")
  }`;
}

function failed(diagnostics: readonly Diagnostic[], scanned = 0): GenerateResult {
  return { files: [], diagnostics, nodeTypes: [], scanned };
}
