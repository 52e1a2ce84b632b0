/**
 * The nodes that a script uses: those that a single call adds to a running graph, with a handle that works at once, and
 * those that exchange frames with the script.
 *
 * @module
 */
import { describeThrown } from "../errors/thrown.ts";
import type { NodeEntry } from "../graph/entries.ts";
import { defaultNodeId, type NodeId, portAddress } from "../ids.ts";
import { logger } from "../log.ts";
import type { AnyNodeType, NodeSpec } from "../registry/node_type.ts";
import type { AddOptions } from "../runtime_options.ts";
import type { Topology } from "../topology.ts";
import type { Joined, Left } from "../app/app_node.ts";
import type { NodeHandle } from "../registry/handle.ts";
import type { WantedValue } from "../descriptor/value_check.ts";

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

/** The nodes of one runtime that its script uses. */
export class ScriptNodes {
  readonly #topology: Topology;
  readonly #run: () => Promise<unknown>;
  readonly #failure: () => Error | undefined;
  /** Callbacks of nodes, to call with the reason if a start is refused or never comes. */
  readonly #onRefused = new Set<(reason: unknown) => void>();

  /**
   * @param run settles as `runtime.finished`
   * @param failure returns the reason why the run fails, once known
   */
  constructor(topology: Topology, run: () => Promise<unknown>, failure: () => Error | undefined) {
    this.#topology = topology;
    this.#run = run;
    this.#failure = failure;
  }

  /** Makes the handle by which the script uses a node. @param plain the handle with the ports alone */
  join<H extends NodeHandle>({ extend }: Pick<NodeSpec<H>, "extend">, plain: NodeHandle): Joined<H> {
    const departures: Left[] = [];
    const handle = extend?.(plain, {
      run: this.#run,
      failure: this.#failure,
      wanted: wantedValues(this.#topology, plain.id),
      onRefused: (listener) => {
        this.#onRefused.add(listener);
        departures.push(() => this.#onRefused.delete(listener));
      },
      onDeparture: (listener) => void departures.push(listener),
    }) ?? plain as H;
    const left = (reason?: unknown) => departures.splice(0).forEach((tell) => tell(reason));
    return { handle, left: departures.length > 0 ? left : undefined };
  }

  /** Reports to the nodes that a start is refused, or never comes. */
  refuseStart(reason: unknown): void {
    for (const tell of this.#onRefused) tell(reason);
  }

  /** Reports to the nodes of a failed edit that they were not added, unless the edit is in effect. */
  refuseEdit(joined: Iterable<Left>, reason: unknown): void {
    for (const left of joined) if (!this.#topology.awaitsDeparture(left)) left(reason);
  }
}

/**
 * Reads the schemas behind a node's outputs, as far as the links determine them.
 *
 * @returns a function that returns the schemas of the current graph
 */
export function wantedValues(topology: Topology, nodeId: string): () => readonly WantedValue[] {
  let version = -1;
  let wanted: readonly WantedValue[] = [];
  return () => {
    if (version !== topology.version) wanted = readWanted(topology, nodeId);
    version = topology.version;
    return wanted;
  };
}

function readWanted(topology: Topology, nodeId: string): WantedValue[] {
  // An edit may have removed the node while its last tick runs.
  return topology.connections.fromNode(nodeId as NodeId).flatMap(({ toNode, toPort, input }) => {
    const { schema = "", valueSchema } = topology.carried.of(toNode, toPort, input);
    return valueSchema === undefined
      ? []
      : [{ address: portAddress(toNode, toPort), type: schema, schema: valueSchema }];
  });
}
