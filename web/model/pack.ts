/**
 * Puts boxes that have nothing to do with each other below each other: in columns, in their own order, so that all of
 * them together are about as wide as a screen. Boxes that follow each other in a row would read as a chain.
 *
 * @module
 */
import type { Point } from "./geometry.ts";

/** A box without a place. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/** So few boxes stand below each other, whatever their shape. */
const COLUMN_UP_TO = 6;

/**
 * Finds a place for each box; none overlap.
 *
 * @param gap that stays free between them
 * @param aspect width by height that is wanted of the whole
 * @returns upper left corners, in the order of the boxes
 */
export function packBoxes(boxes: readonly Size[], gap: number, aspect: number): Point[] {
  const area = boxes.reduce((sum, { width, height }) => sum + (width + gap) * (height + gap), 0);
  const highest = boxes.reduce((most, { height }) => Math.max(most, height), 0);
  const columnHeight = boxes.length <= COLUMN_UP_TO ? Infinity : Math.max(highest, Math.sqrt(area / aspect));
  let x = 0;
  let y = 0;
  let columnWidth = 0;
  return boxes.map(({ width, height }) => {
    if (y > 0 && y + height > columnHeight) {
      y = 0;
      x += columnWidth + gap;
      columnWidth = 0;
    }
    const place = { x, y };
    y += height + gap;
    columnWidth = Math.max(columnWidth, width);
    return place;
  });
}

/**
 * Parts nodes into those that hang together.
 *
 * @param links pairs of nodes; those of other nodes count for nothing
 * @returns groups in the order of their first nodes, each in the order of `nodes`
 */
export function connectedGroups<T>(nodes: readonly T[], links: Iterable<readonly [T, T]>): T[][] {
  const leader = new Map<T, T>(nodes.map((node) => [node, node]));
  const find = (node: T): T => {
    let root = node;
    while (leader.get(root) !== root) root = leader.get(root)!;
    // The next search along this way is short.
    for (let at = node; at !== root;) {
      const next = leader.get(at)!;
      leader.set(at, root);
      at = next;
    }
    return root;
  };
  for (const [a, b] of links) if (leader.has(a) && leader.has(b)) leader.set(find(b), find(a));
  const groups = new Map<T, T[]>();
  for (const node of nodes) {
    const root = find(node);
    const group = groups.get(root);
    if (group === undefined) groups.set(root, [node]);
    else group.push(node);
  }
  return [...groups.values()];
}
