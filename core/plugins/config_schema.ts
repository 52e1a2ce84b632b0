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

type Check = (value: unknown, at: string, depth?: number) => void;

const TYPES = ["string", "number", "integer", "boolean", "array", "object", "null"];

const list = isOf(Array.isArray, "a list");
const isText = isOf((value) => typeof value === "string", "a text");
const isNumber = isOf((value) => typeof value === "number", "a number");
const isTruth = isOf((value) => typeof value === "boolean", "true or false");

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
  properties: (value, at, depth = 0) => {
    for (const [key, each] of Object.entries(object(value, at))) checkSchema(each, `${at}.${key}`, depth + 1);
  },
  required: list,
  additionalProperties: (value, at, depth = 0) => {
    if (typeof value !== "boolean") checkSchema(value, at, depth + 1);
  },
  anyOf: (value, at, depth = 0) => {
    list(value, at);
    for (const [k, each] of (value as unknown[]).entries()) checkSchema(each, `${at}.${k}`, depth + 1);
  },
  "x-unit": isText,
  "x-duration": oneOf(["ns", "us", "ms", "s", "min", "h"]),
  "x-reaches": oneOf(REACHES),
  "x-live": isTruth,
};

/** The parts of a node type that a stage's configuration gives. */
export interface StageConfig {
  /** The schema of an object. */
  readonly config: ConfigObjectSchema;
  /** The format fields that the stage converts: each is a key of its configuration, except `codec`. */
  readonly converts: readonly FormatField[];
  /** The formats that its inputs accept, by port, beyond those that the interface can express. */
  readonly accepts: { readonly [port: string]: FormatAccepts };
  /** Its commands, each with its description. */
  readonly commands: { readonly [name: string]: string };
  /** Whether it has a process of its own unless its node says otherwise. */
  readonly isolated: boolean;
}

/**
 * Reads a schema, and its words `x-converts`, `x-accepts`, `x-commands` and `x-isolate`.
 *
 * @param text the schema of an object with `properties`; `null`: the schema without properties
 * @throws {RangeError} with the fault, as a clause
 */
export function readStageConfig(text: string | null): StageConfig {
  const schema = text === null ? {} : object(parseJson(text), "its configuration schema");
  const { type = "object", properties = {}, required = [], additionalProperties = false, ...rest } = schema;
  if (type !== "object" || additionalProperties !== false) {
    throw new RangeError("its configuration schema is none of an object without other keys");
  }
  for (const word of Object.keys(rest)) {
    if (!["$schema", "description", "x-converts", "x-accepts", "x-commands", "x-isolate"].includes(word)) {
      throw new RangeError(`its configuration schema has "${word}", which is not known there`);
    }
  }
  const { "x-converts": converts = [], "x-accepts": accepts = {}, "x-commands": commands = {}, "x-isolate": isolate } =
    rest;
  if (isolate !== undefined) oneOf(["process"])(isolate, "x-isolate");
  checkConverts(converts, properties as object);
  checkAccepts(accepts);
  for (const [name, doc] of Object.entries(object(commands, "x-commands"))) isText(doc, `x-commands.${name}`);
  WORDS.properties(properties, "properties", 0);
  WORDS.required(required, "required", 0);
  const missing = (required as unknown[]).find((key) => !Object.hasOwn(properties as object, key as string));
  if (missing !== undefined) throw new RangeError(`required names ${describeValue(missing)}, which is no property`);
  const config = { type: "object", properties, required, additionalProperties: false };
  return { config, converts, accepts, commands, isolated: isolate === "process" } as StageConfig;
}

function checkAccepts(value: unknown): void {
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
}

function checkConverts(value: unknown, properties: object): void {
  list(value, "x-converts");
  for (const field of value as unknown[]) {
    if (!FORMAT_FIELDS.includes(field as FormatField)) {
      throw new RangeError(`x-converts names ${describeValue(field)}; available: ${listSome(FORMAT_FIELDS)}`);
    }
    if (field === "codec" || Object.hasOwn(properties, field as string)) continue;
    throw new RangeError(`x-converts names ${describeValue(field)}, which is no property`);
  }
}

function checkSchema(value: unknown, at: string, depth = 0): void {
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

/** Makes the check of a value's type. */
function isOf(fits: (value: unknown) => boolean, wanted: string): Check {
  return (value, at) => {
    if (!fits(value)) throw new RangeError(`${at} is ${describeValue(value)}, wanted ${wanted}`);
  };
}

function oneOf(choices: readonly string[]): Check {
  return isOf((value) => choices.includes(value as string), choices.join(", "));
}

function regularExpression(value: unknown, at: string): void {
  isText(value, at);
  try {
    new RegExp(value as string, "u");
  } catch (error) {
    throw new RangeError(`${at} is no regular expression: ${(error as Error).message}`);
  }
}
