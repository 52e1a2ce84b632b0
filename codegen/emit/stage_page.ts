/**
 * The page in the documentation of the shipped stages of a family: what each of them says of itself.
 *
 * @module
 */
import type { ConfigSchema, NodeDescriptor, PortDescriptor } from "../../core/descriptor/descriptor.ts";

/** What formatted pages have as the longest line. */
const WIDTH = 120;

const HEADER = `<!-- deno-fmt-ignore-file -->
<!-- Made by "deno task codegen" from what the libraries of crates/plugins say. -->
<!-- Do not edit: change a stage, build it and run the command again. -->
`;

/** What stands above the stages. */
export interface StagePage {
  readonly title: string;
  readonly intro: string;
}

/** A row of a table. */
type Row = readonly string[];

/** The text of the page. @param stages in their order */
export function emitStagePage({ title, intro }: StagePage, stages: readonly NodeDescriptor[]): string {
  return [HEADER, `# ${title}\n`, `${intro.split("\n\n").map(wrap).join("\n\n")}\n`, ...stages.map(emitStage)].join(
    "\n",
  );
}

function emitStage({ type, doc, inputs, outputs, config, figures = [], commands = {} }: NodeDescriptor): string {
  const ports = [...portRows("input", inputs), ...portRows("output", outputs)];
  const keys = fold(Object.entries(config.properties), ([key]) => key).map(configRow);
  const told = Object.entries(commands).map(([name, { description }]) => `\`${name}\` (${description})`);
  const facts = [
    ...figures.length > 0 ? [`Figures: ${figures.map(code).join(", ")}.`] : [],
    ...told.length > 0 ? [`Commands: ${told.join(", ")}.`] : [],
  ];
  const [purpose, ...rest] = doc.split("\n\n");
  return [
    `## ${type}\n`,
    `${wrap(purpose)}\n`,
    `${table(["port", "frames", "", ""], ports)}\n`,
    ...keys.length > 0 ? [`${table(["key", "default", "range", "live", ""], keys)}\n`] : [],
    ...rest.map((part) => `${part.split("\n").map(wrap).join("\n")}\n`),
    ...facts.length > 0 ? [`${wrap(facts.join(" "))}\n`] : [],
  ].join("\n");
}

function portRows(what: string, ports: readonly PortDescriptor[]): Row[] {
  return fold(ports.map((port) => [port.name, port] as const), ([name]) => name).map(([name, port]) => {
    const { pixelFormat, codec, ...others } = port.accepts ?? port.gives ?? {};
    const formats = [pixelFormat ?? [], codec ?? []].flat().map(code);
    for (const [field, wanted] of Object.entries(others)) formats.push(`\`${field}\` ${[wanted].flat().join(" or ")}`);
    const optional = what === "input" && port.optional ? ", optional" : "";
    const kind = formats.length > 0 ? `${port.kind}: ${formats.join(", ")}` : port.kind;
    return [name, kind, `${what}${optional}`, port.doc];
  });
}

function configRow([name, schema]: readonly [string, ConfigSchema]): Row {
  const { default: initial, "x-live": live, description = "" } = schema;
  const standard = typeof initial === "string" ? code(JSON.stringify(initial).slice(1, -1)) : figure(initial);
  return [name, initial === "" ? "" : standard, rangeOf(schema), live === true ? "yes" : "", description];
}

/** Elements of one kind, `x_0` to `x_7`, become one row: that of the first. */
function fold<T>(
  entries: readonly (readonly [string, T])[],
  nameOf: (entry: readonly [string, T]) => string,
): (readonly [string, T])[] {
  const families = Map.groupBy(entries, (entry) => nameOf(entry).replace(/_\d+$/, "_"));
  return [...families.values()].map((family) => {
    const [first, last] = [family[0][0], family[family.length - 1][0]];
    return [first === last ? code(first) : `${code(first)} … ${code(last)}`, family[0][1]];
  });
}

function rangeOf(schema: ConfigSchema): string {
  const { type, enum: values, minimum, maximum, exclusiveMinimum, multipleOf, "x-unit": unit } = schema;
  if (values !== undefined) {
    return values.map((each) => typeof each === "string" ? code(each) : figure(each)).join(", ");
  }
  if (type === "boolean") return "`true`, `false`";
  const low = minimum !== undefined
    ? figure(minimum)
    : exclusiveMinimum !== undefined
    ? `above ${figure(exclusiveMinimum)}`
    : "";
  const range = maximum === undefined ? (low === "" ? "" : `from ${low}`) : `${low} to ${figure(maximum)}`.trim();
  const step = multipleOf === undefined ? "" : `, in steps of ${figure(multipleOf)}`;
  return `${range}${unit === undefined ? "" : ` ${unit}`}${step}`.trim();
}

/** A number as the other pages have it, `16,384`; an object as JSON. */
function figure(value: unknown): string {
  if (typeof value === "object" && value !== null) return code(JSON.stringify(value));
  return typeof value === "number" ? value.toLocaleString("en", { maximumFractionDigits: 6 }) : String(value ?? "");
}

function code(text: string): string {
  return `\`${text}\``;
}

function table(head: Row, rows: readonly Row[]): string {
  const cells = [head, ...rows].map((row) => row.map((cell) => cell.replaceAll("|", "\\|")));
  const widths = head.map((_, at) => Math.max(3, ...cells.map((row) => row[at].length)));
  const [first, ...rest] = cells.map((row) => `| ${row.map((cell, at) => cell.padEnd(widths[at])).join(" | ")} |`);
  return [first, `| ${widths.map((width) => "-".repeat(width)).join(" | ")} |`, ...rest].join("\n");
}

/** Breaks a paragraph or a point of a list into lines. */
function wrap(text: string): string {
  const indent = text.startsWith("- ") ? "  " : "";
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && line.length + 1 + word.length > WIDTH) {
      lines.push(line);
      line = indent + word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line].join("\n");
}
