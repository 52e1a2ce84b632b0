/**
 * What the control isolate and a lane say to each other. Everything is structured-cloneable; the main lane gets the
 * same messages without a copy.
 *
 * @module
 */
import type { Carries } from "../graph/carries.ts";
import type { ArenaToken, DriverToken } from "../driver/driver.ts";
import type { SerializedError } from "../errors.ts";
import type { FrameFormat, FrameKind } from "../frames/format.ts";
import type { NodeId } from "../ids.ts";
import type { LinkPlan } from "../links/link.ts";
import type { LinkMove, LinkRest } from "../links/link_move.ts";
import type { LogEntry } from "../log.ts";
import type { GraphMode } from "../links/policy.ts";
import type { PoolToken } from "../memory/pool_layout.ts";
import type { Schedule } from "../placement/schedule.ts";
import type { NodePools } from "../pools/node_pools.ts";
import type { OutputCarry } from "../ports/output_port.ts";
import type { Secret } from "../errors/redaction.ts";
import type { DynamicElements } from "../descriptor/dynamic_elements.ts";
import type { Figures } from "../stats.ts";

/** With what the stage of a node runs in a process of its own. */
export interface NodeIsolation {
  /** Most memory that the process may have for itself, bytes; 0: as much as the system gives. */
  readonly memoryBytes: number;
  /** How long a call may take until the process is killed, milliseconds; 0: for ever. */
  readonly limitMs: number;
}

/** A node as its lane builds it. */
export interface NodePlan {
  readonly id: NodeId;
  /** Index of its record in the control arena. */
  readonly index: number;
  readonly type: string;
  /** Module that exports `nodePackage`; empty for a type that only the control isolate knows. */
  readonly packageUrl: string;
  readonly config: { readonly [key: string]: unknown };
  /** What in the configuration came from the environment. */
  readonly secrets: readonly Secret[];
  /** The pool that its outputs take slots from; absent: that of their kind. */
  readonly pool?: NodePools;
  /** Whether it is passed by from the start. */
  readonly bypassed?: boolean;
  /** The elements of its dynamic ports, by port; absent for those that they start with. */
  readonly elements?: { readonly [port: string]: DynamicElements };
  /** The kind of its frames, where links tell it and have. */
  readonly told?: FrameKind;
  /** Whether the lane goes on when it fails: the control isolate decides what becomes of the node. */
  readonly supervised?: boolean;
  /** Its stage runs in a process of its own. */
  readonly isolation?: NodeIsolation;
  /** What this process has recorded so far; absent for none. */
  readonly recorded?: readonly string[];
  /** Only its place is made: with links, and no instance until it is restarted or disabled. */
  readonly vacant?: boolean;
}

/** Configuration values that change. */
export interface NodeValues {
  readonly values: { readonly [key: string]: unknown };
  /** What in them came from the environment. */
  readonly secrets: readonly Secret[];
}

/** A link end as its lane builds it. */
export interface LinkEndPlan {
  readonly link: LinkPlan;
  /** `local`: both ends are here. */
  readonly end: "local" | "reader" | "writer";
  /** Index of the lane at the other end. */
  readonly otherLane: number;
}

/** What a lane is made with. */
export interface LaneInit {
  readonly name: string;
  /** Index of its record in the control arena. */
  readonly index: number;
  readonly generation: number;
  /** The row of each pool's table of holds that the thread has for itself. */
  readonly row: number;
  /** How urgent the thread is, and where it runs. */
  readonly schedule: Schedule;
  readonly driver: DriverToken;
  readonly control: ArenaToken;
  readonly pools: readonly PoolToken[];
  /** Whether frames are checked as development mode does. */
  readonly development: boolean;
  readonly mode: GraphMode;
  /** Node types that convert, by `ConverterKey`. */
  readonly converters: { readonly [key: string]: readonly string[] };
  /** How long a node's `setup()` may take, milliseconds; 0: for ever. */
  readonly setupTimeoutMs: number;
}

