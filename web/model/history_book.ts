/**
 * Histories of nodes and links. For a small graph all are kept from the start, so that a later selection shows what
 * came before; for a large one only those that were selected last. The server supplies what came before the page was
 * loaded: {@linkcode HistoryBook.fill}. The constants below bound the memory.
 *
 * @module
 */
import { LINK_SERIES, NODE_SERIES, type PastFigures } from "../../control/schemas/history.ts";
import type { GraphFigures } from "./graph_figures.ts";
import type { Selection } from "./place.ts";
import { PlotHistory } from "./plot_history.ts";

/** Histories at most. */
const MAX_HISTORIES = 96;

/** A pause between readings of more than this is a gap in the plot, seconds. */
const GAP_SECONDS = 5;

export class HistoryBook {
  readonly #histories = new Map<string, PlotHistory>();
  #run: string | undefined;
  #version = -1;
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
    if (graph.version !== this.#version) {
      this.#version = graph.version;
      this.#forgetGone(graph);
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

  /**
   * Takes what the server kept of a node or link: the steps of before the page was loaded, and those that it missed.
   * Steps of another run are left.
   */
  fill(selection: Selection, past: PastFigures): void {
    this.#run ??= past.run;
    if (past.run === this.#run) this.follow(selection).fill(past);
  }

  /** The history of a node or link, kept from now on if it was not before. */
  follow(selection: Selection): PlotHistory {
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

  #forgetGone({ nodes, links }: GraphFigures["graph"]): void {
    const known = new Set([
      ...nodes.map(({ id }) => keyOf({ kind: "node", id })),
      ...links.map(({ id }) => keyOf({ kind: "link", id })),
    ]);
    for (const key of this.#histories.keys()) if (!known.has(key)) this.#histories.delete(key);
  }

  #find(selection: Selection, make: boolean): PlotHistory | undefined {
    const key = keyOf(selection);
    const known = this.#histories.get(key);
    if (known !== undefined || !make) return known;
    if (this.#histories.size >= MAX_HISTORIES) this.#histories.delete(this.#histories.keys().next().value!);
    const series = selection.kind === "node" ? NODE_SERIES : LINK_SERIES;
    const history = new PlotHistory(series.length);
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
