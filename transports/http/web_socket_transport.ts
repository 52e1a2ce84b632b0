/**
 * A client of a server of pipelines: sessions over a WebSocket, single calls over POST. Web APIs alone: it runs in Deno,
 * Node and browsers.
 *
 * @module
 */
import { TOKEN_PROTOCOL_PREFIX } from "../../control/schemas/address.ts";
import { SluiceError } from "../../core/errors.ts";
import { describeValue } from "../../core/errors/describe_value.ts";
import { assertKeys } from "../../core/errors/option_check.ts";
import { binaryFormat } from "../../core/pipeline/binary_format.ts";
import type { ExecuteOptions, PipelineGraph, PipelineTransport, StreamSession } from "../../core/pipeline/transport.ts";
import type { TransportData } from "../../core/pipeline/transport_data.ts";
import { WebSocketSession } from "./web_socket_session.ts";
import {
  FRAMES_TYPE,
  fromWireError,
  isPositive,
  joinFrames,
  parseObject,
  splitFrames,
  STREAM_PROTOCOL,
} from "./wire.ts";

/** The most bytes that the answer of `execute()` may have. */
const ANSWER_BYTES = 67_108_864;

/** Outputs that may be on their way to a session's client by default. */
const WINDOW = { items: 64, bytes: 4_194_304 };

/** Options of a {@linkcode WebSocketTransport}. */
export interface WebSocketTransportOptions {
  /** What the server wants of every request. */
  readonly token?: string;
  /** How many outputs may be on their way to a session's client; by default 64. */
  readonly windowItems?: number;
  /** How many bytes of them; by default 4 MiB. The item that passes the limit still comes. */
  readonly windowBytes?: number;
}

/**
 * Runs graphs on a server.
 *
 * @example
 * ```ts ignore
 * import { TransportData } from "@sluice/sluice";
 * import { WebSocketTransport } from "@sluice/sluice/http";
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
    const base = URL.canParse(`${url}`) ? new URL(url) : undefined;
    if (base === undefined || !/^(http|ws)s?:$/.test(base.protocol)) {
      const message = `Cannot make a client: its URL is ${
        describeValue(`${url}`)
      }, wanted one such as http://127.0.0.1:8080`;
      throw new SluiceError("InvalidConfig", message, { key: "url" });
    }
    assertKeys("Cannot make a client", options, ["token", "windowItems", "windowBytes"]);
    for (const key of ["windowItems", "windowBytes"] as const) {
      if (options[key] === undefined || isPositive(options[key])) continue;
      const message = `Cannot make a client: "${key}" is ${describeValue(options[key])}, wanted a whole number from 1`;
      throw new SluiceError("InvalidConfig", message, { key });
    }
    base.protocol = base.protocol.replace("ws", "http");
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
    const { token } = this.#options;
    const headers = { "content-type": FRAMES_TYPE, ...(token !== undefined && { authorization: `Bearer ${token}` }) };
    const { signal } = options;
    const { response, body } = await this.#post("/v1/execute", {
      body: joinFrames(frames),
      headers,
      ...(signal !== undefined && { signal }),
    });
    if (response.ok) return splitFrames(body).map((each) => this.#format.deserialize(each));
    throw fromWireError(
      parseObject(`the answer ${response.status} of the server`, new TextDecoder().decode(body)).error,
    );
  }

  /**
   * Starts a session over a WebSocket of its own.
   *
   * @throws {SluiceError} what the server found wrong; `Busy` if it cannot be reached
   */
  stream(graph: PipelineGraph): Promise<StreamSession> {
    const { token, windowItems, windowBytes } = this.#options;
    const url = new URL("/v1/stream", this.#base);
    url.protocol = url.protocol.replace("http", "ws");
    // Browsers let a page set no header of an upgrade but this.
    const protocols = [STREAM_PROTOCOL, ...(token === undefined ? [] : [`${TOKEN_PROTOCOL_PREFIX}${token}`])];
    const socket = new WebSocket(url, protocols);
    const window = { items: windowItems ?? WINDOW.items, bytes: windowBytes ?? WINDOW.bytes };
    return WebSocketSession.open(socket, graph, this.#format, window);
  }

  async #post(path: string, init: RequestInit): Promise<{ response: Response; body: Uint8Array }> {
    try {
      const response = await fetch(new URL(path, this.#base), { method: "POST", ...init });
      return { response, body: await readBody(response) };
    } catch (error) {
      if (error instanceof SluiceError) throw error;
      if (init.signal?.aborted === true) throw abandoned(init.signal.reason);
      const message = `Cannot reach the server at ${this.#base.origin}: ${(error as Error).message}`;
      throw new SluiceError("Busy", message, { cause: error });
    }
  }
}

function abandoned(reason: unknown): SluiceError {
  const isLate = reason instanceof DOMException && reason.name === "TimeoutError";
  const why = isLate ? "its time is over" : "its signal has aborted";
  return new SluiceError(isLate ? "Timeout" : "Busy", `Cannot go on with the call: ${why}`, { cause: reason });
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
