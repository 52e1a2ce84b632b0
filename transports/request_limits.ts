/**
 * What servers of any transport refuse of a request for its size.
 *
 * @module
 */
import { SluiceError } from "../core/errors.ts";

/** What a request may have: characters of a graph, as JSON, and items. */
export interface RequestLimits {
  readonly graphBytes: number;
  readonly requestItems: number;
}

/** Refuses what is too large. @throws {SluiceError} `LimitExceeded` */
export function assertAtMost(key: keyof RequestLimits, found: number, most: number): void {
  if (found <= most) return;
  const [what, unit] = key === "graphBytes" ? ["graph", "characters"] : ["request", "items"];
  throw new SluiceError("LimitExceeded", `Cannot read the ${what}: it has ${found} ${unit}, wanted at most ${most}`, {
    key,
  });
}
