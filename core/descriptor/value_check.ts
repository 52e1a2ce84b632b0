/**
 * Compares the value of a data frame with the schema of its type. Unlike a configuration, a value may hold more keys
 * than the schema names, numbers that are not finite, and values without a JSON form.
 *
 * @module
 */
import { SluiceError } from "../errors.ts";
import { describeValue } from "../errors/describe_value.ts";
import { kindOf } from "../errors/kind_of.ts";
import { describeSchema } from "./config_check.ts";
import type { ConfigSchema } from "./descriptor.ts";
import { fitsNumber, fitsText, isEqual, isWithin } from "./schema_fit.ts";

/** The requirements of an input for values. */
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
  /** The schema at that place. */
  readonly schema: ConfigSchema;
  /** The value at that place; `undefined` for none. */
  readonly found: unknown;
}

/** Levels of a value to check; deeper values pass. */
const DEPTH_LIMIT = 500;

/**
 * Refuses a value that does not have the type of an input.
 *
 * @param attempt the start of the message: `Cannot push to "levels"`
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

/**
 * Finds the first place at which a value does not fit; `undefined` if it fits. The time is proportional to the size of
 * a value that does not contain itself: no object is compared with the same named type twice.
 */
export function findValueMisfit(schema: ConfigSchema, value: unknown): ValueMisfit | undefined {
  return new Search(schema.$defs ?? {}).find(schema, value);
}

/**
 * The result for an object compared with a named type: where it does not fit, or that it `fits`. While `comparing`, the
 * object may be met again inside itself: it passes there, and is `assumed` to fit.
 */
type Known = ValueMisfit | "fits" | "comparing" | "assumed";

class Search {
  readonly #types: { readonly [name: string]: ConfigSchema };
  /** Results for objects, by reference to a type. */
  readonly #compared = new Map<string, Map<unknown, Known>>();
  #depth = 0;

  constructor(types: { readonly [name: string]: ConfigSchema }) {
    this.#types = types;
  }

  find(schema: ConfigSchema, value: unknown): ValueMisfit | undefined {
    if (this.#depth >= DEPTH_LIMIT) return undefined;
    this.#depth++;
    try {
      if (!fitsItself(schema, value)) return { path: [], schema, found: value };
      const misfit = schema.anyOf && this.#findInUnion(schema, schema.anyOf, value);
      if (misfit !== undefined) return misfit;
      if (schema.$ref !== undefined) return this.#findInType(schema.$ref, value);
      if (isList(value)) return this.#findInList(schema, value);
      return isObject(value) ? this.#findInObject(schema, value) : undefined;
    } finally {
      this.#depth--;
    }
  }

  /** Compares a value once with a type that contains itself. */
  #findInType(reference: string, value: unknown): ValueMisfit | undefined {
    const type = this.#typeOf(reference);
    if (typeof value !== "object" || value === null) return this.find(type, value);
    let compared = this.#compared.get(reference);
    if (compared === undefined) this.#compared.set(reference, compared = new Map());
    const known = compared.get(value);
    if (known === "comparing") compared.set(value, "assumed");
    if (known !== undefined) return typeof known === "string" ? undefined : known;
    compared.set(value, "comparing");
    const misfit = this.find(type, value);
    if (misfit !== undefined && compared.get(value) === "assumed") this.#forgetFits();
    compared.set(value, misfit ?? "fits");
    return misfit;
  }

