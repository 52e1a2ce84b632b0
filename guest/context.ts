/**
 * The context of a processor in a process of its own.
 *
 * @module
 */
import { copyFigures, KnownFiles } from "../core/lanes/cells/node_context.ts";
import type { GraphMode } from "../core/links/policy.ts";
import type { NodeLog, ProcessorContext } from "../core/processor.ts";
import { LEVEL, library } from "./library.ts";

/** The least time between two reports of figures, nanoseconds. */
const REPORT_NS = 100_000_000;

/** The name of the event that carries a node's figures; no node can publish it. */
export const FIGURES_EVENT = "";

/** The longest name of an event, characters. */
const MAX_NAME = 64;

export class GuestContext implements ProcessorContext {
  readonly nodeId: string;
  readonly mode: GraphMode;
  readonly log: NodeLog;
  readonly recorded: ProcessorContext["recorded"] = new KnownFiles([], () => {});
  readonly #abort = new AbortController();
  #reportedNs = -REPORT_NS;

  constructor(nodeId: string, mode: GraphMode) {
    this.nodeId = nodeId;
    this.mode = mode;
    const line = (level: keyof typeof LEVEL) => (message: string, fields?: Record<string, unknown>) =>
      library.logLine(LEVEL[level], fields === undefined ? message : `${message} ${JSON.stringify(fields)}`);
    this.log = { trace: () => {}, debug: line("debug"), info: line("info"), warn: line("warn"), error: line("error") };
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** Tells the node to give up. */
  abort(): void {
    this.#abort.abort(new DOMException("the node has ended", "AbortError"));
  }

  nowNs(): number {
    return library.nowNs();
  }

  waitUntilNs(timeNs: number): void {
    if (typeof timeNs !== "number" || Number.isNaN(timeNs)) {
      throw new TypeError(`Cannot wait: node "${this.nodeId}" called waitUntilNs(${timeNs}), wanted a time of nowNs()`);
    }
    library.waitUntil(Math.max(timeNs, 0));
  }

  finish(): void {
    library.finish();
  }

  progress(doneNs: number, totalNs = NaN): void {
    library.progress(doneNs, totalNs);
  }

  report(figures: { readonly [name: string]: number }): void {
    const copy = copyFigures(this.nodeId, figures);
    const now = library.nowNs();
    if (now - this.#reportedNs < REPORT_NS) return;
    this.#reportedNs = now;
    library.emit(FIGURES_EVENT, JSON.stringify(copy));
  }

  emit(name: string, data?: unknown): void {
    if (typeof name !== "string" || name === "" || name.length > MAX_NAME) {
      throw new RangeError(`Cannot emit an event of "${this.nodeId}": its name has 1 to ${MAX_NAME} characters`);
    }
    const json = data === undefined ? "" : JSON.stringify(data);
    if (json === undefined) throw new TypeError(`Cannot emit "${name}" of "${this.nodeId}": its data has no JSON form`);
    library.emit(name, json);
  }
}
