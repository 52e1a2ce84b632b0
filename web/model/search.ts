/**
 * Finds nodes by what a person types: words that occur in the id, the type or the lane.
 *
 * @module
 */

/** What can be found by. */
export interface Searchable {
  readonly id: string;
  readonly type: string;
  readonly lane: string;
}

/**
 * Finds nodes in which every word of a query occurs, whatever its case.
 *
 * @param limit the most results
 * @returns their places in `nodes`, best first: ids that equal the query, then those that begin with it, then the rest
 * in the order of `nodes`; empty for an empty query
 */
export function searchNodes(nodes: readonly Searchable[], query: string, limit = 50): number[] {
  const text = query.trim().toLowerCase();
  if (text === "") return [];
  const words = text.split(/\s+/);
  const found: { readonly index: number; readonly rank: number }[] = [];
  nodes.forEach(({ id, type, lane }, index) => {
    const name = id.toLowerCase();
    const all = `${name}\n${type.toLowerCase()}\n${lane.toLowerCase()}`;
    if (!words.every((word) => all.includes(word))) return;
    found.push({ index, rank: name === text ? 0 : name.startsWith(text) ? 1 : name.includes(text) ? 2 : 3 });
  });
  return found.sort((a, b) => a.rank - b.rank || a.index - b.index).slice(0, limit).map(({ index }) => index);
}
