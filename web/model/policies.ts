/**
 * What a link does when it is full, in words.
 *
 * @module
 */

/** What the page knows of a policy: `skips`, whether a frame that is dropped for a newer one is no loss. */
export const POLICIES: ReadonlyMap<string, { readonly meaning: string; readonly skips?: true }> = new Map([
  ["roll-off", { meaning: "A full link drops its oldest frame for the new one" }],
  ["latest", { meaning: "The reader takes only the newest frame; older ones are skipped", skips: true }],
  ["drop-newest", { meaning: "A full link drops the frame that comes" }],
  ["lossless", { meaning: "A full link makes its writer wait; nothing is dropped" }],
]);

/** A policy in a sentence; `""` for one that is not known. */
export function policyMeaning(policy: string): string {
  return POLICIES.get(policy)?.meaning ?? "";
}
