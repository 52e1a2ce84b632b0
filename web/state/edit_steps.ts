/**
 * The next step of a person who builds a graph from nothing, in words: for as long as the page has seen it empty, and
 * nobody has looked at a link or hidden the steps.
 *
 * @module
 */
import { computed, effect, signal } from "@preact/signals";
import { nextStepWords } from "../model/edit/next_step.ts";
import { events, graph, graphState } from "./live.ts";
import { tell } from "./commands.ts";
import { selection } from "./place.ts";

/** The graph is there, and has no nodes. */
export const isEmpty = computed(() => graph.value?.nodes.length === 0);

/** The graph was begun on this page, and the steps are wanted. */
const wanted = signal(false);

/** What comes next; `""` for nothing. */
export const nextStep = computed(() =>
  !wanted.value || graph.value === undefined ? "" : nextStepWords(graph.value, graphState.value)
);

/** Hides the steps until a graph is begun anew. */
export function dismissSteps(): void {
  wanted.value = false;
}

effect(() => {
  if (isEmpty.value) wanted.value = true;
});

effect(() => {
  if (selection.value?.kind === "link") dismissSteps();
});

/** The newest event that was looked at; undefined before the first look, which finds what is long past. */
let seen: number | undefined;

// Says where a recording is: only its server knows the folder.
effect(() => {
  const all = events.value;
  const newest = all.at(-1)?.seq ?? 0;
  const recorded = seen === undefined || newest < seen
    ? []
    : all.filter(({ seq, kind, data }) => seq > seen! && kind === "recorded" && typeof data?.path === "string");
  seen = newest;
  if (recorded.length > 0) tell(`Recorded: ${recorded.map(({ data }) => data!.path).join(", ")}`, true);
});
