/**
 * Reads all annotated classes of a package into the model.
 *
 * @module
 */
import { posix } from "node:path";
import { type ClassDeclaration, Node, type SourceFile, SyntaxKind } from "ts-morph";
import type { GeneratorConfig } from "../config.ts";
import { compareDiagnostics, compareText, type Diagnostic } from "../diagnostics.ts";
import type { NodeModel, PackageModel } from "../model.ts";
import { relativeSpecifier } from "../paths.ts";
import { ScanContext } from "./context.ts";
import { annotationsOf } from "./decorators.ts";
import { readProcessor } from "./processor_class.ts";
import { checkNames } from "./package_names.ts";
import { type Binding, SourceSet } from "./source_set.ts";

/** A file without any of these has nothing for the generator: an annotation, or another name for one. */
const ANNOTATED = /@(?:[\w$]+\s*\.\s*)?(?:processor|input|output)\b|\b(?:processor|input|output)\s+as\s/;

/** The package to read. */
export interface ScanOptions {
  /** Absolute path of the package's root. */
  readonly root: string;
  /** Path of the configuration, relative to `root`. */
  readonly configFile: string;
  readonly config: GeneratorConfig;
  /** Files to read, relative to `root`; their order does not matter. */
  readonly paths: readonly string[];
}

/** What came of reading a package: the model, or everything that was refused. */
export interface ScanResult {
  readonly model?: PackageModel;
  readonly diagnostics: readonly Diagnostic[];
}

/** Reads the annotated classes of a package. */
export function scanPackage({ root, configFile, config, paths }: ScanOptions): ScanResult {
  const sources = new SourceSet(root);
  const context = new ScanContext(sources);
  const nodes: { model: NodeModel; declaration: ClassDeclaration }[] = [];
  const processors: ClassDeclaration[] = [];
  const loose: ClassDeclaration[] = [];
  for (const path of paths.toSorted(compareText)) {
    const text = sources.readText(path);
    if (text === undefined) {
      context.diagnostics.push({ file: path, message: "Cannot read the file", mend: "check that it may be read" });
      continue;
    }
    if (!ANNOTATED.test(text)) continue;
    const errors = sources.syntaxErrors(path);
    const file = sources.open(path);
    if (errors.length > 0 || file === undefined) {
      context.diagnostics.push(...errors.slice(0, 3));
      continue;
    }
    readFile(context, path, file, nodes, processors, loose);
  }
  checkLoose(context, loose, processors);
  checkNames(context, nodes);
  const diagnostics = unique(context.diagnostics).sort(compareDiagnostics);
  if (diagnostics.length > 0) return { diagnostics };
  sources.use(configFile);
  const model: PackageModel = {
    name: config.name,
    runtime: runtimeSpecifier(config),
    output: posix.normalize(config.output),
    schema: posix.normalize(config.schema),
    nodes: nodes.map((each) => each.model).sort((a, b) => compareText(a.descriptor.type, b.descriptor.type)),
    sources: sources.sources(),
  };
  return { model, diagnostics };
}

function readFile(
  context: ScanContext,
  path: string,
  file: SourceFile,
  nodes: { model: NodeModel; declaration: ClassDeclaration }[],
  processors: ClassDeclaration[],
  loose: ClassDeclaration[],
): void {
  const before = processors.length;
  for (const declaration of file.getClasses()) {
    const annotation = annotationsOf(context, declaration).find((each) => each.name === "processor");
    if (annotation === undefined) {
      if (hasPorts(context, declaration)) loose.push(declaration);
      continue;
    }
    processors.push(declaration);
    context.sources.use(path);
    const model = readProcessor(context, declaration, annotation);
    if (model !== undefined) nodes.push({ model, declaration });
  }
  if ((file.getFullText().match(/@[\w$.\s]*processor\b/g) ?? []).length > processors.length - before) {
    refuseNested(context, file);
  }
}

/** Refuses annotated classes that stand inside functions, or are expressions. */
function refuseNested(context: ScanContext, file: SourceFile): void {
  const nested = [
    ...file.getDescendantsOfKind(SyntaxKind.ClassDeclaration).filter((each) => each.getParent() !== file),
    ...file.getDescendantsOfKind(SyntaxKind.ClassExpression),
  ];
  for (const each of nested) {
    const annotation = annotationsOf(context, each).find(({ name }) => name === "processor");
    if (annotation === undefined) continue;
    context.refuse(
      annotation.node,
      `Cannot use class "${each.getName() ?? "(no name)"}" as a processor: it is not at the top of the file`,
      `write "export class" at the top of the file`,
    );
  }
}

/** Refuses classes that have ports, and that neither are processors nor are extended by one. */
function checkLoose(
  context: ScanContext,
  loose: readonly ClassDeclaration[],
  processors: readonly ClassDeclaration[],
): void {
  const bases = new Set<Node>();
  for (const processor of processors) {
    for (let at: ClassDeclaration | undefined = processor; at !== undefined && !bases.has(at);) {
      bases.add(at);
      const base: string | undefined = at.getExtends()?.getExpression().getText();
      const target: Binding | undefined = base === undefined
        ? undefined
        : context.sources.resolve(context.sources.pathOf(at), base);
      at = target?.kind === "declared" && Node.isClassDeclaration(target.node) ? target.node : undefined;
    }
  }
  for (const declaration of loose) {
    if (declaration.isAbstract() || bases.has(declaration)) continue;
    const name = declaration.getName() ?? "(no name)";
    context.refuse(
      declaration.getNameNode() ?? declaration,
      `Cannot use the ports of class "${name}": it is not annotated "@processor"`,
      `write "@processor()" before the class, or make it abstract`,
    );
  }
}

function hasPorts(context: ScanContext, declaration: ClassDeclaration): boolean {
  return declaration.getProperties().some((field) =>
    /\bStream(?:Input|Output)\b/.test(field.getTypeNode()?.getText() ?? "") &&
    annotationsOf(context, field).some(({ name }) => name === "input" || name === "output")
  );
}

/** A relative path is meant from the package's root; the generated file may stand deeper. */
function runtimeSpecifier({ runtime, output }: GeneratorConfig): string {
  if (!/^\.\.?\//.test(runtime)) return runtime;
  return relativeSpecifier(output, runtime);
}

function unique(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  return [...new Map(diagnostics.map((each) => [JSON.stringify(each), each])).values()];
}
