/**
 * The graph as its user built it: nodes, links, and the rules that hold between them before anything runs.
 *
 * @module
 */
import { assertConfig } from "./config_check.ts";
import { listNames, SluiceError } from "./errors.ts";
import { assertLinkable, resolvePort } from "./graph/link_rules.ts";
import { graphOrder } from "./graph/order.ts";
import { type LinkId, linkId, type NodeId, nodeId, portAddress } from "./ids.ts";
import { laneOf } from "./lanes/lane_choice.ts";
import { checkLaneOptions, type LaneOptions } from "./lanes/lane_options.ts";
import {
  defaultCapacity,
  type GraphMode,
  LINK_POLICIES,
  type LinkOptions,
  type LinkPolicy,
  MAX_LINK_CAPACITY,
} from "./links/policy.ts";
import { type NodeDescriptor, type PortDescriptor, sizePorts } from "./registry/descriptor.ts";
import { nameElements } from "./registry/dynamic_ports.ts";
import type { AnyNodeType } from "./registry/node_type.ts";
import { didYouMean, listSome } from "./suggestion.ts";

/** A node of the graph. */
export interface NodeEntry {
  readonly id: NodeId;
  /** Counts the nodes of the graph from 0. */
  readonly index: number;
  readonly type: AnyNodeType;
  readonly config: Record<string, unknown>;
  /** Name of the lane that runs it. */
  readonly lane: string;
  /** The pool that its outputs take slots from; absent: that of their kind. */
  readonly pool?: string;
}

/** A link of the graph. */
export interface LinkEntry {
  readonly id: LinkId;
  /** Counts the links of the graph from 0. */
  readonly index: number;
  readonly fromNode: NodeId;
  readonly fromPort: string;
  readonly toNode: NodeId;
  readonly toPort: string;
  readonly output: PortDescriptor;
  readonly input: PortDescriptor;
  readonly policy: LinkPolicy;
  readonly capacity: number;
}

/** How a node is added. */
export interface NodeOptions {
  /** By default its type, with a number from the second on. */
  readonly id?: string;
  /** Name of its lane. */
  readonly lane?: string;
  /** Name of its pool. */
  readonly pool?: string;
  /** Elements that its dynamic ports have from the start, beside those that they always start with: `["in_2"]`. */
  readonly ports?: readonly string[];
}

/** See the module. */
export class Topology {
  readonly mode: GraphMode;
  /** What is said of lanes, by name. */
  readonly lanes: { readonly [name: string]: LaneOptions };
  readonly nodes: Map<NodeId, NodeEntry> = new Map();
  readonly links: Map<LinkId, LinkEntry> = new Map();
  /** The link that leads into each input, by address. */
  readonly #occupied = new Map<string, LinkEntry>();
  /** Nodes that a link leads into. */
  readonly #entered = new Set<NodeId>();
  /** A node of each lane. */
  readonly #residents = new Map<string, NodeEntry>();
  readonly #outgoing = new Map<NodeId, LinkEntry[]>();
  /** Types whose names errors may give as converters. */
  readonly #known: () => readonly NodeDescriptor[];

  /**
   * @param known the node types that could be used as converters
   * @param lanes what is said of lanes, by name
   * @throws {SluiceError} `InvalidConfig` for options of a lane, `InvalidGraph` for its name
   */
  constructor(
    mode: GraphMode,
    known: () => readonly NodeDescriptor[],
    lanes: { readonly [name: string]: LaneOptions } = {},
  ) {
    this.mode = mode;
    this.lanes = lanes;
    for (const [name, each] of Object.entries(lanes)) checkLaneOptions(nodeId(name), each);
    this.#known = known;
  }

