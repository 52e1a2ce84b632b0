/**
 * The options of a node, a link, a lane and a pool: one table for the reader of graph files, the JSON Schema for
 * editors, the keys of `Runtime.add()` and sub-graphs. A new key of a node is a field of {@linkcode GraphFileNode} and a
 * line of {@linkcode NODE_OPTIONS}; {@linkcode Topology.addNode} implements it, and `snapshot.ts` writes it.
 *
 * @module
 */
import type { ConfigSchema } from "../descriptor/descriptor.ts";
import { MAX_TIMEOUT_MS } from "../errors/option_check.ts";
import { FRAME_KINDS } from "../frames/format.ts";
import { CONVERT_CHOICES, LINK_POLICIES, type LinkCapacity, MAX_LINK_CAPACITY } from "../links/policy.ts";
import { ISOLATE_MEMORY_MB } from "../placement/isolation.ts";
import { LANE_KINDS, LANE_PRIORITIES, type LaneOptions, MAX_CPUS } from "../placement/lane_options.ts";
import type { PoolSize } from "../pools/pool_plan.ts";
import type { GraphFile, GraphFileLink, GraphFileNode } from "./graph_file.ts";
import { RESTART_LIMITS } from "./supervision.ts";

/** The version of the format of graph files that this Sluice reads. */
export const GRAPH_VERSION = 1;

/** Most bytes of payload that a graph may give a slot. */
export const MAX_SLOT_BYTES = 1_073_741_824;

/** Most slots that a graph may give a pool. */
export const MAX_SLOTS = 1_048_576;

/** A node's id or a port's name, as a pattern. */
export const NAME_PATTERN = "[A-Za-z_][A-Za-z0-9_-]{0,63}";

/** The options of a node beside its type and its configuration. */
export type NodeOptions = Omit<GraphFileNode, "type" | "config">;

/** The name of an option of a node. */
export type NodeOption = keyof NodeOptions;

/** The written form of one option of a node, and its meaning for a sub-graph. */
interface OptionRule {
  /** Its JSON Schema, for editors. Lists and objects have readers with checks of their own. */
  readonly schema: ConfigSchema & { readonly [key: string]: unknown };
  /**
   * For a sub-graph: `inherited` by all of its nodes without a value of their own, or a function that returns why it is
   * refused.
   */
  readonly ofSubGraph: "inherited" | ((id: string) => string);
}

/** The options of a node, in the order of the schema. */
export const NODE_OPTIONS: { readonly [K in NodeOption]-?: OptionRule } = {
  lane: {
    schema: {
      type: "string",
      minLength: 1,
      description: "The lane that the node runs on; auto: the runtime chooses.",
    },
    ofSubGraph: "inherited",
  },
  pool: {
    schema: {
      description: "The pool that the node's outputs take frames from, or pools by output.",
      anyOf: [{ type: "string" }, { type: "object", additionalProperties: { type: "string" } }],
    },
    ofSubGraph: "inherited",
  },
  supervision: { schema: supervisionSchema(), ofSubGraph: "inherited" },
  callTimeoutMs: {
    schema: {
      type: "integer",
      minimum: 0,
      maximum: MAX_TIMEOUT_MS,
      description: "Milliseconds that a call of the node may take, also what it awaits in a live graph; 0 for ever. " +
        "By default as the run has it.",
    },
    ofSubGraph: "inherited",
  },
  priority: { schema: prioritySchema("the node's lane", "as its type says"), ofSubGraph: "inherited" },
  cpus: { schema: cpusSchema("the node's lane", "as its type says"), ofSubGraph: "inherited" },
  isolate: {
    schema: {
      enum: ["process", false],
      description: "Runs the stage, which is a plugin's, in a process of its own: a crash of it is the node's alone.",
    },
    ofSubGraph: refusedIsolation,
  },
  isolateMemoryMb: {
    schema: {
      type: "integer",
      minimum: ISOLATE_MEMORY_MB[0],
      maximum: ISOLATE_MEMORY_MB[1],
      description: "Most MiB of memory that the process of an isolated node may have for itself. By default any.",
    },
    ofSubGraph: refusedIsolation,
  },
  bypassed: {
    schema: {
      type: "boolean",
      default: false,
      description:
        "Whether what comes in is passed on as it is: only for nodes with one input and one output of a kind.",
    },
    ofSubGraph: (id) =>
      `Cannot bypass node "${id}": it is a sub-graph, and only its nodes can be bypassed, each by itself`,
  },
  ports: {
    schema: portsSchema(),
    ofSubGraph: (id) => `Cannot give node "${id}" ports: it is a sub-graph, whose "inputs" and "outputs" are its ports`,
  },
};

/** The names of the options of a node. */
export const NODE_OPTION_NAMES = Object.keys(NODE_OPTIONS) as readonly NodeOption[];

/** The options of a link in a file. */
export type FileLinkOptions = Omit<GraphFileLink, "from" | "to">;

/** A capacity that a file can hold. */
export type FileCapacity = Exclude<LinkCapacity, (link: never) => number>;

/** The schemas of {@linkcode FileLinkOptions}. */
export const LINK_OPTIONS = {
  policy: {
    enum: LINK_POLICIES,
    description: "What happens when the link is full. By default roll-off in a live graph, else lossless.",
  },
  capacity: capacitySchema("Frames that the link holds; by default as the graph has it."),
  convert: convertSchema("Whether nodes that convert are put in; by default as the graph has it."),
} satisfies { readonly [K in keyof FileLinkOptions]-?: ConfigSchema };

