/**
 * `sluice.json`: which files the generator reads and what it writes.
 *
 * @module
 */
import { posix } from "node:path";
import { type Node, type ParseError, parseTree, printParseErrorCode } from "jsonc-parser";
import { describeValue } from "../core/errors/describe_value.ts";
import { listNames, nearestName } from "../core/errors.ts";
import { type EntriesKey, readEntries, type RegistryEntry } from "../core/registry/registry_entries.ts";
import { type Diagnostic, diagnosticAt } from "./diagnostics.ts";
import { findDeepBracket, JSON_NESTING_LIMIT } from "./json_nesting.ts";
import { findGlobProblem } from "./files/glob.ts";

/** The content of `sluice.json`. Paths and globs are relative to its folder. */
export interface GeneratorConfig {
  /** Globs of the files to read; none in a file that only lists packages and plugins. `*_test.ts`, `*.d.ts` and `*.gen.ts` are never read. */
  readonly include: readonly string[];
  /** Globs of files to leave out. */
  readonly exclude: readonly string[];
  /** The package's name, as error messages show it. */
  readonly name: string;
  /** Import specifier of the runtime: `@sluice/sluice`, or a path that starts with `./` or `../`. */
  readonly runtime: string;
  /** Generated modules of other packages, whose node types join this package's: those that are enabled. */
  readonly packages?: readonly string[];
  /** What is registered beside the packages where a registry is made; the schema for graph files knows it. */
  readonly plugins?: readonly RegistryEntry[];
  /** The Python interpreter of plugins that name none: a path such as `.venv/bin/python`, or a command. */
  readonly python?: string;
  /** File for the Rust twins of the structs; ends in `.rs`. Absent: no file is written. */
  readonly rust?: string;
  /** The generated module; ends in `.gen.ts`. */
  readonly output: string;
  /** The JSON Schema for graph files; ends in `.json`. */
  readonly schema: string;
}

const DEFAULTS: Partial<GeneratorConfig> = {
  exclude: [],
  runtime: "@sluice/sluice",
  output: "sluice.gen.ts",
  schema: "sluice.schema.json",
};

const KEYS: { readonly [K in keyof Required<GeneratorConfig>]: "text" | "list" | "entries" } = {
  include: "list",
  exclude: "list",
  name: "text",
  runtime: "text",
  packages: "entries",
  plugins: "entries",
  python: "text",
  rust: "text",
  output: "text",
  schema: "text",
};

