/**
 * Checks a node's configuration against the schema in its descriptor, and describes each fault in one line. Used when a
 * node is added, when a live key is set, when a graph file is read, and for `--set`.
 *
 * Does not add defaults: an absent key keeps the value that the class gives it.
 *
 * @module
 */
import { describeThrown } from "../errors/thrown.ts";
import { isPlainObject, kindOf } from "../errors/kind_of.ts";
import { describeValue } from "../errors/describe_value.ts";
import { parseDuration } from "../duration.ts";
import { SluiceError } from "../errors.ts";
import type { ConfigObjectSchema, ConfigSchema, NodeDescriptor } from "./descriptor.ts";
import { didYouMean, listSome } from "../errors/suggestion.ts";
import { findMisfits, type Misfit } from "./schema_fit.ts";

/** Most problems to report one by one. */
const PROBLEM_LIMIT = 20;

/** Most choices that a message lists. */
const CHOICE_LIMIT = 24;
/** Longest text to repeat as an example. */
const EXAMPLE_LIMIT = 80;

/** One fault of a configuration. */
export interface ConfigProblem {
  /** Key, or keys and list indices from the top down, of the wrong value; for a missing key, the key. */
  readonly path: readonly (string | number)[];
  /** `path` joined by dots. */
  readonly key: string;
  /** `unknown`: the key is not in the schema. `missing`: it is required. `value`: its value is not allowed. */
  readonly kind: "unknown" | "missing" | "value";
  /** One line for people, without a full stop. */
  readonly message: string;
  /** For `unknown`: the known keys. */
  readonly available?: readonly string[];
}

/** A configuration that a node type refuses. */
export class ConfigError extends SluiceError {
  /** All its faults; the message reports the first. */
  readonly problems: readonly ConfigProblem[];

  /**
   * @param where the start of messages
   * @param more the number of problems that are not in `problems`
   */
  constructor(where: string, problems: readonly ConfigProblem[], more: number, nodeId: string) {
    const [{ message, key, available }] = problems;
    const others = problems.length - 1 + more;
    super("InvalidConfig", `${message}${others === 0 ? "" : ` (and ${others} more)`}`, { nodeId, key, available });
    this.problems = more === 0 ? problems : [...problems, unlisted(where, more)];
  }
}

const withDurations = new WeakMap<ConfigSchema, boolean>();

/**
 * Compares values with a schema. A key whose value is `undefined` counts as absent; `NaN` and infinities are refused.
 *
 * @param where the start of messages: `Cannot configure node "g" (gain)`
 * @returns the problems, in the order of the schema; empty if there are none. At most 20 problems, and one that counts
 * the others
 */
export function checkConfig(
  schema: ConfigObjectSchema,
  values: { readonly [key: string]: unknown },
  where: string,
): ConfigProblem[] {
  const { problems, more } = findProblems(schema, values, where);
  return more === 0 ? problems : [...problems, unlisted(where, more)];
}

/** Returns a problem that counts the others. */
function unlisted(where: string, more: number): ConfigProblem {
  const message = `${where}: ${more === 1 ? "1 more problem is" : `${more} more problems are`} not listed`;
  return { path: [], key: "", kind: "value", message };
}

/** Returns the first problems, and the number of the others. */
function findProblems(
  schema: ConfigObjectSchema,
  given: { readonly [key: string]: unknown },
  where: string,
  mayRefer = true,
): { problems: ConfigProblem[]; more: number } {
  const problems: ConfigProblem[] = [];
  let more = 0;
  const tell = (misfit: Misfit) => {
    if (problems.length < PROBLEM_LIMIT) problems.push(toProblem(misfit, where));
    else more++;
  };
  findMisfits(schema, convertDurations(schema, given), tell, mayRefer);
  return { problems, more };
}

/**
 * Refuses a configuration that does not fit a node type.
 *
 * @param nodeId the node's id, for the message
 * @returns the values for the class: durations are numbers in the unit of their key
 * @throws {ConfigError} with the first problem and the number of further ones in its message
 */
export function assertConfig(
  descriptor: NodeDescriptor,
  nodeId: string,
  values: { readonly [key: string]: unknown },
): Record<string, unknown> {
  return assertValues(
    descriptor.config,
    values,
    `Cannot configure node "${nodeId}" (${descriptor.type})`,
    nodeId,
    true,
  );
}

/**
 * Refuses values that do not fit the schema of an object.
 *
 * @param where the start of messages
 * @param mayRefer true if a reference to the environment fits any text
 * @returns as {@linkcode assertConfig}
 * @throws {ConfigError} as {@linkcode assertConfig}
 */
