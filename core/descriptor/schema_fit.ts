/**
 * Compares values with schemas. Keywords have the meaning of JSON Schema (2020-12, validation), with two differences: a
 * key whose value is `undefined` counts as absent, and numbers are finite.
 *
 * @module
 */
import type { ConfigSchema } from "./descriptor.ts";

/** One place at which a value does not fit its schema. */
export interface Misfit {
  /** Keys and list indices from the top down to the value; for `unknown` and `missing`, to the key. */
  readonly path: readonly (string | number)[];
  /** `unknown`: the key is not in the schema. `missing`: it is required. `value`: its value is not allowed. */
  readonly kind: "unknown" | "missing" | "value";
  /** The schema of the value; for `unknown` and `missing`, that of the object with the key. */
  readonly schema: ConfigSchema;
  /** The value; for `unknown` and `missing`, the object. */
  readonly value: unknown;
}

/** Longest text to match with a pattern, UTF-16 units: the time may grow with the square of the length, or faster. */
const PATTERN_TEXT_LIMIT = 10_000;

const patterns = new Map<string, RegExp>();

/**
 * Finds all places at which a value does not fit.
 *
 * @param tell is called for each misfit, in the order of the schema: for an object first missing keys, then unknown
 * ones
 * @param mayRefer true if a text with a reference to the environment (`${env:NAME}`) fits any text: it is checked once
 * its value is known
 */
export function findMisfits(
  schema: ConfigSchema,
  value: unknown,
  tell: (misfit: Misfit) => void,
  mayRefer = true,
): void {
  visit(schema, value, [], tell, mayRefer);
}

function visit(
  schema: ConfigSchema,
  value: unknown,
  path: (string | number)[],
  tell: (misfit: Misfit) => void,
  mayRefer: boolean,
): void {
  if (!fitsItself(schema, value) && !(mayRefer && isReference(schema, value))) {
    tell({ path: [...path], kind: "value", schema, value });
  }
  const visitAt = (key: string | number, of: ConfigSchema, inner: unknown) => {
    path.push(key);
    visit(of, inner, path, tell, mayRefer);
    path.pop();
  };
  if (Array.isArray(value)) {
    const { items } = schema;
    if (items !== undefined) { for (let i = 0; i < value.length; i++) visitAt(i, items, value[i]); }
  } else if (isObject(value)) {
    const { properties = {}, required = [], additionalProperties: others } = schema;
    const read = (key: string) => Object.hasOwn(value, key) ? value[key] : undefined;
    for (const key of required) {
      if (read(key) === undefined) tell({ path: [...path, key], kind: "missing", schema, value });
    }
    for (const key of others === undefined || others === true ? [] : Object.keys(value)) {
      if (Object.hasOwn(properties, key)) continue;
      if (others === false) tell({ path: [...path, key], kind: "unknown", schema, value });
      else visitAt(key, others as ConfigSchema, value[key]);
    }
    for (const key of Object.keys(properties)) {
      const inner = read(key);
      if (inner !== undefined) visitAt(key, properties[key], inner);
    }
  }
}

/** True if a value fits, with all its parts. */
function fits(schema: ConfigSchema, value: unknown): boolean {
  let isFit = true;
  visit(schema, value, [], () => isFit = false, false);
  return isFit;
}

/** True if a value fits, apart from its parts. */
function fitsItself(schema: ConfigSchema, value: unknown): boolean {
  if (schema.type !== undefined && !hasType(schema.type, value)) return false;
  if (schema.enum !== undefined && !schema.enum.some((choice) => isEqual(choice, value))) return false;
  if (schema.anyOf !== undefined && !schema.anyOf.some((each) => fits(each, value))) return false;
  if (typeof value === "number") return fitsNumber(schema, value);
  if (typeof value === "string") return fitsText(schema, value);
  return !Array.isArray(value) || isWithin(value.length, schema.minItems, schema.maxItems);
}

function hasType(type: NonNullable<ConfigSchema["type"]>, value: unknown): boolean {
  switch (type) {
    case "number":
      return Number.isFinite(value);
    case "integer":
      return Number.isInteger(value);
    case "array":
      return Array.isArray(value);
    case "object":
      return isObject(value);
    case "null":
      return value === null;
    case "boolean":
      return typeof value === "boolean";
    case "string":
      return typeof value === "string";
  }
}

/** True if a number is in the range of a schema. */
export function fitsNumber(schema: ConfigSchema, value: number): boolean {
  const { exclusiveMinimum: above = -Infinity, exclusiveMaximum: below = Infinity, multipleOf } = schema;
  return isWithin(value, schema.minimum, schema.maximum) && (above === -Infinity || value > above) &&
    (below === Infinity || value < below) && (multipleOf === undefined || Number.isInteger(value / multipleOf));
}

/** True if a text has the length and the pattern of a schema. */
export function fitsText({ minLength, maxLength, pattern }: ConfigSchema, text: string): boolean {
  if ((minLength !== undefined || maxLength !== undefined) && !isWithin(countCodePoints(text), minLength, maxLength)) {
    return false;
  }
  if (pattern === undefined) return true;
  let expression = patterns.get(pattern);
  if (expression === undefined) patterns.set(pattern, expression = new RegExp(pattern, "u"));
  return text.length <= PATTERN_TEXT_LIMIT && expression.test(text);
}

/** True if a number is within limits, both inclusive. */
export function isWithin(value: number, least = -Infinity, most = Infinity): boolean {
  return value >= least && value <= most;
}

function countCodePoints(text: string): number {
  let count = 0;
  for (const _ of text) count++;
  return count;
}

/** True if two values are the same JSON. */
export function isEqual(one: unknown, other: unknown): boolean {
  if (one === other) return true;
  if (Array.isArray(one)) {
    return Array.isArray(other) && one.length === other.length && one.every((each, i) => isEqual(each, other[i]));
  }
  if (!isObject(one) || !isObject(other)) return false;
  const keys = Object.keys(one);
  return keys.length === Object.keys(other).length &&
    keys.every((key) => Object.hasOwn(other, key) && isEqual(one[key], other[key]));
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** True if a value is a reference to the environment, and the schema is for a text. */
function isReference({ type, enum: choices }: ConfigSchema, value: unknown): boolean {
  const isText = type === "string" || choices?.every((each) => typeof each === "string") === true;
  return isText && typeof value === "string" && value.includes("${env:");
}