  /** @throws {SluiceError} `InvalidGraph` for the id, `InvalidConfig` for the configuration */
  addNode(type: AnyNodeType, config: Record<string, unknown>, options: NodeOptions): NodeEntry {
    const { descriptor } = type;
    const id = nodeId(options.id ?? this.#freeId(idOf(descriptor.type)));
    if (this.nodes.has(id)) {
      throw new SluiceError("InvalidGraph", `Cannot add node "${id}": the graph has a node of that id`, { nodeId: id });
    }
    const values = assertConfig(descriptor, id, config);
    const lane = laneOf(id, descriptor, options.lane, this.lanes, this.#residents);
    const { pool } = options;
    const entry: NodeEntry = {
      id,
      index: this.nodes.size,
      type: sizedType(type, values, options.ports ?? []),
      config: values,
      lane,
      pool,
    };
    this.nodes.set(id, entry);
    if (!this.#residents.has(lane)) this.#residents.set(lane, entry);
    return entry;
  }

  /** @throws {SluiceError} `NodeNotFound`, with the nodes there are */
  node(id: string): NodeEntry {
    const entry = this.nodes.get(id as NodeId);
    if (entry !== undefined) return entry;
    const available = [...this.nodes.keys()];
    throw new SluiceError(
      "NodeNotFound",
      `Cannot find node ${JSON.stringify(id)}${didYouMean(id, available)}; nodes: ${listSome(available)}`,
      { nodeId: id, available },
    );
  }

  /**
   * @throws {SluiceError} `NodeNotFound`, `PortNotFound`, `TypeMismatch`, `DestinationOccupied`, `InvalidGraph` for
   * policy or capacity, `CycleWithoutDelay`
   */
  addLink(
    from: { node: string; port: string },
    to: { node: string; port: string },
    options: LinkOptions,
  ): LinkEntry {
    const source = this.node(from.node);
    const target = this.node(to.node);
    const output = { nodeId: source.id, descriptor: source.type.descriptor, port: from.port };
    const input = { nodeId: target.id, descriptor: target.type.descriptor, port: to.port };
    assertLinkable(output, input, this.#known());
    const attempt = `Cannot link "${from.node}.${from.port}" to "${to.node}.${to.port}"`;
    const occupant = this.#occupied.get(portAddress(target.id, to.port));
    if (occupant !== undefined) {
      throw new SluiceError(
        "DestinationOccupied",
        `${attempt}: the input is taken by ${occupant.id} from "${occupant.fromNode}.${occupant.fromPort}"`,
        { nodeId: target.id, port: to.port, linkId: occupant.id },
      );
    }
    const outputPort = resolvePort(output, "output");
    const { policy, capacity } = this.#linkOptions(attempt, options, outputPort);
    const entry: LinkEntry = {
      id: linkId(this.links.size),
      index: this.links.size,
      fromNode: source.id,
      fromPort: from.port,
      toNode: target.id,
      toPort: to.port,
      output: outputPort,
      input: resolvePort(input, "input"),
      policy,
      capacity,
    };
    this.#refuseCycle(attempt, entry);
    this.links.set(entry.id, entry);
    this.#occupied.set(portAddress(target.id, to.port), entry);
    this.#entered.add(target.id);
    const outgoing = this.#outgoing.get(source.id);
    if (outgoing === undefined) this.#outgoing.set(source.id, [entry]);
    else outgoing.push(entry);
    return entry;
  }

  /** The link that leads into an input. */
  linkInto(node: NodeId, port: string): LinkEntry | undefined {
    return this.#occupied.get(portAddress(node, port));
  }

  /** The links that lead away from an output. */
  linksFrom(node: NodeId, port: string): LinkEntry[] {
    return (this.#outgoing.get(node) ?? []).filter((link) => link.fromPort === port);
  }

  /** Whether no link leads into a node. */
  isSource(node: NodeId): boolean {
    return !this.#entered.has(node);
  }

  /** Whether no link leads away from a node. */
  isSink(node: NodeId): boolean {
    return !this.#outgoing.has(node);
  }

  /** The nodes that can be reached from one, in no order. */
  reachable(from: NodeId): Set<NodeId> {
    const seen = new Set<NodeId>();
    const open = [from];
    for (let node = open.pop(); node !== undefined; node = open.pop()) {
      for (const { toNode } of this.#outgoing.get(node) ?? []) {
        if (seen.has(toNode)) continue;
        seen.add(toNode);
        open.push(toNode);
      }
    }
    return seen;
  }

  /**
   * The links that close loops: of each the one that leads, downstream of a node that delays, into the first node that
   * other links feed too; of a loop that nothing feeds, the one out of the delay. Without them the graph has no loop.
   */
  feedbackLinks(): Set<LinkEntry> {
    const feedback = new Set<LinkEntry>();
    const fed = new Map<NodeId, number>();
    for (const { toNode } of this.links.values()) fed.set(toNode, (fed.get(toNode) ?? 0) + 1);
    const closes = (link: LinkEntry) => this.#findPath(link.toNode, link.fromNode, undefined, feedback) !== undefined;
    const delayed = [...this.links.values()].filter((link) => this.#delays(link.fromNode));
    // Downstream of the delay, the first node where the loop meets what feeds it.
    const seen = new Set(delayed);
    for (const link of seen) {
      if (!closes(link)) continue;
      if (fed.get(link.toNode)! > 1) feedback.add(link);
      else for (const next of this.#outgoing.get(link.toNode) ?? []) seen.add(next);
    }
    for (const link of delayed) {
      if (closes(link)) feedback.add(link);
    }
    return feedback;
  }

  /** The nodes, each before those that its links lead to; links that close loops are left out of account. */
  orderedNodes(): NodeEntry[] {
    const feedback = this.feedbackLinks();
    const edges = [...this.links.values()].filter((link) => !feedback.has(link))
      .map(({ fromNode, toNode }) => ({ from: fromNode, to: toNode }));
    return graphOrder([...this.nodes.keys()], edges).map((id) => this.nodes.get(id as NodeId)!);
  }

  /** @throws {SluiceError} `InvalidGraph` if there is no node, or a required input has no link */
  assertComplete(): void {
    if (this.nodes.size === 0) throw new SluiceError("InvalidGraph", "Cannot start: the graph has no nodes");
    for (const { id, type } of this.nodes.values()) {
      for (const port of type.descriptor.inputs) {
        if (port.optional || port.array !== undefined) continue;
        if (this.linkInto(id, port.name) !== undefined) continue;
        throw new SluiceError(
          "InvalidGraph",
          `Cannot start: input "${id}.${port.name}" (${port.type}) is required and has no link`,
          { nodeId: id, port: port.name },
        );
      }
    }
  }

  #linkOptions(
    attempt: string,
    options: LinkOptions,
    output: PortDescriptor,
  ): { policy: LinkPolicy; capacity: number } {
    const policy = options.policy ?? (this.mode === "live" ? "roll-off" : "lossless");
    if (!LINK_POLICIES.includes(policy)) {
      throw new SluiceError(
        "InvalidGraph",
        `${attempt}: policy is "${policy}", wanted ${listNames(LINK_POLICIES)}`,
        { available: LINK_POLICIES },
      );
    }
    const { burst } = output;
    const capacity = policy === "latest" ? 1 : options.capacity ?? Math.max(defaultCapacity(output.kind), 2 * burst);
    if (!Number.isInteger(capacity) || capacity < 1 || capacity > MAX_LINK_CAPACITY) {
      throw new SluiceError(
        "InvalidGraph",
        `${attempt}: capacity is ${capacity}, wanted a whole number from 1 to ${MAX_LINK_CAPACITY}`,
      );
    }
    if (policy === "lossless" && capacity < burst) {
      throw new SluiceError(
        "InvalidGraph",
        `${attempt}: capacity is ${capacity}, but the output writes up to ${burst} frames at once; wanted at least ${burst}`,
      );
    }
    return { policy, capacity };
  }

  #refuseCycle(attempt: string, added: LinkEntry): void {
    const path = this.#findPath(added.toNode, added.fromNode, (id) => this.#delays(id));
    if (path === undefined) return;
    throw new SluiceError(
      "CycleWithoutDelay",
      `${attempt}: it closes a loop with no delay in it: ${
        [...path, added.toNode].map((id) => `"${id}"`).join(" -> ")
      }; put a node that delays on it`,
      { nodeId: added.toNode, port: added.toPort },
    );
  }

  #delays(id: NodeId): boolean {
    return this.nodes.get(id)!.type.descriptor.delays === true;
  }

  /**
   * The nodes on a way from one node to another, both included.
   *
   * @param avoid nodes that the way may not touch
   * @param without links that it may not take
   */
  #findPath(
    start: NodeId,
    goal: NodeId,
    avoid: (node: NodeId) => boolean = () => false,
    without: ReadonlySet<LinkEntry> = new Set(),
  ): NodeId[] | undefined {
    if (avoid(start) || avoid(goal)) return undefined;
    const cameFrom = new Map<NodeId, NodeId | undefined>([[start, undefined]]);
    const open = [start];
    for (let node = open.pop(); node !== undefined; node = open.pop()) {
      if (node === goal) {
        const path: NodeId[] = [];
        for (let at: NodeId | undefined = node; at !== undefined; at = cameFrom.get(at)) path.unshift(at);
        return path;
      }
      for (const link of this.#outgoing.get(node) ?? []) {
        const { toNode } = link;
        if (cameFrom.has(toNode) || without.has(link) || avoid(toNode)) continue;
        cameFrom.set(toNode, node);
        open.push(toNode);
      }
    }
    return undefined;
  }

  #freeId(type: string): string {
    if (!this.nodes.has(type as NodeId)) return type;
    for (let n = 2;; n++) {
      if (!this.nodes.has(`${type}-${n}` as NodeId)) return `${type}-${n}`;
    }
  }
}

/** A node type as a node makes it: with array ports of the sizes that its configuration says, and named elements. */
function sizedType(
  type: AnyNodeType,
  config: { readonly [key: string]: unknown },
  ports: readonly string[],
): AnyNodeType {
  const sized = sizePorts(type.descriptor, config);
  const descriptor = nameElements(nameElements(sized, "input", ports), "output", ports);
  if (descriptor === type.descriptor) return type;
  return { descriptor, package: type.package, load: () => type.load() };
}

/** A node's id by default: its type, where `mixer<4>` becomes `mixer-4`. */
function idOf(type: string): string {
  return type.replace(/[^A-Za-z0-9_-]+/g, "-").replace(/-$/, "");
}
