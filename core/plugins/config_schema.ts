/**
 * Reads the schema of a stage's configuration, which its plugin gives as text.
 *
 * @module
 */
import { type ConfigObjectSchema, type ConfigSchema, REACHES } from "../descriptor/descriptor.ts";
import { FORMAT_FIELDS, type FormatAccepts, type FormatField } from "../frames/format.ts";
import { describeValue } from "../errors/describe_value.ts";
import { didYouMean, listSome } from "../errors/suggestion.ts";

/** Deepest nesting of schemas. */
const MAX_DEPTH = 32;

type Check = (value: unknown, at: string, depth: number) => void;

const TYPES = ["string", "number", "integer", "boolean", "array", "object", "null"];

/** The words that only schemas of data values have. */
type OfValues = "prefixItems" | "$ref" | "$defs" | "$comment" | "x-type";

/** The check of each word's value. */
const WORDS: { readonly [K in Exclude<keyof Required<ConfigSchema>, OfValues>]: Check } = {
  type: oneOf(TYPES),
  description: isText,
  default: () => {},
  enum: list,
  minimum: isNumber,
  maximum: isNumber,
  exclusiveMinimum: isNumber,
  exclusiveMaximum: isNumber,
  multipleOf: isNumber,
  minLength: isNumber,
  maxLength: isNumber,
  pattern: regularExpression,
  examples: list,
  deprecated: isTruth,
  items: checkSchema,
  minItems: isNumber,
  maxItems: isNumber,
  properties: (value, at, depth) => {
    for (const [key, each] of Object.entries(object(value, at))) checkSchema(each, `${at}.${key}`, depth + 1);
  },
  required: list,
  additionalProperties: (value, at, depth) => {
    if (typeof value !== "boolean") checkSchema(value, at, depth + 1);
  },
  anyOf: (value, at, depth) => {
    list(value, at);
    for (const [k, each] of (value as unknown[]).entries()) checkSchema(each, `${at}.${k}`, depth + 1);
  },
  "x-unit": isText,
  "x-duration": oneOf(["ns", "us", "ms", "s", "min", "h"]),
  "x-reaches": oneOf(REACHES),
  "x-live": isTruth,
};

/**
 * Reads a schema.
 *
 * @param text the schema of an object with `properties`; `null`: the schema without properties
 * @throws {RangeError} with the fault, as a clause
 */
export function readConfigSchema(text: string | null): ConfigObjectSchema {
  const schema = text === null ? {} : object(parseJson(text), "its configuration schema");
  const { type = "object", properties = {}, required = [], additionalProperties = false, ...rest } = schema;
  if (type !== "object" || additionalProperties !== false) {
    throw new RangeError("its configuration schema is none of an object without other keys");
  }
  for (const word of Object.keys(rest)) {
    if (!["$schema", "description", "x-converts", "x-accepts", "x-commands"].includes(word)) {
      throw new RangeError(`its configuration schema has "${word}", which is not known there`);
    }
  }
  readConverts(rest["x-converts"], properties as object);
  readAccepts(rest["x-accepts"]);
  readCommands(rest["x-commands"]);
  WORDS.properties(properties, "properties", 0);
  WORDS.required(required, "required", 0);
  const missing = (required as unknown[]).find((key) => !Object.hasOwn(properties as object, key as string));
  if (missing !== undefined) throw new RangeError(`required names ${describeValue(missing)}, which is no property`);
  return { type: "object", properties, required, additionalProperties: false } as ConfigObjectSchema;
}

/**
 * Returns the format fields that a stage converts, from the word `x-converts` of its schema: each is a key of its
 * configuration, except `codec`.
 *
 * @param text a valid schema
 */
export function convertsOf(text: string | null): readonly FormatField[] {
  const { "x-converts": converts, properties = {} } = text === null ? {} : object(parseJson(text), "its schema");
  return readConverts(converts, properties as object);
}

/**
 * Returns the formats that the inputs of a stage accept, by port, beyond those that the interface can express, from the
 * word `x-accepts` of its schema.
 *
 * @param text a valid schema
 */
