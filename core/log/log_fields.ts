/**
 * Makes fields of log lines and events fit to travel.
 *
 * @module
 */
import { serializeError } from "../errors.ts";
import { describeThrown, isInstance } from "../errors/thrown.ts";

/** Longest text to pass on, in characters. */
export const MAX_TRAVELLING_TEXT = 4_000;

/** Most fields to pass on. */
const MAX_FIELDS = 32;

/** Converts values to ones that JSON and structured cloning can carry; cuts long ones. */
export function plainFields(fields: { readonly [name: string]: unknown }): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).slice(0, MAX_FIELDS).map(([name, value]) => [name, plain(value)]));
}

function plain(value: unknown): unknown {
  if (isInstance(value, Error)) return cut(serializeError(value).message);
  if (typeof value === "number") return Number.isFinite(value) ? value : String(value);
  if (typeof value === "boolean" || value === null) return value;
  if (typeof value === "string") return cut(value);
  try {
    const text = JSON.stringify(value);
    return text !== undefined && text.length <= MAX_TRAVELLING_TEXT ? JSON.parse(text) : cut(text ?? String(value));
  } catch {
    return cut(describeThrown(value).message);
  }
}

function cut(text: string): string {
  return text.slice(0, MAX_TRAVELLING_TEXT);
}
