/**
 * A node that is dragged to another place.
 *
 * @module
 */
import { signal } from "@preact/signals";
import type { Point, Rect } from "../../model/geometry.ts";
import { placeNode } from "../../state/panel.ts";
import { scene } from "../../state/scene.ts";

/** How long the graph may take to show a place that the runtime has taken, milliseconds. */
const SHOWN_MS = 200;

/** The node, and the rectangle that it would take. */
export const movedNode = signal<{ readonly id: string; readonly rect: Rect } | undefined>(undefined);

/** Leads a shown node by a distance, world units. Folded lanes stay. */
export function leadNode(node: number, { x: dx, y: dy }: Point): void {
  const now = scene.peek();
  if (now === undefined || now.folding.lanes[node] !== undefined) return;
  const { id } = now.graph.nodes[node];
  const rect = now.nodes[node];
  movedNode.value = { id, rect: { ...rect, x: rect.x + dx, y: rect.y + dy } };
}

/** Leaves the node where it was led. */
export async function dropNode(): Promise<void> {
  const now = movedNode.peek();
  if (now === undefined) return;
  await placeNode(now.id, now.rect);
  setTimeout(() => {
    if (movedNode.peek() === now) movedNode.value = undefined;
  }, SHOWN_MS);
}

/** Moves a shown node at once, world units; further than where it is led to if it is on the way there. */
export function nudgeNode(node: number, by: Point): void {
  const before = movedNode.peek();
  leadNode(node, by);
  const now = movedNode.peek();
  if (before !== undefined && now?.id === before.id) {
    movedNode.value = { ...now, rect: { ...now.rect, x: before.rect.x + by.x, y: before.rect.y + by.y } };
  }
  void dropNode();
}

/** Gives the drag up. */
export function cancelMove(): void {
  movedNode.value = undefined;
}
