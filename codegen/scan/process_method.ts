/**
 * Finds `process()`, and the optional methods that the runtime calls.
 *
 * @module
 */
import {
  type ClassElement,
  type MethodDeclaration,
  Node,
  type ParameterDeclaration,
  Scope,
  SyntaxKind,
} from "ts-morph";
import { FRAME_TYPES } from "../frame_types.ts";
import type { NodeDescriptor } from "../../core/descriptor/descriptor.ts";
import type { ScanContext } from "./context.ts";
import type { ClassChain } from "./class_chain.ts";

/** Names that parameters without a type have if they stand for the context. */
const CONTEXT_NAME = /^_|^(?:\w*[cC]onte?xt|ctx|c)$/;

/** Types that are not objects. */
const PLAIN_TYPES: ReadonlySet<SyntaxKind> = new Set([
  SyntaxKind.BigIntKeyword,
  SyntaxKind.BooleanKeyword,
  SyntaxKind.NumberKeyword,
  SyntaxKind.StringKeyword,
]);

/** The allowed forms of `process()` of a node in mode `external`. */
const EXTERNAL_PROCESS =
  "async process({ signal }: ProcessorContext): Promise<void> { … await new Promise((resolve) => " +
  'signal.addEventListener("abort", resolve)); }';

/** Finds `process()` in a class or its base classes. Returns `undefined` if something was refused. */
export function findProcess(
  context: ScanContext,
  chain: ClassChain,
  className: string,
  mode: NodeDescriptor["mode"],
): MethodDeclaration | undefined {
  for (const member of chain.classes.flatMap((each) => each.getMembers())) {
    if (nameOf(member) !== "process") continue;
    if (!Node.isMethodDeclaration(member) || member.isStatic() || member.getScope() !== Scope.Public) {
      return context.refuse(
        member,
        `Cannot use "process" of "${className}": wanted a public method`,
        `write "process(): void { … }"`,
      );
    }
    const problem = member.hasQuestionToken()
      ? "it may be absent"
      : hasOverloads(member)
      ? "it has overloads"
      : member.isGenerator() || givenParameters(member) > 1
      ? "wanted process() or process(context), and no generator"
      : undefined;
    if (problem !== undefined) {
      return context.refuse(
        member.getNameNode(),
        `Cannot use process() of "${className}": ${problem}`,
        `write "process(context: ProcessorContext): void"`,
      );
    }
    const parameter = member.getParameters().find((each) => each.getName() !== "this");
    if (parameter === undefined || takesContext(context, parameter)) {
      if (mode !== "external" || !isSynchronous(member)) return member;
      return context.refuse(
        member.getNameNode(),
        `Cannot use process() of "${className}" in mode "external": it is not asynchronous, and the node ends when it returns`,
        `write "${EXTERNAL_PROCESS}"`,
      );
    }
    return context.refuse(
      parameter,
      `Cannot use process() of "${className}": it wants "${parameter.getText()}", and is given a ` +
        "ProcessorContext only",
      `write "process(): void" and read frames from the inputs, as in "const frame = this.audioIn.read()"`,
    );
  }
  const name = chain.classes[0].getNameNode() ?? chain.classes[0];
  const outside = chain.endsOutside ? ", and a base class of another package is not read" : "";
  return context.refuse(
    name,
    `Cannot use class "${className}" as a processor: it has no process()${outside}`,
    `add "${mode === "external" ? EXTERNAL_PROCESS : "process(): void { … }"}"`,
  );
}

/** Whether a method certainly returns no promise. */
function isSynchronous(method: MethodDeclaration): boolean {
  if (method.isAsync()) return false;
  const type = method.getReturnTypeNode();
  if (type !== undefined) return /^(?:void|undefined)$/.test(type.getText());
  return !method.getDescendantsOfKind(SyntaxKind.ReturnStatement).some((each) =>
    each.getExpression() !== undefined && each.getFirstAncestor(isFunction) === method
  );
}

/** Whether a parameter can be the context. Its type decides, or else its name; only certain mismatches count. */
function takesContext({ sources }: ScanContext, parameter: ParameterDeclaration): boolean {
  const type = parameter.getTypeNode();
  if (type === undefined) return !Node.isIdentifier(parameter.getNameNode()) || CONTEXT_NAME.test(parameter.getName());
  if (Node.isArrayTypeNode(type) || PLAIN_TYPES.has(type.getKind())) return false;
  if (!Node.isTypeReference(type)) return true;
  const written = type.getTypeName().getText();
  return !isFrameOrPort(sources.importedAs(sources.pathOf(type), written) ?? written);
}

function isFrameOrPort(type: string): boolean {
  return type === "Frame" || type === "StreamInput" || type === "StreamOutput" || Object.hasOwn(FRAME_TYPES, type);
}

/** The number of arguments of a method, without `this`. */
export function givenParameters(method: MethodDeclaration): number {
  return method.getParameters().filter((each) => each.getName() !== "this").length;
}

function isFunction(node: Node): boolean {
  return Node.isFunctionLikeDeclaration(node) || Node.isFunctionExpression(node);
}

/** Whether the method is also declared without a body. Its decorators may be any expressions. */
function hasOverloads(method: MethodDeclaration): boolean {
  return method.getParentOrThrow().forEachChildAsArray().some((each) =>
    Node.isMethodDeclaration(each) && each.isOverload() && !each.isStatic() && nameOf(each) === "process"
  );
}

/** A member's name, also where it is written as text. */
function nameOf(member: ClassElement): string | undefined {
  // A static block claims to have a name, but has none.
  if (!Node.hasName(member) || Node.isClassStaticBlockDeclaration(member)) return undefined;
  const written = member.getNameNode();
  const name = Node.isComputedPropertyName(written) ? written.getExpression() : written;
  return Node.isStringLiteral(name) ? name.getLiteralValue() : written.getText();
}
