/**
 * Reads all annotated classes of a package into the model.
 *
 * @module
 */
import { posix } from "node:path";
import type { GeneratorConfig } from "../config.ts";
import { diagnosticInConfig } from "../config_place.ts";
import {
  compareDiagnostics,
  compareText,
  describeInternal,
  type Diagnostic,
  diagnosticAt,
  isError,
} from "../diagnostics.ts";
import type { FoundPlugins } from "../plugins.ts";
import type { OtherPackageModel, PackageModel, StageModel, StructModel } from "../model.ts";
import { runtimeSpecifier } from "../runtime_path.ts";
import { ScanContext } from "./context.ts";
import { emptyScan, type FileScan, scanFile } from "./file_scan.ts";
import { withForeignSchemas } from "./foreign_schemas.ts";
import { checkNames, warnOfStandardNames } from "./package_names.ts";
import { readOtherPackage } from "./other_package.ts";
import type { SourceText } from "../files/read_source.ts";
import { joinVariants } from "./variants.ts";
import { SourceSet } from "./source_set.ts";

/** The package to read. */
export interface ScanOptions {
  /** Absolute path of the package's root. */
  readonly root: string;
  /** Path of the configuration, relative to `root`. */
  readonly configFile: string;
  readonly config: GeneratorConfig;
  /** Packages whose node types graphs can name without a package name. */
  readonly standard?: readonly OtherPackageModel[];
  /** What plugins bring. */
  readonly plugins?: Pick<FoundPlugins, "modules" | "stages">;
  /** Sluice's own package, if `config` names it. */
  readonly own?: OtherPackageModel;
  /** Files to read, relative to `root`; their order does not matter. */
  readonly paths: readonly string[];
}

/** The result of reading a package. */
export interface ScanResult {
  /** The model of what could be read; `undefined` if names clash, so that no code can be generated. */
  readonly model?: PackageModel;
  /** Refusals and warnings, by file and place. */
  readonly diagnostics: readonly Diagnostic[];
  /** Files that were read in this run. */
  readonly scanned: number;
}

const NO_PLUGINS = { modules: [], stages: [] };

/** The result for a file, and the files that it depends on. */
interface Known {
  readonly scan: FileScan | undefined;
  readonly touched: ReadonlySet<string>;
  readonly used: ReadonlySet<string>;
}

/** Reads the annotated classes of a package. */
export function scanPackage(options: ScanOptions): ScanResult {
  return new PackageScanner(options.root).scan(options);
}

/** Reads a package repeatedly, each time only the files that changes may concern. */
export class PackageScanner {
  readonly #sources: SourceSet;
  readonly #known = new Map<string, Known>();
  /** Files that the package as a whole depends on. */
  #touched: ReadonlySet<string> = new Set();

  /** @param root absolute path of the package's root */
  constructor(root: string) {
    this.#sources = new SourceSet(root);
  }

  /** Forgets the results of files that have changed, appeared or vanished. Paths are relative to the root. */
  invalidate(changed: ReadonlySet<string>): void {
    for (const path of changed) this.#sources.forget(path);
    for (const [path, { touched }] of this.#known) {
      if (changed.has(path) || [...changed].some((each) => touched.has(each))) this.#known.delete(path);
    }
  }

  /** Forgets files outside the root that nothing depends on any longer, since their changes are not reported. */
  prune(): void {
    const { outside } = this;
    for (const path of this.#sources.opened) {
      if (path.startsWith("../") && !outside.has(path)) this.#sources.forget(path);
    }
  }

