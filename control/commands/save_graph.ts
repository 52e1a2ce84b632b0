/**
 * Writes a graph back to its file: only what differs from the file is written, so that its order, its layout and what it
 * leaves to defaults stay.
 *
 * @module
 */
import { applyEdits, type FormattingOptions, modify } from "jsonc-parser";
import { SluiceError } from "../../core/errors.ts";
import type { GraphFile, GraphFileLink, GraphFileNode } from "../../core/graph/schema.ts";
import { equal } from "./documents.ts";

const LAYOUT: FormattingOptions = { insertSpaces: true, tabSize: 2, eol: "\n" };

/** The parts of a graph beside its nodes and links. */
const PARTS = ["mode", "endsWithSources", "pools", "memory", "capacity", "convert", "lanes"] as const;

/** A place in a file: keys and indices. */
type Place = (string | number)[];

/**
 * Returns the text of a file with another graph.
 *
 * @param text of the file, which is a graph
 * @param before the graph of the file, as `runtime.graph()` would give it
 * @param after the graph to write
 * @throws {SluiceError} `InvalidGraph` for a file with sub-graphs, which the graph no longer shows
 */
export function rewriteGraph(text: string, before: GraphFile, after: GraphFile): string {
  const file = JSON.parse(text) as GraphFile;
  if (Object.values(file.nodes).some((node) => Object.hasOwn(node, "graph"))) {
    throw new SluiceError(
      "InvalidGraph",
      "Cannot save the graph: its file has sub-graphs, whose nodes are now the graph's own; save it under another name",
    );
  }
  let made = text;
  const set = (place: Place, value: unknown, isInsertion = false) => {
    made = applyEdits(made, modify(made, place, value, { formattingOptions: LAYOUT, isArrayInsertion: isInsertion }));
  };
  for (const key of PARTS) if (!equal(before[key], after[key])) set([key], after[key]);
  for (const id of Object.keys(file.nodes)) if (!Object.hasOwn(after.nodes, id)) set(["nodes", id], undefined);
  for (const [id, node] of Object.entries(after.nodes)) {
    const old = Object.hasOwn(before.nodes, id) ? before.nodes[id] : undefined;
    if (old === undefined || !Object.hasOwn(file.nodes, id)) set(["nodes", id], withoutDefaults(node));
    else changeNode(["nodes", id], old, node, set);
  }
  changeLinks(file.links ?? [], before.links ?? [], after.links ?? [], set);
  return made;
}

/** Returns the text of a new file. */
export function writeGraph(graph: GraphFile): string {
  const nodes = Object.fromEntries(Object.entries(graph.nodes).map(([id, node]) => [id, withoutDefaults(node)]));
  return `${JSON.stringify({ ...graph, nodes }, undefined, 2)}\n`;
}

function changeNode(
  place: Place,
  before: GraphFileNode,
  after: GraphFileNode,
  set: (place: Place, value: unknown) => void,
): void {
  const { config: old = {}, ...others } = before;
  const { config: now = {}, ...next } = after;
  for (const key of new Set([...Object.keys(others), ...Object.keys(next)])) {
    const value = next[key as keyof typeof next];
    if (!equal(others[key as keyof typeof others], value)) set([...place, key], value);
  }
  for (const key of new Set([...Object.keys(old), ...Object.keys(now)])) {
    if (!equal(old[key], now[key])) set([...place, "config", key], now[key]);
  }
}

function changeLinks(
  file: readonly GraphFileLink[],
  before: readonly GraphFileLink[],
  after: readonly GraphFileLink[],
  set: (place: Place, value: unknown, isInsertion?: boolean) => void,
): void {
  const [old, now] = [before, after].map((links) => new Map(links.map((link) => [link.to, link])));
  const isKept = ({ to }: GraphFileLink) => old.has(to) && equal(old.get(to), now.get(to));
  for (const [index, link] of [...file.entries()].reverse()) if (!isKept(link)) set(["links", index], undefined);
  let end = file.filter(isKept).length;
  const there = new Set(file.filter(isKept).map(({ to }) => to));
  for (const link of after) {
    if (there.has(link.to)) continue;
    if (file.length === 0 && end === 0) set(["links"], [link]);
    else set(["links", end], link, true);
    end++;
  }
}

function withoutDefaults({ config, bypassed, ...node }: GraphFileNode): GraphFileNode {
  const hasConfig = config !== undefined && Object.keys(config).length > 0;
  return { ...node, ...(hasConfig && { config }), ...(bypassed === true && { bypassed }) };
}
