/**
 * Places that a person chose for nodes, on top of a layout: these nodes stand there, and the boxes of their lanes reach
 * around them.
 *
 * @module
 */
import { boundsOf, type Point, type Rect } from "../geometry.ts";
import { LANE_PADDING, LANE_TITLE, type Layout, NODE_HEIGHT, NODE_WIDTH } from "../layout.ts";

/** Upper left corners by id, world units. */
export type NodePlaces = { readonly [id: string]: Point };

/** Puts nodes at their chosen places. @returns the layout itself if none of its nodes has one */
export function placeNodes(
  layout: Layout,
  nodes: readonly { readonly id: string; readonly lane: string }[],
  places: NodePlaces,
): Layout {
  if (!nodes.some(({ id }) => Object.hasOwn(places, id))) return layout;
  const x = Float64Array.from(layout.x);
  const y = Float64Array.from(layout.y);
  const touched = new Set<string>();
  const rects = new Map<string, Rect[]>();
  nodes.forEach(({ id, lane }, k) => {
    if (Object.hasOwn(places, id)) {
      ({ x: x[k], y: y[k] } = places[id]);
      touched.add(lane);
    }
    const rect = { x: x[k], y: y[k], width: NODE_WIDTH, height: NODE_HEIGHT };
    rects.set(lane, [...rects.get(lane) ?? [], rect]);
  });
  const lanes = layout.lanes.map((box) => {
    if (!touched.has(box.name)) return box;
    const inner = boundsOf(rects.get(box.name)!);
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
