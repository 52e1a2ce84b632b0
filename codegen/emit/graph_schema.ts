/**
 * The JSON Schema of graph files, with which an editor completes and checks them.
 *
 * @module
 */
import { MAX_SLOT_BYTES, MAX_SLOTS } from "../../core/graph/document.ts";
import { ISOLATE_MEMORY_MB } from "../../core/placement/isolation.ts";
import { LANE_KINDS, LANE_PRIORITIES, MAX_CPUS } from "../../core/placement/lane_options.ts";
import { FRAME_KINDS } from "../../core/frames/format.ts";
import { CONVERT_CHOICES, LINK_POLICIES, MAX_LINK_CAPACITY } from "../../core/links/policy.ts";
import { isList, type NodeDescriptor, type PortDescriptor } from "../../core/descriptor/descriptor.ts";
import { MAX_TIMEOUT_MS } from "../../core/errors/option_check.ts";
import { RESTART_LIMITS } from "../../core/graph/supervision.ts";
import { compareText } from "../diagnostics.ts";
import type { PackageModel } from "../model.ts";
import { type JsonCache, JsonPiece, jsonText } from "./json_text.ts";

/** The patterns of a node's id and of a port's name. */
const NAME = "[A-Za-z_][A-Za-z0-9_-]{0,63}";

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
      mode: {
        enum: ["live", "offline"],
        description: "live: sources are paced by the clock. offline: as fast as back-pressure lets them.",
      },
      endsWithSources: {
        type: "boolean",
        description: "Whether a live graph ends once its sources have ended; by default if it starts with any.",
      },
      nodes: {
        type: "object",
        description: "The nodes, by id.",
        propertyNames: { pattern: `^${NAME}$` },
        additionalProperties: { $ref: "#/$defs/node" },
      },
      links: {
        type: "array",
        description: "The links, each from one output to one input. An input has at most one.",
        items: { $ref: "#/$defs/link" },
      },
      capacity: capacitySchema("Frames that links hold which do not say; by default as suits the kind of frame."),
      convert: convertSchema("Whether links that do not say have nodes put in that convert; by default off."),
      pools: {
        type: "object",
        description: "Pools of frame memory, by name.",
        additionalProperties: { $ref: "#/$defs/pool" },
      },
      memory: {
        type: "object",
        description: "The memory of all pools together.",
        additionalProperties: false,
        properties: {
          limit: {
            type: "integer",
            minimum: 1,
            maximum: Number.MAX_SAFE_INTEGER,
            description: "The most bytes that pools have together; by default half of the machine's memory.",
          },
        },
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
          policy: {
            enum: LINK_POLICIES,
            description: "What happens when the link is full. By default roll-off in a live graph, else lossless.",
          },
          capacity: capacitySchema("Frames that the link holds; by default as the graph has it."),
          convert: convertSchema("Whether nodes that convert are put in; by default as the graph has it."),
        },
      },
      pool: {
        type: "object",
        description: "What is left out is chosen from the graph.",
        additionalProperties: false,
        properties: {
          slotBytes: {
            type: "integer",
            minimum: 1,
            maximum: MAX_SLOT_BYTES,
            description: "Payload bytes of one slot. By default what the kind of frame needs.",
          },
          slots: {
            type: "integer",
            minimum: 1,
            maximum: MAX_SLOTS,
            description: "How many slots. By default as many as the links and nodes can hold.",
          },
        },
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
    pattern: `^${NAME}\\.${NAME}$`,
    description,
    ...(examples.length === 0 ? {} : { examples }),
  };
}

/** The rules of `findCapacityFault()`. */
function capacitySchema(description: string): unknown {
  const count = { type: "integer", minimum: 1, maximum: MAX_LINK_CAPACITY };
  const kinds = Object.fromEntries(FRAME_KINDS.map((kind) => [kind, count]));
  const byKind = { type: "object", additionalProperties: false, properties: kinds };
  return {
    description,
    anyOf: [
      count,
      { const: "byKind", description: "As suits the kind of frame." },
      { type: "object", required: ["byKind"], additionalProperties: false, properties: { byKind } },
    ],
  };
}

function convertSchema(description: string): unknown {
  return { enum: CONVERT_CHOICES, description };
}

