/** What a graph that is edited at random should be, and operations on it, each with what it does to the model. */
import type { LinkId } from "../../core/ids.ts";
import type { LinkPolicy } from "../../core/links/policy.ts";
import type { GraphEdit } from "../../core/live/graph_edit.ts";
import {
  editedAsyncPass,
  type EditedConfig,
  editedPass,
  editedSink,
  editedSource,
  type Fault,
  needySink,
  stereoSink,
} from "../fixtures/edited.ts";
import type { NodeHandle } from "../../core/registry/handle.ts";
import type { NodeSpec } from "../../core/registry/node_type.ts";
import type { Random } from "./random.ts";

/** Lanes that nodes are on, two of them workers. */
export const LANES = ["main", "near", "far"];

/** Nodes that are never edited themselves: a chain over all lanes. */
export const CONTROL = ["control-source", "control-pass", "control-sink"];

type Kind = "source" | "pass" | "async" | "sink";

const TYPES = { source: editedSource, pass: editedPass, async: editedAsyncPass, sink: editedSink };

/** A node as it should be. */
export interface ModelNode {
  readonly id: string;
  readonly token: number;
  readonly kind: Kind;
  lane: string;
  readonly fault: Fault;
}

/** A link as it should be. */
export interface ModelLink {
  readonly id: LinkId;
  readonly from: string;
  readonly to: string;
  readonly policy: LinkPolicy;
}

/** What an operation is given. */
export interface Attempt {
  readonly edit: GraphEdit;
  readonly model: Model;
  readonly random: Random;
  /** Most nodes that the graph may have. */
  readonly most: number;
}

/** An operation. @returns whether it could be done to this graph */
export type Operation = (attempt: Attempt) => boolean;

export class Model {
  readonly ledger: string;
  readonly nodes = new Map<string, ModelNode>();
  readonly links = new Map<LinkId, ModelLink>();
  /** Whether the graph is paused, so that nodes have no first tick. */
  isPaused = false;
  /** Nodes that are there, by token, before this transaction. */
  readonly old = new Set<number>();
  /** Nodes that this transaction is to fail by, which nothing else may happen to. */
  readonly locked = new Set<string>();
  /** Nodes that were given an input in this transaction. */
  readonly joined: string[] = [];
  #tokens: { next: number };

  constructor(ledger: string, tokens: { next: number }) {
    this.ledger = ledger;
    this.#tokens = tokens;
  }

