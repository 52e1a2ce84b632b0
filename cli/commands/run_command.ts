/**
 * `sluice run`: runs a graph file to its end.
 *
 * @module
 */
import { consoleOnOwnLine, consoleToStderr, reserveStdout } from "../../core/log/console_output.ts";
import { SluiceError } from "../../core/errors.ts";
import { STANDARD_INPUT } from "../../core/graph/graph_text.ts";
import { buildGraph, graphOptions } from "../../core/graph/build.ts";
import type { GraphDocument } from "../../core/graph/schema.ts";
import { placed } from "../../core/graph/diagnostics.ts";
import { logger } from "../../core/log.ts";
import { dropEarlyLaneWorker } from "../../core/lanes/ports/lane_worker_start.ts";
import { watchMainSignals } from "../../core/process/main_watch.ts";
import type { NodeRegistry } from "../../core/registry/node_registry.ts";
import { Runtime } from "../../core/runtime.ts";
import { viewRuntime } from "../../core/runtime_view.ts";
import type { RunSummary } from "../../core/stats.ts";
import type { RunArgs } from "../args.ts";
import { READER_GONE } from "../../processors/file/standard_output.ts";
import { readGraph } from "./read_graph.ts";
import type { PageMore } from "./serve_command.ts";
import { printsToTerminal, takesStdout } from "../output/console_nodes.ts";
import { EXIT, reportErrors } from "../output/failure.ts";
import { listOutputFiles, snapshotFiles, statOutputFiles, type WrittenFile } from "../output/files.ts";
import type { Io } from "../output/output.ts";
import { warnOfStaleCode } from "../project/packages.ts";
import { readPosition } from "../output/position.ts";
import { ProgressDisplay, type ProgressStyle } from "../output/progress.ts";
import { EndSignals } from "../output/signals.ts";
import { renderSummary, summaryEvent } from "../output/summary.ts";
import { tellFailures, WATCHED_SUPERVISION } from "../watch/watched_failures.ts";

/** For how long the first frame is waited for, and how often it is looked for, milliseconds. */
const [LONGEST_START_MS, LOOK_MS] = [10_000, 20];

/** A graph that is to run. */
export interface RunnableGraph {
  readonly text: string;
  readonly document: GraphDocument;
  readonly registry: NodeRegistry;
  /** Whether nobody has seen its text, so that no error names a place in it. */
  readonly isMade?: boolean;
  /** The summary as lines; by default tables. */
  readonly render?: (summary: RunSummary, files: readonly WrittenFile[]) => string[];
  /** An error of the run in the words of the command. */
  readonly explain?: (error: unknown, summary: RunSummary | undefined) => unknown;
  /** Whether it only prepares another one: of its end nothing is told. */
  readonly prepares?: boolean;
  /** What was wrong with a run in which nothing failed. */
  readonly judge?: (summary: RunSummary) => readonly unknown[];
  /**
   * Shows the run on a terminal and takes keys of it, in place of the usual line; gives nothing where it cannot.
   *
   * @param end ends the run, with success
   */
  readonly console?: (runtime: Runtime, end: () => void, io: Io) => Disposable | undefined;
  /** Who closes the window of this node ends the run, with success. */
  readonly window?: string;
  /** The seconds after which it ends count from the first frame that this node reads, as far as one comes soon. */
  readonly secondsFrom?: string;
  /** The command goes on until a signal when the graph has ended: its page stays, with this on it. */
  readonly stays?: PageMore;
}

/**
 * @param stays as that of {@linkcode RunnableGraph}
 * @returns the exit code
 */
export async function runCommand(args: RunArgs, io: Io, stays?: PageMore): Promise<number> {
  if (args.json) {
    consoleToStderr();
    reserveStdout();
  }
  if (args.serve === undefined && args.origins?.[0] !== undefined) {
    const message = "Cannot let pages of other origins use media with --origin: there is no server; add --serve";
    throw new SluiceError("InvalidConfig", message, { key: "--origin" });
  }
  const { text, document, errors, warnings, registry } = await readGraph(args);
  if (document === undefined) {
    await warnOfStaleCode(registry, args);
    return reportErrors(errors, io, args.json);
  }
  if (args.expression !== undefined) { for (const { message } of warnings) logger("runtime").warn(message); }
  return await runGraph({ text, document, registry, ...(stays && { stays }) }, args, io);
}

