/**
 * The methods of `/rpc` with the schemas of their parameters and results, and the notifications that the server sends.
 * Server and client take their types and checks from here.
 *
 * Parameters are named (an object); unknown ones are refused.
 *
 * @module
 */
import { By, Commands, LogEntry, Plan } from "./commands.ts";
import { ControlEvent, LEVELS, LogLine } from "./feed.ts";
import { GRAPH_STATES, GraphSnapshot, NodeDetail, NodeTypeInfo } from "./graph.ts";
import { PastFigures } from "./history.ts";
import { SessionList } from "./sessions.ts";
import { TapEnded, TapOpened, TapParams } from "./tap.ts";
import { z } from "./zod.ts";

/** Statistics a second: the range, and the default. */
export const STATS_HZ = { min: 0.1, max: 60, default: 10 } as const;

/** Longest id, key or topic that a parameter can name, in characters. */
const MAX_NAME = 200;

/** The longest id of a node or link, in characters. The id of a link names both of its ends. */
const MAX_ID = 1_000;

const Nothing = z.strictObject({});
const Name = z.string().min(1).max(MAX_NAME);
const Subscription = z.int().min(1).max(0xffffffff);
/** A graph file's JSON. */
const Document = z.looseObject({ version: z.literal(1), nodes: z.record(z.string(), z.json()) });
const ByRpc = By.default("rpc");
const StateAnswer = z.object({ state: z.enum(GRAPH_STATES) });

/** Methods by name. */
export const METHODS = {
  /** Answers at once. Distinguishes a dead connection from a quiet one, and by `run` a restarted runtime. */
  "ping": { params: Nothing, result: z.object({ run: z.string(), version: z.number() }) },
  /** The whole graph. */
  "graph.get": { params: Nothing, result: GraphSnapshot },
  /** Pauses every node between two ticks. Drops nothing. */
  "graph.pause": { params: Nothing, result: StateAnswer },
  /** Resumes after `graph.pause`. */
  "graph.resume": { params: Nothing, result: StateAnswer },
  /** Ends the sources and drains the graph. Answers when the graph has ended. */
  "graph.stop": { params: Nothing, result: StateAnswer },
  /**
   * Stops the graph, if it runs, and starts it again; answers when it runs. `resume`: whether nodes continue from their
   * states.
   */
  "graph.restart": { params: z.strictObject({ resume: z.boolean().default(false) }), result: StateAnswer },
  /** Starts the graph, also anew; answers when it runs. */
  "graph.start": { params: z.strictObject({ resume: z.boolean().default(false) }), result: StateAnswer },
  /** Carries commands out in one edit, all or none. */
  "graph.edit": { params: z.strictObject({ commands: Commands, by: ByRpc }), result: LogEntry },
  /** Says what commands, or a document, would change. Changes nothing. */
  "graph.plan": {
    params: z.strictObject({ commands: Commands.optional(), document: Document.optional() }),
    result: Plan,
  },
  /** Changes the graph to a document, by what differs alone. */
  "graph.apply": { params: z.strictObject({ document: Document, by: ByRpc }), result: LogEntry },
  /** Goes to the graph before the last change. */
  "graph.undo": { params: z.strictObject({ by: ByRpc }), result: LogEntry },
  /** Takes the last undo back. */
  "graph.redo": { params: z.strictObject({ by: ByRpc }), result: LogEntry },
  /** Goes to the graph after an entry of the log; 0: the graph when the log began. */
  "graph.back": {
    params: z.strictObject({ to: z.int().min(0), by: ByRpc, force: z.boolean().default(false) }),
    result: LogEntry,
  },
  /**
   * The entries of the log, the titles of the steps that an undo and a redo would take, and how many changes are in no
   * file.
   */
  "graph.log": {
    params: z.strictObject({ after: z.int().min(0).default(0) }),
    result: z.object({
      entries: z.array(LogEntry),
      undo: z.string().optional(),
      redo: z.string().optional(),
      unsaved: z.int(),
    }),
  },
  /**
   * Writes the graph back to its file, of which only what differs changes, or to another one: `path`, relative to a
   * folder that the server allows; with `force` over a file that is there.
   */
  "graph.save": {
    params: z.strictObject({ path: z.string().min(1).max(4_096).optional(), force: z.boolean().default(false) }),
    result: z.object({ path: z.string() }),
  },
  /** The graph as a graph file. */
  "graph.document": { params: Nothing, result: z.record(z.string(), z.unknown()) },
  /** One node, with its type's documentation, configuration and histograms. */
  "node.describe": { params: z.strictObject({ node: Name }), result: NodeDetail },
  /** Changes a live parameter; answers when the node has the value. */
  "node.setConfig": {
    params: z.strictObject({ node: Name, key: Name, value: z.json(), by: ByRpc }),
    result: z.object({ value: z.unknown() }),
  },
  /** Gives a node a command, which it does between two ticks; answers with what it says. */
  "node.command": {
    params: z.strictObject({ node: Name, name: Name, args: z.record(z.string(), z.json()).default({}) }),
    result: z.object({ answer: z.unknown() }),
  },
  /**
   * Restarts a node without its state. If the node is stuck, its lane gets another thread and all nodes of the lane are
   * restarted; the answer comes once that has begun.
   */
  "node.restart": { params: z.strictObject({ node: Name }), result: z.object({}) },
  /** Sets whether a node is bypassed. The node has one input and one output of the same kind (`NodeInfo.bypass`). */
  "node.bypass": { params: z.strictObject({ node: Name, on: z.boolean(), by: ByRpc }), result: z.object({}) },
  /** Ends a node for this run: its inputs are dropped, and its outputs end. */
  "node.disable": { params: z.strictObject({ node: Name }), result: z.object({}) },
  /** The recent figures of one node or link, in steps of about a second, up to a quarter of an hour. */
  "history.get": {
    params: z.strictObject({ kind: z.enum(["node", "link"]), id: z.string().min(1).max(MAX_ID) }),
    result: PastFigures,
  },
  /** The sessions of the pipelines that the process offers. */
  "sessions.list": { params: Nothing, result: SessionList },
  /** The node types that the graph's registry knows. */
  "types.list": { params: Nothing, result: z.array(NodeTypeInfo) },
  /**
   * Sends binary frames (`stats_layout.ts`), `hz` a second; the first follows the answer. After a change of the graph,
   * a notification `graph.changed` precedes the first frame of the new version. Notifications `figures` carry what
   * nodes report and what links carry: everything at first, then changes.
   */
  "stats.subscribe": {
    params: z.strictObject({ hz: z.number().min(STATS_HZ.min).max(STATS_HZ.max).default(STATS_HZ.default) }),
    result: z.object({ subscription: Subscription, graph: GraphSnapshot }),
  },
  /** Sends notifications `events`; the answer has the recent ones. */
  "events.subscribe": {
    params: z.strictObject({
      /** Only these topics; `*` stands for any characters: `node:*`. By default all. */
      topics: z.array(Name).min(1).max(32).optional(),
    }),
    result: z.object({ subscription: Subscription, run: z.string(), recent: z.array(ControlEvent) }),
  },
  /** Sends notifications `logs`; the answer has the recent lines. */
  "logs.subscribe": {
    params: z.strictObject({
      /** Only this node's lines. */
      node: Name.optional(),
      /** The least important level. */
      level: z.enum(LEVELS).default("trace"),
    }),
    result: z.object({ subscription: Subscription, run: z.string(), recent: z.array(LogLine) }),
  },
  /** Looks at the frames of a link or an output: sends binary messages (`tap.ts`), `rate` a second at most. */
  "tap.open": { params: TapParams, result: TapOpened },
  /** Ends a tap, as `unsubscribe` does. */
  "tap.close": { params: z.strictObject({ subscription: Subscription }), result: z.object({}) },
  /** Ends a subscription. */
  "unsubscribe": { params: z.strictObject({ subscription: Subscription }), result: z.object({}) },
} as const;

