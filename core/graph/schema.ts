/**
 * A graph file: the types of its JSON, and one table of the options of a node, a link, a lane and a pool, for the reader,
 * the JSON Schema of editors, the keys of `Runtime.add()`, their checks, the nodes of a graph, sub-graphs and
 * `runtime.graph()`. A new key of a node is a field of {@linkcode GraphFileNode} and a line of {@linkcode NODE_OPTIONS}.
 * docs/graph_file.md tells the meaning of each key.
 *
 * @module
 */
import { describeValue } from "../errors/describe_value.ts";
import { assertBypass } from "../descriptor/bypassable.ts";
import type { ConfigSchema, NodeDescriptor } from "../descriptor/descriptor.ts";
import { SluiceError, type SourcePlace } from "../errors.ts";
import { assertTimeout, MAX_TIMEOUT_MS } from "../errors/option_check.ts";
import { FRAME_KINDS, type FrameKind } from "../frames/format.ts";
import {
  CONVERT_CHOICES,
  type GraphMode,
  LINK_POLICIES,
  type LinkCapacity,
  type LinkPolicy,
  MAX_LINK_CAPACITY,
} from "../links/policy.ts";
import { assertIsolation, ISOLATE_MEMORY_MB, type IsolatePermissions } from "../placement/isolation.ts";
import {
  LANE_KINDS,
  LANE_PRIORITIES,
  type LaneOptions,
  type LanePriority,
  MAX_CPUS,
} from "../placement/lane_options.ts";
import { checkSchedule, type Schedule } from "../placement/schedule.ts";
import type { PoolSize } from "../pools/pool_plan.ts";
import { checkSupervision, type Supervision, SUPERVISION_SCHEMA } from "./supervision.ts";
import type { NodeId, PortAddress } from "../ids.ts";

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

/** The options that a node keeps as they were given: all but those of its lane and its ports. */
export type KeptOptions = Omit<NodeOptions, "lane" | "ports"> & { readonly bypassed: boolean };

/** The node that an option is for. */
interface OptionOwner {
  readonly id: NodeId;
  readonly descriptor: NodeDescriptor;
}

/** The schema of one permission. */
const PERMISSION: ConfigSchema = {
  anyOf: [{ type: "boolean" }, { type: "array", items: { type: "string", minLength: 1 } }],
};