/** The format of a key's text, and its description. */
const FORMS: { readonly [key: string]: { readonly form: RegExp; readonly wanted: string; readonly mend: string } } = {
  name: {
    form: /^(?:@[\w.~-]{1,100}\/)?[\w.~-]{1,100}$/,
    wanted: `a package's name: letters, digits, ".", "_" and "-", with "@scope/" before it or without`,
    mend: `write "@scope/package"`,
  },
  runtime: {
    // deno-lint-ignore no-control-regex
    form: /^(?:(?:\.\.?\/|\/|[A-Za-z]:[\\/]|(?:https?|file|jsr|npm):)[^"'`;<>\x00-\x1f]+|@?[\w.~-]+(?:\/[\w.@~-]+)*)$/,
    wanted: "what an import can name",
    mend: `write "@sluice/sluice", or a path that starts with "./" or "../"`,
  },
};

/**
 * Reads the text of a `sluice.json`. Comments and trailing commas are allowed.
 *
 * @param file the file's name in diagnostics
 * @returns the configuration with defaults filled in, or its errors
 */
export function parseConfig(file: string, text: string): { config?: GeneratorConfig; diagnostics: Diagnostic[] } {
  text = text.replace(/^\uFEFF/, "");
  const diagnostics: Diagnostic[] = [];
  const refuse = (node: { offset: number; length: number }, message: string, mend: string) =>
    void diagnostics.push(diagnosticAt(file, text, node.offset, node.offset + node.length, message, mend));
  const deep = findDeepBracket(text);
  if (deep !== undefined) {
    const found = `it is nested more than ${JSON_NESTING_LIMIT} levels deep`;
    refuse({ offset: deep, length: 1 }, `Cannot read ${file} as JSON: ${found}`, "remove the inner brackets");
    return { diagnostics };
  }
  const errors: ParseError[] = [];
  const root = parseTree(text, errors, { allowTrailingComma: true });

  if (errors.length > 0 || root === undefined) {
    const at = errors[0] ?? { offset: 0, length: 1, error: 0 };
    const problem = printParseErrorCode(at.error).replace(/(?!^)[A-Z]/g, (letter) => ` ${letter}`).toLowerCase();
    refuse(
      at,
      `Cannot read ${file} as JSON: ${text.trim() === "" ? "the file is empty" : problem}`,
      "correct the syntax",
    );
    return { diagnostics };
  }
  if (root.type !== "object") {
    refuse(
      root,
      `Cannot use ${file}: found ${root.type}, wanted an object`,
      `write { "include": ["**/*.ts"], "name": … }`,
    );
    return { diagnostics };
  }

  const values: Record<string, unknown> = { ...DEFAULTS };
  const given = new Set<string>();
  for (const property of root.children ?? []) {
    const [key, value] = property.children ?? [];
    if (key === undefined || value === undefined) continue;
    const name = String(key.value);
    if (name === "$schema") continue;
    if (!Object.hasOwn(KEYS, name)) {
      const nearest = nearestName(name, Object.keys(KEYS));
      refuse(
        key,
        `Cannot use key "${name}" in ${file}: it is not known; wanted ${listNames(Object.keys(KEYS))}`,
        nearest === undefined ? "remove the key" : `write "${nearest}"`,
      );
      continue;
    }
    if (given.has(name)) {
      refuse(key, `Cannot use key "${name}" in ${file}: it is there twice`, "remove one of the two");
      continue;
    }
    given.add(name);
    const wanted = KEYS[name as keyof GeneratorConfig];
    if (wanted === "entries") {
      const entries = readEntries(name as EntriesKey, value, refuse);
      values[name] = name === "plugins" ? entries : entries.filter((each) => each.enabled).map(({ from }) => from);
      continue;
    }
    if (wanted === "text" ? !isText(value) : !(value.type === "array" && (value.children ?? []).every(isText))) {
      const shape = wanted === "text" ? "a string that is not empty" : "a list of strings that are not empty";
      refuse(value, `Cannot use "${name}" in ${file}: wanted ${shape}`, `give "${name}" as ${shape}`);
      continue;
    }
    checkValue(file, name, value, refuse);
    values[name] = wanted === "text" ? value.value : (value.children ?? []).map((each) => String(each.value));
  }

  // A file that only lists packages and plugins has no classes.
  if (given.has("packages") || given.has("plugins")) values.include ??= [];
  for (const name of ["include", "name"]) {
    if (values[name] === undefined && diagnostics.length === 0) {
      refuse(
        { offset: root.offset, length: 1 },
        `Cannot use ${file}: "${name}" is missing`,
        name === "include" ? `add "include": ["processors/**/*.ts"]` : `add "name": "@scope/package"`,
      );
    }
  }
  checkEnding(root, "output", ".gen.ts", values, refuse);
  checkEnding(root, "schema", ".json", values, refuse);
  checkEnding(root, "rust", ".rs", values, refuse);
  if (diagnostics.length > 0) return { diagnostics };
  return { config: values as unknown as GeneratorConfig, diagnostics };
}

function isText(node: Node): boolean {
  return node.type === "string" && String(node.value).trim() !== "";
}

/** Checks the value of a key that has the right type. */
function checkValue(
  file: string,
  name: string,
  value: Node,
  refuse: (node: Node, message: string, mend: string) => void,
): void {
  const form = FORMS[name];
  if (form !== undefined && !form.form.test(value.value)) {
    refuse(value, `Cannot use ${describeValue(value.value)} as "${name}": wanted ${form.wanted}`, form.mend);
  }
  if (name !== "include" && name !== "exclude") return;
  const globs = value.children ?? [];
  if (name === "include" && globs.length === 0) {
    refuse(value, `Cannot use "include" in ${file}: the list is empty, wanted a glob`, `write ["**/*.ts"]`);
  }
  for (const each of globs) {
    const problem = findGlobProblem(each.value);
    if (problem === undefined) continue;
    refuse(each, `Cannot use ${describeValue(each.value)} in "${name}": ${problem.reason}`, problem.mend);
  }
}

function checkEnding(
  root: Node,
  name: "output" | "schema" | "rust",
  ending: string,
  values: Record<string, unknown>,
  refuse: (node: Node, message: string, mend: string) => void,
): void {
  const value = values[name];
  const node = root.children?.find((each) => each.children?.[0].value === name)?.children?.[1];
  if (typeof value !== "string" || node === undefined) return;
  // deno-lint-ignore no-control-regex
  if (/[\x00-\x1f]/.test(value)) {
    refuse(node, `Cannot write ${JSON.stringify(value)}: the path holds a control character`, "remove the character");
  } else if (/^(?:\/|[A-Za-z]:|\.\.(?:\/|$))/.test(posix.normalize(value.replaceAll("\\", "/")))) {
    refuse(node, `Cannot write "${value}": it is not inside the folder of the configuration`, "name a file inside it");
  } else if (!value.endsWith(ending)) {
    refuse(node, `Cannot write "${value}": "${name}" must end in "${ending}"`, `name a file that ends in "${ending}"`);
  }
}
