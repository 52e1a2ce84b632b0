/**
 * The states of a lane's thread as the session sees it, what may happen to it in each, and where that leads: all of it
 * is in the tables here, and in `docs/lanes.md`.
 *
 * @module
 */
import type { LaneReport } from "../lanes/messages.ts";

/** Each event that is possible in a state, with the state that it leads to. What is not here is refused. */
export const TRANSITIONS = {
  /** The thread was made, and has not opened its nodes. */
  starting: {
    opened: "running",
    refused: "unopened",
    lost: "lost",
    told: "ending",
    closed: "closed",
    abandoned: "held",
  },
  /** It runs its nodes. */
  running: { lost: "lost", told: "ending", closed: "closed", abandoned: "held" },
  /** Its nodes could not be opened: it runs none, and waits to be ended. */
  unopened: { lost: "lost", told: "ending", closed: "closed", abandoned: "held" },
  /** It has ended, or a node keeps it, and another thread is to take its place. Its last words may be on their way. */
  lost: {
    silenced: "silent",
    fenced: "fenced",
    freed: "gone",
    closed: "closed",
    abandoned: "held",
  },
  /** As `lost`; nobody waits for what it said last any longer. */
  silent: { fenced: "fenced", freed: "gone", closed: "closed", abandoned: "held" },
  /** It was made in place of a lost one, and is not open. */
  reopening: { opened: "joining", refused: "unopened", closed: "closed", abandoned: "held" },
  /** It is open, and is given the links and nodes of the thread before it. */
  joining: { joined: "running", lost: "lost", closed: "closed", abandoned: "held" },
  /** No node of the graph is left on it, and it was told to close while the others go on. */
  ending: { closed: "closed", overdue: "late", abandoned: "held" },
  /** It has not closed in time. The graph goes on without it: its name is free, its index and its row are not. */
  late: { closed: "gone" },
  /** Nothing can end it: it was given up, and another one has its index. Its row is its own until it leaves it. */
  fenced: { left: "gone" },
  /** It runs nothing any more. Its index is its own until it is freed, or the run is over. */
  closed: { closed: "closed", freed: "gone" },
  /** The run is over, and it has not closed: what it holds is set aside. */
  held: { closed: "closed" },
  /** Nothing of it is left. */
  gone: {},
} as const satisfies { readonly [state: string]: { readonly [event: string]: string } };

/** What a lane's thread is doing. */
export type LaneState = keyof typeof TRANSITIONS;

/** What happens to it. */
export type LaneEvent = { [S in LaneState]: keyof typeof TRANSITIONS[S] }[LaneState];

/** What the session may do with a thread in a state. */
export interface LaneTraits {
  /** Whether it is the one that has the lane's name. */
  readonly current?: true;
  /** Whether it runs nodes or may soon, so that whoever has the others wait waits for it too. */
  readonly answers?: true;
  /** Whether another thread takes the lane's place, or it is the one that does. */
  readonly replaced?: true;
  /** Whether nothing that it could say is on its way, though it is the lane's thread. */
  readonly silent?: true;
  /** Whether its row of the tables of holds is set aside: nobody gives back what is noted there. */
  readonly rowAside?: true;
  /** What is taken of what it says. */
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

/** What is still taken of a thread that the graph goes on without: nothing of nodes and edits, which are not its own. */
export const OWN_REPORTS: ReadonlySet<LaneReport["kind"]> = new Set<LaneReport["kind"]>([
  "closed",
  "configured",
  "emitted",
  "gone",
  "log",
  "overflow",
  "warning",
]);

/** Where an event leads. @throws {Error} for one that a thread in this state cannot meet: an error of the session's own */
export function stateAfter(lane: string, state: LaneState, event: LaneEvent): LaneState {
  const next = (TRANSITIONS[state] as { readonly [event in LaneEvent]?: LaneState })[event];
  if (next === undefined) throw new Error(`Internal error: lane "${lane}" is "${state}", where "${event}" cannot be`);
  return next;
}
