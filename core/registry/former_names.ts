/**
 * Earlier names of node types, from before one type served every kind of frame.
 *
 * @module
 */

const KINDS = "audio|video|data|encoded|packet";
const OF_A_KIND = new RegExp(`^(?:${KINDS})-(valve|switch|throttle|delay|rebuffer|trim)$`);

/** Returns the current name for an earlier one; `undefined` for other names. */
export function nameSince(name: string): string | undefined {
  return name === "chunker" ? "rebuffer" : OF_A_KIND.exec(name)?.[1];
}
