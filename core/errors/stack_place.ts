/**
 * Reads places in stacks. Deno shows a module's URL there with characters such as the space of `my graphs` escaped in
 * some isolates, and unescaped in others.
 *
 * @module
 */

/** The URL, line and column that end a line of a stack: `at Bug.process (file:///bug.ts:8:14)`. */
const PLACE = /^\s+at (?:.*\(|async )?((?:file|https?):\/\/.+:\d+:\d+)\)?$/;

/**
 * Returns the place in a line of a stack.
 *
 * @returns URL, line and column, `file:///my%20graphs/bug.ts:8:14`; `undefined` for other lines
 */
export function placeOf(line: string): string | undefined {
  const place = PLACE.exec(line)?.[1];
  return place === undefined ? undefined : URL.parse(place)?.href;
}
