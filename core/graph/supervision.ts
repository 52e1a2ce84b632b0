/**
 * The reaction to the failure of a node, chosen for each node when it is added.
 *
 * @module
 */
import type { ConfigSchema } from "../descriptor/descriptor.ts";
import { didYouMean, listSome } from "../errors/suggestion.ts";
import { SluiceError } from "../errors.ts";

/** The numbers of a {@linkcode RestartPolicy}: smallest, largest and default. */
export const RESTART_LIMITS = {
  limit: { min: 1, max: 1_000_000, default: 5 },
  windowSeconds: { min: 1, max: 86_400, default: 60 },
  backoffMs: { min: 0, max: 3_600_000, default: 100 },
  maxBackoffMs: { min: 0, max: 3_600_000, default: 10_000 },
} as const;

/** The limits of a node's restarts. Whole numbers. */
export interface RestartPolicy {
  /** Restarts within the window, 1 to 1,000,000; by default 5. The next failure ends the run. */
  readonly limit?: number;
  /** Length of the window, seconds, 1 to 86,400; by default 60. */
  readonly windowSeconds?: number;
  /**
   * Time before the first restart of a window, milliseconds, 0 to 3,600,000; by default 100. Doubles with each further
   * restart.
   */
  readonly backoffMs?: number;
  /** Longest time before a restart, milliseconds, 0 to 3,600,000; by default 10,000. */
  readonly maxBackoffMs?: number;
  /**
   * True if each restart of a window, and a node that an edit puts in place of the failed one, takes over the failed
   * node's `snapshot()`; by default `false`: only the first restart does, since the state may be the cause of the
   * failure.
   */
  readonly keepState?: boolean;
}

/**
 * The reaction to the failure of a node. `fail` (default): the run ends. `disable`: the node is torn down, frames for
 * it are dropped, its outputs end, and the other nodes go on. `restart`: a new instance takes its place.
 */
export type Supervision = "fail" | "disable" | { readonly restart: RestartPolicy };

/** The JSON Schema of a {@linkcode Supervision}, for editors. */
export const SUPERVISION_SCHEMA: ConfigSchema & { readonly [key: string]: unknown } = {
  description: "The answer to a failure of the node. By default the run ends.",
  anyOf: [
    { const: "fail", description: "The run ends." } as ConfigSchema,
    { const: "disable", description: "The node is torn down, and the rest goes on without it." } as ConfigSchema,
    {
      type: "object",
      description: "A new instance takes the node's place.",
      required: ["restart"],
      additionalProperties: false,
      properties: {
        restart: {
          type: "object",
          additionalProperties: false,
          properties: {
            limit: limitSchema("limit", "Restarts within the window; the failure after that many ends the run."),
            windowSeconds: limitSchema("windowSeconds", "Length of the window."),
            backoffMs: limitSchema(
              "backoffMs",
              "Time before the first restart of a window; it doubles with each further one.",
            ),
            maxBackoffMs: limitSchema("maxBackoffMs", "Longest time before a restart."),
            keepState: {
              type: "boolean",
              default: false,
              description: "True: each restart of a window goes on from the state of the node, not only the first.",
            },
          },
        },
      },
    },
  ],
};

const WANTED = `"fail", "disable" or { "restart": { … } }`;

/**
 * Checks a supervision.
 *
 * @param node the node's id; absent: the supervision is for all nodes of a runtime
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

/** True if every replacement of a failed node takes over its state. */
export function keepsState(supervision: Supervision): boolean {
  return typeof supervision === "object" && supervision.restart.keepState === true;
}

/** Returns a restart policy with the defaults for absent values. */
export function restartPolicy(given: RestartPolicy): Required<RestartPolicy> {
  const values = Object.entries(RESTART_LIMITS).map(([key, limits]) => [
    key,
    given[key as keyof RestartPolicy] ?? limits.default,
  ]);
  return { ...Object.fromEntries(values), keepState: given.keepState ?? false } as Required<RestartPolicy>;
}

function limitSchema(key: keyof typeof RESTART_LIMITS, description: string): ConfigSchema {
  const { min, max, default: usual } = RESTART_LIMITS[key];
  return { type: "integer", minimum: min, maximum: max, default: usual, description };
}