/** The written form of one option of a node, its check, and its meaning for a sub-graph. */
interface OptionRule {
  /**
   * Its JSON Schema, for editors and for the reader of files; a node without the option gets its `default`. Lists and
   * objects have readers with checks of their own.
   */
  readonly schema: ConfigSchema & { readonly [key: string]: unknown };
  /**
   * For a sub-graph: `inherited` by all of its nodes without a value of their own, or a function that returns why it is
   * refused.
   */
  readonly ofSubGraph: "inherited" | ((id: string) => string);
  /** Checks a value other than the default. @throws {SluiceError} `InvalidConfig`, `InvalidGraph` */
  readonly check?: (options: NodeOptions, node: OptionOwner) => unknown;
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
  supervision: {
    schema: SUPERVISION_SCHEMA,
    ofSubGraph: "inherited",
    check: ({ supervision }, node) => checkSupervision(supervision, node),
  },
  callTimeoutMs: {
    schema: {
      type: "integer",
      minimum: 0,
      maximum: MAX_TIMEOUT_MS,
      description: "Milliseconds that a call of the node may take, also what it awaits in a live graph; 0 for ever. " +
        "By default as the run has it.",
    },
    ofSubGraph: "inherited",
    check: ({ callTimeoutMs }) => assertTimeout("Cannot add a node", "callTimeoutMs", callTimeoutMs),
  },
  priority: {
    schema: prioritySchema("the node's lane", "as its type says"),
    ofSubGraph: "inherited",
    check: ({ priority }, node) => assertSchedule({ priority }, node),
  },
  cpus: {
    schema: cpusSchema("the node's lane", "as its type says"),
    ofSubGraph: "inherited",
    check: ({ cpus }, node) => assertSchedule({ cpus }, node),
  },
  isolate: {
    schema: {
      enum: ["process", false],
      description: "Whether the node's code runs in a process of its own: a crash of it is the node's alone. " +
        "By default as its type says: false for most.",
    },
    ofSubGraph: refusedIsolation,
    check: (options, { id, descriptor }) =>
      assertIsolation(id, descriptor, options.isolate ? options : { isolate: false }),
  },
  isolateMemoryMb: {
    schema: {
      type: "integer",
      minimum: ISOLATE_MEMORY_MB[0],
      maximum: ISOLATE_MEMORY_MB[1],
      description: "Most MiB of memory that the process of an isolated node may have for itself. By default any.",
    },
    ofSubGraph: refusedIsolation,
    // The check of `isolate` includes that of the memory of an isolated node.
    check: ({ isolate, isolateMemoryMb }, { id, descriptor }) =>
      isolate || assertIsolation(id, descriptor, { isolate, isolateMemoryMb }),
  },
  isolatePermissions: {
    schema: {
      type: "object",
      additionalProperties: PERMISSION,
      description:
        "What the process of a processor in TypeScript may do, as Deno's permissions have it: read, write, net, env, run, sys, import. By default nothing.",
    },
    ofSubGraph: refusedIsolation,
    check: ({ isolate, isolatePermissions }, { id, descriptor }) =>
      isolate || assertIsolation(id, descriptor, { isolatePermissions }),
  },
  bypassed: {
    schema: {
      type: "boolean",
      default: false,
      description: "True: frames pass the node as they are. Only for nodes with one input and one output of a kind.",
    },
    ofSubGraph: (id) =>
      `Cannot bypass node "${id}": it is a sub-graph, and only its nodes can be bypassed, each by itself`,
    check: ({ bypassed }, { id, descriptor }) => assertBypass(id, descriptor, bypassed),
  },
  position: {
    schema: {
      type: "object",
      properties: { x: { type: "number" }, y: { type: "number" } },
      required: ["x", "y"],
      additionalProperties: false,
      description: "Where a person has put the node on the page, pixels; by default the page chooses.",
    },
    ofSubGraph: (id) => `Cannot place node "${id}": it is a sub-graph, and only its nodes are shown`,
    check: ({ position }) => assertPosition(position),
  },
  ports: {
    schema: portsSchema(),
    ofSubGraph: (id) => `Cannot give node "${id}" ports: it is a sub-graph, whose "inputs" and "outputs" are its ports`,
  },
};

/** @throws {SluiceError} `InvalidConfig` */
export function assertPosition(position: unknown): void {
  const { x, y, ...others } = Object(position) as { readonly [key: string]: unknown };
  if (Number.isFinite(x) && Number.isFinite(y) && Object.keys(others).length === 0) return;
  throw new SluiceError(
    "InvalidConfig",
    `Cannot place a node: "position" is ${describeValue(position)}, wanted two numbers: { "x": 120, "y": 80 }`,
    { key: "position" },
  );
}

/** The names of the options of a node. */
export const NODE_OPTION_NAMES = Object.keys(NODE_OPTIONS) as readonly NodeOption[];

const KEPT_OPTIONS = NODE_OPTION_NAMES.filter((name) => name !== "lane" && name !== "ports");

/**
 * Returns the options that a node keeps, with their defaults.
 *
 * @param passes runs the check of an option; if it returns false, the node gets the default
 */
export function keptOptions(
  options: NodeOptions,
  node: OptionOwner,
  passes: (name: NodeOption, check: () => unknown) => boolean,
): KeptOptions {
  const kept = KEPT_OPTIONS.map((name) => {
    const { schema: { default: usual }, check } = NODE_OPTIONS[name];
    const value = options[name];
    const isSaid = value !== undefined && value !== usual;
    return [name, isSaid && passes(name, () => check?.(options, node)) ? value : usual];
  });
  return present(Object.fromEntries(kept)) as KeptOptions;
}

