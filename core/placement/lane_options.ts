/**
 * The options of a runtime's lanes, by name.
 *
 * @module
 */
/** The most processors of a set: as in the system's own sets. */
export const MAX_CPUS = 1024;

/** `worker`: a thread for processors. `main`: the thread of the program. `native`: a thread for native stages. */
export type LaneKind = "worker" | "main" | "native";

/** The priority of a lane: `realtime` runs before all other lanes, `high` before most. */
export type LanePriority = "realtime" | "high" | "normal";

/** Options of one lane. */
export interface LaneOptions {
  /** By default the kind that its nodes need: `native` for native stages, else `worker`. */
  readonly kind?: LaneKind;
  /**
   * Not for `main`; by default the highest priority that its nodes ask for, else `normal`. If the system refuses, the
   * lane reports it once and runs without.
   */
  readonly priority?: LanePriority;
  /**
   * Not for `main`: the processors that the thread may run on, counted from 0; by default those of its nodes, else any.
   */
  readonly cpus?: readonly number[];
}

/** All kinds, for messages. */
export const LANE_KINDS: readonly LaneKind[] = ["worker", "main", "native"];

/** All priorities, the most urgent first. */
export const LANE_PRIORITIES: readonly LanePriority[] = ["realtime", "high", "normal"];
