/**
 * Finds the node types that an unknown name may mean. Names of plugins are domain names in reverse.
 *
 * @module
 */
import { nearestName } from "../errors.ts";

/** Most similar ids to list. */
const MAX_LIKE = 6;

/** Shortest part of a name that counts. */
const MIN_LENGTH = 3;

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
