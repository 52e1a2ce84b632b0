/**
 * The graph as its user built it: nodes, links, and the rules that hold between them before anything runs.
 *
 * @module
 */
import { assertBypass, canBypass } from "./graph/bypass.ts";
import { assertConfig, ownConfig } from "./descriptor/config_check.ts";
import { describeName } from "./errors/describe_value.ts";
import { SluiceError } from "./errors.ts";
import { assertEnd, assertForward, assertLinkable, attemptOf, type LinkEnd, resolvePort } from "./graph/link_rules.ts";
import type { ConversionStep } from "./graph/conversion.ts";
import { conversionBetween, knownInput, waitBefore } from "./graph/known_formats.ts";
import { CarriedTypes, type CarryingGraph, type InferenceGraph, inferKind, spreadKind } from "./graph/carried_types.ts";
import { type Connection, ConnectionManager } from "./graph/connection_manager.ts";
import { DraftMap, type EditableMap, type MapChanges } from "./graph/draft_map.ts";
import { assertDelayed } from "./graph/order.ts";
import type { LinkEntry, NodeEntry } from "./graph/entries.ts";
import type { AddOptions } from "./runtime_options.ts";
import type { FrameKind } from "./frames/format.ts";
import { GraphNumbers } from "./graph/graph_numbers.ts";
import { defaultNodeId, laneName, type LinkId, type NodeId, nodeId, portAddress } from "./ids.ts";
import { checkLaneOptions, DEFAULT_LANE, isAutoPlaced, laneOf } from "./placement/lane_choice.ts";
import type { LaneOptions } from "./placement/lane_options.ts";
import { checkIsolation, type Isolation } from "./placement/isolation.ts";
import { assertSchedulable, checkSchedule, type Schedule, scheduleOf } from "./placement/schedule.ts";
import { type LinkDefaults, linkOptions } from "./links/link_options.ts";
import type { ConvertChoice, GraphMode, LinkCapacity, LinkOptions } from "./links/policy.ts";
import { expandPort } from "./descriptor/descriptor.ts";
import { inferredKind, meet, withKind } from "./descriptor/open_ports.ts";
import { elementsByPort, removeElement, takeElements } from "./descriptor/dynamic_ports.ts";
import { addAnyElement, type WantedPort } from "./descriptor/named_ports.ts";
import { type AnyNodeType, sizedType, withDescriptor } from "./registry/node_type.ts";
import { didYouMean, listSome } from "./errors/suggestion.ts";
import { checkSupervision, type Supervision } from "./graph/supervision.ts";

/** The part of a node or link that is at fault. */
export type Fault =
  | "config"
  | "lane"
  | "supervision"
  | "bypassed"
  | "schedule"
  | "isolation"
  | "ports"
  | "from"
  | "to"
  | "link";

/** The result of a check that failed and whose error was noted. */
const FAILED = Symbol("failed");

