/**
 * Finds the annotated fields of a chain of classes, and refuses annotations that generated
 * code could not reach.
 *
 * @module
 */
import { Node, type PropertyDeclaration, Scope, SyntaxKind } from "ts-morph";
import type { AnnotatedField } from "./annotated_field.ts";
import type { ClassChain } from "./class_chain.ts";
import type { ScanContext } from "./context.ts";
import { type Annotation, annotationsOf, quote } from "./decorators.ts";
import { HOOKS } from "../../core/registry/check_made_type.ts";
import { followField } from "./redeclared.ts";

/** The annotated fields of a chain: those of the outermost base first, each class in its order. */
export function readFields(context: ScanContext, chain: ClassChain): AnnotatedField[] {
  const fields = new Map<string, AnnotatedField>();
  for (const [i, declaration] of [...chain.classes.entries()].toReversed()) {
    for (const parameter of declaration.getConstructors().flatMap((each) => each.getParameters())) {
      const [annotation] = annotationsOf(context, parameter);
      if (annotation === undefined) continue;
      const message = `Cannot use "@${annotation.name}" on a parameter: wanted a field`;
      context.refuse(annotation.node, message, "declare a field, and annotate it");
    }
    for (const member of declaration.getMembers()) {
      const annotations = annotationsOf(context, member).filter(({ name }) =>
        name !== "processor" && name !== "command"
      );
      if (annotations.length === 0) continue;
      const field = checkField(context, member, annotations);
      if (field === undefined) continue;
      const annotated = { ...field, bindings: chain.bindings[i] };
      const parts = isRedeclared(context, chain, i, field.name)
        ? { value: field.field }
        : followField(context, chain, i, annotated);
      if (parts !== undefined) fields.set(field.name, { ...annotated, ...parts });
    }
  }
  return [...fields.values()];
}

/** Whether a later class annotates a field of that name itself. */
function isRedeclared(context: ScanContext, chain: ClassChain, at: number, name: string): boolean {
  return chain.classes.slice(0, at).some((each) => {
    const field = each.getProperty(name);
    return field !== undefined && annotationsOf(context, field).length > 0;
  });
}

function checkField(
  context: ScanContext,
  member: Node,
  annotations: Annotation[],
): Omit<AnnotatedField, "bindings" | "value" | "type"> | undefined {
  const [annotation, second] = annotations;
  const at = `"@${annotation.name}"`;
  if (!Node.isPropertyDeclaration(member)) {
    const found = member.getKindName().replace(/Declaration$/, "").replace(/([a-z])([A-Z])/g, "$1 $2").toLowerCase();
    return context.refuse(
      annotation.node,
      `Cannot use ${at} on a ${found}: wanted a field`,
      "annotate a field instead",
    );
  }
  const nameNode = member.getNameNode();
  const name = nameNode.getText();
  if (second !== undefined) {
    return context.refuse(
      second.node,
      `Cannot use "@${second.name}" on "${name}": the field already has ${at}`,
      "split it into two fields",
    );
  }
  const hidden = hiddenBy(member);
  if (hidden !== undefined) {
    return context.refuse(
      nameNode,
      `Cannot use ${at} on the ${hidden} member "${name}": generated code cannot set it`,
      hidden === "#private" ? `name it "${name.slice(1)}"` : `remove "${hidden}"`,
    );
  }
  if (!/^[A-Za-z_][A-Za-z0-9_]{0,63}$/.test(name) || name === "__proto__") {
    return context.refuse(
      nameNode,
      `Cannot use ${at} on ${quote(nameNode)}: wanted a name of 1 to 64 letters, digits or "_"`,
      "rename the field",
    );
  }
  if (HOOKS.has(name)) {
    return context.refuse(
      nameNode,
      `Cannot use ${at} on "${name}": the runtime would call the field as the method of that name`,
      "rename the field",
    );
  }
  if (annotation.name === "config" && name in Object.prototype) {
    return context.refuse(
      nameNode,
      `Cannot use ${at} on "${name}": every object has a member of that name, so a key that is left out would seem given`,
      "rename the field",
    );
  }
  return { name, field: member, annotation };
}

function hiddenBy(member: PropertyDeclaration): string | undefined {
  if (Node.isPrivateIdentifier(member.getNameNode())) return "#private";
  if (member.getScope() !== Scope.Public) return member.getScope();
  if (member.isStatic()) return "static";
  if (member.isReadonly()) return "readonly";
  if (member.isAbstract()) return "abstract";
  if (member.hasModifier(SyntaxKind.DeclareKeyword)) return "declare";
  return member.hasModifier(SyntaxKind.AccessorKeyword) ? "accessor" : undefined;
}