/** What a lane changes between two ticks, in the order of the fields. */
export interface LaneEdit {
  /** Ends of removed links: frames that are left in them are released and counted as unlinked. */
  readonly detach: readonly LinkEndPlan[];
  /**
   * Ends whose other end went with its lane: frames that went with it are counted. `kept`: the ring stays, with what is
   * in it; else this end was just detached, and what is in the ring is lost as well.
   */
  readonly lost: readonly { readonly end: LinkEndPlan; readonly kept: boolean }[];
  /** Removed nodes: their links are detached by now; they are flushed, torn down and reported as removed. */
  readonly remove: readonly NodeId[];
  /**
   * Handovers from and to this lane. Nodes that hand over are torn down and, where their successors have other records,
   * reported as removed; those that come from other lanes are not run before `attach`.
   */
  readonly handovers: readonly Handover[];
  /** Links that this lane has to detach, one end or both: what is left in them is reported by `applied`. */
  readonly moves: readonly LinkMove[];
  /** Ends of new links. */
  readonly attach: readonly LinkEndPlan[];
  /** Inputs whose links stay, and from now on close a loop or do not. */
  readonly loops: readonly { readonly node: NodeId; readonly port: string; readonly closes: boolean }[];
  /** Inputs whose links hold so many frames beyond their capacity from now on. */
  readonly grow: readonly { readonly node: NodeId; readonly port: string; readonly extra: number }[];
  /** Elements of dynamic ports that come and go. */
  readonly ports: readonly PortEdit[];
  readonly bypass: readonly { readonly node: NodeId; readonly on: boolean }[];
  readonly configure: readonly ({ readonly node: NodeId } & NodeValues)[];
}

/** Another instance takes the place of a node: on the same lane, or on another one. */
export interface Handover {
  readonly node: NodeId;
  /** Indices of the lanes of the node and of its successor. */
  readonly from: number;
  readonly to: number;
  /**
   * What the successor goes on from: what the node's `snapshot()` gives unless the node has failed (`carried`), or in any
   * case (`kept`), or nothing (`anew`). A node that has failed is torn down before its successor is set up on the same
   * record (`restart-carried`, `restart-fresh`).
   */
  readonly state: "carried" | "kept" | "anew" | "restart-carried" | "restart-fresh";
  /** How long the successor may wait for something to do in its trial, milliseconds; absent: it has no trial. */
  readonly trialMs?: number;
}

/** A node whose dynamic ports change, or the kind of its frames. */
export interface PortEdit {
  readonly node: NodeId;
  /** The elements that its dynamic ports have from now on, by port. */
  readonly elements: { readonly [port: string]: DynamicElements };
  /** The kind of its frames from now on, where links tell it and have. */
  readonly told?: FrameKind;
}

/** What a node goes on from on another lane, or as another type, beside its processor's state. */
export interface NodeCarry {
  readonly type: string;
  /** It is to be run without new frames; only a native stage asks for that. */
  readonly again?: boolean;
  /** It has had its last tick: `flush()` and the end of stream come next. */
  readonly finishing: boolean;
  /** The time that it asked to be ticked at, and when its last tick of that kind was due, nanoseconds; 0 for none. */
  readonly notBeforeNs: number;
  readonly lastDueNs: number;
  /** The times of the frame that it read last, nanoseconds. */
  readonly lastIngressNs: number;
  readonly lastPtsNs: number;
  /** Inputs whose next frame has a gap before it. */
  readonly gapInputs: readonly string[];
  /** Inputs that skip encoded frames up to the next key frame. */
  readonly skippingInputs: readonly string[];
  readonly outputs: readonly OutputCarry[];
}

/** What a node is tried with on another lane. The references to the frames are the claimant's. */
export interface Loan {
  /** One word: 1 from when it is claimed. */
  readonly claim: SharedArrayBuffer;
  /** How long the node may wait for something to do, milliseconds. */
  readonly waitMs: number;
  readonly inputs: readonly { readonly plan: LinkPlan; readonly entries: readonly number[] }[];
  readonly outputs: readonly { readonly plan: LinkPlan; readonly room: number; readonly closed: boolean }[];
}

/** The nodes that lanes quiesce together. */
export interface Standstill {
  /** In the order of the graph. */
  readonly nodes: readonly NodeId[];
  /** One word for each. */
  readonly states: SharedArrayBuffer;
}

/** What a node offers to its successor on another lane. */
export interface OfferedNode {
  readonly node: NodeId;
  readonly carry: NodeCarry;
  /** What its `snapshot()` gave; absent without one. */
  readonly state?: unknown;
  /** What the successor is tried with; absent for one that is not. */
  readonly loan?: Loan;
}

/** What a node's `snapshot()` gave at the end of a run, or why it gave nothing. */
export interface KeptState {
  readonly node: NodeId;
  readonly state?: unknown;
  readonly error?: SerializedError;
}

