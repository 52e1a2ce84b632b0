/**
 * Reads and checks the graph file of a command, with the node types that the project has.
 *
 * @module
 */
import type { SluiceError } from "../../core/errors.ts";
import type { GraphDocument } from "../../core/graph/document.ts";
import { readGraphText } from "../../core/graph/graph_text.ts";
import { checkGraph } from "../../core/graph/load.ts";
import { parseOverride } from "../../core/graph/config_overrides.ts";
import type { NodeRegistry } from "../../core/registry/node_registry.ts";
import type { CheckArgs } from "../args.ts";
import { explainUnknownTypes, loadRegistry } from "../project/packages.ts";

/** A graph file that was read, or its errors. */
export interface ReadGraph {
  readonly text: string;
  readonly document?: GraphDocument;
  readonly errors: readonly SluiceError[];
  readonly warnings: readonly SluiceError[];
  readonly registry: NodeRegistry;
}

/**
 * Reads a graph file with the node types available to it.
 *
 * @throws {SluiceError} if a setting, the file or a package cannot be read at all
 */
export async function readGraph(args: Pick<CheckArgs, "graph" | "set" | "packages" | "plugins">): Promise<ReadGraph> {
  const settings = args.set.map(parseOverride);
  const text = await readGraphText(args.graph);
  const registry = await loadRegistry(args);
  const { document, errors, warnings } = checkGraph(text, args.graph, registry, settings);
  return { text, document, errors: await explainUnknownTypes(errors, registry, args), warnings, registry };
}
