/**
 * The graph as its user built it: nodes, links, and the rules that hold between them before anything runs.
 *
 * @module
 */
import { assertBypass, canBypass } from "./descriptor/bypassable.ts";
import { assertConfig, ownConfig } from "./descriptor/config_check.ts";
import { expandPort } from "./descriptor/descriptor.ts";
import { removeElement } from "./descriptor/dynamic_ports.ts";
import { addAnyElement } from "./descriptor/named_ports.ts";
import { SluiceError } from "./errors.ts";
import type { FrameKind } from "./frames/format.ts";
import { CarriedTypes, spreadKind } from "./graph/carried_types.ts";
import { type Connection, ConnectionManager } from "./graph/connection_manager.ts";
import type { ConversionStep } from "./graph/conversion.ts";
import type { MapChanges } from "./graph/draft_map.ts";
import type { LinkEntry, NodeEntry } from "./graph/entries.ts";
import { GraphNumbers } from "./graph/graph_numbers.ts";
import { conversionBetween } from "./graph/known_formats.ts";
import { factsOf, portsBetween, roomBetween } from "./graph/link_facts.ts";
import {
  assertEnd,
  assertForward,
  assertLinkable,
  attemptOf,
  type LinkEnd,
  linkNotFound,
  resolvePort,
} from "./graph/link_rules.ts";
import { NodeTable } from "./graph/node_table.ts";
import { assertDelayed } from "./graph/order.ts";
import { assertLaneRuns, assertLinksFit, typeAfter, unfitHidden } from "./graph/replacement.ts";
import { assertPosition, keptOptions, type NodeOption, present } from "./graph/schema.ts";
import type { Supervision } from "./graph/supervision.ts";
import { defaultNodeId, isHidden, laneName, type LinkId, type NodeId, nodeId } from "./ids.ts";
import type { ConvertChoice, GraphMode, LinkCapacity, LinkOptions } from "./links/policy.ts";
import { type Isolation, NOT_ISOLATED } from "./placement/isolation.ts";
import { checkLaneOptions, DEFAULT_LANE, isAutoPlaced, laneOf } from "./placement/lane_choice.ts";
import type { LaneOptions } from "./placement/lane_options.ts";
import { assertSchedulable, scheduleOf } from "./placement/schedule.ts";
import { type AnyNodeType, sizedType, withDescriptor } from "./registry/node_type.ts";
import { isolatedType } from "./registry/process_program.ts";
import type { AddOptions } from "./runtime_options.ts";

/** The part of a node or link that is at fault: an option, or another part. */
export type Fault = NodeOption | "config" | "schedule" | "from" | "to" | "link";

/** The result of a check that failed and whose error was noted. */
const FAILED = Symbol("failed");

/** The options of a graph. */
export interface TopologyOptions {
  readonly mode: GraphMode;
  /** Returns the node types that could serve as converters; absent: none. */
  readonly known?: () => readonly AnyNodeType[];
  /** Options of lanes, by name. */
  readonly lanes?: { readonly [name: string]: LaneOptions };
  /** Supervision of nodes without a choice of their own; by default `fail`. */
  readonly supervision?: Supervision;
  /** Capacity of links without one of their own; by default `byKind`. */
  readonly capacity?: LinkCapacity;
  /** The choice of converters for links without a choice of their own; by default `off`. */
  readonly convert?: ConvertChoice;
}

/** The nodes, links and lanes of one graph, or of a draft of it. */
export class Topology {
  mode: GraphMode;
  /** As {@linkcode TopologyOptions} has them, these four. */
  lanes: { readonly [name: string]: LaneOptions };
  readonly supervision: Supervision;
  readonly capacity: LinkCapacity;
  readonly convert: ConvertChoice;
  connections: ConnectionManager<LinkEntry>;
  #nodes: NodeTable;
  #numbers: GraphNumbers;
  readonly #isDraft: boolean;
  #version = 0;
  /** The types that ports carry; absent if not known for the current graph. */
  #carried: CarriedTypes | undefined;
  /** Returns the types that converters may have. */
  protected readonly known: () => readonly AnyNodeType[];

