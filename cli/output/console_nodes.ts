/**
 * Nodes that print to the same streams as the command line.
 *
 * @module
 */
import type { GraphDocument, GraphNode } from "../../core/graph/schema.ts";
import { isStdoutReserved } from "../../core/log/console_output.ts";
import type { NodeRegistry } from "../../core/registry/node_registry.ts";

/** The node type that prints. */
const CONSOLE = "console-sink";

/** Whether a node writes to standard output, by what its type says of itself. */
export function takesStdout(document: GraphDocument, registry: NodeRegistry): boolean {
  return document.nodes.some(({ type, config }) => {
    if (type === CONSOLE && isStdoutReserved()) return false;
    const { stdout, config: schema } = registry.get(type).descriptor;
    return stdout !== undefined &&
      Object.entries(stdout).every(([key, value]) =>
        JSON.stringify(config[key] ?? schema.properties[key]?.default) === JSON.stringify(value)
      );
  });
}

/** Whether a node prints to a terminal, where it would run into a line that is redrawn. */
export function printsToTerminal(document: GraphDocument): boolean {
  const targets = new Set(document.nodes.map(targetOf));
  return (targets.has("stdout") && Deno.stdout.isTerminal()) || (targets.has("stderr") && Deno.stderr.isTerminal());
}

function targetOf({ type, config }: GraphNode): string | undefined {
  if (type !== CONSOLE) return undefined;
  return isStdoutReserved() ? "stderr" : String(config.target ?? "stdout");
}
