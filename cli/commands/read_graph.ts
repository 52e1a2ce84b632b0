/**
 * Reads and checks the graph file of a command, with the node types that the project has.
 *
 * @module
 */
import type { SluiceError } from "../../core/errors.ts";
import type { GraphDocument } from "../../core/graph/document.ts";
import { readGraphText } from "../../core/graph/graph_text.ts";
import type { checkExpression } from "../../core/graph/expression/check_expression.ts";
import { checkGraph, type GraphCheck } from "../../core/graph/load.ts";
import type { GraphMode } from "../../core/links/policy.ts";
import { parseOverride } from "../../core/graph/config_overrides.ts";
import type { NodeRegistry } from "../../core/registry/node_registry.ts";
import type { CheckArgs } from "../args.ts";
import { explainUnknownTypes, loadTypes } from "../project/packages.ts";

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
  const text = args.expression ?? await readGraphText(args.graph);
  const known = await loadTypes(args);
  const { registry } = known;
  const { document, errors, warnings } = args.expression === undefined
    ? checkGraph(text, args.graph, registry, settings, args.convert)
    : await checkLine(text, registry, settings, args.mode, args.convert ?? "auto");
  return { text, document, errors: await explainUnknownTypes(errors, known, args), warnings, registry };
}

/** Rarely wanted, so that it is loaded where it is. Files that sources name are looked into, if the line does not say it all. */
async function checkLine(...args: Parameters<typeof checkExpression>): Promise<GraphCheck> {
  const { checkExpression } = await import("../../core/graph/expression/check_expression.ts");
  const { MediaOutputs } = await import("../project/media_outputs.ts");
  const { mediaInputsOf } = await import("../project/media_inputs.ts");
  const outputs = new MediaOutputs();
  const [text, registry, settings, mode, convert] = args;
  const check = () =>
    checkExpression(text, registry, settings, mode, convert, { outputsOf: outputs.of, inputsOf: mediaInputsOf });
  const before = check();
  return await outputs.look() ? check() : before;
}
