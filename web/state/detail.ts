/**
 * The selected node in detail: its documentation, configuration and histograms, asked for twice a second.
 *
 * @module
 */
import { effect, signal } from "@preact/signals";
import type { NodeDetail } from "../../control/schemas/graph.ts";
import { client, graph, graphState, status } from "./live.ts";
import { selectedNode } from "./place.ts";

/** Time between two questions, milliseconds. */
const PERIOD_MS = 500;

/** Details of the node that is selected; `undefined` until they are there. */
export const detail = signal<NodeDetail | undefined>(undefined);

/** Why there are none. */
export const detailProblem = signal<string | undefined>(undefined);

let asked = 0;

effect(() => {
  const id = graph.value?.nodes[selectedNode.value]?.id;
  // What a node takes depends on the state of the graph.
  graphState.value;
  if (id === undefined || status.value !== "open") return;
  if (detail.peek()?.node.id !== id) detail.value = undefined;
  void ask(id);
  const timer = setInterval(() => document.hidden || void ask(id), PERIOD_MS);
  return () => clearInterval(timer);
});

async function ask(id: string): Promise<void> {
  const mine = ++asked;
  try {
    const answer = await client.call("node.describe", { node: id });
    if (mine !== asked) return;
    detail.value = answer;
    detailProblem.value = undefined;
  } catch (error) {
    // A lost connection is told above everything; what was known stays.
    if (mine === asked && status.peek() === "open") {
      detailProblem.value = error instanceof Error ? error.message : String(error);
    }
  }
}
