/**
 * Removes the secrets that this isolate has seen from texts.
 *
 * @module
 */

import { describeThrown } from "./thrown.ts";

/** Shortest secret that is removed: a log without any `a` would be no safer. */
const MIN_LENGTH = 4;

/** A resolved value and its reference. */
export interface Secret {
  readonly value: string;
  /** `${env:NAME}`. */
  readonly reference: string;
}

/** References by secret value. */
const known = new Map<string, string>();
/** Longest first, so that a secret that contains another one is removed as a whole. */
let ordered: readonly Secret[] = [];

/** Functions to call with new secrets. */
const followers = new Set<(secrets: readonly Secret[]) => void>();

/**
 * Records secrets: {@linkcode redact} removes them from texts from then on, including their form in JSON, with quotes,
 * backslashes and line ends escaped.
 */
export function keepSecrets(secrets: readonly Secret[]): void {
  const fresh = secrets.filter(({ value, reference }) => value.length >= MIN_LENGTH && known.get(value) !== reference);
  if (fresh.length === 0) return;
  for (const { value, reference } of fresh) {
    known.set(JSON.stringify(value).slice(1, -1), reference);
    known.set(value, reference);
  }
  ordered = [...known].map(([value, reference]) => ({ value, reference }))
    .sort((a, b) => b.value.length - a.value.length);
  for (const tell of followers) tell(fresh);
}

/**
 * Reports the known secrets, now and whenever new ones arrive, for other isolates that print data of this isolate's
 * nodes.
 *
 * @returns a function that ends the reports
 */
export function followSecrets(tell: (secrets: readonly Secret[]) => void): () => void {
  followers.add(tell);
  if (ordered.length > 0) tell(ordered);
  return () => void followers.delete(tell);
}

/** Returns the text with each secret replaced by its reference. */
export function redact(text: string): string {
  for (const { value, reference } of ordered) text = text.replaceAll(value, () => reference);
  return text;
}

/**
 * Returns a value without secrets: in texts, keys, and errors, at any depth. Values that are neither plain nor errors
 * stay unchanged; an unreadable value becomes a text.
 */
export function redactValue(value: unknown): unknown {
  return ordered.length === 0 ? value : walk(value, new Set());
}

function walk(value: unknown, above: Set<object>): unknown {
  if (typeof value === "string") return redact(value);
  if (typeof value !== "object" || value === null || above.has(value)) return value;
  above.add(value);
  try {
    if (value instanceof Error) {
      const { name, message } = describeThrown(value);
      return { name, ...("code" in value && { code: value.code }), message: redact(message) };
    }
    if (value instanceof URL) return redact(value.href);
    if (Array.isArray(value)) return value.map((each) => walk(each, above));
    const prototype = Object.getPrototypeOf(value);
    if (prototype !== Object.prototype && prototype !== null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [redact(key), walk(each, above)]));
  } catch {
    return redact(describeThrown(value).message);
  } finally {
    above.delete(value);
  }
}
