/**
 * Nodes that are marked together, beside the selected one.
 *
 * @module
 */
import { computed, signal } from "@preact/signals";
import { graph } from "./live.ts";
import { selection } from "./place.ts";

const ids = signal<ReadonlySet<string>>(new Set());

/** Ids of marked nodes that are in the graph. */
export const marked = computed<ReadonlySet<string>>(() => {
  if (ids.value.size === 0) return ids.value;
  return new Set(graph.value?.nodes.flatMap(({ id }) => ids.value.has(id) ? [id] : []));
});

/** Nodes that a change of several is about: the marked ones and the selected one. */
export function chosenNodes(): readonly string[] {
  const { kind, id } = selection.peek() ?? {};
  const isThere = graph.peek()?.nodes.some((node) => node.id === id) === true;
  return [...new Set([...marked.peek(), ...kind === "node" && isThere ? [id!] : []])];
}

/** Marks a node, or takes its mark off. */
export function toggleMark(id: string): void {
  const now = new Set(ids.peek());
  if (!now.delete(id)) now.add(id);
  ids.value = now;
}

/** Marks all nodes. */
export function markAll(): void {
  ids.value = new Set(graph.peek()?.nodes.map((node) => node.id));
}

/** Takes all marks off. @returns whether there were any */
export function unmarkAll(): boolean {
  const had = ids.peek().size > 0;
  if (had) ids.value = new Set();
  return had;
}
