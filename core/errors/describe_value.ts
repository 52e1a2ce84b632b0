/**
 * Shows a given value in a message, whatever it is.
 *
 * @module
 */

/** Longest value in a message, in characters. */
const SHOWN_LENGTH = 60;

/** Longest id, name or address in a message: room for the longest valid one. */
const NAME_LENGTH = 140;

/** Shows a value in a message: as JSON if it has a JSON form, cut to 60 characters. */
export function describeValue(value: unknown): string {
  return describe(value, SHOWN_LENGTH);
}

/** Shows an id, a name or an address in a message, in quotes: whole if its length is valid, else cut. */
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
    // The value contains itself, or is nested too deep.
  }
  if (text === undefined) return value === undefined ? "undefined" : `a value of type ${typeof value}`;
  if (text.length <= shownLength) return text;
  return `${text.slice(0, shownLength)}…${typeof value === "string" ? '"' : ""}`;
}
