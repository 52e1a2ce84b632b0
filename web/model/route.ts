/**
 * Finds courses for links that cross no box: the plain curve where it is free, and otherwise the way with the least
 * length and the fewest corners along lines beside the boxes. Boxes have at least 26 units of room between each other,
 * so there always is such a way. Ways that others took already cost more, and so do those along a lane's title or
 * beside another node at its height: two links do not read as one.
 *
 * The effort for one graph is bounded: once it is spent, further links are plain curves, and counted.
 *
 * @module
 */
import { type Course, courseCrosses, roundedCourse } from "./course.ts";
import { curveBounds, inflate, linkCurve, type Point, type Rect } from "./geometry.ts";
import { RouteGrid } from "./route_grid.ts";
import { SpatialGrid } from "./spatial_grid.ts";

/** How far a course keeps from boxes of other nodes, world units. */
const CLEARANCE = 5;

/** How far from its ports a course that leads around may bend. */
const STUB = 14;

/** Radius of corners: less than the lines keep from boxes. */
const RADIUS = 8;

/**
 * How far around its ends a way is searched, world units. The next distance is used only if the previous one has no
 * way.
 */
const NEAR = [100, 500, 1e6] as const;

/**
 * How far before a node a line at its height seems to lead to it, and how far behind it to come from it, world units.
 */
const BEFORE = 32;
const BEHIND = 96;

/** Boxes near a link up to which a look at each is taken for what lines should keep off. */
const MAX_SHUNNED = 64;

/** The default number of steps that all searches of a graph share. */
const MAX_STEPS = 250_000;

/** Routes the links of one layout. */
export class Router {
  readonly #boxes: readonly Rect[];
  readonly #grid: SpatialGrid;
  readonly #taken = new TakenWays();
  readonly #titles: readonly Rect[];
  #stepsLeft: number;
  #unrouted = 0;

  /**
   * @param boxes of all nodes
   * @param titles texts that no line should run through
   * @param steps that all searches may take together
   */
  constructor(boxes: readonly Rect[], titles: readonly Rect[] = [], steps: number = MAX_STEPS) {
    this.#boxes = boxes;
    this.#titles = titles;
    this.#stepsLeft = steps;
    this.#grid = new SpatialGrid(boxes);
  }

  /** Links that cross a box, as no way was found before the effort was spent. */
  get unrouted(): number {
    return this.#unrouted;
  }

  /**
   * The course of a link.
   *
   * @param from its output, on the right edge of box `fromBox`
   * @param to its input, on the left edge of box `toBox`
   */
  route(from: Point, to: Point, fromBox: number, toBox: number): Course {
    const plain = [linkCurve(from, to)];
    const isFree = this.#grid.query(inflate(curveBounds(plain[0]), CLEARANCE)).every((box) =>
      // A course touches its own boxes at its ports.
      !courseCrosses(plain, inflate(this.#boxes[box], box === fromBox || box === toBox ? -1 : CLEARANCE))
    );
    if (isFree) return plain;
    const way = this.#find({ x: from.x + STUB, y: from.y }, { x: to.x - STUB, y: to.y }, fromBox, toBox);
    if (way === undefined) {
      this.#unrouted++;
      return plain;
    }
    const points = withoutMidpoints([from, ...way, to]);
    this.#taken.add(points);
    return roundedCourse(points, RADIUS);
  }

  /** Tells pieces that run through a title, or beside a foreign node, at its height. */
  #shunned(foreign: readonly number[]): (a: Point, b: Point) => boolean {
    if (foreign.length + this.#titles.length > MAX_SHUNNED) return () => false;
    const sides = foreign.map((box) => {
      const { x, y, width, height } = this.#boxes[box];
      return { x: x - BEFORE, y, width: BEFORE + width + BEHIND, height };
    });
    return (a, b) =>
      this.#titles.some((title) => runsThrough(title, a, b)) ||
      (a.y === b.y && sides.some((side) => runsThrough(side, a, b)));
  }

  #find(from: Point, to: Point, fromBox: number, toBox: number): Point[] | undefined {
    const x = Math.min(from.x, to.x);
    const y = Math.min(from.y, to.y);
    const ends = { x, y, width: Math.abs(from.x - to.x), height: Math.abs(from.y - to.y) };
    for (const near of NEAR) {
      if (this.#stepsLeft <= 0) return undefined;
      const around = this.#grid.query(inflate(ends, near));
      const grid = new RouteGrid(around.map((box) => this.#boxes[box]), from, to);
      const shuns = this.#shunned(around.filter((box) => box !== fromBox && box !== toBox));
      const { way, steps } = grid.find(this.#stepsLeft, (a, b) => this.#taken.share(a, b) || shuns(a, b));
      this.#stepsLeft -= steps;
      if (way !== undefined) return way;
    }
    return undefined;
  }
}

/** Pieces of ways that are taken, by the line that they lie on: to the nearest unit, upright ones apart. */
class TakenWays {
  readonly #lines = new Map<number, [number, number][]>();

  add(points: readonly Point[]): void {
    for (let k = 1; k < points.length; k++) {
      const [a, b] = [points[k - 1], points[k]];
      const key = lineOf(a, b);
      const piece: [number, number] = a.y === b.y ? [Math.min(a.x, b.x), Math.max(a.x, b.x)] : [
        Math.min(a.y, b.y),
        Math.max(a.y, b.y),
      ];
      const line = this.#lines.get(key);
      if (line === undefined) this.#lines.set(key, [piece]);
      else line.push(piece);
    }
  }

  /** Whether a piece lies on one that is taken. */
  share(a: Point, b: Point): boolean {
    const line = this.#lines.get(lineOf(a, b));
    if (line === undefined) return false;
    const [p, q] = a.y === b.y ? [a.x, b.x] : [a.y, b.y];
    return line.some(([start, end]) => start < Math.max(p, q) && Math.min(p, q) < end);
  }
}

/** Whether a piece, upright or level, has something in common with the inside of a rectangle. */
function runsThrough({ x, y, width, height }: Rect, a: Point, b: Point): boolean {
  return Math.min(a.x, b.x) < x + width && Math.max(a.x, b.x) > x &&
    Math.min(a.y, b.y) < y + height && Math.max(a.y, b.y) > y;
}

function lineOf(a: Point, b: Point): number {
  return a.y === b.y ? 2 * Math.round(a.y) : 2 * Math.round(a.x) + 1;
}

function withoutMidpoints(points: readonly Point[]): Point[] {
  return points.filter(({ x, y }, k) => {
    const [before, after] = [points[k - 1], points[k + 1]];
    if (before === undefined || after === undefined) return true;
    return !(before.x === x && x === after.x) && !(before.y === y && y === after.y);
  });
}
