/**
 * The context of a processor's methods: its node's view of the lane.
 *
 * @module
 */
import { isPlainObject, kindOf } from "../../errors/kind_of.ts";
import type { GraphMode } from "../../links/policy.ts";
import { nodeLog } from "../../log.ts";
import { absolutePath } from "../../log/absolute_path.ts";
import type { NodeLog, ProcessorContext } from "../../processor.ts";
import type { Figures } from "../../stats.ts";
import type { CellHost, NodeCell } from "./node_cell.ts";

/** The most figures of one node. */
export const MAX_FIGURES = 256;

/** Longest name of a figure, characters. */
export const MAX_FIGURE_NAME = 64;

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
    return this.#recorded ??= new KnownFiles(
      this.#cell.plan.recorded ?? [],
      (path) => this.#host.recorded(this.#cell, path),
    );
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

  /**
   * Hands a value to the control plane, for a hidden node.
   *
   * @param value a value that can be structured-cloned
   * @internal
   */
  handOver(value: unknown): void {
    this.#host.handOver?.(this.#cell, value);
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

/** Files that the process had recorded when the node was planned, and files that the node has recorded since. */
export class KnownFiles {
  readonly #paths: Set<string>;
  readonly #tell: (path: string) => void;

  /** @param paths absolute paths @param tell receives the path of each file that the node completes */
  constructor(paths: readonly string[], tell: (path: string) => void) {
    this.#paths = new Set(paths);
    this.#tell = tell;
  }

  has(path: string): boolean {
    return this.#paths.has(absolutePath(path));
  }

  add(path: string): void {
    const absolute = absolutePath(path);
    this.#paths.add(absolute);
    this.#tell(absolute);
  }
}

/**
 * Returns a copy of the argument of `context.report()`.
 *
 * @throws {TypeError} if a value is no finite number
 * @throws {RangeError} for more than 256 figures, or a name that is empty or longer than 64 characters
 */
export function copyFigures(nodeId: string, figures: Figures): Figures {
  if (!isPlainObject(figures)) {
    throw new TypeError(`Cannot report figures of "${nodeId}": found ${kindOf(figures)}, wanted an object by name`);
  }
  const names = Object.keys(figures);
  if (names.length > MAX_FIGURES) {
    throw new RangeError(`Cannot report figures of "${nodeId}": found ${names.length}, wanted at most ${MAX_FIGURES}`);
  }
  const copy: { [name: string]: number } = {};
  for (const name of names) {
    const value = figures[name];
    if (!Number.isFinite(value)) {
      const what = `figure ${JSON.stringify(name.slice(0, MAX_FIGURE_NAME))} of "${nodeId}"`;
      throw new TypeError(`Cannot report ${what}: found ${String(value)}, wanted a finite number`);
    }
    if (name === "" || name.length > MAX_FIGURE_NAME) {
      const found = `found ${name.length}`;
      const message =
        `Cannot report a figure of "${nodeId}": its name has 1 to ${MAX_FIGURE_NAME} characters, ${found}`;
      throw new RangeError(message);
    }
    copy[name] = value;
  }
  return copy;
}
