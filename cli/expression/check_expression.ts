/**
 * Reads a graph that stands in one line, as on a command line:
 * `wav-source path=a.wav ! gain gainDb=-3 ! wav-sink path=b.wav`.
 *
 * Such a graph becomes the tree of a graph file, whose places are those of the line, and is checked as one.
 *
 * @module
 */
import type { ConvertChoice, GraphMode } from "../../core/links/policy.ts";
import type { NodeRegistry } from "../../core/registry/node_registry.ts";
import type { ConfigOverride } from "../../core/graph/check_nodes.ts";
import { GraphDiagnostics } from "../../core/graph/diagnostics.ts";
import { GRAPH_VERSION } from "../../core/graph/schema.ts";
import { checkTree, type GraphCheck } from "../../core/graph/load.ts";
import { type Chain, readChains } from "./chains.ts";
import { ExpressedGraph } from "./expressed_graph.ts";
import { EXPRESSION_NAME } from "./name.ts";
import { treeOf } from "./tree.ts";
import { WordError } from "./words.ts";

/** Categories of node types whose sources have an end, and need no clock. */
const FILE_CATEGORIES: readonly string[] = ["file", "media"];

/**
 * Checks a graph that stands in one line.
 *
 * @param text nodes with `!` between those that are linked, and `;` between chains; `id=NAME` names a node, which `NAME.`
 * and `NAME.port` stand for in other chains, and `lane=NAME` puts it on a lane
 * @param settings values that take the place of those in the text
 * @param mode by default offline if all nodes without links to their inputs read files, else live
 * @param convert whether nodes are put in that convert
 * @returns as `checkGraph()` does; places are those in the text
 */
export function checkExpression(
  text: string,
  registry: NodeRegistry,
  settings: readonly ConfigOverride[] = [],
  mode?: GraphMode,
  convert?: ConvertChoice,
): GraphCheck {
  const diagnostics = new GraphDiagnostics(text, EXPRESSION_NAME);
  let chains: readonly Chain[];
  try {
    chains = readChains(text, (name) => registry.has(name));
  } catch (error) {
    if (!(error instanceof WordError)) throw error;
    diagnostics.add(error.code, error.message, error.offset);
    return { errors: diagnostics.errors, warnings: [] };
  }
  const graph = new ExpressedGraph(registry, diagnostics, {
    converts: convert === "auto",
    settings,
  });
  graph.addNodes(chains);
  graph.addLinks(chains);
  const found = diagnostics.errors;
  if (found.length > 0) return { errors: found, warnings: [] };
  const root = treeOf({ version: GRAPH_VERSION, mode: mode ?? modeOf(graph) }, 0);
  root.members!.push(...graph.members());
  const checked = checkTree(root, EXPRESSION_NAME, registry, settings, diagnostics, convert);
  return checked.document === undefined ? checked : { ...checked, warnings: [...graph.untaken(), ...checked.warnings] };
}

function modeOf(graph: ExpressedGraph): GraphMode {
  return graph.sources().every(({ category }) => FILE_CATEGORIES.includes(category)) ? "offline" : "live";
}
