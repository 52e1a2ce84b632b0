/**
 * Places in stacks. A module's URL stands there as Deno shows it: with the characters that an URL escapes, such as the
 * space of `my graphs`, in some isolates escaped and in others as they are.
 *
 * @module
 */

/** The URL, line and column that end a line of a stack: `at Bug.process (file:///bug.ts:8:14)`. */
const PLACE = /^\s+at (?:.*\(|async )?((?:file|https?):\/\/.+:\d+:\d+)\)?$/;

/**
 * Reads the place that a line of a stack names.
 *
 * @returns URL, line and column, `file:///my%20graphs/bug.ts:8:14`; `undefined` for other lines
 */
export function placeOf(line: string): string | undefined {
  const place = PLACE.exec(line)?.[1];
  return place === undefined ? undefined : URL.parse(place)?.href;
}
