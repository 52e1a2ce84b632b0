/**
 * The events of a runtime's event bus. Every event can be structured-cloned.
 *
 * @module
 */
import { describeValue } from "../errors/describe_value.ts";
import { listNames, type SerializedError } from "../errors.ts";
import { isId, type LinkId, type NodeId } from "../ids.ts";
import type { DropCounts, NodeActivity, NodeState, RunSummary } from "../stats.ts";
import { assertOwnTopic, type Topic } from "./topics.ts";

/** About the whole run. Topic `runtime`. */
export type RuntimeEvent =
  & { readonly group: "runtime" }
  & (
    | { readonly kind: "started" | "paused" | "resumed" | "stopping" }
    | { readonly kind: "ended"; readonly outcome: RunSummary["outcome"]; readonly error?: SerializedError }
    | { readonly kind: "warning"; readonly message: string }
  );

/** About a node. Topic `node:{id}`. */
export type NodeEvent =
  & { readonly group: "node"; readonly nodeId: NodeId }
  & (
    | { readonly kind: "state"; readonly state: NodeState; readonly previous?: NodeState }
    /** Every event and line of the log about one failure has the same `failure`, a number from 1. */
    | { readonly kind: "failed"; readonly failure: number; readonly error: SerializedError }
    /** `attempt` counts the restarts within the policy's window, from 1; `afterMs` is the delay before the next one. */
    | {
      readonly kind: "restarting";
      readonly attempt: number;
      readonly afterMs: number;
      readonly failure: number;
      readonly error: SerializedError;
    }
    | {
      readonly kind: "restarted";
      readonly attempt: number;
      readonly failure?: number;
      readonly error?: SerializedError;
    }
    | { readonly kind: "disabled"; readonly failure?: number; readonly error?: SerializedError }
    /**
     * The node became blocked or stuck, or ceased to be, according to two readings of the control page half a second
     * apart.
     */
    | { readonly kind: "activity"; readonly activity: NodeActivity }
    /** `forNs` is how long the tick has lasted. */
    | { readonly kind: "stuck"; readonly lane: string; readonly forNs: number }
    | {
      readonly kind: "log";
      readonly level: "trace" | "debug" | "info" | "warn" | "error";
      readonly message: string;
      readonly fields?: { readonly [name: string]: unknown };
    }
    /** The node has completed a file; `path` is absolute. */
    | { readonly kind: "recorded"; readonly path: string }
    /** From `context.emit(name, data)`. */
    | { readonly kind: "custom"; readonly name: string; readonly data: unknown }
  );

/** About a link. Topic `link:{id}`. */
export type LinkEvent =
  & { readonly group: "link"; readonly linkId: LinkId }
  & (
    | { readonly kind: "connected" | "removed"; readonly from: string; readonly to: string }
    /** Both ends of the removed link are detached; these are its last counts. */
    | {
      readonly kind: "closed";
      readonly from: string;
      readonly to: string;
      readonly written: number;
      readonly read: number;
      readonly dropped: DropCounts;
    }
    /**
     * The link begins to drop frames. `dropped` counts since the start of the run, `sinceLast` since the previous event
     * of this kind.
     */
    | { readonly kind: "dropping"; readonly dropped: DropCounts; readonly sinceLast: DropCounts }
  );

/** About a lane. Topic `lane:{name}`. */
export type LaneEvent =
  & { readonly group: "lane"; readonly lane: string }
  & (
    | { readonly kind: "started" | "closed" }
    /** A new thread runs the lane; `generation` counts the lane's threads from 1. */
    | { readonly kind: "replaced"; readonly generation: number; readonly nodes: readonly NodeId[] }
    | { readonly kind: "crashed" | "fenced"; readonly error?: SerializedError; readonly nodes?: readonly NodeId[] }
    | { readonly kind: "warning"; readonly message: string }
    /** Events of the lane's nodes that were dropped because the nodes emitted too many. */
    | { readonly kind: "overflow"; readonly lost: number }
  );

