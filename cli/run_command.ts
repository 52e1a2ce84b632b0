/**
 * `sluice run`: runs a graph file to its end.
 *
 * @module
 */
import { buildGraph, graphOptions } from "../core/graph/build.ts";
import type { GraphDocument } from "../core/graph/document.ts";
import type { NodeRegistry } from "../core/registry/node_registry.ts";
import { Runtime } from "../core/runtime.ts";
import type { RunArgs } from "./args.ts";
import { readGraph } from "./check_command.ts";
import { EXIT, reportErrors } from "./failure.ts";
import { listOutputFiles, statOutputFiles } from "./files.ts";
import type { Io } from "./output.ts";
import { readPosition } from "./position.ts";
import { ProgressDisplay, type ProgressStyle } from "./progress.ts";
import { EndSignals } from "./signals.ts";
import { renderSummary, summaryEvent } from "./summary.ts";

/** @returns the exit code */
export async function runCommand(args: RunArgs, io: Io): Promise<number> {
  const { document, errors, registry } = await readGraph(args);
  if (document === undefined) return reportErrors(errors, io, args.json);
  await using runtime = new Runtime({
    ...graphOptions(document),
    registry,
    ...(args.mode && { mode: args.mode }),
    ...(args.native && { native: args.native }),
  });
  if (runtime.driverNote !== undefined && !args.quiet) io.stderr.line(`note: ${runtime.driverNote}`);
  try {
    buildGraph(document, runtime);
  } catch (error) {
    return reportErrors([error], io, args.json);
  }
  return await runToEnd(runtime, document, registry, args, io);
}

async function runToEnd(
  runtime: Runtime,
  document: GraphDocument,
  registry: NodeRegistry,
  args: RunArgs,
  io: Io,
): Promise<number> {
  const sinks = new Set(
    document.nodes.filter(({ type }) => registry.get(type).descriptor.outputs.length === 0)
      .map(({ id }) => id as string),
  );
  using signals = new EndSignals();
  let failure: unknown;
  let started = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  try {
    await runtime.start();
    started = true;
    using _progress = new ProgressDisplay(chooseStyle(args, io), io, () => readPosition(runtime.stats(), sinks));
    stopOnSignal(runtime, signals, io);
    if (args.seconds !== undefined) timer = setTimeout(() => stop(runtime), args.seconds * 1_000);
    await runtime.finished;
  } catch (error) {
    failure = error;
  } finally {
    clearTimeout(timer);
  }
  const code = failure === undefined ? EXIT.ok : reportErrors([failure], io, args.json);
  if (started && (args.json || !args.quiet)) {
    const summary = runtime.summary();
    const files = await statOutputFiles(listOutputFiles(document, registry));
    if (summary === undefined) return signals.exitCode ?? code;
    if (args.json) io.stdout.line(JSON.stringify(summaryEvent(summary, files)));
    else for (const line of renderSummary(summary, sinks, files)) io.stdout.line(line);
  }
  return signals.exitCode ?? code;
}

function chooseStyle(args: RunArgs, io: Io): ProgressStyle {
  if (args.json) return "json";
  if (args.quiet) return "none";
  return io.interactive ? "bar" : "lines";
}

function stopOnSignal(runtime: Runtime, signals: EndSignals, io: Io): void {
  signals.received.then((code) => {
    if (code === EXIT.interrupted) io.stderr.line("\nStopping; press Ctrl-C again to end at once");
    stop(runtime);
  });
}

/** What goes wrong while stopping comes out of `finished`, too. */
function stop(runtime: Runtime): void {
  runtime.stop().catch(() => {});
}
