/**
 * The node of a source that a script feeds.
 *
 * @module
 */
import { SluiceError } from "../errors.ts";
import type { Frame } from "../frames/frame.ts";
import type { StreamOutput } from "../ports/stream.ts";
import type { ProcessorContext } from "../processor.ts";
import { assertValue } from "../descriptor/value_check.ts";
import type { NodeHandle } from "../registry/handle.ts";
import type { ScriptSide } from "../registry/node_type.ts";
import { kindOf } from "../errors/kind_of.ts";
import type { AppProcessor } from "./app_node.ts";
import { PushQueue } from "./push_queue.ts";
import type { SourceItem } from "./source_items.ts";

/** A source in a graph that the script feeds with items of type `I`. */
export interface AppSourceHandle<I, O> extends NodeHandle<Record<never, never>, O> {
  /**
   * Passes one item to the graph. Waits for room on lossless links, and for the start of the graph; items keep their
   * order even if several are pushed at once.
   *
   * @returns when every link has the item
   * @throws {TypeError} or {RangeError} if the item does not suit the source; the graph goes on
   * @throws {SluiceError} `TypeMismatch` for a value without the type of an input that it goes to; the graph goes on
   * @throws {SluiceError} the failure of the graph, or `Busy` if the graph has ended, the source is disabled or
   * removed, or no node reads from the source any longer
   */
  push(item: I): Promise<void>;
  /** Ends the stream after the pushed items. A second call does nothing. */
  end(): void;
  /** Fails the graph: `runtime.finished` rejects with the reason. */
  abort(reason: unknown): void;
  /** A stream whose chunks are pushed; closing it ends the stream, aborting it fails the graph. */
  readonly writable: WritableStream<I>;
}

export class AppSource<I, F extends Frame, O> implements AppProcessor<StreamOutput<F>> {
  readonly #item: SourceItem<I, F>;
  readonly #queue = new PushQueue<I>();
  /** The number of nodes around it that are set up: two during a replacement. */
  #nodes = 0;
  #output!: StreamOutput<F>;
  #failure: { readonly reason: unknown } | undefined;
  #side!: ScriptSide;
  #id = "";
  #hasLeft = false;
  /** The newest run that set it up. */
  #newest: Promise<unknown> | undefined;

  /** @param item makes frames from items */
  constructor(item: SourceItem<I, F>) {
    this.#item = item;
  }

  wire(port: StreamOutput<F>): void {
    this.#output = port;
  }

  setup(): void {
    // An abort before the start fails the graph; the result of an earlier run is over.
    const run = this.#side.run();
    const isAnother = this.#newest !== undefined && this.#newest !== run;
    this.#newest = run;
    if (isAnother) this.#failure = undefined;
    if (this.#failure === undefined) this.#queue.reopen(isAnother);
    this.#nodes++;
    this.#item.announce?.(this.#output);
  }

  async process(context: ProcessorContext): Promise<void> {
    const [reader, output] = [this.#queue.read(), this.#output];
    const over = () => this.#side.failure() ?? this.#over(context.signal.reason?.message);
    const close = () => {
      // The replacing node goes on with the queue.
      if (this.#nodes > 1) reader.leave();
      else this.#queue.close(over());
    };
    context.signal.addEventListener("abort", close, { once: true });
    for (let next = await reader.take(); next !== undefined; next = await reader.take()) {
      let frame: F | undefined;
      let isWritten = false;
      try {
        await output.ready();
        checkItem(next.item);
        this.#checkValue(next.item as { readonly value?: unknown });
        frame = await this.#item.make(output, next.item);
        if (reader.holds) {
          output.write(frame);
          isWritten = true;
          reader.resolve();
        }
      } catch (error) {
        reader.reject(context.signal.aborted ? over() : error);
      }
      // An item that cannot be sent to another lane is only found when it is written: the frame then still belongs to
      // this node. If the node was told to end, the frame belongs to its lane.
      if (!isWritten && !context.signal.aborted) frame?.release();
    }
    if (this.#failure !== undefined) throw this.#failure.reason;
    context.finish();
  }

  teardown(): void {
    this.#nodes--;
    // Pending pushes learn how the graph ended.
    void this.#side.run().then(
      () => this.#queue.close(this.#over()),
      (failure) => this.#queue.close(failure),
    );
  }

  extend(handle: NodeHandle, side: ScriptSide): AppSourceHandle<I, O> {
    this.#side = side;
    side.onRefused((reason) => this.#queue.close(reason));
    side.onDeparture((reason) => this.#leave(reason));
    this.#id = handle.id;
    const push = (item: I) => this.#queue.push(item);
    const end = () => this.#queue.end();
    const abort = (reason: unknown) => {
      this.#failure ??= { reason };
      this.#queue.close(reason);
    };
    const write = (item: I) =>
      push(item).catch((error) => {
        // A failed stream takes no further items: without an abort the graph would wait for ever.
        abort(error);
        throw error;
      });
    const writable = new WritableStream<I>({ write, close: end, abort });
    return Object.assign(handle as unknown as NodeHandle<Record<never, never>, O>, { push, end, abort, writable });
  }

  /** Refuses a value without the type of an input that it goes to: only data values have such types. */
  #checkValue({ value }: { readonly value?: unknown }): void {
    for (const each of this.#side.wanted()) assertValue(each, value, `Cannot push to "${this.#id}"`);
  }

  /** Notes that no later run sets the source up. */
  #leave(reason?: unknown): void {
    this.#hasLeft = true;
    this.#queue.reopen(false);
    this.#queue.close(reason ?? this.#over());
  }

  /** @param told the reason why the node was told to end, if it was */
  #over(told = "the graph has ended"): SluiceError {
    const why = this.#hasLeft ? "it was removed from the graph" : told;
    return new SluiceError("Busy", `Cannot push to "${this.#id}": ${why}`, { nodeId: this.#id });
  }
}

/** @throws {TypeError} for a value that is not an item of any source */
function checkItem(item: unknown): void {
  if (typeof item !== "object" || item === null) throw new TypeError(`Cannot push ${kindOf(item)}: wanted an object`);
  for (const key of ["ptsNs", "dtsNs", "durationNs"]) {
    const timeNs = (item as { readonly [key: string]: unknown })[key];
    if (timeNs === undefined || Number.isFinite(timeNs)) continue;
    throw new TypeError(`Cannot push an item whose "${key}" is ${String(timeNs)}: wanted nanoseconds`);
  }
}
