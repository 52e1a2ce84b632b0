/**
 * Where links have their labels: in the middle where there is room, short ones elsewhere on the course where several
 * links come close, and no label where even those would overlap each other or a node. Links without a label are
 * counted; the inspector and the table show them.
 *
 * @module
 */
import { type Course, pointOnCourse } from "./course.ts";
import { intersects, type Point, type Rect } from "./geometry.ts";

/** How much a label says: all, one line, or nothing as there is no room for it. */
export type LabelForm = "full" | "short" | "none";

/** A label and its middle. */
export interface LabelPlace extends Point {
  readonly form: LabelForm;
}

/** Size of labels, world units; a full one has room for a line about drops. */
export const LABEL_SIZES: { readonly [F in Exclude<LabelForm, "none">]: { readonly width: number; height: number } } = {
  full: { width: 100, height: 45 },
  short: { width: 100, height: 14 },
};

/** Where on the course labels are tried, as shares of its length. */
const TRIED: readonly (readonly [Exclude<LabelForm, "none">, number])[] = [
  ...[0.5, 0.4, 0.6, 0.3, 0.7, 0.8, 0.2, 0.88, 0.12].map((at) => ["full", at] as const),
  ...[0.6, 0.5, 0.4, 0.7, 0.3, 0.8, 0.2, 0.85, 0.15, 0.9, 0.1].map((at) => ["short", at] as const),
];

/** Side of the cells in which taken places are looked up, world units. */
const CELL = 256;

/** Finds a place for each label. @param taken places where no label may lie, such as nodes */
export function placeLabels(courses: readonly Course[], taken: readonly Rect[] = []): LabelPlace[] {
  const cells = new Map<string, Rect[]>();
  const take = (rect: Rect) => eachCell(rect, (key) => void push(cells, key, rect));
  const isFree = (rect: Rect) => {
    let free = true;
    eachCell(rect, (key) => void (free &&= !(cells.get(key) ?? []).some((other) => intersects(rect, other))));
    return free;
  };
  taken.forEach(take);
  return courses.map((course) => {
    for (const [form, at] of TRIED) {
      const middle = pointOnCourse(course, at);
      const { width, height } = LABEL_SIZES[form];
      const rect = { x: middle.x - width / 2, y: middle.y - height / 2, width, height };
      if (!isFree(rect)) continue;
      take(rect);
      return { ...middle, form };
    }
    return { ...pointOnCourse(course, 0.5), form: "none" };
  });
}

/** The place of a label; `undefined` without one. */
export function labelRect({ x, y, form }: LabelPlace): Rect | undefined {
  if (form === "none") return undefined;
  const { width, height } = LABEL_SIZES[form];
  return { x: x - width / 2, y: y - height / 2, width, height };
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
