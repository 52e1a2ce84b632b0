/**
 * What a runtime may say of its lanes, by name.
 *
 * @module
 */
import { listNames, SluiceError } from "../errors.ts";

/** Processors that a set can name: as many as the system's own sets hold. */
export const MAX_CPUS = 1024;

/** `worker`: a thread for processors. `main`: the thread of the program. `native`: a thread for native stages. */
export type LaneKind = "worker" | "main" | "native";

/** How urgent a native lane is: `realtime` goes before all that is not, `high` before most. */
export type LanePriority = "realtime" | "high" | "normal";

/** Options of one lane. */
export interface LaneOptions {
  /** By default what its nodes need: `native` for native stages, else `worker`. */
  readonly kind?: LaneKind;
  /** For native lanes; by default `normal`. Where the system refuses, the lane says so once and does without. */
  readonly priority?: LanePriority;
  /** For native lanes: the processors that the thread may run on, counted from 0; by default any. */
  readonly cpus?: readonly number[];
}

/** All kinds, for messages. */
export const LANE_KINDS: readonly LaneKind[] = ["worker", "main", "native"];

/** All priorities, for messages. */
export const LANE_PRIORITIES: readonly LanePriority[] = ["realtime", "high", "normal"];

/**
 * Checks the options of a lane. Whether the machine has the processors is found out when the graph starts.
 *
 * @throws {SluiceError} `InvalidConfig`
 */
export function checkLaneOptions(name: string, options: LaneOptions): void {
  const { kind, priority, cpus } = options;
  const refuse = (key: string, message: string): never => {
    throw new SluiceError("InvalidConfig", `Cannot use lane "${name}": ${message}`, { key: `lanes.${name}.${key}` });
  };
  for (const key of Object.keys(options)) {
    if (!["kind", "priority", "cpus"].includes(key)) {
      refuse(key, `it has no option "${key}"; options: kind, priority, cpus`);
    }
  }
  if (kind !== undefined && !LANE_KINDS.includes(kind)) {
    refuse("kind", `kind is ${JSON.stringify(kind)}, wanted ${listNames(LANE_KINDS)}`);
  }
  if (priority !== undefined && !LANE_PRIORITIES.includes(priority)) {
    refuse("priority", `priority is ${JSON.stringify(priority)}, wanted ${listNames(LANE_PRIORITIES)}`);
  }
  if (cpus !== undefined) {
    const valid = Array.isArray(cpus) && cpus.length > 0 && new Set(cpus).size === cpus.length &&
      cpus.every((cpu) => Number.isInteger(cpu) && cpu >= 0 && cpu < MAX_CPUS);
    if (!valid) {
      refuse(
        "cpus",
        `cpus is ${JSON.stringify(cpus)}, wanted a list of different processor numbers from 0 to ${MAX_CPUS - 1}`,
      );
    }
  }
  const scheduled = priority !== undefined ? "priority" : cpus !== undefined ? "cpus" : undefined;
  if (scheduled !== undefined && (name === "main" || kind === "main" || kind === "worker")) {
    refuse(scheduled, `only native lanes take "${scheduled}"; leave it out, or make the lane's kind "native"`);
  }
  if (name === "main" && kind !== undefined && kind !== "main") refuse("kind", `kind is "${kind}", wanted "main"`);
}

/** The kind that options ask for, if they ask for one. */
export function askedKind(options: LaneOptions | undefined): LaneKind | undefined {
  if (options?.kind !== undefined) return options.kind;
  return options?.priority !== undefined || options?.cpus !== undefined ? "native" : undefined;
}
