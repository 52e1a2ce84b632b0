/**
 * The least edit from one graph to another: the commands that change only what differs. Undo, redo, going back, and
 * applying a document are this.
 *
 * @module
 */
import { listNames, SluiceError } from "../../core/errors.ts";
import type { GraphFile, GraphFileLink, GraphFileNode } from "../../core/graph/schema.ts";
import { splitAddress } from "../../core/ids.ts";
import type { Isolation } from "../../core/placement/isolation.ts";
import type { Command } from "../schemas/commands.ts";
import { equal } from "./documents.ts";

/** The parts of a node that commands change while it goes on. Any other part is given only to a node that is added. */
const CHANGEABLE = [
  "type",
  "config",
  "lane",
  "bypassed",
  "ports",
  "isolate",
  "isolateMemoryMb",
  "isolatePermissions",
  "position",
] as const;

/** The parts of a graph that no edit changes. */
const FIXED = ["mode", "pools", "capacity", "convert", "memory", "endsWithSources"] as const;

type Add = Extract<Command, { op: "add" }>;

/** Finds the ports of node types. */
export interface PortFinder {
  /**
   * True if a name is that of an element of a dynamic port of the type, which an edit can add and remove. `undefined`
   * for an unknown type.
   */
  isElement(type: string, direction: "input" | "output", name: string): boolean | undefined;
}

/**
 * Returns the commands that lead from one graph to another. Both are as `runtime.graph()` gives them.
 *
 * @throws {SluiceError} `Busy` if the graphs differ in what no edit changes
 */
export function leastEdit(from: GraphFile, to: GraphFile, ports: PortFinder): Command[] {
  const fixed = FIXED.filter((key) => !equal(from[key], to[key]));
  if (fixed.length > 0) throw new SluiceError("Busy", `Cannot change ${listNames(fixed)} by an edit`);
  const ids = Object.keys(to.nodes);
  const stays = ids.filter((id) => Object.hasOwn(from.nodes, id));
  const [before, after] = [aroundNodes(from), aroundNodes(to)];
  const anew = new Set(stays.filter((id) => isAnew(id, before(id), after(id), ports)));
  const keeps = (link: GraphFileLink) => [link.from, link.to].every((end) => !anew.has(splitAddress(end).node));
  const wanted = new Map((to.links ?? []).map((link) => [link.to, link]));
  const present = new Map((from.links ?? []).map((link) => [link.to, link]));
  const isSame = (link: GraphFileLink, other?: GraphFileLink) =>
    other !== undefined && equal(link, other) && keeps(link);
  const gone = (id: string) => !Object.hasOwn(to.nodes, id) || anew.has(id);
  const removed = Object.keys(from.nodes).filter(gone);
  const disconnected = [...present.values()].filter((link) =>
    !isSame(link, wanted.get(link.to)) && [link.from, link.to].every((end) => !gone(splitAddress(end).node))
  );
  const added = ids.filter((id) => !Object.hasOwn(from.nodes, id) || anew.has(id));
  const kept = stays.filter((id) => !anew.has(id));
  return [
    ...disconnected.map(({ to }): Command => ({ op: "disconnect", to })),
    ...removed.map((node): Command => ({ op: "remove", node })),
    ...kept.flatMap((id) => changeNode(id, before(id), after(id), ports)),
    ...added.map((id) => nodeAsAdd(id, to.nodes[id], after(id).links ?? [])),
    ...[...wanted.values()].filter((link) => !isSame(link, present.get(link.to)))
      .map((link): Command => ({ op: "connect", ...link } as Command)),
  ];
}

/** Returns the command that adds a node of a graph file. @param links at the node */
export function nodeAsAdd(id: string, node: GraphFileNode, links: readonly GraphFileLink[]): Add {
  const { type, config, ports = [], ...options } = node;
  const linked = links.flatMap(({ from, to }) => [from, to]).map(splitAddress).filter((end) => end.node === id);
  const named = new Set(ports.map((port) => typeof port === "string" ? port : port.input ?? port.output));
  const all = [...ports, ...linked.map(({ port }) => port).filter((port) => !named.has(port))];
  return {
    op: "add",
    id,
    type,
    ...(config && { config: config as Add["config"] }),
    ...options,
    ...(all.length > 0 && { ports: all }),
  } as Add;
}

/** Sorts the links of a graph by node. @returns gives the graph with only the links at one node */
function aroundNodes(graph: GraphFile): (id: string) => GraphFile {
  const links = new Map<string, GraphFileLink[]>();
  for (const link of graph.links ?? []) {
    for (const id of new Set([link.from, link.to].map((end) => splitAddress(end).node))) {
      const known = links.get(id);
      if (known === undefined) links.set(id, [link]);
      else known.push(link);
    }
  }
  return (id) => ({ ...graph, links: links.get(id) ?? [] });
}

