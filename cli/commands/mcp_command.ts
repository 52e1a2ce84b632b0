/**
 * `sluice mcp`: an agent works on a graph over standard input and output.
 *
 * @module
 */
import process from "node:process";
import { serveStdio, StdioServerTransport } from "@modelcontextprotocol/server/stdio";
import { WorkBudget } from "../../control/answers/work_budget.ts";
import { mcpServer } from "../../control/mcp/mcp_server.ts";
import { DEFAULT_LIMITS } from "../../control/schemas/limits.ts";
import { hostRuntime } from "../../control/server/runtime_host.ts";
import { SluiceError } from "../../core/errors.ts";
import { buildGraph, graphOptions } from "../../core/graph/build.ts";
import { parseGraph } from "../../core/graph/load.ts";
import type { GraphDocument } from "../../core/graph/schema.ts";
import { consoleToStderr, reserveStdout } from "../../core/log/console_output.ts";
import { logger } from "../../core/log.ts";
import { watchMainSignals } from "../../core/process/main_watch.ts";
import type { NodeRegistry } from "../../core/registry/node_registry.ts";
import { Runtime } from "../../core/runtime.ts";
import type { McpArgs } from "../mcp_args.ts";
import { takesStdout } from "../output/console_nodes.ts";
import { EXIT, reportErrors } from "../output/failure.ts";
import type { Io } from "../output/output.ts";
import { EndSignals } from "../output/signals.ts";
import { loadTypes } from "../project/packages.ts";
import { bridgeMcp } from "./mcp_bridge.ts";
import { EMPTY_GRAPH } from "./pipelines_command.ts";
import { readGraph } from "./read_graph.ts";

/**
 * @returns the exit code
 * @throws {SluiceError} `InvalidConfig` for a folder that is none, a graph that writes to standard output, or a server
 * that is not reached
 */
export async function mcpCommand(args: McpArgs, io: Io): Promise<number> {
  consoleToStderr();
  reserveStdout();
  if (args.at !== undefined) return await bridge(args.at, args, io);
  const read = args.graph === undefined ? await emptyGraph(args) : await graphOf(args, args.graph);
  const { document, registry } = read;
  if (document === undefined) return reportErrors(read.errors, io, false);
  if (takesStdout(document, registry)) {
    const message = `Cannot use "${args.graph}": a node of it writes to standard output, which belongs to the protocol`;
    throw new SluiceError("InvalidConfig", message, { key: "GRAPH" });
  }
  using signals = new EndSignals(io);
  using _mainSignals = watchMainSignals();
  await using runtime = new Runtime({ ...graphOptions(document), registry, signals: false });
  buildGraph(document, runtime);
  const { roots, lock, allowPrograms: programs, allowPlugins } = args;
  const limits = DEFAULT_LIMITS;
  const budget = new WorkBudget(limits.mainShare, 0, 0, () => performance.now());
  const commands = { ...(roots.length > 0 && { roots }), programs, plugins: allowPlugins, stdout: false };
  const graphFile = args.graph !== undefined && { graphFile: args.graph };
  using shown = hostRuntime(runtime, "", { limits, budget, sessions: undefined }, () => {}, {
    commands,
    lock,
    ...graphFile,
  });
  const server = serveStdio(() => mcpServer(shown.host, { readOnly: args.readOnly }), {
    onerror: ({ message }) => logger("control").debug(`A message of the MCP client was refused: ${message}`),
  });
  await Promise.race([inputClosed(), signals.received]);
  await server.close();
  // The log says why a graph has failed.
  await runtime.stop().catch(() => {});
  return signals.exitCode ?? EXIT.ok;
}

interface BeginningGraph {
  readonly document?: GraphDocument;
  readonly errors: readonly SluiceError[];
  readonly registry: NodeRegistry;
}

async function emptyGraph({ packages, plugins }: McpArgs): Promise<BeginningGraph> {
  const { registry } = await loadTypes({ packages, plugins });
  return { document: parseGraph(EMPTY_GRAPH, "the new graph", registry), errors: [], registry };
}

async function graphOf({ packages, plugins }: McpArgs, graph: string): Promise<BeginningGraph> {
  return await readGraph({ graph, set: [], packages, plugins });
}

/** Passes messages between the agent and a server. */
async function bridge(at: string, { readOnly }: McpArgs, io: Io): Promise<number> {
  using signals = new EndSignals(io);
  const transport = new StdioServerTransport();
  const closed = inputClosed();
  await bridgeMcp(transport, at, readOnly);
  await Promise.race([closed, signals.received]);
  await transport.close();
  return signals.exitCode ?? EXIT.ok;
}

/** Resolves once the client has closed standard input, or reads no more. */
function inputClosed(): Promise<void> {
  return new Promise((resolve) => {
    const done = () => resolve();
    process.stdin.once("end", done).once("close", done);
    process.stdout.once("error", done);
  });
}
