/**
 * The part of a message that helps after an unknown name.
 *
 * @module
 */
import { listNames, nearestName } from "../errors.ts";

/** Most names that a message lists. */
const MAX_LISTED = 24;

/** Returns ` (did you mean "gain"?)`, or an empty text if no known name is near. */
export function didYouMean(name: unknown, known: Iterable<string>): string {
  const nearest = typeof name === "string" ? nearestName(name, known) : undefined;
  return nearest === undefined ? "" : ` (did you mean "${nearest}"?)`;
}

/** As {@linkcode listNames}, with the number of names left out of a long list. */
export function listSome(names: Iterable<string>): string {
  const all = [...names];
  if (all.length <= MAX_LISTED) return listNames(all);
  return `${all.slice(0, MAX_LISTED).map((name) => `"${name}"`).join(", ")} and ${all.length - MAX_LISTED} more`;
}
