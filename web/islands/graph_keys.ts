/**
 * Keys of the graph view.
 *
 * @module
 */
import { pointOnCourse } from "../model/course.ts";
import { contains } from "../model/geometry.ts";
import { type Direction, nodeTowards } from "../model/navigation.ts";
import { centerAt, fitAll, pan, revealNode, visible, zoom } from "../state/camera.ts";
import { focusInspector } from "../state/focus.ts";
import { selectedLink, selectedNode, selectLink, selectNode } from "../state/place.ts";
import { scene } from "../state/scene.ts";

/** A step of the view, CSS pixels. */
const STEP = 80;

const ARROWS: Readonly<Record<string, Direction>> = {
  ArrowLeft: "left",
  ArrowRight: "right",
  ArrowUp: "up",
  ArrowDown: "down",
};

/** The node through whose links `[` and `]` go. */
let anchorNode = -1;

/** Does what a key stands for. @returns whether it stands for anything */
export function actOnGraphKey({ key, shiftKey }: Pick<KeyboardEvent, "key" | "shiftKey">): boolean {
  const arrow = ARROWS[key];
  if (arrow !== undefined) {
    if (shiftKey) moveView(arrow);
    else goTowards(arrow);
    return true;
  }
  switch (key) {
    case "+":
    case "=":
      zoom(1.25);
      return true;
    case "-":
      zoom(0.8);
      return true;
    case "0":
      fitAll();
      return true;
    case "[":
    case "]":
      nextLink(key === "]" ? 1 : -1);
      return true;
    case "Enter":
      return focusInspector();
  }
  return false;
}

function moveView(direction: Direction): void {
  const dx = direction === "left" ? STEP : direction === "right" ? -STEP : 0;
  const dy = direction === "up" ? STEP : direction === "down" ? -STEP : 0;
  pan(dx, dy);
}

function goTowards(direction: Direction): void {
  const now = scene.peek();
  if (now === undefined) return;
  const link = selectedLink.peek();
  // From a link the way leads to its ends.
  const node = link >= 0 && (direction === "left" || direction === "right")
    ? now.pairs[link][direction === "left" ? 0 : 1]
    : nodeTowards({ x: now.layout.x, y: now.layout.y, links: now.pairs }, selectedNode.peek(), direction);
  if (node < 0) return;
  selectNode(node);
  revealNode(node);
}

/** The next of the links of the node that is selected, or that a selected link comes from. */
function nextLink(step: number): void {
  const now = scene.peek();
  if (now === undefined) return;
  const link = selectedLink.peek();
  const node = link >= 0 ? anchor(link) : selectedNode.peek();
  if (node < 0) return;
  anchorNode = node;
  const links = now.linksOf(node);
  if (links.length === 0) return;
  const at = links.indexOf(link);
  const next = links[at < 0 ? (step > 0 ? 0 : links.length - 1) : (at + step + links.length) % links.length];
  selectLink(next);
  const middle = pointOnCourse(now.links[next], 0.5);
  if (!contains(visible.peek(), middle)) centerAt(middle);
}

function anchor(link: number): number {
  const [from, to] = scene.peek()!.pairs[link];
  return anchorNode === from || anchorNode === to ? anchorNode : from;
}
