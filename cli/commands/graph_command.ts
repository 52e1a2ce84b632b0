/**
 * `sluice graph`: draws a graph file, or writes it out with the runtime's defaults filled in.
 *
 * @module
 */
import { SluiceError } from "../../core/errors.ts";
import { buildGraph, graphOptions } from "../../core/graph/build.ts";
import { graphToDot, graphToMermaid } from "../../core/graph/drawing.ts";
import type { GraphFile } from "../../core/graph/schema.ts";
import type { NodeRegistry } from "../../core/registry/node_registry.ts";
import { Runtime } from "../../core/runtime.ts";
import type { GraphArgs } from "../args.ts";
import { listLanes } from "./lane_list.ts";
import { readGraph } from "./read_graph.ts";
import { EXIT, reportErrors } from "../output/failure.ts";
import type { Io } from "../output/output.ts";
import { warnOfStaleCode } from "../project/packages.ts";

/**
 * @returns the exit code
 * @throws {SluiceError} `InvalidConfig` if the output file cannot be written, and for a time without a list of lanes;
 * what a run that is measured fails with
 */
export async function graphCommand(args: GraphArgs, io: Io): Promise<number> {
  if (args.seconds !== undefined && !args.lanes) {
    const message =
      "Cannot run the graph to draw it: --seconds measures for a list of lanes; give --lanes too, or use " +
      "`sluice run`";
    throw new SluiceError("InvalidConfig", message);
  }
  const { document, errors, warnings, registry } = await readGraph(args);
  await warnOfStaleCode(registry, args);
  if (document === undefined) return reportErrors(errors, io, false);
  for (const { message } of warnings) io.stderr.line(`warning: ${message}`);
  const options = { ...graphOptions(document), registry };
  const runs = args.lanes && args.seconds !== undefined;
  // Without making a node it needs no driver.
  await using runtime = new Runtime(runs ? options : { ...options, native: "off" });
  buildGraph(document, runtime);
  const text = args.lanes ? await listLanes(runtime, args.seconds) : render(runtime.graph(), args.format, registry);
  if (args.output === undefined) io.stdout.write(text);
  else await writeText(args.output, text);
  return EXIT.ok;
}

function render(graph: GraphFile, format: GraphArgs["format"], registry: NodeRegistry): string {
  switch (format) {
    case "dot":
      return graphToDot(graph, { describe: (type) => registry.get(type).descriptor.description });
    case "mermaid":
      return graphToMermaid(graph);
    case "json":
      return `${JSON.stringify(graph, null, 2)}\n`;
  }
}

async function writeText(path: string, text: string): Promise<void> {
  try {
    await Deno.writeTextFile(path, text);
  } catch (error) {
    const reason = error instanceof Deno.errors.NotFound ? "there is no such folder" : (error as Error).message;
    throw new SluiceError("InvalidConfig", `Cannot write "${path}": ${reason}; choose another file with --output`);
  }
}
