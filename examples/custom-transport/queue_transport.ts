/**
 * The client's half: a `PipelineTransport` whose calls are requests over a queue.
 *
 * @module
 */
import { SluiceError, type SluiceErrorCode } from "../../mod.ts";
import {
  BaseSession,
  binaryFormat,
  type ExecuteOptions,
  type PipelineGraph,
  type PipelineTransport,
  TransportData,
} from "../../pipelines.ts";
import type { Message, Queue } from "./queue.ts";

/** How long an answer may take. The server answers each second at least, except where it holds a sender back. */
const TIMEOUT_MS = 30_000;

/** Calls a server over a queue. */
export class QueueTransport implements PipelineTransport {
  readonly #queue: Queue;
  readonly #token: string | undefined;
  readonly #timeoutMs: number;

  /** @param timeoutMs how long an answer may take before the server counts as gone */
  constructor(queue: Queue, token?: string, timeoutMs: number = TIMEOUT_MS) {
    this.#queue = queue;
    this.#token = token;
    this.#timeoutMs = timeoutMs;
  }

  /** Runs a graph on items that are all there. */
  async execute(
    graph: PipelineGraph,
    input: Iterable<TransportData>,
    { signal }: ExecuteOptions = {},
  ): Promise<TransportData[]> {
    await using session = await this.stream(graph);
    const stop = () => void session.close();
    signal?.addEventListener("abort", stop, { once: true });
    const send = async () => {
      for (const data of input) await session.sendInput(data);
      await session.sendInput(new TransportData({ kind: "end" }));
    };
    try {
      const [outputs] = await Promise.all([Array.fromAsync(session), send()]);
      return outputs;
    } catch (error) {
      throw signal?.aborted ? aborted(signal) : error;
    } finally {
      signal?.removeEventListener("abort", stop);
    }
  }

  /** Starts a session. */
  async stream(graph: PipelineGraph): Promise<QueueSession> {
    const { sessionId } = await this.#ask({ type: "open", graph });
    return new QueueSession(String(sessionId), (message) => this.#ask(message));
  }

  /** @throws {SluiceError} why the server has not done it, or `Timeout` if it does not answer */
  async #ask(message: Message): Promise<Message> {
    const answer = await this.#queue.request("pipelines", { ...message, token: this.#token }, this.#timeoutMs);
    if (answer === undefined) {
      throw new SluiceError("Timeout", `Cannot reach the server: no answer has come within ${this.#timeoutMs} ms`);
    }
    if (answer.type === "failed") throw new SluiceError(answer.code as SluiceErrorCode, String(answer.text));
    return answer;
  }
}

/** A session over a queue. */
export class QueueSession extends BaseSession {
  readonly sessionId: string;
  readonly #ask: (message: Message) => Promise<Message>;
  readonly #format = binaryFormat();
  #isActive = true;
  #isClosed = false;
  /** Inputs keep their order: each is sent once the one before it was taken. */
  #sent: Promise<unknown> = Promise.resolve();

  /** @param ask sends a request to the server */
  constructor(sessionId: string, ask: (message: Message) => Promise<Message>) {
    super();
    this.sessionId = sessionId;
    this.#ask = ask;
  }

  /** Whether it takes or may still give items. */
  get isActive(): boolean {
    return this.#isActive;
  }

  /** Sends an item. The answer comes once the graph has it, which holds the sender back. */
  async sendInput(data: TransportData): Promise<void> {
    const bytes = this.#format.serialize(data);
    const sending = this.#sent.then(() => this.#ask({ type: "send", sessionId: this.sessionId, bytes }));
    this.#sent = sending.catch(() => {});
    await sending;
  }

  /** The next item of any output. None is on its way that was not asked for. */
  async recvOutput(): Promise<TransportData | undefined> {
    try {
      for (;;) {
        if (!this.#isActive) return undefined;
        const { type, bytes } = await this.#ask({ type: "receive", sessionId: this.sessionId });
        if (type === "output") return this.#format.deserialize(bytes as Uint8Array);
        if (type === "end") break;
      }
    } catch (error) {
      this.#isActive = false;
      if (this.#isClosed) return undefined;
      throw error;
    }
    this.#isActive = false;
    return undefined;
  }

  /** Stops the graph. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#isActive = false;
    // The server closes sessions of clients that it does not hear of; one that has ended has no session any more.
    await this.#ask({ type: "close", sessionId: this.sessionId }).catch(() => {});
  }
}

function aborted({ reason }: AbortSignal): SluiceError {
  const isLate = reason instanceof DOMException && reason.name === "TimeoutError";
  return new SluiceError(isLate ? "Timeout" : "Busy", "Cannot run the graph: the caller has called it off");
}
