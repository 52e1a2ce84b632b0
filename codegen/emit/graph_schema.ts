/**
 * The JSON Schema of graph files, with which an editor completes and checks them.
 *
 * @module
 */
import { isList, type NodeDescriptor, type PortDescriptor } from "../../core/descriptor/descriptor.ts";
import {
  GRAPH_OPTIONS,
  LANE_OPTIONS,
  LINK_OPTIONS,
  MEMORY_OPTIONS,
  NAME_PATTERN,
  NODE_OPTIONS,
  POOL_OPTIONS,
} from "../../core/graph/schema.ts";
import { compareText } from "../diagnostics.ts";
import type { PackageModel } from "../model.ts";
import { type JsonCache, JsonPiece, jsonText } from "./json_text.ts";

/** The text of `sluice.schema.json`. The same model always gives the same text. */
export function emitGraphSchema(model: PackageModel, cache?: JsonCache): string {
  const own = [...model.nodes, ...model.stages].map((each) => each.descriptor);
  const named = [...model.packages.flatMap((each) => each.descriptors), ...own];
  // Later types win: if a name is taken twice, the package's own is meant.
  const byType = new Map([...model.standard, ...named].map((each) => [each.type, each]));
  const descriptors = [...byType.values()].sort((a, b) => compareText(a.type, b.type));
  const schema = {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    $comment: `Made by "deno task codegen" for the node types of ${model.name}. Do not edit.`,
    title: "Sluice graph",
    type: "object",
    required: ["version", "nodes"],
    additionalProperties: false,
    properties: {
      $schema: { type: "string", description: "Where this schema is, for editors." },
      version: { const: 1, description: "Version of the file format." },
      mode: GRAPH_OPTIONS.mode,
      endsWithSources: GRAPH_OPTIONS.endsWithSources,
      nodes: {
        type: "object",
        description: "The nodes, by id.",
        propertyNames: { pattern: `^${NAME_PATTERN}$` },
        additionalProperties: { $ref: "#/$defs/node" },
      },
      links: {
        type: "array",
        description: "The links, each from one output to one input. An input has at most one.",
        items: { $ref: "#/$defs/link" },
      },
      capacity: GRAPH_OPTIONS.capacity,
      convert: GRAPH_OPTIONS.convert,
      pools: {
        type: "object",
        description: "Pools of frame memory, by name.",
        additionalProperties: { $ref: "#/$defs/pool" },
      },
      memory: {
        type: "object",
        description: "The memory of all pools together.",
        additionalProperties: false,
        properties: MEMORY_OPTIONS,
      },
      lanes: {
        type: ["object", "string"],
        pattern: "^auto$",
        description: 'Lanes, by name: each is one thread. "auto" is short for { "auto": {} }.',
        properties: {
          auto: {
            type: "object",
            description: "Nodes that name no lane are moved to others while the graph runs, as it is measured.",
            additionalProperties: false,
          },
          main: {
            type: "object",
            description: "The thread of the program.",
            additionalProperties: false,
            properties: { kind: { const: "main" } },
          },
        },
        additionalProperties: { $ref: "#/$defs/lane" },
      },
      inputs: exposedSchema("inputs", "input"),
      outputs: exposedSchema("outputs", "output"),
    },
    $defs: {
      node: nodeSchema(descriptors),
      link: {
        type: "object",
        required: ["from", "to"],
        additionalProperties: false,
        properties: {
          from: addressSchema("The output, as node.port.", descriptors, "outputs"),
          to: addressSchema(
            "The input, as node.port; node.port_0 for an array port or a dynamic one.",
            descriptors,
            "inputs",
          ),
          ...LINK_OPTIONS,
        },
      },
      pool: {
        type: "object",
        description: "Values that are left out are chosen from the graph.",
        additionalProperties: false,
        properties: POOL_OPTIONS,
      },
      lane: laneSchema(),
      ...Object.fromEntries(
        descriptors.map((each) => [configName(each), new JsonPiece(each, "config", () => each.config)]),
      ),
    },
  };
  return `${jsonText(schema, cache)}\n`;
}

/**
 * JSON Schema cannot look into the nodes of the same file, so it cannot list their addresses. An editor offers the
 * addresses of nodes that are named like their types.
 */
function addressSchema(
  description: string,
  descriptors: readonly NodeDescriptor[],
  direction: "inputs" | "outputs",
): unknown {
  const examples = descriptors.filter(({ type }) => !type.includes("<")).flatMap((each) =>
    each[direction].filter(({ named }) => named === undefined)
      .map((port) => `${each.type}.${port.name}${isList(port) ? "_0" : ""}`)
  );
  return {
    type: "string",
    pattern: `^${NAME_PATTERN}\\.${NAME_PATTERN}$`,
    description,
    ...(examples.length === 0 ? {} : { examples }),
  };
}

function exposedSchema(ports: string, port: string): unknown {
  return {
    type: "object",
    description: `The ${ports} that a graph sees that has this one as a sub-graph: node.port by name.`,
    propertyNames: { pattern: "^[A-Za-z_][A-Za-z0-9_]{0,63}$" },
    additionalProperties: {
      type: "string",
      pattern: `^${NAME_PATTERN}\\.${NAME_PATTERN}$`,
      description: `The ${port}, as node.port.`,
    },
  };
}

function nodeSchema(descriptors: readonly NodeDescriptor[]): unknown {
  return {
    type: "object",
    oneOf: [{ required: ["type"] }, { required: ["graph"] }],
    additionalProperties: false,
    properties: {
      type: {
        description: "The node type.",
        anyOf: descriptors.map((each) =>
          new JsonPiece(each, "type", () => ({ const: each.type, description: summary(each) }))
        ),
      },
      graph: {
        type: "string",
        minLength: 1,
        description: "In place of a type: the file of a sub-graph, from the folder of this file.",
      },
      config: {
        type: "object",
        description: "The configuration of the node type; of a sub-graph, the configurations of its nodes by id.",
      },
      ...Object.fromEntries(Object.entries(NODE_OPTIONS).map(([name, { schema }]) => [name, schema])),
    },
    allOf: descriptors.map((each) =>
      new JsonPiece(each, "choice", () => ({
        if: { properties: { type: { const: each.type } }, required: ["type"] },
        then: {
          ...(each.config.required.length > 0 ? { required: ["config"] } : {}),
          properties: { config: { $ref: `#/$defs/${configName(each)}` } },
        },
      }))
    ),
  };
}

/** The rules of `checkLaneOptions()`. */
function laneSchema(): unknown {
  return {
    type: "object",
    additionalProperties: false,
    properties: LANE_OPTIONS,
    if: { properties: { kind: { const: "main" } }, required: ["kind"] },
    then: { properties: { priority: false, cpus: false } },
  };
}

/** The description of a node type, with the ports that links can name. */
function summary({ description, inputs, outputs }: NodeDescriptor): string {
  const list = (title: string, ports: readonly PortDescriptor[]) =>
    ports.length === 0 ? "" : `${title}: ${ports.map(describePort).join(", ")}.`;
  return [description, list("Inputs", inputs), list("Outputs", outputs)].filter((each) => each !== "").join(" ");
}

function describePort(port: PortDescriptor): string {
  const last = port.array === undefined ? "and so on" : `to ${port.name}_${port.array - 1}`;
  const name = isList(port) ? `${port.name}_0 ${last}` : port.name;
  return `${port.named === undefined ? name : "any name"} (${port.type})`;
}

function configName({ type }: NodeDescriptor): string {
  return `config-${type}`;
}
