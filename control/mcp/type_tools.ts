/**
 * Tools that tell which node types there are.
 *
 * @module
 */
import { describeSchema } from "../../core/descriptor/config_check.ts";
import { describeValue } from "../../core/errors/describe_value.ts";
import { SluiceError } from "../../core/errors.ts";
import { didYouMean } from "../../core/errors/suggestion.ts";
import { typesFor } from "../../core/registry/type_search.ts";
import type { NodeDescriptor } from "../../core/descriptor/descriptor.ts";
import { viewRuntime } from "../../core/runtime_view.ts";
import { describeType } from "../answers/snapshot.ts";
import type { NodeTypeInfo, TypePort } from "../schemas/graph.ts";
import { z } from "../schemas/zod.ts";
import type { McpHost } from "./mcp_host.ts";
import { defineTool, type Tool } from "./tool.ts";

const Port = z.looseObject({ name: z.string(), type: z.string(), kind: z.string().optional(), optional: z.boolean() });

/** The tools. */
export const TYPE_TOOLS: readonly Tool[] = [
  defineTool("list_processors", {
    title: "List processor types",
    description: "Lists the processor types that a graph can have, all or those for a word or of a category.",
    effect: "reads",
    input: z.strictObject({
      search: z.string().max(100).optional().describe("A word for what it does or is called: mix, loudness, h264"),
      category: z.string().max(100).optional().describe("A family: audio, video, file, network, sensor, …"),
    }),
    output: z.object({
      processors: z.array(z.object({ type: z.string(), category: z.string(), description: z.string() })),
      advice: z.array(z.string()).optional(),
    }),
    run({ search, category }, { host }) {
      const all = descriptorsOf(host);
      const found: { types: readonly NodeDescriptor[]; advice?: readonly string[] } = search === undefined
        ? { types: all }
        : typesFor(search, all);
      const types = found.types.filter((each) => category === undefined || each.category === category);
      if (types.length === 0 && found.advice === undefined) {
        const categories = [...new Set(all.map((each) => each.category))];
        const message = `No processor type is for ${
          JSON.stringify(search ?? category)
        }; leave the word out to list all`;
        throw new SluiceError("NodeTypeNotFound", message, { available: categories });
      }
      const processors = types.map(({ type, category, description }) => ({ type, category, description }));
      const advice = found.advice;
      const lines = processors.map((each) => `${each.type} (${each.category}): ${each.description}`);
      return {
        text: [...lines, ...advice ?? []].join("\n"),
        data: { processors, ...(advice && { advice: [...advice] }) },
      };
    },
  }),
  defineTool("describe_processor", {
    title: "Describe a processor type",
    description: "Shows the documentation, the ports and the configuration schema of a processor type.",
    effect: "reads",
    input: z.strictObject({ type: z.string().min(1).max(200).describe("As list_processors has it: gain") }),
    output: z.object({
      type: z.string(),
      category: z.string(),
      doc: z.string(),
      inputs: z.array(Port),
      outputs: z.array(Port),
      config: z.looseObject({}).describe("JSON Schema; x-live: may change while it runs, x-unit: the unit"),
      commands: z.record(z.string(), z.looseObject({})).optional(),
    }),
    run({ type }, { host }) {
      const { category, doc, inputs, outputs, config, commands } = typeInfo(host, type);
      return {
        text: processorPage(host, type),
        data: { type, category, doc, inputs, outputs, config, ...(commands && { commands }) },
      };
    },
  }),
];

/** The node types of a runtime, sorted by name. */
export function descriptorsOf({ runtime }: McpHost): readonly NodeDescriptor[] {
  return [...viewRuntime(runtime).types()].sort((a, b) => a.type < b.type ? -1 : 1);
}

/** The documentation of a node type with its ports and its configuration, in Markdown. @throws as {@linkcode typeInfo} */
export function processorPage(host: McpHost, type: string): string {
  const { category, doc, inputs, outputs, config, commands = {} } = typeInfo(host, type);
  const keys = Object.entries(config.properties).map(([key, schema]) => {
    const { "x-unit": unit, "x-live": live, default: initial, description = "", ...bare } = schema;
    const facts = [
      `${describeSchema(bare)}${unit === undefined ? "" : ` ${unit}`}`,
      config.required.includes(key) ? "required" : initial === undefined ? "" : `default ${describeValue(initial)}`,
      live === true ? "live" : "",
    ].filter((fact) => fact !== "");
    return `- ${key} (${facts.join(", ")}): ${oneLine(description)}`.trimEnd();
  });
  const told = Object.entries(commands).map(([name, each]) => `- ${name}: ${oneLine(each.description)}`);
  const sections = [
    section("Inputs", inputs.map(portLine)),
    section("Outputs", outputs.map(portLine)),
    section("Configuration", keys),
    ...(told.length === 0 ? [] : [section("Commands", told)]),
  ];
  return [`# ${type} (${category})`, "", doc, ...sections.flat()].join("\n");
}

/** @throws {SluiceError} `NodeTypeNotFound`, with the types that there are */
function typeInfo(host: McpHost, type: string): NodeTypeInfo {
  const all = descriptorsOf(host);
  const found = all.find((each) => each.type === type);
  if (found !== undefined) return describeType(found);
  const available = all.map((each) => each.type);
  const message = `Cannot describe ${JSON.stringify(type)}: there is no such processor type${
    didYouMean(type, available)
  }`;
  throw new SluiceError("NodeTypeNotFound", message, { available });
}

function section(title: string, lines: readonly string[]): string[] {
  return ["", `## ${title}`, "", ...(lines.length === 0 ? ["none"] : lines)];
}

function portLine({ name, type, optional, array, dynamic, doc }: TypePort): string {
  const list = array === undefined ? "" : `, ${name}_0 to ${name}_${array - 1}`;
  const grows = dynamic === undefined ? "" : `, ${name}_0, ${name}_1, … up to ${dynamic.max}`;
  return `- ${name}: ${type}${list}${grows}${optional ? ", optional" : ""}. ${oneLine(doc)}`.trimEnd();
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, " ").trim();
}