/** Returns the options that a node has kept and that differ from their defaults, as copies. */
export function givenOptions(
  node: KeptOptions & { readonly type: { readonly descriptor: Pick<NodeDescriptor, "isolated"> } },
): NodeOptions {
  const isUsual = (name: NodeOption) => {
    const usual = name === "isolate" && !node.type.descriptor.isolated ? false : NODE_OPTIONS[name].schema.default;
    return node[name as keyof KeptOptions] === usual;
  };
  return structuredClone(pick<NodeOptions, NodeOption>(node, KEPT_OPTIONS.filter((name) => !isUsual(name))));
}

/** The options of a link in a file. */
export type FileLinkOptions = Omit<GraphFileLink, "from" | "to">;

/** A capacity that a file can hold. */
export type FileCapacity = Exclude<LinkCapacity, (link: never) => number>;

/** The schemas of {@linkcode FileLinkOptions}. */
export const LINK_OPTIONS = {
  policy: {
    enum: LINK_POLICIES,
    description: "The choice when the link is full. By default roll-off in a live graph, else lossless.",
  },
  capacity: capacitySchema("Frames that the link holds; by default as the graph has it."),
  convert: convertSchema("Auto: converters are inserted. By default the choice of the graph."),
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
    description: "True: a live graph ends once its sources have ended. By default true if it starts with any.",
  },
  capacity: capacitySchema("Frames that links hold which do not say; by default as suits the kind of frame."),
  convert: convertSchema("Auto: converters are inserted into links without a choice of their own. By default off."),
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

