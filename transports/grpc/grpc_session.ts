/**
 * A client's end of `StreamPipeline`.
 *
 * @module
 */
import type { CallOptions, Client } from "@connectrpc/connect";
import type { MessageInitShape } from "@bufbuild/protobuf";
import { SluiceError } from "../../core/errors.ts";
import { Outbox } from "../../core/pipeline/outbox.ts";
import { BaseSession, type SessionPorts } from "../../core/pipeline/transport.ts";
import type { TransportData } from "../../core/pipeline/transport_data.ts";
import { silentServer } from "../client_calls.ts";
import { ClientState, type SessionOutcome } from "../client_state.ts";
import type { ItemCodec } from "./items.ts";
import type {
  GraphSchema,
  PipelineService,
  StreamPipelineRequestSchema,
  StreamPipelineResponse,
} from "./pipeline.gen.ts";
import { fromErrorMessage, fromStatus } from "./statuses.ts";

type Request = MessageInitShape<typeof StreamPipelineRequestSchema>;

/** What a client has of a session. */
export class GrpcSession extends BaseSession {
  readonly #codec: ItemCodec;
  readonly #cancel = new AbortController();
  /** Requests on their way: the network takes the next one once it has room. */
  readonly #requests = new Outbox<Request>();
  readonly #responses: AsyncIterator<StreamPipelineResponse>;
  #sessionId = "";
  #ports: SessionPorts | undefined;
  readonly #state = new ClientState();

  private constructor(client: Client<typeof PipelineService>, codec: ItemCodec, options: CallOptions) {
    super();
    this.#codec = codec;
    const { signal } = this.#cancel;
    this.#responses = client.streamPipeline(this.#sent(), { ...options, signal })[Symbol.asyncIterator]();
  }

  /**
   * Starts a session.
   *
   * @throws {SluiceError} why the server refused it, `Busy` if it cannot be reached, or `Timeout` if it does not answer
   */
  static async open(
    client: Client<typeof PipelineService>,
    graph: MessageInitShape<typeof GraphSchema>,
    codec: ItemCodec,
    options: CallOptions,
    { origin, openMs }: { readonly origin: string; readonly openMs: number },
  ): Promise<GrpcSession> {
    const session = new GrpcSession(client, codec, options);
    session.#requests.put({ message: { case: "graph", value: graph } });
    const timer = setTimeout(() => {
      session.#finish({ error: silentServer(origin, openMs) });
      session.#cancel.abort();
    }, openMs);
    const first = await session.#next().finally(() => clearTimeout(timer));
    if (first?.case === "ready") {
      const { sessionId, inputs, outputs } = first.value;
      session.#sessionId = sessionId;
      if (inputs.length + outputs.length > 0) session.#ports = { inputs, outputs };
      return session;
    }
    await session.close();
    throw new SluiceError("InvalidMessage", `Cannot start a session: the server answered "${first?.case}"`);
  }

  /** Names the session to the server. */
  get sessionId(): string {
    return this.#sessionId;
  }

  /** Its ports. */
  override get ports(): SessionPorts | undefined {
    return this.#ports;
  }

  /** Whether it takes or may still give items. */
  get isActive(): boolean {
    return this.#state.end === undefined;
  }

  /**
   * Sends an item, and waits until the network has room for it. Why the server refuses one is known once outputs were
   * read, and thrown by the next call, which sends nothing then, or by `recvOutput()` at the end.
   */
  async sendInput(data: TransportData): Promise<void> {
    const item = this.#codec.write(data, true);
    this.#state.assertTakes();
    await this.#requests.give({ message: { case: "item", value: item } });
  }

  /** The next item of any output. */
  async recvOutput(): Promise<TransportData | undefined> {
    for (;;) {
      if (this.#state.end !== undefined) {
        this.#state.assertEndedWell();
        return undefined;
      }
      const message = await this.#next();
      if (message?.case === "item") return this.#codec.read(message.value);
      if (message?.case === "refused") this.#state.refusal ??= fromErrorMessage(message.value);
    }
  }

  /** Cancels the call, by which the server ends the session. */
  close(): Promise<void> {
    this.#state.refusal = undefined;
    this.#finish({});
    this.#cancel.abort();
    return Promise.resolve();
  }

  /** The requests, one each time that the network has room. */
  async *#sent(): AsyncGenerator<Request> {
    for (;;) {
      const request = await this.#requests.take();
      if (request === undefined) return;
      yield request;
    }
  }

  /** The next response. @returns `undefined` at the end @throws why there is none */
  async #next(): Promise<StreamPipelineResponse["message"] | undefined> {
    try {
      const { done, value } = await this.#responses.next();
      if (!done) return value.message;
      this.#finish({});
      return undefined;
    } catch (error) {
      this.#finish({ error: fromStatus(error) });
      if (this.#state.end!.error !== undefined) throw this.#state.end!.error;
      return undefined;
    }
  }

  #finish(end: SessionOutcome): void {
    this.#state.finish(end);
    this.#requests.close();
  }
}
