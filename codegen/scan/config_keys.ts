/**
 * Reads configuration keys: `@config()` fields with their types, defaults and doc tags.
 *
 * @module
 */
import { type Expression, Node, type TypeNode } from "ts-morph";
import { describeSchema } from "../../core/descriptor/config_check.ts";
import { describeValue } from "../../core/errors/describe_value.ts";
import { parseDuration } from "../../core/duration.ts";
import type { ConfigObjectSchema, ConfigSchema } from "../../core/descriptor/descriptor.ts";
import type { ScanContext } from "./context.ts";
import { FLAG, quote, readOptions } from "./decorators.ts";
import { readDoc } from "./docs.ts";
import type { AnnotatedField } from "./annotated_field.ts";
import { evaluate } from "./literal.ts";
import { SchemaReader } from "./schema.ts";
import { accepts } from "./schema_accepts.ts";
import { listEnumOf } from "./schema_constants.ts";
import { applyTags } from "./schema_tags.ts";
import { findTextDuration } from "./schema_duration.ts";
import { combine } from "./schema_union.ts";
import type { TypeSchema } from "./type_schema.ts";

/** Reads the configuration keys of a class, without refused ones. */
export function readConfig(context: ScanContext, fields: readonly AnnotatedField[]): ConfigObjectSchema {
  const properties: Record<string, ConfigSchema> = {};
  const required: string[] = [];
  for (const field of fields) {
    const key = readKey(context, field);
    if (key === undefined) continue;
    properties[field.name] = key.schema;
    if (!key.isOptional) required.push(field.name);
  }
  return { type: "object", properties, required, additionalProperties: false };
}

function readKey(context: ScanContext, annotated: AnnotatedField): TypeSchema | undefined {
  const { name, field, annotation, bindings } = annotated;
  const what = `configuration key "${name}"`;
  const options = readOptions(context, annotation, { live: FLAG });
  const initializer = annotated.value.getInitializer();
  const value = initializer && evaluate(initializer, context.sources);
  if (value?.ok === false) {
    return context.refuse(
      value.at,
      `Cannot know the default of ${what}: ${quote(value.at)} is not a constant`,
      "write a literal, or a constant of literals at the top of a file",
    );
  }
  const given = value?.value;
  const type = annotated.type?.node ?? assertedType(initializer);
  const reader = new SchemaReader(context, what, annotated.type?.bindings ?? bindings);
  const listed = type === undefined ? listEnumOf(context.sources, initializer) : undefined;
  const read = type !== undefined
    ? reader.read(type)
    : listed !== undefined
    ? reader.listed(listed, field.getNameNode())
    : inferSchema(context, field.getNameNode(), what, initializer, given);
  if (read === undefined || options === undefined) return undefined;
  const schema = applyTags(context, field, readDoc(field), name, read.schema, what);
  if (schema === undefined) return undefined;
  const only = initializer === undefined && bindings.size > 0 && schema.enum?.length === 1 ? schema.enum[0] : undefined;
  const fallback = given === undefined ? only : given;
  if (fallback !== undefined && !accepts(schema, fallback)) {
    return context.refuse(
      initializer ?? field,
      `Cannot use ${describeValue(fallback)} as the default of ${what}: wanted ${describeSchema(schema)}`,
      "change the default, or what the key accepts",
    );
  }
  const text = findTextDuration(schema, fallback);
  if (text !== undefined) {
    return context.refuse(
      initializer ?? field,
      `Cannot use ${describeValue(text.text)} as the default of ${what}: the field holds a number, in ${text.unit}`,
      `write ${parseDuration(text.text, text.unit) ?? "a number"}`,
    );
  }
  return {
    schema: {
      ...schema,
      ...(fallback === undefined ? {} : { default: fallback }),
      ...(options.live === true ? { "x-live": true } : {}),
    },
    isOptional: fallback !== undefined || initializer !== undefined || read.isOptional ||
      annotated.value.hasQuestionToken(),
  };
}

/** The `T` of `value as T`. */
function assertedType(expression: Expression | undefined): TypeNode | undefined {
  if (!Node.isAsExpression(expression) && !Node.isSatisfiesExpression(expression)) return undefined;
  const type = expression.getTypeNode();
  return type?.getText() === "const" ? undefined : type;
}

/** The type that TypeScript gives a field from its default. */
function inferSchema(
  context: ScanContext,
  at: Node,
  what: string,
  initializer: Expression | undefined,
  value: unknown,
): TypeSchema | undefined {
  const schema = schemaOf(value);
  if (schema !== undefined) return { schema, isOptional: true };
  return context.refuse(
    at,
    `Cannot make a schema for ${what}: it has no type, and its default does not tell one`,
    `write its type: "${at.getText()}: ${exampleType(value)}${
      initializer === undefined ? "" : ` = ${shortened(initializer.getText())}`
    }"`,
  );
}

function shortened(text: string): string {
  return text.length > 40 || text.includes("\n") ? "…" : text;
}

/** A type that fits a default: `number[]` for an empty list. */
function exampleType(value: unknown): string {
  if (value === null) return "number | null";
  if (value === undefined) return "number";
  if (typeof value !== "object") return typeof value;
  if (Array.isArray(value)) {
    const item = exampleType(value[0]);
    return item.includes("|") ? `(${item})[]` : `${item}[]`;
  }
  const members = Object.entries(value).map(([key, each]) => `${key}: ${exampleType(each)}`);
  return members.length === 0 ? "Record<string, number>" : `{ ${members.join("; ")} }`;
}

function schemaOf(value: unknown): ConfigSchema | undefined {
  if (typeof value === "number") return { type: "number" };
  if (typeof value === "string") return { type: "string" };
  if (typeof value === "boolean") return { type: "boolean" };
  if (Array.isArray(value)) {
    const items = value.map(schemaOf);
    if (items.length === 0 || items.includes(undefined)) return undefined;
    return { type: "array", items: combine(items as ConfigSchema[]) };
  }
  if (typeof value !== "object" || value === null) return undefined;
  const entries = Object.entries(value).map(([key, each]) => [key, schemaOf(each)] as const);
  if (entries.length === 0 || entries.some(([, schema]) => schema === undefined)) return undefined;
  const properties = Object.fromEntries(entries) as { [key: string]: ConfigSchema };
  return { type: "object", properties, required: Object.keys(properties), additionalProperties: false };
}
