/**
 * A node that is dragged to another place.
 *
 * @module
 */
import { signal } from "@preact/signals";
import type { Point, Rect } from "../../model/geometry.ts";
import { placeNode } from "../../state/panel.ts";
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
export async function dropNode(): Promise<void> {
  const now = movedNode.peek();
  if (now === undefined) return;
  await placeNode(now.id, now.rect);
  if (movedNode.peek() === now) movedNode.value = undefined;
}

/** Moves a shown node at once, world units. */
export function nudgeNode(node: number, by: Point): void {
  leadNode(node, by);
  void dropNode();
}

/** Gives the drag up. */
export function cancelMove(): void {
  movedNode.value = undefined;
}
