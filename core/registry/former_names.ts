/**
 * Names that node types had before there was one for every kind of frame.
 *
 * @module
 */

const KINDS = "audio|video|data|encoded|packet";
const OF_A_KIND = new RegExp(`^(?:${KINDS})-(valve|switch|throttle|delay|rebuffer|trim)$`);

/** The name to write in place of a former one; `undefined` for other names. */
export function nameSince(name: string): string | undefined {
  return name === "chunker" ? "rebuffer" : OF_A_KIND.exec(name)?.[1];
}
