/**
 * The place on the page as signals, kept in the address; see `model/place.ts`.
 *
 * @module
 */
import { computed, type ReadonlySignal, signal } from "@preact/signals";
import { formatPlace, parsePlace, type Place, type Selection, type View } from "../model/place.ts";
import { graph } from "./live.ts";

/** A phone has room for a list, and for little of a graph. */
export const isNarrow: ReadonlySignal<boolean> = follow(matchMedia("(max-width: 560px)"));

const place = signal<Place>(placeNow());

/** The view that is shown. */
export const view: ReadonlySignal<View> = computed(() => place.value.view);

/** What is selected, by id; it may be gone from the graph. */
export const selection: ReadonlySignal<Selection | undefined> = computed(() => place.value.selection);

/** Index of the selected node in the graph, or -1. */
export const selectedNode: ReadonlySignal<number> = computed(() => indexOf("node"));

/** Index of the selected link in the graph, or -1. */
export const selectedLink: ReadonlySignal<number> = computed(() => indexOf("link"));

/** Goes up whenever somebody was led to what is selected, as by the address at first: it is to be brought into view. */
export const arrivals = signal(1);

addEventListener("hashchange", () => {
  place.value = placeNow();
  arrivals.value++;
});

function placeNow(): Place {
  return parsePlace(location.hash, isNarrow.peek() ? "table" : "graph");
}

function follow(query: MediaQueryList): ReadonlySignal<boolean> {
  const matches = signal(query.matches);
  query.addEventListener("change", () => matches.value = query.matches);
  return matches;
}

/** Shows a view. */
export function showView(next: View): void {
  go({ ...place.value, view: next });
}

/** Selects a node or link, or nothing. */
export function select(next: Selection | undefined): void {
  go({ ...place.value, selection: next });
}

/** Selects a node by its index; a negative one selects nothing. */
export function selectNode(index: number): void {
  const id = graph.peek()?.nodes[index]?.id;
  select(id === undefined ? undefined : { kind: "node", id });
}

/** Selects a link by its index; a negative one selects nothing. */
export function selectLink(index: number): void {
  const id = graph.peek()?.links[index]?.id;
  select(id === undefined ? undefined : { kind: "link", id });
}

/** Leads to a node by its index. */
export function leadToNode(index: number): void {
  selectNode(index);
  arrivals.value++;
}

/** Leads to a link by its index. */
export function leadToLink(index: number): void {
  selectLink(index);
  arrivals.value++;
}

function go(next: Place): void {
  if (formatPlace(next) === formatPlace(place.peek())) return;
  place.value = next;
  // Not an entry of the history for each click: "back" leads out of the page, as people expect of a dashboard.
  history.replaceState(null, "", `#${formatPlace(next)}`);
}

function indexOf(kind: Selection["kind"]): number {
  const wanted = selection.value;
  if (wanted?.kind !== kind) return -1;
  const list: readonly { readonly id: string }[] | undefined = kind === "node"
    ? graph.value?.nodes
    : graph.value?.links;
  return list?.findIndex(({ id }) => id === wanted.id) ?? -1;
}
