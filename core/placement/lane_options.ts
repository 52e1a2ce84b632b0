/**
 * What a runtime may say of its lanes, by name.
 *
 * @module
 */
/** Processors that a set can name: as many as the system's own sets hold. */
export const MAX_CPUS = 1024;

/** `worker`: a thread for processors. `main`: the thread of the program. `native`: a thread for native stages. */
export type LaneKind = "worker" | "main" | "native";

/** How urgent a lane is: `realtime` goes before all that is not, `high` before most. */
export type LanePriority = "realtime" | "high" | "normal";

/** Options of one lane. */
export interface LaneOptions {
  /** By default what its nodes need: `native` for native stages, else `worker`. */
  readonly kind?: LaneKind;
  /**
   * Not for `main`; by default as the most urgent of its nodes asks, else `normal`. Where the system refuses, the lane
   * says so once and does without.
   */
  readonly priority?: LanePriority;
  /** Not for `main`: the processors that the thread may run on, counted from 0; by default as its nodes ask, else any. */
  readonly cpus?: readonly number[];
}

/** All kinds, for messages. */
export const LANE_KINDS: readonly LaneKind[] = ["worker", "main", "native"];

/** All priorities, the most urgent first. */
export const LANE_PRIORITIES: readonly LanePriority[] = ["realtime", "high", "normal"];
