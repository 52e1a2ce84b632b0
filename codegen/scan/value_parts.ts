/**
 * Parts of the schemas of values: what the members of types are, objects that are put together, and what has no schema.
 *
 * @module
 */
import { type ClassDeclaration, Node, Scope, type TypeNode } from "ts-morph";
import type { ConfigSchema } from "../../core/descriptor/descriptor.ts";
import type { TypeSchema } from "./type_schema.ts";

/** A value of an object. */
export interface Member {
  readonly node: Node;
  /** Absent if it is not written. */
  readonly type: TypeNode | undefined;
  /** The value that a class gives it. */
  readonly initializer?: Node;
  readonly isOptional: boolean;
}

/** The longest text of a type that a reason shows. */
const SHOWN_LENGTH = 60;

/** `undefined`, which a key that may be absent has. */
export const UNDEFINED: TypeSchema = { schema: { "x-type": "Undefined" }, isOptional: true };

/** Any value, for a reason; also none. */
export function opaque(reason: string): TypeSchema {
  return { schema: { $comment: reason }, isOptional: true };
}

/** Whether a schema takes any value. */
export function isAny(schema: ConfigSchema): boolean {
  return Object.keys(schema).every((key) => key === "$comment" || key === "description");
}

/** The text of a type in a reason. */
export function shownType(type: TypeNode): string {
  const text = type.getText().replace(/\s+/g, " ");
  return text.length <= SHOWN_LENGTH ? text : `${text.slice(0, SHOWN_LENGTH)}…`;
}

/** What an object type holds; methods and accessors are no data. */
export function typeMembers(members: readonly Node[]): Member[] {
  return members.flatMap((node): Member[] => {
    if (Node.isIndexSignatureDeclaration(node)) return [{ node, type: node.getReturnTypeNode(), isOptional: true }];
    if (!Node.isPropertySignature(node)) return [];
    return [{ node, type: node.getTypeNode(), isOptional: node.hasQuestionToken() }];
  });
}

/** The public fields of a class, with those that its constructor declares: a frame takes nothing else along. */
export function classMembers(declaration: ClassDeclaration): Member[] {
  return declaration.getInstanceProperties().flatMap((node): Member[] => {
    if (!Node.isPropertyDeclaration(node) && !Node.isParameterDeclaration(node)) return [];
    if (node.getScope() !== Scope.Public || node.getName().startsWith("#")) return [];
    const [type, initializer] = [node.getTypeNode(), node.getInitializer()];
    return [{ node, type, initializer, isOptional: node.hasQuestionToken() }];
  });
}

/** The key of a member; `undefined` for one that is worked out. */
export function memberName(node: Node): string | undefined {
  const name = Node.isPropertyNamed(node) || Node.isParameterDeclaration(node) ? node.getNameNode() : undefined;
  if (name === undefined || Node.isComputedPropertyName(name)) return undefined;
  if (Node.isNumericLiteral(name)) return String(name.getLiteralValue());
  return Node.isStringLiteral(name) ? name.getLiteralValue() : name.getText();
}

/** An element of a tuple. */
export interface TuplePlace {
  readonly type: TypeNode;
  readonly isOptional: boolean;
  /** It stands for any number of elements; `type` is their list. */
  readonly isRest: boolean;
}

/** Reads an element of a tuple: `A`, `A?`, `...A[]`, `name?: A`. */
export function tuplePlace(element: Node): TuplePlace {
  if (Node.isNamedTupleMember(element)) {
    const isRest = element.getDotDotDotToken() !== undefined;
    return { type: element.getTypeNode(), isOptional: element.hasQuestionToken(), isRest };
  }
  if (Node.isRestTypeNode(element)) return { type: element.getTypeNode(), isOptional: true, isRest: true };
  const isOptional = Node.isOptionalTypeNode(element);
  return { type: isOptional ? element.getTypeNode() : element as TypeNode, isOptional, isRest: false };
}

/** The schema of an object that has what each of several has. Reasons stay, and what is left out gets one. */
export function joinObjects(schemas: readonly ConfigSchema[]): ConfigSchema {
  const isWhole = (each: ConfigSchema) => each.type === "object";
  const others = schemas.find((each) => each.additionalProperties !== undefined)?.additionalProperties;
  const reasons = schemas.flatMap((each) =>
    each.$comment ?? (isWhole(each) ? [] : "and more, which the generator does not work out")
  );
  const names = [...new Set(schemas.flatMap((each) => each.required ?? []))];
  const properties: NonNullable<ConfigSchema["properties"]> = Object.assign(
    {},
    ...schemas.map((each) => each.properties),
  );
  return {
    ...(schemas.every(isWhole) && { type: "object" as const }),
    ...(Object.keys(properties).length > 0 && { properties }),
    ...(names.length > 0 && { required: names }),
    ...(others !== undefined && { additionalProperties: others }),
    ...(reasons.length > 0 && { $comment: [...new Set(reasons)].join("; ") }),
  };
}