export function assertValues(
  schema: ConfigObjectSchema,
  values: { readonly [key: string]: unknown },
  where: string,
  nodeId: string,
  mayRefer: boolean,
): Record<string, unknown> {
  const { problems, more } = findProblems(schema, values, where, mayRefer);
  if (problems.length === 0) return { ...convertDurations(schema, values) as Record<string, unknown> };
  throw new ConfigError(where, problems, more, nodeId);
}

/**
 * Converts the text after `--set node.key=` into a value of the type in the schema. Returns text that cannot be
 * converted unchanged, for {@linkcode checkConfig} to refuse.
 *
 * @param key a top-level key of the configuration
 */
export function coerceSetting(schema: ConfigObjectSchema, key: string, text: string): unknown {
  const wanted = Object.hasOwn(schema.properties, key) ? schema.properties[key] : undefined;
  return wanted === undefined ? text : coerce(wanted, text);
}

/** Describes a schema in words: `a number from -60 to 24 dB`. */
export function describeSchema(schema: ConfigSchema): string {
  if (schema.enum !== undefined) {
    const choices = schema.enum.slice(0, CHOICE_LIMIT).map(describeValue);
    if (schema.enum.length > CHOICE_LIMIT) choices.push(`and ${schema.enum.length - CHOICE_LIMIT} more`);
    return choices.length === 1 ? choices[0] : `one of ${choices.join(", ")}`;
  }
  if (schema["x-type"] !== undefined) return articled(schema["x-type"]);
  if (schema.$ref !== undefined) return articled(schema.$ref.slice(schema.$ref.lastIndexOf("/") + 1));
  if (schema["x-duration"] !== undefined) {
    const number = { ...schema.anyOf?.[0], "x-unit": schema["x-duration"] };
    return `${describeSchema(number)}, or text such as "1.5 s"`;
  }
  if (schema.anyOf !== undefined) return schema.anyOf.map(describeSchema).join(" or ");
  switch (schema.type) {
    case "number":
      return `a number${describeRange(schema)}`;
    case "integer":
      return `a whole number${describeRange(schema)}`;
    case "boolean":
      return "true or false";
    case "null":
      return "null";
    case "string": {
      const pattern = schema.pattern === undefined ? "" : ` matching /${schema.pattern}/`;
      if (schema.minLength === 1 && schema.maxLength === undefined) return `a non-empty string${pattern}`;
      return `a string${describeCount(schema.minLength, schema.maxLength, "character")}${pattern}`;
    }
    case "array": {
      const items = schema.items === undefined ? "" : `, each ${describeSchema(schema.items)}`;
      return `a list${describeCount(schema.minItems, schema.maxItems, "value")}${items}`;
    }
    case "object": {
      const keys = Object.keys(schema.properties ?? {});
      return keys.length === 0 ? "an object" : `an object with ${listSome(keys)}`;
    }
    default:
      return "any value";
  }
}

/** Converts durations in text into numbers. Other text stays, for the schema to refuse. */
export function convertDurations(schema: ConfigSchema, value: unknown): unknown {
  const unit = schema["x-duration"];
  if (unit !== undefined) return typeof value === "string" ? parseDuration(value, unit) ?? value : value;
  if (!hasDurations(schema) || typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map((each) => convertDurations(schema.items ?? {}, each));
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => {
      const properties = schema.properties ?? {};
      const inner = Object.hasOwn(properties, key) ? properties[key] : schema.additionalProperties;
      return [key, typeof inner === "object" ? convertDurations(inner, each) : each];
    }),
  );
}

function hasDurations(schema: ConfigSchema): boolean {
  const known = withDurations.get(schema);
  if (known !== undefined) return known;
  const { properties = {}, items, additionalProperties: others } = schema;
  const inner = [...Object.values(properties), ...[items, others].filter((each) => typeof each === "object")];
  const found = schema["x-duration"] !== undefined || inner.some(hasDurations);
  withDurations.set(schema, found);
  return found;
}

