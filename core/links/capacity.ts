/**
 * Rules for how many frames links hold: of a runtime, a graph file or a link.
 *
 * @module
 */
import { listNames } from "../errors.ts";
import { describeValue } from "../errors/describe_value.ts";
import { isPlainObject, kindOf } from "../errors/kind_of.ts";
import { FRAME_KINDS, type FrameKind } from "../frames/format.ts";
import { KIND_FACTS } from "../frames/kinds.ts";
import { defaultCapacity, type LinkCapacity, MAX_LINK_CAPACITY } from "./policy.ts";

/** The facts about a link that a rule may use. */
type CapacityFacts = Parameters<Extract<LinkCapacity, (link: never) => number>>[0];

/** Returns the fault of a rule, in words; `undefined` if it is valid. @param what the rule's name: `"capacity"` */
export function findCapacityFault(rule: unknown, what: string): string | undefined {
  const wanted = `a whole number from 1 to ${MAX_LINK_CAPACITY}`;
  const isNumber = (value: unknown) =>
    Number.isInteger(value) && (value as number) >= 1 && (value as number) <= MAX_LINK_CAPACITY;
  if (rule === "byKind" || typeof rule === "function" || isNumber(rule)) return undefined;
  const table = isPlainObject(rule) ? rule.byKind : undefined;
  if (!isPlainObject(rule) || !isPlainObject(table)) {
    const found = typeof rule === "object" ? kindOf(rule) : describeValue(rule);
    return `${what} is ${found}, wanted ${wanted}, "byKind", or { "byKind": { "audio": 64, … } }`;
  }
  const strange = Object.keys(rule).find((key) => key !== "byKind");
  if (strange !== undefined) return `${what} has the key ${describeValue(strange)}, wanted "byKind" alone`;
  for (const [kind, value] of Object.entries(table)) {
    if (!FRAME_KINDS.includes(kind as FrameKind)) {
      return `${what} names ${describeValue(kind)}, wanted ${listNames(FRAME_KINDS)}`;
    }
    if (value !== undefined && !isNumber(value)) {
      return `${what} for ${kind} is ${describeValue(value)}, wanted ${wanted}`;
    }
  }
  return undefined;
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
export function framesWaiting(kind: FrameKind, { ms, frames }: LinkWait): number {
  return frames + Math.ceil(ms / KIND_FACTS[kind].leastMs);
}
