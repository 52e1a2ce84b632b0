/**
 * Which part of the graph is shown, and how large.
 *
 * @module
 */
import { computed, effect, type ReadonlySignal, signal } from "@preact/signals";
import { centerOf, type Point, type Rect } from "../model/geometry.ts";
import type { Scene } from "../model/scene.ts";
import {
  centerOn,
  fit,
  fitReadable,
  keepFull,
  keepInReach,
  type Margins,
  MAX_FIRST_SCALE,
  panBy,
  reveal,
  type ScreenSize,
  toScreen,
  type Viewport,
  visibleRect,
  zoomAt,
} from "../model/viewport.ts";
import { FIGURES_FROM } from "../model/text_scales.ts";
import { folded, lastFolded, unfoldSelected } from "./folds.ts";
import { graph } from "./live.ts";
import { arrivals, selectedLink, selection } from "./place.ts";
import { scene } from "./scene.ts";

/** A node is shown at least this large when it is looked for. */
const READABLE_SCALE = 0.86;

/** A node that is found is shown at least this large: its smallest text has 9 pixels, and much is around it. */
const LEAST_READABLE = 0.8;

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
let shownScene: Scene | undefined;
/** What is selected is brought into view once the lane that it is in is unfolded. */
let awaitsSelected = false;

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
  const before = shownScene;
  shownScene = now;
  if (awaitsSelected && !isUnfolding()) {
    awaitsSelected = false;
    fitted = now.graph.run;
    bringInSelected();
    return;
  }
  if (fitted === now.graph.run && moved) {
    if (before?.layout !== now.layout) keepLane(before, now);
    if (resized) keepSelected();
    return;
  }
  const first = fitted !== now.graph.run;
  if (first) whole = false;
  fitted = now.graph.run;
  // Folded lanes all matter, however small.
  show(whole || now.nodes.length > MAX_READABLE_NODES || now.folding.whole !== now.folding.shown);
  if (first) bringInSelected();
  else keepSelected();
});

// Whatever selects, as the arrow keys do.
effect(() => {
  if (selection.value === undefined) return;
  unfoldSelected();
  keepSelected();
});

// An address leads to what is selected in it, wherever somebody looks now.
effect(() => {
  if (arrivals.value > 1) bringInSelected();
});

/** Has what is selected in view, large enough to be read: whoever selected it elsewhere looks for it here. */
export function bringInSelected(): void {
  unfoldSelected();
  if (isUnfolding()) {
    awaitsSelected = true;
    return;
  }
  const rect = selectedRect();
  if (rect === undefined || screen.peek().width === 0) return;
  if (viewport.peek().scale < FIGURES_FROM) lookAround(rect);
  else viewport.value = reveal(viewport.peek(), rect, screen.peek(), margins());
}

/** Has what is selected in view, as large as it is; of a link any of it will do. */
function keepSelected(): void {
  const rect = selectedRect();
  const link = selectedLink.peek();
  if (rect === undefined || screen.peek().width === 0) return;
  const { folding } = scene.peek()!;
  if (link >= 0 && folding.whole === graph.peek() && scene.peek()!.isLinkIn(folding.linkOf[link], visible.peek())) {
    return;
  }
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
  const { whole, nodeOf, linkOf } = now.folding;
  const list: readonly { readonly id: string }[] = wanted.kind === "node" ? whole.nodes : whole.links;
  const index = list.findIndex(({ id }) => id === wanted.id);
  if (index < 0) return undefined;
  if (wanted.kind === "node") return now.nodes[nodeOf[index]];
  return linkOf[index] < 0 ? undefined : now.placeOfLink(linkOf[index]);
}

/** Whether what is selected is still shown in a lane that is unfolded already. */
function isUnfolding(): boolean {
  const now = scene.peek();
  const wanted = selection.peek();
  if (now === undefined || wanted === undefined) return false;
  const { whole, nodeOf, linkOf, lanes, inner } = now.folding;
  const node = wanted.kind === "node" ? whole.nodes.findIndex(({ id }) => id === wanted.id) : -1;
  const link = wanted.kind === "link" ? whole.links.findIndex(({ id }) => id === wanted.id) : -1;
  const at = node >= 0 ? nodeOf[node] : link >= 0 && linkOf[link] < 0 ? inner.findIndex((l) => l.includes(link)) : -1;
  const lane = lanes[at];
  return lane !== undefined && !folded.peek().has(lane);
}

/** Leaves the lane that was folded or unfolded where it was on the screen, and has it in view. */
function keepLane(before: Scene | undefined, now: Scene): void {
  const boxIn = (of: Scene | undefined) => of?.layout.lanes.find(({ name }) => name === lastFolded.peek());
  const [old, box] = [boxIn(before), boxIn(now)];
  if (old === undefined || box === undefined) return;
  const { x, y, scale } = viewport.peek();
  const kept = { x: x + box.x - old.x, y: y + box.y - old.y, scale };
  // For a lane larger than the view, its title is the target.
  const title = { ...box, width: Math.min(box.width, 240 / scale), height: Math.min(box.height, 120 / scale) };
  viewport.value = reveal(kept, title, screen.peek(), margins());
}

/** Shows everything, from now on also after a change of the view's size. */
export function fitAll(): void {
  moved = false;
  whole = true;
  show(true);
}

/** Shows everything once the scene is another. */
export function fitNext(): void {
  moved = false;
  whole = true;
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

/** As small as it can be read, with as much of the graph around it as there is room for. */
function lookAround(rect: Rect): void {
  lookAt(rect);
  const now = scene.peek()!;
  const view = zoomAt(
    viewport.peek(),
    toScreen(viewport.peek(), centerOf(rect)),
    LEAST_READABLE / viewport.peek().scale,
  );
  const size = screen.peek();
  viewport.value = reveal(keepFull(view, now.bounds, size, SEARCH_HEIGHT), rect, size, margins());
}

/** Shows everything, or so much of it as can be read. */
function show(everything: boolean): void {
  const now = scene.peek();
  if (now === undefined) return;
  const { width, height } = screen.peek();
  const room = { width, height: height - SEARCH_HEIGHT };
  const margin = width < 600 ? 10 : width < 1_200 ? 12 : 32;
  const view = everything
    ? fit(now.bounds, room, margin, MAX_FIRST_SCALE)
    : fitReadable(now.bounds, room, { margin, leastScale: FIGURES_FROM, scale: FIRST_SCALE });
  viewport.value = { ...view, y: view.y - SEARCH_HEIGHT / view.scale };
}

function go(next: Viewport): void {
  const now = scene.peek();
  if (now === undefined) return;
  moved = true;
  viewport.value = keepInReach(next, now.bounds, screen.peek());
}
