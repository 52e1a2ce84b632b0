/**
 * `sluice check`: lists everything that is wrong with a graph file by itself. It makes no node: `sluice run` reports
 * what only `setup()` or the frames show, such as a missing media file or two sample rates on a mixer.
 *
 * @module
 */
import type { SluiceError } from "../../core/errors.ts";
import type { GraphDocument } from "../../core/graph/document.ts";
import { readGraphText } from "../../core/graph/graph_text.ts";
import { checkGraph } from "../../core/graph/load.ts";
import { parseSetting } from "../../core/graph/settings.ts";
import type { NodeRegistry } from "../../core/registry/node_registry.ts";
import type { CheckArgs } from "../args.ts";
import { EXIT, reportErrors } from "../output/failure.ts";
import type { Io } from "../output/output.ts";
import { explainUnknownTypes, loadRegistry, warnOfStaleCode } from "../project/packages.ts";

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
export async function readGraph(args: Pick<CheckArgs, "graph" | "set" | "packages">): Promise<ReadGraph> {
  const settings = args.set.map(parseSetting);
  const text = await readGraphText(args.graph);
  const registry = await loadRegistry(args);
  const { document, errors, warnings } = checkGraph(text, args.graph, registry, settings);
  return { text, document, errors: await explainUnknownTypes(errors, registry, args), warnings, registry };
}

/** @returns the exit code */
export async function checkCommand(args: CheckArgs, io: Io): Promise<number> {
  const { document, errors, warnings, registry } = await readGraph(args);
  await warnOfStaleCode(registry, args);
  const [nodes, links] = [document?.nodes.length ?? 0, document?.links.length ?? 0];
  const code = document === undefined ? reportErrors(errors, io, args.json) : EXIT.ok;
  for (const { message } of warnings) io.stderr.line(`warning: ${message}`);
  if (args.json) {
    const ok = document !== undefined;
    io.stdout.line(
      JSON.stringify({
        event: "check",
        file: args.graph,
        ok,
        errors: errors.length,
        warnings: warnings.length,
        nodes,
        links,
      }),
    );
  } else if (document !== undefined) {
    io.stdout.line(
      `${args.graph}: nothing is wrong with the graph (${plural(nodes, "node")}, ${plural(links, "link")}); ` +
        "what lies in files, and whether formats fit, shows when it runs",
    );
  }
  return code;
}

function plural(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}
