/**
 * Pointers and wheels over the graph: a drag moves the view, from a node the node, and from an output it draws a link;
 * wheel and pinch zoom; a click selects, of a port what it carries, and folds a lane by its title or unfolds it by its card.
 *
 * @module
 */
import type { Point } from "../model/geometry.ts";
import { toWorld } from "../model/viewport.ts";
import { camera, lookAtNode, pan, zoom } from "../state/camera.ts";
import { beginLink, cancelLink, endLink, leadLink } from "../state/connecting.ts";
import { details } from "../state/details.ts";
import { refusal } from "../state/edit.ts";
import { toggleLane } from "../state/folds.ts";
import { hoveredLane, hoveredLink, hoveredNode } from "../state/hover.ts";
import { toggleMark, unmarkAll } from "../state/marks.ts";
import { select, selectedLink, selectLink, selectNode } from "../state/place.ts";
import { selectPort } from "../state/ports.ts";
import { scene, sceneFigures } from "../state/scene.ts";
import { cancelMove, dropNode, leadNode } from "./edit/moved_node.ts";

/** A pointer that moves less than this has clicked, CSS pixels. */
const CLICK_REACH = 4;

/** How near a link is hit, CSS pixels. */
const LINK_REACH = 7;

/** How near a port is hit, CSS pixels. */
const PORT_REACH = 9;

/** Nodes that are shown smaller than this are not moved and have no ports to hit. */
const HANDLED_FROM = 0.45;

/** A drag with one pointer. */
type Drag = { readonly kind: "view" | "link" } | { readonly kind: "node"; readonly node: number };

/** Listens on the element of the graph. @returns ends it */
export function attachGestures(element: HTMLElement): () => void {
  const pointers = new Map<number, Point>();
  let start: Point | undefined;
  let dragged = false;
  let drag: Drag = { kind: "view" };
  const giveUp = () => {
    cancelLink();
    cancelMove();
    drag = { kind: "view" };
  };
  const at = ({ clientX, clientY }: PointerEvent | WheelEvent | MouseEvent): Point => {
    const { left, top } = element.getBoundingClientRect();
    return { x: clientX - left, y: clientY - top };
  };
  const listeners = {
    pointerdown(event: PointerEvent) {
      if (event.button !== 0 && event.pointerType === "mouse") return;
      element.setPointerCapture(event.pointerId);
      pointers.set(event.pointerId, at(event));
      if (pointers.size === 1) [start, dragged, drag] = [at(event), false, dragFrom(at(event), event.pointerType)];
      else giveUp();
    },
    pointermove(event: PointerEvent) {
      const before = pointers.get(event.pointerId);
      const now = at(event);
      if (before === undefined) return hover(now);
      if (pointers.size === 1) {
        dragged ||= start !== undefined && Math.hypot(now.x - start.x, now.y - start.y) > CLICK_REACH;
        if (!dragged) return;
        if (drag.kind === "link") leadLink(toWorld(camera.peek(), now));
        else if (drag.kind === "node") {
          const { scale } = camera.peek();
          leadNode(drag.node, { x: (now.x - start!.x) / scale, y: (now.y - start!.y) / scale });
        } else pan(now.x - before.x, now.y - before.y);
      } else {
        dragged = true;
        const other = [...pointers].find(([id]) => id !== event.pointerId)![1];
        pinch(other, before, now);
      }
      pointers.set(event.pointerId, now);
    },
    pointerup(event: PointerEvent) {
      const wasDown = pointers.delete(event.pointerId);
      if (!wasDown || pointers.size > 0) return;
      if (drag.kind === "link" && dragged) endLink();
      if (drag.kind === "node") void dropNode();
      cancelLink();
      if (!dragged) click(at(event), event.shiftKey);
    },
    pointercancel(event: PointerEvent) {
      pointers.delete(event.pointerId);
      giveUp();
    },
    pointerleave: () => hover(undefined),
    dblclick(event: MouseEvent) {
      const { node, lane } = hit(at(event));
      if (node >= 0 && lane === undefined) lookAtNode(node);
    },
    wheel(event: WheelEvent) {
      event.preventDefault();
      const unit = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 24 : 1;
      if (event.shiftKey) return pan(-(event.deltaX || event.deltaY) * unit, 0);
      const strength = event.ctrlKey ? 0.01 : 0.0016;
      zoom(Math.exp(-Math.max(-240, Math.min(240, event.deltaY * unit)) * strength), at(event));
    },
  };
  for (const [name, listener] of Object.entries(listeners)) {
    element.addEventListener(name, listener as EventListener, { passive: name !== "wheel" });
  }
  return () => {
    for (const [name, listener] of Object.entries(listeners)) {
      element.removeEventListener(name, listener as EventListener);
    }
  };
}

