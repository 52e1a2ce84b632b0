/**
 * Reads the entries of a `sluice.json` for packages and plugins, whose node types join those of its own package: the
 * path of each, and its conditions. A **package** is part of the generated code; a **plugin** is found when the
 * registry is made.
 *
 * @module
 */
import { type Node, type ParseError, parseTree } from "jsonc-parser";
import { describeName } from "../errors/describe_value.ts";
import { kindOf } from "../errors/kind_of.ts";
import { listNames, nearestName } from "../errors.ts";
import { currentPlatform, type Platform, PLATFORMS } from "../descriptor/platform.ts";

/** One package or plugin. */
export interface RegistryEntry {
  /** The path of a generated module; for a package also a name that imports map; for a plugin a folder. */
  readonly from: string;
  /** `false`: ignores the entry. */
  readonly enabled: boolean;
  /** Names of packages that it requires. */
  readonly requires: readonly string[];
  /** The systems that it supports; absent for all. */
  readonly platforms?: readonly Platform[];
  /** Variables of the environment that must be set. */
  readonly env: readonly string[];
  /** Its offset in the text. */
  readonly offset: number;
}

/** A part of a text. */
export interface TextPart {
  readonly offset: number;
  readonly length: number;
}

/** Reports a fault of a part of the text. */
export type Refuse = (at: TextPart, message: string, mend: string) => void;

/** The key of an entry's path, by the key of the list. */
const PATH_KEYS = { packages: "from", plugins: "path" } as const;

/** The key of a list of entries. */
export type EntriesKey = keyof typeof PATH_KEYS;

const CONDITIONS = ["platforms", "env"];

/** The wanted values, in words. */
const TEXTS = "a text, or a list of texts, none of them empty";

/**
 * Reads the value of `packages` or `plugins`.
 *
 * @param list the list's node in the JSON
 * @returns the entries without a fault
 */
export function readEntries(key: EntriesKey, list: Node, refuse: Refuse): RegistryEntry[] {
  const pathKey = PATH_KEYS[key];
  const form = `a path, or { "${pathKey}": …, "enabled": …, "requires": […], "if": { … } }`;
  if (list.type !== "array") {
    refuse(list, `Cannot use "${key}": found ${found(list)}, wanted a list, each ${form}`, `write "${key}": ["./…"]`);
    return [];
  }
  return (list.children ?? []).flatMap((each): RegistryEntry | RegistryEntry[] => {
    if (isText(each)) return [{ from: each.value, enabled: true, requires: [], env: [], offset: each.offset }];
    if (each.type === "object") return readEntry(key, each, refuse) ?? [];
    refuse(each, `Cannot use ${found(each)} in "${key}": wanted ${form}`, "give the path of a generated module");
    return [];
  });
}

/**
 * Returns why an entry does not apply here.
 *
 * @param isSet true for a variable of the environment that is set
 * @returns `undefined` if the entry applies
 */
export function whyLeftOut(
  { enabled, platforms, env }: RegistryEntry,
  platform: Platform = currentPlatform(),
  isSet: (name: string) => boolean = isVariableSet,
): string | undefined {
  if (!enabled) return "it is not enabled";
  if (platforms !== undefined && !platforms.includes(platform)) {
    return `it is for ${platforms.join(" and ")}, and this is ${platform}`;
  }
  const missing = env.filter((name) => !isSet(name));
  return missing.length === 0
    ? undefined
    : `${listNames(missing)} of the environment ${plural(missing, "is", "are")} not set`;
}

/** Parses the JSON of a `sluice.json`. Comments and trailing commas are allowed. */
export function parseRegistryText(text: string): { readonly root: Node | undefined; readonly errorAt?: number } {
  const errors: ParseError[] = [];
  const root = parseTree(text, errors, { allowTrailingComma: true });
  return errors.length === 0 ? { root } : { root, errorAt: errors[0].offset };
}

function readEntry(key: EntriesKey, object: Node, refuse: Refuse): RegistryEntry | undefined {
  const pathKey = PATH_KEYS[key];
  const values = readKeys(`an entry of "${key}"`, object, [pathKey, "enabled", "requires", "if"], refuse);
  if (values === undefined) return undefined;
  const { [pathKey]: path, enabled, requires, if: condition } = values;
  if (path === undefined || !isText(path)) {
    const state = path === undefined ? `"${pathKey}" is missing` : `"${pathKey}" is ${found(path)}`;
    refuse(
      path ?? object,
      `Cannot use an entry of "${key}": ${state}, wanted a text that is not empty`,
      `add "${pathKey}": "./…"`,
    );
    return undefined;
  }
  if (enabled !== undefined && enabled.type !== "boolean") {
    refuse(
      enabled,
      `Cannot use "enabled" of "${path.value}": found ${found(enabled)}, wanted true or false`,
      "write true or false",
    );
    return undefined;
  }
  const required = readTexts("requires", path.value, requires, refuse);
  const when = readCondition(path.value, condition, refuse);
  if (required === undefined || when === undefined) return undefined;
  return { from: path.value, enabled: enabled?.value ?? true, requires: required, ...when, offset: object.offset };
}

