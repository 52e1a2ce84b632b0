/**
 * A session of a graph in this process. It has a runtime of its own, which starts once and is never used again.
 *
 * @module
 */
import type { FramePayload } from "../app/payload_frames.ts";
import type { AppSourceHandle } from "../app/source_node.ts";
import { listNames, SluiceError } from "../errors.ts";
import { didYouMean } from "../errors/suggestion.ts";
import type { Runtime } from "../runtime.ts";
import type { Outbox } from "./outbox.ts";
import { checkData } from "./payload_check.ts";
import type { PreparedPipeline } from "./prepared_pipeline.ts";
import { ItemCheck } from "./item_check.ts";
import type { SessionSinkHandle } from "./session_ends.ts";
import { BaseSession, type SessionPorts } from "./transport.ts";
import type { TransportData } from "./transport_data.ts";

/** An input of the session. */
interface SessionInput {
  readonly name: string;
  readonly check: ItemCheck;
  readonly source: AppSourceHandle<FramePayload, unknown>;
  hasEnded: boolean;
}

/** A graph that runs for one client. */
export class GraphSession extends BaseSession {
  /** 122 random bits. */
  override readonly sessionId = crypto.randomUUID();
  readonly #ports: SessionPorts;
  /** The runtime of its graph, which a router shows to operators. */
  readonly runtime: Runtime;
  readonly #inputs: ReadonlyMap<string, SessionInput>;
  readonly #sinks: readonly SessionSinkHandle[];
  readonly #outbox: Outbox<TransportData>;
  /** Settles once the graph has ended and its runtime is disposed of. */
  #over: Promise<void> = Promise.resolve();
  #closing: Promise<void> | undefined;

  private constructor({ inputs, outputs, build }: PreparedPipeline) {
    super();
    this.#ports = { inputs: inputs.map(({ name }) => name), outputs: outputs.map(({ name }) => name) };
    const { runtime, sources, sinks, outbox } = build();
    this.runtime = runtime;
    this.#sinks = sinks;
    this.#outbox = outbox;
    this.#inputs = new Map(inputs.map((port) => {
      const { name } = port;
      return [name, { name, check: new ItemCheck(port), source: sources.get(name)!, hasEnded: false }];
    }));
  }

  /**
   * Starts a session. @throws {SluiceError} the reason why the graph does not start; all its resources are then freed
   */
  static async start(pipeline: PreparedPipeline): Promise<GraphSession> {
    const session = new GraphSession(pipeline);
    try {
      await session.runtime.start();
    } catch (error) {
      await session.runtime[Symbol.asyncDispose]();
      throw error;
    }
    session.#over = session.#run();
    return session;
  }

  override get ports(): SessionPorts {
    return this.#ports;
  }

  override get isActive(): boolean {
    return this.#closing === undefined && !this.#outbox.isRead;
  }

  override async sendInput(data: TransportData): Promise<void> {
    checkData(data, "Cannot send an item");
    if (this.#closing !== undefined) throw this.#closed();
    const { port, payload } = data;
    if (payload.kind === "end") {
      for (const input of port === undefined ? this.#inputs.values() : [this.#input(port)]) {
        input.hasEnded = true;
        input.source.end();
      }
      return;
    }
    const input = this.#input(port);
    if (input.hasEnded) {
      const message = `Cannot send an item to port "${input.name}": its end was sent before`;
      throw new SluiceError("Busy", message, { port: input.name });
    }
    input.check.check(payload);
    try {
      await input.source.push(payload);
    } catch (error) {
      throw this.#closing === undefined ? asSluiceError(error, input.name) : this.#closed();
    }
  }

  override recvOutput(): Promise<TransportData | undefined> {
    return this.#outbox.take();
  }

  override close(): Promise<void> {
    return this.#closing ??= this.#close();
  }

  async #close(): Promise<void> {
    this.#outbox.close();
    for (const { source } of this.#inputs.values()) source.end();
    for (const sink of this.#sinks) sink.close();
    await this.runtime[Symbol.asyncDispose]();
    await this.#over;
  }

  /** Ends the outputs once the graph has ended. */
  async #run(): Promise<void> {
    try {
      await this.runtime.finished;
      this.#outbox.end();
    } catch (error) {
      this.#outbox.end({ error: asSluiceError(error) });
    }
    await this.runtime[Symbol.asyncDispose]();
  }

  #input(name: string | undefined): SessionInput {
    const names = [...this.#inputs.keys()];
    const found = name !== undefined || names.length !== 1 ? this.#inputs.get(name ?? "") : this.#inputs.get(names[0]);
    if (found !== undefined) return found;
    const which = name === undefined ? "without a port" : `to port "${name}"`;
    const nearest = name === undefined ? "" : didYouMean(name, names);
    throw new SluiceError(
      "PortNotFound",
      `Cannot send an item ${which}: the graph exposes no such input${nearest}; inputs: ${listNames(names)}`,
      { ...(name !== undefined && { port: name }), available: names },
    );
  }

  #closed(): SluiceError {
    return new SluiceError("Busy", "Cannot send an item: the session was closed");
  }
}

/** Converts errors of the language for a faulty item into errors with a code, for clients. */
function asSluiceError(error: unknown, port?: string): SluiceError {
  if (error instanceof SluiceError) return error;
  const message = error instanceof Error ? error.message : String(error);
  const code = port === undefined ? "NodeFailed" : error instanceof RangeError ? "LimitExceeded" : "TypeMismatch";
  return new SluiceError(code, message, { ...(port !== undefined && { port }), cause: error });
}