/** About the graph's shape. Topic `graph`. */
export type GraphEvent = {
  readonly group: "graph";
  readonly kind: "edited";
  /** The actions in words: `add`, `connect`, `replace`. */
  readonly actions: readonly string[];
  /** The nodes that were added, removed or changed. Links have events of their own. */
  readonly nodes: readonly NodeId[];
  /** The author of the edit: `by` of `runtime.edit()`. */
  readonly by?: string;
  /** The reason of an edit that the runtime made by itself, such as to move nodes from an overloaded lane. */
  readonly reason?: string;
};

/** About a native plugin. Topic `plugin`. */
export type PluginEvent = {
  readonly group: "plugin";
  readonly kind: "loaded" | "rejected" | "disabled";
  readonly plugin: string;
  readonly error?: SerializedError;
};

/** An event that a script publishes by `runtime.events.emit()`, under a topic of its own, such as `my:topic`. */
export type OwnEvent<T = unknown> = {
  readonly group: "own";
  readonly kind: "emitted";
  readonly name: Topic;
  readonly data: T;
};

/** Any failure. Topic `error`. */
export type ErrorEvent = {
  readonly group: "error";
  readonly kind: "error";
  /** The same number as in the `failed` events of the nodes that the failure concerns. */
  readonly failure?: number;
  readonly error: SerializedError;
};

/** An event before the bus adds its stamp. */
export type EventBody =
  | RuntimeEvent
  | NodeEvent
  | LinkEvent
  | LaneEvent
  | GraphEvent
  | PluginEvent
  | OwnEvent
  | ErrorEvent;

/** The fields that the bus adds to an event. */
export interface EventStamp {
  /** The subject of the event. */
  readonly topic: Topic;
  /** Counts the events of the runtime from 1: a gap shows that events were dropped. */
  readonly sequence: number;
  /** The time of publishing, on the runtime's clock: nanoseconds since its epoch, without the time in pauses. */
  readonly timeNs: number;
}

/** An event. Tell events apart by `group`, then by `kind`. */
export type SluiceEvent = EventStamp & EventBody;

/** The groups, with the field that names the subject of their topic, or an empty string. */
const GROUPS: { readonly [G in EventBody["group"]]: string } = {
  runtime: "",
  graph: "",
  plugin: "",
  error: "",
  own: "",
  node: "nodeId",
  link: "linkId",
  lane: "lane",
};

/**
 * Checks the fields that the bus needs, and that some pattern matches the topic.
 *
 * @throws {TypeError} if one of them is missing or invalid
 */
export function assertEvent(event: EventBody): void {
  const refuse = (why: string) => new TypeError(`Cannot publish ${describeValue(event)}: ${why}`);
  if (typeof event !== "object" || event === null) {
    throw refuse('it is not an event, an object with "group" and "kind"');
  }
  const { group, kind } = event;
  if (!Object.hasOwn(GROUPS, group)) {
    throw refuse(`its "group" is ${describeValue(group)}, wanted one of ${listNames(Object.keys(GROUPS))}`);
  }
  if (typeof kind !== "string") throw refuse(`its "kind" is ${describeValue(kind)}, wanted a text`);
  if (group === "own") assertOwnTopic(event.name);
  const field = GROUPS[group];
  const id = field === "" ? "" : (event as unknown as { readonly [field: string]: unknown })[field];
  // An empty id names a subject that has gone.
  if (typeof id !== "string" || (id !== "" && !isId(id))) {
    throw refuse(`its "${field}" is ${describeValue(id)}, wanted an id`);
  }
}

/** Returns the topic of an event. */
export function topicOf(event: EventBody): Topic {
  switch (event.group) {
    case "node":
      return `node:${event.nodeId}`;
    case "link":
      return `link:${event.linkId}`;
    case "lane":
      return `lane:${event.lane}`;
    case "own":
      return event.name;
    default:
      return event.group;
  }
}
