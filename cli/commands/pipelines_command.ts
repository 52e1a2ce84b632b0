/**
 * `sluice serve`: runs a graph, offers graph files to clients, or both, until it is told to end.
 *
 * @module
 */
import { basename, join } from "node:path";
import { SluiceError } from "../../core/errors.ts";
import { watchMainSignals } from "../../core/process/main_watch.ts";
import { parseGraph } from "../../core/graph/load.ts";
import { PipelineRunner } from "../../core/pipeline/pipeline_runner.ts";
import { SessionRouter } from "../../core/pipeline/session_router.ts";
import { Runtime } from "../../core/runtime.ts";
import { openServers, type PipelineServers } from "./pipeline_servers.ts";
import { type PageMore, serveRun } from "./serve_command.ts";
import { readPolicy } from "./policy_file.ts";
import { readTokenFile } from "./token_file.ts";
import { reportErrors } from "../output/failure.ts";
import type { Io } from "../output/output.ts";
import { SERVE_AUTO } from "../output/serve_address.ts";
import { EndSignals } from "../output/signals.ts";
import type { RunArgs } from "../args.ts";
import type { ServeArgs } from "../pipeline_args.ts";
import { loadTypes } from "../project/packages.ts";

/** How long sessions may take to end once the server is to, milliseconds. */
const DRAIN_MS = 5_000;

/** A graph that clients build. */
export const EMPTY_GRAPH: string = '{ "version": 1, "mode": "live", "endsWithSources": false, "nodes": {} }';

/**
 * @returns the exit code
 * @throws {SluiceError} `InvalidConfig` if an address is taken, or the token, a certificate or the
 * policy cannot be used
 */
export async function serveCommand(args: ServeArgs, io: Io): Promise<number> {
  const token = await readTokenFile(args.tokenFile);
  if (args.owned) return await (await import("./owned_command.ts")).serveOwned(args, token, io);
  if (args.pipelines !== undefined || args.allowGraphs !== undefined) return await servePipelines(args, token, io);
  if (args.graph !== undefined) await assertGraphFile(args.graph);
  const more = { ...(token && { token }) };
  if (args.graph !== undefined) return await serveGraph(args, args.graph, more, io);
  const { registry } = await loadTypes({ packages: args.packages, plugins: args.plugins });
  const text = args.journal === undefined ? EMPTY_GRAPH : await emptyGraphOf(args.journal);
  const document = parseGraph(text, "the new graph", registry);
  const { runGraph } = await import("./run_command.ts");
  const graph = { text, document, registry, stays: pageMore(args, more) };
  return await runGraph(graph, runArgs(args, "the new graph"), io);
}

/** Returns a graph without nodes that has the options of the one that a journal begins with. */
async function emptyGraphOf(journal: string): Promise<string> {
  const { firstGraph } = await import("../../control/commands/journal.ts");
  const first = await firstGraph(journal);
  if (first === undefined) return EMPTY_GRAPH;
  const { links: _, inputs: __, outputs: ___, ...options } = first;
  return JSON.stringify({ ...options, mode: options.mode ?? "live", nodes: {} });
}

/** @throws {SluiceError} `InvalidConfig` for a folder, which is offered, not run */
async function assertGraphFile(path: string): Promise<void> {
  const isFolder = await Deno.stat(path).then(({ isDirectory }) => isDirectory, () => false);
  if (!isFolder) return;
  const message = `Cannot run "${path}": it is a folder; to offer the graphs in it, give --pipelines ${path}`;
  throw new SluiceError("InvalidConfig", message, { key: "--pipelines" });
}

/** Runs a graph until a signal, with its page. */
async function serveGraph(args: ServeArgs, graph: string, more: PageMore, io: Io): Promise<number> {
  const { runCommand } = await import("./run_command.ts");
  return await runCommand(runArgs(args, graph), io, { ...pageMore(args, more), graphFile: graph });
}

function runArgs({ json, packages, plugins, origins, page = SERVE_AUTO }: ServeArgs, graph: string): RunArgs {
  return {
    command: "run",
    graph,
    set: [],
    json,
    quiet: false,
    watch: false,
    dev: false,
    packages,
    plugins,
    serve: page,
    origins,
  };
}