/** The schemas of the options of a pool. */
export const POOL_OPTIONS = {
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
} satisfies { readonly [K in keyof PoolSize]-?: ConfigSchema };

/** The schemas of the options of a lane. */
export const LANE_OPTIONS = {
  kind: {
    enum: LANE_KINDS,
    description: "worker: a thread for processors. main: the thread of the program. native: a thread for native " +
      "stages. By default what the lane's nodes need.",
  },
  priority: prioritySchema("the lane", "as its nodes ask, else normal, on any"),
  cpus: cpusSchema("the lane", "as its nodes ask, else normal, on any"),
} satisfies { readonly [K in keyof LaneOptions]-?: ConfigSchema };

/** The options of a graph as a whole in a file. */
export type GraphOptions = Omit<GraphFile, "version" | "nodes" | "links" | "inputs" | "outputs">;

/** The schemas of the options of a graph that have one value. */
export const GRAPH_OPTIONS = {
  mode: {
    enum: ["live", "offline"],
    description: "live: sources are paced by the clock. offline: as fast as back-pressure lets them.",
  },
  endsWithSources: {
    type: "boolean",
    description: "Whether a live graph ends once its sources have ended; by default if it starts with any.",
  },
  capacity: capacitySchema("Frames that links hold which do not say; by default as suits the kind of frame."),
  convert: convertSchema("Whether links that do not say have nodes put in that convert; by default off."),
} satisfies { readonly [K in keyof GraphOptions]: ConfigSchema };

/** The schemas of the memory limit of all pools. */
export const MEMORY_OPTIONS = {
  limit: {
    type: "integer",
    minimum: 1,
    maximum: Number.MAX_SAFE_INTEGER,
    description: "The most bytes that pools have together; by default half of the machine's memory.",
  },
} satisfies { readonly [key: string]: ConfigSchema };

/** Returns the members of an object that are not `undefined`. */
export function present<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, each]) => each !== undefined)) as T;
}

/** Returns the members of an object that have one of the names and are not `undefined`. */
export function pick<T extends object, K extends keyof T>(from: T, names: readonly K[]): Pick<T, K> {
  return present(Object.fromEntries(names.map((name) => [name, from[name]]))) as Pick<T, K>;
}

function refusedIsolation(id: string): string {
  return `Cannot isolate node "${id}": it is a sub-graph, and only its nodes can be isolated, each by itself`;
}

/** The rules of `findCapacityFault()`. */
function capacitySchema(description: string): OptionRule["schema"] {
  const count: ConfigSchema = { type: "integer", minimum: 1, maximum: MAX_LINK_CAPACITY };
  const kinds = Object.fromEntries(FRAME_KINDS.map((kind) => [kind, count]));
  const byKind: ConfigSchema = { type: "object", additionalProperties: false, properties: kinds };
  return {
    description,
    anyOf: [
      count,
      { const: "byKind", description: "As suits the kind of frame." } as ConfigSchema,
      { type: "object", required: ["byKind"], additionalProperties: false, properties: { byKind } },
    ],
  };
}

function convertSchema(description: string): OptionRule["schema"] {
  return { enum: CONVERT_CHOICES, description };
}

/** The rules of `checkSchedule()`. @param of the owner of the thread @param usual the default */
function prioritySchema(of: string, usual: string): OptionRule["schema"] {
  return { enum: LANE_PRIORITIES, description: `How urgent the thread of ${of} is. By default ${usual}.` };
}

function cpusSchema(of: string, usual: string): OptionRule["schema"] {
  return {
    type: "array",
    minItems: 1,
    uniqueItems: true,
    items: { type: "integer", minimum: 0, maximum: MAX_CPUS - 1 },
    description: `The processors that the thread of ${of} may run on, counted from 0. By default ${usual}.`,
  };
}

/** The rules of `sizedType()`. */
function portsSchema(): OptionRule["schema"] {
  const kind: ConfigSchema = { enum: FRAME_KINDS, description: "The kind of frames that it carries." };
  const named = (direction: string): ConfigSchema => ({
    type: "object",
    description: `An ${direction} of a name of its own, if the node takes such.`,
    required: [direction, "kind"],
    additionalProperties: false,
    properties: {
      [direction]: { type: "string", pattern: `^${NAME_PATTERN}$`, description: "Its name." },
      kind,
    },
  });
  return {
    type: "array",
    description: "Elements of the node's dynamic ports, beside those that links name.",
    items: {
      anyOf: [
        { type: "string", pattern: `^${NAME_PATTERN}$`, description: "The name of an element: port_0." },
        named("input"),
        named("output"),
      ],
    },
  };
}

/** The rules of `checkSupervision()`. */
function supervisionSchema(): OptionRule["schema"] {
  const texts: { readonly [key in keyof typeof RESTART_LIMITS]: string } = {
    limit: "Restarts within the window; the failure after that many ends the run.",
    windowSeconds: "Length of the window.",
    backoffMs: "Time before the first restart of a window; it doubles with each further one.",
    maxBackoffMs: "Longest time before a restart.",
  };
  const keys = Object.entries(RESTART_LIMITS).map(([key, { min, max, default: usual }]): [string, ConfigSchema] => [
    key,
    {
      type: "integer",
      minimum: min,
      maximum: max,
      default: usual,
      description: texts[key as keyof typeof RESTART_LIMITS],
    },
  ]);
  const properties: { [key: string]: ConfigSchema } = {
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
      { const: "fail", description: "The run ends." } as ConfigSchema,
      { const: "disable", description: "The node is torn down, and the rest goes on without it." } as ConfigSchema,
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