function toProblem({ path, kind, schema, value }: Misfit, where: string): ConfigProblem {
  const key = path.join(".");
  const name = String(path.at(-1));
  const keys = schema.properties ?? {};
  if (kind === "unknown") {
    const known = Object.keys(keys);
    const message = `${where}: unknown key ${describeValue(key)}${didYouMean(name.split(".")[0], known)}; available: ${
      listSome(known)
    }`;
    return { path, key, kind, message, available: known };
  }
  if (kind === "missing") {
    const message = `${where}: ${describeValue(key)} is missing, wanted ${describeSchema(keys[name] ?? {})}`;
    return { path, key, kind, message };
  }
  const subject = path.length === 0 ? "the configuration" : describeValue(key);
  const message = `${where}: ${subject} is ${describeValue(value)}, wanted ${describeSchema(schema)}${
    exampleOf(schema, value)
  }`;
  return { path, key, kind, message };
}

/** Shows how to write words in one string as a list of strings. */
function exampleOf({ type, items }: ConfigSchema, value: unknown): string {
  if (type !== "array" || items?.type !== "string" || typeof value !== "string") return "";
  const words = value.trim().split(/\s+/);
  const isShort = value.length <= EXAMPLE_LIMIT && words[0] !== "" && !/["'\\[\]]/.test(value);
  return `, such as ${JSON.stringify(isShort ? words : ["one", "two"])}`;
}

/** Returns the name of a type with its article. */
function articled(name: string): string {
  return name === "Undefined" ? "undefined" : `${/^[AEIO]/.test(name) ? "an" : "a"} ${name}`;
}

function describeRange(schema: ConfigSchema): string {
  const { minimum, maximum, exclusiveMinimum: above, exclusiveMaximum: below, multipleOf } = schema;
  const unit = schema["x-unit"] === undefined ? "" : ` ${schema["x-unit"]}`;
  const parts: string[] = [];
  if (minimum !== undefined && maximum !== undefined) parts.push(`from ${minimum} to ${maximum}`);
  else if (minimum !== undefined) parts.push(`of at least ${minimum}`);
  else if (maximum !== undefined) parts.push(`of at most ${maximum}`);
  if (above !== undefined) parts.push(`above ${above}`);
  if (below !== undefined) parts.push(`below ${below}`);
  const range = parts.length > 0 ? ` ${parts.join(" and ")}${unit}` : unit && ` in${unit}`;
  return multipleOf === undefined ? range : `${range}, a multiple of ${multipleOf}`;
}

function describeCount(least: number | undefined, most: number | undefined, unit: string): string {
  const plural = (n: number) => `${n} ${unit}${n === 1 ? "" : "s"}`;
  if (least !== undefined && most !== undefined) {
    return least === most ? ` of ${plural(least)}` : ` of ${least} to ${plural(most)}`;
  }
  if (most !== undefined) return ` of at most ${plural(most)}`;
  return least === undefined || least === 0 ? "" : ` of at least ${plural(least)}`;
}

function coerce(schema: ConfigSchema, text: string): unknown {
  if (schema.enum !== undefined) return schema.enum.find((value) => String(value) === text) ?? text;
  if (schema.type === "string") return text;
  if (schema.anyOf?.some((each) => each.type === "string" && each.enum === undefined)) {
    const value = parseJson(text);
    return typeof value === "object" && value !== null ? text : value;
  }
  return parseJson(text);
}

/** Parses JSON; returns other text unchanged. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/**
 * Copies a configuration, whose values are not yet checked.
 *
 * @param given the caller's value
 * @throws {SluiceError} `InvalidConfig` if the value is not a plain object, has keys that are symbols, or a key cannot
 * be read
 */
export function ownConfig(descriptor: NodeDescriptor, nodeId: string, given: unknown): Record<string, unknown> {
  const refuse = (found: string, key?: string, cause?: unknown): SluiceError =>
    new SluiceError("InvalidConfig", `Cannot configure node "${nodeId}" (${descriptor.type}): ${found}`, {
      nodeId,
      key,
      cause,
    });
  const values: [string, unknown][] = [];
  let kind: string | undefined;
  let symbol: symbol | undefined;
  let read: string | undefined;
  try {
    if (!isPlainObject(given)) kind = kindOf(given);
    for (const key of kind === undefined ? Reflect.ownKeys(given as object) : []) {
      if (typeof key === "symbol") {
        symbol = key;
        break;
      }
      read = key;
      values.push([key, (given as Record<string, unknown>)[key]]);
    }
  } catch (cause) {
    const what = read === undefined ? "the configuration" : `"${read}"`;
    throw refuse(`${what} cannot be read: ${describeThrown(cause).message}`, read, cause);
  }
  if (kind !== undefined) throw refuse(`the configuration is ${kind}, wanted a plain object of keys and values`);
  if (symbol !== undefined) throw refuse(`found the key ${String(symbol)}, wanted keys that are text`);
  return Object.fromEntries(values);
}