function assertSchedule(schedule: Schedule, { id }: OptionOwner): void {
  checkSchedule(schedule, (key, message) => {
    throw new SluiceError("InvalidConfig", `Cannot schedule node "${id}": ${message}`, { nodeId: id, key });
  });
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

/** A node of a graph file. */
export interface GraphFileNode {
  /** Registered name of its type. */
  readonly type: string;
  /** Values by key; an absent key keeps its default. */
  readonly config?: { readonly [key: string]: unknown };
  /**
   * `main`, or any name of a lane: nodes that give the same name share a thread. By default `worker`; for native
   * stages, which share no lane with processors, `native`. With `"auto"` the node starts on its default lane, and the
   * runtime moves it when that lane has too much to do.
   */
  readonly lane?: string;
  /**
   * The pool that its outputs take slots from: a kind of frame, or a name in {@linkcode RuntimeOptions.pools}; or such
   * names by output, `{ audio: "music" }`. By default each output uses the pool of its kind.
   */
  readonly pool?: string | { readonly [output: string]: string };
  /** Its supervision; by default as in {@linkcode RuntimeOptions.supervision}. */
  readonly supervision?: Supervision;
  /**
   * Time limit for a call of this node, milliseconds, including its waits in a live graph; 0: no limit. By default as
   * in {@linkcode RuntimeOptions.callTimeoutMs}.
   */
  readonly callTimeoutMs?: number;
  /**
   * Priority of its lane, which gets the highest priority of its nodes unless {@linkcode RuntimeOptions.lanes} has
   * another. Nodes without a lane that ask for the same priority share one. Not for lane `main`; by default the
   * priority of its type.
   */
  readonly priority?: LanePriority;
  /**
   * The processors for its lane, counted from 0: shared as with `priority`; the lane gets those that all of its nodes
   * allow.
   */
  readonly cpus?: readonly number[];
  /**
   * `process`: runs the node's code in a process of its own. If that process crashes, hangs for `callTimeoutMs` or takes
   * too much memory, only this node fails. `false`: runs the node in this process. By default as its type says, which is
   * `false` for most. A processor in TypeScript has the permissions in `isolatePermissions` there. Linux only.
   */
  readonly isolate?: "process" | false;
  /** Memory limit for the process of an isolated node, MiB; by default the limit of the system. */
  readonly isolateMemoryMb?: number;
  /** What the process of an isolated processor may do, as Deno's permissions have it: `{ net: ["api.example.com"] }`. */
  readonly isolatePermissions?: IsolatePermissions;
  /**
   * True if frames pass the node without a call of `process()`, until an edit changes it; by default `false`.
   */
  readonly bypassed?: boolean;
  /** Where a person has put it on the page, pixels from the left and the top; absent: the page chooses. */
  readonly position?: { readonly x: number; readonly y: number };
  /**
   * Elements of its dynamic ports from the start, beside those of its class: `["inputs_0", "inputs_3"]`. Ignores a name
   * that is not an element's, or beyond the port's maximum. An element with a name of its own has a kind: `{ input:
   * "side", kind: "audio" }`, `{ output: "rest", kind: "data" }`.
   */
  readonly ports?: readonly (
    | string
    | { readonly input?: string; readonly output?: string; readonly kind: FrameKind }
  )[];
}

/** A link of a graph file. */
export interface GraphFileLink {
  /** The output: `node.port`. */
  readonly from: string;
  /** The input: `node.port`. */
  readonly to: string;
  /** Its policy when it is full; absent: by the mode. */
  readonly policy?: LinkPolicy;
  /** Its capacity in frames; absent: by the graph. */
  readonly capacity?: Exclude<LinkCapacity, (link: never) => number>;
  /** `auto` inserts converters, `off` does not; absent: the choice of the graph. */
  readonly convert?: "auto" | "off";
}

/** A whole graph file. */
export interface GraphFile {
  /** Version of the format. */
  readonly version: 1;
  /** By id. */
  readonly nodes: { readonly [id: string]: GraphFileNode };
  /** In the order in which they were made. */
  readonly links?: readonly GraphFileLink[];
  /** Inputs of nodes that the file exposes, by name: `gain.audioIn`. */
  readonly inputs?: { readonly [name: string]: string };
  /** Outputs of nodes that the file exposes, by name. */
  readonly outputs?: { readonly [name: string]: string };
  /** The pace of the graph; absent: that of the runtime. */
  readonly mode?: GraphMode;
  /** True if a live graph ends with its sources; absent: by the runtime. */
  readonly endsWithSources?: boolean;
  /** Sizes of pools, by name. */
  readonly pools?: { readonly [name: string]: PoolSize };
  /** `limit`: the most bytes of slots of all pools together; absent: by the runtime. */
  readonly memory?: { readonly limit?: number };
  /** Capacity of links without one of their own, in frames; absent: by the runtime. */
  readonly capacity?: Exclude<LinkCapacity, (link: never) => number>;
  /** The choice for links that have none of their own; absent: that of the runtime. */
  readonly convert?: "auto" | "off";
  /** Lanes, by name. */
  readonly lanes?: { readonly [name: string]: LaneOptions };
}

/** A node of the file. */
export interface GraphNode extends Omit<GraphFileNode, "config"> {
  /** Unique in the file. */
  readonly id: NodeId;
  /** As in the file, with settings from the command line on top; without defaults. */
  readonly config: { readonly [key: string]: unknown };
  /** The place of its id. */
  readonly place: SourcePlace;
}

/** A link of the file. */
export interface GraphLink extends GraphFileLink {
  /** The output. */
  readonly from: PortAddress;
  /** The input. */
  readonly to: PortAddress;
  /** The place of its start. */
  readonly place: SourcePlace;
}

/** A whole graph file. */
export interface GraphDocument extends Omit<GraphFile, "nodes" | "links"> {
  /** Path or URL as the user gave it. */
  readonly file: string;
  /** The nodes, in the order of the file. */
  readonly nodes: readonly GraphNode[];
  /** The links, in the order of the file. */
  readonly links: readonly GraphLink[];
  /** Sizes of pools by name. */
  readonly pools: { readonly [name: string]: PoolSize };
  /** Declared lanes; if the file has no `lanes`, one for each lane that a node names, except `main`. */
  readonly lanes: { readonly [name: string]: LaneOptions };
  /** Inputs of nodes that the file exposes, by name. */
  readonly inputs: { readonly [name: string]: PortAddress };
  /** Outputs of nodes that the file exposes, by name. */
  readonly outputs: { readonly [name: string]: PortAddress };
}
