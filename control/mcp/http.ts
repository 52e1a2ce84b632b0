/**
 * MCP over Streamable HTTP. Nothing is kept between two requests: the session id that a client of the older protocol
 * gets only carries its name, so that the command log has it.
 *
 * @module
 */
import { createMcpHandler, type McpHttpHandler, readRequestBody } from "@modelcontextprotocol/server";
import { logger } from "../../core/log.ts";
import type { ClientBudget } from "../answers/work_budget.ts";
import { MCP_PATH, MCP_READ_ONLY_PATH } from "../schemas/address.ts";
import type { ControlLimits } from "../schemas/limits.ts";
import type { McpHost } from "./mcp_host.ts";
import { mcpServer } from "./mcp_server.ts";

/** Most requests under way at once. */
const MAX_PENDING = 64;

const SESSION_HEADER = "mcp-session-id";

/** Longest name of a client that a session id carries, characters. */
const MAX_NAME = 60;

/** Answers requests of MCP clients. */
export class McpEndpoint {
  readonly #budget: ClientBudget;
  readonly #limits: ControlLimits;
  readonly #handlers: { readonly [path: string]: McpHttpHandler };
  #pending = 0;

  constructor(host: McpHost, limits: ControlLimits, budget: ClientBudget) {
    this.#budget = budget;
    this.#limits = limits;
    const measure = <T>(work: () => T): T => budget.measure(work);
    const handlerOf = (readOnly: boolean) =>
      createMcpHandler(({ requestInfo }) => {
        const client = nameIn(requestInfo?.headers.get(SESSION_HEADER));
        return measure(() => mcpServer(host, { readOnly, measure, ...(client !== undefined && { client }) }));
      }, {
        maxRequestBodySize: limits.messageChars,
        maxSubscriptions: limits.subscriptions,
        onerror: (error) => logger("control").debug(`A request of an MCP client was refused: ${error.message}`),
      });
    this.#handlers = { [MCP_PATH]: handlerOf(false), [MCP_READ_ONLY_PATH]: handlerOf(true) };
  }

  /** Answers a request. The caller has checked access, and that clients have time. */
  async fetch(request: Request): Promise<Response> {
    if (this.#pending >= MAX_PENDING) return refuse(503, `${MAX_PENDING} requests are under way, the most`);
    this.#pending++;
    try {
      return await this.#answer(request, this.#handlers[new URL(request.url).pathname]);
    } finally {
      this.#pending--;
    }
  }

  /** Ends what clients follow. */
  async close(): Promise<void> {
    await Promise.all(Object.values(this.#handlers).map((handler) => handler.close()));
  }

  async #answer(request: Request, handler: McpHttpHandler): Promise<Response> {
    if (request.method !== "POST") return await handler.fetch(request);
    const body = await readRequestBody(request, this.#limits.messageChars);
    if (body.tooLarge) return refuse(413, `the body is longer than ${this.#limits.messageChars} bytes`);
    const { method, url, headers } = request;
    // Its signal would end answers that are sent: Deno (2.9) aborts it then, too.
    const whole = new Request(url, { method, headers, body: body.text });
    const message = this.#budget.measure(() => parsed(body.text));
    // The library says what is wrong with a text that is no JSON.
    if (message === undefined) return await handler.fetch(whole);
    if (Array.isArray(message) && message.length > this.#limits.batch) {
      return refuse(400, `a batch of ${message.length} calls, wanted at most ${this.#limits.batch}`);
    }
    const response = await handler.fetch(whole, { parsedBody: message });
    const name = clientIn(message);
    if (name !== undefined && response.ok) response.headers.set(SESSION_HEADER, sessionOf(name));
    return response;
  }
}

function refuse(status: 400 | 413 | 503, why: string): Response {
  const error = { code: status === 400 ? -32600 : -32000, message: `Cannot answer: ${why}` };
  return Response.json({ jsonrpc: "2.0", error, id: null }, { status });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The name of the client in a request that begins a session. */
function clientIn(message: unknown): string | undefined {
  if (typeof message !== "object" || message === null) return undefined;
  const { method, params } = message as { method?: unknown; params?: { clientInfo?: { name?: unknown } } };
  const name = method === "initialize" ? params?.clientInfo?.name : undefined;
  return typeof name === "string" ? name : undefined;
}

/** A session id that carries a name. */
function sessionOf(name: string): string {
  return `${crypto.randomUUID()}.${encodeURIComponent(name.slice(0, MAX_NAME).toWellFormed())}`;
}

/** The name in a session id. */
function nameIn(session: string | null | undefined): string | undefined {
  const encoded = session?.slice(session.indexOf(".") + 1);
  try {
    return encoded === undefined ? undefined : decodeURIComponent(encoded).slice(0, MAX_NAME);
  } catch {
    return undefined;
  }
}
