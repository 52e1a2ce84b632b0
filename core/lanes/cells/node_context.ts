/**
 * The context of a processor's methods: its node's view of the lane.
 *
 * @module
 */
import type { GraphMode } from "../../links/policy.ts";
import { nodeLog } from "../../log.ts";
import type { NodeLog, ProcessorContext } from "../../processor.ts";
import type { Figures } from "../../stats.ts";
import { KnownFiles } from "./known_files.ts";
import type { CellHost, NodeCell } from "./node_cell.ts";
import { copyFigures } from "./own_figures.ts";

/** Implements the public contract of {@linkcode ProcessorContext}. */
export class NodeContext implements ProcessorContext {
  readonly nodeId: string;
  readonly mode: GraphMode;
  readonly #cell: NodeCell;
  readonly #host: CellHost;
  #log: NodeLog | undefined;
  #recorded: ProcessorContext["recorded"] | undefined;

  constructor(cell: NodeCell, host: CellHost) {
    this.nodeId = cell.plan.id;
    this.mode = host.mode;
    this.#cell = cell;
    this.#host = host;
  }

  get log(): NodeLog {
    return this.#log ??= nodeLog(this.nodeId);
  }

  get recorded(): ProcessorContext["recorded"] {
    return this.#recorded ??= new KnownFiles(this.#cell.plan.recorded ?? [], (path) => this.#host.recorded(path));
  }

  get signal(): AbortSignal {
    return this.#cell.signal;
  }

  nowNs(): number {
    return this.#host.nowNs();
  }

  waitUntilNs(timeNs: number): void {
    this.#cell.waitUntil(timeNs > 0 ? timeNs : this.#past(timeNs));
  }

  finish(): void {
    this.#cell.finishing = true;
    this.#cell.notBeforeNs = 0;
    if (!this.#cell.pending) this.#cell.wake();
  }

  progress(doneNs: number, totalNs?: number): void {
    this.#host.progress(this.#cell, doneNs, totalNs);
  }

  emit(name: string, data?: unknown): void {
    this.#host.emit(this.#cell, name, data);
  }

  report(figures: Figures): void {
    this.#host.report(this.#cell, copyFigures(this.nodeId, figures));
  }

  /**
   * Maps an invalid or past time to 0: the node would wait for NaN for ever, and a negative time is not the 0 of
   * "none".
   */
  #past(timeNs: unknown): 0 {
    if (typeof timeNs === "number" && !Number.isNaN(timeNs)) return 0;
    const found = typeof timeNs === "number" ? "NaN" : typeof timeNs;
    throw new TypeError(
      `Cannot wait: node "${this.nodeId}" called waitUntilNs(${found}), wanted a time of nowNs(), nanoseconds`,
    );
  }
}
