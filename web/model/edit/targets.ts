/**
 * Inputs that a link from an output can lead to, and for the others the reason why not, as far as kinds, types and
 * links tell. The runtime has the last word.
 *
 * @module
 */
import type { GraphSnapshot, NodeInfo, NodeTypeInfo, PortInfo, TypePort } from "../../../control/schemas/graph.ts";

/** An end of a link that is not made yet. */
export interface Target {
  /** Index of the node in the graph. */
  readonly node: number;
  /** Name of the input, or of the dynamic port that gets another element. */
  readonly port: string;
  /** Place of the port among the inputs of the node; for another element their number. */
  readonly at: number;
  /** `gain.audioIn`. */
  readonly address: string;
  /** Why it does not fit; `""` if it does. */
  readonly why: string;
}

/** Types by name. */
export type TypesByName = ReadonlyMap<string, NodeTypeInfo>;

/** All inputs of a graph as ends of a link from an output. */
export function targetsOf(graph: GraphSnapshot, types: TypesByName, from: string): Target[] {
  const output = findOutput(graph, types, from);
  const takenBy = new Map(
    graph.links.map((link) => [`${link.toNode}.${link.toPort}`, `${link.fromNode}.${link.fromPort}`]),
  );
  return graph.nodes.flatMap((node, index) => {
    const targets = node.inputs.map((port, at): Target => {
      const address = `${node.id}.${port.name}`;
      const other = takenBy.get(address);
      const why = other === undefined ? misfit(output, withType(node, port, types)) : `has a link from ${other}`;
      return { node: index, port: port.name, at, address, why };
    });
    const more = (types.get(node.type)?.inputs ?? []).flatMap((port): Target[] => {
      const count = node.inputs.filter(({ name }) => baseOf(name) === port.name).length;
      if (port.dynamic === undefined || count >= port.dynamic.max) return [];
      if (targets.some((each) => baseOf(each.port) === port.name && each.why === "")) return [];
      return [{
        node: index,
        port: port.name,
        at: node.inputs.length,
        address: `${node.id}.${port.name}`,
        why: misfit(output, port),
      }];
    });
    return [...targets, ...more];
  });
}

/** The input of a node that a link dropped on the node leads to: the first that fits, or else the first. */
export function targetOn(targets: readonly Target[], node: number): Target | undefined {
  const those = targets.filter((each) => each.node === node);
  return those.find(({ why }) => why === "") ?? those[0];
}

/** Says why frames of an output do not fit an input; `""` if they do or if links have yet to tell. */
export function misfit(output: PortInfo | TypePort | undefined, input: PortInfo | TypePort): string {
  if (output === undefined) return "";
  const [given, taken] = [kindsOf(output), kindsOf(input)];
  if (given.length > 0 && taken.length > 0 && !given.some((kind) => taken.includes(kind))) {
    return `takes ${taken.join(" or ")}, not ${given.join(" or ")}`;
  }
  const [have, want] = ["schema" in output ? output.schema : undefined, "schema" in input ? input.schema : undefined];
  return have !== undefined && want !== undefined && have !== want ? `takes ${want}, not ${have}` : "";
}

/** The name without the number of an element: `audioIn_3` is of `audioIn`. */
export function baseOf(port: string): string {
  return port.replace(/_\d+$/, "");
}

function findOutput(graph: GraphSnapshot, types: TypesByName, from: string): PortInfo | TypePort | undefined {
  const at = from.indexOf(".");
  const node = graph.nodes.find(({ id }) => id === from.slice(0, at));
  const port = node?.outputs.find(({ name }) => name === from.slice(at + 1));
  if (node === undefined || port === undefined) return undefined;
  const declared = types.get(node.type)?.outputs.find(({ name }) => name === port.name || name === baseOf(port.name));
  return { ...declared, ...port };
}

function withType(node: NodeInfo, port: PortInfo, types: TypesByName): PortInfo | TypePort {
  const declared = types.get(node.type)?.inputs.find(({ name }) => name === port.name || name === baseOf(port.name));
  return { ...declared, ...port };
}

function kindsOf({ kind, kinds }: PortInfo): readonly string[] {
  return kind === undefined ? kinds ?? [] : [kind];
}
