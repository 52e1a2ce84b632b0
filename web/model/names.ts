/**
 * Names that keep a readable size on the screen however small the graph is shown: where the titles of lanes stand, and
 * which nodes have room for their name. Places are found for the whole graph at a scale, not for what is in view: no
 * name comes or goes as the view moves.
 *
 * @module
 */
import { intersects, type Point, type Rect } from "./geometry.ts";

/** Size of a lane's title and of a node's name where the graph is shown small, CSS pixels. */
export const TITLE_PX = 12;
export const NAME_PX = 11;

/** Below this scale titles no longer fit into the room that lanes have for them. */
const TITLES_OUTSIDE_BELOW = 2 / 3;

/** Height of what a title takes, inside its lane in world units and otherwise in CSS pixels. */
const INSIDE_HEIGHT = 28;
const OUTSIDE_PX = 17;

/** With more lanes no title is wider than its lane: each would have to be compared with all. */
const MAX_COMPARED = 200;

/** Half of the mark of a node that is shown small, and what its name keeps clear of it, CSS pixels. */
const MARK_PX = 5;
const GAP_PX = 3;
const LINE_PX = 13;

/** Side of the cells in which taken places are looked up, CSS pixels. */
const CELL = 64;

/** Where the title of a lane stands. */
export interface TitlePlace {
  /** What it may take, world units; of no width where there is no room for it. */
  readonly rect: Rect;
  /** Size of its text, world units. */
  readonly size: number;
  /** In the room that the lane has for it; otherwise it has a ground of its own. */
  readonly isInside: boolean;
}

/** A name beside the mark of a node. */
export interface NamePlace extends Point {
  readonly node: number;
}

/** Finds places for the titles of lanes. @param boxes of the lanes */
export function placeTitles(boxes: readonly Rect[], scale: number): TitlePlace[] {
  if (scale >= TITLES_OUTSIDE_BELOW) {
    const size = TITLE_PX / Math.min(1, scale);
    return boxes.map(({ x, y, width }) => ({ rect: { x, y, width, height: INSIDE_HEIGHT }, size, isInside: true }));
  }
  const size = TITLE_PX / scale;
  const height = OUTSIDE_PX / scale;
  const canCompare = boxes.length <= MAX_COMPARED;
  const placed: Rect[] = [];
  return boxes.map((box) => {
    const above = { x: box.x, y: box.y - height, width: box.width, height };
    const isFree = canCompare && !boxes.some((other) => other !== box && intersects(other, above));
    const at = isFree ? above : { ...above, y: box.y };
    // To the right as far as no other lane, or its title, begins.
    const right = !isFree ? box.x + box.width : boxes.reduce((least, other) => {
      const isBeside = other.x > box.x && other.y - height < at.y + at.height && other.y + other.height > at.y;
      return isBeside ? Math.min(least, other.x - 6 / scale) : least;
    }, Math.max(box.x + box.width, box.x + 240 / scale));
    const rect = { ...at, width: Math.max(0, right - box.x) };
    const hasRoom = canCompare ? !placed.some((other) => intersects(other, rect)) : box.height >= height;
    if (hasRoom) placed.push(rect);
    return { rect: hasRoom ? rect : { ...rect, width: 0 }, size, isInside: false };
  });
}

/**
 * Finds the nodes beside whose marks there is room for their names.
 *
 * @param marks middles of the marks of all nodes, world units
 * @param order in which they are tried: all nodes, or those that are to have names
 * @param taken where no name may lie, such as titles, world units
 * @param widthOf the width of a node's name, CSS pixels
 * @returns the left end and the middle of the height of each name, world units
 */
export function placeNames(
  marks: readonly Point[],
  scale: number,
  order: readonly number[],
  taken: readonly Rect[],
  widthOf: (node: number) => number,
): NamePlace[] {
  const cells = new Map<number, Rect[]>();
  const take = (rect: Rect) =>
    eachCell(rect, (key) => {
      const cell = cells.get(key);
      if (cell === undefined) cells.set(key, [rect]);
      else cell.push(rect);
      return true;
    });
  const isFree = (rect: Rect, own?: Rect) =>
    eachCell(rect, (key) => !cells.get(key)?.some((other) => other !== own && intersects(other, rect)));
  for (const { x, y, width, height } of taken) {
    take({ x: x * scale, y: y * scale, width: width * scale, height: height * scale });
  }
  const boxes = marks.map(({ x, y }) => {
    const box = { x: x * scale - MARK_PX, y: y * scale - MARK_PX, width: 2 * MARK_PX, height: 2 * MARK_PX };
    take(box);
    return box;
  });
  const placed: NamePlace[] = [];
  for (const node of order) {
    const left = boxes[node].x + 2 * MARK_PX + GAP_PX;
    const middle = boxes[node].y + MARK_PX;
    const rect = { x: left, y: middle - LINE_PX / 2, width: widthOf(node) + GAP_PX, height: LINE_PX };
    if (!isFree(rect, boxes[node])) continue;
    take(rect);
    placed.push({ node, x: left / scale, y: middle / scale });
  }
  return placed;
}

/** Visits cells until a visit returns `false`. @returns whether every visit returned `true` */
function eachCell({ x, y, width, height }: Rect, visit: (key: number) => boolean): boolean {
  for (let column = Math.floor(x / CELL); column <= Math.floor((x + width) / CELL); column++) {
    for (let row = Math.floor(y / CELL); row <= Math.floor((y + height) / CELL); row++) {
      if (!visit(column * 0x100000 + row)) return false;
    }
  }
  return true;
}
