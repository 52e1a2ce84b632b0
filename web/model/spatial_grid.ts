/**
 * Finds what lies in a rectangle without looking at everything: each item stands in the cells that its box touches.
 * Built once for each layout; asking allocates nothing but the result.
 *
 * @module
 */
import { intersects, type Rect } from "./geometry.ts";

/** Length of a cell's side, world units. */
const CELL = 512;

/** An index of boxes. Items are numbered by their place in the list of boxes. */
export class SpatialGrid {
  readonly #boxes: readonly Rect[];
  readonly #cells = new Map<number, number[]>();
  readonly #seen: Uint32Array;
  #round = 0;
  /** Items so long that listing their cells costs more than looking at them each time. */
  readonly #large: number[] = [];

  constructor(boxes: readonly Rect[]) {
    this.#boxes = boxes;
    this.#seen = new Uint32Array(boxes.length);
    boxes.forEach((box, item) => {
      const [left, top, right, bottom] = cellRange(box);
      if ((right - left + 1) * (bottom - top + 1) > 64) {
        this.#large.push(item);
        return;
      }
      for (let row = top; row <= bottom; row++) {
        for (let column = left; column <= right; column++) {
          const key = cellKey(column, row);
          const cell = this.#cells.get(key);
          if (cell === undefined) this.#cells.set(key, [item]);
          else cell.push(item);
        }
      }
    });
  }

  /** The items whose boxes touch a rectangle, in ascending order. */
  query(rect: Rect): number[] {
    const [left, top, right, bottom] = cellRange(rect);
    const found: number[] = [];
    if ((right - left + 1) * (bottom - top + 1) >= this.#cells.size) {
      this.#boxes.forEach((box, item) => {
        if (intersects(box, rect)) found.push(item);
      });
      return found;
    }
    this.#round++;
    for (const item of this.#large) this.#take(item, rect, found);
    for (let row = top; row <= bottom; row++) {
      for (let column = left; column <= right; column++) {
        for (const item of this.#cells.get(cellKey(column, row)) ?? []) this.#take(item, rect, found);
      }
    }
    return found.sort((a, b) => a - b);
  }

  #take(item: number, rect: Rect, found: number[]): void {
    if (this.#seen[item] === this.#round) return;
    this.#seen[item] = this.#round;
    if (intersects(this.#boxes[item], rect)) found.push(item);
  }
}

function cellRange({ x, y, width, height }: Rect): [number, number, number, number] {
  return [
    Math.floor(x / CELL),
    Math.floor(y / CELL),
    Math.floor((x + width) / CELL),
    Math.floor((y + height) / CELL),
  ];
}

/** One number for a cell; exact for worlds up to 2^25 cells to a side. */
function cellKey(column: number, row: number): number {
  return column * 67_108_864 + row;
}
