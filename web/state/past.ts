/**
 * What the server kept of the node or link that is selected: asked for once it is selected, and again after each lost
 * connection.
 *
 * @module
 */
import { computed, effect, signal } from "@preact/signals";
import { HISTORY_SECONDS } from "../../control/schemas/history.ts";
import { formatPlace, type Selection } from "../model/place.ts";
import { client, graph, historyBook, reading, status } from "./live.ts";
import { selectedLink, selectedNode, selection } from "./place.ts";

/** Spans that plots show, seconds. */
export const PLOT_SPANS = [60, HISTORY_SECONDS] as const;

/** Time until a question that was not answered is asked again, milliseconds. */
const RETRY_MS = 2_000;

/** How much of the past the plots show, seconds. */
export const plotSpan = signal<typeof PLOT_SPANS[number]>(PLOT_SPANS[0]);

/** How far the server's history goes back, seconds: less than the longest span for a very large graph. */
export const keptSeconds = signal<number>(HISTORY_SECONDS);

/** Another text for another node or link of the graph that is there, and for another run. */
const wanted = computed(() => {
  const isThere = selectedNode.value >= 0 || selectedLink.value >= 0;
  if (!isThere || selection.value === undefined || status.value !== "open") return undefined;
  return `${graph.value?.run} ${formatPlace({ view: "graph", selection: selection.value })}`;
});

/** Wall-clock time at which the runtime's clock was at 0, milliseconds since 1970; `NaN` until the server told it. */
export const epochMs = signal(NaN);

let timer: ReturnType<typeof setTimeout> | undefined;

effect(() => {
  clearTimeout(timer);
  if (wanted.value !== undefined) void ask(selection.peek()!, wanted.value);
});

async function ask(of: Selection, question: string): Promise<void> {
  try {
    const past = await client.call("history.get", of);
    keptSeconds.value = past.keptSeconds;
    epochMs.value = past.epochMs;
    historyBook.fill(of, past);
    // Plots follow the readings, which stop at the end.
    reading.value++;
  } catch {
    // The plots have what comes from now on. A server that has no time now may have some later.
    if (wanted.peek() === question) timer = setTimeout(() => void ask(of, question), RETRY_MS);
  }
}
