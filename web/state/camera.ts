/**
 * Which part of the graph is shown, and how large.
 *
 * @module
 */
import { computed, effect, type ReadonlySignal, signal } from "@preact/signals";
import { centerOf, type Point, type Rect } from "../model/geometry.ts";
import {
  centerOn,
  fit,
  fitReadable,
  keepInReach,
  type Margins,
  panBy,
  reveal,
  type ScreenSize,
  type Viewport,
  visibleRect,
  zoomAt,
} from "../model/viewport.ts";
import { FIGURES_FROM } from "../model/text_scales.ts";
import { graph } from "./live.ts";
import { arrivals, selectedLink, selection } from "./place.ts";
import { scene } from "./scene.ts";

/** A node is shown at least this large when it is looked for. */
const READABLE_SCALE = 0.86;

/** A small graph that cannot be shown whole is shown so large at first: its smallest text has 9 pixels. */
const FIRST_SCALE = 0.86;

/** A graph of more nodes is shown whole at first. */
const MAX_READABLE_NODES = 40;

/** What the search field covers of the view's upper end, CSS pixels. */
const SEARCH_HEIGHT = 48;

/** What the buttons, and the minimap of a view that has room for it, cover of the lower end, CSS pixels. */
const BUTTONS_HEIGHT = 48;
const MINIMAP_HEIGHT = 140;
const MINIMAP_FROM = 500;

/** Size of the graph view, CSS pixels. */
export const screen = signal<ScreenSize>({ width: 0, height: 0 });

const viewport = signal<Viewport>({ x: 0, y: 0, scale: 1 });
let fitted: string | undefined;
let moved = false;
let whole = false;
let shownSize: ScreenSize = { width: 0, height: 0 };

/** What is shown. */
export const camera: ReadonlySignal<Viewport> = viewport;

/** The part of the world that is shown. */
export const visible = computed(() => visibleRect(viewport.value, screen.value));

// A new run is shown whole; a graph that changes while somebody looks at a part of it leaves that part in view. What is
// selected stays in view also as the inspector opens beside it.
effect(() => {
  const now = scene.value;
  const size = screen.value;
  if (now === undefined || size.width === 0) return;
  const resized = size.width !== shownSize.width || size.height !== shownSize.height;
  shownSize = size;
  if (fitted === now.graph.run && moved) {
    if (resized) keepSelected();
    return;
  }
  const first = fitted !== now.graph.run;
  if (first) whole = false;
  fitted = now.graph.run;
  show(whole || now.nodes.length > MAX_READABLE_NODES);
  if (first) bringInSelected();
  else keepSelected();
});

// Whatever selects, as the arrow keys do.
effect(() => {
  if (selection.value !== undefined) keepSelected();
});

// An address leads to what is selected in it, wherever somebody looks now.
effect(() => {
  if (arrivals.value > 1) bringInSelected();
});

/** Has what is selected in view, large enough to be read: whoever selected it elsewhere looks for it here. */
export function bringInSelected(): void {
  const rect = selectedRect();
  if (rect === undefined || screen.peek().width === 0) return;
  if (viewport.peek().scale < FIGURES_FROM) lookAt(rect);
  else viewport.value = reveal(viewport.peek(), rect, screen.peek(), margins());
}

/** Has what is selected in view, as large as it is; of a link any of it will do. */
function keepSelected(): void {
  const rect = selectedRect();
  const link = selectedLink.peek();
  if (rect === undefined || screen.peek().width === 0) return;
  if (link >= 0 && scene.peek()!.graph === graph.peek() && scene.peek()!.isLinkIn(link, visible.peek())) return;
  viewport.value = reveal(viewport.peek(), rect, screen.peek(), margins());
}

/** What is looked for keeps clear of what lies over the view. */
function margins(): Margins {
  const hasMap = screen.peek().height >= MINIMAP_FROM;
  return { side: 16, top: SEARCH_HEIGHT + 8, bottom: (hasMap ? MINIMAP_HEIGHT : BUTTONS_HEIGHT) + 8 };
}

/** Where in the world the selected node, or the selected link's label, is. */
function selectedRect(): Rect | undefined {
  const now = scene.peek();
  const wanted = selection.peek();
  if (now === undefined || wanted === undefined) return undefined;
  const list: readonly { readonly id: string }[] = wanted.kind === "node" ? now.graph.nodes : now.graph.links;
  const index = list.findIndex(({ id }) => id === wanted.id);
  if (index < 0) return undefined;
  return wanted.kind === "node" ? now.nodes[index] : now.placeOfLink(index);
}

/** Shows everything, from now on also after a change of the view's size. */
export function fitAll(): void {
  moved = false;
  whole = true;
  show(true);
}

/** Moves the content by screen pixels. */
export function pan(dx: number, dy: number): void {
  go(panBy(viewport.peek(), dx, dy));
}

/** Zooms by a factor about a point of the screen; by default its middle. */
export function zoom(factor: number, about?: Point): void {
  const { width, height } = screen.peek();
  go(zoomAt(viewport.peek(), about ?? { x: width / 2, y: height / 2 }, factor));
}

/** Brings a point of the world into the middle. */
export function centerAt(point: Point): void {
  go(centerOn(viewport.peek(), point, screen.peek()));
}

/** Moves as little as is needed to have a node in view. */
export function revealNode(node: number): void {
  const rect = scene.peek()?.nodes[node];
  if (rect !== undefined) go(reveal(viewport.peek(), rect, screen.peek(), margins()));
}

/** Brings a node into the middle, large enough to be read. */
export function lookAtNode(node: number): void {
  const rect = scene.peek()?.nodes[node];
  if (rect !== undefined) lookAt(rect);
}

function lookAt(rect: Rect): void {
  const { scale } = viewport.peek();
  if (scale < READABLE_SCALE) zoom(READABLE_SCALE / scale);
  centerAt(centerOf(rect));
}

/** Shows everything, or so much of it as can be read. */
function show(everything: boolean): void {
  const now = scene.peek();
  if (now === undefined) return;
  const { width, height } = screen.peek();
  const room = { width, height: height - SEARCH_HEIGHT };
  const margin = width < 600 ? 10 : width < 1_200 ? 12 : 32;
  const view = everything
    ? fit(now.bounds, room, margin)
    : fitReadable(now.bounds, room, { margin, leastScale: FIGURES_FROM, scale: FIRST_SCALE });
  viewport.value = { ...view, y: view.y - SEARCH_HEIGHT / view.scale };
}

function go(next: Viewport): void {
  const now = scene.peek();
  if (now === undefined) return;
  moved = true;
  viewport.value = keepInReach(next, now.bounds, screen.peek());
}
