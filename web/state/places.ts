/**
 * Places that a person chose for nodes, kept in the browser for graphs of one title.
 *
 * @module
 */
import { computed, signal } from "@preact/signals";
import type { Point } from "../model/geometry.ts";
import type { NodePlaces } from "../model/edit/places.ts";
import { graph } from "./live.ts";

const KEY = "sluice.places";

/** Graphs whose places are kept, the newest last. */
const MAX_GRAPHS = 50;

const all = signal<{ readonly [title: string]: NodePlaces }>(read());

/** Places of the graph that is shown. */
export const nodePlaces = computed<NodePlaces>(() => all.value[graph.value?.title ?? ""] ?? {});

/** Chooses a place. */
export function placeNode(id: string, { x, y }: Point): void {
  const title = graph.peek()?.title ?? "";
  const { [title]: before, ...others } = all.peek();
  keep({ ...others, [title]: { ...before, [id]: { x: Math.round(x), y: Math.round(y) } } });
}

/** Keeps the place of a node that has another id now. */
export function renamePlace(id: string, to: string): void {
  const place = nodePlaces.peek()[id];
  if (place !== undefined) placeNode(to, place);
}

/** Leaves all nodes of the graph that is shown to the layout. */
export function forgetPlaces(): void {
  const { [graph.peek()?.title ?? ""]: _, ...others } = all.peek();
  keep(others);
}

function keep(places: { readonly [title: string]: NodePlaces }): void {
  all.value = Object.fromEntries(Object.entries(places).slice(-MAX_GRAPHS));
  try {
    localStorage.setItem(KEY, JSON.stringify(all.peek()));
  } catch {
    // A browser that keeps nothing has the places until the page is closed.
  }
}

function read(): { readonly [title: string]: NodePlaces } {
  try {
    const kept = JSON.parse(localStorage.getItem(KEY) ?? "{}");
    const isPoint = (point: Point) => Number.isFinite(point?.x) && Number.isFinite(point?.y);
    return Object.fromEntries(
      Object.entries(kept).map(([title, places]) => [
        title,
        Object.fromEntries(Object.entries(places as NodePlaces).filter(([, point]) => isPoint(point))),
      ]),
    );
  } catch {
    return {};
  }
}
