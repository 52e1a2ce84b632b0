/**
 * The rules for names of node types and their fields, and the check of a node type made by hand, which no generator has
 * checked.
 *
 * @module
 */
import { describeName, describeValue } from "../errors/describe_value.ts";
import { isPlainObject, kindOf } from "../errors/kind_of.ts";
import { assertChoice, assertKeys } from "../errors/option_check.ts";
import { didYouMean } from "../errors/suggestion.ts";
import { listNames, SluiceError, type SluiceErrorDetails } from "../errors.ts";
import { KIND_FACTS } from "../frames/kinds.ts";
import { isId } from "../ids.ts";

const TYPE_KEYS = ("type inputs outputs config load mode trigger lane priority cpus platforms className source " +
  "description doc category tags converts keeps delays usesEventLoop records stdout isAsync figures").split(" ");

const PORT_KEYS = ("kind type schema valueSchema struct channels generic array sizedBy dynamic named of elements " +
  "optional accepts gives burst doc").split(" ");

const CHOICES = {
  mode: ["push", "loop", "pull", "external"],
  trigger: ["any", "all"],
  lane: ["main", "worker"],
} as const;

/** Longest name of a node type, in characters. */
export const TYPE_NAME_LENGTH = 64;

/** The rule for the name of a node type, in words. */
export const TYPE_NAME_WANTED = 'words of lower-case letters and digits, joined by "-"';

const TYPE_NAME = /^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/;

/** Members that the runtime calls: a port or a configuration key of the same name would replace them. */
export const HOOKS: ReadonlySet<string> = new Set([
  "constructor",
  "setup",
  "process",
  "flush",
  "snapshot",
  "restore",
  "configChanged",
  "portsChanged",
  "teardown",
]);

/** The details of an error. */
type Details = Pick<SluiceErrorDetails, "key" | "port" | "available">;

/** The parts of a type, before they are checked. */
interface Parts {
  readonly [key: string]: unknown;
}

/** True if a value can be the name of a node type. */
export function isTypeName(value: unknown): value is string {
  return typeof value === "string" && value.length <= TYPE_NAME_LENGTH && TYPE_NAME.test(value);
}

/**
 * Refuses a value that does not describe a node type.
 *
 * @throws {SluiceError} `InvalidConfig`
 */
export function assertMadeType(made: unknown): void {
  assertKeys("Cannot make a node type", made as object, TYPE_KEYS);
  const { type, load, inputs, outputs, config, ...rest } = made as Parts;
  if (!isTypeName(type)) {
    const wanted = `${TYPE_NAME_WANTED}, of ${TYPE_NAME_LENGTH} characters at most, such as "my-node"`;
    throw refuse("Cannot make a node type", `"type" is ${describeName(type)}, wanted ${wanted}`, { key: "type" });
  }
  const what = `Cannot make node type "${type}"`;
  if (typeof load !== "function") {
    const wanted = "wanted a function that gives the class: () => import(…).then((module) => module.MyClass)";
    throw refuse(what, `"load" is ${kindOf(load)}, ${wanted}`, { key: "load" });
  }
  for (const [key, choices] of Object.entries(CHOICES)) assertChoice(what, key, rest[key], choices);
  const { figures = [] } = rest;
  if (!Array.isArray(figures) || !figures.every((name) => typeof name === "string")) {
    throw refuse(what, `"figures" is ${describeValue(figures)}, wanted a list of names`, { key: "figures" });
  }
  /** The use of each field name. */
  const fields = new Map<string, string>();
  for (const [name, port] of entriesOf(what, "inputs", inputs)) checkPort(what, "an input", name, port, fields);
  for (const [name, port] of entriesOf(what, "outputs", outputs)) checkPort(what, "an output", name, port, fields);
  for (const [key, schema] of entriesOf(what, "config", config)) {
    takeField(what, key, "a configuration key", { key }, fields);
    if (isPlainObject(schema)) continue;
    throw refuse(what, `configuration key "${key}" is ${kindOf(schema)}, wanted a JSON Schema`, { key });
  }
}

/**
 * Refuses a value that is not the class of a processor.
 *
 * @param loaded the result of the type's `load()`
 * @throws {SluiceError} `InvalidGraph`
 */
export function assertClass(type: string, loaded: unknown): void {
  if (typeof loaded === "function") return;
  throw new SluiceError(
    "InvalidGraph",
    `Cannot load node type "${type}": its load() gave ${kindOf(loaded)}, wanted the class of a processor`,
  );
}

function entriesOf(what: string, key: string, value: unknown): [string, unknown][] {
  if (value === undefined) return [];
  if (isPlainObject(value)) return Object.entries(value);
  throw refuse(what, `"${key}" is ${kindOf(value)}, wanted an object by name`, { key });
}

function checkPort(what: string, use: string, name: string, port: unknown, fields: Map<string, string>): void {
  if (!isId(name)) {
    const wanted = 'wanted 1 to 64 letters, digits, "_" or "-", starting with a letter or "_"';
    throw refuse(what, `${describeName(name)} is no name for ${use}; ${wanted}`, { port: name });
  }
  takeField(what, name, use, { port: name }, fields);
  const at = `${what}: port "${name}"`;
  if (!isPlainObject(port)) {
    throw refuse(at, `it is ${kindOf(port)}, wanted an object such as { kind: "audio" }`, { port: name });
  }
  assertKeys(at, port, PORT_KEYS);
  const { kind, array, burst } = port;
  const kinds = Object.keys(KIND_FACTS);
  if (!kinds.includes(kind as string)) {
    const guess = typeof kind === "string" ? didYouMean(kind, kinds) : "";
    const why = `its "kind" is ${describeValue(kind)}${guess}, wanted one of ${listNames(kinds)}`;
    throw refuse(at, why, { port: name, available: kinds });
  }
  for (const [key, count] of Object.entries({ array, burst })) {
    if (count === undefined || (Number.isInteger(count) && count as number >= 1)) continue;
    throw refuse(at, `its "${key}" is ${describeValue(count)}, wanted a whole number from 1`, { port: name });
  }
}

/** Refuses a name without a free field of the class. */
function takeField(what: string, name: string, use: string, details: Details, fields: Map<string, string>): void {
  if (HOOKS.has(name)) {
    throw refuse(what, `"${name}" is a method that the runtime calls; choose another name for ${use}`, details);
  }
  const other = fields.get(name);
  if (other !== undefined) {
    const why = `"${name}" is both ${other} and ${use}, and the class has one field of a name; rename one of them`;
    throw refuse(what, why, details);
  }
  fields.set(name, use);
}

function refuse(what: string, why: string, details: Details): SluiceError {
  return new SluiceError("InvalidConfig", `${what}: ${why}`, details);
}
