/**
 * Names of topics, and the patterns that choose among them.
 *
 * A topic is `runtime`, `graph`, `plugin` or `error`, or `node:`, `link:` or `lane:` followed by an id. In a pattern
 * `*` stands for any characters: `node:*`, `node:voice-*`, `*`.
 *
 * @module
 */
import { describeName } from "../errors/describe_value.ts";
import { SluiceError } from "../errors.ts";
import { isId, MAX_ID_LENGTH } from "../ids.ts";
import { didYouMean, listSome } from "../errors/suggestion.ts";

/** The subject of an event. */
export type Topic =
  | "runtime"
  | "graph"
  | "plugin"
  | "error"
  | `node:${string}`
  | `link:${string}`
  | `lane:${string}`
  /** A topic of a script's own, such as `my:topic`. */
  | `${string}:${string}`;

const SINGLE: readonly string[] = ["runtime", "graph", "plugin", "error"];
const NAMED: readonly string[] = ["node", "link", "lane"];

/** Matches an id of a node or a link, or the name of a lane, apart from its length. */
const ID_PATTERN = /^(?!__proto__$)(\*|[A-Za-z_])[\w*-]*$/;

/**
 * First parts that scripts' topics may not have, nor their plurals in either case, so that no mistyped topic is valid.
 */
const RESERVED = new Set([...SINGLE, ...NAMED, "sluice"].flatMap((name) => [name, `${name}s`]));

/** The most characters of a script's topic. */
const MAX_TOPIC_LENGTH = 128;

/**
 * Checks a topic of a script's own: two or more ids with colons between, of which the runtime does not use the first
 * one itself.
 *
 * @throws {SluiceError} `InvalidConfig` if the topic is invalid
 */
export function assertOwnTopic(topic: unknown): asserts topic is Topic {
  if (isOwnTopic(topic)) return;
  const parts = typeof topic === "string" ? topic.split(":") : [];
  const why = parts.length > 1 && RESERVED.has(parts[0].toLowerCase())
    ? `topics that begin with "${parts[0]}:" are the runtime's own`
    : 'wanted two or more ids with colons between, such as "my:topic"';
  throw new SluiceError("InvalidConfig", `Cannot emit on ${describeName(topic)}: ${why}`);
}

function isOwnTopic(topic: unknown): boolean {
  if (typeof topic !== "string" || topic.length > MAX_TOPIC_LENGTH) return false;
  const [first, ...rest] = topic.split(":");
  return rest.length > 0 && !RESERVED.has(first.toLowerCase()) && [first, ...rest].every(isId);
}

/**
 * Reads a pattern.
 *
 * @returns a function that returns true for a topic that matches
 * @throws {SluiceError} `InvalidConfig` if no topic can match
 */
export function parsePattern(pattern: string): (topic: string) => boolean {
  if (typeof pattern !== "string" || !isPossible(pattern)) throw refuse(pattern);
  return fitting(pattern);
}

function fitting(pattern: string): (topic: string) => boolean {
  if (pattern === "*") return () => true;
  if (!pattern.includes("*")) return (topic) => topic === pattern;
  const parts = pattern.split(/\*+/);
  return (topic) => fitsParts(topic, parts);
}

/** Matches each part at its first place: no other place leaves more room for the parts after it. */
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

/** True if some topic matches a pattern. */
function isPossible(pattern: string): boolean {
  // Shortening limits the places to visit, however long the pattern is.
  const short = pattern.replace(/\*+/g, "*");
  return SINGLE.some(fitting(short)) ||
    NAMED.some((group) => restsBehind(`${group}:`, short).some(fitsId)) || fitsOwnTopic(short);
}

/** True if some topic of a script matches a pattern that names the first part of the topic. */
function fitsOwnTopic(pattern: string): boolean {
  const [first, ...rest] = pattern.split(":");
  return !first.includes("*") && rest.every((part) => part === "*" || ID_PATTERN.test(part)) &&
    isOwnTopic([first, ...rest.map((part) => part.replaceAll("*", "") || "x")].join(":"));
}

/** True if some id matches a pattern. The shortest candidate is as long as the characters beside each `*`. */
function fitsId(pattern: string): boolean {
  return ID_PATTERN.test(pattern) && pattern.replaceAll("*", "").length <= MAX_ID_LENGTH;
}

/** Returns the remainders that a pattern may have once its beginning has matched a text. */
function restsBehind(text: string, pattern: string): string[] {
  let places = behindStars(pattern, [0]);
  for (const char of text) {
    const next = [...places].flatMap((at) => pattern[at] === "*" ? [at] : pattern[at] === char ? [at + 1] : []);
    places = behindStars(pattern, next);
  }
  return [...places].map((at) => pattern.slice(at));
}

/** Returns the places, and the places after each `*`, which may match nothing. */
function behindStars(pattern: string, places: readonly number[]): Set<number> {
  const reached = new Set(places);
  // A `for…of` over a set also visits entries that the loop adds.
  for (const at of reached) if (pattern[at] === "*") reached.add(at + 1);
  return reached;
}

function refuse(pattern: unknown): SluiceError {
  const available = [...SINGLE, ...NAMED.map((group) => `${group}:*`), "my:topic", "*"];
  const text = typeof pattern === "string" ? pattern : "";
  const hint = NAMED.includes(text)
    ? ` (did you mean "${text}:*"?)`
    : NAMED.includes(text.split(":", 1)[0])
    ? ' (an id has letters, digits, "_" and "-", and no digit or "-" first)'
    : didYouMean(pattern, available);
  return new SluiceError(
    "InvalidConfig",
    `Cannot subscribe to ${describeName(pattern)}: there is no such topic${hint}; topics: ${listSome(available)}`,
    { available },
  );
}
