/**
 * What is done when a node fails: chosen for each node, where it is added.
 *
 * @module
 */
import { didYouMean, listSome } from "../errors/suggestion.ts";
import { SluiceError } from "../errors.ts";

/** The numbers of a {@linkcode RestartPolicy}: smallest, largest, and the one that stands for an absent one. */
export const RESTART_LIMITS = {
  limit: { min: 1, max: 1_000_000, default: 5 },
  windowSeconds: { min: 1, max: 86_400, default: 60 },
  backoffMs: { min: 0, max: 3_600_000, default: 100 },
  maxBackoffMs: { min: 0, max: 3_600_000, default: 10_000 },
} as const;

/** How often and how soon a node is restarted. Whole numbers. */
export interface RestartPolicy {
  /** Restarts within the window, 1 to 1,000,000; by default 5. The failure after that many ends the run. */
  readonly limit?: number;
  /** Length of the window, seconds, 1 to 86,400; by default 60. */
  readonly windowSeconds?: number;
  /**
   * Time before the first restart of a window, milliseconds, 0 to 3,600,000; by default 100. It doubles with each
   * further one.
   */
  readonly backoffMs?: number;
  /** Longest time before a restart, milliseconds, 0 to 3,600,000; by default 10,000. */
  readonly maxBackoffMs?: number;
  /**
   * Whether each restart of a window, and what an edit puts in the place of the node that failed, goes on from what its
   * `snapshot()` gives; by default `false`: only the first restart does, since the state may be what makes the node fail.
   */
  readonly keepState?: boolean;
}

/**
 * What is done when a node fails. `fail` (default): the run ends. `disable`: the node is torn down, what comes to it is
 * dropped, its outputs end, and the other nodes go on. `restart`: a new instance takes its place.
 */
export type Supervision = "fail" | "disable" | { readonly restart: RestartPolicy };

const WANTED = `"fail", "disable" or { "restart": { … } }`;

/**
 * Checks what is to be done with a node that fails.
 *
 * @param node its id; absent: it is said of all nodes of a runtime
 * @returns the value
 * @throws {SluiceError} `InvalidConfig`
 */
export function checkSupervision(
  value: unknown,
  node?: { readonly id: string },
): Supervision {
  const refuse = (key: string, found: string): never => {
    const what = node === undefined ? "Cannot make a runtime" : `Cannot supervise node "${node.id}"`;
    throw new SluiceError("InvalidConfig", `${what}: ${found}`, { ...(node && { nodeId: node.id }), key });
  };
  const isObject = (each: unknown) => typeof each === "object" && each !== null && !Array.isArray(each);
  const show = (each: unknown) => JSON.stringify(each) ?? String(each);
  if (value === "fail") return value;
  if (value === "disable") return value;
  if (!isObject(value) || Object.keys(value as object).join() !== "restart") {
    return refuse("supervision", `"supervision" is ${show(value)}, wanted ${WANTED}`);
  }
  const { restart } = value as { restart: Record<string, unknown> };
  if (!isObject(restart)) {
    refuse("supervision.restart", `"restart" is ${show(restart)}, wanted an object, which may be empty`);
  }
  const known = [...Object.keys(RESTART_LIMITS), "keepState"];
  for (const [key, each] of Object.entries(restart)) {
    if (each === undefined) continue;
    if (key === "keepState") {
      if (typeof each === "boolean") continue;
      refuse(`supervision.restart.${key}`, `"${key}" is ${show(each)}, wanted true or false`);
    }
    if (!Object.hasOwn(RESTART_LIMITS, key)) {
      const hint = didYouMean(key, known);
      refuse(
        `supervision.restart.${key}`,
        `unknown key ${show(key)} in "restart"${hint}; available: ${listSome(known)}`,
      );
    }
    const { min, max } = RESTART_LIMITS[key as keyof typeof RESTART_LIMITS];
    if (Number.isInteger(each) && (each as number) >= min && (each as number) <= max) continue;
    refuse(`supervision.restart.${key}`, `"${key}" is ${show(each)}, wanted a whole number from ${min} to ${max}`);
  }
  return value as Supervision;
}

/** Whether whatever takes the place of a node that has failed goes on from its state. */
export function keepsState(supervision: Supervision): boolean {
  return typeof supervision === "object" && supervision.restart.keepState === true;
}

/** The values of a restart policy, with those that are absent filled in. */
export function restartPolicy(given: RestartPolicy): Required<RestartPolicy> {
  const values = Object.entries(RESTART_LIMITS).map(([key, limits]) => [
    key,
    given[key as keyof RestartPolicy] ?? limits.default,
  ]);
  return { ...Object.fromEntries(values), keepState: given.keepState ?? false } as Required<RestartPolicy>;
}
