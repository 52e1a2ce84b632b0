/**
 * What becomes of an annotated field in the classes that extend its own, and in constructors.
 *
 * @module
 */
import { type ClassDeclaration, Node, type PropertyDeclaration, SyntaxKind, type TypeNode } from "ts-morph";
import type { ScanContext } from "./context.ts";
import type { AnnotatedField, ClassChain } from "./fields.ts";
import type { TypeBindings } from "./type_bindings.ts";

/** The declarations of a field that count. */
export interface FieldParts {
  /** The one whose value an instance starts with. */
  readonly value: PropertyDeclaration;
  /** The type that the last class gives the field, with what its type parameters stand for. */
  readonly type?: { readonly node: TypeNode; readonly bindings: TypeBindings };
}

/**
 * Follows a field from the class that annotates it to the last one.
 *
 * @param at the class of the field, as its place in the chain
 * @returns `undefined` if something was refused
 */
export function followField(
  context: ScanContext,
  chain: ClassChain,
  at: number,
  { name, field, annotation, bindings }: Omit<AnnotatedField, "value" | "type">,
): FieldParts | undefined {
  let value = field;
  let typed = { node: field.getTypeNode(), bindings };
  for (let i = at - 1; i >= 0; i--) {
    const member = findMember(chain.classes[i], name);
    if (member === undefined) continue;
    const isField = Node.isPropertyDeclaration(member) && !member.hasModifier(SyntaxKind.AccessorKeyword);
    if (annotation.name !== "config" || !isField) {
      const what = annotation.name === "config" ? `configuration key "${name}"` : `port "${name}"`;
      return context.refuse(
        member,
        `Cannot redeclare ${what} of "${ownerOf(field)}" in "${chain.classes[i].getName()}": ` +
          (isField ? "the type that is written here would not count" : "wanted a field"),
        isField ? `annotate it "@${annotation.name}()" here too, or remove it` : "remove it",
      );
    }
    if (!member.hasModifier(SyntaxKind.DeclareKeyword)) value = member;
    const node = member.getTypeNode();
    if (node !== undefined) typed = { node, bindings: chain.bindings[i] };
  }
  return { value, ...(typed.node === undefined ? {} : { type: { node: typed.node, bindings: typed.bindings } }) };
}

/** Refuses what constructors assign to configuration keys: it would be their default, and is not known. */
export function checkAssignments(context: ScanContext, chain: ClassChain, keys: ReadonlySet<string>): void {
  for (const constructor of chain.classes.flatMap((each) => each.getConstructors())) {
    constructor.forEachDescendant((node, traversal) => {
      // A function that is made here runs later, when the value is no default.
      if (Node.isFunctionLikeDeclaration(node) || Node.isClassExpression(node)) return traversal.skip();

      const key = keyByObjectAssign(node, keys) ?? keyOfThis(assignedBy(node));
      if (key === undefined || !keys.has(key)) return;
      context.refuse(
        node,
        `Cannot know the default of configuration key "${key}": a constructor assigns it`,
        "write the default where the field is declared, and what depends on it in setup()",
      );
    });
  }
}

function findMember(declaration: ClassDeclaration, name: string): Node | undefined {
  const parameter = declaration.getConstructors().flatMap((each) => each.getParameters())
    .find((each) => each.isParameterProperty() && each.getName() === name);
  return parameter ??
    declaration.getMembers().find((each) =>
      Node.hasName(each) && each.getName() === name && !(Node.isStaticable(each) && each.isStatic())
    );
}

/** What an assignment, or `++`, changes. */
function assignedBy(node: Node): Node | undefined {
  if (Node.isPrefixUnaryExpression(node) || Node.isPostfixUnaryExpression(node)) {
    return [SyntaxKind.PlusPlusToken, SyntaxKind.MinusMinusToken].includes(node.getOperatorToken())
      ? node.getOperand()
      : undefined;
  }
  if (!Node.isBinaryExpression(node)) return undefined;
  const operator = node.getOperatorToken().getKind();
  const isAssignment = operator >= SyntaxKind.FirstAssignment && operator <= SyntaxKind.LastAssignment;
  return isAssignment ? node.getLeft() : undefined;
}

/** A key that `Object.assign(this, …)` changes, or can change: what is no literal may have any. */
function keyByObjectAssign(node: Node, keys: ReadonlySet<string>): string | undefined {
  if (!Node.isCallExpression(node) || !/^Object\s*\??\.\s*assign$/.test(node.getExpression().getText())) {
    return undefined;
  }
  const [target, ...sources] = node.getArguments();
  if (!Node.isThisExpression(target)) return undefined;
  for (const source of sources) {
    if (!Node.isObjectLiteralExpression(source)) return [...keys][0];
    for (const property of source.getProperties()) {
      if (Node.isSpreadAssignment(property) || Node.isComputedPropertyName(property.getNameNode())) return [...keys][0];
      const name = property.getName().replace(/^(["'])(.*)\1$/, "$2");
      if (keys.has(name)) return name;
    }
  }
  return undefined;
}

function keyOfThis(target: Node | undefined): string | undefined {
  if (Node.isPropertyAccessExpression(target)) {
    return Node.isThisExpression(target.getExpression()) ? target.getName() : undefined;
  }
  if (!Node.isElementAccessExpression(target) || !Node.isThisExpression(target.getExpression())) return undefined;
  const argument = target.getArgumentExpression();
  return Node.isStringLiteral(argument) ? argument.getLiteralValue() : undefined;
}

function ownerOf(field: PropertyDeclaration): string {
  const parent = field.getParent();
  return Node.isClassDeclaration(parent) ? parent.getName() ?? "" : "";
}
