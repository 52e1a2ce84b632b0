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
      : `Drag from the dot on the right edge of ${
        sourceFor(unlinked.id, { nodes, links })
      } onto ${unlinked.id} to link them`;
  }
  if (links.length === 0) return `Add what the frames of ${giver.id} go to, such as reverb, level-meter or wav-sink`;
  if (state === "building") return "Press Start to run the graph";
  return state === "running" ? "The graph runs: click a link to see and hear what it carries" : "";
}

/** The node whose frames another one most likely takes: the last of a chain that leads on to none. */
function sourceFor(id: string, { nodes, links }: Pick<GraphSnapshot, "nodes" | "links">): string {
  const others = nodes.filter((node) => node.id !== id && node.outputs.length > 0);
  const isFed = ({ id, inputs }: GraphSnapshot["nodes"][number]) =>
    inputs.length === 0 || links.some(({ toNode }) => toNode === id);
  const free = others.filter((node) => !links.some(({ fromNode }) => fromNode === node.id));
  return (free.find(isFed) ?? others.find(isFed) ?? others[0]).id;
}