  /**
   * @param from the graph, for a draft
   * @throws {SluiceError} `InvalidConfig` for options of a lane, `InvalidGraph` for its name
   */
  constructor(options: TopologyOptions, from?: Topology) {
    const { mode, known = () => [], lanes = {}, supervision = "fail", capacity = "byKind", convert = "off" } = options;
    for (const [name, each] of Object.entries(lanes)) checkLaneOptions(laneName(name), each);
    this.mode = mode;
    this.lanes = lanes;
    this.supervision = supervision;
    this.capacity = capacity;
    this.convert = convert;
    this.known = known;
    this.#nodes = new NodeTable(from && from.#nodes);
    this.connections = new ConnectionManager(from?.connections);
    this.#numbers = new GraphNumbers(from && from.#numbers);
    this.#isDraft = from !== undefined;
  }

  /** The nodes, in the order in which they were added. */
  get nodes(): ReadonlyMap<NodeId, NodeEntry> {
    return this.#nodes.all;
  }

  /** The names of the lanes that have nodes. */
  get usedLanes(): Iterable<string> {
    return this.#nodes.residents.keys();
  }

  /** Nodes that delay. */
  get delaying(): ReadonlySet<NodeId> {
    return this.#nodes.delaying;
  }

  /** The links, in the order in which they were made. */
  get links(): ReadonlyMap<LinkId, LinkEntry> {
    return this.connections.all;
  }

  /** Makes a draft to try an edit on. It holds only differences: the graph must not change before `adopt()`. */
  draft(): Topology {
    return this.#draftIn(this.mode, this.lanes);
  }

  /**
   * Makes a draft of a graph that does not run, in another mode or with other lanes. Links take unnamed options from
   * the mode; nodes stay on their lanes.
   *
   * @throws {SluiceError} `InvalidConfig` for options of a lane; `InvalidGraph` for a lane that cannot run its nodes
   */
  draftAs(mode: GraphMode, lanes: { readonly [name: string]: LaneOptions }): Topology {
    const draft = this.#draftIn(mode, lanes);
    try {
      for (const link of mode === this.mode ? [] : [...draft.links.values()]) draft.#relink(link);
      for (const { id, lane, autoPlaced } of this.nodes.values()) {
        draft.#assertSchedulable(autoPlaced ? draft.node(id) : draft.moveNode(id, lane));
      }
      return draft;
    } catch (error) {
      draft.discard();
      throw error;
    }
  }

