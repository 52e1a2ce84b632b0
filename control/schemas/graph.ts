/**
 * The graph in its wire form: what exists, not how it is doing. Rates, counts and states that change all the time are
 * in the statistics (`stats_layout.ts`), whose columns follow the order of the lists here.
 *
 * @module
 */
import type { ConfigObjectSchema, ConfigSchema } from "../../core/descriptor/descriptor.ts";
import { z } from "./zod.ts";

/** The states of a graph. The binary statistics carry the index. */
export const GRAPH_STATES = [
  "building",
  "starting",
  "running",
  "paused",
  "stopping",
  "completed",
  "stopped",
  "failed",
] as const;

/** The state of a graph. */
export type GraphState = typeof GRAPH_STATES[number];

/** The states of a node. The binary statistics carry the index. */
export const NODE_STATES = ["new", "open", "running", "ended", "failed", "closed", "disabled", "restarting"] as const;

/** The state of a node. */
export type NodeLifeState = typeof NODE_STATES[number];

/** An error in its wire form. */
export const ErrorInfo = z.object({
  /** A code of `SluiceError`, or the name of another error's class. */
  code: z.string(),
  message: z.string(),
  nodeId: z.string().optional(),
  port: z.string().optional(),
  linkId: z.string().optional(),
  key: z.string().optional(),
  available: z.array(z.string()).optional(),
  expected: z.string().optional(),
  actual: z.string().optional(),
});

/** The type of {@linkcode ErrorInfo}. */
export type ErrorInfo = z.infer<typeof ErrorInfo>;

/** One port of a node in a graph. */
export const PortInfo = z.object({
  /** Name as in addresses: `audio`, `audioIn_3`. */
  name: z.string(),
  /** Kind of frames: `audio`, `video`, `encoded`, `packet`, `data`; absent where links tell it and have not. */
  kind: z.string().optional(),
  /** For a port whose kind links have yet to tell: those that it may carry. */
  kinds: z.array(z.string()).optional(),
  /** Frame type as written: `AudioFrame<2>`. */
  type: z.string(),
  optional: z.boolean(),
});

/** The type of {@linkcode PortInfo}. */
export type PortInfo = z.infer<typeof PortInfo>;

/** One node. Its index in {@linkcode GraphSnapshot} is its index in the statistics. */
export const NodeInfo = z.object({
  id: z.string(),
  /** Name of its type, which `types.list` describes. */
  type: z.string(),
  /** Name of its lane. */
  lane: z.string(),
  category: z.string(),
  /** Whether the node is bypassed; absent if it cannot be. */
  bypass: z.boolean().optional(),
  /** Whether its stage runs in a process of its own; absent if not. */
  isolated: z.boolean().optional(),
  /** The node whose recording keeps commands from changing this one, unless the graph is paused; absent for none. */
  locked: z.string().optional(),
  /** Where a person has put it, pixels; absent: the page chooses. */
  position: z.object({ x: z.number(), y: z.number() }).optional(),
  /** The input that the node waits for a link to, in a live graph; absent if it waits for none. */
  awaits: z.string().optional(),
  inputs: z.array(PortInfo),
  outputs: z.array(PortInfo),
});

/** The type of {@linkcode NodeInfo}. */
export type NodeInfo = z.infer<typeof NodeInfo>;

/** One link. Its index in {@linkcode GraphSnapshot} is its index in the statistics. */
export const LinkInfo = z.object({
  id: z.string(),
  fromNode: z.string(),
  fromPort: z.string(),
  toNode: z.string(),
  toPort: z.string(),
  /** What it does when it is full: `roll-off`, `latest`, `drop-newest`, `lossless`. */
  policy: z.string(),
  /** Frames that fit. */
  capacity: z.number(),
  /** Kind of frames. */
  kind: z.string(),
  /** Frame type as the output has it. */
  type: z.string(),
  /** The format of its frames at that time, for people: `audio 48000 Hz, 2 channels`; absent if unknown. */
  format: z.string().optional(),
});

/** The type of {@linkcode LinkInfo}. */
export type LinkInfo = z.infer<typeof LinkInfo>;

/** One lane. Its index in {@linkcode GraphSnapshot} is its index in the statistics. */
export const LaneInfo = z.object({
  name: z.string(),
  /** `main`, `worker` or `native`. */
  kind: z.string(),
  /** The system's number of its thread; 0 if unknown. */
  threadId: z.number(),
  /** What the system refused and the lane does without. */
  warnings: z.array(z.string()),
});

/** The type of {@linkcode LaneInfo}. */
export type LaneInfo = z.infer<typeof LaneInfo>;

/** One pool. Its index in {@linkcode GraphSnapshot} is its index in the statistics. */
export const PoolInfo = z.object({
  name: z.string(),
  /** Number of slots. */
  slots: z.number(),
  /** Bytes of payload in a slot. */
  slotBytes: z.number(),
});

/** The type of {@linkcode PoolInfo}. */
export type PoolInfo = z.infer<typeof PoolInfo>;

