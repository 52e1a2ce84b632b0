/**
 * Compares what a data frame is to carry with the schema of its type. Unlike a configuration, a value may hold more keys
 * than the schema names, numbers that are not finite, and what JSON has no form for.
 *
 * @module
 */
import { SluiceError } from "../errors.ts";
import { describeValue } from "../errors/describe_value.ts";
import { kindOf } from "../errors/kind_of.ts";
import { describeSchema } from "./config_check.ts";
import type { ConfigSchema } from "./descriptor.ts";
import { fitsNumber, fitsText, isEqual, isWithin } from "./schema_fit.ts";

/** What a value must be to go to an input. */
export interface WantedValue {
  /** The input, as `node.port`. */
  readonly address: string;
  /** The name of the type. */
  readonly type: string;
  /** The schema of the type. */
  readonly schema: ConfigSchema;
}

/** The first place at which a value does not fit. */
export interface ValueMisfit {
  /** Keys and list indices from the top down. */
  readonly path: readonly (string | number)[];
  /** What it must be there. */
  readonly schema: ConfigSchema;
  /** What is there; `undefined` for nothing. */
  readonly found: unknown;
}

/** Levels of a value that are looked at; what lies deeper fits. */
const DEPTH_LIMIT = 500;

/**
 * Refuses a value that is not of the type of an input.
 *
 * @param attempt how the message starts: `Cannot push to "levels"`
 * @throws {SluiceError} `TypeMismatch`, with the `key` at fault, `expected` and `actual`
 */
export function assertValue({ address, type, schema }: WantedValue, value: unknown, attempt: string): void {
  const misfit = findValueMisfit(schema, value);
  if (misfit === undefined) return;
  const { path, found } = misfit;
  const key = ["value", ...path].join(".");
  const actual = typeof found === "object" && found !== null ? kindOf(found) : describeValue(found);
  const expected = describeSchema(misfit.schema);
  const state = found === undefined ? "is missing" : `is ${actual}`;
  throw new SluiceError(
    "TypeMismatch",
    `${attempt}: "${key}" ${state}, wanted ${expected}; "${address}" takes ${type}`,
    { key, expected, actual },
  );
}

/** Finds the first place at which a value does not fit; `undefined` if it fits. */
export function findValueMisfit(schema: ConfigSchema, value: unknown): ValueMisfit | undefined {
  return new Search(schema.$defs ?? {}).find(schema, value, []);
}

class Search {
  readonly #types: { readonly [name: string]: ConfigSchema };
  /** The objects that a type which contains itself was compared with: a value may hold itself, too. */
  readonly #compared = new Map<string, Set<unknown>>();
  #depth = 0;

  constructor(types: { readonly [name: string]: ConfigSchema }) {
    this.#types = types;
  }

  find(schema: ConfigSchema, value: unknown, path: (string | number)[]): ValueMisfit | undefined {
    if (this.#depth >= DEPTH_LIMIT) return undefined;
    this.#depth++;
    try {
      if (!this.#fitsItself(schema, value)) return { path: [...path], schema, found: value };
      if (schema.$ref !== undefined) return this.#findInType(schema.$ref, value, path);
      if (isList(value)) return this.#findInList(schema, value, path);
      return isObject(value) ? this.#findInObject(schema, value, path) : undefined;
    } finally {
      this.#depth--;
    }
  }

  /** Compares a value with a type that contains itself, once. */
  #findInType(reference: string, value: unknown, path: (string | number)[]): ValueMisfit | undefined {
    const type = this.#types[reference.replace("#/$defs/", "")] ?? {};
    if (typeof value !== "object" || value === null) return this.find(type, value, path);
    let compared = this.#compared.get(reference);
    if (compared === undefined) this.#compared.set(reference, compared = new Set());
    if (compared.has(value)) return undefined;
    compared.add(value);
    const misfit = this.find(type, value, path);
    if (misfit !== undefined) compared.delete(value);
    return misfit;
  }

  #findInList(
    { prefixItems = [], items }: ConfigSchema,
    list: ArrayLike<unknown>,
    path: (string | number)[],
  ): ValueMisfit | undefined {
    const end = items === undefined ? Math.min(prefixItems.length, list.length) : list.length;
    for (let i = 0; i < end; i++) {
      const misfit = this.#findAt(i, prefixItems[i] ?? items, list[i], path);
      if (misfit !== undefined) return misfit;
    }
    return undefined;
  }

  #findInObject(
    { properties = {}, required = [], additionalProperties: others }: ConfigSchema,
    object: { readonly [key: string]: unknown },
    path: (string | number)[],
  ): ValueMisfit | undefined {
    for (const key of Object.keys(properties)) {
      // Getters of a class count: the view of a struct has them.
      const inner = object[key] === Object.prototype[key as keyof object] ? undefined : object[key];
      if (inner === undefined && !required.includes(key)) continue;
      const misfit = inner === undefined
        ? { path: [...path, key], schema: properties[key], found: undefined }
        : this.#findAt(key, properties[key], inner, path);
      if (misfit !== undefined) return misfit;
    }
    if (typeof others !== "object") return undefined;
    for (const key of Object.keys(object)) {
      if (Object.hasOwn(properties, key) || object[key] === undefined) continue;
      const misfit = this.#findAt(key, others, object[key], path);
      if (misfit !== undefined) return misfit;
    }
    return undefined;
  }

  #findAt(
    key: string | number,
    schema: ConfigSchema,
    value: unknown,
    path: (string | number)[],
  ): ValueMisfit | undefined {
    path.push(key);
    const misfit = this.find(schema, value, path);
    path.pop();
    return misfit;
  }

  /** Whether a value fits, whatever is in it. */
  #fitsItself(schema: ConfigSchema, value: unknown): boolean {
    const { type, enum: choices, anyOf, "x-type": name } = schema;
    if (name !== undefined && Object.prototype.toString.call(value) !== `[object ${name}]`) return false;
    if (type !== undefined && !hasType(type, value)) return false;
    if (choices !== undefined && !choices.some((each) => isEqual(each, value))) return false;
    if (anyOf !== undefined && anyOf.every((each) => this.find(each, value, []) !== undefined)) return false;
    if (typeof value === "number") return Number.isNaN(value) ? !hasRange(schema) : fitsNumber(schema, value);
    if (typeof value === "string") return fitsText(schema, value);
    return !isList(value) || isWithin(value.length, schema.minItems, schema.maxItems);
  }
}

function hasRange(schema: ConfigSchema): boolean {
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf } = schema;
  return (minimum ?? maximum ?? exclusiveMinimum ?? exclusiveMaximum ?? multipleOf) !== undefined;
}

function hasType(type: NonNullable<ConfigSchema["type"]>, value: unknown): boolean {
  switch (type) {
    case "number":
      return typeof value === "number";
    case "integer":
      return Number.isInteger(value);
    case "string":
      return typeof value === "string";
    case "boolean":
      return typeof value === "boolean";
    case "array":
      return isList(value);
    case "object":
      return isObject(value);
    case "null":
      return value === null;
  }
}

/** Whether a value is a list: a plain one, or a typed array. */
function isList(value: unknown): value is ArrayLike<unknown> {
  return Array.isArray(value) || (ArrayBuffer.isView(value) && !(value instanceof DataView));
}

function isObject(value: unknown): value is { readonly [key: string]: unknown } {
  return typeof value === "object" && value !== null && !isList(value);
}