/** Runs a graph until it ends, or is stopped by a signal. @returns the exit code */
export async function runGraph(graph: RunnableGraph, args: RunArgs, io: Io): Promise<number> {
  const startedMs = Date.now();
  const { document, registry } = graph;
  if (takesStdout(document, registry)) {
    consoleToStderr();
    io = { ...io, stdout: io.stderr };
  }
  const over = new AbortController();
  await using runtime = new Runtime({
    ...graphOptions(document),
    registry,
    // They are the command's, which answers them and counts them.
    signals: false,
    signal: over.signal,
    ...(args.mode && { mode: args.mode }),
    ...(args.lanes && { lanes: { ...document.lanes, [args.lanes]: {} } }),
    ...(args.native && { native: args.native }),
    ...((args.dev || (args.watch && !isDevelopmentOff())) && { development: true }),
    ...(args.stuckAfter !== undefined && { callTimeoutMs: args.stuckAfter * 1_000 }),
    // Offline, frames that a failed call has read would be missing from a file that says it is complete.
    ...(args.watch && (args.mode ?? document.mode ?? "live") === "live" && { supervision: WATCHED_SUPERVISION }),
  });
  buildGraph(document, runtime);
  return await runToEnd(runtime, over, graph, startedMs, args, io);
}

/** @param over stops the graph, and keeps clients of the control plane from starting it again */
async function runToEnd(
  runtime: Runtime,
  over: AbortController,
  graph: RunnableGraph,
  startedMs: number,
  args: RunArgs,
  io: Io,
): Promise<number> {
  const { document, text, registry, render = renderSummary } = graph;
  const isSink = (type: string) => registry.get(type).descriptor.outputs.length === 0;
  const sinks = new Set<string>(document.nodes.filter(({ type }) => isSink(type)).map(({ id }) => id));
  const outputs = listOutputFiles(document, registry);
  const before = await snapshotFiles(outputs);
  using signals = new EndSignals(io);
  using mainSignals = document.nodes.some(({ lane }) => lane === "main") ? watchMainSignals() : undefined;
  await using _server = args.serve === undefined
    ? undefined
    : await (await import("./serve_command.ts")).serveRun(runtime, args.serve, args, io, graph.stays);
  using _failures = args.watch ? tellFailures(runtime, args.json, io) : undefined;
  if (graph.window !== undefined) {
    runtime.events.on(`node:${graph.window}`, (event) => {
      if (event.group === "node" && event.kind === "custom" && event.name === "closed") over.abort();
    });
  }
  const watching = new AbortController();
  let watch: Promise<void> | undefined;
  const usual = graph.stays === undefined ? chooseStyle(args, document, io) : "none";
  const hasConsole = graph.console !== undefined && !args.json && !args.quiet;
  const style = hasConsole ? "none" : usual;
  if (usual === "bar") consoleOnOwnLine();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const start = async () => {
    void signals.received.then(() => over.abort());
    await mainSignals?.listening;
    await runtime.start();
    // A graph without worker lanes leaves it.
    dropEarlyLaneWorker();
    if (viewRuntime(runtime).nodes.length === 0) tellEmpty(args, io);
    if (args.watch) watch = watchRun(runtime, text, registry, startedMs, args, io, watching.signal);
    if (args.seconds === undefined) return;
    const endMs = args.seconds * 1_000;
    const latestMs = performance.now() + LONGEST_START_MS;
    const count = () => {
      const hasBegun = runtime.stats().nodes.some(({ id, framesIn }) => id === graph.secondsFrom && framesIn > 0);
      if (hasBegun || graph.secondsFrom === undefined || performance.now() > latestMs) {
        timer = setTimeout(() => over.abort(), endMs);
      } else timer = setTimeout(count, LOOK_MS);
    };
    count();
  };
  /** Waits for the end of a run, and tells of it. */
  const untilEnd = async (
    begin?: () => Promise<void>,
  ): Promise<{ readonly code: number; readonly hasRun: boolean }> => {
    const errors: unknown[] = [];
    try {
      await begin?.();
      using _progress = new ProgressDisplay(style, io, () => readPosition(runtime.stats(), sinks));
      using _console = hasConsole ? graph.console!(runtime, () => over.abort(), io) : undefined;
      await untilOver(runtime);
      if (graph.stays === undefined) over.abort();
    } catch (error) {
      // A start that was asked to stop is no mistake of the graph.
      const outcome = runtime.summary()?.outcome ?? (over.signal.aborted ? "stopped" : "failed");
      if (outcome !== "stopped") {
        const told = graph.explain?.(error, runtime.summary()) ?? error;
        errors.push(graph.isMade === true ? told : placeInFile(told, document));
      }
    } finally {
      clearTimeout(timer);
      watching.abort();
      await watch;
    }
    const summary = runtime.summary();
    // As a program that SIGPIPE has ended.
    if (errors.length === 0 && summary !== undefined && isReaderGone(summary)) {
      return { code: EXIT.readerGone, hasRun: true };
    }
    if (summary?.outcome === "completed") errors.push(...graph.judge?.(summary) ?? []);
    const code = errors.length === 0 ? EXIT.ok : reportErrors(errors, io, args.json);
    const hasRun = summary !== undefined && summary.elapsedNs > 0;
    if (hasRun && graph.prepares !== true && (args.json || !args.quiet)) {
      const files = await statOutputFiles(outputs, before);
      if (args.json) io.stdout.line(JSON.stringify(summaryEvent(summary, files)));
      else for (const line of render(summary, files)) io.stdout.line(line);
    }
    return { code, hasRun };
  };
  let { code, hasRun } = await untilEnd(start);
  while (graph.stays !== undefined && hasRun && signals.exitCode === undefined) {
    const again = untilStarted(runtime);
    if (!args.json) io.stderr.line(`${args.graph} has ended, and its page stays; Ctrl-C ends the program`);
    await Promise.race([again, signals.received]);
    if (signals.exitCode === undefined) ({ code, hasRun } = await untilEnd());
  }
  return signals.exitCode ?? code;
}

