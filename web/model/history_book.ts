/**
 * Histories of nodes and links. Of a small graph all are kept from the start, so that whoever selects something sees
 * what came before; of a large one only those that were looked at last. Memory is bounded by the constants below.
 *
 * @module
 */
import type { GraphFigures } from "./graph_figures.ts";
import { History } from "./history.ts";
import type { Selection } from "./place.ts";

/** Histories at most. */
const MAX_HISTORIES = 96;

/** Readings of each: a minute and a half at 10 a second. */
const READINGS = 900;

/** A pause between readings of more than this is a gap in the plot, seconds. */
const GAP_SECONDS = 5;

/** What a node's history has, in order. */
export const NODE_SERIES = ["ticksPerSecond", "busyPercent", "tickP50Us", "tickP99Us"] as const;

/** What a link's history has, in order. */
export const LINK_SERIES = ["writtenPerSecond", "readPerSecond", "droppedPerSecond", "queued", "ageMs"] as const;

/** See the module. */
export class HistoryBook {
  readonly #histories = new Map<string, History>();
  #run: string | undefined;
  #lastSeconds = NaN;

  /** Takes the newest reading. */
  take(figures: GraphFigures): void {
    const { frame, graph } = figures;
    if (frame === undefined) return;
    if (graph.run !== this.#run) {
      this.#histories.clear();
      this.#run = graph.run;
      this.#lastSeconds = NaN;
    }
    const seconds = frame.nowNs / 1e9;
    if (seconds <= this.#lastSeconds) return;
    const gap = seconds - this.#lastSeconds > GAP_SECONDS ? (this.#lastSeconds + seconds) / 2 : undefined;
    this.#lastSeconds = seconds;
    const all = graph.nodes.length + graph.links.length <= MAX_HISTORIES;
    graph.nodes.forEach(({ id }, k) => {
      const history = this.#find({ kind: "node", id }, all);
      const now = history && figures.node(k);
      if (now === undefined) return;
      if (gap !== undefined) history!.push(gap);
      history!.push(
        seconds,
        now.ticksPerSecond,
        now.busyShare * 100,
        orGap(now.tickP50Ns / 1e3),
        orGap(now.tickP99Ns / 1e3),
      );
    });
    graph.links.forEach(({ id }, k) => {
      const history = this.#find({ kind: "link", id }, all);
      const now = history && figures.link(k);
      if (now === undefined) return;
      if (gap !== undefined) history!.push(gap);
      const { writtenPerSecond, readPerSecond, droppedPerSecond, queued, ageNs } = now;
      history!.push(seconds, writtenPerSecond, readPerSecond, droppedPerSecond, queued, orGap(ageNs / 1e6));
    });
  }

  /** The history of a node or link, kept from now on if it was not before. */
  follow(selection: Selection): History {
    const key = keyOf(selection);
    const history = this.#find(selection, true)!;
    // The one looked at last goes last.
    this.#histories.delete(key);
    this.#histories.set(key, history);
    return history;
  }

  /** Histories that are kept. */
  get size(): number {
    return this.#histories.size;
  }

  #find(selection: Selection, make: boolean): History | undefined {
    const key = keyOf(selection);
    const known = this.#histories.get(key);
    if (known !== undefined || !make) return known;
    if (this.#histories.size >= MAX_HISTORIES) this.#histories.delete(this.#histories.keys().next().value!);
    const series = selection.kind === "node" ? NODE_SERIES : LINK_SERIES;
    const history = new History(series.length, READINGS);
    this.#histories.set(key, history);
    return history;
  }
}

function keyOf({ kind, id }: Selection): string {
  return `${kind} ${id}`;
}

/** Nothing was measured yet. */
function orGap(value: number): number {
  return value === 0 ? NaN : value;
}
