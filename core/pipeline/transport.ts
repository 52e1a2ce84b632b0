/**
 * The contract of pipelines. Code that runs a graph for a client, here or elsewhere, is a {@linkcode
 * PipelineTransport}. A graph's exposed inputs and outputs are the ports of its session.
 *
 * This module knows no network. A client of a protocol implements the contract, and so does `PipelineRunner`, which
 * runs graphs in this process; a server uses a `SessionRouter`.
 *
 * @module
 */
import type { GraphFile } from "../graph/schema.ts";
import { TransportData } from "./transport_data.ts";

/** Ends all inputs. */
const END_OF_INPUTS = new TransportData({ kind: "end" });

/** The requested graph: a name known to the transport (for `PipelineRunner`: a path), or a graph file's JSON. */
export type PipelineGraph = string | GraphFile;

/** Options of a call. */
export interface ExecuteOptions {
  /** Stops the graph when it aborts: the call rejects with `Timeout` if a time limit has passed, else with `Busy`. */
  readonly signal?: AbortSignal;
}

/** Runs graphs for clients. */
export interface PipelineTransport {
  /**
   * Runs a graph on a complete list of items, and returns all outputs in their order of arrival.
   *
   * @param input the items; the end of all ports is implied
   * @throws {SluiceError} the refusal or failure of the graph; `LimitExceeded` if the outputs exceed the limit
   */
  execute(graph: PipelineGraph, input: Iterable<TransportData>, options?: ExecuteOptions): Promise<TransportData[]>;
  /**
   * Starts a session of a graph.
   *
   * @throws {SluiceError} the refusal of the graph, or of the session
   */
  stream(graph: PipelineGraph): Promise<StreamSession>;
}

/** A graph that runs for one client. `await using` closes it. */
export interface StreamSession extends AsyncDisposable, AsyncIterable<TransportData> {
  /** Identifies the session to its transport; cannot be guessed. */
  readonly sessionId: string;
  /** The names of its ports, if the transport reports them. */
  readonly ports?: { readonly inputs: readonly string[]; readonly outputs: readonly string[] } | undefined;
  /**
   * True if it accepts or may still return items: it was not closed, has not failed, and its last output was not read.
   */
  readonly isActive: boolean;
  /**
   * Sends an item to the graph, and waits for room: the number of items on their way has no other limit. Items of a
   * port keep their order. An item of kind `end` ends a port, or all of them.
   *
   * @throws {SluiceError} the fault of the item, after which the session goes on; the failure of the graph; `Busy` once
   * the session or the port has ended
   */
  sendInput(data: TransportData): Promise<void>;
  /**
   * Returns the next item of any output. If nobody reads, the graph waits or drops, as its links decide. One call at a
   * time.
   *
   * @returns `undefined` once the graph has ended, and after `close()`
   * @throws {SluiceError} the failure of the graph
   */
  recvOutput(): Promise<TransportData | undefined>;
  /** Stops the graph, whatever is on its way, and frees all its resources. Further calls wait for the same end. */
  close(): Promise<void>;
  /** Iterates over the outputs until the end; leaving the loop early closes the session. */
  [Symbol.asyncIterator](): AsyncIterableIterator<TransportData>;
  /** The outputs; cancelling closes the session. */
  readonly readable: ReadableStream<TransportData>;
  /** The inputs; closing the stream ends all ports, aborting it closes the session. */
  readonly writable: WritableStream<TransportData>;
}

/** The names of a session's ports. */
export type SessionPorts = NonNullable<StreamSession["ports"]>;

/** The common part of all sessions: a class of sessions adds the transfer of items, and closing. */
export abstract class BaseSession implements StreamSession {
  #readable: ReadableStream<TransportData> | undefined;
  #writable: WritableStream<TransportData> | undefined;
  /** Identifies the session to its transport. */
  abstract readonly sessionId: string;
  /** Its ports; overridden by sessions that know them. */
  get ports(): StreamSession["ports"] {
    return undefined;
  }
  /** As in {@linkcode StreamSession}. */
  abstract readonly isActive: boolean;
  /** As in {@linkcode StreamSession}. */
  abstract sendInput(data: TransportData): Promise<void>;
  /** As in {@linkcode StreamSession}. */
  abstract recvOutput(): Promise<TransportData | undefined>;
  /** As in {@linkcode StreamSession}. */
  abstract close(): Promise<void>;

  /** Iterates over the outputs until the end; leaving the loop early closes the session. */
  [Symbol.asyncIterator](): AsyncIterableIterator<TransportData> {
    const iterator: AsyncIterableIterator<TransportData> = {
      next: async () => {
        const value = await this.recvOutput();
        return value === undefined ? { done: true, value } : { done: false, value };
      },
      return: async () => {
        await this.close();
        return { done: true, value: undefined };
      },
      [Symbol.asyncIterator]: () => iterator,
    };
    return iterator;
  }

  /** The outputs; cancelling closes the session. */
  get readable(): ReadableStream<TransportData> {
    return this.#readable ??= new ReadableStream<TransportData>({
      pull: async (controller) => {
        const data = await this.recvOutput();
        if (data === undefined) controller.close();
        else controller.enqueue(data);
      },
      cancel: () => this.close(),
    }, { highWaterMark: 0 });
  }

  /** The inputs; closing the stream ends all ports, aborting it closes the session. */
  get writable(): WritableStream<TransportData> {
    return this.#writable ??= new WritableStream<TransportData>({
      write: (data) => this.sendInput(data),
      close: () => this.sendInput(END_OF_INPUTS),
      abort: () => this.close(),
    });
  }

  /** As `close()`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}
