/**
 * A transport without a graph, for tests of its callers, and of servers in front of a transport.
 *
 * @module
 */
import { SluiceError } from "../core/errors.ts";
import { executeOn } from "../core/pipeline/execute_session.ts";
import { Outbox } from "../core/pipeline/outbox.ts";
import { checkData } from "../core/pipeline/payload_check.ts";
import {
  BaseSession,
  type ExecuteOptions,
  type PipelineGraph,
  type PipelineTransport,
} from "../core/pipeline/transport.ts";
import type { TransportData } from "../core/pipeline/transport_data.ts";

/** Returns the outputs for an item; an error fails the session. */
export type MockAnswer = (data: TransportData, graph: PipelineGraph) => readonly TransportData[] | TransportData;

/**
 * Answers items by a function, and records the requests.
 *
 * @example
 * ```ts
 * import { TransportData } from "@sluice/sluice/pipelines";
 * import { MockTransport } from "@sluice/sluice/testing";
 *
 * const transport = new MockTransport((data) => data.withPort("out"));
 * await using session = await transport.stream("voice");
 * await session.sendInput(new TransportData({ kind: "text", text: "a" }));
 * console.log((await session.recvOutput())?.port, transport.graphs); // out [ "voice" ]
 * ```
 */
export class MockTransport implements PipelineTransport {
  /** The requested graphs, in order. */
  readonly graphs: PipelineGraph[] = [];
  /** The started sessions, in order. */
  readonly sessions: MockSession[] = [];
  readonly #answer: MockAnswer;

  /** Makes a transport. @param answer returns the outputs for an item; by default the item */
  constructor(answer: MockAnswer = (data) => data) {
    this.#answer = answer;
  }

  /** Answers all items. */
  async execute(
    graph: PipelineGraph,
    input: Iterable<TransportData>,
    options?: ExecuteOptions,
  ): Promise<TransportData[]> {
    return await executeOn(await this.stream(graph), input, Infinity, options);
  }

  /** Starts a session. */
  stream(graph: PipelineGraph): Promise<MockSession> {
    this.graphs.push(graph);
    const session = new MockSession(`mock-${this.sessions.length}`, (data) => this.#answer(data, graph));
    this.sessions.push(session);
    return Promise.resolve(session);
  }
}

/** A session without a graph. It holds any number of outputs. */
export class MockSession extends BaseSession {
  /** `mock-0`, and so on. */
  override readonly sessionId: string;
  /** The sent items, including ends. */
  readonly inputs: TransportData[] = [];
  readonly #answer: (data: TransportData) => readonly TransportData[] | TransportData;
  readonly #outbox = new Outbox<TransportData>();
  #isClosed = false;
  #failure: { readonly error: unknown } | undefined;

  /** Sessions come from {@linkcode MockTransport.stream}. */
  constructor(sessionId: string, answer: (data: TransportData) => readonly TransportData[] | TransportData) {
    super();
    this.sessionId = sessionId;
    this.#answer = answer;
  }

  /** True while the session goes on. */
  override get isActive(): boolean {
    return !this.#isClosed && !this.#outbox.isRead;
  }

  /** True once `close()` was called. */
  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Accepts an item, and answers it. */
  override sendInput(data: TransportData): Promise<void> {
    try {
      checkData(data, "Cannot send an item");
      if (this.#failure !== undefined) throw this.#failure.error;
      if (this.#isClosed) throw new SluiceError("Busy", "Cannot send an item: the session was closed");
      this.inputs.push(data);
      if (data.payload.kind !== "end") this.emit(...[this.#answer(data)].flat());
      else if (data.port === undefined) this.#outbox.end();
    } catch (error) {
      return Promise.reject(error);
    }
    return Promise.resolve();
  }

  /** Returns the next answer. */
  override recvOutput(): Promise<TransportData | undefined> {
    return this.#outbox.take();
  }

  /** Closes the session. */
  override close(): Promise<void> {
    this.#isClosed = true;
    this.#outbox.close();
    return Promise.resolve();
  }

  /** Adds outputs without a request. */
  emit(...outputs: readonly TransportData[]): void {
    for (const output of outputs) this.#outbox.put(output);
  }

  /** Fails the session as a graph does. */
  fail(error: unknown): void {
    this.#failure = { error };
    this.#outbox.end({ error });
  }
}