  #draftIn(mode: GraphMode, lanes: TopologyOptions["lanes"]): Topology {
    const { known, supervision, capacity, convert } = this;
    return new Topology({ mode, known, lanes, supervision, capacity, convert }, this);
  }

  /** Returns the supervision of a node. A native stage in the runtime's process without a choice of its own ends the run. */
  supervisionOf({ type: { descriptor }, supervision }: NodeEntry): Supervision {
    return supervision ?? (descriptor.lane === "native" && !descriptor.process ? "fail" : this.supervision);
  }

  /** Returns the differences of a draft from its graph. */
  changes(): { readonly nodes: MapChanges<NodeEntry>; readonly links: MapChanges<LinkEntry> } {
    return { nodes: this.#nodes.changes(), links: this.connections.changes() };
  }

  /** The nodes that views of the graph show, in the order in which they were added. */
  get shownNodes(): NodeEntry[] {
    return [...this.nodes.values()].filter(({ id }) => !isHidden(id));
  }

  /** The links between nodes that views of the graph show, in the order in which they were made. */
  get shownLinks(): LinkEntry[] {
    return [...this.links.values()].filter(({ id }) => !isHidden(id));
  }

  /** Goes up with each change of the graph, except those of hidden nodes alone. */
  get version(): number {
    return this.#version;
  }

  /** Takes over the nodes and links of a draft, which must not be used afterwards. */
  adopt(draft: Topology): void {
    const { nodes, links } = draft.changes();
    draft.#numbers.keep(nodes.set, links.set);
    draft.discard();
    draft.#nodes.commit();
    draft.connections.commit();
    this.mode = draft.mode;
    this.lanes = draft.lanes;
    this.#carried = undefined;
    const entries = [...nodes.set, ...nodes.gone, ...links.set, ...links.gone];
    if (entries.length === 0 || entries.some(({ id }) => !isHidden(id))) this.#version++;
    this.#nodes.tellDepartures();
  }

  /** Takes the place of a graph without nodes: takes over the nodes and links of another, not to be used afterwards. */
  takeOver(other: Topology): void {
    this.#nodes = other.#nodes;
    this.connections = other.connections;
    this.#numbers = other.#numbers;
    this.#carried = undefined;
    this.#version++;
  }

  /** Calls a listener once a node is removed or replaced by a node of another type. */
  onDeparture(node: string, listener: () => void): void {
    this.#nodes.onDeparture(this.node(node), listener);
  }

  /** True while a listener of {@linkcode onDeparture} is still to be called. */
  awaitsDeparture(listener: () => void): boolean {
    return this.#nodes.awaitsDeparture(listener);
  }

  /** Gives back the numbers that a draft has taken. The draft must not be used afterwards. */
  discard(): void {
    this.#numbers.discard();
  }

  /** Frees the records of removed nodes and links for new ones. */
  recycle(nodes: readonly NodeEntry[], links: readonly LinkEntry[]): void {
    this.#numbers.recycle(nodes, links);
  }

  /** A lower bound of the records that nodes and links have used so far. */
  get records(): { readonly nodes: number; readonly links: number } {
    return this.#numbers.records;
  }

  /** Removes a node, with the links from and to it. @throws {SluiceError} `NodeNotFound` */
  removeNode(id: string): NodeEntry {
    const entry = this.node(id);
    this.#carried = undefined;
    const links = this.connections.at(entry.id);
    for (const link of links) this.connections.remove(link.id);
    this.#nodes.remove(entry);
    for (const link of links) this.#dropConverters(link);
    this.#inferAtEnds(links);
    return entry;
  }

  /**
   * Moves a node to another lane, which counts as its chosen lane from then on; its links stay.
   *
   * @param type the type that will run there, if the node is replaced next by another type
   * @param byRuntime true if only the runtime chose the lane: it may then move the node again
   * @throws {SluiceError} `NodeNotFound`; `InvalidGraph` for a lane that cannot run the node
   */
  moveNode(id: string, lane: string, type?: AnyNodeType, byRuntime = false): NodeEntry {
    const old = this.node(id);
    const { descriptor } = type ?? old.type;
    const asks = scheduleOf({ ...old, type: type ?? old.type });
    const chosen = laneOf(old.id, descriptor, lane, this.lanes, this.#nodes.residents, asks);
    if (chosen === old.lane) return old;
    const autoPlaced = byRuntime || isAutoPlaced(descriptor, lane, this.lanes, asks);
    const entry: NodeEntry = { ...old, index: this.#numbers.takeNode(), lane: chosen, autoPlaced };
    this.#assertSchedulable(type === undefined ? entry : { ...entry, type });
    this.#nodes.put(entry);
    return entry;
  }

  /**
   * Starts or stops bypassing a node.
   *
   * @throws {SluiceError} `NodeNotFound`; `InvalidGraph` for a node that cannot be bypassed
   */
  bypassNode(id: string, on: boolean): void {
    const old = this.node(id);
    assertBypass(old.id, old.type.descriptor, on);
    if (old.bypassed !== on) this.#swap({ ...old, bypassed: on });
  }

  /** Puts a node at a place on the page. @throws {SluiceError} `NodeNotFound`, `InvalidConfig` for the position */
  placeNode(id: string, position: NodeEntry["position"]): void {
    const old = this.node(id);
    if (position !== undefined) assertPosition(position);
    this.#swap(present({ ...old, position }) as NodeEntry);
  }

  /**
   * Adds an element to a dynamic port of a node.
   *
   * @param port the port as a whole: `inputs`; or, with a kind, the name of the element
   * @param kind the kind of frames of an element with a name of its own
   * @returns the element's name: `inputs_2`
   * @throws {SluiceError} `NodeNotFound`, `PortNotFound`, `TypeMismatch` and `InvalidConfig` for the kind,
   * `InvalidGraph` for the name, and if the port has its maximum of elements
   */
  addPort(node: string, direction: "input" | "output", port: string, kind?: FrameKind): string {
    const old = this.node(node);
    const { descriptor, added } = addAnyElement(old.id, old.type.descriptor, direction, port, kind);
    this.#swap({ ...old, type: withDescriptor(old.type, descriptor) });
    return added;
  }

  /**
   * Removes an element of a dynamic port, with the links at it.
   *
   * @param port the element: `inputs_2`
   * @throws {SluiceError} `NodeNotFound`, `PortNotFound`
   */
  removePort(node: string, direction: "input" | "output", port: string): void {
    const old = this.node(node);
    const descriptor = removeElement(old.id, old.type.descriptor, direction, port);
    const links = direction === "input" ? [this.linkInto(old.id, port)] : this.linksFrom(old.id, port);
    for (const link of links) if (link !== undefined) this.removeLink(link.id);
    this.#swap({ ...old, type: withDescriptor(old.type, descriptor) });
  }

  /** Removes a link. @throws {SluiceError} `LinkNotFound`, with the ids of all links */
  removeLink(id: string): LinkEntry {
    const link = this.link(id);
    this.#carried = undefined;
    this.connections.remove(link.id);
    this.#dropConverters(link);
    this.#inferAtEnds([link]);
    return link;
  }

  /** Infers kinds anew at the ends of removed or redirected links. */
  #inferAtEnds(links: readonly LinkEntry[]): void {
    for (const id of links.flatMap(({ fromNode, toNode }) => [fromNode, toNode])) {
      const node = this.nodes.get(id);
      if (node !== undefined) this.#spreadKind(id, this.carried.kindOf(node));
    }
  }

  /** Gives a kind of frames to a node and to those that ports of open kind join to it. */
  #spreadKind(id: NodeId, kind: FrameKind | undefined): void {
    const { nodes, links } = spreadKind(this, id, kind);
    for (const node of nodes) this.#swap(node);
    for (const link of links) this.#relink(link);
  }

  /** Updates a link from its ends. In a running graph the result is a new link, without frames. */
  #relink(link: LinkEntry, facts = factsOf(this, link)): void {
    this.connections.replace({ ...link, index: this.#isDraft ? this.#numbers.takeLink() : link.index, ...facts });
  }

  /** Lengthens the links into a node to hold the frames that wait there because of it. */
  #lengthen(id: NodeId): void {
    for (const link of [...this.connections.intoNode(id)]) {
      const facts = factsOf(this, link);
      if (facts.capacity > link.capacity) this.#relink(link, facts);
    }
  }

  /** Returns an end of a link with its current node, whose kind of frames earlier links may have set. */
  protected endAt({ node, port }: { readonly node: string; readonly port: string }): LinkEnd {
    return { nodeId: node, descriptor: this.node(node).type.descriptor, port };
  }

  /** Removes the converters at the ends of a removed link, and in turn those before and behind them. */
  #dropConverters({ fromNode, toNode }: LinkEntry): void {
    for (const id of [fromNode, toNode]) if (this.nodes.get(id)?.converts) this.removeNode(id);
  }

  /** Returns the link with an id. @throws {SluiceError} `LinkNotFound`, with the ids of all links */
  link(id: string): LinkEntry {
    const link = this.links.get(id as LinkId);
    if (link !== undefined) return link;
    throw linkNotFound(id, this.nodes, this.shownLinks.map((each) => each.id));
  }

  /**
   * Gives a node another type, another configuration or both; the node keeps its lane, pool and links.
   *
   * @param isolation the node's own process from then on; by default none
   * @throws {SluiceError} `NodeNotFound`, `InvalidConfig`, `InvalidGraph` for a type of another kind of lane,
   * `PortNotFound` or `TypeMismatch` if the new type has no fitting port for one of its links, `CycleWithoutDelay` if
   * the old type was the delay of a loop. Nothing has changed after an error
   */
  replaceNode(id: string, type: AnyNodeType, config: Record<string, unknown>, isolation: Isolation = {}): NodeEntry {
    const old = this.node(id);
    const values = assertConfig(type.descriptor, old.id, ownConfig(type.descriptor, old.id, config));
    assertLaneRuns(this.lanes, old, type);
    const entry: NodeEntry = {
      ...old,
      index: this.#numbers.takeNode(),
      type: typeAfter(this, old, type, values),
      config: values,
      isolate: isolation.isolate,
      isolateMemoryMb: isolation.isolateMemoryMb,
      isolatePermissions: isolation.isolatePermissions,
      incarnation: old.incarnation + 1,
      // The choice to bypass the old type says nothing about another type.
      bypassed: old.bypassed && type.descriptor.type === old.type.descriptor.type && canBypass(type.descriptor),
    };
    this.#assertSchedulable(entry);
    this.#swap(entry);
    for (const link of unfitHidden(this, entry.id, this.known)) this.connections.remove(link.id);
    try {
      assertLinksFit(this, old, entry, this.known);
    } catch (error) {
      this.restoreNode(old);
      throw error;
    }
    this.#inferAtEnds(this.connections.at(entry.id));
    if (type.descriptor.delays === true) this.#lengthen(entry.id);
    return this.node(entry.id);
  }

  /** Restores a node after a change of its lane or type that is not made after all. */
  restoreNode(old: NodeEntry): void {
    this.#swap(old);
    this.#inferAtEnds(this.connections.at(old.id));
  }

  /** @throws {SluiceError} `InvalidGraph` for the id, `InvalidConfig` for the configuration */
  addNode(given: AnyNodeType, config: Record<string, unknown>, options: AddOptions): NodeEntry {
    const id = nodeId(options.id ?? defaultNodeId(given.descriptor.type, this.nodes));
    const isolated = this.#try("isolate", () => isolatedType(id, given, options));
    const type = isolated === FAILED ? given : isolated;
    const asked = isolated === FAILED ? { ...options, ...NOT_ISOLATED } : options;
    const { descriptor } = type;
    if (this.nodes.has(id)) {
      const message = `Cannot add node "${id}": the graph has a node of that id; choose another`;
      throw new SluiceError("InvalidGraph", message, { nodeId: id });
    }
    const own = ownConfig(descriptor, id, config);
    const checked = this.#try("config", () => assertConfig(descriptor, id, own));
    const values = checked === FAILED ? own : checked;
    const kept = keptOptions(asked, { id, descriptor }, (name, check) => this.#try(name, check) !== FAILED);
    const asks = scheduleOf({ ...kept, type });
    const lane = this.#try("lane", () => laneOf(id, descriptor, options.lane, this.lanes, this.#nodes.residents, asks));
    const entry: NodeEntry = {
      ...kept,
      id,
      index: this.#numbers.takeNode(),
      type: this.#sized(id, type, values, options.ports),
      config: values,
      lane: lane === FAILED ? DEFAULT_LANE : lane,
      autoPlaced: isAutoPlaced(descriptor, options.lane, this.lanes, asks),
      life: this.#numbers.takeLife(),
      incarnation: 0,
    };
    this.#try("schedule", () => this.#assertSchedulable(entry));
    this.#nodes.put(entry, lane !== FAILED);
    this.#version++;
    return entry;
  }

  /**
   * Adds a node that no view of the graph shows, and that no end of the graph waits for. Its failure disables it.
   *
   * @param entry `id` and `lane` begin with `~`; `sampleNs`: how often writers give it frames
   */
  addHidden(entry: Pick<NodeEntry, "id" | "type" | "config" | "lane" | "sampleNs">): void {
    this.#nodes.put({
      ...entry,
      index: this.#numbers.takeNode(),
      autoPlaced: false,
      supervision: "disable",
      bypassed: false,
      life: this.#numbers.takeLife(),
      incarnation: 0,
    });
  }

  /** Drops the hidden nodes of a graph that does not run. */
  dropHidden(): void {
    const nodes = [...this.nodes.values()].filter(({ id }) => isHidden(id));
    const links = nodes.flatMap(({ id }) => this.connections.at(id));
    for (const { id } of nodes) this.removeNode(id);
    this.recycle(nodes, links);
  }

  /** Returns the nodes on a lane. */
  on(lane: string): NodeEntry[] {
    return this.#nodes.on(lane);
  }

  /** Returns the node with an id. @throws {SluiceError} `NodeNotFound`, with the ids of all nodes */
  node(id: string): NodeEntry {
    return this.#nodes.get(id);
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
    assertEnd(from, "from", "an output, such as handle.outputs.audio");
    assertEnd(to, "to", "an input, such as handle.inputs.audio");
    return this.linkEnds(this.endAt(from), this.endAt(to), options);
  }

  /** Links two ends, through converters if asked to; none stays after an error. @throws as {@linkcode addLink} */
  protected linkEnds(from: LinkEnd, to: LinkEnd, options: LinkOptions): LinkEntry {
    const isConverted = (options.convert ?? this.convert) === "auto";
    const steps = isConverted ? conversionBetween(this, from, to, this.known()) : [];
    if (steps.length === 0) return this.#linkDirectly(from, to, options);
    this.assertFree(from, to);
    const added: string[] = [];
    try {
      let end = from;
      for (const step of steps) {
        const node = this.#addConverter(step, to);
        added.push(node.nodeId);
        this.#linkDirectly(end, { ...node, port: step.input }, options);
        end = { ...node, port: step.output };
      }
      return this.#linkDirectly(end, to, options);
    } catch (error) {
      for (const id of added) if (this.nodes.has(id as NodeId)) this.removeNode(id);
      throw error;
    }
  }

  /** Adds a converter: on the lane of the node behind it, if both run TypeScript. */
  #addConverter({ type, config }: ConversionStep, to: LinkEnd): Omit<LinkEnd, "port"> {
    const isNative = [type.descriptor, to.descriptor].some(({ lane }) => lane === "native");
    const added = this.addNode(type, { ...config }, isNative ? {} : { lane: this.node(to.nodeId).lane });
    this.#swap({ ...added, converts: true });
    return { nodeId: added.id, descriptor: added.type.descriptor };
  }

  #linkDirectly(...[one, other, options]: [LinkEnd, LinkEnd, LinkOptions]): LinkEntry {
    // Links made since the ends were resolved may have set the kind of their frames.
    const [from, to] = [one, other].map(({ nodeId, port }) => this.endAt({ node: nodeId, port }));
    assertForward(from, to);
    const ports = portsBetween(this, from, to);
    const { carried } = this;
    // `carried` counts the new link from the next line on: do not keep it if a check throws.
    this.#carried = undefined;
    assertLinkable(from, to, ports, carried, this.known);
    const ends = this.assertFree(from, to);
    const chosen = roomBetween(this, from, to, ports.output, options);
    assertDelayed(this, attemptOf(from, to), ends);
    const index = this.#numbers.takeLink();
    const id = isHidden(ends.toNode) ? `~link${index}` as LinkId : this.#numbers.takeLinkId();
    const { kind } = carried.of(ends.fromNode, ends.fromPort, resolvePort(from, "output"));
    for (const end of [ends.fromNode, ends.toNode]) if (kind !== undefined) this.#spreadKind(end, kind);
    const entry: LinkEntry = { id, index, ...ends, ...ports, ...chosen, asked: options };
    this.connections.add(entry);
    this.#carried = carried;
    this.#version++;
    return entry;
  }

  /** Returns the ends of a link to make. @throws {SluiceError} `DestinationOccupied` */
  protected assertFree(from: LinkEnd, to: LinkEnd): Omit<Connection, "id"> {
    const [fromNode, toNode] = [from.nodeId as NodeId, to.nodeId as NodeId];
    const ends = { fromNode, fromPort: from.port, toNode, toPort: to.port };
    if (this.linkInto(toNode, to.port) === undefined) return ends;
    const free = () => to.descriptor.inputs.flatMap(expandPort).filter((name) => !this.linkInto(toNode, name));
    this.connections.assertFree(ends, (link) => this.nameOf(link), free);
    return ends;
  }

  /** Handles an error of a node or a link: throws it here; a checked graph notes it instead. */
  protected refuse(error: SluiceError, _fault: Fault): void {
    throw error;
  }

  /** Returns the name of an existing link in messages. */
  protected nameOf({ id }: LinkEntry): string {
    return id;
  }

  #try<T>(fault: Fault, check: () => T): T | typeof FAILED {
    try {
      return check();
    } catch (error) {
      if (!(error instanceof SluiceError)) throw error;
      this.refuse(error, fault);
      return FAILED;
    }
  }

  /** The types that ports carry, as far as the links determine them. Valid until the graph changes. */
  get carried(): CarriedTypes {
    return this.#carried ??= new CarriedTypes(this);
  }

  /** Returns the link into an input. */
  linkInto(node: NodeId, port: string): LinkEntry | undefined {
    return this.connections.into(node, port);
  }

  /** Returns the links from an output. */
  linksFrom(node: NodeId, port: string): LinkEntry[] {
    return this.connections.from(node, port);
  }

  /** Replaces the entry of a node. */
  #swap(entry: NodeEntry): void {
    this.#carried = undefined;
    this.#nodes.put(entry);
  }

  /** Sizes a node's type for the requested ports. */
  #sized(id: NodeId, type: AnyNodeType, config: Record<string, unknown>, ports: AddOptions["ports"]): AnyNodeType {
    const sized = this.#try("ports", () => sizedType(id, type, config, ports ?? []));
    return sized === FAILED ? sizedType(id, type, config, []) : sized;
  }

  /** @throws {SluiceError} `InvalidGraph` for a node whose schedule its lane cannot give */
  #assertSchedulable(node: NodeEntry): void {
    const options = Object.hasOwn(this.lanes, node.lane) ? this.lanes[node.lane] : undefined;
    assertSchedulable(node, options, () => this.on(node.lane).filter(({ id }) => id !== node.id));
  }
}