function exposedSchema(ports: string, port: string): unknown {
  return {
    type: "object",
    description: `The ${ports} that a graph sees that has this one as a sub-graph: node.port by name.`,
    propertyNames: { pattern: "^[A-Za-z_][A-Za-z0-9_]{0,63}$" },
    additionalProperties: { type: "string", pattern: `^${NAME}\\.${NAME}$`, description: `The ${port}, as node.port.` },
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
      lane: { type: "string", description: "The lane that the node runs on; auto: the runtime chooses." },
      pool: {
        description: "The pool that the node's outputs take frames from, or pools by output.",
        anyOf: [{ type: "string" }, { type: "object", additionalProperties: { type: "string" } }],
      },
      supervision: supervisionSchema(),
      callTimeoutMs: {
        type: "integer",
        minimum: 0,
        maximum: MAX_TIMEOUT_MS,
        description:
          "Milliseconds that a call of the node may take, also what it awaits in a live graph; 0 for ever. By default as the run has it.",
      },
      ...scheduleSchema("the node's lane", "as its type says"),
      isolate: {
        enum: ["process", false],
        description: "Runs the stage, which is a plugin's, in a process of its own: a crash of it is the node's alone.",
      },
      isolateMemoryMb: {
        type: "integer",
        minimum: ISOLATE_MEMORY_MB[0],
        maximum: ISOLATE_MEMORY_MB[1],
        description: "Most MiB of memory that the process of an isolated node may have for itself. By default any.",
      },
      bypassed: {
        type: "boolean",
        default: false,
        description:
          "Whether what comes in is passed on as it is: only for nodes with one input and one output of a kind.",
      },
      ports: portsSchema(),
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

/** The rules of `sizedType()`. */
function portsSchema(): unknown {
  const kind = { enum: FRAME_KINDS, description: "The kind of frames that it carries." };
  const named = (direction: string) => ({
    type: "object",
    description: `An ${direction} of a name of its own, if the node takes such.`,
    required: [direction, "kind"],
    additionalProperties: false,
    properties: { [direction]: { type: "string", pattern: `^${NAME}$`, description: "Its name." }, kind },
  });
  return {
    type: "array",
    description: "Elements of the node's dynamic ports, beside those that links name.",
    items: {
      anyOf: [
        { type: "string", pattern: `^${NAME}$`, description: "The name of an element: port_0." },
        named("input"),
        named("output"),
      ],
    },
  };
}

/** The rules of `checkSupervision()`. */
function supervisionSchema(): unknown {
  const texts: { readonly [key in keyof typeof RESTART_LIMITS]: string } = {
    limit: "Restarts within the window; the failure after that many ends the run.",
    windowSeconds: "Length of the window.",
    backoffMs: "Time before the first restart of a window; it doubles with each further one.",
    maxBackoffMs: "Longest time before a restart.",
  };
  const keys = Object.entries(RESTART_LIMITS).map(([key, { min, max, default: usual }]) => [
    key,
    {
      type: "integer",
      minimum: min,
      maximum: max,
      default: usual,
      description: texts[key as keyof typeof RESTART_LIMITS],
    },
  ]);
  const properties = {
    ...Object.fromEntries(keys),
    keepState: {
      type: "boolean",
      default: false,
      description: "Whether each restart of a window goes on from the state of the node, and not only the first.",
    },
  };
  return {
    description: "What is done when the node fails. By default the run ends.",
    anyOf: [
      { const: "fail", description: "The run ends." },
      { const: "disable", description: "The node is torn down, and the rest goes on without it." },
      {
        type: "object",
        description: "A new instance takes the node's place.",
        required: ["restart"],
        additionalProperties: false,
        properties: { restart: { type: "object", additionalProperties: false, properties } },
      },
    ],
  };
}

/** The rules of `checkLaneOptions()`. */
function laneSchema(): unknown {
  return {
    type: "object",
    additionalProperties: false,
    properties: {
      kind: {
        enum: LANE_KINDS,
        description: "worker: a thread for processors. main: the thread of the program. native: a thread for native " +
          "stages. By default what the lane's nodes need.",
      },
      ...scheduleSchema("the lane", "as its nodes ask, else normal, on any"),
    },
    if: { properties: { kind: { const: "main" } }, required: ["kind"] },
    then: { properties: { priority: false, cpus: false } },
  };
}

/** The rules of `checkSchedule()`. @param of whose thread it is @param usual how it is by default */
function scheduleSchema(of: string, usual: string): { readonly [key: string]: unknown } {
  return {
    priority: { enum: LANE_PRIORITIES, description: `How urgent the thread of ${of} is. By default ${usual}.` },
    cpus: {
      type: "array",
      minItems: 1,
      uniqueItems: true,
      items: { type: "integer", minimum: 0, maximum: MAX_CPUS - 1 },
      description: `The processors that the thread of ${of} may run on, counted from 0. By default ${usual}.`,
    },
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