export function acceptsOf(text: string | null): { readonly [port: string]: FormatAccepts } {
  return readAccepts(text === null ? undefined : object(parseJson(text), "its schema")["x-accepts"]);
}

/**
 * Returns the commands of a stage, each with its description, from the word `x-commands` of its schema.
 *
 * @param text a valid schema
 */
export function commandsOf(text: string | null): { readonly [name: string]: string } {
  return readCommands(text === null ? undefined : object(parseJson(text), "its schema")["x-commands"]);
}

function readCommands(value: unknown): { readonly [name: string]: string } {
  if (value === undefined) return {};
  for (const [name, doc] of Object.entries(object(value, "x-commands"))) isText(doc, `x-commands.${name}`);
  return value as { readonly [name: string]: string };
}

function readAccepts(value: unknown): { readonly [port: string]: FormatAccepts } {
  if (value === undefined) return {};
  for (const [port, accepts] of Object.entries(object(value, "x-accepts"))) {
    for (const [field, wanted] of Object.entries(object(accepts, `x-accepts.${port}`))) {
      if (!FORMAT_FIELDS.includes(field as FormatField)) {
        throw new RangeError(`x-accepts.${port} names "${field}"; available: ${listSome(FORMAT_FIELDS)}`);
      }
      const all: unknown[] = Array.isArray(wanted) ? wanted : [wanted];
      if (all.length > 0 && all.every((each) => typeof each === "number" || typeof each === "string")) continue;
      throw new RangeError(`x-accepts.${port}.${field} is ${describeValue(wanted)}, wanted a value or a list of some`);
    }
  }
  return value as { readonly [port: string]: FormatAccepts };
}

function readConverts(value: unknown, properties: object): readonly FormatField[] {
  if (value === undefined) return [];
  list(value, "x-converts");
  for (const field of value as unknown[]) {
    if (!FORMAT_FIELDS.includes(field as FormatField)) {
      throw new RangeError(`x-converts names ${describeValue(field)}; available: ${listSome(FORMAT_FIELDS)}`);
    }
    if (field === "codec" || Object.hasOwn(properties, field as string)) continue;
    throw new RangeError(`x-converts names ${describeValue(field)}, which is no property`);
  }
  return value as FormatField[];
}

function checkSchema(value: unknown, at: string, depth: number): void {
  if (depth > MAX_DEPTH) throw new RangeError(`${at} is nested more than ${MAX_DEPTH} levels deep`);
  const known = Object.keys(WORDS);
  for (const [word, each] of Object.entries(object(value, at))) {
    if (!Object.hasOwn(WORDS, word)) {
      throw new RangeError(`${at} has "${word}"${didYouMean(word, known)}; available: ${listSome(known)}`);
    }
    WORDS[word as keyof typeof WORDS](each, `${at}.${word}`, depth + 1);
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new RangeError(`its configuration schema is no JSON: ${(error as Error).message}`);
  }
}

function object(value: unknown, at: string): Record<string, unknown> {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new RangeError(`${at} is ${describeValue(value)}, wanted an object`);
}

function list(value: unknown, at: string): void {
  if (!Array.isArray(value)) throw new RangeError(`${at} is ${describeValue(value)}, wanted a list`);
}

function isText(value: unknown, at: string): void {
  if (typeof value !== "string") throw new RangeError(`${at} is ${describeValue(value)}, wanted a text`);
}

function isNumber(value: unknown, at: string): void {
  if (typeof value !== "number") throw new RangeError(`${at} is ${describeValue(value)}, wanted a number`);
}

function isTruth(value: unknown, at: string): void {
  if (typeof value !== "boolean") throw new RangeError(`${at} is ${describeValue(value)}, wanted true or false`);
}

function oneOf(choices: readonly string[]): Check {
  return (value, at) => {
    if (!choices.includes(value as string)) {
      throw new RangeError(`${at} is ${describeValue(value)}, wanted ${choices.join(", ")}`);
    }
  };
}

function regularExpression(value: unknown, at: string): void {
  isText(value, at);
  try {
    new RegExp(value as string, "u");
  } catch (error) {
    throw new RangeError(`${at} is no regular expression: ${(error as Error).message}`);
  }
}
