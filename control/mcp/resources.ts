/**
 * Resources: the graph file, the documentation of node types, and the log, as documents that a client reads.
 *
 * @module
 */
import type { ReadResourceResult, Resource, ResourceTemplateType } from "@modelcontextprotocol/server";
import { SluiceError } from "../../core/errors.ts";
import { logLine } from "./run_tools.ts";
import type { McpHost } from "./mcp_host.ts";
import { descriptorsOf, processorPage } from "./type_tools.ts";

const GRAPH = "sluice://graph";
const LOGS = "sluice://logs";
const PROCESSORS = "sluice://processors/";

/** Most completions of an argument, as the protocol has it. */
const MAX_COMPLETIONS = 100;

/** The resources with addresses of their own. */
export const RESOURCES: readonly Resource[] = [
  {
    uri: GRAPH,
    name: "graph",
    title: "The graph file",
    description: "The graph as it is now, as a graph file, which apply takes.",
    mimeType: "application/json",
  },
  {
    uri: LOGS,
    name: "logs",
    title: "The log",
    description: "The recent lines of the log, oldest first.",
    mimeType: "text/plain",
  },
];

/** The resources by type. */
export const RESOURCE_TEMPLATES: readonly ResourceTemplateType[] = [
  {
    uriTemplate: `${PROCESSORS}{type}`,
    name: "processor",
    title: "A processor type",
    description: "The documentation of a processor type, with its ports and its configuration.",
    mimeType: "text/markdown",
  },
];

/**
 * Reads a resource.
 *
 * @throws {SluiceError} `InvalidConfig` for an address of none, with those that there are; `NodeTypeNotFound`
 */
export function readResource(host: McpHost, uri: string): ReadResourceResult {
  const answer = (mimeType: string, text: string) => ({ contents: [{ uri, mimeType, text }] });
  if (uri === GRAPH) return answer("application/json", JSON.stringify(host.runtime.graph(), undefined, 2));
  if (uri === LOGS) return answer("text/plain", host.feed.lines.map(logLine).join("\n"));
  const type = uri.startsWith(PROCESSORS) ? decoded(uri.slice(PROCESSORS.length)) : undefined;
  if (type !== undefined) return answer("text/markdown", processorPage(host, type));
  const available = [GRAPH, LOGS, `${PROCESSORS}TYPE`];
  const message = `Cannot read ${JSON.stringify(uri.slice(0, 200))}: there is no such resource; resources are ` +
    available.join(", ");
  throw new SluiceError("InvalidConfig", message, { available });
}

/** Completes the name of a node type. */
export function completeType(host: McpHost, begun: string): { values: string[]; total: number; hasMore: boolean } {
  const fits = descriptorsOf(host).map(({ type }) => type).filter((type) => type.startsWith(begun));
  return { values: fits.slice(0, MAX_COMPLETIONS), total: fits.length, hasMore: fits.length > MAX_COMPLETIONS };
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
