/**
 * Checks the options of a link and fills in the defaults. Rules of capacity are those of a runtime, a graph file or a
 * link.
 *
 * @module
 */
import { listNames, SluiceError } from "../errors.ts";
import { describeValue } from "../errors/describe_value.ts";
import { assertChoice, assertKeys } from "../errors/option_check.ts";
import type { PortDescriptor } from "../descriptor/descriptor.ts";
import { isPlainObject, kindOf } from "../errors/kind_of.ts";
import { FRAME_KINDS, type FrameKind } from "../frames/format.ts";
import { KIND_FACTS } from "../frames/kinds.ts";
import {
  CONVERT_CHOICES,
  defaultCapacity,
  defaultPolicy,
  type GraphMode,
  LINK_POLICIES,
  type LinkCapacity,
  type LinkOptions,
  type LinkPolicy,
  MAX_LINK_CAPACITY,
  POLICY_FACTS,
  waitsForRoom,
} from "./policy.ts";

/** The rule for a capacity, for messages. */
const CAPACITY = `a whole number from 1 to ${MAX_LINK_CAPACITY}`;

/** The facts about a link that a rule may use. */
type CapacityFacts = Parameters<Extract<LinkCapacity, (link: never) => number>>[0];

/** Returns the fault of a rule, in words; `undefined` if it is valid. @param what the rule's name: `"capacity"` */
export function findCapacityFault(rule: unknown, what: string): string | undefined {
  if (rule === "byKind" || typeof rule === "function" || isCapacity(rule)) return undefined;
  const table = isPlainObject(rule) ? rule.byKind : undefined;
  if (!isPlainObject(rule) || !isPlainObject(table)) {
    const found = typeof rule === "object" ? kindOf(rule) : describeValue(rule);
    return `${what} is ${found}, wanted ${CAPACITY}, "byKind", or { "byKind": { "audio": 64, … } }`;
  }
  const strange = Object.keys(rule).find((key) => key !== "byKind");
  if (strange !== undefined) return `${what} has the key ${describeValue(strange)}, wanted "byKind" alone`;
  for (const [kind, value] of Object.entries(table)) {
    if (!FRAME_KINDS.includes(kind as FrameKind)) {
      return `${what} names ${describeValue(kind)}, wanted ${listNames(FRAME_KINDS)}`;
    }
    if (value !== undefined && !isCapacity(value)) {
      return `${what} for ${kind} is ${describeValue(value)}, wanted ${CAPACITY}`;
    }
  }
  return undefined;
}

function isCapacity(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 1 && (value as number) <= MAX_LINK_CAPACITY;
}

/** Returns how many frames a link holds by a rule. Does not check the result of a function. */
export function capacityBy(rule: LinkCapacity, link: CapacityFacts): number {
  if (typeof rule === "number") return rule;
  if (typeof rule === "function") return rule(link);
  const given = rule === "byKind" ? undefined : rule.byKind[link.kind];
  return given ?? Math.max(defaultCapacity(link.kind), 2 * link.burst);
}

/** Frames that a delaying node leaves on the link before it. */
export interface LinkWait {
  /** How long frames wait, milliseconds. */
  readonly ms: number;
  /** How many more frames wait. */
  readonly frames: number;
}

/** Returns the most frames that wait, if frames come no faster than is usual for their kind. */
function framesWaiting(kind: FrameKind, { ms, frames }: LinkWait): number {
  return frames + Math.ceil(ms / KIND_FACTS[kind].leastMs);
}

/**
 * Returns the fault of a capacity on a link whose policy fixes it; `undefined` for none. @param what the capacity's
 * name
 */
export function capacityFault(policy: LinkPolicy, what: string, capacity: number | undefined): string | undefined {
  const { places } = POLICY_FACTS[policy];
  if (places === undefined || capacity === undefined || capacity === places) return undefined;
  const has = places === 1 ? "one place" : `${places} places`;
  return `${what} is ${capacity}, wanted ${places}: the policy "${policy}" has ${has}; for more, use "roll-off"`;
}

/** The defaults for a link's policy and capacity, and the facts that a capacity rule uses. */
export interface LinkDefaults {
  /** The rule for links without a capacity. By default `byKind`. */
  readonly usual?: LinkCapacity;
  /** The output, as `node.port`. */
  readonly from: string;
  /** The input, as `node.port`. */
  readonly to: string;
  /** True if the reading node records: by default, frames before it are not dropped. */
  readonly records?: boolean;
  /** Frames that the reading node leaves on the link; absent for none. */
  readonly waits?: LinkWait;
}

/**
 * Returns the policy and the capacity of a new link.
 *
 * @param attempt how messages start: `Cannot link "a.out" to "b.in"`
 * @param output the port that the link leads from
 * @throws {SluiceError} `InvalidGraph` for an unknown policy, and for a capacity that is invalid or too small;
 * `InvalidConfig` for an unknown option
 */
export function linkOptions(
  attempt: string,
  options: LinkOptions,
  output: PortDescriptor,
  mode: GraphMode,
  { usual = "byKind", from, to, records = false, waits }: LinkDefaults,
): { policy: LinkPolicy; capacity: number } {
  assertKeys(attempt, options, ["policy", "capacity", "convert"]);
  assertChoice(attempt, "convert", options.convert, CONVERT_CHOICES);
  const policy = options.policy ?? defaultPolicy(records ? "offline" : mode);
  const refuse = (what: string) => new SluiceError("InvalidGraph", `${attempt}: ${what}`);
  if (!LINK_POLICIES.includes(policy)) {
    const wanted = `policy is "${policy}", wanted ${listNames(LINK_POLICIES)}`;
    throw new SluiceError("InvalidGraph", `${attempt}: ${wanted}`, { available: LINK_POLICIES });
  }
  const { burst, kind } = output;
  const rule = options.capacity ?? usual;
  const wrong = findCapacityFault(rule, "capacity");
  if (wrong !== undefined) throw refuse(wrong);
  const given = capacityBy(rule, { from, to, kind, policy, burst });
  const fault = capacityFault(policy, "capacity", typeof options.capacity === "number" ? given : undefined);
  if (fault !== undefined) throw refuse(fault);
  if (!isCapacity(given)) throw refuse(`capacity is ${describeValue(given)}, wanted ${CAPACITY}`);
  // The needs of this link override the default for all links.
  const needed = Math.max(given, burst) + (waits === undefined ? 0 : framesWaiting(kind, waits));
  const own = options.capacity === undefined ? Math.min(needed, MAX_LINK_CAPACITY) : given;
  const capacity = POLICY_FACTS[policy].places ?? own;
  if (waitsForRoom(policy) && capacity < burst) {
    throw refuse(
      `its capacity is ${capacity}, but the output writes up to ${burst} frames at once; wanted at least ${burst}`,
    );
  }
  return { policy, capacity };
}
