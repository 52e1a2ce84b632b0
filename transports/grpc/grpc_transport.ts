/**
 * A client of a server of pipelines over gRPC.
 *
 * @module
 */
import { type CallOptions, type Client, createClient } from "@connectrpc/connect";
import { createGrpcTransport } from "@connectrpc/connect-node";
import { SluiceError } from "../../core/errors.ts";
import { describeValue } from "../../core/errors/describe_value.ts";
import { assertKeys } from "../../core/errors/option_check.ts";
import type { ExecuteOptions, PipelineGraph, PipelineTransport, StreamSession } from "../../core/pipeline/transport.ts";
import type { TransportData } from "../../core/pipeline/transport_data.ts";
import { ClientConnection } from "./client_connection.ts";
import { GRPC_LIMITS } from "./grpc_options.ts";
import { GrpcSession } from "./grpc_session.ts";
import { ItemCodec } from "./items.ts";
import { PipelineService } from "./pipeline.gen.ts";
import { fromStatus } from "./statuses.ts";

/** Options of a {@linkcode GrpcTransport}. */
export interface GrpcTransportOptions {
  /** What the server wants of every call. */
  readonly token?: string;
  /** For `https`: whom to trust, and what to show. All are PEM texts. */
  readonly tls?: {
    /** The certificates that may have signed the server's; by default those that the system trusts. */
    readonly ca?: string;
    /** The client's certificate, for mutual TLS. */
    readonly cert?: string;
    /** The key of the client's certificate. */
    readonly key?: string;
  };
  /** The most bytes of a message; by default 4 MiB. */
  readonly messageBytes?: number;
}

/**
 * Runs graphs on a server. All calls share a connection, which is opened by the first one, and closed ten seconds after
 * the last one; `close()` closes it at once.
 *
 * @example
 * ```ts ignore
 * import { TransportData } from "@sluice/sluice";
 * import { GrpcTransport } from "@sluice/sluice/grpc";
 *
 * await using transport = new GrpcTransport("http://127.0.0.1:50051");
 * await using session = await transport.stream("voice");
 * await session.sendInput(new TransportData({ kind: "audio", sampleRateHz: 48_000, channels: [new Float32Array(960)] }));
 * console.log(await session.recvOutput());
 * ```
 */
export class GrpcTransport implements PipelineTransport, AsyncDisposable {
  readonly #connection: ClientConnection;
  readonly #client: Client<typeof PipelineService>;
  readonly #codec: ItemCodec;
  readonly #options: CallOptions;

  /**
   * Connects to nothing yet.
   *
   * @param url of the server: `http://127.0.0.1:50051`, or one with `https`
   * @throws {SluiceError} `InvalidConfig` for a URL or an option that is none
   */
  constructor(url: string | URL, options: GrpcTransportOptions = {}) {
    const base = URL.canParse(`${url}`) ? new URL(url) : undefined;
    if (base === undefined || !/^https?:$/.test(base.protocol)) {
      const message = `Cannot make a client: its URL is ${
        describeValue(`${url}`)
      }, wanted one such as http://127.0.0.1:50051`;
      throw new SluiceError("InvalidConfig", message, { key: "url" });
    }
    assertKeys("Cannot make a client", options, ["token", "tls", "messageBytes"]);
    const { token, tls, messageBytes = GRPC_LIMITS.messageBytes } = options;
    if (tls !== undefined) assertKeys('Cannot make a client with "tls"', tls, ["ca", "cert", "key"]);
    this.#connection = new ClientConnection(base.origin, { ...tls });
    this.#codec = new ItemCodec(messageBytes);
    this.#client = createClient(
      PipelineService,
      createGrpcTransport({
        baseUrl: base.origin,
        sessionManager: this.#connection,
        acceptCompression: [],
        readMaxBytes: messageBytes,
        writeMaxBytes: messageBytes,
      }),
    );
    this.#options = token === undefined ? {} : { headers: { authorization: `Bearer ${token}` } };
  }

  /**
   * Runs a graph on items that are all there.
   *
   * @throws {SluiceError} what the server found wrong; `LimitExceeded` if they, or what comes out, make a message that is
   * too large
   */
  async execute(
    graph: PipelineGraph,
    input: Iterable<TransportData>,
    { signal }: ExecuteOptions = {},
  ): Promise<TransportData[]> {
    const inputs = Array.from(input, (each) => this.#codec.write(each, true));
    const options = { ...this.#options, ...(signal !== undefined && { signal }) };
    try {
      const { outputs } = await this.#client.executePipeline({ graph: graphMessage(graph), inputs }, options);
      return outputs.map((each) => this.#codec.read(each));
    } catch (error) {
      if (signal?.aborted) throw abandoned(signal.reason);
      throw error instanceof SluiceError ? error : fromStatus(error);
    }
  }

  /**
   * Starts a session.
   *
   * @throws {SluiceError} what the server found wrong; `Busy` if it cannot be reached
   */
  async stream(graph: PipelineGraph): Promise<StreamSession> {
    return await GrpcSession.open(this.#client, graphMessage(graph), this.#codec, this.#options);
  }

  /** Closes the connection, and with it the sessions that are open. */
  close(): Promise<void> {
    this.#connection.close();
    return Promise.resolve();
  }

  /** As `close()`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

function graphMessage(graph: PipelineGraph) {
  const asked = typeof graph === "string"
    ? { case: "name" as const, value: graph }
    : { case: "json" as const, value: JSON.stringify(graph) };
  return { graph: asked, binaryOutputs: true };
}

function abandoned(reason: unknown): SluiceError {
  const isLate = reason instanceof DOMException && reason.name === "TimeoutError";
  const why = isLate ? "its time is over" : "its signal has aborted";
  return new SluiceError(isLate ? "Timeout" : "Busy", `Cannot go on with the call: ${why}`, { cause: reason });
}
