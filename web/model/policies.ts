/**
 * What a link does when it is full, in words.
 *
 * @module
 */

const MEANINGS: ReadonlyMap<string, string> = new Map([
  ["roll-off", "A full link drops its oldest frame for the new one"],
  ["latest", "The reader takes only the newest frame; older ones are skipped"],
  ["drop-newest", "A full link drops the frame that comes"],
  ["lossless", "A full link makes its writer wait; nothing is dropped"],
]);

/** A policy in a sentence; `""` for one that is not known. */
export function policyMeaning(policy: string): string {
  return MEANINGS.get(policy) ?? "";
}
