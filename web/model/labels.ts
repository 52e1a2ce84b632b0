/**
 * Where links have their labels: in the middle where there is room, short ones near the input where several links come
 * close, and none where even those would lie over each other. Of a link without one the inspector and the table tell.
 *
 * @module
 */
import { type Curve, intersects, type Point, pointOn, type Rect } from "./geometry.ts";

/** How much a label says: all, one line, or nothing unless its link is looked at or ill. */
export type LabelForm = "full" | "short" | "none";

/** A label and its middle. */
export interface LabelPlace extends Point {
  readonly form: LabelForm;
}

/** Size of labels, world units; a full one has room for a line about drops. */
export const LABEL_SIZES: { readonly [F in Exclude<LabelForm, "none">]: { readonly width: number; height: number } } = {
  full: { width: 96, height: 45 },
  short: { width: 96, height: 14 },
};

/** Where on the curve labels are tried, from 0 to 1. */
const TRIED: readonly (readonly [Exclude<LabelForm, "none">, number])[] = [
  ["full", 0.5],
  ["full", 0.4],
  ["full", 0.6],
  ["short", 0.6],
  ["short", 0.5],
  ["short", 0.4],
];

/** Side of the cells in which taken places are looked up, world units. */
const CELL = 256;

/** Finds a place for each label. @param taken places where no label may lie, such as nodes */
export function placeLabels(curves: readonly Curve[], taken: readonly Rect[] = []): LabelPlace[] {
  const cells = new Map<string, Rect[]>();
  const take = (rect: Rect) => eachCell(rect, (key) => void push(cells, key, rect));
  const isFree = (rect: Rect) => {
    let free = true;
    eachCell(rect, (key) => void (free &&= !(cells.get(key) ?? []).some((other) => intersects(rect, other))));
    return free;
  };
  taken.forEach(take);
  return curves.map((curve) => {
    for (const [form, at] of TRIED) {
      const middle = pointOn(curve, at);
      const { width, height } = LABEL_SIZES[form];
      const rect = { x: middle.x - width / 2, y: middle.y - height / 2, width, height };
      if (!isFree(rect)) continue;
      take(rect);
      return { ...middle, form };
    }
    return { ...pointOn(curve, 0.5), form: "none" };
  });
}

/** What a label says now: that of a link that is looked at says all, and an ill link has one in any case. */
export function labelForm({ form }: LabelPlace, selected: boolean, ill: boolean): LabelForm {
  if (selected) return "full";
  return ill && form === "none" ? "short" : form;
}

function eachCell({ x, y, width, height }: Rect, visit: (key: string) => void): void {
  for (let column = Math.floor(x / CELL); column <= Math.floor((x + width) / CELL); column++) {
    for (let row = Math.floor(y / CELL); row <= Math.floor((y + height) / CELL); row++) visit(`${column} ${row}`);
  }
}

function push(map: Map<string, Rect[]>, key: string, rect: Rect): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [rect]);
  else list.push(rect);
}
