/**
 * The course of a link: one curve where the way is free, and straight pieces with round corners where it leads around
 * boxes that stand in between. A place on it is a share from 0 (start) to 1 (end).
 *
 * @module
 */
import { boundsOf, type Curve, curveBounds, distanceToCurve, type Point, pointOn, type Rect } from "./geometry.ts";

/** Pieces, each of which begins where the one before it ends; at least one. */
export type Course = readonly Curve[];

/** Points at equal shares of each piece, by which a course is compared with boxes. */
const SAMPLES = 24;

/**
 * The course through corners.
 *
 * @param points at least two; each piece between them is horizontal or vertical
 * @param radius of its corners at most, world units; they stay inside of the angle
 */
export function roundedCourse(points: readonly Point[], radius: number): Course {
  const course: Curve[] = [];
  let at = points[0];
  for (let k = 1; k < points.length - 1; k++) {
    const [before, corner, after] = [points[k - 1], points[k], points[k + 1]];
    const reach = Math.min(radius, distance(before, corner) / 2, distance(corner, after) / 2);
    const [enter, leave] = [towards(corner, before, reach), towards(corner, after, reach)];
    course.push(straight(at, enter));
    course.push({ x0: enter.x, y0: enter.y, x1: corner.x, y1: corner.y, x2: corner.x, y2: corner.y, ...endOf(leave) });
    at = leave;
  }
  course.push(straight(at, points[points.length - 1]));
  return course;
}

/** The point of a course at a share of its length; of a single curve, at that parameter. */
export function pointOnCourse(course: Course, share: number): Point {
  if (course.length === 1) return pointOn(course[0], share);
  const lengths = course.map(({ x0, y0, x3, y3 }) => Math.hypot(x3 - x0, y3 - y0));
  let left = share * lengths.reduce((sum, length) => sum + length, 0);
  for (let k = 0; k < course.length; k++) {
    if (left <= lengths[k] && lengths[k] > 0) return pointOn(course[k], left / lengths[k]);
    left -= lengths[k];
  }
  return pointOn(course[course.length - 1], 1);
}

/** A rectangle that a course never leaves. */
export function courseBounds(course: Course): Rect {
  return boundsOf(course.map(curveBounds));
}

/** The distance from a point to a course, in world units. */
export function distanceToCourse(course: Course, point: Point): number {
  return course.reduce((nearest, piece) => Math.min(nearest, distanceToCurve(piece, point)), Infinity);
}

/** Where a course ends. */
export function courseEnd(course: Course): Point {
  return pointOn(course[course.length - 1], 1);
}

/** Whether a course touches a rectangle; what lies between two samples counts as straight. */
export function courseCrosses(course: Course, rect: Rect, samples = SAMPLES): boolean {
  return course.some((piece) => {
    let previous = pointOn(piece, 0);
    for (let k = 1; k <= samples; k++) {
      const next = pointOn(piece, k / samples);
      if (segmentTouches(previous, next, rect)) return true;
      previous = next;
    }
    return false;
  });
}

/** Whether any point of a segment lies in a rectangle: Liang and Barsky's clipping. */
function segmentTouches(a: Point, b: Point, { x, y, width, height }: Rect): boolean {
  let [enter, leave] = [0, 1];
  const [dx, dy] = [b.x - a.x, b.y - a.y];
  const sides = [[-dx, a.x - x], [dx, x + width - a.x], [-dy, a.y - y], [dy, y + height - a.y]];
  for (const [step, room] of sides) {
    if (step === 0) {
      if (room < 0) return false;
    } else if (step < 0) enter = Math.max(enter, room / step);
    else leave = Math.min(leave, room / step);
  }
  return enter <= leave;
}

function straight(from: Point, to: Point): Curve {
  const at = (share: number) => ({ x: from.x + (to.x - from.x) * share, y: from.y + (to.y - from.y) * share });
  const [first, second] = [at(1 / 3), at(2 / 3)];
  return { x0: from.x, y0: from.y, x1: first.x, y1: first.y, x2: second.x, y2: second.y, ...endOf(to) };
}

function endOf({ x, y }: Point): { readonly x3: number; readonly y3: number } {
  return { x3: x, y3: y };
}

function distance(a: Point, b: Point): number {
  return Math.abs(a.x - b.x) + Math.abs(a.y - b.y);
}

function towards(from: Point, to: Point, length: number): Point {
  return { x: from.x + Math.sign(to.x - from.x) * length, y: from.y + Math.sign(to.y - from.y) * length };
}
