/**
 * What is selected in detail: of a node documentation, configuration and histograms, asked for twice a second; of a
 * link its format.
 *
 * @module
 */
import { effect, signal } from "@preact/signals";
import type { NodeDetail } from "../../control/schemas/graph.ts";
import { client, graph, graphState, refreshGraph, status } from "./live.ts";
import { selectedLink, selectedNode } from "./place.ts";

/** Time between two questions, milliseconds. */
const PERIOD_MS = 500;

/** Time until the graph is asked for again while a format is not known, milliseconds. */
const FORMAT_PERIOD_MS = 2000;

/** Details of the node that is selected; `undefined` until they are there. */
export const detail = signal<NodeDetail | undefined>(undefined);

/** Which question the details answer: they count up. */
export const answered = signal(0);

/** Why the details are missing. */
export const detailProblem = signal<string | undefined>(undefined);

let asked = 0;

/** The newest question that was asked: what was changed before the next one is in its answer. */
export function lastQuestion(): number {
  return asked;
}

effect(() => {
  const id = graph.value?.nodes[selectedNode.value]?.id;
  // What a node takes depends on the state of the graph.
  graphState.value;
  if (id === undefined || status.value !== "open") {
    detailProblem.value = undefined;
    return;
  }
  if (detail.peek()?.node.id !== id) detail.value = undefined;
  void ask(id);
  const timer = setInterval(() => document.hidden || void ask(id), PERIOD_MS);
  return () => clearInterval(timer);
});

// The format of a link is known once frames flow: ask until it is.
effect(() => {
  const link = graph.value?.links[selectedLink.value];
  if (link === undefined || link.format !== undefined || status.value !== "open") return;
  const timer = setTimeout(refreshGraph, FORMAT_PERIOD_MS);
  return () => clearTimeout(timer);
});

async function ask(id: string): Promise<void> {
  const mine = ++asked;
  try {
    const answer = await client.call("node.describe", { node: id });
    if (mine !== asked) return;
    answered.value = mine;
    detail.value = answer;
    detailProblem.value = undefined;
  } catch (error) {
    // The page reports a lost connection elsewhere; the known details stay.
    if (mine === asked && client.status === "open") {
      detailProblem.value = error instanceof Error ? error.message : String(error);
    }
  }
}
