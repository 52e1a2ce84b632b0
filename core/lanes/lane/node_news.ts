/**
 * Sends the reports of a lane's nodes to the control isolate: only the newest of each kind, at most ten times a second
 * a lane (progress: twenty times a second a node). A reporting node never waits, and nothing queues.
 *
 * @module
 */
import type { FrameFormat } from "../../frames/format.ts";
import type { Figures } from "../../stats.ts";
import type { LaneReport, NodeTold } from "../messages.ts";
import type { NodeCell } from "../cells/node_cell.ts";

/** Least time between two progress reports of a node, nanoseconds. */
const PROGRESS_EVERY_NS = 50_000_000;

/** Least time between two messages with figures and formats, nanoseconds. */
const TELL_EVERY_NS = 100_000_000;

/** Keeps the newest report of each node until it is sent. */
export class NodeNews {
  /** True if there are reports to send. */
  waits = false;
  readonly #post: (report: LaneReport) => void;
  readonly #progressAtNs = new WeakMap<NodeCell, number>();
  readonly #figures = new Map<NodeCell, Figures>();
  readonly #formats = new Map<NodeCell, Map<string, FrameFormat>>();
  /** Nodes that have left the lane: another instance may have taken their place. */
  readonly #left = new WeakSet<NodeCell>();
  #toldAtNs = -Infinity;

  constructor(post: (report: LaneReport) => void) {
    this.#post = post;
  }

  /** Reports the progress of a node. @param nowNs the lane's clock */
  progress(cell: NodeCell, nowNs: number, doneNs: number, totalNs?: number): void {
    if (this.#left.has(cell)) return;
    const last = this.#progressAtNs.get(cell);
    const complete = totalNs !== undefined && doneNs >= totalNs;
    if (last !== undefined && nowNs - last < PROGRESS_EVERY_NS && !complete) return;
    this.#progressAtNs.set(cell, nowNs);
    this.#post({ kind: "progress", node: cell.id, doneNs, totalNs });
  }

  /** Takes a node's own figures. @param figures not changed after the call */
  figures(cell: NodeCell, figures: Figures): void {
    if (this.#left.has(cell)) return;
    this.#figures.set(cell, figures);
    this.waits = true;
  }

  /** Takes the format of the frames that an input reads. */
  format(cell: NodeCell, port: string, format: FrameFormat): void {
    if (this.#left.has(cell)) return;
    let formats = this.#formats.get(cell);
    if (formats === undefined) this.#formats.set(cell, formats = new Map());
    formats.set(port, format);
    this.waits = true;
  }

  /**
   * Sends the news, if a message is due.
   *
   * @param cells that the lane runs: news of a node in a prepared edit waits until the node is part of the graph
   */
  tell(nowNs: number, cells: readonly NodeCell[]): void {
    if (nowNs - this.#toldAtNs < TELL_EVERY_NS) return;
    this.tellAll(cells);
    this.#toldAtNs = nowNs;
  }

  /** Sends the news as `tell()`, due or not. */
  tellAll(cells: readonly NodeCell[]): void {
    const own = new Set(cells);
    const told = [...new Set([...this.#figures.keys(), ...this.#formats.keys()])].filter((cell) => own.has(cell));
    if (told.length === 0) return;
    const nodes: NodeTold[] = told.map((cell) => {
      const figures = this.#figures.get(cell);
      const formats = this.#formats.get(cell);
      return { node: cell.id, ...(figures && { figures }), ...(formats && { formats: [...formats] }) };
    });
    for (const cell of told) this.#drop(cell);
    this.#post({ kind: "facts", nodes });
  }

  /** Drops the unsent and later news of a node that has left the lane. */
  leave(cell: NodeCell): void {
    this.#left.add(cell);
    this.#drop(cell);
  }

  /** Drops the unsent news of a node that another one of the lane has replaced. */
  succeed({ id }: NodeCell): void {
    this.#post({ kind: "facts", nodes: [{ node: id, anew: true }] });
  }

  #drop(cell: NodeCell): void {
    this.#figures.delete(cell);
    this.#formats.delete(cell);
    this.waits = this.#figures.size + this.#formats.size > 0;
  }
}
