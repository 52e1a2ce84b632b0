/**
 * Tells whether a schema accepts a value, for the defaults and examples in doc comments.
 *
 * @module
 */
import type { ConfigSchema } from "../../core/descriptor/descriptor.ts";
import { matches } from "./pattern.ts";

/** Compares a value that JSON can hold with a schema. */
export function accepts(schema: ConfigSchema, value: unknown): boolean {
  if (schema.anyOf !== undefined) return schema.anyOf.some((each) => accepts(each, value));
  if (schema.enum !== undefined) return schema.enum.includes(value);
  switch (schema.type) {
    case "number":
    case "integer":
      return typeof value === "number" && acceptsNumber(schema, value);
    case "string":
      return typeof value === "string" && acceptsText(schema, value);
    case "boolean":
      return typeof value === "boolean";
    case "null":
      return value === null;
    case "array":
      return Array.isArray(value) && isWithin(value.length, schema.minItems, schema.maxItems) &&
        value.every((each) => schema.items === undefined || accepts(schema.items, each));
    case "object":
      return typeof value === "object" && value !== null && !Array.isArray(value) &&
        acceptsObject(schema, value as Record<string, unknown>);
    default:
      return true;
  }
}

function acceptsNumber(schema: ConfigSchema, value: number): boolean {
  if (!Number.isFinite(value) || !isWithin(value, schema.minimum, schema.maximum)) return false;
  if (schema.type === "integer" && !Number.isInteger(value)) return false;
  if (schema.exclusiveMinimum !== undefined && value <= schema.exclusiveMinimum) return false;
  if (schema.exclusiveMaximum !== undefined && value >= schema.exclusiveMaximum) return false;
  return schema.multipleOf === undefined || Number.isInteger(value / schema.multipleOf);
}

function acceptsText(schema: ConfigSchema, value: string): boolean {
  if (!isWithin([...value].length, schema.minLength, schema.maxLength)) return false;
  return schema.pattern === undefined || matches(schema.pattern, value) === true;
}

function acceptsObject(schema: ConfigSchema, value: Record<string, unknown>): boolean {
  if (schema.required?.some((key) => value[key] === undefined)) return false;
  return Object.entries(value).every(([key, each]) => {
    const property = Object.hasOwn(schema.properties ?? {}, key) ? schema.properties?.[key] : undefined;
    if (property !== undefined) return accepts(property, each);
    return typeof schema.additionalProperties === "object" && accepts(schema.additionalProperties, each);
  });
}

function isWithin(value: number, least = -Infinity, most = Infinity): boolean {
  return value >= least && value <= most;
}
