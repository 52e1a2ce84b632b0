/**
 * The messages between the control isolate and a lane. Each is structured-cloneable; the main lane gets the same
 * messages without a copy.
 *
 * @module
 */
import type { Carries } from "../graph/entries.ts";
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
import type { DynamicElements } from "../descriptor/descriptor.ts";
import type { Figures } from "../stats.ts";

/** The limits of a node whose stage runs in a process of its own. */
export interface NodeIsolation {
  /** The most memory that the process may use, bytes; 0: as much as the system gives. */
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
  /** Secrets in the configuration: values from the environment. */
  readonly secrets: readonly Secret[];
  /** The pools that its outputs take slots from; absent: the pools of their kinds. */
  readonly pool?: NodePools;
  /** True if the node is bypassed from the start. */
  readonly bypassed?: boolean;
  /** The elements of its dynamic ports, by port; absent for the initial elements. */
  readonly elements?: { readonly [port: string]: DynamicElements };
  /** The kind of its frames, if its links determine the kind and have done so. */
  readonly told?: FrameKind;
  /** True if the lane continues when the node fails: the control isolate decides the node's fate. */
  readonly supervised?: boolean;
  /** The limits of the process that runs its stage, if it has one of its own. */
  readonly isolation?: NodeIsolation;
  /** Files that this process has recorded so far; absent for none. */
  readonly recorded?: readonly string[];
  /**
   * True if only the node's place is made: with links, and without an instance until the node is restarted or disabled.
   */
  readonly vacant?: boolean;
  /** The state that it continues from, beside those of handovers; absent for none. */
  readonly state?: unknown;
}

