/**
 * Keys of the graph view.
 *
 * @module
 */
import type { NodeInfo } from "../../control/schemas/graph.ts";
import { pointOnCourse } from "../model/course.ts";
import { contains } from "../model/geometry.ts";
import { type Direction, nodeTowards } from "../model/navigation.ts";
import { centerAt, fitAll, pan, revealNode, visible, zoom } from "../state/camera.ts";
import { focusInspector } from "../state/focus.ts";
import { bypassSelected, duplicateChosen, removeChosen } from "../state/changes.ts";
import { cancelLink, connecting } from "../state/connecting.ts";
import { folded, laneAtKeys, toggleLane } from "../state/folds.ts";
import { graph } from "../state/live.ts";
import { markAll, toggleMark } from "../state/marks.ts";
import { openConnect, openMove, openRename, openReplace } from "../state/panel.ts";
import { select, selectedLink, selectedNode, selectLink, selectNode } from "../state/place.ts";
import { scene } from "../state/scene.ts";
import { nudgeNode } from "./edit/moved_node.ts";

/** A step of the view, CSS pixels. */
const STEP = 80;

const ARROWS: Readonly<Record<string, Direction>> = {
  ArrowLeft: "left",
  ArrowRight: "right",
  ArrowUp: "up",
  ArrowDown: "down",
};

/** A step of a node, world units. */
const NODE_STEP = 20;

/** Keys that change the selected node. */
const NODE_KEYS: Readonly<Record<string, (node: NodeInfo) => void>> = {
  c: openConnect,
  r: ({ id }) => openReplace(id),
  n: ({ id }) => openRename(id),
  F2: ({ id }) => openRename(id),
  m: ({ id }) => openMove(id),
  b: bypassSelected,
  d: () => void duplicateChosen(),
  x: ({ id }) => toggleMark(id),
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
  const node = graph.peek()?.nodes[selectedNode.peek()];
  if (node !== undefined && NODE_KEYS[key] !== undefined) {
    NODE_KEYS[key](node);
    return true;
  }
  switch (key) {
    case "Delete":
    case "Backspace":
      void removeChosen();
      return true;
    case "Escape":
      if (connecting.peek() === undefined) return false;
      cancelLink();
      return true;
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
    case "f":
      return foldOrUnfold();
    case "Enter":
      return laneAtKeys.peek() !== undefined && selectedNode.peek() < 0 ? foldOrUnfold() : focusInspector();
  }
  return false;
}

/** Does what a key with Ctrl stands for in the graph. @returns whether it stands for anything */
export function actOnGraphChord({ key }: Pick<KeyboardEvent, "key">): boolean {
  const arrow = ARROWS[key];
  const node = scene.peek()?.folding.nodeOf[selectedNode.peek()];
  if (arrow !== undefined && node !== undefined) {
    const x = arrow === "left" ? -NODE_STEP : arrow === "right" ? NODE_STEP : 0;
    const y = arrow === "up" ? -NODE_STEP : arrow === "down" ? NODE_STEP : 0;
    nudgeNode(node, { x, y });
    return true;
  }
  if (key !== "a") return false;
  markAll();
  return true;
}

function moveView(direction: Direction): void {
  const dx = direction === "left" ? STEP : direction === "right" ? -STEP : 0;
  const dy = direction === "up" ? STEP : direction === "down" ? -STEP : 0;
  pan(dx, dy);
}

function goTowards(direction: Direction): void {
  const now = scene.peek();
  if (now === undefined) return;
  const { folding, pairs, layout } = now;
  const link = folding.linkOf[selectedLink.peek()] ?? -1;
  // From a link the way leads to its ends.
  const node = link >= 0 && (direction === "left" || direction === "right")
    ? pairs[link][direction === "left" ? 0 : 1]
    : nodeTowards({ x: layout.x, y: layout.y, links: pairs }, nodeAtKeys(), direction);
  if (node < 0) return;
  const lane = folding.lanes[node];
  if (lane === undefined) selectNode(folding.nodes[node][0]);
  else select(undefined);
  laneAtKeys.value = lane;
  revealNode(node);
}

/** The shown node that the keys start from: the selected one, or a folded lane; -1 without one. */
function nodeAtKeys(): number {
  const { folding } = scene.peek()!;
  const lane = laneAtKeys.peek();
  const selected = folding.nodeOf[selectedNode.peek()] ?? -1;
  if (selected >= 0 || lane === undefined) return selected;
  return folding.nodeOf[folding.whole.nodes.findIndex((each) => each.lane === lane)] ?? -1;
}

/** Folds the lane of the selected node, or unfolds the one that the keys stand on. */
function foldOrUnfold(): boolean {
  const now = scene.peek();
  const lane = now?.folding.whole.nodes[selectedNode.peek()]?.lane ?? laneAtKeys.peek();
  if (lane === undefined) return false;
  if (!folded.peek().has(lane)) select(undefined);
  toggleLane(lane);
  return true;
}

/** The next of the links of the node that is selected, or that a selected link comes from. */
function nextLink(step: number): void {
  const now = scene.peek();
  if (now === undefined) return;
  const { folding } = now;
  const link = folding.linkOf[selectedLink.peek()] ?? -1;
  const node = link >= 0 ? anchor(link) : nodeAtKeys();
  if (node < 0) return;
  anchorNode = node;
  // Links that are drawn as one come one after another.
  const links = now.linksOf(node).flatMap((each) => folding.links[each]);
  if (links.length === 0) return;
  const at = links.indexOf(selectedLink.peek());
  const next = links[at < 0 ? (step > 0 ? 0 : links.length - 1) : (at + step + links.length) % links.length];
  selectLink(next);
  const middle = pointOnCourse(now.links[folding.linkOf[next]], 0.5);
  if (!contains(visible.peek(), middle)) centerAt(middle);
}

function anchor(link: number): number {
  const [from, to] = scene.peek()!.pairs[link];
  return anchorNode === from || anchorNode === to ? anchorNode : from;
}
