/**
 * `plugin.toml`: what a plugin's folder says of the plugin.
 *
 * @module
 */
import { join, normalize } from "node:path";
import { parse, TomlError } from "smol-toml";
import { describeValue } from "../errors/describe_value.ts";
import { didYouMean, listSome } from "../errors/suggestion.ts";

/** The file in a plugin's folder. */
export const MANIFEST = "plugin.toml";

/** What a `plugin.toml` says. */
export interface PluginManifest {
  /** The plugin's name. */
  readonly name: string;
  /** Its version. */
  readonly version: string;
  /** Who has made it. */
  readonly author?: string;
  /** Its licence, as an SPDX expression. */
  readonly licence?: string;
  /** Its library, relative to the folder; without an ending where it is named as the system does. */
  readonly library: string;
  /** The ids of the stages that it has to have. Absent: any. */
  readonly stages?: readonly string[];
  /** A module with panels for the page, relative to the folder. */
  readonly panel?: string;
  /** The lowest version of the interface of plugins that it can do with, such as `1.0`. */
  readonly requires?: string;
  /** `false` leaves it out. */
  readonly enabled: boolean;
}

const KINDS: { readonly [K in keyof Required<PluginManifest>]: "text" | "texts" | "truth" } = {
  name: "text",
  version: "text",
  author: "text",
  licence: "text",
  library: "text",
  stages: "texts",
  panel: "text",
  requires: "text",
  enabled: "truth",
};

const WANTED = { text: "a text that is not empty", texts: "a list of texts", truth: "true or false" } as const;

/**
 * Reads the text of a `plugin.toml`.
 *
 * @throws {RangeError} with what is wrong with it, as a clause
 */
export function parseManifest(text: string): PluginManifest {
  const values: Record<string, unknown> = { enabled: true, ...parseToml(text) };
  const known = Object.keys(KINDS);
  for (const [key, value] of Object.entries(values)) {
    if (!Object.hasOwn(KINDS, key)) {
      throw new RangeError(`unknown key "${key}"${didYouMean(key, known)}; available: ${listSome(known)}`);
    }
    const kind = KINDS[key as keyof PluginManifest];
    if (!isKind(value, kind)) throw new RangeError(`"${key}" is ${describeValue(value)}, wanted ${WANTED[kind]}`);
  }
  for (const key of ["name", "version", "library"]) {
    if (values[key] === undefined) throw new RangeError(`"${key}" is missing`);
  }
  if (typeof values.requires === "string" && !/^\d{1,5}\.\d{1,5}$/.test(values.requires)) {
    throw new RangeError(`"requires" is "${values.requires}", wanted a version of the interface, such as "1.0"`);
  }
  for (const key of ["library", "panel"]) {
    const path = values[key];
    if (typeof path === "string" && !staysInside(path)) {
      throw new RangeError(`"${key}" is "${path}", wanted a path inside the plugin's folder`);
    }
  }
  return values as unknown as PluginManifest;
}

function parseToml(text: string): Record<string, unknown> {
  try {
    return parse(text);
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    const [what] = error.message.replace(/^Invalid TOML document: /, "").split("\n");
    throw new RangeError(`line ${error.line}, column ${error.column}: ${what}`);
  }
}

function isKind(value: unknown, kind: "text" | "texts" | "truth"): boolean {
  if (kind === "truth") return typeof value === "boolean";
  const isText = (each: unknown) => typeof each === "string" && each !== "";
  return kind === "text" ? isText(value) : Array.isArray(value) && value.every(isText);
}

function staysInside(path: string): boolean {
  return !normalize(join("/a/b", path)).includes("\0") && normalize(join("/a/b", path)).startsWith("/a/b/") &&
    !/^([\\/]|[A-Za-z]:)/.test(path);
}
