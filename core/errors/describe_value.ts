/**
 * Shows a value that somebody gave, whatever it is, in a message.
 *
 * @module
 */

/** Longest value that a message shows, in characters. */
const SHOWN_LENGTH = 60;

/** Longest id, name or address that a message shows: room for the longest that there can be. */
const NAME_LENGTH = 140;

/** A value in a message: JSON where it has one, cut to 60 characters. */
export function describeValue(value: unknown): string {
  return describe(value, SHOWN_LENGTH);
}

/** An id, a name or an address in a message, in quotes: whole if there can be one of that length, else cut. */
export function describeName(name: unknown): string {
  return describe(name, NAME_LENGTH);
}

function describe(value: unknown, shownLength: number): string {
  if (typeof value === "number") return Object.is(value, -0) ? "-0" : String(value);
  if (typeof value === "bigint") return `${value}n`;
  let text: string | undefined;
  try {
    text = JSON.stringify(value);
  } catch {
    // A value that holds itself, or is nested too deep.
  }
  if (text === undefined) return value === undefined ? "undefined" : `a value of type ${typeof value}`;
  if (text.length <= shownLength) return text;
  return `${text.slice(0, shownLength)}…${typeof value === "string" ? '"' : ""}`;
}
