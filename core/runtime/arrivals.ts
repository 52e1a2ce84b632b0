/**
 * Nodes that single calls add to a running graph: a call returns the handle at once; the node joins once its edit is in
 * effect.
 *
 * @module
 */
import { describeThrown } from "../errors/thrown.ts";
import type { NodeEntry } from "../graph/entries.ts";
import { defaultNodeId, type NodeId } from "../ids.ts";
import { logger } from "../log.ts";
import type { AnyNodeType } from "../registry/node_type.ts";
import type { AddOptions } from "../runtime_options.ts";
import type { Topology } from "../topology.ts";

/** The nodes on their way into a graph. */
export class Arrivals {
  readonly #topology: Topology;
  readonly #pending = new Set<NodeId>();

  constructor(topology: Topology) {
    this.#topology = topology;
  }

  /**
   * Checks a node against the current graph.
   *
   * @returns the future node, with an id that no other node has or is about to get
   * @throws {SluiceError} as {@linkcode Topology.addNode}
   */
  check(type: AnyNodeType, config: Readonly<Record<string, unknown>>, options: AddOptions): NodeEntry {
    const { nodes } = this.#topology;
    const taken = { has: (id: NodeId) => nodes.has(id) || this.#pending.has(id) };
    const id = options.id ?? defaultNodeId(type.descriptor.type, taken);
    const draft = this.#topology.draft();
    try {
      return draft.addNode(type, config, { ...options, id });
    } finally {
      draft.discard();
    }
  }

  /** Registers a node on its way. @param added settles when the node has joined, or never will */
  expect(id: NodeId, added: Promise<unknown>): void {
    this.#pending.add(id);
    const forget = () => void this.#pending.delete(id);
    added.then(forget, forget);
  }
}

/**
 * Makes a handle usable before its node joins, because edits run in order, and awaitable: `await` gives the plain
 * handle. If nobody awaits it, the log reports why the node was not added.
 *
 * @param added settles when the node is part of the graph, or never will be
 */
export function awaitable<H extends object>(handle: H, added: Promise<unknown>): H & PromiseLike<H> {
  let isAwaited = false;
  added.catch((error) => {
    if (!isAwaited) logger("runtime").error(describeThrown(error).message);
  });
  const then: PromiseLike<H>["then"] = (fulfilled, rejected) => {
    isAwaited = true;
    return added.then(() => handle).then(fulfilled, rejected);
  };
  const own = Object.create(null, { ...Object.getOwnPropertyDescriptors(handle), then: { value: then } });
  return Object.setPrototypeOf(own, Object.getPrototypeOf(handle));
}
