/**
 * The states of a lane's thread as the session sees it, the events that are possible in each, and the state that each
 * event leads to. `docs/lanes.md` has the same tables.
 *
 * @module
 */
import type { LaneReport } from "../lanes/messages.ts";

/** Each event that is possible in a state, with the state that it leads to. Every other event is refused. */
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
  /** It runs its nodes. */
  running: { lost: "lost", endRequested: "ending", closed: "closed", abandoned: "held" },
  /** Its nodes could not be opened. It runs none and waits to be ended. */
  unopened: { lost: "lost", endRequested: "ending", closed: "closed", abandoned: "held" },
  /** It ended, or a node keeps it, and another thread is to take its place. Its last reports may be on their way. */
  lost: {
    silenced: "silent",
    fenced: "fenced",
    freed: "gone",
    closed: "closed",
    abandoned: "held",
  },
  /** As `lost`, but nobody waits for its last reports any longer. */
  silent: { fenced: "fenced", freed: "gone", closed: "closed", abandoned: "held" },
  /** It was made in place of a lost thread and is not open yet. */
  reopening: { opened: "joining", refused: "unopened", closed: "closed", abandoned: "held" },
  /** It is open and takes over the links and nodes of the thread before it. */
  joining: { joined: "running", lost: "lost", closed: "closed", abandoned: "held" },
  /** The graph has no node on it, and it was told to close while the others go on. */
  ending: { closed: "closed", overdue: "late", abandoned: "held" },
  /** It did not close in time, and the graph goes on without it. Its name is free; its index and row are not. */
  late: { closed: "gone" },
  /** Nothing can end it: the session gave it up, and its index went to another. It keeps its row until it leaves it. */
  fenced: { left: "gone" },
  /** It runs nothing. It keeps its index until it is freed or the run is over. */
  closed: { closed: "closed", freed: "gone" },
  /** The run is over and it has not closed: what it holds is set aside. */
  held: { closed: "closed" },
  /** Nothing is left of it. */
  gone: {},
} as const satisfies { readonly [state: string]: { readonly [event: string]: string } };

/** A state of a lane's thread. */
export type LaneState = keyof typeof TRANSITIONS;

/** An event in the life of a lane's thread. */
export type LaneEvent = { [S in LaneState]: keyof typeof TRANSITIONS[S] }[LaneState];

/** What the session may do with a thread in a state. */
export interface LaneTraits {
  /** Whether it holds the lane's name. */
  readonly current?: true;
  /** Whether it runs nodes or may soon: a pause waits for it. */
  readonly answers?: true;
  /** Whether another thread takes the lane's place, or it is the one that does. */
  readonly replaced?: true;
  /** Whether it holds the lane's name, but no report of it can arrive any longer. */
  readonly silent?: true;
  /** Whether its row of the tables of holds is set aside: nobody gives back the slots noted there. */
  readonly rowAside?: true;
  /** Which of its reports the session takes. */
  readonly hears: "all" | "own" | "nothing";
}

/** By state. */
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

/** The state that an event leads to. @throws {Error} for an impossible event, which is a mistake in the session */
export function stateAfter(lane: string, state: LaneState, event: LaneEvent): LaneState {
  const next = (TRANSITIONS[state] as { readonly [event in LaneEvent]?: LaneState })[event];
  if (next === undefined) throw new Error(`Internal error: lane "${lane}" is "${state}", where "${event}" cannot be`);
  return next;
}
