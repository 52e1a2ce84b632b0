/**
 * A node of a run, from the edit that brings it to the edit that takes it: its state, its reports, and its failures. A
 * node that is replaced or moved gets another object.
 *
 * @module
 */
import { NODE } from "../../ffi/layout.gen.ts";
import { index64 } from "../element_index.ts";
import type { ControlPage } from "../control_page.ts";
import type { NodeStates } from "../events/run_events.ts";
import type { FrameFormat } from "../frames/format.ts";
import type { NodeEntry } from "../graph/entries.ts";
import type { NodeId } from "../ids.ts";
import type { Figures, NodeProgress, NodeState } from "../stats.ts";

/** Each event that is possible in a state, with the next state. Every other event is refused. */
export const NODE_TRANSITIONS = {
  /** The graph has not started. */
  new: { started: "running", failed: "failed", suspended: "suspended", closed: "new" },
  running: { failed: "failed", suspended: "suspended", dismissed: "down", ended: "ended", closed: "closed" },
  /** It has failed: the run ends, or the supervisor decides next. */
  failed: {
    started: "running",
    failed: "failed",
    delayed: "waiting",
    // Its lost thread told the failure late: the rebuild that its lane's other thread brings goes on.
    rebuilt: "restarting",
    suspended: "suspended",
    dismissed: "down",
    ended: "ended",
    closed: "failed",
  },
  /** Its restart waits for the end of a pause. */
  waiting: {
    failed: "failed",
    rebuilt: "restarting",
    suspended: "suspended",
    dismissed: "down",
    ended: "ended",
    closed: "closed",
  },
  /** An edit builds it anew. */
  restarting: {
    failed: "failed",
    rebuilt: "restarting",
    restarted: "running",
    suspended: "suspended",
    dismissed: "down",
    ended: "ended",
    closed: "closed",
  },
  /** Its lane is lost and has no other thread yet. */
  suspended: {
    started: "running",
    failed: "failed",
    rebuilt: "restarting",
    suspended: "suspended",
    dismissed: "down",
    ended: "ended",
    closed: "suspended",
  },
  /** Its lane was told to disable it. */
  down: { failed: "down", disabled: "disabled", ended: "down", closed: "down" },
  disabled: { failed: "disabled", ended: "disabled", closed: "disabled" },
  ended: { failed: "failed", ended: "ended", closed: "ended" },
  /** The run has ended before the node. */
  closed: { failed: "closed", ended: "closed", closed: "closed" },
} as const satisfies { readonly [state: string]: { readonly [event: string]: string } };

/** The state of a node as the session sees it. */
export type NodeStage = keyof typeof NODE_TRANSITIONS;

/** An event in the life of a node. */
export type NodeEvent = { [S in NodeStage]: keyof typeof NODE_TRANSITIONS[S] }[NodeStage];

/** The public state for each state; a node that is `down` keeps the one before. */
const SHOWN: { readonly [S in NodeStage]: NodeState | undefined } = {
  new: "new",
  running: "running",
  failed: "failed",
  waiting: "restarting",
  restarting: "restarting",
  suspended: "failed",
  down: undefined,
  disabled: "disabled",
  ended: "ended",
  closed: "closed",
};

/** True if a node has ended or was disabled. */
export function isOver(state: NodeState | undefined): boolean {
  return state === "ended" || state === "disabled";
}

/** A node of a run. */
export class RunNode {
  /** Its entry in the graph. An edit of its ports or its bypass brings another one. */
  entry: NodeEntry;
  /** The progress that it reported last, as a source or a sink. */
  progress: NodeProgress | undefined;
  /** The figures that it reported last by `context.report()`. */
  figures: Figures | undefined;
  /** The formats that its ports have announced or read, by the name of the port. */
  readonly formats: Map<string, FrameFormat> = new Map();
  /** Its failures that were published, with those of its predecessors of the same type. */
  failures = 0;
  /** Its newest failure that the supervisor handles. */
  error: Error | undefined;
  /** The times of its failures within the window of its supervision, nanoseconds. */
  failedAtNs: number[] = [];
  /** The timer of its restart, while it is `waiting`. */
  timer: ReturnType<typeof setTimeout> | undefined;
  readonly #states: NodeStates;
  #stage: NodeStage;

  /** @param states shows its state @param stage in which it begins */
  constructor(entry: NodeEntry, states: NodeStates, stage: "new" | "running" | "ended") {
    this.entry = entry;
    this.#states = states;
    this.#stage = stage;
    states.set(entry.id, stage);
  }

  get id(): NodeId {
    return this.entry.id;
  }

  get stage(): NodeStage {
    return this.#stage;
  }

  /** True if it is disabled, or about to be. */
  get isDown(): boolean {
    return this.#stage === "down" || this.#stage === "disabled";
  }

  /** Changes the state. @throws {Error} for an impossible event, which is a bug in the session */
  meet(event: NodeEvent): void {
    const next = (NODE_TRANSITIONS[this.#stage] as { readonly [event in NodeEvent]?: NodeStage })[event];
    if (next === undefined) {
      throw new Error(`Internal error: node "${this.id}" is "${this.#stage}", where "${event}" cannot be`);
    }
    this.#stage = next;
    if (next !== "waiting") clearTimeout(this.timer);
    const shown = SHOWN[next];
    if (shown !== undefined) this.#states.set(this.id, shown);
  }

  /** Drops its progress, figures and formats. */
  forgetReports(): void {
    this.progress = this.figures = undefined;
    this.formats.clear();
  }

  /** Counts published failures that no lane has counted. Call it only while no thread runs the node. */
  countFailures(page: ControlPage): void {
    const at = index64(page.nodeOffset(this.entry.index) + NODE.errors);
    page.f64[at] = Math.max(page.f64[at], this.failures);
  }
}
