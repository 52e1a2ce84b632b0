/**
 * Where the arrow keys lead in the graph: along links to the right and to the left, and up and down to the nearest
 * node of the same column. Every node can be reached: at the end of a direction the nearest node further on is taken.
 *
 * @module
 */
import type { Point } from "./geometry.ts";

/** An arrow key. */
export type Direction = "left" | "right" | "up" | "down";

/** A graph as places and links between them. Nodes are numbered by their place in the lists. */
export interface Places {
  /** Left edge of each node. */
  readonly x: ArrayLike<number>;
  /** Upper edge of each node. */
  readonly y: ArrayLike<number>;
  /** Pairs of node numbers: from, to. */
  readonly links: readonly (readonly [number, number])[];
}

/** How much further a step across the direction is than one along it. */
const ACROSS = 2.5;

/**
 * The node that an arrow key leads to.
 *
 * @param from the node that has the focus; below 0 for none, which leads to the upper left node
 * @returns its number; `from` itself where nothing lies in that direction, -1 if there are no nodes
 */
export function nodeTowards({ x, y, links }: Places, from: number, direction: Direction): number {
  const nodes = Array.from({ length: x.length }, (_, k) => k);
  if (nodes.length === 0) return -1;
  if (from < 0 || from >= nodes.length) return nearest(nodes, x, y, { x: -Infinity, y: -Infinity });
  const here = { x: x[from], y: y[from] };
  if (direction === "right" || direction === "left") {
    const linked = links.flatMap(([a, b]) => direction === "right" ? (a === from ? [b] : []) : (b === from ? [a] : []))
      .filter((node) => node !== from);
    if (linked.length > 0) return nearest(linked, x, y, here);
  }
  let best = from;
  let bestCost = Infinity;
  for (const node of nodes) {
    const dx = x[node] - here.x;
    const dy = y[node] - here.y;
    const along = direction === "right" ? dx : direction === "left" ? -dx : direction === "down" ? dy : -dy;
    if (along <= 0) continue;
    const across = direction === "right" || direction === "left" ? Math.abs(dy) : Math.abs(dx);
    const cost = along + ACROSS * across;
    if (cost < bestCost) [best, bestCost] = [node, cost];
  }
  return best;
}

/** The node nearest to a point; among equals the first. */
function nearest(nodes: readonly number[], x: ArrayLike<number>, y: ArrayLike<number>, point: Point): number {
  const cost = (node: number) =>
    point.x === -Infinity ? x[node] + y[node] : Math.hypot(x[node] - point.x, y[node] - point.y);
  return nodes.reduce((best, node) => cost(node) < cost(best) ? node : best);
}
