/**
 * The contract of pipelines: whatever runs a graph for a client, here or elsewhere, is a {@linkcode PipelineTransport}. A
 * graph's exposed inputs and outputs are the ports of its session.
 *
 * Nothing here knows a network. A client of some protocol implements the contract, and so does `PipelineRunner`, which
 * runs graphs in this process; a server takes a `SessionRouter`.
 *
 * @module
 */
import type { GraphFile } from "../graph/graph_file.ts";
import { TransportData } from "./transport_data.ts";

/** Ends all inputs. */
const END_OF_INPUTS = new TransportData({ kind: "end" });

/** The graph that is asked for: a name that whoever runs it knows (for `PipelineRunner`: a path), or a graph file's JSON. */
export type PipelineGraph = string | GraphFile;

/** How a call is made. */
export interface ExecuteOptions {
  /** Stops the graph when it aborts: the call is rejected then, with `Timeout` if a time limit has passed, else `Busy`. */
  readonly signal?: AbortSignal;
}

/** Runs graphs for clients. */
export interface PipelineTransport {
  /**
   * Runs a graph on items that are all there, and gives all that comes out, in the order in which it came.
   *
   * @param input the items; the end of all ports is implied
   * @throws {SluiceError} why the graph was refused or failed; `LimitExceeded` if more comes out than is allowed
   */
  execute(graph: PipelineGraph, input: Iterable<TransportData>, options?: ExecuteOptions): Promise<TransportData[]>;
  /**
   * Starts a session of a graph.
   *
   * @throws {SluiceError} why the graph was refused, or no session is to be had
   */
  stream(graph: PipelineGraph): Promise<StreamSession>;
}

/** A graph that runs for one client. `await using` closes it. */
export interface StreamSession extends AsyncDisposable, AsyncIterable<TransportData> {
  /** Names the session to whoever runs it; nobody can guess it. */
  readonly sessionId: string;
  /** The names of its ports, if whoever runs it tells them. */
  readonly ports?: { readonly inputs: readonly string[]; readonly outputs: readonly string[] } | undefined;
  /** Whether it takes or may still give items: it was not closed, has not failed, and its last output was not read. */
  readonly isActive: boolean;
  /**
   * Gives the graph an item, and waits for room: there is no other limit to how much is on its way. Items of a port keep
   * their order. An item of kind `end` ends a port, or all of them.
   *
   * @throws {SluiceError} what is wrong with the item, after which the session goes on; why the graph failed; `Busy` once
   * the session or the port has ended
   */
  sendInput(data: TransportData): Promise<void>;
  /**
   * The next item of any output. Outputs that nobody reads make the graph wait, or drop, as its links say. One call at a
   * time.
   *
   * @returns `undefined` once the graph has ended, and after `close()`
   * @throws {SluiceError} why the graph failed
   */
  recvOutput(): Promise<TransportData | undefined>;
  /** Stops the graph, whatever is on its way, and gives all back that it held. Further calls wait for the same. */
  close(): Promise<void>;
  /** The outputs until the end; leaving the loop early closes the session. */
  [Symbol.asyncIterator](): AsyncIterableIterator<TransportData>;
  /** The outputs; cancelling closes the session. */
  readonly readable: ReadableStream<TransportData>;
  /** The inputs; closing it ends all ports, aborting closes the session. */
  readonly writable: WritableStream<TransportData>;
}

/** The names of a session's ports. */
export type SessionPorts = NonNullable<StreamSession["ports"]>;

/** What all sessions do alike: a class of sessions adds how items go in and out, and how it closes. */
export abstract class BaseSession implements StreamSession {
  #readable: ReadableStream<TransportData> | undefined;
  #writable: WritableStream<TransportData> | undefined;
  /** Names the session to whoever runs it. */
  abstract readonly sessionId: string;
  /** Its ports; a class of sessions that knows them tells them. */
  get ports(): StreamSession["ports"] {
    return undefined;
  }
  /** As the contract has it. */
  abstract readonly isActive: boolean;
  /** As the contract has it. */
  abstract sendInput(data: TransportData): Promise<void>;
  /** As the contract has it. */
  abstract recvOutput(): Promise<TransportData | undefined>;
  /** As the contract has it. */
  abstract close(): Promise<void>;

  /** The outputs until the end; leaving the loop early closes the session. */
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

  /** The inputs; closing it ends all ports, aborting closes the session. */
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
