/**
 * The health of a node or a link at a glance: one word, one shape and one colour each, so that it can be read without
 * seeing colours. If several apply, the gravest is shown.
 *
 * @module
 */

/** All conditions, the gravest first. */
export const HEALTH_LEVELS = ["failed", "stuck", "dropping", "blocked", "late", "healthy", "idle", "ended"] as const;

/** How something is doing. */
export type Health = typeof HEALTH_LEVELS[number];

/** How a condition is shown. */
export interface HealthMark {
  /** For people. */
  readonly word: string;
  /** Outline in a box of 12 by 12, as the `d` of an SVG path; `Path2D` takes it too. No two conditions share one. */
  readonly shape: string;
  /** Name of the custom property that has its colour in either theme. */
  readonly color: `--health-${Health}`;
  /** What it means, in a sentence. */
  readonly meaning: string;
}

/**
 * In a live graph a link is late if its newest frame is older than this, and than this many periods of the link.
 * Nanoseconds.
 */
export const LATE_NS = 250e6;
export const LATE_PERIODS = 2;

/** A node that spends at least this share of the time in `process()` cannot keep up. */
export const BUSY_SHARE = 0.95;

/** How each condition is shown. */
export const HEALTH_MARKS: Readonly<Record<Health, HealthMark>> = {
  failed: {
    word: "failed",
    shape: "M2 0L6 4L10 0L12 2L8 6L12 10L10 12L6 8L2 12L0 10L4 6L0 2Z",
    color: "--health-failed",
    meaning: "It threw, or its lane died, and it does not go on",
  },
  stuck: {
    word: "stuck",
    shape: "M4 0L8 0L12 4L12 8L8 12L4 12L0 8L0 4Z",
    color: "--health-stuck",
    meaning: "One call of process() does not return",
  },
  dropping: {
    word: "dropping",
    shape: "M0 1L12 1L6 12Z",
    color: "--health-dropping",
    meaning: "Frames were dropped in the last two seconds because a link was full, or its lane died",
  },
  blocked: {
    word: "blocked",
    shape: "M0 0L4 0L4 12L0 12ZM8 0L12 0L12 12L8 12Z",
    color: "--health-blocked",
    meaning: "It has made no tick for a second, and waits for room on a link or for a free slot",
  },
  late: {
    word: "late",
    shape: "M6 0L12 11L0 11Z",
    color: "--health-late",
    meaning: "It cannot keep up, or in a live graph frames are older than a quarter of a second and two periods",
  },
  healthy: {
    word: "healthy",
    shape: "M6 1A5 5 0 1 1 6 11A5 5 0 1 1 6 1Z",
    color: "--health-healthy",
    meaning: "Frames flow",
  },
  idle: {
    word: "idle",
    shape: "M0 5L12 5L12 7L0 7Z",
    color: "--health-idle",
    meaning: "Nothing has flowed for a second",
  },
  ended: {
    word: "ended",
    shape: "M2 2L10 2L10 10L2 10Z",
    color: "--health-ended",
    meaning: "It has ended",
  },
};

/** What the condition of a node follows from. Rates are over about a second. */
export interface NodeSigns {
  /** Where it is in its life. */
  readonly state: string;
  /** How often it has failed. */
  readonly errors: number;
  /** What it is doing, such as `process`. */
  readonly phase: string;
  /** What keeps it from running. */
  readonly blocked: "nothing" | "link" | "pool";
  /** How long it has been in the call that it is in, milliseconds. */
  readonly inCallMs: number;
  /** From which time in one call on it is stuck, milliseconds. */
  readonly stuckAfterMs: number;
  /** Calls of `process()` that it ever made. */
  readonly ticks: number;
  /** Calls of `process()` a second; `NaN` if not known. */
  readonly ticksPerSecond: number;
  /** Share of the time in `process()`, from 0 to 1; `NaN` if not known. */
  readonly busyShare: number;
  /** The graph runs, neither paused nor at its end. */
  readonly flowing: boolean;
  /** The graph has ended. */
  readonly over: boolean;
  /** The graph is paced by the clock. */
  readonly live: boolean;
}

/** What the condition of a link follows from. */
export interface LinkSigns {
  /** In the last two seconds frames were dropped because it was full, or a lane died. */
  readonly droppedRecently: boolean;
  readonly queued: number;
  readonly capacity: number;
  /** Frames that went in, a second; `NaN` if not known. */
  readonly writtenPerSecond: number;
  /** Frames that came out, a second; `NaN` if not known. */
  readonly readPerSecond: number;
  /** Age of the newest frame, nanoseconds. */
  readonly ageNs: number;
  /** Time between two frames that went in, nanoseconds. */
  readonly periodNs: number;
  /** Frames that ever went in. */
  readonly written: number;
  /** Its writer has ended. */
  readonly ended: boolean;
  /** The graph runs, neither paused nor at its end. */
  readonly flowing: boolean;
  /** The graph has ended. */
  readonly over: boolean;
  /** The graph is paced by the clock. */
  readonly live: boolean;
}

/** The condition of a node. */
export function nodeHealth(signs: NodeSigns): Health {
  if (signs.state === "failed" || signs.state === "restarting") return "failed";
  // A node is disabled because it failed, or because somebody wanted it so.
  if (signs.state === "disabled") return signs.errors > 0 ? "failed" : "ended";
  if (signs.over || signs.state === "ended" || signs.state === "closed") return "ended";
  // An asynchronous node that awaits is no stuck one: only a call that holds its lane is.
  if ((signs.phase === "process" || signs.phase === "setup") && signs.inCallMs >= signs.stuckAfterMs) return "stuck";
  if (!signs.flowing) return "idle";
  if (signs.blocked !== "nothing" && signs.ticksPerSecond === 0) return "blocked";
  // An offline graph runs as fast as it can: there, being busy is no fault.
  if (signs.live && signs.busyShare >= BUSY_SHARE) return "late";
  // What has ticked and whose rate is not known yet is not idle for that.
  const ticks = Number.isNaN(signs.ticksPerSecond) ? signs.ticks > 0 : signs.ticksPerSecond > 0;
  return ticks ? "healthy" : "idle";
}

/** The condition of a link. */
export function linkHealth(signs: LinkSigns): Health {
  if (signs.over) return "ended";
  if (signs.droppedRecently) return "dropping";
  if (signs.ended && signs.queued === 0) return "ended";
  if (!signs.flowing) return "idle";
  if (signs.queued >= signs.capacity && signs.readPerSecond === 0) return "blocked";
  if (
    signs.live && !signs.ended && signs.written > 0 && signs.ageNs > Math.max(LATE_NS, LATE_PERIODS * signs.periodNs)
  ) {
    return "late";
  }
  const flows = Number.isNaN(signs.writtenPerSecond)
    ? signs.written > 0
    : signs.writtenPerSecond > 0 || signs.readPerSecond > 0 || isBetweenFrames(signs);
  return flows ? "healthy" : "idle";
}

/** A slow stream may have had no frame in the last second. */
function isBetweenFrames({ written, ageNs, periodNs, live }: LinkSigns): boolean {
  return live && written > 0 && periodNs > 0.5e9 && ageNs <= LATE_PERIODS * periodNs;
}

/** The graver of two conditions. */
export function graver(a: Health, b: Health): Health {
  return HEALTH_LEVELS.indexOf(a) <= HEALTH_LEVELS.indexOf(b) ? a : b;
}