/** Configuration values that change while a node runs. */
export interface NodeValues {
  readonly values: { readonly [key: string]: unknown };
  /** Secrets in the values: those from the environment. */
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

/** The parameters that a lane is made with. */
export interface LaneInit {
  readonly name: string;
  /** Index of its record in the control arena. */
  readonly index: number;
  readonly generation: number;
  /** The row of each pool's table of holds that belongs to the thread. */
  readonly row: number;
  /** The priority and the processors of the thread. */
  readonly schedule: Schedule;
  readonly driver: DriverToken;
  readonly control: ArenaToken;
  readonly pools: readonly PoolToken[];
  /** True if frames are checked as in development mode. */
  readonly development: boolean;
  readonly mode: GraphMode;
  /** Node types that convert, by `ConverterKey`. */
  readonly converters: { readonly [key: string]: readonly string[] };
  /** How long a node's `setup()` may take, milliseconds; 0: for ever. */
  readonly setupTimeoutMs: number;
}

/** The changes that a lane makes between two ticks, in the order of the fields. */
export interface LaneEdit {
  /** Ends of removed links: frames that are left in them are released and counted as unlinked. */
  readonly detach: readonly LinkEndPlan[];
  /**
   * Ends whose other end was lost with its lane: frames lost with it are counted. `kept`: the ring and its frames stay;
   * otherwise this end was just detached, and the frames in the ring are lost as well.
   */
  readonly lost: readonly { readonly end: LinkEndPlan; readonly kept: boolean }[];
  /** Removed nodes, whose links are detached before: they are flushed, torn down and reported as removed. */
  readonly remove: readonly NodeId[];
  /** True if the ends of removed nodes are reported with their states. */
  readonly keepsStates: boolean;
  /**
   * Handovers from and to this lane. Nodes that hand over are torn down and, if their successors have other records,
   * reported as removed; nodes that come from other lanes are not run before `attach`.
   */
  readonly handovers: readonly Handover[];
  /** Links of which this lane must detach one end or both: `applied` reports the rest of them. */
  readonly moves: readonly LinkMove[];
  /** Ends of new links. */
  readonly attach: readonly LinkEndPlan[];
  /** Inputs whose links stay and begin or cease to close a loop. */
  readonly loops: readonly { readonly node: NodeId; readonly port: string; readonly closes: boolean }[];
  /** Inputs whose links hold this many frames beyond their capacity. */
  readonly grow: readonly { readonly node: NodeId; readonly port: string; readonly extra: number }[];
  /** Added and removed elements of dynamic ports. */
  readonly ports: readonly PortEdit[];
  readonly bypass: readonly { readonly node: NodeId; readonly on: boolean }[];
  readonly configure: readonly ({ readonly node: NodeId } & NodeValues)[];
}

/** Another instance takes the place of a node, on the same lane or on another one. */
export interface Handover {
  readonly node: NodeId;
  /** Indices of the lanes of the node and of its successor. */
  readonly from: number;
  readonly to: number;
  /**
   * The state that the successor continues from: the node's `snapshot()` unless the node has failed (`carried`), its
   * `snapshot()` in any case (`kept`), or none (`anew`). A failed node is torn down before its successor is set up on
   * the same record (`restart-carried`, `restart-fresh`).
   */
  readonly state: "carried" | "kept" | "anew" | "restart-carried" | "restart-fresh";
  /** True if the end of the node is reported with its state. */
  readonly leavesState?: boolean;
  /** How long the successor may wait for something to do in its trial, milliseconds; absent for no trial. */
  readonly trialMs?: number;
}

/** A node whose dynamic ports change, or the kind of its frames. */
export interface PortEdit {
  readonly node: NodeId;
  /** The new elements of its dynamic ports, by port. */
  readonly elements: { readonly [port: string]: DynamicElements };
  /** The new kind of its frames, if its links determine the kind and have done so. */
  readonly told?: FrameKind;
}

/** The state, beside the processor's, that a node continues from on another lane, or as another type. */
export interface NodeCarry {
  readonly type: string;
  /** True if the node must run without new frames; only a native stage asks for that. */
  readonly again?: boolean;
  /** True if the node has had its last tick: `flush()` and the end of stream come next. */
  readonly finishing: boolean;
  /** The time at which it asked for a tick, and when its last timed tick was due, nanoseconds; 0 for none. */
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

/** The frames and room for a node's trial on another lane. The claimant owns the references to the frames. */
export interface Loan {
  /** One word, set to 1 by the claim. */
  readonly claim: SharedArrayBuffer;
  /** How long the node may wait for something to do, milliseconds. */
  readonly waitMs: number;
  readonly inputs: readonly { readonly plan: LinkPlan; readonly entries: readonly number[] }[];
  readonly outputs: readonly { readonly plan: LinkPlan; readonly room: number; readonly closed: boolean }[];
}

/** The nodes that lanes quiesce together. */
export interface Standstill {
  /** The nodes, in the order of the graph. */
  readonly nodes: readonly NodeId[];
  /** One word for each. */
  readonly states: SharedArrayBuffer;
}

/** The offer of a node to its successor on another lane. */
export interface OfferedNode {
  readonly node: NodeId;
  readonly carry: NodeCarry;
  /** The result of its `snapshot()`; absent without one. */
  readonly state?: unknown;
  /** The loan for the successor's trial; absent for no trial. */
  readonly loan?: Loan;
}

/** The result of a node's `snapshot()` at its end, or the reason why it has none. */
export interface KeptState {
  readonly node: NodeId;
  readonly state?: unknown;
  readonly error?: SerializedError;
}

/** From the control isolate to a lane. */
export type LaneCommand =
  /**
   * `stdoutIsReserved`: nodes print to standard error; `consoleOnStderr`: the `console` output of processors goes to standard error; `consoleOnOwnLine`: the output begins
   * on a line of its own, in place of a line of progress.
   */
  | {
    readonly kind: "init";
    readonly init: LaneInit;
    readonly stdoutIsReserved?: boolean;
    readonly consoleOnStderr?: boolean;
    readonly consoleOnOwnLine?: boolean;
  }
  /** Secrets that the lane must leave out of logs and errors. Only for worker lanes. */
  | { readonly kind: "secrets"; readonly secrets: readonly Secret[] }
  /** `states`: the states that nodes continue from, by node. */
  | {
    readonly kind: "open";
    readonly nodes: readonly NodePlan[];
    readonly links: readonly LinkEndPlan[];
    readonly states: ReadonlyMap<NodeId, unknown>;
  }
  | { readonly kind: "start" }
  /** Sets the priority and the processors of the thread; `warning` reports a refusal of the system. Not for main. */
  | { readonly kind: "schedule"; readonly schedule: Schedule }
  /** Ends the sources; their frames drain. */
  | { readonly kind: "stop" }
  /** Tears every node down. Aborts the signal of nodes that have not ended. */
  | { readonly kind: "close" }
  /** Ends the calls of isolated stages by killing their processes. Only for native lanes. */
  | { readonly kind: "endCalls" }
  /**
   * Runs no node until `resume`. Answered by `paused` once each asynchronous tick under way has ended or waits for room
   * or a slot; not answered if `resume` comes first.
   */
  | { readonly kind: "pause"; readonly pause: number }
  /** `pausedNs`: the duration of all pauses so far, nanoseconds; the nodes' clock leaves them out. */
  | { readonly kind: "resume"; readonly pausedNs: number }
  /**
   * Prepares an edit: opens pools, builds nodes and calls their `setup()` while the others continue. The lane commits
   * the edit between two ticks once the control page's epoch is `epoch`. Answered by `prepared` or `refused`; a refused
   * edit leaves nothing behind.
   */
  | {
    readonly kind: "prepare";
    readonly epoch: number;
    readonly nodes: readonly NodePlan[];
    readonly pools: readonly PoolToken[];
    /** Ports whose formats the control isolate asks for. */
    readonly inspect: readonly { readonly node: NodeId; readonly port: string }[];
    readonly edit: LaneEdit;
    /** One word: whether the lane may apply the edit, or the session has answered in its stead (`edits/turn.ts`). */
    readonly turn: SharedArrayBuffer;
    /** The content of `handOver`, if no other lane takes part. The answer then also covers that step. */
    readonly handOver?: Standstill;
  }
  /**
   * Sent after every lane has prepared: quiesces the nodes that hand over, and the nodes that the edit changes.
   * Successors on this lane get their state and are tried; offers to others are reported. Answered by `offered`, if
   * nodes go to other lanes, and by `tried`, or by `refused`. If nodes also come from other lanes, `tried` follows
   * `accept`.
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
  /** Sent before `attach`: counts frames lost with lanes that were to detach the other ends. Answered by `counted`. */
  | { readonly kind: "countLost"; readonly epoch: number; readonly ends: readonly LinkEndPlan[] }
  /** Sent after every lane has applied: attaches the ends that other lanes have detached. Answered by `attached`. */
  | {
    readonly kind: "attach";
    readonly epoch: number;
    /**
     * One word, set to 1 by the claim of the rests: by the lane, or by the session that gives them back in its stead.
     */
    readonly claim: SharedArrayBuffer;
    readonly moves: readonly LinkMove[];
    readonly rests: readonly LinkRest[];
  }
  /** Drops the prepared edit and tears its new nodes down. */
  | { readonly kind: "abort"; readonly epoch: number }
  /** Tears nodes down in a short time and ends the thread; answered by `gone`. Only for worker lanes. */
  | { readonly kind: "endThread" }
  /**
   * Ends a failed node: its outputs end, frames that arrive are dropped, and it is torn down. Answered by `disabled`.
   * `record`: the index of its record; a node that has taken its place since is left alone.
   */
  | { readonly kind: "disable"; readonly node: NodeId; readonly record: number }
  /** Fails a node that has awaited something for too long, if it still does. `record` as for `disable`. */
  | {
    readonly kind: "overdue";
    readonly node: NodeId;
    readonly record: number;
    readonly call: "process()" | "flush()";
    readonly afterMs: number;
  }
  /**
   * Gives a node a command, with arguments as JSON. `limitMs`: how long a processor may take to answer, with the end of
   * its tick, milliseconds; 0: for ever. Answered by `answered`.
   */
  | {
    readonly kind: "ask";
    readonly request: number;
    readonly node: NodeId;
    readonly name: string;
    readonly json: string;
    readonly limitMs: number;
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

/** The newest news of a node. */
export interface NodeTold {
  readonly node: NodeId;
  /** True if another instance has taken the node's place: earlier news is not about this instance. */
  readonly anew?: boolean;
  /** Figures that it reported by `context.report()`. */
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
   * `formats`: known formats of new nodes' outputs, and of the ports that were asked for; `stateless`: new nodes
   * without `restore()` that may replace another node; `carries`: of new nodes, as for `opened`.
   */
  | {
    readonly kind: "prepared";
    readonly epoch: number;
    readonly formats: readonly AnnouncedFormat[];
    readonly stateless?: readonly NodeId[];
    readonly carries?: ReadonlyMap<number, Carries>;
  }
  | { readonly kind: "refused"; readonly epoch: number; readonly error: SerializedError }
  /** The offers of nodes that go to other lanes, to be passed on by `accept`. */
  | { readonly kind: "offered"; readonly epoch: number; readonly nodes: readonly OfferedNode[] }
  /** The lane's nodes are quiesced, and new ones have been tried. */
  | { readonly kind: "tried"; readonly epoch: number }
  /**
   * The lane has committed the edit. `failures`: of nodes that could not take over a configuration, ports or a link;
   * `refused`: nodes that have kept their old configuration; `rests`: the rest of the links that the lane has detached.
   */
  | {
    readonly kind: "applied";
    readonly epoch: number;
    readonly failures: readonly SerializedError[];
    readonly refused: readonly NodeId[];
    readonly rests: readonly LinkRest[];
  }
  /** The lane has done the `countLost` command. */
  | { readonly kind: "counted"; readonly epoch: number }
  /** The lane has taken up the ends that `attach` gave it. */
  | { readonly kind: "attached"; readonly epoch: number }
  /**
   * A node that an edit has removed, replaced or moved was torn down. `record`: the index of its record; `state`: its
   * state before its last calls, if the edit asked for it.
   */
  | { readonly kind: "tornDown"; readonly record: number; readonly state?: KeptState }
  /**
   * A failure. `node`, and the index of its `record`: the node was set aside and the others continue; absent: the lane
   * has stopped running nodes.
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
  | { readonly kind: "recorded"; readonly node: NodeId; readonly path: string }
  | { readonly kind: "emitted"; readonly node: NodeId; readonly name: string; readonly data: unknown }
  /** A hidden node has handed over a value for the control plane. */
  | { readonly kind: "handed"; readonly node: NodeId; readonly value: unknown }
  /** How many events of the lane's nodes were dropped since the last report. */
  | { readonly kind: "overflow"; readonly lost: number }
  /** The newest news of nodes. */
  | { readonly kind: "facts"; readonly nodes: readonly NodeTold[] }
  /** A line of a worker's log, which the worker has already output. */
  | { readonly kind: "log"; readonly entry: LogEntry }
  | { readonly kind: "configured"; readonly request: number; readonly error?: SerializedError }
  /** The answer of a node to a command, as JSON; `error`: the reason why it has no result. */
  | { readonly kind: "answered"; readonly request: number; readonly json: string; readonly error?: SerializedError }
  /** The system refused something, and the lane continues without it. */
  | { readonly kind: "warning"; readonly text: string }
  /** The thread has done its last work, and its lane's record marks it as dead. */
  | { readonly kind: "gone" }
  /** Every node was torn down. `states`: of nodes with a `snapshot()`, taken before the teardown. */
  | { readonly kind: "closed"; readonly states?: readonly KeptState[] };
