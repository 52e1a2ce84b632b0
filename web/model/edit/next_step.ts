/**
 * What a person who builds a graph does next, in words.
 *
 * @module
 */
import type { GraphSnapshot, GraphState } from "../../../control/schemas/graph.ts";

/** @returns one sentence; `""` where nothing is to be said */
export function nextStepWords({ nodes, links }: GraphSnapshot, state: GraphState | undefined): string {
  const inputsOf = new Set(links.map(({ toNode, toPort }) => `${toNode}.${toPort}`));
  const unlinked = nodes.find(({ id, inputs }) =>
    inputs.some(({ name, optional }) => !optional && !inputsOf.has(`${id}.${name}`))
  );
  const giver = nodes.find(({ outputs }) => outputs.length > 0);
  if (nodes.length === 0) return "";
  if (giver === undefined) return "Add a source, whose frames these nodes can take, such as tone-source";
  if (unlinked !== undefined) {
    const from = nodes.find(({ id, outputs }) => id !== unlinked.id && outputs.length > 0);
    return from === undefined
      ? `Add a source, whose frames ${unlinked.id} can take, such as tone-source`
      : `Drag from ${
        dotOf(sourceFor(unlinked, { nodes, links }), unlinked)
      } onto ${unlinked.id} to link them, or press c`;
  }
  if (links.length === 0) return `Add what the frames of ${giver.id} go to, such as reverb, level-meter or wav-sink`;
  if (state === "building") return "Press Start to run the graph";
  return state === "running" ? "The graph runs: click a link to see and hear what it carries" : "";
}

type Node = GraphSnapshot["nodes"][number];

const ORDINALS = ["first", "second", "third", "fourth"];

/** The output that fits a node, by its place on the card where there are several. */
function dotOf({ id, outputs }: Node, to: Node): string {
  const fitting = outputs.findIndex((output) => fits(output, to));
  const { name } = outputs[Math.max(fitting, 0)];
  const which = outputs.length === 1 ? "the dot" : `the ${ORDINALS[fitting] ?? "right"} dot (${name})`;
  return `${which} on the right edge of ${id}`;
}

/** True if an output has the kind of frames that an input of a node takes. */
function fits({ type }: Node["outputs"][number], { inputs }: Node): boolean {
  const kindOf = (text: string) => text.split("<")[0];
  return inputs.some((input) => kindOf(input.type) === kindOf(type));
}

/** The node whose frames another one most likely takes: the last of a chain that leads on to none. */
function sourceFor(to: Node, { nodes, links }: Pick<GraphSnapshot, "nodes" | "links">): Node {
  const all = nodes.filter((node) => node.id !== to.id && node.outputs.length > 0);
  const fitting = all.filter(({ outputs }) => outputs.some((output) => fits(output, to)));
  const others = fitting.length > 0 ? fitting : all;
  const isFed = ({ id, inputs }: GraphSnapshot["nodes"][number]) =>
    inputs.length === 0 || links.some(({ toNode }) => toNode === id);
  const free = others.filter((node) => !links.some(({ fromNode }) => fromNode === node.id));
  return free.find(isFed) ?? others.find(isFed) ?? others[0];
}
