/**
 * Finds node types by a word.
 *
 * @module
 */
import { counterpartOf, meantBy } from "./foreign_names.ts";

/** The part of a node type that is searched. */
interface Searched {
  readonly type: string;
  readonly tags: readonly string[];
  readonly description: string;
}

/**
 * Returns the types for a word: it is in their name, their tags or their description, or they do what other people call
 * so.
 */
export function typesFor<T extends Searched>(
  word: string,
  all: readonly T[],
): { readonly types: readonly T[]; readonly advice?: readonly string[] } {
  const meant = counterpartOf(word) ?? meantBy(word);
  const asked = word.toLowerCase();
  const isFor = ({ type, tags, description }: T) =>
    meant?.types.includes(type) || type.includes(asked) || tags.includes(asked) ||
    description.toLowerCase().split(/[^a-z0-9-]+/).includes(asked);
  return { types: all.filter(isFor), ...(meant?.advice !== undefined && { advice: [meant.advice] }) };
}