function readCondition(
  owner: string,
  condition: Node | undefined,
  refuse: Refuse,
): Pick<RegistryEntry, "platforms" | "env"> | undefined {
  if (condition === undefined) return { env: [] };
  const fail = (at: Node, message: string, mend: string) => void refuse(at, `Cannot use ${message}`, mend);
  if (condition.type !== "object") {
    const wanted = `an object with ${listNames(CONDITIONS)}`;
    const mend = `write "if": { "platforms": ["linux"] }`;
    return fail(condition, `"if" of "${owner}": found ${found(condition)}, wanted ${wanted}`, mend);
  }
  const values = readKeys(`"if" of "${owner}"`, condition, CONDITIONS, refuse);
  if (values === undefined) return undefined;
  const env = readTexts("env", owner, values.env, refuse);
  const platforms = readTexts("platforms", owner, values.platforms, refuse);
  if (values.platforms !== undefined && platforms?.length === 0) {
    const wanted = `the list is empty, wanted some of ${listNames(PLATFORMS)}`;
    return fail(values.platforms, `"platforms" of "${owner}": ${wanted}`, 'name one, or set "enabled": false');
  }
  const unnamed = env?.find((each) => /[=\0]/.test(each));
  if (unnamed !== undefined) {
    const why = `as a variable of "${owner}": no name of one has "=" or NUL in it`;
    return fail(values.env, `${describeName(unnamed)} ${why}`, "write its name alone");
  }
  const strange = platforms?.find((each) => !PLATFORMS.includes(each as Platform));
  if (strange !== undefined) {
    const nearest = nearestName(strange, PLATFORMS);
    const mend = nearest === undefined ? "correct the name" : `write "${nearest}"`;
    const why = `as a platform of "${owner}": wanted ${listNames(PLATFORMS)}`;
    return fail(values.platforms, `${JSON.stringify(strange)} ${why}`, mend);
  }
  if (env === undefined || platforms === undefined) return undefined;
  return { env, ...(values.platforms !== undefined && { platforms: platforms as Platform[] }) };
}

/** Returns the values of an object's keys. @returns `undefined` for an unknown or duplicate key */
function readKeys(
  what: string,
  object: Node,
  known: readonly string[],
  refuse: Refuse,
): { readonly [key: string]: Node } | undefined {
  const values: Record<string, Node> = {};
  let isGood = true;
  for (const { children: [key, value] = [] } of object.children ?? []) {
    if (key === undefined || value === undefined) continue;
    const nearest = nearestName(key.value, known);
    if (!known.includes(key.value)) {
      refuse(
        key,
        `Cannot use key ${JSON.stringify(key.value)} of ${what}: it is not known; wanted ${listNames(known)}`,
        nearest === undefined ? "remove the key" : `write "${nearest}"`,
      );
      isGood = false;
    } else if (Object.hasOwn(values, key.value)) {
      refuse(key, `Cannot use key "${key.value}" of ${what}: it is there twice`, "remove one of the two");
      isGood = false;
    } else values[key.value] = value;
  }
  return isGood ? values : undefined;
}

/** Reads a text, or a list of texts. @returns `undefined` for any other value */
function readTexts(key: string, owner: string, value: Node | undefined, refuse: Refuse): string[] | undefined {
  if (value === undefined) return [];
  if (isText(value)) return [value.value];
  const texts = value.type === "array" ? value.children ?? [] : [value];
  const strange = texts.find((each) => !isText(each));
  if (strange === undefined) return texts.map((each) => each.value);
  refuse(
    strange,
    `Cannot use "${key}" of "${owner}": found ${found(strange)}, wanted ${TEXTS}`,
    `write "${key}": ["…"]`,
  );
  return undefined;
}

function isText(node: Node): boolean {
  return node.type === "string" && String(node.value).trim() !== "";
}

/** Describes a node in words. */
function found(node: Node): string {
  if (node.type === "array") return "a list";
  if (node.type === "object") return "an object";
  return node.value === "" ? "an empty text" : node.type === "string" ? JSON.stringify(node.value) : kindOf(node.value);
}

function isVariableSet(name: string): boolean {
  return (Deno.env.get(name) ?? "") !== "";
}

function plural(list: readonly unknown[], one: string, several: string): string {
  return list.length === 1 ? one : several;
}
