/**
 * Loads MCP when the first of its clients comes: most servers have none.
 *
 * @module
 */
import type { ClientBudget } from "../answers/work_budget.ts";
import type { ConnectionHost } from "../connections/connection.ts";
import type { McpEndpoint } from "../mcp/http.ts";

/** Answers MCP clients. */
export class McpDoor {
  #endpoint: Promise<McpEndpoint> | undefined;

  /** Answers a request. @param budget of all HTTP requests with the token */
  async fetch(request: Request, host: ConnectionHost, budget: ClientBudget): Promise<Response> {
    this.#endpoint ??= import("../mcp/http.ts").then(({ McpEndpoint }) => new McpEndpoint(host, host.limits, budget));
    return await (await this.#endpoint).fetch(request);
  }

  /** Ends what clients follow. */
  async close(): Promise<void> {
    await (await this.#endpoint)?.close();
  }
}
