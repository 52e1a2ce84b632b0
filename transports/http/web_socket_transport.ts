/**
 * A client of a server of pipelines: sessions over a WebSocket, single calls over POST. Web APIs alone: it runs in Deno,
 * Node and browsers.
 *
 * @module
 */
import { TOKEN_PROTOCOL_PREFIX } from "../../control/schemas/address.ts";
import { SluiceError } from "../../core/errors.ts";
import { assertKeys } from "../../core/errors/option_check.ts";
import { binaryFormat } from "../../core/pipeline/binary_format.ts";
import type { ExecuteOptions, PipelineGraph, PipelineTransport, StreamSession } from "../../core/pipeline/transport.ts";
import type { TransportData } from "../../core/pipeline/transport_data.ts";
import { abandoned, assertCounts, OPEN_MS, readServerUrl, SILENCE_MS, silentServer } from "../client_calls.ts";
import { fromWireError } from "../wire_error.ts";
import { WebSocketSession } from "./web_socket_session.ts";
import { FRAMES_TYPE, joinFrames, parseObject, splitFrames, STREAM_PROTOCOL } from "./wire.ts";

/** The most bytes that the answer of `execute()` may have. */
const ANSWER_BYTES = 67_108_864;

/** The status of `/v1/stream` where nothing is wrong but that a request is no upgrade. */
const UPGRADE_WANTED = 426;

/** Outputs that may be on their way to a session's client by default. */
const WINDOW = { items: 64, bytes: 4_194_304 };

/** Options of a {@linkcode WebSocketTransport}. */
export interface WebSocketTransportOptions {
  /** The token that every request carries. */
  readonly token?: string;
  /** Time limit for the start of a session, milliseconds; by default 10,000. */
  readonly openMs?: number;
  /**
   * Time limit for the silence of a server in a session, milliseconds; by default 30,000. The session fails then, or up to
   * a third of that later.
   */
  readonly silenceMs?: number;
  /** The most outputs on their way to a session's client; by default 64. */
  readonly windowItems?: number;
  /** The most bytes of them; by default 4 MiB. The item that passes the limit still comes. */
  readonly windowBytes?: number;
}

/**
 * Runs graphs on a server.
 *
 * @example
 * ```ts ignore
 * import { TransportData, WebSocketTransport } from "@sluice/sluice/client";
 *
 * const transport = new WebSocketTransport("http://127.0.0.1:8080");
 * await using session = await transport.stream("voice");
 * await session.sendInput(new TransportData({ kind: "audio", sampleRateHz: 48_000, channels: [new Float32Array(960)] }));
 * console.log(await session.recvOutput());
 * ```
 */
export class WebSocketTransport implements PipelineTransport {
  readonly #base: URL;
  readonly #options: WebSocketTransportOptions;
  readonly #format = binaryFormat();

  /**
   * Connects to nothing yet.
   *
   * @param url of the server: `http://127.0.0.1:8080`
   * @throws {SluiceError} `InvalidConfig` for a URL or an option that is none
   */
  constructor(url: string | URL, options: WebSocketTransportOptions = {}) {
    const base = readServerUrl(url, "ws", "http://127.0.0.1:8080");
    assertKeys("Cannot make a client", options, ["token", "openMs", "silenceMs", "windowItems", "windowBytes"]);
    const { openMs, silenceMs, windowItems, windowBytes } = options;
    assertCounts({ openMs, silenceMs, windowItems, windowBytes });
    this.#base = base;
    this.#options = options;
  }

