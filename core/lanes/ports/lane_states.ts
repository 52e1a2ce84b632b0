/**
 * The states of a lane's thread as the session sees it, the events that are possible in each, and the next state for
 * each event. `docs/lanes.md` has the same tables.
 *
 * @module
 */
import type { LaneReport } from "../messages.ts";

/** Each event that is possible in a state, with the next state. Every other event is refused. */
export const TRANSITIONS = {
  /** The thread was made and opens its nodes. */
  starting: {
    opened: "running",
    refused: "unopened",
    lost: "lost",
    endRequested: "ending",
    closed: "closed",
    abandoned: "held",
  },
  /** The thread runs its nodes. */
  running: { lost: "lost", endRequested: "ending", closed: "closed", abandoned: "held" },
  /** The thread could not open its nodes. It runs none and waits to be ended. */
  unopened: { lost: "lost", endRequested: "ending", closed: "closed", abandoned: "held" },
  /**
   * The thread ended, or a node keeps it, and another thread will take its place. Its last reports may be on their way.
   */
  lost: {
    silenced: "silent",
    fenced: "fenced",
    freed: "gone",
    closed: "closed",
    abandoned: "held",
  },
  /** As `lost`, but the wait for its last reports is over. */
  silent: { fenced: "fenced", freed: "gone", closed: "closed", abandoned: "held" },
  /** The thread was made in place of a lost one and is not open yet. */
  reopening: { opened: "joining", refused: "unopened", closed: "closed", abandoned: "held" },
  /** The thread is open and takes over the links and nodes of the thread before it. */
  joining: { joined: "running", lost: "lost", closed: "closed", abandoned: "held" },
  /** The graph has no node on the thread, which was told to close while the others continue. */
  ending: { closed: "closed", overdue: "late", abandoned: "held" },
  /**
   * The thread did not close in time, and the graph continues without it. Its name is free; its index and row are not.
   */
  late: { closed: "gone" },
  /**
   * The thread cannot be ended: the session gave it up and reassigned its index. The thread keeps its row until it
   * leaves it.
   */
  fenced: { left: "gone" },
  /** The thread runs no node. It keeps its index until it is freed or the run is over. */
  closed: { closed: "closed", freed: "gone" },
  /** The run is over and the thread has not closed: its slots are quarantined. */
  held: { closed: "closed" },
  /** The thread has ended, and the session keeps nothing of it. */
  gone: {},
} as const satisfies { readonly [state: string]: { readonly [event: string]: string } };

/** A state of a lane's thread. */
export type LaneState = keyof typeof TRANSITIONS;

/** An event in the life of a lane's thread. */
export type LaneEvent = { [S in LaneState]: keyof typeof TRANSITIONS[S] }[LaneState];

/** The properties of a thread's state that the session acts on. */
export interface LaneTraits {
  /** True if it holds the lane's name. */
  readonly current?: true;
  /** True if it runs nodes or may soon: a pause waits for it. */
  readonly answers?: true;
  /** True if another thread takes the lane's place, or this thread is the replacement. */
  readonly replaced?: true;
  /** True if it holds the lane's name, but its reports can no longer arrive. */
  readonly silent?: true;
  /** True if its row of the tables of holds is quarantined: its slots are not given back. */
  readonly rowAside?: true;
  /** The reports that the session takes from it. */
  readonly hears: "all" | "own" | "nothing";
}

/** The traits of each state. */
export const TRAITS: { readonly [S in LaneState]: LaneTraits } = {
  starting: { hears: "all", current: true, answers: true },
  running: { hears: "all", current: true, answers: true },
  unopened: { hears: "all", current: true, answers: true },
  lost: { hears: "all", current: true, replaced: true },
  silent: { hears: "all", current: true, replaced: true, silent: true },
  reopening: { hears: "all", current: true, replaced: true },
  joining: { hears: "all", current: true, replaced: true },
  ending: { hears: "all", current: true },
  late: { hears: "own", rowAside: true },
  fenced: { hears: "nothing", rowAside: true },
  closed: { hears: "all", current: true, silent: true },
  held: { hears: "all", current: true, rowAside: true },
  gone: { hears: "nothing" },
};

/** The reports that the session takes from a late thread: those about the thread, none about nodes or edits. */
export const OWN_REPORTS: ReadonlySet<LaneReport["kind"]> = new Set<LaneReport["kind"]>([
  "closed",
  "configured",
  "emitted",
  "gone",
  "log",
  "overflow",
  "recorded",
  "warning",
]);

/** Returns the state after an event. @throws {Error} for an impossible event, which is a bug in the session */
export function stateAfter(lane: string, state: LaneState, event: LaneEvent): LaneState {
  const next = (TRANSITIONS[state] as { readonly [event in LaneEvent]?: LaneState })[event];
  if (next === undefined) throw new Error(`Internal error: lane "${lane}" is "${state}", where "${event}" cannot be`);
  return next;
}
