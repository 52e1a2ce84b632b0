/**
 * Pieces of TypeScript source: literals, doc comments, types of configuration values.
 *
 * @module
 */
import type { ConfigSchema } from "../../core/descriptor/descriptor.ts";

/** Longest object that is laid out on one line. */
const INLINE_LENGTH = 80;

const IDENTIFIER = /^[A-Za-z_$][A-Za-z0-9_$]*$/;

/** A JSON value as an expression. Keys whose value is `undefined` are left out. */
export function literal(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(literal).join(", ")}]`;
  if (typeof value === "object" && value !== null) {
    const parts = Object.entries(value).filter(([, each]) => each !== undefined)
      .map(([key, each]) => `${propertyKey(key)}: ${literal(each)}`);
    if (parts.length === 0) return "{}";
    const inline = `{ ${parts.join(", ")} }`;
    return inline.length <= INLINE_LENGTH ? inline : `{\n${parts.join(",\n")},\n}`;
  }
  return JSON.stringify(value);
}

/** A key of an object or type literal. */
export function propertyKey(key: string): string {
  return IDENTIFIER.test(key) ? key : JSON.stringify(key);
}

/**
 * A doc comment.
 *
 * @param paragraphs those that are empty are left out
 * @returns `""` if all are
 */
export function docComment(...paragraphs: string[]): string {
  const text = paragraphs.filter((each) => each.trim() !== "").join("\n\n").replaceAll("*/", "*\\/");
  if (text === "") return "";
  if (!text.includes("\n")) return `/** ${text} */\n`;
  return `/**\n${text.split("\n").map((line) => ` * ${line}`.trimEnd()).join("\n")}\n */\n`;
}

/** The TypeScript type of the values that a schema accepts. */
export function typeOf(schema: ConfigSchema): string {
  if (schema["x-duration"] !== undefined) return "number | DurationText";
  if (schema.enum !== undefined) return schema.enum.map((value) => JSON.stringify(value)).join(" | ");
  if (schema.anyOf !== undefined) return schema.anyOf.map(typeOf).join(" | ");
  switch (schema.type) {
    case "integer":
      return "number";
    case "array":
      return listType(schema);
    case "object":
      return objectType(schema);
    default:
      return schema.type ?? "unknown";
  }
}

function listType(schema: ConfigSchema): string {
  const item = schema.items === undefined ? "unknown" : typeOf(schema.items);
  const { minItems, maxItems } = schema;
  if (minItems !== undefined && minItems === maxItems && minItems > 0 && minItems <= 16) {
    return `readonly [${Array(minItems).fill(item).join(", ")}]`;
  }
  return /^\w+$/.test(item) ? `readonly ${item}[]` : `readonly (${item})[]`;
}

function objectType(schema: ConfigSchema): string {
  const { properties, additionalProperties } = schema;
  if (properties === undefined) {
    const value = typeof additionalProperties === "object" ? typeOf(additionalProperties) : "unknown";
    return `{ readonly [key: string]: ${value} }`;
  }
  const members = Object.entries(properties).map(([key, each]) => {
    const mark = schema.required?.includes(key) ? "" : "?";
    return `${docComment(each.description ?? "")}readonly ${propertyKey(key)}${mark}: ${typeOf(each)};`;
  });
  return members.some((each) => each.startsWith("/**")) ? `{\n${members.join("\n")}\n}` : `{ ${members.join(" ")} }`;
}
