/**
 * `sluice nodes list` and `sluice nodes info`: the known node types.
 *
 * @module
 */
import { describeSchema } from "../../core/descriptor/config_check.ts";
import { describeValue } from "../../core/errors/describe_value.ts";
import { SluiceError } from "../../core/errors.ts";
import { type ConfigSchema, isList, type PortDescriptor } from "../../core/descriptor/descriptor.ts";
import type { NodeMetadata, NodeRegistry } from "../../core/registry/node_registry.ts";
import { typesFor } from "../../core/registry/type_search.ts";
import type { InfoArgs, ListArgs } from "../args.ts";
import { escapeControls } from "../../core/log.ts";
import { EXIT } from "../output/failure.ts";
import type { Io } from "../output/output.ts";
import { describeLeftOut } from "../../core/graph/registry_file.ts";
import { explainUnknownTypes, type KnownTypes, loadTypes, warnOfStaleCode } from "../project/packages.ts";
import { renderTable } from "../output/table.ts";

const INDENT = "  ";

/** The names of the packages of what comes with Sluice. */
const OWN_PACKAGES: readonly string[] = ["@sluice/sluice", "@sluice/sluice/stages"];

/** A node type with where it comes from. */
interface ListedType extends NodeMetadata {
  /** What it is made of: a class, or a stage of the native library. */
  readonly language: "TypeScript" | "native" | "Python";
}

/**
 * @returns the exit code
 * @throws {SluiceError} `NodeTypeNotFound` if no type is for the word
 */
export async function listCommand(args: ListArgs, io: Io): Promise<number> {
  const { registry, leftOut } = await loadTypes(args);
  await warnOfStaleCode(registry, args);
  const all = registry.list().map(({ descriptor }) => listedType(registry, descriptor.type));
  const { types, advice } = args.word === undefined ? { types: all } : typesFor(args.word, all);
  // The error says what is like it.
  if (args.word !== undefined && types.length === 0 && advice === undefined) registry.get(args.word);
  if (args.json) { for (const each of types) io.stdout.line(JSON.stringify(each)); }
  else {
    const width = io.screen ? io.columns() : Infinity;
    for (const line of renderList(types, [...advice ?? [], ...leftOut.map(describeLeftOut)], width)) {
      io.stdout.line(line);
    }
  }
  return EXIT.ok;
}

/**
 * @returns the exit code
 * @throws {SluiceError} `NodeTypeNotFound`, with the known types
 */
export async function infoCommand(args: InfoArgs, io: Io): Promise<number> {
  const known = await loadTypes(args);
  await warnOfStaleCode(known.registry, args);
  const found = await findType(args, known);
  if (args.json) io.stdout.line(JSON.stringify(found));
  else for (const line of renderInfo(found)) io.stdout.line(line);
  return EXIT.ok;
}

async function findType(args: InfoArgs, known: KnownTypes): Promise<ListedType> {
  try {
    return listedType(known.registry, args.type);
  } catch (error) {
    throw error instanceof SluiceError ? (await explainUnknownTypes([error], known, args))[0] : error;
  }
}

function listedType(registry: NodeRegistry, type: string): ListedType {
  const found = registry.getMetadata(type);
  return { ...found, language: found.process ? "Python" : found.lane === "native" ? "native" : "TypeScript" };
}

/**
 * Node types by family, one a line, with the package of those that do not come with Sluice.
 *
 * @param leftOut what is said behind them
 * @param width of the terminal: longer lines are cut
 */
export function renderList(types: readonly ListedType[], leftOut: readonly string[], width = Infinity): string[] {
  const rows = types.map(({ category, type, language, package: from = "", description }) => {
    const others = OWN_PACKAGES.includes(from) ? [] : [from];
    return [category, type, [...language === "TypeScript" ? [] : [language], ...others].join(", "), description];
  });
  const table = renderTable(["FAMILY", "NAME", "", "DESCRIPTION"].map((head) => ({ head })), rows, width);
  return [...table, ...leftOut.length === 0 ? [] : ["", ...leftOut]].map(escapeControls);
}

