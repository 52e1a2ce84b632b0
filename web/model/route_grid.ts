/**
 * Lines beside boxes, and a good way along them: A* over the crossings, with the length to the goal as its guide.
 *
 * @module
 */
import type { Point, Rect } from "./geometry.ts";

/** How far lines run beside a box, world units: above and below, and to its left and right. */
const ABOVE = [8, 13, 18, 24, 32] as const;
const BESIDE = [14, 20, 26, 34, 44] as const;

/** How far a way keeps from boxes. */
const CLEARANCE = 6;

/** What a corner costs, and how much more a piece that another way takes, in world units. */
const CORNER_COST = 60;
const SHARED_FACTOR = 6;

/** Above 1 the search goes straight for its goal: a way is found in far fewer steps, and may be a little longer. */
const EAGERNESS = 1.5;

/** A way, if there is one, and the steps that it took to find it. */
export interface FoundWay {
  readonly way: Point[] | undefined;
  readonly steps: number;
}

/** The grid of one search. */
export class RouteGrid {
  readonly #xs: Float64Array;
  readonly #ys: Float64Array;
  /** Whether the piece to the right of a crossing, and that below it, runs through a box. */
  readonly #rightShut: Uint8Array;
  readonly #downShut: Uint8Array;
  readonly #from: number;
  readonly #to: number;

  /** @param boxes that a way from `from` to `to` keeps clear of */
  constructor(boxes: readonly Rect[], from: Point, to: Point) {
    const xs = new Set([from.x, to.x]);
    const ys = new Set([from.y, to.y]);
    for (const { x, y, width, height } of boxes) {
      for (const by of BESIDE) xs.add(x - by).add(x + width + by);
      for (const by of ABOVE) ys.add(y - by).add(y + height + by);
    }
    this.#xs = Float64Array.from(xs).sort();
    this.#ys = Float64Array.from(ys).sort();
    const columns = this.#xs.length;
    this.#rightShut = new Uint8Array(columns * this.#ys.length);
    this.#downShut = new Uint8Array(columns * this.#ys.length);
    for (const box of boxes) this.#shut(box);
    this.#from = this.#ys.indexOf(from.y) * columns + this.#xs.indexOf(from.x);
    this.#to = this.#ys.indexOf(to.y) * columns + this.#xs.indexOf(to.x);
  }

  /**
   * Finds a way that leaves its start and reaches its goal to the right.
   *
   * @param maxSteps the search gives up after this many
   * @param isTaken whether a piece belongs to another way
   */
  find(maxSteps: number, isTaken: (a: Point, b: Point) => boolean): FoundWay {
    const columns = this.#xs.length;
    // A state is a crossing, and whether it was reached along a horizontal line (0) or a vertical one (1).
    const costs = new Float64Array(this.#rightShut.length * 2).fill(Infinity);
    const origins = new Int32Array(costs.length).fill(-1);
    const open = new Heap();
    const goal = this.#point(this.#to);
    costs[this.#from * 2] = 0;
    open.push(this.#from * 2, 0);
    let steps = 0;
    for (let state = open.pop(); state >= 0 && steps < maxSteps; state = open.pop()) {
      steps++;
      if (state === this.#to * 2) return { way: this.#wayTo(state, origins), steps };
      const at = state >> 1;
      const here = this.#point(at);
      const column = at % columns;
      const visit = (next: number, shut: boolean, axis: 0 | 1) => {
        if (shut) return;
        const there = this.#point(next);
        const length = Math.abs(there.x - here.x) + Math.abs(there.y - here.y);
        const corner = (state & 1) === axis ? 0 : CORNER_COST;
        const cost = costs[state] + corner + (isTaken(here, there) ? SHARED_FACTOR * length : length);
        if (cost >= costs[next * 2 + axis]) return;
        costs[next * 2 + axis] = cost;
        origins[next * 2 + axis] = state;
        const left = Math.abs(goal.x - there.x) + Math.abs(goal.y - there.y);
        open.push(next * 2 + axis, cost + EAGERNESS * left + (there.y === goal.y ? 0 : CORNER_COST));
      };
      if (column + 1 < columns) visit(at + 1, this.#rightShut[at] === 1, 0);
      if (column > 0) visit(at - 1, this.#rightShut[at - 1] === 1, 0);
      if (at + columns < this.#downShut.length) visit(at + columns, this.#downShut[at] === 1, 1);
      if (at >= columns) visit(at - columns, this.#downShut[at - columns] === 1, 1);
    }
    return { way: undefined, steps };
  }

  #point(at: number): Point {
    const columns = this.#xs.length;
    return { x: this.#xs[at % columns], y: this.#ys[Math.floor(at / columns)] };
  }

  #wayTo(state: number, origins: Int32Array): Point[] {
    const way: Point[] = [];
    for (let each = state; each >= 0; each = origins[each]) way.unshift(this.#point(each >> 1));
    return way;
  }

  #shut({ x, y, width, height }: Rect): void {
    const [left, right] = [x - CLEARANCE, x + width + CLEARANCE];
    const [top, bottom] = [y - CLEARANCE, y + height + CLEARANCE];
    const columns = this.#xs.length;
    // From the last line that lies before the box on.
    const firstRow = Math.max(0, firstAbove(this.#ys, top) - 1);
    const firstColumn = Math.max(0, firstAbove(this.#xs, left) - 1);
    for (let row = firstRow; row < this.#ys.length && this.#ys[row] < bottom; row++) {
      for (let column = firstColumn; column < columns && this.#xs[column] < right; column++) {
        const at = row * columns + column;
        if (this.#ys[row] > top && this.#xs[column + 1] > left) this.#rightShut[at] = 1;
        if (this.#xs[column] > left && this.#ys[row + 1] > top) this.#downShut[at] = 1;
      }
    }
  }
}

/** A binary heap of states, the least cost first. */
class Heap {
  readonly #states: number[] = [];
  readonly #costs: number[] = [];

  push(state: number, cost: number): void {
    let at = this.#states.length;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (this.#costs[parent] <= cost) break;
      this.#states[at] = this.#states[parent];
      this.#costs[at] = this.#costs[parent];
      at = parent;
    }
    this.#states[at] = state;
    this.#costs[at] = cost;
  }

  /** The best state; -1 if the queue is empty. */
  pop(): number {
    const best = this.#states[0] ?? -1;
    const state = this.#states.pop();
    const cost = this.#costs.pop();
    const { length } = this.#states;
    if (state === undefined || cost === undefined || length === 0) return best;
    let at = 0;
    while (true) {
      let child = 2 * at + 1;
      if (child >= length) break;
      if (child + 1 < length && this.#costs[child + 1] < this.#costs[child]) child++;
      if (this.#costs[child] >= cost) break;
      this.#states[at] = this.#states[child];
      this.#costs[at] = this.#costs[child];
      at = child;
    }
    this.#states[at] = state;
    this.#costs[at] = cost;
    return best;
  }
}

/** Index of the first value that is greater than a bound. */
function firstAbove(values: Float64Array, bound: number): number {
  let [low, high] = [0, values.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (values[middle] > bound) high = middle;
    else low = middle + 1;
  }
  return low;
}
