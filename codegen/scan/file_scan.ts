/**
 * Reads one file: its processors and their faults. The result can be kept until one of the files that it depends on
 * changes.
 *
 * @module
 */
import { type ClassDeclaration, Node, type SourceFile } from "ts-morph";
import { type Diagnostic, diagnosticAt } from "../diagnostics.ts";
import type { NodeModel, StructModel } from "../model.ts";
import type { ScanContext } from "./context.ts";
import { annotationsOf } from "./decorators.ts";
import { checkTags, readDoc } from "./docs.ts";
import { findInstantiations, readProcessor } from "./processor_class.ts";
import type { Binding } from "./source_set.ts";
import { checkFrameTag, hasFrameTag, StructReader } from "./structs.ts";
import { findTunables } from "./tunables.ts";
import { walkWrapped } from "./walk.ts";

/** A file without any of these texts has nothing for the generator: an annotation, or another name for one. */
const ANNOTATED = /@(?:[\w$]+\s*\.\s*)?(?:processor|input|output|frame)\b|\b(?:processor|input|output)\s+as\s/;

/** A place for the refusals of later checks. */
export interface Place {
  /** Makes a diagnostic for it. */
  readonly refuse: (message: string, mend: string) => Diagnostic;
}

/** A node type with the place of its class. */
export interface ScannedNode {
  readonly model: NodeModel;
  readonly place: Place;
}

/** What one file holds. */
export interface FileScan {
  readonly path: string;
  readonly nodes: readonly ScannedNode[];
  readonly structs: readonly StructModel[];
  /** Refusals and warnings. */
  readonly diagnostics: readonly Diagnostic[];
  /** Processors, and the classes that they extend, as `path#name`. */
  readonly used: readonly string[];
  /** Classes that have ports and are not processors, with the refusal that applies if nothing extends them. */
  readonly loose: readonly { readonly id: string; readonly refusal: Diagnostic }[];
}

/** Reads a file. Returns `undefined` if it has nothing for the generator. */
export function scanFile(context: ScanContext, path: string): FileScan | undefined {
  const { sources, diagnostics } = context;
  const read = sources.readText(path);
  if (!read.ok) {
    if (read.guess !== undefined && !ANNOTATED.test(read.guess)) return undefined;
    const severity = read.isWarning === true ? "warning" : "error";
    return {
      ...emptyScan(path),
      diagnostics: [{ severity, file: path, message: `Cannot read the file: ${read.reason}`, mend: read.mend }],
    };
  }
  const { text } = read;
  if (!ANNOTATED.test(text)) return undefined;
  const errors = sources.syntaxErrors(path);
  const file = sources.open(path);
  if (errors.length > 0 || file === undefined) return { ...emptyScan(path), diagnostics: errors.slice(0, 3) };

  const scan = { nodes: [] as ScannedNode[], used: [] as string[], loose: [] as FileScan["loose"][number][] };
  let count = 0;
  for (const declaration of file.getClasses()) {
    const annotation = annotationsOf(context, declaration).find((each) => each.name === "processor");
    if (annotation === undefined) {
      if (hasPorts(context, declaration) && !declaration.isAbstract()) {
        scan.loose.push(looseClass(context, declaration));
      }
      continue;
    }
    count++;
    sources.use(path);
    const classes = basesOf(context, declaration);
    scan.used.push(...classes.map((each) => `${sources.pathOf(each)}#${each.getName()}`));
    const annotated = classes.flatMap((each) => each.getProperties()).filter((each) => each.getDecorators().length > 0);
    diagnostics.push(...findTunables(path, declaration, new Set(annotated.map((each) => each.getName()))));
    const uses = findInstantiations(context, declaration);
    for (const use of uses.length === 0 ? [undefined] : uses) {
      const model = readProcessor(context, declaration, annotation, use);
      const at = use?.alias.getNameNode() ?? declaration.getNameNode() ?? declaration;
      if (model !== undefined) scan.nodes.push({ model, place: placeOf(path, at) });
    }
  }
  if ((text.match(/@[\w$.\s]*processor\b/g) ?? []).length > count) refuseNested(context, file);
  for (const each of [...file.getTypeAliases(), ...file.getClasses(), ...file.getEnums()]) checkFrameTag(context, each);
  const reader = new StructReader(context);
  const structs: StructModel[] = [];
  for (const declaration of file.getInterfaces()) {
    if (!hasFrameTag(declaration)) {
      const doc = readDoc(declaration);
      const misspelt = doc.misspelt.filter(({ meant }) => meant.name === "frame");
      checkTags(context, declaration, { ...doc, misspelt }, `interface "${declaration.getName()}"`, false);
      continue;
    }
    sources.use(path);
    const model = reader.read(declaration);
    if (model !== undefined) structs.push(model);
  }
  return { path, ...scan, structs, diagnostics: diagnostics.splice(0) };
}

/** What a file without processors holds. */
export function emptyScan(path: string): FileScan {
  return { path, nodes: [], structs: [], diagnostics: [], used: [], loose: [] };
}

function placeOf(path: string, node: Node): Place {
  const text = node.getSourceFile().getFullText();
  const [start, end] = [node.getStart(), node.getEnd()];
  return { refuse: (message, mend) => diagnosticAt(path, text, start, end, message, mend) };
}

/** Refuses annotated classes that stand inside functions, or are expressions. */
function refuseNested(context: ScanContext, file: SourceFile): void {
  for (const each of walkWrapped(file)) {
    if (!Node.isClassExpression(each) && !Node.isClassDeclaration(each) || each.getParent() === file) continue;
    const annotation = annotationsOf(context, each).find(({ name }) => name === "processor");
    if (annotation === undefined) continue;
    context.refuse(
      annotation.node,
      `Cannot use class "${each.getName() ?? "(no name)"}" as a processor: it is not at the top of the file`,
      `write "export class" at the top of the file`,
    );
  }
}

function looseClass(context: ScanContext, declaration: ClassDeclaration): FileScan["loose"][number] {
  const path = context.sources.pathOf(declaration);
  const name = declaration.getName() ?? "(no name)";
  const refusal = placeOf(path, declaration.getNameNode() ?? declaration).refuse(
    `Cannot use the ports of class "${name}": it is not annotated "@processor"`,
    `write "@processor()" before the class, or make it abstract`,
  );
  return { id: `${path}#${name}`, refusal };
}

/** A class and those that it extends. */
function basesOf(context: ScanContext, start: ClassDeclaration): ClassDeclaration[] {
  const found: ClassDeclaration[] = [];
  for (let at: ClassDeclaration | undefined = start; at !== undefined && !found.includes(at);) {
    found.push(at);
    const base: string | undefined = at.getExtends()?.getExpression().getText();
    const target: Binding | undefined = base === undefined
      ? undefined
      : context.sources.resolve(context.sources.pathOf(at), base);
    at = target?.kind === "declared" && Node.isClassDeclaration(target.node) ? target.node : undefined;
  }
  return found;
}

function hasPorts(context: ScanContext, declaration: ClassDeclaration): boolean {
  return declaration.getProperties().some((field) =>
    /\bStream(?:Input|Output)\b/.test(field.getTypeNode()?.getText() ?? "") &&
    annotationsOf(context, field).some(({ name }) => name === "input" || name === "output")
  );
}