/** The nodes, links and lanes of one graph, or of a draft of it. */
export class Topology {
  mode: GraphMode;
  /** Options of lanes, by name. */
  lanes: { readonly [name: string]: LaneOptions };
  /** Supervision of nodes without a choice of their own. */
  readonly supervision: Supervision;
  /** Capacity of links without one of their own. */
  readonly capacity: LinkCapacity;
  /** The choice of converters for links without a choice of their own. */
  readonly convert: ConvertChoice;
  readonly connections: ConnectionManager<LinkEntry>;
  readonly #nodes: EditableMap<NodeId, NodeEntry>;
  /** The differences of a draft's nodes from those of its graph; absent for a graph. */
  readonly #drafted: DraftMap<NodeId, NodeEntry> | undefined;
  /** A node of each lane. */
  #residents: Map<string, NodeEntry>;
  #delaying: Set<NodeId>;
  readonly #numbers: GraphNumbers;
  #version = 0;
  /** Listeners to call once a node has left the graph. */
  readonly #departures = new Map<NodeEntry, () => void>();
  readonly #carrying: CarryingGraph = {
    descriptorOf: (id) => this.#nodes.get(id as NodeId)?.type.descriptor,
    linksAt: (id) => this.#linksAt(id as NodeId),
  };
  /** The types that ports carry; absent if not known for the current graph. */
  #carried: CarriedTypes | undefined;
  readonly #inference: InferenceGraph;
  /** Returns the types that converters may have. */
  protected readonly known: () => readonly AnyNodeType[];

  /**
   * @param known returns the node types that could serve as converters
   * @param lanes options of lanes, by name
   * @param supervision supervision of nodes without a choice of their own
   * @param capacity capacity of links without one of their own
   * @param convert whether links without a choice of their own get converters
   * @param from the graph, for a draft
   * @throws {SluiceError} `InvalidConfig` for options of a lane, `InvalidGraph` for its name
   */
  constructor(
    mode: GraphMode,
    known: () => readonly AnyNodeType[],
    lanes: { readonly [name: string]: LaneOptions } = {},
    supervision: Supervision = "fail",
    capacity: LinkCapacity = "byKind",
    convert: ConvertChoice = "off",
    from?: Topology,
  ) {
    this.#drafted = from && new DraftMap(from.#nodes);
    this.#nodes = this.#drafted ?? new Map();
    this.connections = new ConnectionManager(from?.connections);
    this.#residents = new Map(from === undefined ? [] : from.#residents);
    this.#delaying = new Set(from === undefined ? [] : from.#delaying);
    this.#numbers = new GraphNumbers(from === undefined ? undefined : from.#numbers);
    this.mode = mode;
    this.lanes = lanes;
    this.supervision = supervision;
    this.capacity = capacity;
    this.convert = convert;
    for (const [name, each] of Object.entries(lanes)) checkLaneOptions(laneName(name), each);
    this.known = known;
    this.#inference = {
      nodes: this.#nodes,
      carried: () => this.carried,
      linksAt: (id) => this.#linksAt(id),
      swap: (old, entry) => this.#swap(old, entry),
      relink: (link) => this.#relink(link),
    };
  }

  /** The nodes, in the order in which they were added. */
  get nodes(): ReadonlyMap<NodeId, NodeEntry> {
    return this.#nodes;
  }

  /** The names of the lanes that have nodes. */
  get usedLanes(): Iterable<string> {
    return this.#residents.keys();
  }

  /** Nodes that delay. */
  get delaying(): ReadonlySet<NodeId> {
    return this.#delaying;
  }

  /** The links, in the order in which they were made. */
  get links(): ReadonlyMap<LinkId, LinkEntry> {
    return this.connections.all;
  }

  /**
   * Makes a draft to try an edit on. The draft holds only differences: until `adopt()`, the graph must not change
   * otherwise.
   */
  draft(): Topology {
    return new Topology(this.mode, this.known, this.lanes, this.supervision, this.capacity, this.convert, this);
  }

  /**
   * Makes a draft of a graph that does not run, in another mode or with other lanes. Links take unnamed options from
   * the mode; nodes stay on their lanes.
   *
   * @throws {SluiceError} `InvalidConfig` for options of a lane; `InvalidGraph` for a lane that cannot run its nodes
   */
  draftAs(mode: GraphMode, lanes: { readonly [name: string]: LaneOptions }): Topology {
    const draft = new Topology(mode, this.known, lanes, this.supervision, this.capacity, this.convert, this);
    try {
      if (mode !== this.mode) { for (const link of [...draft.links.values()]) draft.#relink(link); }
      for (const { id, lane, autoPlaced } of this.#nodes.values()) {
        draft.#assertSchedulable(autoPlaced ? draft.node(id) : draft.moveNode(id, lane));
      }
      return draft;
    } catch (error) {
      draft.discard();
      throw error;
    }
  }

  /** Returns the supervision of a node. A native stage without a choice of its own ends the run. */
  supervisionOf({ type, supervision }: NodeEntry): Supervision {
    return supervision ?? (type.descriptor.lane === "native" ? "fail" : this.supervision);
  }

  /** Returns the differences of a draft from its graph. */
  changes(): { readonly nodes: MapChanges<NodeEntry>; readonly links: MapChanges<LinkEntry> } {
    return { nodes: this.#drafted?.changes() ?? { set: [], gone: [] }, links: this.connections.changes() };
  }

  /** Goes up with each change of the graph. */
  get version(): number {
    return this.#version;
  }

  /** Takes over the nodes and links of a draft, which must not be used afterwards. */
  adopt(draft: Topology): void {
    const { nodes, links } = draft.changes();
    draft.#numbers.keep(nodes.set, links.set);
    draft.discard();
    draft.#drafted?.commit();
    draft.connections.commit();
    this.mode = draft.mode;
    this.lanes = draft.lanes;
    this.#carried = undefined;
    this.#residents = draft.#residents;
    this.#delaying = draft.#delaying;
    this.#version++;
    for (const [node, tell] of draft.#departures) this.#departures.set(node, tell);
    this.#tellDepartures();
  }

  /** Calls a listener once a node is removed or replaced by a node of another type. */
  onDeparture(node: string, listener: () => void): void {
    this.#departures.set(this.node(node), listener);
  }

  /** True while a listener of {@linkcode onDeparture} is still to be called. */
  awaitsDeparture(listener: () => void): boolean {
    return this.#departures.values().some((each) => each === listener);
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
    const links = this.#linksAt(entry.id);
    for (const link of links) this.connections.remove(link.id);
    this.#nodes.delete(entry.id);
    for (const link of links) this.#dropConverters(link);
    this.#inferAtEnds(links);
    this.#delaying.delete(entry.id);
    this.#leaveLane(entry);
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
    const asks = scheduleOf({ schedule: old.schedule, type: type ?? old.type });
    const chosen = laneOf(old.id, descriptor, lane, this.lanes, this.#residents, asks);
    if (chosen === old.lane) return old;
    const autoPlaced = byRuntime || isAutoPlaced(descriptor, lane, this.lanes, asks);
    const entry: NodeEntry = { ...old, index: this.#numbers.takeNode(), lane: chosen, autoPlaced };
    this.#assertSchedulable(type === undefined ? entry : { ...entry, type });
    this.#put(entry);
    this.#leaveLane(old);
    if (!this.#residents.has(chosen)) this.#residents.set(chosen, entry);
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
    if (old.bypassed !== on) this.#swap(old, { ...old, bypassed: on });
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
    this.#swap(old, { ...old, type: withDescriptor(old.type, descriptor) });
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
    this.#swap(old, { ...old, type: withDescriptor(old.type, descriptor) });
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
    for (const { fromNode, toNode } of links) for (const id of [fromNode, toNode]) inferKind(this.#inference, id);
  }

  #linksAt(id: NodeId): LinkEntry[] {
    return [...this.connections.intoNode(id), ...this.connections.fromNode(id)];
  }

  /** Updates a link from its ends. In a running graph the result is a new link, without frames. */
  #relink(link: LinkEntry, told = this.#told(link)): void {
    const index = this.#drafted === undefined ? link.index : this.#numbers.takeLink();
    this.connections.replace({ ...link, index, ...told });
  }

  /** Lengthens the links into a node to hold the frames that wait there because of it. */
  #lengthen(id: NodeId): void {
    for (const link of [...this.connections.intoNode(id)]) {
      const told = this.#told(link);
      if (told.capacity > link.capacity) this.#relink(link, told);
    }
  }

  /** Returns the ports, policy and capacity of a link that follow from its current ends. */
  #told(link: LinkEntry): Pick<LinkEntry, "output" | "input" | "policy" | "capacity"> {
    const [from, to] = this.#endsOf(link);
    const output = resolvePort(from, "output");
    const input = knownInput(this.node(to.nodeId), resolvePort(to, "input"));
    const defaults = this.#linkDefaults(from, to);
    return { output, input, ...linkOptions(attemptOf(from, to), link.asked, output, this.mode, defaults) };
  }

  #endsOf({ fromNode, fromPort, toNode, toPort }: LinkEntry): [LinkEnd, LinkEnd] {
    return [this.endAt({ node: fromNode, port: fromPort }), this.endAt({ node: toNode, port: toPort })];
  }

  /** Returns an end of a link with its current node, whose kind of frames earlier links may have set. */
  protected endAt({ node, port }: { readonly node: string; readonly port: string }): LinkEnd {
    return { nodeId: node, descriptor: this.node(node).type.descriptor, port };
  }

  /** Removes the converters at the ends of a removed link, and in turn those before and behind them. */
  #dropConverters({ fromNode, toNode }: LinkEntry): void {
    for (const id of [fromNode, toNode]) if (this.#nodes.get(id)?.converts) this.removeNode(id);
  }

  /** Returns the link with an id. @throws {SluiceError} `LinkNotFound`, with the ids of all links */
  link(id: string): LinkEntry {
    const link = this.links.get(id as LinkId);
    if (link !== undefined) return link;
    const available = [...this.links.keys()];
    throw new SluiceError(
      "LinkNotFound",
      `Cannot find link ${describeName(id)}; links: ${listSome(available)}${this.#linkHint(id)}`,
      { available },
    );
  }

  /** Returns a hint for a caller who passed a port in place of a link id. */
  #linkHint(id: unknown): string {
    if (typeof id !== "string") return "; wanted an id, as connect() gives it and runtime.links() has it";
    const [node] = id.split(".", 1);
    if (!this.nodes.has(node as NodeId) || node === id) return "";
    return `; those at a port: runtime.links(${JSON.stringify(id)})`;
  }

  /**
   * Gives a node another type, another configuration or both; the node keeps its lane, pool and links.
   *
   * @param isolation the node's own process from then on, if any
   * @throws {SluiceError} `NodeNotFound`, `InvalidConfig`, `InvalidGraph` for a type of another kind of lane,
   * `PortNotFound` or `TypeMismatch` if the new type has no fitting port for one of its links, `CycleWithoutDelay` if
   * the old type was the delay of a loop. Nothing has changed after an error
   */
  replaceNode(id: string, type: AnyNodeType, config: Record<string, unknown>, isolation?: Isolation): NodeEntry {
    const old = this.node(id);
    const values = assertConfig(type.descriptor, old.id, ownConfig(type.descriptor, old.id, config));
    const lane = laneOf(old.id, type.descriptor, old.lane, this.lanes, new Map());
    const isNative = (each: AnyNodeType) => each.descriptor.lane === "native";
    if (lane !== old.lane || isNative(type) !== isNative(old.type)) {
      throw new SluiceError(
        "InvalidGraph",
        `${replacement(old, type)}: it runs on lane "${old.lane}", which cannot run that type`,
        { nodeId: id },
      );
    }
    const entry: NodeEntry = {
      ...old,
      index: this.#numbers.takeNode(),
      type: replacing(old, type, () => this.#typeAfter(old, type, values)),
      config: values,
      isolation,
      incarnation: old.incarnation + 1,
      // The choice to bypass the old type says nothing about another type.
      bypassed: old.bypassed && type.descriptor.type === old.type.descriptor.type && canBypass(type.descriptor),
    };
    this.#assertSchedulable(entry);
    this.#swap(old, entry);
    try {
      this.#assertLinksFit(old, entry);
    } catch (error) {
      this.restoreNode(old);
      throw error;
    }
    this.#inferAtEnds(this.#linksAt(entry.id));
    if (type.descriptor.delays === true) this.#lengthen(entry.id);
    return this.node(entry.id);
  }

  /** Restores a node after a change of its lane or type that is not made after all. */
  restoreNode(old: NodeEntry): void {
    const entry = this.node(old.id);
    this.#carried = undefined;
    this.#put(old);
    this.#leaveLane(entry);
    if (!this.#residents.has(old.lane)) this.#residents.set(old.lane, old);
    this.#inferAtEnds(this.#linksAt(old.id));
  }

  /** @throws {SluiceError} `InvalidGraph` for the id, `InvalidConfig` for the configuration */
  addNode(type: AnyNodeType, config: Record<string, unknown>, options: AddOptions): NodeEntry {
    const { descriptor } = type;
    const id = nodeId(options.id ?? defaultNodeId(descriptor.type, this.#nodes));
    if (this.#nodes.has(id)) {
      throw new SluiceError(
        "InvalidGraph",
        `Cannot add node "${id}": the graph has a node of that id; choose another`,
        { nodeId: id },
      );
    }
    const own = ownConfig(descriptor, id, config);
    const checked = this.#try("config", () => assertConfig(descriptor, id, own));
    const values = checked === FAILED ? own : checked;
    const schedule = this.#scheduleOf(id, options);
    const asks = scheduleOf({ schedule, type });
    const lane = this.#try("lane", () => laneOf(id, descriptor, options.lane, this.lanes, this.#residents, asks));
    const { pool, callTimeoutMs, bypassed = false } = options;
    if (bypassed !== false) this.#try("bypassed", () => assertBypass(id, descriptor, bypassed));
    const isolation = this.#try("isolation", () => checkIsolation(id, descriptor, options));
    const asked = options.supervision;
    const supervision = asked &&
      this.#try("supervision", () => checkSupervision(asked, { id }));
    const entry: NodeEntry = {
      id,
      index: this.#numbers.takeNode(),
      type: this.#sized(id, type, values, options.ports),
      config: values,
      lane: lane === FAILED ? DEFAULT_LANE : lane,
      autoPlaced: isAutoPlaced(descriptor, options.lane, this.lanes, asks),
      pool,
      supervision: supervision === FAILED ? undefined : supervision,
      callTimeoutMs,
      schedule,
      isolation: isolation === FAILED ? undefined : isolation,
      bypassed,
      life: this.#numbers.takeLife(),
      incarnation: 0,
    };
    this.#try("schedule", () => this.#assertSchedulable(entry));
    this.#put(entry);
    this.#version++;
    if (lane !== FAILED && !this.#residents.has(lane)) this.#residents.set(lane, entry);
    return entry;
  }

  /** Returns the nodes on a lane. */
  on(lane: string): NodeEntry[] {
    return [...this.#nodes.values()].filter((node) => node.lane === lane);
  }

  /** Returns the node with an id. @throws {SluiceError} `NodeNotFound`, with the ids of all nodes */
  node(id: string): NodeEntry {
    const entry = this.#nodes.get(id as NodeId);
    if (entry !== undefined) return entry;
    const available = [...this.#nodes.keys()];
    throw new SluiceError(
      "NodeNotFound",
      `Cannot find node ${describeName(id)}${didYouMean(id, available)}; nodes: ${listSome(available)}` +
        (typeof id === "string" ? "" : "; wanted an id, such as handle.id"),
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
    assertEnd(from, "from", "an output, such as handle.outputs.audio");
    assertEnd(to, "to", "an input, such as handle.inputs.audio");
    return this.linkEnds(this.endAt(from), this.endAt(to), options);
  }

  /** Links two ends, through converters if the options ask for them: after an error none of them stays. @throws {SluiceError} as {@linkcode addLink} */
  protected linkEnds(from: LinkEnd, to: LinkEnd, options: LinkOptions): LinkEntry {
    const steps = (options.convert ?? this.convert) === "auto" ? this.#conversion(from, to) : [];
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
      for (const id of added) if (this.#nodes.has(id as NodeId)) this.removeNode(id);
      throw error;
    }
  }

  /** Returns the converters to put between two ends. @throws {SluiceError} as {@linkcode conversionBetween} */
  #conversion(from: LinkEnd, to: LinkEnd): readonly ConversionStep[] {
    return conversionBetween(this, from, to, this.known());
  }

  /** Chooses the lane of a converter: the lane of the node behind it if both run TypeScript. */
  #besides(to: LinkEnd, { descriptor }: AnyNodeType): AddOptions {
    const isNative = descriptor.lane === "native" || to.descriptor.lane === "native";
    return isNative ? {} : { lane: this.node(to.nodeId).lane };
  }

  #addConverter({ type, config }: ConversionStep, to: LinkEnd): Omit<LinkEnd, "port"> {
    const added = this.addNode(type, { ...config }, this.#besides(to, type));
    this.#swap(added, { ...added, converts: true });
    return { nodeId: added.id, descriptor: added.type.descriptor };
  }

  #linkDirectly(...[one, other, options]: [LinkEnd, LinkEnd, LinkOptions]): LinkEntry {
    // Links made since the ends were resolved may have set the kind of their frames.
    const [from, to] = [one, other].map(({ nodeId, port }) => this.endAt({ node: nodeId, port }));
    assertForward(from, to);
    const output = resolvePort(from, "output");
    const input = resolvePort(to, "input");
    const { carried } = this;
    // `carried` counts the new link from the next line on: do not keep it if a check throws.
    this.#carried = undefined;
    const ports = meet(output, knownInput(this.node(to.nodeId), input));
    assertLinkable(from, to, ports, carried, this.known);
    const ends = this.assertFree(from, to);
    const attempt = attemptOf(from, to);
    const chosen = linkOptions(attempt, options, ports.output, this.mode, this.#linkDefaults(from, to));
    assertDelayed(this, attempt, ends);
    const id = this.#numbers.takeLinkId();
    const index = this.#numbers.takeLink();
    const { kind } = carried.of(ends.fromNode, ends.fromPort, output);
    for (const end of [ends.fromNode, ends.toNode]) if (kind !== undefined) spreadKind(this.#inference, end, kind);
    const entry: LinkEntry = { id, index, ...ends, ...ports, ...chosen, asked: options };
    this.connections.add(entry);
    this.#carried = carried;
    this.#version++;
    return entry;
  }

  /** Returns the inputs to the default capacity of a link. */
  #linkDefaults(from: LinkEnd, to: LinkEnd): LinkDefaults {
    const [output, input] = [from, to].map(({ nodeId, port }) => portAddress(nodeId as NodeId, port));
    const { records } = to.descriptor;
    return {
      usual: this.capacity,
      from: output,
      to: input,
      records,
      waits: waitBefore(this.node(to.nodeId), this.mode),
    };
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
    return this.#carried ??= new CarriedTypes(this.#carrying);
  }

  /** Returns the link into an input. */
  linkInto(node: NodeId, port: string): LinkEntry | undefined {
    return this.connections.into(node, port);
  }

  /** Returns the links from an output. */
  linksFrom(node: NodeId, port: string): LinkEntry[] {
    return this.connections.from(node, port);
  }

  #tellDepartures(): void {
    for (const [before, tell] of this.#departures) {
      const now = this.#nodes.get(before.id);
      if (now?.life === before.life && now.type.descriptor.type === before.type.descriptor.type) continue;
      this.#departures.delete(before);
      tell();
    }
  }

  #put(entry: NodeEntry): void {
    this.#nodes.set(entry.id, entry);
    if (entry.type.descriptor.delays === true) this.#delaying.add(entry.id);
    else this.#delaying.delete(entry.id);
  }

  /** Makes another node the resident of the lane that a node leaves. */
  #leaveLane(entry: NodeEntry): void {
    if (this.#residents.get(entry.lane)?.id !== entry.id) return;
    const other = this.#nodes.values().find(({ lane }) => lane === entry.lane);
    if (other === undefined) this.#residents.delete(entry.lane);
    else this.#residents.set(entry.lane, other);
  }

  #swap(old: NodeEntry, entry: NodeEntry): void {
    this.#carried = undefined;
    this.#put(entry);
    if (this.#residents.get(old.lane) === old) this.#residents.set(old.lane, entry);
  }

  /**
   * Sizes the type of a replacing node: with all ports of the old node if the types are equal, else with the linked
   * ones.
   */
  #typeAfter(old: NodeEntry, type: AnyNodeType, config: Record<string, unknown>): AnyNodeType {
    if (type.descriptor.type === old.type.descriptor.type) {
      const sized = sizedType(old.id, type, config, []);
      const told = withKind(sized.descriptor, inferredKind(old.type.descriptor));
      const descriptor = takeElements(told, elementsByPort(old.type.descriptor));
      return descriptor === sized.descriptor ? sized : withDescriptor(sized, descriptor);
    }
    const ends = [
      ...this.connections.intoNode(old.id).map((link) => ({ input: link.toPort, port: link.input })),
      ...this.connections.fromNode(old.id).map((link) => ({ output: link.fromPort, port: link.output })),
    ];
    const ports = ends.map(({ port, ...end }): WantedPort =>
      port.of === undefined ? Object.values(end)[0] : { ...end, kind: port.kind }
    );
    return sizedType(old.id, type, config, ports);
  }

  /** Sizes a node's type for the requested ports. */
  #sized(id: NodeId, type: AnyNodeType, config: Record<string, unknown>, ports: AddOptions["ports"]): AnyNodeType {
    const sized = this.#try("ports", () => sizedType(id, type, config, ports ?? []));
    return sized === FAILED ? sizedType(id, type, config, []) : sized;
  }

  /** Returns the schedule that the options of a node ask for; `undefined` if they ask for none. */
  #scheduleOf(id: NodeId, { priority, cpus }: AddOptions): Schedule | undefined {
    const schedule = { ...(priority !== undefined && { priority }), ...(cpus !== undefined && { cpus }) };
    if (Object.keys(schedule).length === 0) return undefined;
    const checked = this.#try("schedule", () =>
      checkSchedule(schedule, (key, message) => {
        throw new SluiceError("InvalidConfig", `Cannot schedule node "${id}": ${message}`, { nodeId: id, key });
      }));
    return checked === FAILED ? undefined : schedule;
  }

  /** @throws {SluiceError} `InvalidGraph` for a node whose schedule its lane cannot give */
  #assertSchedulable(node: NodeEntry): void {
    const options = Object.hasOwn(this.lanes, node.lane) ? this.lanes[node.lane] : undefined;
    assertSchedulable(node, options, () => this.on(node.lane).filter(({ id }) => id !== node.id));
  }

  /** @throws as `replaceNode()`, for the links of the replacing node */
  #assertLinksFit(old: NodeEntry, { id, type }: NodeEntry): void {
    for (const link of this.#linksAt(id)) {
      replacing(old, type, () => this.#assertLinkFits(link));
    }
    if (old.type.descriptor.delays !== true || type.descriptor.delays === true) return;
    for (const link of this.connections.fromNode(id)) assertDelayed(this, replacement(old, type), link, "leaves");
  }

  #assertLinkFits(link: LinkEntry): void {
    const [from, to] = this.#endsOf(link);
    const input = knownInput(this.node(to.nodeId), resolvePort(to, "input"));
    const ports = meet(resolvePort(from, "output"), input);
    assertLinkable(from, to, ports, new CarriedTypes(this.#carrying, link), this.known);
  }
}

/** Returns the start of messages about a replacement. */
function replacement(old: NodeEntry, type: AnyNodeType): string {
  return `Cannot replace node "${old.id}" (${old.type.descriptor.type}) by a ${type.descriptor.type}`;
}

/** Runs a step of a replacement, and names the replacement in its errors. */
function replacing<T>(old: NodeEntry, type: AnyNodeType, step: () => T): T {
  try {
    return step();
  } catch (cause) {
    if (!(cause instanceof SluiceError)) throw cause;
    const { code, message, nodeId, port, available } = cause;
    throw new SluiceError(code, `${replacement(old, type)}: ${message}`, { nodeId, port, available, cause });
  }
}
