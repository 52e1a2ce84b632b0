/**
 * Drags a node type out of the palette into the graph.
 *
 * @module
 */
import { signal } from "@preact/signals";
import { NODE_HEIGHT, NODE_WIDTH } from "../../model/layout.ts";
import { contains, type Point } from "../../model/geometry.ts";
import { toWorld } from "../../model/viewport.ts";
import { camera } from "../../state/camera.ts";
import { refuse } from "../../state/edit.ts";
import { addNode } from "../../state/panel.ts";
import { scene } from "../../state/scene.ts";

/** A pointer that moves less than this has clicked, CSS pixels. */
const CLICK_REACH = 6;

/** What is dragged, and where on the screen the pointer is. */
export const dragged = signal<{ readonly type: string; readonly at: Point } | undefined>(undefined);

/** Follows a pointer that is pressed on a type, until it is let go. Over a lane, the node goes to that lane. */
export function dragType({ clientX, clientY }: PointerEvent, type: string): void {
  const ending = new AbortController();
  const { signal } = ending;
  addEventListener("pointermove", ({ clientX: x, clientY: y }) => {
    if (dragged.peek() === undefined && Math.hypot(x - clientX, y - clientY) < CLICK_REACH) return;
    dragged.value = { type, at: { x, y } };
  }, { signal });
  addEventListener("pointerup", (event) => {
    const isDrag = dragged.peek() !== undefined;
    end();
    if (isDrag) drop(event, type);
  }, { signal });
  addEventListener("pointercancel", end, { signal });
  function end(): void {
    dragged.value = undefined;
    ending.abort();
  }
}

function drop({ clientX, clientY }: PointerEvent, type: string): void {
  const box = document.querySelector(".graph-box");
  const under = document.elementFromPoint(clientX, clientY);
  if (box === null || under === null || !box.contains(under)) return;
  const { left, top } = box.getBoundingClientRect();
  const middle = toWorld(camera.peek(), { x: clientX - left, y: clientY - top });
  const lane = scene.peek()?.layout.lanes.find((each) => contains(each, middle))?.name;
  const at = { x: middle.x - NODE_WIDTH / 2, y: middle.y - NODE_HEIGHT / 2 };
  void addNode(type, at, lane).then((text) => text && refuse({ text, at: middle }));
}
