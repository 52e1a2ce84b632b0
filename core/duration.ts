/**
 * Lengths of time in a configuration. A field of type {@linkcode Duration} is a plain number in the unit of its name or
 * its tag `@unit`; a graph may give such a number, or text with a unit of its own.
 *
 * @module
 */

/** Nanoseconds of each unit. */
const UNIT_NS: { readonly [unit: string]: number } = {
  ns: 1,
  us: 1e3,
  ms: 1e6,
  s: 1e9,
  min: 60e9,
  h: 3600e9,
};

/** The units of a duration. */
export type DurationUnit = "ns" | "us" | "ms" | "s" | "min" | "h";

/**
 * The type of a configuration field for a length of time: a number, in the unit at the end of the field's name
 * (`attackMs`, `holdSeconds`) or in its doc tag `@unit`.
 */
export type Duration = number;

/** A duration as text: `"250 ms"`, `"1.5s"`, `"2 min"`. */
export type DurationText = `${number}${"" | " "}${DurationUnit}`;

/** The pattern of {@linkcode DurationText}, as a regular expression of JSON Schema. */
export const DURATION_PATTERN = "^(0|[1-9][0-9]*)(\\.[0-9]+)? ?(ns|us|ms|s|min|h)$";

/** The names of all units. */
export const DURATION_UNITS: readonly DurationUnit[] = ["ns", "us", "ms", "s", "min", "h"];

const SHAPE = new RegExp(DURATION_PATTERN);

/**
 * Converts a duration.
 *
 * @param text as {@linkcode DurationText}
 * @param unit the unit of the result
 * @returns `undefined` if the text is no duration
 */
export function parseDuration(text: string, unit: DurationUnit): number | undefined {
  const found = SHAPE.exec(text);
  if (found === null) return undefined;
  const given = found[3];
  const value = Number(text.slice(0, -given.length));
  const from = UNIT_NS[given];
  const to = UNIT_NS[unit];
  // One unit is a whole multiple of the other, so that 1.5 s is 1500 ms exactly.
  return from >= to ? value * (from / to) : value / (to / from);
}
