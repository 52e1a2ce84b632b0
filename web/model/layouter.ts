/**
 * Has graphs laid out in a worker, the newest one only. An answer that takes too long is not waited for: the worker is
 * ended, as nothing else stops it, and another one makes a simple layout. The graphs of that run are laid out simply
 * from then on, so that an edit is not followed by the same wait again.
 *
 * @module
 */
import type { Layout, LayoutInput } from "./layout.ts";

/** How long a layout may take, milliseconds. */
export const PATIENCE_MS = 5_000;

/** A graph of less than this share of the nodes of one that took too long is tried again. */
const TRIED_AGAIN = 0.5;

/** What is used of a worker. */
export interface LayoutWorker {
  postMessage(question: { readonly request: number; readonly input: LayoutInput }): void;
  addEventListener(type: "message", listener: (event: MessageEvent<LayoutAnswer>) => void): void;
  terminate(): void;
}

/** What the worker answers. */
export interface LayoutAnswer {
  readonly request: number;
  readonly layout: Layout;
}

export class Layouter implements Disposable {
  readonly #makeWorker: () => LayoutWorker;
  readonly #answered: (layout: Layout) => void;
  readonly #patienceMs: number;
  #worker: LayoutWorker | undefined;
  #request = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #wanted: { readonly run: string; readonly input: LayoutInput } | undefined;
  #slow: { readonly run: string; readonly nodes: number } | undefined;

  /**
   * @param makeWorker starts one that lays out what it is sent
   * @param answered is given the layout of the newest graph
   */
  constructor(makeWorker: () => LayoutWorker, answered: (layout: Layout) => void, patienceMs: number = PATIENCE_MS) {
    this.#makeWorker = makeWorker;
    this.#answered = answered;
    this.#patienceMs = patienceMs;
  }

  /** Asks for the layout of a graph; earlier questions are given up. @param run of the runtime that the graph is of */
  ask(run: string, input: LayoutInput): void {
    // The worker would otherwise go on with an abandoned layout.
    if (this.#wanted !== undefined) this.#end();
    this.#wanted = { run, input };
    const isSlow = this.#slow?.run === run && input.lanes.length >= this.#slow.nodes * TRIED_AGAIN;
    this.#post({ ...input, simple: input.simple === true || isSlow });
    // From the first question on that is not answered: edits do not put the answer off for ever.
    this.#timer ??= setTimeout(() => this.#giveUp(), this.#patienceMs);
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#wanted = undefined;
    this.#end();
  }

  #giveUp(): void {
    this.#timer = undefined;
    if (this.#wanted === undefined) return;
    const { run, input } = this.#wanted;
    this.#slow = { run, nodes: input.lanes.length };
    this.#end();
    this.#post({ ...input, simple: true });
  }

  #post(input: LayoutInput): void {
    this.#worker ??= this.#start();
    this.#worker.postMessage({ request: ++this.#request, input });
  }

  #start(): LayoutWorker {
    const worker = this.#makeWorker();
    worker.addEventListener("message", ({ data }) => {
      if (data.request !== this.#request || worker !== this.#worker) return;
      clearTimeout(this.#timer);
      this.#timer = undefined;
      this.#wanted = undefined;
      this.#answered(data.layout);
    });
    return worker;
  }

  #end(): void {
    this.#worker?.terminate();
    this.#worker = undefined;
  }
}
