/**
 * Reads `plugin.toml`, the description of a plugin in its folder.
 *
 * @module
 */
import { join, normalize } from "node:path";
import { parse, TomlError } from "smol-toml";
import { describeValue } from "../errors/describe_value.ts";
import { didYouMean, listSome } from "../errors/suggestion.ts";
import { otherThanFile } from "../registry/file_kind.ts";

/** The file in a plugin's folder. */
export const MANIFEST = "plugin.toml";

/** Most bytes of a `plugin.toml`. */
const MAX_BYTES = 256 * 1_024;

/** The contents of a `plugin.toml`. */
export interface PluginManifest {
  /** The plugin's name. */
  readonly name: string;
  /** Its version. */
  readonly version: string;
  /** The author. */
  readonly author?: string;
  /** Its licence, as an SPDX expression. */
  readonly licence?: string;
  /**
   * Its library, relative to the folder; without the system's prefix and ending if it has the system's usual name. A
   * plugin has this or `python`.
   */
  readonly library?: string;
  /** Its nodes in Python: a file or folder, relative to the folder, or the name of a module. */
  readonly python?: string;
  /** The Python interpreter: a path relative to the folder, such as `.venv/bin/python`, or a command. */
  readonly interpreter?: string;
  /** The classes of its nodes in Python; absent: all that are decorated. */
  readonly classes?: readonly string[];
  /** The ids of the stages that it must have. Absent: any. */
  readonly stages?: readonly string[];
  /** The module that shows its nodes on the page, relative to the folder; its name ends in `.js`. */
  readonly panel?: string;
  /** The lowest version of the plugin interface that it supports, such as `1.0`. */
  readonly requires?: string;
  /** `false` leaves the plugin out. */
  readonly enabled: boolean;
}

const KINDS: { readonly [K in keyof Required<PluginManifest>]: "text" | "texts" | "truth" } = {
  name: "text",
  version: "text",
  author: "text",
  licence: "text",
  library: "text",
  python: "text",
  interpreter: "text",
  classes: "texts",
  stages: "texts",
  panel: "text",
  requires: "text",
  enabled: "truth",
};

const WANTED = { text: "a text that is not empty", texts: "a list of texts", truth: "true or false" } as const;

/** The result of reading a `plugin.toml`. */
export interface ReadManifest {
  /** Its contents; absent if it has a fault. */
  readonly manifest?: PluginManifest;
  /** Its library, if readable despite faults of other keys. */
  readonly library?: string;
  /** All its faults, each as a clause. */
  readonly problems: readonly string[];
}

/**
 * Reads the file `plugin.toml`, whatever is at its path: reports all but a regular file of limited size with UTF-8 text as
 * a fault.
 */
export function readManifestFile(path: string): ReadManifest {
  const other = otherThanFile(path);
  if (other !== undefined) return { problems: [`it is ${other}, wanted a regular file`] };
  const { size } = Deno.statSync(path);
  if (size > MAX_BYTES) {
    return { problems: [`it has ${size} bytes, and may have ${MAX_BYTES}: is it the right file?`] };
  }
  const bytes = Deno.readFileSync(path);
  try {
    return readManifest(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (cause) {
    if (!(cause instanceof TypeError)) throw cause;
    return { problems: ["its text is not UTF-8; save it as UTF-8"] };
  }
}

/** Reads the text of a `plugin.toml`. */
export function readManifest(text: string): ReadManifest {
  const parsed = parseToml(text);
  if (typeof parsed === "string") return { problems: [parsed] };
  const values: Record<string, unknown> = { enabled: true, ...parsed };
  const missing = ["name", "version"].filter((key) => values[key] === undefined);
  const problems = [
    ...Object.entries(values).flatMap(([key, value]) => findFault(key, value) ?? []),
    ...missing.map((key) => `"${key}" is missing`),
    ...findCodeFault(values),
  ];
  if (problems.length === 0) {
    const manifest = values as unknown as PluginManifest;
    return { manifest, library: manifest.library, problems };
  }
  const { library } = values;
  const isGood = typeof library === "string" && findFault("library", library) === undefined;
  return { ...(isGood && { library }), problems };
}

/** Returns the fault of the keys that say where the code is. */
function findCodeFault({ library, python, interpreter, classes }: Record<string, unknown>): string[] {
  if (library === undefined && python === undefined) return ['"library" is missing; a plugin in Python has "python"'];
  if (library !== undefined && python !== undefined) return ['it has "library" and "python", wanted one of them'];
  if (python !== undefined) return [];
  const strange = interpreter !== undefined ? "interpreter" : classes !== undefined ? "classes" : undefined;
  return strange === undefined
    ? []
    : [`"${strange}" is for plugins in Python, which have "python" in place of "library"`];
}

/** Returns the fault of a key's value. */
function findFault(key: string, value: unknown): string | undefined {
  const known = Object.keys(KINDS);
  if (!Object.hasOwn(KINDS, key)) {
    return `unknown key "${key}"${didYouMean(key, known)}; available: ${listSome(known)}`;
  }
  const kind = KINDS[key as keyof PluginManifest];
  if (!isKind(value, kind)) return `"${key}" is ${describeValue(value)}, wanted ${WANTED[kind]}`;
  if (key === "requires" && !/^\d{1,5}\.\d{1,5}$/.test(value as string)) {
    return `"requires" is "${value}", wanted a version of the interface, such as "1.0"`;
  }
  // A plugin in Python may be the folder itself.
  if (key === "python" && value === ".") return undefined;
  if ((key === "library" || key === "panel" || key === "python") && !staysInside(value as string)) {
    return `"${key}" is "${value}", wanted a path inside the plugin's folder`;
  }
  if (key === "panel" && !/\.m?js$/.test(value as string)) {
    return `"panel" is "${value}", wanted a module in JavaScript, such as "panel.js"`;
  }
  return undefined;
}

/** Returns the values by key, or the fault of the text. */
function parseToml(text: string): Record<string, unknown> | string {
  try {
    return parse(text);
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    const [what] = error.message.replace(/^Invalid TOML document: /, "").split("\n");
    return `line ${error.line}, column ${error.column}: ${what}`;
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
