/**
 * Checks the options of a link and fills in the defaults.
 *
 * @module
 */
import { listNames, SluiceError } from "../errors.ts";
import { assertKeys } from "../errors/option_check.ts";
import type { PortDescriptor } from "../descriptor/descriptor.ts";
import {
  defaultCapacity,
  type GraphMode,
  LINK_POLICIES,
  type LinkOptions,
  type LinkPolicy,
  MAX_LINK_CAPACITY,
} from "./policy.ts";

/** The fault of a capacity above 1 on a `latest` link. @param what names the capacity */
export function tooManyForLatest(what: string, capacity: number): string {
  return `${what} is ${capacity}, wanted 1: the policy "latest" has one place; for more, use "roll-off"`;
}

/**
 * The policy and the capacity of a new link.
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
): { policy: LinkPolicy; capacity: number } {
  assertKeys(attempt, options, ["policy", "capacity"]);
  const policy = options.policy ?? (mode === "live" ? "roll-off" : "lossless");
  if (!LINK_POLICIES.includes(policy)) {
    throw new SluiceError(
      "InvalidGraph",
      `${attempt}: policy is "${policy}", wanted ${listNames(LINK_POLICIES)}`,
      { available: LINK_POLICIES },
    );
  }
  if (policy === "latest" && options.capacity !== undefined && options.capacity !== 1) {
    throw new SluiceError("InvalidGraph", `${attempt}: ${tooManyForLatest("capacity", options.capacity)}`);
  }
  const { burst } = output;
  const capacity = policy === "latest" ? 1 : options.capacity ?? Math.max(defaultCapacity(output.kind), 2 * burst);
  if (!Number.isInteger(capacity) || capacity < 1 || capacity > MAX_LINK_CAPACITY) {
    throw new SluiceError(
      "InvalidGraph",
      `${attempt}: capacity is ${capacity}, wanted a whole number from 1 to ${MAX_LINK_CAPACITY}`,
    );
  }
  if (policy === "lossless" && capacity < burst) {
    throw new SluiceError(
      "InvalidGraph",
      `${attempt}: its capacity is ${capacity}, but the output writes up to ${burst} frames at once; wanted at least ${burst}`,
    );
  }
  return { policy, capacity };
}
