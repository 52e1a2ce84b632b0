/**
 * Puts boxes into layers along their links, in time that grows with the number of links: for graphs on which a better
 * layout takes too long. A box stands one layer behind the last of those that lead to it; in its layer it stands where
 * those are on average, by one pass from the first layer to the last. Links that close a circle count for nothing.
 *
 * @module
 */
import type { Point } from "./geometry.ts";
import type { Size } from "./pack.ts";

/** How boxes are laid. */
export interface LayeredOptions {
  /** Room between two layers. */
  readonly layerGap: number;
  /** Room between two boxes of a layer. */
  readonly boxGap: number;
  /** Layers below each other; by default from left to right. */
  readonly downwards?: boolean;
}

/**
 * Finds a place for each box; none overlap.
 *
 * @param links pairs of box numbers: from, to
 * @returns upper left corners, in the order of the boxes; layers are centred about 0
 */
export function placeInLayers(
  boxes: readonly Size[],
  links: readonly (readonly [number, number])[],
  { layerGap, boxGap, downwards = false }: LayeredOptions,
): Point[] {
  const forward = withoutCircles(boxes.length, links);
  const layers = layersOf(boxes.length, forward);
  const from: number[][] = boxes.map(() => []);
  for (const [a, b] of forward.links) from[b].push(a);
  const along = ({ width, height }: Size) => downwards ? height : width;
  const across = ({ width, height }: Size) => downwards ? width : height;
  const places: Point[] = [];
  /** Middles across the layers' direction. */
  const middles = new Float64Array(boxes.length);
  let begin = 0;
  for (const layer of layers) {
    const wanted = new Map(layer.map((box) => [box, mean(from[box], middles)]));
    const ordered = layer.toSorted((a, b) => wanted.get(a)! - wanted.get(b)! || a - b);
    let at = -(ordered.reduce((sum, box) => sum + across(boxes[box]) + boxGap, 0) - boxGap) / 2;
    for (const box of ordered) {
      middles[box] = at + across(boxes[box]) / 2;
      places[box] = downwards ? { x: at, y: begin } : { x: begin, y: at };
      at += across(boxes[box]) + boxGap;
    }
    begin += layer.reduce((most, box) => Math.max(most, along(boxes[box])), 0) + layerGap;
  }
  return places;
}

/** Links that lead forward, and all boxes in an order in which they do. */
interface Forward {
  readonly links: readonly (readonly [number, number])[];
  readonly order: readonly number[];
}

function withoutCircles(count: number, links: readonly (readonly [number, number])[]): Forward {
  const out: number[][] = Array.from({ length: count }, () => []);
  for (const [a, b] of links) if (a !== b) out[a].push(b);
  const done = new Uint8Array(count);
  const last: number[] = [];
  for (let root = 0; root < count; root++) {
    if (done[root]) continue;
    done[root] = 1;
    // A search in depth without recursion: chains are longer than a stack.
    const path = [{ box: root, next: 0 }];
    while (path.length > 0) {
      const top = path[path.length - 1];
      const to = out[top.box][top.next++];
      if (to === undefined) last.push(path.pop()!.box);
      else if (!done[to]) {
        done[to] = 1;
        path.push({ box: to, next: 0 });
      }
    }
  }
  const order = last.reverse();
  const rank = new Float64Array(count);
  order.forEach((box, k) => rank[box] = k);
  return { order, links: links.filter(([a, b]) => rank[a] < rank[b]) };
}

/** Boxes by layer, each in ascending order. */
function layersOf(count: number, { order, links }: Forward): number[][] {
  const out: number[][] = Array.from({ length: count }, () => []);
  for (const [a, b] of links) out[a].push(b);
  const layer = new Int32Array(count);
  for (const box of order) for (const to of out[box]) layer[to] = Math.max(layer[to], layer[box] + 1);
  const layers: number[][] = [];
  for (let box = 0; box < count; box++) (layers[layer[box]] ??= []).push(box);
  return layers;
}

function mean(boxes: readonly number[], middles: ArrayLike<number>): number {
  return boxes.length === 0 ? 0 : boxes.reduce((sum, box) => sum + middles[box], 0) / boxes.length;
}
