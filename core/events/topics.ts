/**
 * Names of topics, and the patterns that choose among them.
 *
 * A topic is `runtime`, `graph`, `plugin` or `error`, or `node:`, `link:` or `lane:` with an id behind it. In a pattern
 * `*` stands for any characters: `node:*`, `node:voice-*`, `*`.
 *
 * @module
 */
import { SluiceError } from "../errors.ts";
import { didYouMean, listSome } from "../suggestion.ts";

/** What an event is about. */
export type Topic =
  | "runtime"
  | "graph"
  | "plugin"
  | "error"
  | `node:${string}`
  | `link:${string}`
  | `lane:${string}`;

const SINGLE: readonly string[] = ["runtime", "graph", "plugin", "error"];
const NAMED: readonly string[] = ["node", "link", "lane"];

/**
 * Reads a pattern.
 *
 * @returns whether a topic fits it
 * @throws {SluiceError} `InvalidConfig` for a pattern that no topic can fit
 */
export function parsePattern(pattern: string): (topic: string) => boolean {
  if (typeof pattern !== "string" || !isPossible(pattern)) throw refuse(pattern);
  if (pattern === "*") return () => true;
  if (!pattern.includes("*")) return (topic) => topic === pattern;
  const parts = pattern.split(/\*+/);
  return (topic) => fitsParts(topic, parts);
}

/** Looks for each part once, where it comes first: no other place leaves more room for those behind it. */
function fitsParts(topic: string, parts: readonly string[]): boolean {
  const last = parts.length - 1;
  const end = topic.length - parts[last].length;
  let at = parts[0].length;
  if (at > end || !topic.startsWith(parts[0]) || !topic.endsWith(parts[last])) return false;
  for (let k = 1; k < last; k++) {
    const found = topic.indexOf(parts[k], at);
    if (found < 0) return false;
    at = found + parts[k].length;
  }
  return at <= end;
}

function isPossible(pattern: string): boolean {
  const colon = pattern.indexOf(":");
  if (colon < 0) return pattern.includes("*") || SINGLE.includes(pattern);
  const group = pattern.slice(0, colon);
  return colon + 1 < pattern.length && (group.includes("*") || NAMED.includes(group));
}

function refuse(pattern: unknown): SluiceError {
  const available = [...SINGLE, ...NAMED.map((group) => `${group}:*`), "*"];
  const text = String(pattern);
  const hint = NAMED.includes(text) ? ` (did you mean "${text}:*"?)` : didYouMean(text, available);
  return new SluiceError(
    "InvalidConfig",
    `Cannot subscribe to ${JSON.stringify(pattern)}: there is no such topic${hint}; topics: ${listSome(available)}`,
    { available },
  );
}
