/**
 * One entry for what is one thing: a node's failure, of which the runtime tells what failed, the states that the node
 * went through, what became of it and a line of the log; and the drops of a link, which begin again and again.
 *
 * @module
 */
import type { ControlEvent, LogLine } from "../../control/schemas/feed.ts";
import { dropWords, type LinkNames } from "./event_words.ts";
import { formatCount, formatNs, formatTimeOfDay } from "./format_figures.ts";

/** How far apart the entries of one failure may lie, milliseconds. */
const FAILURE_MS = 1_000;

/** Drops of a link that begin again within so long are one entry, milliseconds. */
const DROPS_MS = 60_000;

/** States that follow from a failure. */
const FAILURE_STATES: readonly unknown[] = ["failed", "disabled", "restarting"];

/** What is left of events and lines. */
export interface FoldedNews {
  /** Oldest first. */
  readonly events: readonly ControlEvent[];
  /** Oldest first. */
  readonly lines: readonly LogLine[];
  /** What entries say that stand for several. */
  readonly words: ReadonlyMap<ControlEvent, string>;
}

/** Folds events and lines, both oldest first. @param links what links are called */
export function foldNews(events: readonly ControlEvent[], lines: readonly LogLine[], links: LinkNames): FoldedNews {
  const words = new Map<ControlEvent, string>();
  const folded = new Set<ControlEvent>();
  const failures = events.filter(({ kind, nodeId }) => kind === "failed" && nodeId !== undefined);
  for (const failure of failures) {
    const more = partsOf(failure, events);
    more.forEach((each) => folded.add(each));
    words.set(failure, failure.message + outcomeOf(more));
  }
  for (const drops of dropsOf(events)) {
    drops.slice(0, -1).forEach((each) => folded.add(each));
    words.set(drops.at(-1)!, dropsWords(drops, links));
  }
  const told = new Set<unknown>(failures.map(({ data }) => data?.failure).filter((each) => each !== undefined));
  return {
    events: events.filter((each) => !folded.has(each)),
    lines: lines.filter(({ category, fields }) => category !== "runtime" || !told.has(fields?.failure)),
    words,
  };
}

/** The further entries of a failure, up to the node's next failure. */
function partsOf(failure: ControlEvent, events: readonly ControlEvent[]): ControlEvent[] {
  const parts: ControlEvent[] = [];
  for (let k = events.indexOf(failure) + 1; k < events.length; k++) {
    const { timeMs, topic, kind, nodeId, data } = events[k];
    const isOfNode = nodeId === failure.nodeId;
    if (timeMs - failure.timeMs > FAILURE_MS || (isOfNode && kind === "failed")) break;
    const isSame = data?.failure !== undefined && data.failure === failure.data?.failure;
    if (
      (topic === "error" && isSame) || (isOfNode && kind === "state" && FAILURE_STATES.includes(data?.state)) ||
      (isOfNode && isSame && (kind === "disabled" || kind === "restarting"))
    ) parts.push(events[k]);
  }
  return parts;
}

function outcomeOf(parts: readonly ControlEvent[]): string {
  if (parts.some(({ kind }) => kind === "disabled")) return "; it does not run any more";
  const restarting = parts.find(({ kind }) => kind === "restarting")?.data;
  if (restarting === undefined) return "";
  const afterNs = Number(restarting.afterMs) * 1e6;
  return `; it restarts ${afterNs > 0 ? `in ${formatNs(afterNs)}` : "now"}, restart ${restarting.attempt}`;
}

/** Events of drops, those of one entry together, oldest first. */
function dropsOf(events: readonly ControlEvent[]): ControlEvent[][] {
  const all: ControlEvent[][] = [];
  const last = new Map<string, ControlEvent[]>();
  for (const event of events) {
    if (event.kind !== "dropping" || event.linkId === undefined) continue;
    const group = last.get(event.linkId);
    if (group !== undefined && event.timeMs - group.at(-1)!.timeMs <= DROPS_MS) group.push(event);
    else {
      const begun = [event];
      all.push(begun);
      last.set(event.linkId, begun);
    }
  }
  return all;
}

function dropsWords(drops: readonly ControlEvent[], links: LinkNames): string {
  const { linkId } = drops[0];
  const sums = new Map<string, number>();
  for (const { data } of drops) {
    for (const [reason, count] of Object.entries((data?.sinceLast ?? {}) as Readonly<Record<string, unknown>>)) {
      sums.set(reason, (sums.get(reason) ?? 0) + Number(count));
    }
  }
  const all = [...sums.values()].reduce((sum, count) => sum + count, 0);
  const often = drops.length === 1 ? "" : `, in ${drops.length} bursts since ${formatTimeOfDay(drops[0].timeMs)}`;
  const frames = `${formatCount(all)} ${all === 1 ? "frame" : "frames"}`;
  return `${links.get(linkId!) ?? linkId} has dropped ${frames}${often}: ${dropWords(Object.fromEntries(sums))}`;
}