/** The whole graph. */
export const GraphSnapshot = z.object({
  /** Names this run of the runtime. It differs after a restart. */
  run: z.string(),
  /** Grows whenever a list here changes. Binary statistics carry the version that their columns follow. */
  version: z.number(),
  /** What the graph was made from, such as `examples/live.json`; for people. */
  title: z.string(),
  state: z.enum(GRAPH_STATES),
  /** `live` or `offline`. */
  mode: z.string(),
  /** `native` or `portable`. */
  driver: z.string(),
  /**
   * How long a call of a node may last before the node is stuck, milliseconds; 0 sets no limit. The statistics have
   * `inCallMs`.
   */
  stuckAfterMs: z.number(),
  /** True if no command may change the graph: it is served with a lock. */
  locked: z.boolean().optional(),
  /** The error that the graph failed with. */
  error: ErrorInfo.optional(),
  nodes: z.array(NodeInfo),
  links: z.array(LinkInfo),
  lanes: z.array(LaneInfo),
  pools: z.array(PoolInfo),
});

/** The type of {@linkcode GraphSnapshot}. */
export type GraphSnapshot = z.infer<typeof GraphSnapshot>;

/** The JSON Schema of a node's configuration, as the generator writes it. */
const ConfigSchemaOfType = z.custom<ConfigObjectSchema>((value) =>
  typeof value === "object" && value !== null && (value as { type?: unknown }).type === "object"
);

/** The JSON Schema of what a data frame carries, as the generator writes it. */
const ValueSchemaOfPort = z.custom<ConfigSchema>((value) => typeof value === "object" && value !== null);

/** A port of a node type. */
export const TypePort = PortInfo.extend({
  doc: z.string(),
  /** Elements of an array port; absent for a single one. */
  array: z.number().optional(),
  /** For a dynamic port: how many elements it starts with, and the most it can have. */
  dynamic: z.object({ initial: z.number(), max: z.number() }).optional(),
  /** For a dynamic port whose elements have names of their own: the frame types that they may carry, by kind. */
  named: z.array(z.object({ kind: z.string(), type: z.string() })).optional(),
  /** For data: the name of the value's type; ports of equal names fit. */
  schema: z.string().optional(),
  /** For data: the JSON Schema of the value, as the generator writes it. */
  valueSchema: ValueSchemaOfPort.optional(),
});

/** The type of {@linkcode TypePort}. */
export type TypePort = z.infer<typeof TypePort>;

/** A node type. */
export const NodeTypeInfo = z.object({
  type: z.string(),
  className: z.string(),
  /** The place of the class: `processors/audio/gain.ts:12`; empty for a native stage. */
  source: z.string(),
  /** First sentence of the documentation. */
  description: z.string(),
  /** The whole documentation in Markdown. Foreign text: never HTML to trust. */
  doc: z.string(),
  category: z.string(),
  tags: z.array(z.string()),
  /** `push`, `loop`, `pull` or `external`. */
  mode: z.string(),
  /** The kind of lane it runs on by default. */
  lane: z.string(),
  inputs: z.array(TypePort),
  outputs: z.array(TypePort),
  /** `properties[key]["x-live"]` says which keys may change while the node runs; `x-unit` has the unit. */
  config: ConfigSchemaOfType,
  /** The commands that `node.command` takes, by name. */
  commands: z.record(
    z.string(),
    z.object({
      description: z.string(),
      /** The schema of `args`; absent for a native stage, which checks its arguments itself. */
      args: ConfigSchemaOfType.optional(),
      /** The schema of the answer, as far as the type says one. */
      answer: ValueSchemaOfPort.optional(),
    }),
  ).optional(),
});

/** The type of {@linkcode NodeTypeInfo}. */
export type NodeTypeInfo = z.infer<typeof NodeTypeInfo>;

/** A histogram of durations on a log scale: bucket `k` begins at `2 ** (shift + k / 4)` nanoseconds. */
export const Histogram = z.object({
  shift: z.number(),
  counts: z.array(z.number()),
});

/** The type of {@linkcode Histogram}. */
export type Histogram = z.infer<typeof Histogram>;

/** One node in detail, as it is now. */
export const NodeDetail = z.object({
  node: NodeInfo,
  type: NodeTypeInfo,
  state: z.enum(NODE_STATES),
  /** Values by key, given and default. A value from the environment is `${env:NAME}`. */
  config: z.record(z.string(), z.unknown()),
  /** Keys that `node.setConfig` takes now. */
  settable: z.array(z.string()),
  /** Calls of `process()`. */
  ticks: z.number(),
  busyNs: z.number(),
  maxTickNs: z.number(),
  errors: z.number(),
  framesIn: z.number(),
  framesOut: z.number(),
  /** Time of a tick. */
  tick: Histogram,
  /** Age of the frames that the node read. */
  age: Histogram,
  /** Its progress, media time in nanoseconds. */
  progress: z.object({ doneNs: z.number(), totalNs: z.number().optional() }).optional(),
  /** Figures that the node reported last, or that a native stage counts. The unit is in the name. */
  figures: z.record(z.string(), z.number()).optional(),
  /** Path of the module by which its plugin shows it on the page; absent if it has none. */
  panel: z.string().optional(),
});

/** The type of {@linkcode NodeDetail}. */
export type NodeDetail = z.infer<typeof NodeDetail>;
