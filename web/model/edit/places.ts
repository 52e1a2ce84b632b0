/**
 * Places that people chose for nodes, on top of a layout: these nodes stand there, the others of their lanes make room
 * below them, and the boxes of the lanes reach around them.
 *
 * @module
 */
import type { NodeInfo } from "../../../control/schemas/graph.ts";
import { boundsOf, inflate, intersects, type Rect } from "../geometry.ts";
import { LANE_PADDING, LANE_TITLE, type Layout, NODE_HEIGHT, NODE_WIDTH, ROW_GAP } from "../layout.ts";

/** A node with the place of its upper left corner, world units. */
type Placed = Pick<NodeInfo, "lane" | "position">;

/** Puts nodes at their chosen places. @returns the layout itself if none of its nodes has one */
export function placeNodes(layout: Layout, nodes: readonly Placed[]): Layout {
  if (!nodes.some(({ position }) => position !== undefined)) return layout;
  const x = Float64Array.from(layout.x);
  const y = Float64Array.from(layout.y);
  const rectOf = (node: number) => ({ x: x[node], y: y[node], width: NODE_WIDTH, height: NODE_HEIGHT });
  const lanes = layout.lanes.map((box) => {
    const own = [...nodes.keys()].filter((node) => nodes[node].lane === box.name);
    const placed = own.filter((node) => nodes[node].position !== undefined);
    if (placed.length === 0) return box;
    for (const node of placed) ({ x: x[node], y: y[node] } = nodes[node].position!);
    const rects: Rect[] = placed.map(rectOf);
    const others = own.filter((node) => nodes[node].position === undefined).toSorted((a, b) => y[a] - y[b]);
    for (const node of others) {
      y[node] = freeBelow(rectOf(node), rects);
      rects.push(rectOf(node));
    }
    const inner = boundsOf(rects);
    return {
      name: box.name,
      x: inner.x - LANE_PADDING,
      y: inner.y - LANE_TITLE,
      width: inner.width + 2 * LANE_PADDING,
      height: inner.height + LANE_TITLE + LANE_PADDING,
    };
  });
  return { ...layout, x, y, lanes, bounds: boundsOf(lanes) };
}

/** @returns the upper edge of a node that is moved down until it lies over none of the others */
function freeBelow(node: Rect, others: readonly Rect[]): number {
  const room = (rect: Rect) => inflate(rect, ROW_GAP / 2 - 1);
  const inColumn = others.filter(({ x }) => Math.abs(x - node.x) < NODE_WIDTH + ROW_GAP / 2).toSorted((a, b) =>
    a.y - b.y
  );
  let { y } = node;
  for (const other of inColumn) {
    if (intersects({ ...node, y }, room(other))) y = other.y + NODE_HEIGHT + ROW_GAP;
  }
  return y;
}
