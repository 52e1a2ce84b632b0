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
  defaultPolicy,
  type GraphMode,
  LINK_POLICIES,
  type LinkOptions,
  type LinkPolicy,
  MAX_LINK_CAPACITY,
  POLICY_FACTS,
  waitsForRoom,
} from "./policy.ts";

/** The fault of a capacity on a link whose policy has a fixed one; `undefined` if it fits. @param what names it */
export function capacityFault(policy: LinkPolicy, what: string, capacity: number | undefined): string | undefined {
  const { places } = POLICY_FACTS[policy];
  if (places === undefined || capacity === undefined || capacity === places) return undefined;
  const has = places === 1 ? "one place" : `${places} places`;
  return `${what} is ${capacity}, wanted ${places}: the policy "${policy}" has ${has}; for more, use "roll-off"`;
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
  const policy = options.policy ?? defaultPolicy(mode);
  if (!LINK_POLICIES.includes(policy)) {
    throw new SluiceError(
      "InvalidGraph",
      `${attempt}: policy is "${policy}", wanted ${listNames(LINK_POLICIES)}`,
      { available: LINK_POLICIES },
    );
  }
  const fault = capacityFault(policy, "capacity", options.capacity);
  if (fault !== undefined) throw new SluiceError("InvalidGraph", `${attempt}: ${fault}`);
  const { burst } = output;
  const capacity = POLICY_FACTS[policy].places ?? options.capacity ??
    Math.max(defaultCapacity(output.kind), 2 * burst);
  if (!Number.isInteger(capacity) || capacity < 1 || capacity > MAX_LINK_CAPACITY) {
    throw new SluiceError(
      "InvalidGraph",
      `${attempt}: capacity is ${capacity}, wanted a whole number from 1 to ${MAX_LINK_CAPACITY}`,
    );
  }
  if (waitsForRoom(policy) && capacity < burst) {
    throw new SluiceError(
      "InvalidGraph",
      `${attempt}: its capacity is ${capacity}, but the output writes up to ${burst} frames at once; wanted at least ${burst}`,
    );
  }
  return { policy, capacity };
}