/** From the control isolate to a lane. */
export type LaneCommand =
  /**
   * What processors print with `console` goes to standard error (`consoleOnStderr`), in place of a line of progress
   * (`consoleOnOwnLine`).
   */
  | {
    readonly kind: "init";
    readonly init: LaneInit;
    readonly consoleOnStderr?: boolean;
    readonly consoleOnOwnLine?: boolean;
  }
  /** What the lane is to leave out of logs and errors. Only for worker lanes. */
  | { readonly kind: "secrets"; readonly secrets: readonly Secret[] }
  /** `states`: what nodes go on from, by node. */
  | {
    readonly kind: "open";
    readonly nodes: readonly NodePlan[];
    readonly links: readonly LinkEndPlan[];
    readonly states: ReadonlyMap<NodeId, unknown>;
  }
  | { readonly kind: "start" }
  /** The thread is to be as urgent as that, and run there; `warning` tells what the system refuses. Not for main. */
  | { readonly kind: "schedule"; readonly schedule: Schedule }
  /** Sources end; what they wrote drains. */
  | { readonly kind: "stop" }
  /** Tears every node down. The signal of nodes that have not ended is aborted. */
  | { readonly kind: "close" }
  /** Ends the calls of isolated stages by killing their processes. Only for native lanes. */
  | { readonly kind: "endCalls" }
  /**
   * No node is run until `resume`; answered by `paused` once each asynchronous tick under way has ended or waits for
   * room or a slot, or not if `resume` comes first.
   */
  | { readonly kind: "pause"; readonly pause: number }
  /** `pausedNs`: how long all pauses took so far, nanoseconds; the nodes' clock leaves them out. */
  | { readonly kind: "resume"; readonly pausedNs: number }
  /**
   * Prepares an edit: opens pools, builds nodes and calls their `setup()` while the others go on. The lane commits the
   * edit between two ticks once the control page's epoch is `epoch`. Answered by `prepared` or `refused`; after `refused`
   * nothing is left of it.
   */
  | {
    readonly kind: "prepare";
    readonly epoch: number;
    readonly nodes: readonly NodePlan[];
    readonly pools: readonly PoolToken[];
    /** Ports whose formats are asked for. */
    readonly inspect: readonly { readonly node: NodeId; readonly port: string }[];
    readonly edit: LaneEdit;
    /** One word: whether the lane may apply the edit. The session may have answered in its stead by then (`edits/turn.ts`). */
    readonly turn: SharedArrayBuffer;
    /** Where no other lane takes part: what `handOver` would say. The answer comes when that is done, too. */
    readonly handOver?: Standstill;
  }
  /**
   * After every lane has prepared: quiesces the nodes that hand over, and those that the edit changes. Successors on this
   * lane are given their state and tried; for others it is said what they go on from. Answered by `offered`, where nodes
   * go to other lanes, and by `tried`, or by `refused`. Where nodes come from other lanes too, `tried` follows `accept`.
   */
  | {
    readonly kind: "handOver";
    readonly epoch: number;
    /** The nodes that all lanes quiesce. */
    readonly standstill: Standstill;
    /** Nodes whose successors on other lanes take no state. */
    readonly stateless: readonly NodeId[];
  }
  /** Gives nodes that come from other lanes their state, and tries them. Answered by `tried` or `refused`. */
  | { readonly kind: "accept"; readonly epoch: number; readonly nodes: readonly OfferedNode[] }
  /** Before `attach`: counts what went with lanes that were to detach the other ends. Answered by `counted`. */
  | { readonly kind: "countLost"; readonly epoch: number; readonly ends: readonly LinkEndPlan[] }
  /** After every lane has applied: attaches the ends that other lanes have detached. Answered by `attached`. */
  | {
    readonly kind: "attach";
    readonly epoch: number;
    /** One word: 1 from when the rests are claimed, by the lane or by who gives them back in its stead. */
    readonly claim: SharedArrayBuffer;
    readonly moves: readonly LinkMove[];
    readonly rests: readonly LinkRest[];
  }
  /** Drops what was prepared and tears the new nodes down. */
  | { readonly kind: "abort"; readonly epoch: number }
  /** Tears down what it can in a short time and ends the thread; answered by `gone`. Only for worker lanes. */
  | { readonly kind: "endThread" }
  /**
   * Ends a node that has failed: its outputs end, what comes to it is dropped, and it is torn down. Answered by
   * `disabled`. `record`: the index of its record; another node that has taken its place since is left alone.
   */
  | { readonly kind: "disable"; readonly node: NodeId; readonly record: number }
  /** A node has awaited something for too long: it has failed, if it still does. `record` as for `disable`. */
  | {
    readonly kind: "overdue";
    readonly node: NodeId;
    readonly record: number;
    readonly call: "process()" | "flush()";
    readonly afterMs: number;
  }
  /** Gives a native stage a command, with arguments as JSON. Only for native lanes. */
  | {
    readonly kind: "ask";
    readonly request: number;
    readonly node: NodeId;
    readonly name: string;
    readonly json: string;
  }
  | {
    readonly kind: "configure";
    readonly request: number;
    readonly node: NodeId;
  } & NodeValues;