/** Adds what clients may do with the graph. */
function pageMore({ journal, lock, roots, allowPrograms, allowPlugins }: ServeArgs, more: PageMore): PageMore {
  const commands = {
    ...(roots.length > 0 && { roots }),
    programs: allowPrograms,
    plugins: allowPlugins,
  };
  return { ...more, commands, lock, ...(journal !== undefined && { journal }) };
}

/** Offers graphs until a signal, beside one that runs if there is one. */
async function servePipelines(args: ServeArgs, token: string | undefined, io: Io): Promise<number> {
  const graphs = args.pipelines === undefined ? {} : await findGraphs(args.pipelines);
  const [first] = Object.values(graphs);
  const { registry } = await loadTypes({ graph: first, packages: args.packages, plugins: args.plugins });
  const runner = new PipelineRunner({ registry });
  const errors: unknown[] = [];
  for (const path of Object.values(graphs)) await runner.prepare(path).catch((error) => errors.push(error));
  if (errors.length > 0) return reportErrors(errors, io, args.json);
  const { maxSessions, allowGraphs } = args;
  const policy = allowGraphs === undefined ? undefined : await readPolicy(allowGraphs, registry);
  const limits = maxSessions === undefined ? {} : { sessions: maxSessions };
  await using router = new SessionRouter({ transport: runner, graphs, limits, ...(policy && { admit: policy.admit }) });
  // Also keeps the thread from session to session that watches what runs on lane main: to start it takes many times as
  // long as all the rest of one.
  using _mainSignals = watchMainSignals();
  await using servers = await openServers(router, args, token);
  announce(servers, graphs, args, io);
  const more = { sessions: router, ...(token && { token }) };
  const code = args.graph === undefined
    ? await untilSignal(args, more, io)
    : await serveGraph(args, args.graph, more, io);
  await router.drain(DRAIN_MS);
  return code;
}

/** Serves the page of the sessions until a signal. */
async function untilSignal({ page = SERVE_AUTO, json }: ServeArgs, more: PageMore, io: Io): Promise<number> {
  using signals = new EndSignals(io);
  // The page has no graph of its own.
  await using runtime = new Runtime();
  await using _page = await serveRun(runtime, page, { graph: "sessions", json }, io, more);
  return await signals.received;
}

/** The graph files of a folder, by their names without `.json`. */
async function findGraphs(path: string): Promise<{ readonly [name: string]: string }> {
  const fail = (why: string) =>
    new SluiceError("InvalidConfig", `Cannot serve pipelines: ${why}`, { key: "--pipelines" });
  const found: string[] = [];
  try {
    if ((await Deno.stat(path)).isFile) found.push(path);
    else for await (const { name, isDirectory } of Deno.readDir(path)) if (!isDirectory) found.push(join(path, name));
  } catch (error) {
    throw fail(`cannot read "${path}": ${(error as Error).message}`);
  }
  const graphs = found.filter((each) => each.endsWith(".json")).sort();
  if (graphs.length === 0) throw fail(`"${path}" has no graph file, whose name ends with .json`);
  return Object.fromEntries(graphs.map((each) => [basename(each, ".json"), each]));
}

/** Says where the servers are and what they offer. */
function announce(
  { http, grpc, madeToken: token }: PipelineServers,
  graphs: { readonly [name: string]: string },
  args: ServeArgs,
  io: Io,
): void {
  const names = Object.keys(graphs);
  if (args.json) {
    const where = { ...(http !== undefined && { url: http }), ...(grpc !== undefined && { grpc }) };
    io.stdout.line(
      JSON.stringify({ event: "serving", ...where, graphs: names, ...(token !== undefined && { token }) }),
    );
    return;
  }
  const addresses = [http, grpc].filter((each) => each !== undefined);
  const offered = [...names, ...(args.allowGraphs === undefined ? [] : ["graphs that clients bring along"])];
  io.stderr.line(`Serving ${offered.join(", ")} at ${addresses.join(" and ")}`);
  if (token !== undefined) io.stderr.line(`Token: ${token}`);
  const tokenHint = token === undefined ? "" : " --token-file FILE";
  io.stderr.line(
    `Try: sluice call ${addresses[0]} ${names[0] ?? "GRAPH.json"}${tokenHint} --input IN.wav --output OUT.wav`,
  );
}
