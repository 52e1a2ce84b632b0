/**
 * Types that list the values of constants: enums and their members, `(typeof LIST)[number]`,
 * `(typeof TABLE)[keyof typeof TABLE]` and `keyof typeof TABLE`.
 *
 * @module
 */
import { type Expression, Node, SyntaxKind, type TypeNode } from "ts-morph";
import { enumAt, enumValues, evaluate } from "./literal.ts";
import type { SourceSet } from "./source_set.ts";

/** The values of a type, or why they cannot be known. */
export type ListedValues = { readonly values: readonly unknown[] } | Unlisted;

/** Why values cannot be known, and what to do about it if there is special advice. */
interface Unlisted {
  readonly reason: string;
  readonly mend?: string;
}

/** The values of a type that looks constants up; `undefined` for other types. */
export function listValues(sources: SourceSet, type: TypeNode): ListedValues | undefined {
  if (Node.isTypeOperatorTypeNode(type) && type.getOperator() === SyntaxKind.KeyOfKeyword) {
    const table = constantOf(sources, type.getTypeNode());
    if (table === undefined || "reason" in table) return table ?? { reason: `only "keyof typeof TABLE" can be listed` };
    return listOf(isTable(table.value) ? Object.keys(table.value) : []);
  }
  if (!Node.isIndexedAccessTypeNode(type)) return undefined;
  const object = type.getObjectTypeNode();
  const wanted = "only (typeof LIST)[number] and (typeof TABLE)[keyof typeof TABLE] can be looked up";
  const found = constantOf(sources, object);
  if (found === undefined || "reason" in found) return found ?? { reason: wanted };
  const index = type.getIndexTypeNode().getText().replace(/[\s()]/g, "");
  if (index === "number") {
    return Array.isArray(found.value) ? listOf(found.value) : { reason: "its list is not a constant list of literals" };
  }
  const whole = object.getText().replace(/[\s()]/g, "");
  return index === `keyof${whole}` && isTable(found.value) ? listOf(Object.values(found.value)) : { reason: wanted };
}

/** The values of the enum that a reference names, or of its member; `undefined` if it names neither. */
export function listEnum(sources: SourceSet, at: Node, name: string): ListedValues | undefined {
  const path = sources.pathOf(at);
  const whole = sources.resolve(path, name);
  if (whole.kind === "declared" && Node.isEnumDeclaration(whole.node)) {
    sources.use(whole.path);
    const values = enumValues(whole.node, sources);
    return values === undefined ? { reason: "a member of the enum is not a literal" } : listOf([...values.values()]);
  }
  const dot = name.lastIndexOf(".");
  if (whole.kind === "declared" || dot < 0) return undefined;
  const owner = sources.resolve(path, name.slice(0, dot));
  if (owner.kind !== "declared" || !Node.isEnumDeclaration(owner.node)) return undefined;
  sources.use(owner.path);
  const value = enumValues(owner.node, sources)?.get(name.slice(dot + 1));
  return value === undefined ? { reason: "the enum has no such member" } : listOf([value]);
}

/** The values of the enum that a default is a member of, which TypeScript infers from it. */
export function listEnumOf(sources: SourceSet, initializer: Expression | undefined): ListedValues | undefined {
  const owner = initializer && enumAt(initializer, sources);
  return owner && listEnum(sources, owner, owner.getName());
}

/** The value of `typeof NAME`, if the name is a constant `as const`. */
function constantOf(
  sources: SourceSet,
  type: TypeNode,
): { readonly value: unknown } | Unlisted | undefined {
  const inner = Node.isParenthesizedTypeNode(type) ? type.getTypeNode() : type;
  if (!Node.isTypeQuery(inner)) return undefined;
  const name = inner.getExprName().getText();
  const target = sources.resolve(sources.pathOf(inner), name, "value");
  const reason = "its list is not a constant list of literals";
  if (target.kind !== "declared" || !Node.isVariableDeclaration(target.node)) return { reason };
  sources.use(target.path);
  const initializer = target.node.getInitializer();
  const value = initializer && evaluate(initializer, sources);
  if (value?.ok !== true) return { reason };
  return isAsConst(initializer)
    ? { value: value.value }
    : { reason: `"${name}" is not "as const"`, mend: `write "as const" behind the value of "${name}"` };
}

function isAsConst(expression: Expression | undefined): boolean {
  if (Node.isSatisfiesExpression(expression) || Node.isParenthesizedExpression(expression)) {
    return isAsConst(expression.getExpression());
  }
  return (Node.isAsExpression(expression) || Node.isTypeAssertion(expression)) &&
    expression.getTypeNode()?.getText() === "const";
}

function isTable(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function listOf(values: readonly unknown[]): ListedValues {
  const isPlain = values.every((each) => ["string", "number", "boolean"].includes(typeof each));
  return isPlain && values.length > 0
    ? { values: [...new Set(values)] }
    : { reason: "its list is not a constant list of literals" };
}