/** A format that an output announced in its node's `setup()`. */
export interface AnnouncedFormat {
  readonly node: NodeId;
  readonly port: string;
  readonly format: FrameFormat;
}

/** What a node has told of itself: the newest only. */
export interface NodeTold {
  readonly node: NodeId;
  /** Another instance has taken the node's place: nothing that was told before is its. */
  readonly anew?: boolean;
  /** What it reported by `context.report()`. */
  readonly figures?: Figures;
  /** The formats of the frames that its inputs read, by port. */
  readonly formats?: readonly (readonly [port: string, format: FrameFormat])[];
}

/** From a lane to the control isolate. */
export type LaneReport =
  /** `carries`: by record; absent: nothing. */
  | {
    readonly kind: "opened";
    readonly formats: readonly AnnouncedFormat[];
    readonly carries?: ReadonlyMap<number, Carries>;
  }
  /** `pause`: the number of the command. */
  | { readonly kind: "paused"; readonly pause: number }
  /**
   * `formats`: of new nodes' outputs, and of the ports that were asked for, as far as they are known; `stateless`: new
   * nodes without `restore()`, as far as they may take another one's place; `carries`: of new nodes, as for `opened`.
   */
  | {
    readonly kind: "prepared";
    readonly epoch: number;
    readonly formats: readonly AnnouncedFormat[];
    readonly stateless?: readonly NodeId[];
    readonly carries?: ReadonlyMap<number, Carries>;
  }
  | { readonly kind: "refused"; readonly epoch: number; readonly error: SerializedError }
  /** What nodes that go to other lanes offer: to be passed on by `accept`. */
  | { readonly kind: "offered"; readonly epoch: number; readonly nodes: readonly OfferedNode[] }
  /** The lane's nodes are quiesced, and new ones have been tried. */
  | { readonly kind: "tried"; readonly epoch: number }
  /**
   * The lane has committed the edit; `failures`: of nodes that could not take over a configuration, ports or a link;
   * `refused`: the nodes that have kept the configuration that they had; `rests`: what was left in the links that the lane has detached.
   */
  | {
    readonly kind: "applied";
    readonly epoch: number;
    readonly failures: readonly SerializedError[];
    readonly refused: readonly NodeId[];
    readonly rests: readonly LinkRest[];
  }
  /** The lane has done what `countLost` asked. */
  | { readonly kind: "counted"; readonly epoch: number }
  /** The lane has taken up what `attach` gave it. */
  | { readonly kind: "attached"; readonly epoch: number }
  /** A node that an edit has removed, replaced or moved away was torn down: the index of its record. */
  | { readonly kind: "tornDown"; readonly record: number }
  /**
   * `node`, and the index of its `record`: it was set aside and the others go on; absent: the lane has stopped
   * running nodes.
   */
  | {
    readonly kind: "failed";
    readonly error: SerializedError;
    readonly node?: NodeId;
    readonly record?: number;
  }
  /** A failed node was torn down, and its outputs have ended. */
  | { readonly kind: "disabled"; readonly node: NodeId }
  | { readonly kind: "ended"; readonly node: NodeId; readonly figures?: { readonly [name: string]: number } }
  | { readonly kind: "progress"; readonly node: NodeId; readonly doneNs: number; readonly totalNs?: number }
  /** A node has completed a file. */
  | { readonly kind: "recorded"; readonly path: string }
  | { readonly kind: "emitted"; readonly node: NodeId; readonly name: string; readonly data: unknown }
  /** Events of the lane's nodes that were left out since the last report. */
  | { readonly kind: "overflow"; readonly lost: number }
  /** The newest that nodes have told of themselves. */
  | { readonly kind: "facts"; readonly nodes: readonly NodeTold[] }
  /** A line of a worker's log, whose output it has seen to itself. */
  | { readonly kind: "log"; readonly entry: LogEntry }
  | { readonly kind: "configured"; readonly request: number; readonly error?: SerializedError }
  /** What a native stage has answered a command with, as JSON; `error`: why there is no result. */
  | { readonly kind: "answered"; readonly request: number; readonly json: string; readonly error?: SerializedError }
  /** The system refused something that the lane does without. */
  | { readonly kind: "warning"; readonly text: string }
  /** The thread has done its last work; its lane's record says that it is dead. */
  | { readonly kind: "gone" }
  /** Every node was torn down. `states`: of those that have a `snapshot()`, as they were before that. */
  | { readonly kind: "closed"; readonly states?: readonly KeptState[] };
