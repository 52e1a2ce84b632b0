/**
 * Secrets that this isolate has seen, and texts without them.
 *
 * @module
 */

import { describeThrown } from "./thrown.ts";

/** Shorter values are left in texts: to take every `a` out of a log makes it no safer. */
const MIN_LENGTH = 4;

/** A resolved value, and the reference that stands for it. */
export interface Secret {
  readonly value: string;
  /** `${env:NAME}`. */
  readonly reference: string;
}

/** By value. */
const known = new Map<string, string>();
/** Longest first, so that a secret that holds another one goes as a whole. */
let ordered: readonly Secret[] = [];

/** Are told of secrets that are new here. */
const followers = new Set<(secrets: readonly Secret[]) => void>();

/**
 * Takes note of secrets: from now on {@linkcode redact} takes them out of texts, also where they stand as in JSON, with
 * their quotes, backslashes and line ends escaped.
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
 * Tells of the secrets that are known, now and whenever there are new ones: other isolates print what nodes of this one
 * hand to them.
 *
 * @returns ends it
 */
export function followSecrets(tell: (secrets: readonly Secret[]) => void): () => void {
  followers.add(tell);
  if (ordered.length > 0) tell(ordered);
  return () => void followers.delete(tell);
}

/** The text with the reference in place of each secret. */
export function redact(text: string): string {
  for (const { value, reference } of ordered) text = text.replaceAll(value, () => reference);
  return text;
}

/**
 * A value for people or programs without secrets: texts, keys, and what errors say, as deep as it goes. Anything that
 * is neither plain nor an error stays as it is; what cannot be read becomes a text.
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
