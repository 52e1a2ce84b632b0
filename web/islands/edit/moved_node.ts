/**
 * A node that is dragged to another place.
 *
 * @module
 */
import { signal } from "@preact/signals";
import type { Point, Rect } from "../../model/geometry.ts";
import { placeNode } from "../../state/places.ts";
import { scene } from "../../state/scene.ts";

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
export function dropNode(): void {
  const now = movedNode.peek();
  movedNode.value = undefined;
  if (now !== undefined) placeNode(now.id, now.rect);
}

/** Moves a shown node at once, world units. */
export function nudgeNode(node: number, by: Point): void {
  leadNode(node, by);
  dropNode();
}

/** Gives the drag up. */
export function cancelMove(): void {
  movedNode.value = undefined;
}