  /**
   * Runs a graph on items that are all there.
   *
   * @throws {SluiceError} what the server found wrong; `LimitExceeded` if its answer has more than 64 MiB
   */
  async execute(
    graph: PipelineGraph,
    input: Iterable<TransportData>,
    options: ExecuteOptions = {},
  ): Promise<TransportData[]> {
    const frames = [new TextEncoder().encode(JSON.stringify(graph))];
    for (const each of input) frames.push(this.#format.serialize(each));
    const { signal } = options;
    const { response, body } = await this.#fetch("/v1/execute", {
      method: "POST",
      body: joinFrames(frames),
      headers: { "content-type": FRAMES_TYPE, ...this.#credentials() },
      ...(signal !== undefined && { signal }),
    });
    if (response.ok) return splitFrames(body).map((each) => this.#format.deserialize(each));
    throw faultOf(response, body);
  }

  /**
   * Starts a session over a WebSocket of its own. It ends with its connection: none is made in its place.
   *
   * @throws {SluiceError} what the server found wrong: `AccessDenied` for a wrong token, `LimitExceeded` where no more
   * connections are taken; `Busy` if it cannot be reached; `Timeout` if it does not answer
   */
  async stream(graph: PipelineGraph): Promise<StreamSession> {
    const { token, openMs = OPEN_MS, silenceMs = SILENCE_MS, windowItems, windowBytes } = this.#options;
    const url = new URL("/v1/stream", this.#base);
    url.protocol = url.protocol.replace("http", "ws");
    // Browsers let a page set no header of an upgrade but this.
    const protocols = [STREAM_PROTOCOL, ...(token === undefined ? [] : [`${TOKEN_PROTOCOL_PREFIX}${token}`])];
    const socket = new WebSocket(url, protocols);
    let hasOpened = false;
    socket.addEventListener("open", () => hasOpened = true);
    const window = { items: windowItems ?? WINDOW.items, bytes: windowBytes ?? WINDOW.bytes };
    const late = Promise.withResolvers<never>();
    const timer = setTimeout(() => {
      late.reject(silentServer(this.#base.origin, openMs));
      socket.close();
    }, openMs);
    try {
      const opening = WebSocketSession.open(socket, graph, this.#format, window, silenceMs);
      return await Promise.race([opening, late.promise]);
    } catch (error) {
      throw hasOpened || (error as SluiceError).code === "Timeout" ? error : await this.#refusal(openMs);
    } finally {
      clearTimeout(timer);
    }
  }

  /** What the server has against a WebSocket, which its client is not told; a plain request is. */
  async #refusal(openMs: number): Promise<Error> {
    const signal = AbortSignal.timeout(openMs);
    const { response, body } = await this.#fetch("/v1/stream", { headers: this.#credentials(), signal });
    if (response.status !== UPGRADE_WANTED) return faultOf(response, body);
    return new SluiceError(
      "Busy",
      "Cannot start a session: the server has refused the connection, and would no longer; try again",
    );
  }

  #credentials(): { readonly authorization?: string } {
    const { token } = this.#options;
    return token === undefined ? {} : { authorization: `Bearer ${token}` };
  }

  async #fetch(path: string, init: RequestInit): Promise<{ response: Response; body: Uint8Array }> {
    try {
      const response = await fetch(new URL(path, this.#base), init);
      return { response, body: await readBody(response) };
    } catch (error) {
      if (error instanceof SluiceError) throw error;
      if (init.signal?.aborted === true) throw abandoned(init.signal.reason);
      const { message: why, cause } = error as Error;
      const reason = cause instanceof Error ? cause.message : why;
      const message = `Cannot reach the server at ${this.#base.origin}: ${reason}; ${adviceFor(reason)}`;
      throw new SluiceError("Busy", message, { cause: error });
    }
  }
}

/** The error that an answer tells. */
function faultOf(response: Response, body: Uint8Array): Error {
  const text = new TextDecoder().decode(body);
  return fromWireError(parseObject(`the answer ${response.status} of the server`, text).error);
}

/** The bytes of an answer. @throws {SluiceError} `LimitExceeded` */
async function readBody(response: Response): Promise<Uint8Array> {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let length = 0;
  const reader = response.body?.getReader();
  for (;;) {
    const { done, value } = await reader?.read() ?? { done: true };
    if (done || value === undefined) break;
    length += value.length;
    parts.push(value);
    if (length <= ANSWER_BYTES) continue;
    void reader?.cancel().catch(() => {});
    throw new SluiceError("LimitExceeded", `Cannot read the answer: it has more than ${ANSWER_BYTES} bytes`, {
      key: "executeBytes",
    });
  }
  return new Uint8Array(await new Blob(parts).arrayBuffer());
}

function adviceFor(reason: string): string {
  if (/UnknownIssuer|self.signed/i.test(reason)) {
    return "have the authority trusted that signed its certificate: in Deno by DENO_CERT=ca.pem, in Node by NODE_EXTRA_CA_CERTS";
  }
  if (/invalid HTTP version/i.test(reason)) {
    return "it may speak TLS, for which the URL begins with https:, or gRPC, for which it begins with grpc:";
  }
  return "look whether it runs";
}
