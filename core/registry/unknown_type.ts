/**
 * The error for an unknown name of a node type: it says which type the name may mean.
 *
 * @module
 */
import { describeName } from "../errors/describe_value.ts";
import { listNames, nearestName, SluiceError } from "../errors.ts";
import { type Counterpart, counterpartOf, meantBy } from "./foreign_names.ts";
import { shippedName } from "./shipped_stage.ts";

/** Most names for which an error lists all. */
const MOST_LISTED = 24;

/** Most similar ids to list. */
const MAX_LIKE = 6;

/** Shortest part of a name that counts. */
const MIN_LENGTH = 3;

/** Names from before one type served every kind of frame. */
const FORMER = /^(?:audio|video|data|encoded|packet)-(valve|switch|throttle|delay|rebuffer|trim)$/;

/**
 * Makes the error for an unknown name.
 *
 * @param name any value
 * @param names the registered names, sorted
 * @param leftOut packages and plugins that were left out, each with the reason
 */
export function unknownType(name: unknown, names: readonly string[], leftOut: readonly string[]): SluiceError {
  const fail = (...parts: readonly string[]) =>
    new SluiceError("NodeTypeNotFound", `Cannot find node type ${parts.join("; ")}`, { available: names });
  if (typeof name !== "string") return fail(describeName(name), offer(names, []), ...leftOut);
  const shipped = shippedName(name)?.type;
  if (shipped !== undefined && names.includes(shipped)) {
    return fail(`"${name}": it is the id of a stage that comes with Sluice`, `write "${shipped}"`);
  }
  const since = name === "chunker" ? "rebuffer" : FORMER.exec(name)?.[1];
  if (since !== undefined && names.includes(since)) {
    return fail(`"${name}": one type takes every kind of frame`, `write "${since}"`);
  }
  const element = counterpartOf(name);
  const foreign = element ?? meantBy(name);
  if (foreign !== undefined) {
    return fail(describeName(name), ...standIn(foreign, element !== undefined, names), offer(names, []), ...leftOut);
  }
  const meant = meantId(name, names);
  const hint = meant === undefined ? "" : ` (did you mean "${meant}"?)`;
  const like = idsLike(name, names).filter((each) => each !== meant);
  const parts = [`${describeName(name)}${hint}`, offer(names, like), ...leftOut];
  // Names of processor types have no dots.
  if (meant === undefined && leftOut.length === 0 && name.includes(".")) {
    parts.push("it is named as a plugin's stage: name the plugin's folder by --plugins, or load it by loadPlugins()");
  }
  return fail(...parts);
}

/** Names the counterpart of a GStreamer element or a word: `what it does in GStreamer, "media-source" does here`. */
function standIn({ types, advice }: Counterpart, isElement: boolean, names: readonly string[]): string[] {
  const own = types.filter((type) => names.includes(type));
  const [does, are] = own.length === 1 ? ["does", "is"] : ["do", "are"];
  const told = isElement
    ? `what it does in GStreamer, ${listNames(own)} ${does} here`
    : `for that there ${are} ${listNames(own)}`;
  return [...(own.length === 0 ? [] : [told]), ...(advice === undefined ? [] : [advice])];
}

/** Lists the names, or, of a long list, those like the wanted one, and how to see all. */
function offer(names: readonly string[], like: readonly string[]): string {
  if (names.length <= MOST_LISTED) return `available: ${listNames(names)}`;
  const some = like.length === 0 ? "" : `like it: ${listNames(like)}; `;
  return `${some}"sluice nodes list" lists all ${names.length}`;
}

/** Returns the id that an unknown name may mean: one that ends in the name, is spelt alike, or begins with it. */
export function meantId(name: string, ids: readonly string[]): string | undefined {
  const dashed = (text: string) => text.replaceAll(".", "-");
  const ending = ids.find((id) => dashed(id).endsWith(`-${dashed(name)}`));
  if (ending !== undefined) return ending;
  const byLast = new Map(ids.map((id) => [lastPart(id), id]));
  const nearest = nearestName(name, [...ids, ...byLast.keys()]);
  if (nearest !== undefined) return ids.includes(nearest) ? nearest : byLast.get(nearest);
  return name.length < MIN_LENGTH ? undefined : ids.find((id) => bare(lastPart(id)).startsWith(bare(name)));
}

/** Returns the ids that share words with a name, those with most of them first. */
export function idsLike(name: string, ids: readonly string[]): string[] {
  const words = wordsOf(name);
  const common = (id: string) => {
    const own = wordsOf(id);
    return words.filter((word) => own.some((each) => each.startsWith(word) || word.startsWith(each))).length;
  };
  return ids.filter((id) => common(id) > 0).toSorted((a, b) => common(b) - common(a)).slice(0, MAX_LIKE);
}

function lastPart(id: string): string {
  return id.slice(id.lastIndexOf(".") + 1);
}

/** Returns the words of at least {@linkcode MIN_LENGTH} letters. */
function wordsOf(name: string): string[] {
  return name.toLowerCase().split(/[^a-z0-9]+/).filter((word) => word.length >= MIN_LENGTH);
}

/** Returns a name without the separators of its words. */
function bare(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]+/g, "");
}