/** The meaning of a drag from a point: fingers move the view also from a node. */
function dragFrom(point: Point, pointer: string): Drag {
  const now = scene.peek();
  const { scale } = camera.peek();
  if (now === undefined || scale < HANDLED_FROM) return { kind: "view" };
  const world = toWorld(camera.peek(), point);
  const output = now.portAt(world, PORT_REACH / scale, "out");
  if (output !== undefined) {
    beginLink(`${output.node}.${output.place.name}`, output.place);
    return { kind: "link" };
  }
  const node = now.nodeAt(world);
  return node >= 0 && pointer !== "touch" ? { kind: "node", node } : { kind: "view" };
}

function pinch(fixed: Point, before: Point, now: Point): void {
  const length = (point: Point) => Math.max(1, Math.hypot(point.x - fixed.x, point.y - fixed.y));
  const middle = { x: (fixed.x + now.x) / 2, y: (fixed.y + now.y) / 2 };
  zoom(length(now) / length(before), middle);
  pan((now.x - before.x) / 2, (now.y - before.y) / 2);
}

function click(point: Point, marks: boolean): void {
  const { node, link, lane } = hit(point);
  refusal.value = undefined;
  const { scale } = camera.peek();
  const port = scale < HANDLED_FROM || marks
    ? undefined
    : scene.peek()?.portAt(toWorld(camera.peek(), point), PORT_REACH / scale);
  if (port !== undefined) {
    unmarkAll();
    return selectPort({ node: port.node, ...port.place });
  }
  if (marks && node >= 0 && lane === undefined) return toggleMark(scene.peek()!.graph.nodes[node].id);
  unmarkAll();
  if (lane !== undefined) toggleLane(lane);
  else if (node >= 0) selectNode(scene.peek()!.folding.nodes[node][0]);
  else if (link >= 0) selectLink(nextOf(link));
  else select(undefined);
}

/** Selects the gravest of links drawn as one, and with another click the next. */
function nextOf(link: number): number {
  const those = scene.peek()!.folding.links[link];
  const at = those.indexOf(selectedLink.peek());
  return at >= 0 ? those[(at + 1) % those.length] : sceneFigures.peek()?.gravestOf(link) ?? those[0];
}

function hover(point: Point | undefined): void {
  const { node, link, lane } = point === undefined ? NOTHING : hit(point);
  hoveredNode.value = node;
  hoveredLink.value = link;
  hoveredLane.value = lane;
}

/** What is at a point, by its index in the scene; a folded lane, or the title of one that is not, by its name. */
interface Hit {
  readonly node: number;
  readonly link: number;
  readonly lane?: string;
}

const NOTHING: Hit = { node: -1, link: -1 };

function hit(point: Point): Hit {
  const now = scene.peek();
  if (now === undefined) return NOTHING;
  const { scale } = camera.peek();
  const world = toWorld(camera.peek(), point);
  const node = now.nodeAt(world);
  if (node >= 0) return { node, link: -1, lane: now.folding.lanes[node] };
  const lane = now.titleAt(world, scale);
  if (lane !== undefined) return { ...NOTHING, lane };
  const link = now.labelAt(world);
  // A label that says nothing is not shown, and so not hit.
  const isShown = link >= 0 && (details.peek() || sceneFigures.peek()?.label(link)?.fault !== "");
  return { node: -1, link: isShown ? link : now.linkAt(world, LINK_REACH / scale) };
}
