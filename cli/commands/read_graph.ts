/**
 * Reads and checks the graph file of a command, with the node types that the project has.
 *
 * @module
 */
import { SluiceError } from "../../core/errors.ts";
import type { GraphDocument } from "../../core/graph/schema.ts";
import { readGraphText } from "../../core/graph/graph_text.ts";
import { checkGraph, type GraphCheck } from "../../core/graph/load.ts";
import type { GraphMode } from "../../core/links/policy.ts";
import { type ConfigOverride, parseOverride } from "../../core/graph/check_nodes.ts";
import type { NodeRegistry } from "../../core/registry/node_registry.ts";
import { notingPaths } from "../../processors/media/source_ports.ts";
import type { CheckArgs } from "../args.ts";
import { explainUnknownTypes, loadTypes } from "../project/packages.ts";
import { checkWithEntries } from "../project/entry_settings.ts";

/** A graph file that was read, or its errors. */
export interface ReadGraph {
  readonly text: string;
  readonly document?: GraphDocument;
  readonly errors: readonly SluiceError[];
  readonly warnings: readonly SluiceError[];
  readonly registry: NodeRegistry;
}

/** What a command says of its graph. */
type GraphSource = Pick<CheckArgs, "graph" | "expression" | "set" | "convert" | "packages" | "plugins"> & {
  readonly mode?: GraphMode;
};

/**
 * Reads a graph file, or a graph that stands in one line, with the node types available to it.
 *
 * @throws {SluiceError} if a setting, the file or a package cannot be read at all
 */
export async function readGraph(args: GraphSource): Promise<ReadGraph> {
  const settings = args.set.map(parseOverride);
  const text = args.expression ?? await readGraphFile(args.graph);
  const known = await loadTypes(args);
  const { registry } = known;
  const check = await checkerOf(text, registry, args);
  const { document, errors, warnings } = await lookingIntoFiles(() => checkWithEntries(settings, registry, check));
  return { text, document, errors: await explainUnknownTypes(errors, known, args), warnings, registry };
}

/** @throws {SluiceError} as {@linkcode readGraphText}; a missing file whose name is a graph in one line is told so */
async function readGraphFile(path: string): Promise<string> {
  try {
    return await readGraphText(path);
  } catch (error) {
    if (!path.includes(" ! ") || !((error as Error).cause instanceof Deno.errors.NotFound)) throw error;
    const message = `Cannot read graph ${JSON.stringify(path)}: there is no such file; ` +
      "a graph in one line stands behind -e";
    throw new SluiceError("InvalidGraph", message, { cause: error });
  }
}

/** What checks a file, or a line; the latter is rarely wanted, so that it is loaded where it is. */
async function checkerOf(
  text: string,
  registry: NodeRegistry,
  { expression, graph, mode, convert }: GraphSource,
): Promise<(settings: readonly ConfigOverride[]) => GraphCheck> {
  if (expression === undefined) return (settings) => checkGraph(text, graph, registry, settings, convert);
  const { checkExpression } = await import("../expression/check_expression.ts");
  return (settings) => checkExpression(text, registry, settings, mode, convert ?? "auto");
}

/** Checks a graph, once more if something of it depends on what the files of its sources hold. */
async function lookingIntoFiles(check: () => GraphCheck): Promise<GraphCheck> {
  const { made, paths } = notingPaths(check);
  if (paths.media.size + paths.ffmpeg.size === 0) return made;
  const { lookInto } = await import("../../processors/media/look_into.ts");
  await lookInto(paths);
  return check();
}
