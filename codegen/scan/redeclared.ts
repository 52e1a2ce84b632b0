/**
 * Follows an annotated field through the classes that extend its own.
 *
 * @module
 */
import { type ClassDeclaration, Node, type PropertyDeclaration, SyntaxKind } from "ts-morph";
import type { ScanContext } from "./context.ts";
import type { AnnotatedField, FieldParts } from "./annotated_field.ts";
import type { ClassChain } from "./class_chain.ts";

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

function findMember(declaration: ClassDeclaration, name: string): Node | undefined {
  const parameter = declaration.getConstructors().flatMap((each) => each.getParameters())
    .find((each) => each.isParameterProperty() && each.getName() === name);
  return parameter ??
    declaration.getMembers().find((each) =>
      Node.hasName(each) && each.getName() === name && !(Node.isStaticable(each) && each.isStatic())
    );
}

function ownerOf(field: PropertyDeclaration): string {
  const parent = field.getParent();
  return Node.isClassDeclaration(parent) ? parent.getName() ?? "" : "";
}