  /** Files that a result was read from, by paths relative to the root. */
  get annotated(): string[] {
    return [...this.#known].filter(([, { scan }]) => scan !== undefined).map(([path]) => path);
  }

  /**
   * Files that were looked for, including missing ones, with their state at that time, by paths relative to the root.
   */
  get lookedAt(): Map<string, string | undefined> {
    const all = [this.#touched, ...[...this.#known.values()].map((each) => each.touched)];
    return new Map(all.flatMap((touched) => [...touched].map((path) => [path, this.#sources.stampOf(path)])));
  }

  /** Those of {@linkcode PackageScanner.lookedAt} that are outside the root. */
  get outside(): Map<string, string | undefined> {
    return new Map([...this.lookedAt].filter(([path]) => path.startsWith("../")));
  }

  /** Reads what is not known yet. */
  scan({ root, configFile, config, paths, standard = [], plugins = NO_PLUGINS, own }: ScanOptions): ScanResult {
    let scanned = 0;
    const files: FileScan[] = [];
    const used = new Set<string>();
    for (const path of paths.toSorted(compareText)) {
      let known = this.#known.get(path);
      if (known === undefined) {
        scanned++;
        const trace = this.#sources.trace();
        const scan = scanSafely(this.#sources, path);
        known = { scan, ...trace };
        this.#known.set(path, known);
      }
      for (const each of known.used) used.add(each);
      if (known.scan !== undefined) files.push(known.scan);
    }
    const trace = this.#sources.trace();
    this.#touched = trace.touched;
    const diagnostics = [...files.flatMap((each) => each.diagnostics), ...checkLoose(files)];
    const readText = (path: string): SourceText => this.#sources.readText(path);
    const others = (config.packages ?? []).map((specifier) =>
      specifier === own?.specifier
        ? own
        : readOtherPackage(root, configFile, config.output, specifier, readText, diagnostics)
    );
    // One that cannot be read is told of where a registry is made.
    const added = plugins.modules.flatMap(({ path }) =>
      readOtherPackage(root, configFile, config.output, path, readText, []) ?? []
    );
    const nodes = joinVariants(files.flatMap((each) => each.nodes), diagnostics);
    const clashes = checkNames(
      nodes,
      [...others.filter((each) => each !== undefined), ...plugins.stages.map(asPackage)],
      (quoted, message, mend) => diagnosticInConfig(root, configFile, quoted, message, mend),
    );
    const structs = uniqueStructs(files);
    clashes.push(...checkStructNames(this.#sources, structs));
    diagnostics.push(...clashes);
    if (clashes.length === 0) diagnostics.push(...warnOfStandardNames(nodes, standard));
    const all = unique(diagnostics).sort(compareDiagnostics);
    if (clashes.length > 0) return { diagnostics: all, scanned };
    this.#sources.use(configFile);
    for (const each of others) if (each?.path !== undefined) this.#sources.use(each.path);
    const readable = [...others.filter((each) => each !== undefined), ...standard];
    const model: PackageModel = {
      name: config.name,
      runtime: runtimeSpecifier(config),
      output: posix.normalize(config.output),
      schema: posix.normalize(config.schema),
      ...(config.rust === undefined ? {} : { rust: posix.normalize(config.rust) }),
      nodes: nodes.map((each) => withForeignSchemas(each.model, readable))
        .sort((a, b) => compareText(a.descriptor.type, b.descriptor.type)),
      structs,
      standard: [...standard, ...added].flatMap((each) => each.descriptors).sort((a, b) => compareText(a.type, b.type)),
      packages: others.filter((each) => each !== undefined),
      stages: plugins.stages,
      sources: this.#sources.sources(new Set([...used, ...trace.used])),
    };
    return { model, diagnostics: all, scanned };
  }
}

/** A stage, as what has a name that others may have, too. */
function asPackage({ descriptor, from, folder }: StageModel): OtherPackageModel {
  return { name: `plugin "${folder}"`, specifier: from, descriptors: [descriptor] };
}

/** Reads a file. An unexpected error stops only this file's output. */
function scanSafely(sources: SourceSet, path: string): FileScan | undefined {
  try {
    return scanFile(new ScanContext(sources), path);
  } catch (error) {
    return {
      ...emptyScan(path),
      diagnostics: [describeInternal(path, "read the file", error)],
    };
  }
}

/** Refuses classes that have ports but are neither processors nor base classes of one. */
function checkLoose(files: readonly FileScan[]): Diagnostic[] {
  const used = new Set(files.flatMap((each) => each.used));
  return files.flatMap((each) => each.loose).filter(({ id }) => !used.has(id)).map(({ refusal }) => refusal);
}

/** All structs of a package, with those in them, sorted by name. */
function uniqueStructs(files: readonly FileScan[]): StructModel[] {
  const found = new Map<string, StructModel>();
  const roots = files.flatMap((each) => [...each.structs, ...each.nodes.flatMap(({ model }) => model.structs)]);
  for (const struct of roots.flatMap((each) => [...each.inner, each])) {
    found.set(`${struct.module}#${struct.layout.name}`, struct);
  }
  return [...found.values()].sort((a, b) =>
    compareText(a.layout.name, b.layout.name) || compareText(a.module, b.module)
  );
}

/** Refuses the second of two structs of equal name: their views would have equal names too. */
function checkStructNames(sources: SourceSet, structs: readonly StructModel[]): Diagnostic[] {
  return structs.flatMap(({ layout: { name }, module }, i) => {
    const first = structs[i - 1];
    if (first?.layout.name !== name) return [];
    const read = sources.readText(module);
    const text = read.ok ? read.text : "";
    const start = text.search(new RegExp(`(?<=\\binterface\\s+)${name.replaceAll("$", "\\$")}(?![\\w$])`));
    const message = `Cannot lay out struct "${name}": the name is taken by the one of "${first.module}"`;
    return [diagnosticAt(module, text, start, start + name.length, message, "rename one of the two")];
  });
}

function unique(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  return [...new Map(diagnostics.map((each) => [JSON.stringify(each), each])).values()];
}

/** Whether anything was refused. */
export function hasErrors(diagnostics: readonly Diagnostic[]): boolean {
  return diagnostics.some(isError);
}