/** Everything about one node type. */
export function renderInfo(listed: ListedType): string[] {
  const { type, doc, category, tags, mode, lane, source, inputs, outputs, config, figures = [], commands = {} } =
    listed;
  const facts = [`category ${category}`, `mode ${mode}`, `lane ${lane}`];
  if (tags.length > 0) facts.push(`tags ${tags.join(", ")}`);
  const lines = [
    type,
    ...indent(doc.replaceAll("**", "")),
    "",
    ...indent(facts.join("; ")),
    ...indent(`${listed.language}, of package ${listed.package ?? "(none)"}; source ${source}`),
  ];
  lines.push(...section("Inputs", inputs.map(portRow), ["NAME", "TYPE", "", "DESCRIPTION"]));
  lines.push(...section("Outputs", outputs.map(portRow), ["NAME", "TYPE", "", "DESCRIPTION"]));
  const keys = Object.entries(config.properties).map(([key, schema]) =>
    configRow(key, schema, config.required.includes(key))
  );
  for (const { name, schema = "unknown", valueSchema } of [...inputs, ...outputs]) {
    if (valueSchema !== undefined) lines.push(...valueSection(`Values of ${name}: ${schema}`, valueSchema));
  }
  lines.push(...section("Configuration", keys, ["KEY", "WANTED", "UNIT", "DEFAULT", "LIVE", "DESCRIPTION"]));
  if (figures.length > 0) lines.push("", `Figures: ${figures.join(", ")}`);
  const told = Object.entries(commands);
  if (told.length > 0) {
    const rows = told.map(([name, { description }]) => [name, oneLine(description)]);
    lines.push(...section("Commands", rows, ["NAME", "DESCRIPTION"]));
  }
  for (const [name, { args, answer }] of told) {
    if (Object.keys(args?.properties ?? {}).length > 0) lines.push(...valueSection(`Arguments of ${name}`, args!));
    if (answer !== undefined) lines.push(...valueSection(`Answer of ${name}`, answer));
  }
  return lines.map(escapeControls);
}

function section(title: string, rows: readonly (readonly string[])[], heads: readonly string[]): string[] {
  if (rows.length === 0) return ["", `${title}: none`];
  return ["", title, ...renderTable(heads.map((head) => ({ head })), rows).map((line) => INDENT + line)];
}

/** What a data frame carries: the keys of an object, else one row. */
function valueSection(title: string, schema: ConfigSchema): string[] {
  const whole = schema.$defs?.[schema.$ref?.replace("#/$defs/", "") ?? ""] ?? schema;
  const named = Object.entries(whole.properties ?? {});
  const rows = (named.length > 0 ? named : [["", whole] as const]).map(([key, each]) =>
    valueRow(named.length === 0 || whole.required?.includes(key) ? key : `${key}?`, each)
  );
  const types = Object.entries(schema.$defs ?? {}).filter(([, each]) => each !== whole);
  const others = types.map(([name, each]) => valueRow(name, each));
  return section(title, [...rows, ...others], ["KEY", "WANTED", "UNIT", "DESCRIPTION"]);
}

function valueRow(key: string, schema: ConfigSchema): string[] {
  const { "x-unit": unit = "", description = "", $comment = "", ...bare } = schema;
  return [key, describeSchema(bare), unit, oneLine([description, $comment].filter((each) => each !== "").join("; "))];
}

function portRow(port: PortDescriptor): string[] {
  const last = port.array === undefined ? "" : ` ${port.name}_${port.array - 1}`;
  const list = isList(port) ? `${port.name}_0 …${last}` : port.name;
  const name = port.named === undefined ? list : "any name";
  const notes = [port.optional || isList(port) ? "optional" : port.direction === "input" ? "required" : ""];
  if (port.dynamic !== undefined) notes.push(`up to ${port.dynamic.max}, ${port.dynamic.initial} at first`);
  for (const field of ["sampleRateHz", "channels"] as const) {
    const accepted = port.accepts?.[field];
    if (accepted !== undefined) notes.push(`${field} ${[accepted].flat().join(" or ")}`);
  }
  return [name, port.type, notes.filter((note) => note !== "").join(", "), oneLine(port.doc)];
}

function configRow(key: string, schema: ConfigSchema, required: boolean): string[] {
  const { "x-unit": unit = "", "x-live": live, default: initial, description = "" } = schema;
  const { "x-unit": _, ...bare } = schema;
  const standard = required ? "required" : initial === undefined ? "" : describeValue(initial);
  return [key, describeSchema(bare), unit, standard, live === true ? "yes" : "no", oneLine(description)];
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, " ").trim();
}

function indent(text: string): string[] {
  return text.split("\n").map((line) => `${INDENT}${line}`.trimEnd());
}
