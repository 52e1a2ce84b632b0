/**
 * Which lanes are folded. The page keeps the choice for the run that it was made in, also over a reload; a new run
 * begins as `foldedAtFirst()` says.
 *
 * @module
 */
import { computed, effect, signal } from "@preact/signals";
import { foldedAtFirst } from "../model/folding.ts";
import { graph } from "./live.ts";
import { selectedLink, selectedNode } from "./place.ts";

const KEY = "sluice.folds";

interface Choice {
  readonly run: string;
  readonly lanes: readonly string[];
}

const choice = signal<Choice | undefined>(undefined);

/** Names of folded lanes. */
export const folded = computed<ReadonlySet<string>>(() => new Set(choice.value?.lanes));

/** The lane that was folded or unfolded last: it stays where it is on the screen. */
export const lastFolded = signal<string | undefined>(undefined);

/** The folded lane that the arrow keys stand on. */
export const laneAtKeys = signal<string | undefined>(undefined);

// Runs once for each run: a graph that grows does not fold under somebody's eyes.
effect(() => {
  const now = graph.value;
  if (now === undefined || now.run === choice.peek()?.run) return;
  const kept = readChoice();
  const lanes = kept?.run === now.run ? kept.lanes : [...foldedAtFirst(now)];
  const wanted = lanesOfSelected();
  choice.value = { run: now.run, lanes: lanes.filter((lane) => !wanted.includes(lane)) };
  laneAtKeys.value = undefined;
});

/** Folds a lane, or unfolds it. */
export function toggleLane(lane: string): void {
  const now = folded.peek();
  laneAtKeys.value = lane;
  choose(now.has(lane) ? [...now].filter((each) => each !== lane) : [...now, lane], lane);
}

/** Folds all lanes. */
export function foldAll(): void {
  choose([...new Set(graph.peek()?.nodes.map(({ lane }) => lane))]);
}

/** Unfolds all lanes. */
export function unfoldAll(): void {
  choose([]);
}

/** Unfolds the lane that what is selected is hidden in. */
export function unfoldSelected(): void {
  const wanted = lanesOfSelected().filter((lane) => folded.peek().has(lane));
  if (wanted.length > 0) choose([...folded.peek()].filter((lane) => !wanted.includes(lane)));
}

/** The lane of the selected node; of a link only if both of its ends are in it: otherwise it is drawn all the same. */
function lanesOfSelected(): readonly string[] {
  const now = graph.peek();
  const laneOf = (id: string) => now?.nodes.find((node) => node.id === id)?.lane;
  const node = now?.nodes[selectedNode.peek()];
  if (node !== undefined) return [node.lane];
  const link = now?.links[selectedLink.peek()];
  if (link === undefined) return [];
  const [from, to] = [laneOf(link.fromNode), laneOf(link.toNode)];
  return from !== undefined && from === to ? [from] : [];
}

function choose(lanes: readonly string[], lane?: string): void {
  const run = choice.peek()?.run;
  if (run === undefined) return;
  lastFolded.value = lane;
  choice.value = { run, lanes };
  try {
    localStorage.setItem(KEY, JSON.stringify(choice.peek()));
  } catch {
    // A browser that keeps nothing has the choice until the page is closed.
  }
}

function readChoice(): Choice | undefined {
  try {
    const { run, lanes } = JSON.parse(localStorage.getItem(KEY) ?? "{}");
    return typeof run === "string" && Array.isArray(lanes) ? { run, lanes: lanes.map(String) } : undefined;
  } catch {
    return undefined;
  }
}
