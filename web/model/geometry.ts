/**
 * Plane geometry of the graph view: points, rectangles, and the curve that a link is drawn as. World units are CSS
 * pixels at zoom 1; x grows to the right, y downwards.
 *
 * @module
 */

/** A point. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/** A rectangle by its upper left corner and its size. */
export interface Rect extends Point {
  readonly width: number;
  readonly height: number;
}

/** A cubic Bézier curve: start, two control points, end. */
export interface Curve {
  readonly x0: number;
  readonly y0: number;
  readonly x1: number;
  readonly y1: number;
  readonly x2: number;
  readonly y2: number;
  readonly x3: number;
  readonly y3: number;
}

/** How far, at least and at most, a link leaves a port straight before it bends, in world units. */
const MIN_REACH = 36;
const MAX_REACH = 160;

/** Whether two rectangles share any point. */
export function intersects(a: Rect, b: Rect): boolean {
  return a.x <= b.x + b.width && b.x <= a.x + a.width && a.y <= b.y + b.height && b.y <= a.y + a.height;
}

/** Whether a point lies in a rectangle, its border included. */
export function contains(rect: Rect, { x, y }: Point): boolean {
  return x >= rect.x && x <= rect.x + rect.width && y >= rect.y && y <= rect.y + rect.height;
}

/** The smallest rectangle around all of these; an empty one at the origin without any. */
export function boundsOf(rects: Iterable<Rect>): Rect {
  let left = Infinity;
  let top = Infinity;
  let right = -Infinity;
  let bottom = -Infinity;
  for (const { x, y, width, height } of rects) {
    left = Math.min(left, x);
    top = Math.min(top, y);
    right = Math.max(right, x + width);
    bottom = Math.max(bottom, y + height);
  }
  if (left > right) return { x: 0, y: 0, width: 0, height: 0 };
  return { x: left, y: top, width: right - left, height: bottom - top };
}

/** A rectangle grown by `margin` on every side. */
export function inflate(rect: Rect, margin: number): Rect {
  return {
    x: rect.x - margin,
    y: rect.y - margin,
    width: rect.width + 2 * margin,
    height: rect.height + 2 * margin,
  };
}

/** The middle of a rectangle. */
export function centerOf({ x, y, width, height }: Rect): Point {
  return { x: x + width / 2, y: y + height / 2 };
}

/**
 * The curve from an output to an input: it leaves to the right and arrives from the left, also where the input stands
 * to the left of the output.
 */
export function linkCurve(from: Point, to: Point): Curve {
  const dx = to.x - from.x;
  const reach = Math.min(MAX_REACH, Math.max(MIN_REACH, Math.abs(dx) / 2, dx < 0 ? Math.abs(to.y - from.y) / 3 : 0));
  return {
    x0: from.x,
    y0: from.y,
    x1: from.x + reach,
    y1: from.y,
    x2: to.x - reach,
    y2: to.y,
    x3: to.x,
    y3: to.y,
  };
}

/** The point of a curve at `t`, from 0 (start) to 1 (end). */
export function pointOn(curve: Curve, t: number): Point {
  const u = 1 - t;
  const a = u * u * u;
  const b = 3 * u * u * t;
  const c = 3 * u * t * t;
  const d = t * t * t;
  return {
    x: a * curve.x0 + b * curve.x1 + c * curve.x2 + d * curve.x3,
    y: a * curve.y0 + b * curve.y1 + c * curve.y2 + d * curve.y3,
  };
}

/** A rectangle that a curve never leaves: that of its four points. */
export function curveBounds(curve: Curve): Rect {
  const x = Math.min(curve.x0, curve.x1, curve.x2, curve.x3);
  const y = Math.min(curve.y0, curve.y1, curve.y2, curve.y3);
  return {
    x,
    y,
    width: Math.max(curve.x0, curve.x1, curve.x2, curve.x3) - x,
    height: Math.max(curve.y0, curve.y1, curve.y2, curve.y3) - y,
  };
}

/**
 * The distance from a point to a curve, in world units; exact to about a hundredth of the curve's length.
 *
 * @param steps pieces that the curve is cut into
 */
export function distanceToCurve(curve: Curve, point: Point, steps = 32): number {
  let nearest = Infinity;
  let previous: Point = { x: curve.x0, y: curve.y0 };
  for (let k = 1; k <= steps; k++) {
    const next = pointOn(curve, k / steps);
    nearest = Math.min(nearest, distanceToSegment(point, previous, next));
    previous = next;
  }
  return nearest;
}

function distanceToSegment(point: Point, a: Point, b: Point): number {
  const dx = b.x - a.x;
  const dy = b.y - a.y;
  const length = dx * dx + dy * dy;
  const t = length === 0 ? 0 : Math.max(0, Math.min(1, ((point.x - a.x) * dx + (point.y - a.y) * dy) / length));
  return Math.hypot(point.x - a.x - t * dx, point.y - a.y - t * dy);
}