  /** Forgets objects that fit, after an assumed object turned out not to fit: they may contain it. */
  #forgetFits(): void {
    for (const compared of this.#compared.values()) {
      for (const [value, known] of compared) if (known === "fits") compared.delete(value);
    }
  }

  /** Compares a value with the types of a union; constants tell which type the value is meant to have. */
  #findInUnion(union: ConfigSchema, types: readonly ConfigSchema[], value: unknown): ValueMisfit | undefined {
    const misfits: ValueMisfit[] = [];
    let meant: ValueMisfit | undefined;
    for (const each of types) {
      const tag = this.#readTag(each, value);
      const misfit = tag.wrong ?? this.find(each, value);
      if (misfit === undefined) return undefined;
      if (tag.isRight) meant ??= misfit;
      misfits.push(misfit);
    }
    return meant ?? closest(misfits) ?? { path: [], schema: union, found: value };
  }

  /** Compares the constants of a type with an object that has such keys: all are right, or the first wrong one. */
  #readTag(schema: ConfigSchema, value: unknown): { readonly isRight: boolean; readonly wrong?: ValueMisfit } {
    const { properties = {} } = schema.$ref === undefined ? schema : this.#typeOf(schema.$ref);
    let isRight = false;
    if (!isObject(value)) return { isRight };
    for (const [key, inner] of Object.entries(properties)) {
      if (inner.enum?.length !== 1) continue;
      const found = read(value, key);
      if (found === undefined) continue;
      if (!isEqual(inner.enum[0], found)) return { isRight: false, wrong: { path: [key], schema: inner, found } };
      isRight = true;
    }
    return { isRight };
  }

  #findInList({ prefixItems = [], items }: ConfigSchema, list: ArrayLike<unknown>): ValueMisfit | undefined {
    const end = items === undefined ? Math.min(prefixItems.length, list.length) : list.length;
    for (let i = 0; i < end; i++) {
      const misfit = this.#findAt(i, prefixItems[i] ?? items, list[i]);
      if (misfit !== undefined) return misfit;
    }
    return undefined;
  }

  #findInObject(
    { properties = {}, required = [], additionalProperties: others }: ConfigSchema,
    object: { readonly [key: string]: unknown },
  ): ValueMisfit | undefined {
    for (const key of Object.keys(properties)) {
      const inner = read(object, key);
      if (inner === undefined && !required.includes(key)) continue;
      const misfit = inner === undefined
        ? { path: [key], schema: properties[key], found: undefined }
        : this.#findAt(key, properties[key], inner);
      if (misfit !== undefined) return misfit;
    }
    if (typeof others !== "object") return undefined;
    for (const key of Object.keys(object)) {
      if (Object.hasOwn(properties, key) || object[key] === undefined) continue;
      const misfit = this.#findAt(key, others, object[key]);
      if (misfit !== undefined) return misfit;
    }
    return undefined;
  }

  #findAt(key: string | number, schema: ConfigSchema, value: unknown): ValueMisfit | undefined {
    const misfit = this.find(schema, value);
    return misfit && { ...misfit, path: [key, ...misfit.path] };
  }

  #typeOf(reference: string): ConfigSchema {
    return this.#types[reference.replace("#/$defs/", "")] ?? {};
  }
}

/**
 * Returns the deepest place that the types of a union lead to, if they agree on it; `undefined` if none leads into the
 * value.
 */
function closest(misfits: readonly ValueMisfit[]): ValueMisfit | undefined {
  const depth = Math.max(...misfits.map(({ path }) => path.length));
  const [first, ...others] = misfits.filter(({ path }) => path.length === depth);
  if (depth === 0 || others.some(({ path }) => !isEqual(path, first.path))) return undefined;
  const schemas = new Set([first, ...others].map(({ schema }) => schema));
  return schemas.size === 1 ? first : { ...first, schema: { anyOf: [...schemas] } };
}

/** Returns the value of an object's key. Getters of a class count, as in the view of a struct. */
function read(object: { readonly [key: string]: unknown }, key: string): unknown {
  return object[key] === Object.prototype[key as keyof object] ? undefined : object[key];
}

/** True if a value fits, apart from its parts and from unions. */
function fitsItself(schema: ConfigSchema, value: unknown): boolean {
  const { type, enum: choices, "x-type": name } = schema;
  if (name !== undefined && Object.prototype.toString.call(value) !== `[object ${name}]`) return false;
  if (type !== undefined && !hasType(type, value)) return false;
  if (choices !== undefined && !choices.some((each) => isEqual(each, value))) return false;
  if (typeof value === "number") return Number.isNaN(value) ? !hasRange(schema) : fitsNumber(schema, value);
  if (typeof value === "string") return fitsText(schema, value);
  return !isList(value) || isWithin(value.length, schema.minItems, schema.maxItems);
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

/** True for a list: a plain one, or a typed array. */
function isList(value: unknown): value is ArrayLike<unknown> {
  return Array.isArray(value) || (ArrayBuffer.isView(value) && !(value instanceof DataView));
}

function isObject(value: unknown): value is { readonly [key: string]: unknown } {
  return typeof value === "object" && value !== null && !isList(value);
}
