/**
 * Nodes that print to the same streams as the command line.
 *
 * @module
 */
import type { GraphDocument, GraphNode } from "../../core/graph/schema.ts";
import type { NodeRegistry } from "../../core/registry/node_registry.ts";

/** The node type that prints. */
const CONSOLE = "console-sink";

/**
 * With `--json`, standard output belongs to the events: nodes that would print there print to standard error instead.
 */
export function keepOffStdout(document: GraphDocument): GraphDocument {
  const nodes = document.nodes.map((node) =>
    targetOf(node) === "stdout" ? { ...node, config: { ...node.config, target: "stderr" } } : node
  );
  return { ...document, nodes };
}

/** Whether a node writes to standard output, by what its type says of itself. */
export function takesStdout(document: GraphDocument, registry: NodeRegistry): boolean {
  return document.nodes.some(({ type, config }) => {
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
  return type === CONSOLE ? String(config.target ?? "stdout") : undefined;
}
