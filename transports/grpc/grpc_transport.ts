/**
 * A client of a server of pipelines over gRPC.
 *
 * @module
 */
import { type CallOptions, type Client, createClient } from "@connectrpc/connect";
import { createGrpcTransport } from "@connectrpc/connect-node";
import { SluiceError } from "../../core/errors.ts";
import { assertKeys } from "../../core/errors/option_check.ts";
import type { ExecuteOptions, PipelineGraph, PipelineTransport, StreamSession } from "../../core/pipeline/transport.ts";
import type { TransportData } from "../../core/pipeline/transport_data.ts";
import { abandoned, assertCounts, OPEN_MS, readServerUrl, SILENCE_MS } from "../client_calls.ts";
import { ClientConnection } from "./client_connection.ts";
import { GRPC_LIMITS } from "./grpc_options.ts";
import { GrpcSession } from "./grpc_session.ts";
import { ItemCodec } from "./items.ts";
import { PipelineService } from "./pipeline.gen.ts";
import { fromStatus } from "./statuses.ts";

/** Options of a {@linkcode GrpcTransport}. */
export interface GrpcTransportOptions {
  /** The token that every call carries. */
  readonly token?: string;
  /** Certificates for `https`. All are PEM texts. */
  readonly tls?: {
    /** The certificates that may have signed the server's; by default those that the system trusts. */
    readonly ca?: string;
    /** The client's certificate, for mutual TLS. */
    readonly cert?: string;
    /** The key of the client's certificate. */
    readonly key?: string;
  };
  /** Time limit for the start of a session, milliseconds; by default 10,000. */
  readonly openMs?: number;
  /** Time limit for the answer to a ping, milliseconds; by default 30,000. The calls fail then. */
  readonly silenceMs?: number;
  /** The most bytes of a message; by default 4 MiB. */
  readonly messageBytes?: number;
}

/**
 * Runs graphs on a server. All calls share a connection, which is opened by the first one, and closed ten seconds after
 * the last one; `close()` closes it at once.
 *
 * @example
 * ```ts ignore
 * import { TransportData } from "@sluice/sluice/pipelines";
 * import { GrpcTransport } from "@sluice/sluice/grpc";
 *
 * await using transport = new GrpcTransport("grpc://127.0.0.1:50051");
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
  readonly #server: { readonly origin: string; readonly openMs: number };

  /**
   * Connects to nothing yet.
   *
   * @param url of the server: `grpc://127.0.0.1:50051`, with TLS `grpcs:`; `http:` and `https:` stand for the same
   * @throws {SluiceError} `InvalidConfig` for a URL or an option that is none
   */
  constructor(url: string | URL, options: GrpcTransportOptions = {}) {
    const base = readServerUrl(url, "grpc", "grpc://127.0.0.1:50051");
    assertKeys("Cannot make a client", options, ["token", "tls", "openMs", "silenceMs", "messageBytes"]);
    const { token, tls, openMs = OPEN_MS, silenceMs = SILENCE_MS, messageBytes = GRPC_LIMITS.messageBytes } = options;
    assertCounts({ openMs, silenceMs, messageBytes });
    if (tls !== undefined) assertKeys('Cannot make a client with "tls"', tls, ["ca", "cert", "key"]);
    this.#server = { origin: base.origin, openMs };
    this.#connection = new ClientConnection(base.origin, { ...tls }, silenceMs);
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
   * @throws {SluiceError} what the server found wrong; `Busy` if it cannot be reached; `Timeout` if it does not answer
   */
  async stream(graph: PipelineGraph): Promise<StreamSession> {
    return await GrpcSession.open(this.#client, graphMessage(graph), this.#codec, this.#options, this.#server);
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
