/**
 * Passes the messages of an MCP client on standard streams to a server's `/mcp`, and its answers back.
 *
 * @module
 */
import type { StdioServerTransport } from "@modelcontextprotocol/server/stdio";
import { type JSONRPCMessage, PROTOCOL_VERSION_META_KEY } from "@modelcontextprotocol/server";
import { MCP_PATH, MCP_READ_ONLY_PATH } from "../../control/schemas/address.ts";
import { assertReachable, readUrl } from "./control_address.ts";
import { readToken } from "./serve_command.ts";

/** What messages are read for. */
interface Message {
  readonly id?: string | number;
  readonly method?: string;
  readonly params?: {
    readonly name?: unknown;
    readonly uri?: unknown;
    readonly requestId?: unknown;
    readonly _meta?: { readonly [key: string]: unknown };
  };
  readonly result?: { readonly protocolVersion?: unknown };
}

/**
 * Begins to pass messages.
 *
 * @param at as `--at` has it
 * @throws {SluiceError} `InvalidConfig` if nobody listens there or the token is missing or wrong, `Timeout` if no answer
 * comes
 */
export async function bridgeMcp(client: StdioServerTransport, at: string, readOnly: boolean): Promise<void> {
  const url = readUrl(at);
  const token = readToken();
  await assertReachable(url, token);
  const headers = {
    "content-type": "application/json",
    accept: "application/json, text/event-stream",
    ...(token !== undefined && { authorization: `Bearer ${token}` }),
  };
  const server = new McpPeer(new URL(readOnly ? MCP_READ_ONLY_PATH : MCP_PATH, url), headers, (message) => {
    void client.send(message).catch(() => {});
  });
  client.onmessage = (message) => void server.send(message);
  client.onclose = () => server.close();
  await client.start();
}

/** The server as the client sees it. */
class McpPeer {
  readonly #url: URL;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #answer: (message: JSONRPCMessage) => void;
  readonly #end = new AbortController();
  /** What the server has given the client of the older protocol: its session and the version of the protocol. */
  readonly #session: Record<string, string> = {};
  /** By the id of the request: ends the request. */
  readonly #pending = new Map<unknown, AbortController>();

  constructor(url: URL, headers: Readonly<Record<string, string>>, answer: (message: JSONRPCMessage) => void) {
    this.#url = url;
    this.#headers = headers;
    this.#answer = answer;
  }

  /** Sends a message, and passes on what comes back. A server that is gone is an error of the request. */
  async send(message: JSONRPCMessage): Promise<void> {
    const { id, method, params } = message as Message;
    if (method === "notifications/cancelled") return this.#pending.get(params?.requestId)?.abort();
    const isRequest = id !== undefined && method !== undefined;
    const end = new AbortController();
    if (isRequest) this.#pending.set(id, end);
    try {
      const response = await fetch(this.#url, {
        method: "POST",
        headers: { ...this.#headers, ...this.#headersOf(message as Message) },
        body: JSON.stringify(message),
        redirect: "error",
        signal: AbortSignal.any([this.#end.signal, end.signal]),
      });
      await this.#pass(response, isRequest ? id : undefined);
    } catch (error) {
      if (isRequest && !this.#end.signal.aborted && !end.signal.aborted) this.#fail(id, (error as Error).message);
    } finally {
      this.#pending.delete(id);
    }
  }

  close(): void {
    this.#end.abort();
  }

  async #pass(response: Response, id: string | number | undefined): Promise<void> {
    const session = response.headers.get("mcp-session-id");
    if (session !== null) this.#session["mcp-session-id"] = session;
    const type = response.headers.get("content-type") ?? "";
    if (type.startsWith("text/event-stream") && response.body !== null) {
      for await (const text of eventsOf(response.body)) this.#take(JSON.parse(text));
      return;
    }
    const text = await response.text();
    if (id === undefined) return;
    const answer = type.startsWith("application/json") ? JSON.parse(text) : {};
    if (answer.jsonrpc === "2.0") this.#take(answer.id === null ? { ...answer, id } : answer);
    else this.#fail(id, answer.error ?? `the server answered with status ${response.status}`);
  }

  #take(message: JSONRPCMessage): void {
    const { protocolVersion } = (message as Message).result ?? {};
    if (typeof protocolVersion === "string") this.#session["mcp-protocol-version"] = protocolVersion;
    this.#answer(message);
  }

  #fail(id: string | number, why: string): void {
    this.#answer({ jsonrpc: "2.0", id, error: { code: -32000, message: why } });
  }

  /** The newer protocol says in headers what a message says of itself. */
  #headersOf({ method, params }: Message): Record<string, string> {
    const version = params?._meta?.[PROTOCOL_VERSION_META_KEY];
    if (typeof version !== "string" || method === undefined) return this.#session;
    const name = params?.name ?? params?.uri;
    return {
      "mcp-protocol-version": version,
      "mcp-method": method,
      ...(typeof name === "string" && { "mcp-name": name }),
    };
  }
}

/** The texts of the events of a stream. */
async function* eventsOf(body: ReadableStream<Uint8Array<ArrayBuffer>>): AsyncGenerator<string> {
  let rest = "";
  for await (const part of body.pipeThrough(new TextDecoderStream())) {
    const events = (rest + part).replaceAll("\r\n", "\n").split("\n\n");
    rest = events.pop()!;
    for (const event of events) {
      const data = event.split("\n").filter((line) => line.startsWith("data:")).map((line) =>
        line.slice(5).trimStart()
      );
      const text = data.join("\n");
      if (text !== "") yield text;
    }
  }
}