  /** A copy to try a transaction on. Tokens are never used again. */
  clone(): Model {
    const copy = new Model(this.ledger, this.#tokens);
    for (const [id, node] of this.nodes) {
      copy.nodes.set(id, { ...node });
      copy.old.add(node.token);
    }
    for (const [id, link] of this.links) copy.links.set(id, link);
    return copy;
  }

  config(token: number, fault: Fault = ""): EditedConfig {
    return { token, ledger: this.ledger, fault };
  }

  token(): number {
    return this.#tokens.next++;
  }

  linkInto(id: string): ModelLink | undefined {
    return [...this.links.values()].find(({ to }) => to === id);
  }

  /** The links on the way to a node, from the last to the first. */
  pathTo(id: string): ModelLink[] {
    const path: ModelLink[] = [];
    for (let link = this.linkInto(id); link !== undefined; link = this.linkInto(link.from)) path.push(link);
    return path;
  }

  /** Nothing happens to a node, and those that it may wait for: a reader that an edit holds leaves it no room. */
  lockWithReaders(id: string): void {
    this.locked.add(id);
    for (const { from, to, policy } of this.links.values()) {
      if (from === id && policy === "lossless" && !this.locked.has(to)) this.lockWithReaders(to);
    }
  }

  /** Whether blocks come to a sink. */
  isFed({ id, kind }: ModelNode): boolean {
    const source = this.nodes.get(this.pathTo(id).at(-1)?.from ?? "");
    return kind === "sink" && source?.kind === "source" && !this.isPaused;
  }

  /** Nodes that edits may concern. */
  get editable(): ModelNode[] {
    return [...this.nodes.values()].filter(({ id }) => !CONTROL.includes(id) && !this.locked.has(id));
  }

  /** Those of them that read, or write. */
  readers(): ModelNode[] {
    return this.editable.filter(({ kind }) => kind !== "source");
  }

  writers(): ModelNode[] {
    return [...this.nodes.values()].filter(({ kind }) => kind !== "sink");
  }
}

/** Operations that should succeed, more often those that stand here twice. */
export const OPERATIONS: readonly Operation[] = [
  add,
  add,
  add,
  remove,
  remove,
  link,
  link,
  link,
  unlink,
  replace,
  replaceElsewhere,
  move,
  move,
  bypass,
  reconfigure,
];

/** Operations that must make a transaction fail, with the code of its error; `first`: before all others in it. */
export const FAILURES: readonly { readonly operation: Operation; readonly code: string; readonly first?: true }[] = [
  { code: "NodeFailed", operation: (attempt) => addNode(attempt, "pass", "setup") },
  { code: "NodeFailed", operation: (attempt) => replaceBy(attempt, "setup") },
  { code: "NodeFailed", operation: (attempt) => replaceBy(attempt, "restore") },
  { code: "NodeFailed", operation: (attempt) => replaceBy(attempt, "restore", pickLane(attempt)) },
  { code: "NodeFailed", operation: moveUnsendable },
  { code: "NodeFailed", operation: (attempt) => replaceBy(attempt, "tick"), first: true },
  { code: "TypeMismatch", operation: clash },
  { code: "InvalidGraph", operation: overfill },
  { code: "DestinationOccupied", operation: occupy },
  { code: "NodeNotFound", operation: ({ edit }) => (edit.remove("nobody"), true) },
];

/** Adds a node by hand. */
export function addNode({ edit, model, random }: Attempt, kind: Kind, fault: Fault = "", id = ""): boolean {
  const token = model.token();
  const node = { id: id || `n${token}`, token, kind, lane: random.pick(LANES), fault };
  const config = model.config(token, fault);
  // One that needs a link waits while it has none.
  const spec = kind === "sink" && random.below(3) === 0 ? needySink(config) : specOf(kind, config);
  edit.add(spec as NodeSpec<NodeHandle>, { id: node.id, lane: node.lane });
  model.nodes.set(node.id, node);
  if (fault === "setup") model.locked.add(node.id);
  return true;
}

/** Links two nodes by hand. */
export function linkNodes({ edit, model }: Attempt, from: string, to: string, policy: LinkPolicy): void {
  const id = edit.connectByName(`${from}.out`, `${to}.in`, { policy });
  model.links.set(id, { id, from, to, policy });
  model.joined.push(to);
}

function specOf(kind: Kind, config: EditedConfig): NodeSpec<NodeHandle> {
  return TYPES[kind](config) as unknown as NodeSpec<NodeHandle>;
}

function add(attempt: Attempt): boolean {
  const { model, random, most } = attempt;
  if (model.nodes.size >= most) return false;
  addNode(
    attempt,
    random.pick(["source", "pass", "pass", "async", "sink", "sink"]),
    random.below(8) === 0 ? "snapshot" : "",
  );
  return true;
}

function remove({ edit, model, random }: Attempt): boolean {
  const { editable } = model;
  if (editable.length < 8) return false;
  const { id } = random.pick(editable);
  edit.remove(id);
  model.nodes.delete(id);
  for (const each of model.links.values()) if (each.from === id || each.to === id) model.links.delete(each.id);
  return true;
}

function link(attempt: Attempt): boolean {
  const { model, random } = attempt;
  const free = model.readers().filter(({ id }) => model.linkInto(id) === undefined);
  if (free.length === 0) return false;
  const { id } = random.pick(free);
  const from = model.writers().filter((node) =>
    node.id !== id && model.pathTo(node.id).every((each) => each.from !== id)
  );
  const policy = random.pick(["lossless", "lossless", "lossless", "roll-off", "drop-newest", "latest"] as const);
  linkNodes(attempt, random.pick(from).id, id, policy);
  return true;
}

function unlink({ edit, model, random }: Attempt): boolean {
  const links = [...model.links.values()].filter(({ to }) => !CONTROL.includes(to) && !model.locked.has(to));
  if (links.length === 0) return false;
  const { id } = random.pick(links);
  edit.disconnect(id);
  model.links.delete(id);
  return true;
}

function replace(attempt: Attempt): boolean {
  return replaceBy(attempt, "");
}

function replaceElsewhere(attempt: Attempt): boolean {
  return replaceBy(attempt, "", pickLane(attempt));
}

function move({ edit, model, random }: Attempt): boolean {
  const nodes = model.editable.filter(({ fault }) => fault === "");
  if (nodes.length === 0) return false;
  const node = random.pick(nodes);
  node.lane = random.pick(LANES);
  edit.move(node.id, node.lane);
  return true;
}

function bypass({ edit, model, random }: Attempt): boolean {
  const nodes = model.editable.filter(({ kind }) => kind === "pass");
  if (nodes.length === 0) return false;
  edit.bypass(random.pick(nodes).id, random.below(2) === 0);
  return true;
}

function reconfigure({ edit, model, random }: Attempt): boolean {
  const nodes = model.editable;
  if (nodes.length === 0) return false;
  edit.reconfigure(random.pick(nodes).id, { live: random.below(1_000) });
  return true;
}

function pickLane({ random }: Attempt): string {
  return random.pick(LANES);
}

/** Another instance takes a node's place, which has to fail if it is told to. */
function replaceBy({ edit, model, random }: Attempt, fault: Fault, lane?: string): boolean {
  // Passes know nothing that they could refuse to take up; nor do nodes that are new.
  const nodes = model.editable.filter((node) => node.fault === "");
  const fit = nodes.filter((each) => {
    if (fault === "restore") return (each.kind === "source" || each.kind === "sink") && model.old.has(each.token);
    return fault !== "tick" || model.isFed(each);
  });
  if (fit.length === 0) return false;
  const node = random.pick(fit);
  edit.replace(node.id, specOf(node.kind, model.config(node.token, fault)), lane === undefined ? {} : { lane });
  if (lane !== undefined) node.lane = lane;
  if (fault !== "") model.locked.add(node.id);
  // What leads to it goes on as it is, and so do those that it waits for, so that there is a first tick.
  if (fault === "tick") { for (const { from } of model.pathTo(node.id)) model.lockWithReaders(from); }
  return true;
}

/** A node whose state cannot be sent to another lane is told to go there. */
function moveUnsendable({ edit, model, random }: Attempt): boolean {
  const nodes = model.editable.filter(({ fault, token }) => fault === "snapshot" && model.old.has(token));
  if (nodes.length === 0) return false;
  const node = random.pick(nodes);
  model.locked.add(node.id);
  edit.move(node.id, random.pick(LANES.filter((lane) => lane !== node.lane)));
  return true;
}

function clash({ edit, model, random }: Attempt): boolean {
  const sources = model.editable.filter(({ kind }) => kind === "source");
  if (sources.length === 0) return false;
  const token = model.token();
  const { id } = random.pick(sources);
  model.locked.add(id);
  edit.add(stereoSink(model.config(token)), { id: `n${token}`, lane: random.pick(LANES) });
  edit.connectByName(`${id}.out`, `n${token}.in`);
  return true;
}

function overfill({ edit, model, random }: Attempt): boolean {
  const free = model.readers().filter(({ id }) => model.linkInto(id) === undefined);
  if (free.length === 0) return false;
  edit.connectByName(`${CONTROL[0]}.out`, `${random.pick(free).id}.in`, { capacity: 0 });
  return true;
}

function occupy({ edit, model, random }: Attempt): boolean {
  if (model.links.size === 0) return false;
  const { to } = random.pick([...model.links.values()]);
  edit.connectByName(`${CONTROL[0]}.out`, `${to}.in`);
  return true;
}