/** True if no command changes one node into the other, so that it is removed and added. */
function isAnew(id: string, from: GraphFile, to: GraphFile, ports: PortFinder): boolean {
  const [old, next] = [from.nodes[id], to.nodes[id]];
  const fixed = (node: GraphFileNode) =>
    Object.fromEntries(Object.entries(node).filter(([key]) => !(CHANGEABLE as readonly string[]).includes(key)));
  if (!equal(fixed(old), fixed(next))) return true;
  if (old.type === next.type) return false;
  const elements = (graph: GraphFile) => elementsOf(id, graph, ports);
  return elements(from).length > 0 || elements(to).length > 0;
}

/** The same, as a command has them. */
type Replaced = Pick<Extract<Command, { op: "replace" }>, keyof Isolation>;

/** Returns the options of a node about its process. */
function isolationOf({ isolate, isolateMemoryMb, isolatePermissions }: GraphFile["nodes"][string]): Isolation {
  return {
    ...(isolate !== undefined && { isolate }),
    ...(isolateMemoryMb !== undefined && { isolateMemoryMb }),
    ...(isolatePermissions !== undefined && { isolatePermissions }),
  };
}

/** Returns the commands for a node that goes on. */
function changeNode(id: string, from: GraphFile, to: GraphFile, ports: PortFinder): Command[] {
  const [old, next] = [from.nodes[id], to.nodes[id]];
  const [before, after] = [old.config ?? {}, next.config ?? {}];
  const unset = Object.keys(before).filter((key) => !Object.hasOwn(after, key));
  const isolated = !equal(isolationOf(old), isolationOf(next));
  const values = Object.fromEntries(Object.entries(after).filter(([key, value]) => !equal(value, before[key])));
  const commands: Command[] = [];
  const [had, wants] = [elementsOf(id, from, ports), elementsOf(id, to, ports)];
  for (const { direction, port } of without(had, wants)) {
    commands.push({ op: "removePort", node: id, direction, port });
  }
  if (old.type !== next.type || isolated) {
    commands.push({
      op: "replace",
      node: id,
      type: next.type,
      config: after as Add["config"],
      ...(isolated && { isolate: false, ...isolationOf(next) as Replaced }),
    });
  } else if (Object.keys(values).length + unset.length > 0) {
    const more = unset.length > 0 && { unset };
    commands.push({ op: "set", node: id, values: values as Add["config"] & object, ...more });
  }
  if (old.lane !== next.lane) commands.push({ op: "move", node: id, lane: next.lane ?? "auto" });
  for (const { direction, port, kind } of without(wants, had)) {
    commands.push({ op: "addPort", node: id, direction, port, ...(kind && { kind }) });
  }
  if (!equal(old.position, next.position)) {
    commands.push({ op: "place", node: id, ...(next.position && { position: next.position }) });
  }
  // A node of another type is run.
  const isBypassed = old.type === next.type && (old.bypassed ?? false);
  if (isBypassed !== (next.bypassed ?? false)) commands.push({ op: "bypass", node: id, on: !isBypassed });
  return commands;
}

/** An element of a dynamic port. */
interface Element {
  readonly direction: "input" | "output";
  readonly port: string;
  readonly kind?: string;
}

/** Returns the elements of a node's dynamic ports that the graph names: in `ports`, and by links. */
function elementsOf(id: string, { nodes, links = [] }: GraphFile, ports: PortFinder): Element[] {
  const { type, ports: said = [] } = nodes[id];
  const directions = ["input", "output"] as const;
  const found = new Map<string, Element>();
  const note = (element: Element) => void found.set(`${element.direction} ${element.port}`, element);
  for (const each of said) {
    if (typeof each === "string") {
      for (const direction of directions.filter((side) => ports.isElement(type, side, each))) {
        note({ direction, port: each });
      }
    } else {
      const direction = each.input === undefined ? "output" : "input";
      note({ direction, port: each[direction]!, kind: each.kind });
    }
  }
  for (const link of links) {
    for (const [direction, end] of [["output", link.from], ["input", link.to]] as const) {
      const { node, port } = splitAddress(end);
      if (node === id && !found.has(`${direction} ${port}`) && ports.isElement(type, direction, port)) {
        note({ direction, port });
      }
    }
  }
  return [...found.values()];
}

function without(all: readonly Element[], others: readonly Element[]): Element[] {
  return all.filter((each) => !others.some((other) => equal(each, other)));
}