/** Name of a method. */
export type MethodName = keyof typeof METHODS;

/** Parameters as a caller passes them. */
export type MethodParams<M extends MethodName> = z.input<typeof METHODS[M]["params"]>;

/** Parameters as the server receives them, with defaults. */
export type ParsedParams<M extends MethodName> = z.output<typeof METHODS[M]["params"]>;

/** The result of a method. */
export type MethodResult<M extends MethodName> = z.output<typeof METHODS[M]["result"]>;

/** What the server sends unasked, by name. */
export const NOTIFICATIONS = {
  /** The changes since the last such notification of a statistics subscription, at most ten times a second. */
  "figures": z.object({
    subscription: Subscription,
    /** Figures that nodes report, by node and name, in the unit that the name says. */
    nodes: z.record(z.string(), z.record(z.string(), z.number())),
    /** The formats of links' frames, for people, by link: `audio 48000 Hz, 2 channels`. */
    links: z.record(z.string(), z.string()),
  }),
  /** The graph as it is now. The next statistics follow this version. */
  "graph.changed": GraphSnapshot,
  /** Events of a subscription, oldest first. */
  "events": z.object({ subscription: Subscription, events: z.array(ControlEvent) }),
  /** Log lines of a subscription, oldest first. */
  "logs": z.object({ subscription: Subscription, lines: z.array(LogLine) }),
  /** A tap has ended by itself: the graph has, or its output has gone. */
  "tap.ended": TapEnded,
  /**
   * The connection was too slow: `dropped` events or lines of a subscription were left out. A client can subscribe
   * again for the recent ones.
   */
  "resync": z.object({ subscription: Subscription, dropped: z.number() }),
} as const;

/** Name of a notification. */
export type NotificationName = keyof typeof NOTIFICATIONS;

/** What a notification says. */
export type NotificationParams<N extends NotificationName> = z.output<typeof NOTIFICATIONS[N]>;