/** Whether a node has ended since nobody read its standard output. */
function isReaderGone({ nodes }: RunSummary): boolean {
  return nodes.some(({ figures }) => figures?.[READER_GONE] === 1);
}

/** Waits until a client of the control plane starts the graph again. */
async function untilStarted(runtime: Runtime): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  using _ = runtime.events.on("runtime", ({ kind }) => kind === "started" && resolve());
  await promise;
}

/** Says why nothing happens. */
function tellEmpty(args: RunArgs, io: Io): void {
  if (args.json || args.quiet) return;
  const how = args.serve === undefined
    ? "run it with --serve, so that nodes can be added"
    : "open its page and press Add, or add nodes by `sluice add`";
  io.stderr.line(`${args.graph} has no nodes: ${how}; Ctrl-C ends it`);
}

/** Waits for the end of the graph: a client of the control plane may restart it. */
async function untilOver(runtime: Runtime): Promise<void> {
  do {
    await runtime.finished;
    // By then the next run has begun.
    await new Promise((resolve) => setTimeout(resolve));
  } while (runtime.running);
}

/** Who writes code wants to be told what is wrong with it, unless `SLUICE_DEV` says otherwise. */
function isDevelopmentOff(): boolean {
  return Deno.env.get("SLUICE_DEV") === "0";
}

/** Where sources cannot be watched, the graph runs on. */
async function watchRun(
  runtime: Runtime,
  text: string,
  registry: NodeRegistry,
  startedMs: number,
  args: RunArgs,
  io: Io,
  signal: AbortSignal,
): Promise<void> {
  const { watchGraphFile } = await import("../watch/graph_watch.ts");
  const { reportReload, reportSlow, reportWarnings, reportWatching, watchSources } = await import("../watch/reload.ts");
  const isFile = args.expression === undefined && args.graph !== STANDARD_INPUT;
  const graphFile = isFile ? watchGraphFile(args, text, registry, io, signal) : undefined;
  try {
    await watchSources(runtime, startedMs, {
      onWatching: (packages) => {
        if (args.json || !args.quiet) reportWatching(packages, args.json, io);
        if (isFile && !args.json && !args.quiet) io.stderr.line(`${args.graph} is read at the start only`);
      },
      onWarned: (warnings) => reportWarnings(warnings, args.json, io),
      onSlow: (reload) => reportSlow(reload, args.json, io),
      onReload: (reload) => reportReload(reload, args.json, io),
    }, signal);
  } catch (error) {
    reportErrors([error], io, args.json);
  }
  await graphFile;
}

function chooseStyle(args: RunArgs, document: GraphDocument, io: Io): ProgressStyle {
  if (args.json) return "json";
  if (args.quiet) return "none";
  return io.interactive && !printsToTerminal(document) ? "bar" : "lines";
}

/** An error of a node with the place where the file has the node. */
function placeInFile(error: unknown, document: GraphDocument): unknown {
  if (!(error instanceof SluiceError) || error.place !== undefined) return error;
  const node = document.nodes.find(({ id }) => id === error.nodeId);
  return node === undefined ? error : placed(error, node.place);
}
