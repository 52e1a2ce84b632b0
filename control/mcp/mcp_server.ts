/**
 * The server of the Model Context Protocol for one runtime, whatever carries its messages.
 *
 * @module
 */
import {
  CLIENT_INFO_META_KEY,
  ProtocolError,
  ProtocolErrorCode,
  Server,
  type ServerContext,
} from "@modelcontextprotocol/server";
import sluice from "../../deno.json" with { type: "json" };
import { SluiceError } from "../../core/errors.ts";
import { CHANGE_TOOLS } from "./change_tools.ts";
import { GRAPH_TOOLS } from "./graph_tools.ts";
import type { McpHost } from "./mcp_host.ts";
import { completeType, readResource, RESOURCE_TEMPLATES, RESOURCES } from "./resources.ts";
import { RUN_TOOLS } from "./run_tools.ts";
import { TAP_TOOL } from "./tap_tool.ts";
import type { Tool } from "./tool.ts";
import { TYPE_TOOLS } from "./type_tools.ts";

/** Most characters of a client's name in the command log. */
const MAX_NAME = 60;

const INSTRUCTIONS =
  "Sluice runs graphs of processors that stream audio, video and sensor data. Find types with list_processors and " +
  "describe_processor, add_processor and connect them, then start. The graph can be changed while it runs; plan tells " +
  "what a change would do, undo takes it back, and stats tells what is wrong. Paths are relative to the server's folders.";

/** All tools, in the order in which they are listed. */
export const TOOLS: readonly Tool[] = [...TYPE_TOOLS, ...GRAPH_TOOLS, ...CHANGE_TOOLS, ...RUN_TOOLS, TAP_TOOL];

/** Options of {@linkcode mcpServer}. */
export interface McpOptions {
  /** True if only tools that change nothing are there. */
  readonly readOnly?: boolean;
  /** The name of the client where its messages do not tell it. */
  readonly client?: string;
  /** Does work that takes thread time, and measures it. */
  readonly measure?: <T>(work: () => T) => T;
}

/** Makes a server for one connection, or for one request. */
export function mcpServer(host: McpHost, options: McpOptions = {}): Server {
  const { readOnly = false, measure = (work) => work() } = options;
  const tools = readOnly ? TOOLS.filter(({ effect }) => effect === "reads") : TOOLS;
  const server = new Server(
    { name: "sluice", title: "Sluice", version: sluice.version },
    { capabilities: { tools: {}, resources: {}, completions: {} }, instructions: INSTRUCTIONS },
  );
  /** The library writes answers where that cannot be measured, so that the same work is counted here. */
  const counted = <T>(answer: T): T => (measure(() => JSON.stringify(answer)), answer);
  server.setRequestHandler("tools/list", () => counted({ tools: tools.map(({ listed }) => listed) }));
  server.setRequestHandler("tools/call", async ({ params }, context) => {
    const { name, arguments: args } = params;
    const tool = tools.find((each) => each.name === name) ?? noTool(name, tools);
    const by = `mcp:${clientName(server, context, options.client)}`;
    const call = () => measure(() => tool.call(args, { host, by, signal: context.mcpReq.signal }));
    return counted(await (tool.effect === "reads" ? call() : inTurn(host, call)));
  });
  server.setRequestHandler("resources/list", () => ({ resources: [...RESOURCES] }));
  server.setRequestHandler("resources/templates/list", () => ({ resourceTemplates: [...RESOURCE_TEMPLATES] }));
  server.setRequestHandler(
    "resources/read",
    ({ params: { uri } }) => measure(() => refusing(() => readResource(host, uri))),
  );
  server.setRequestHandler("completion/complete", ({ params: { ref, argument } }) => {
    const isType = ref.type === "ref/resource" && ref.uri === RESOURCE_TEMPLATES[0].uriTemplate;
    const none = { values: [], total: 0, hasMore: false };
    return { completion: isType ? completeType(host, argument.value) : none };
  });
  return server;
}

/** The last change of each runtime. */
const changes = new WeakMap<object, Promise<unknown>>();

/** Makes changes in the order in which they were asked for: agents call several tools at once. */
function inTurn<T>({ runtime }: McpHost, change: () => Promise<T>): Promise<T> {
  const done = (changes.get(runtime) ?? Promise.resolve()).then(change);
  changes.set(runtime, done.catch(() => {}));
  return done;
}

function noTool(name: string, tools: readonly Tool[]): never {
  const isThere = TOOLS.some((each) => each.name === name);
  const why = isThere ? "the server is read-only" : "there is no such tool";
  const names = tools.map((each) => each.name);
  throw new ProtocolError(
    ProtocolErrorCode.InvalidParams,
    `Cannot call ${JSON.stringify(name.slice(0, 100))}: ${why}; tools are ${names.join(", ")}`,
    { available: names },
  );
}

/** The name of the client as the command log has it. */
function clientName(server: Server, { mcpReq: { envelope } }: ServerContext, fallback = "client"): string {
  const told = (envelope as { [CLIENT_INFO_META_KEY]?: { name?: unknown } } | undefined)?.[CLIENT_INFO_META_KEY]?.name;
  const name = typeof told === "string" && told !== "" ? told : server.getClientVersion()?.name ?? fallback;
  return name.slice(0, MAX_NAME) || fallback;
}

/** Does work whose errors the protocol has as errors of the request. */
function refusing<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof SluiceError)) throw error;
    const { code, available } = error;
    throw new ProtocolError(ProtocolErrorCode.InvalidParams, error.message, { code, ...(available && { available }) });
  }
}
