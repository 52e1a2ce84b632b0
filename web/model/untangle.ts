/**
 * Swaps neighbours of a column where fewer links cross then. The layout before it knows nodes, not their ports, so
 * links into several ports of one node cross as often as not. All nodes are of one size: places can be exchanged.
 *
 * @module
 */

/** Rounds over all columns at most. */
const MAX_ROUNDS = 4;

/**
 * Exchanges places within columns.
 *
 * @param nodes that may change places
 * @param links among them, in the order of their ports
 * @param x left edges of all nodes, by number
 * @param y upper edges of all nodes, by number; changed in place
 * @param height of a node
 */
export function untangle(
  nodes: readonly number[],
  links: readonly (readonly [number, number])[],
  x: ArrayLike<number>,
  y: Float64Array,
  height: number,
): void {
  const columns = new Map<number, number[]>();
  for (const node of nodes) {
    const key = Math.round(x[node]);
    const column = columns.get(key);
    if (column === undefined) columns.set(key, [node]);
    else column.push(node);
  }
  const ends = otherEnds(links);
  for (let round = 0; round < MAX_ROUNDS; round++) {
    let swapped = false;
    for (const column of columns.values()) {
      column.sort((a, b) => y[a] - y[b]);
      for (let k = 1; k < column.length; k++) {
        const [above, below] = [column[k - 1], column[k]];
        const now = crossings(above, below, ends, y, height);
        const then = crossings(below, above, ends, y, height);
        if (then > now || (then === now && above < below)) continue;
        // Among equally good orders the graph's own wins, and is kept once it is reached.
        [column[k - 1], column[k]] = [below, above];
        [y[above], y[below]] = [y[below], y[above]];
        swapped = true;
      }
    }
    if (!swapped) return;
  }
}

/** Where a link goes to from a node. */
interface FarEnd {
  readonly node: number;
  /** Which side of the near node it leaves. */
  readonly side: "in" | "out";
  /** Place of its port among those of the far node, from 0 to 1. */
  readonly share: number;
}

function otherEnds(links: readonly (readonly [number, number])[]): Map<number, FarEnd[]> {
  const into = new Map<number, number>();
  const outOf = new Map<number, number>();
  const ranks = links.map(([from, to]) => {
    const rank = [outOf.get(from) ?? 0, into.get(to) ?? 0] as const;
    outOf.set(from, rank[0] + 1);
    into.set(to, rank[1] + 1);
    return rank;
  });
  const ends = new Map<number, FarEnd[]>();
  const add = (node: number, end: FarEnd) => {
    const list = ends.get(node);
    if (list === undefined) ends.set(node, [end]);
    else list.push(end);
  };
  links.forEach(([from, to], k) => {
    add(from, { node: to, side: "out", share: (ranks[k][1] + 1) / (into.get(to)! + 1) });
    add(to, { node: from, side: "in", share: (ranks[k][0] + 1) / (outOf.get(from)! + 1) });
  });
  return ends;
}

/** How often links of one node cross those of the node below it. */
function crossings(
  above: number,
  below: number,
  ends: ReadonlyMap<number, readonly FarEnd[]>,
  y: ArrayLike<number>,
  height: number,
): number {
  let count = 0;
  for (const a of ends.get(above) ?? []) {
    for (const b of ends.get(below) ?? []) {
      if (a.side === b.side && y[a.node] + a.share * height > y[b.node] + b.share * height) count++;
    }
  }
  return count;
}
