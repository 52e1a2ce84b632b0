/**
 * One edit of a graph, collected on a draft. Each call is checked against the present draft, and throws without
 * changing the draft if it is impossible; checks of the running nodes follow when the edit is brought into effect.
 *
 * @module
 */
import { assertNew, assertNotShared, type Join, noteAdded } from "../app/app_node.ts";
import { assertConfig, ownConfig } from "../descriptor/config_check.ts";
import { listNames, SluiceError } from "../errors.ts";
import type { FrameKind } from "../frames/format.ts";
import { isId, type LinkId, type NodeId, splitAddress } from "../ids.ts";
import type { LinkOptions } from "../links/policy.ts";
import { assertKeys } from "../errors/option_check.ts";
import { type AnyNodeType, assertNodeSpec, type NodeSpec } from "../registry/node_type.ts";
import type { AnyInput, AnyOutput, Linkable, NodeHandle } from "../registry/handle.ts";
import { makeHandle } from "../registry/make_handle.ts";
import { isolationAfter } from "../placement/isolation.ts";
import { isolatedType } from "../registry/process_program.ts";
import { type AddOptions, assertAddOptions } from "../runtime_options.ts";
import type { NodeEntry } from "../graph/entries.ts";
import type { GraphFile } from "../graph/schema.ts";
import { snapshotGraph } from "../graph/snapshot.ts";
import type { Topology } from "../topology.ts";
import type { EditExtras } from "./edit_site.ts";

/** Options of {@linkcode GraphEdit.replace}. */
export interface ReplaceOptions {
  /** `main`, or any name of a worker lane. */
  readonly lane?: string;
  /** True if the new node does not get the old one's state, whose `snapshot()` is then not called. Default false. */
  readonly startsAnew?: boolean;
  /** `process`: a stage of a plugin runs in a process of its own; `false`: it does not. By default as the old one. */
  readonly isolate?: "process" | false;
  /** The most memory that the process of an isolated node may use, MiB; by default as much as the system gives. */
  readonly isolateMemoryMb?: number;
}

/** The argument of `runtime.edit()`'s function, valid while the function runs: later calls throw `Busy`. */
export class GraphEdit {
  readonly #topology: Topology;
  readonly #findType: (type: string) => AnyNodeType;
  readonly #join: Join | undefined;
  readonly #actions: string[] = [];
  /** Nodes that take over no state. */
  readonly #anew = new Set<NodeId>();
  readonly #configure = new Map<NodeId, { readonly values: { [key: string]: unknown }; readonly unset: Set<string> }>();
  #carried: Pick<EditExtras, "states" | "left"> = {};
  #sealed = false;

  /**
   * @param findType finds a node type by name, or throws
   * @param join makes the handle of a node that is added; by default a plain one
   * @internal
   */
  constructor(draft: Topology, findType: (type: string) => AnyNodeType, join?: Join) {
    this.#topology = draft;
    this.#findType = findType;
    this.#join = join;
  }

  /**
   * The parts of the edit beside nodes and links.
   *
   * @internal
   */
  get extras(): EditExtras {
    return {
      actions: this.#actions,
      configure: [...this.#configure].map(([node, { values, unset }]) => ({ node, values, unset: [...unset] })),
      anew: this.#anew,
      ...this.#carried,
    };
  }

  /**
   * Makes every later call throw `Busy`: the edit is about to take effect, or was refused.
   *
   * @internal
   */
  seal(): void {
    this.#sealed = true;
  }

  /**
   * Gives states to nodes that the edit adds, and takes those of nodes that it removes. A node that replaces one of
   * another type then counts as added, and the one before it as removed: it gets no state but a given one.
   *
   * @param states by id of the added node
   * @param left called with the state of each removed node that has a `snapshot()`
   * @internal
   */
  carryStates(states: EditExtras["states"], left: EditExtras["left"]): void {
    this.#carried = { ...(states && { states }), ...(left && { left }) };
  }

  /**
   * Returns the nodes and links as they would be after the edit so far.
   *
   * @internal
   */
  graph(): GraphFile {
    return snapshotGraph(this.#draft);
  }

  /** Adds a node: as `runtime.add()`. */
  // deno-lint-ignore no-explicit-any -- the bound that every generated handle meets
  add<H extends NodeHandle<any, any>>(spec: NodeSpec<H>, options: AddOptions = {}): H {
    assertNodeSpec(spec);
    assertNew(spec);
    const plain = this.#add(spec.type, spec.config, options);
    if (this.#join !== undefined) noteAdded(spec);
    const { handle, left } = this.#join?.(spec, plain) ?? { handle: plain as unknown as H };
    if (left !== undefined) this.#topology.onDeparture(plain.id, left);
    return handle;
  }

  /** Adds a node by the name of its type: as `runtime.addByType()`. */
  addByType(type: string, config: Record<string, unknown> = {}, options: AddOptions = {}): NodeHandle {
    this.#assertOpen();
    return this.#add(this.#findType(type), config, options);
  }

  /** Removes a node with its links: it is flushed and torn down, so that a sink finalises its file. */
  remove(nodeId: string): void {
    const { id } = this.#draft.removeNode(nodeId);
    this.#configure.delete(id);
    this.#did("remove");
  }

  /** Links an output to an input: as `runtime.connect()`. */
  connect<From extends AnyOutput, To extends AnyInput, O extends LinkOptions = LinkOptions>(
    from: From,
    to: To & Linkable<From, To, O>,
    options?: O,
  ): LinkId {
    return this.#connect(from, to, options ?? {});
  }

  /**
   * Links by addresses: as `runtime.connectByName()`. A numbered dynamic port as a whole, `mixer.audioIn`, gets another
   * element for the link.
   */
  connectByName(from: string, to: string, options: LinkOptions = {}): LinkId {
    return this.#connect(this.#element(from, "output"), this.#element(to, "input"), options);
  }

  /** Removes a link. Frames left on it are dropped and counted as unlinked. @throws {SluiceError} `LinkNotFound` */
  disconnect(linkId: string): void {
    this.#draft.removeLink(linkId);
    this.#did("disconnect");
  }

  /**
   * Removes the link into an input, as {@linkcode GraphEdit.disconnect} does.
   *
   * @param address of the input
   * @throws {SluiceError} `LinkNotFound`, `NodeNotFound`
   * @internal
   */
  disconnectInput(address: string): void {
    this.disconnect(this.#linkInto(address));
  }

  /**
   * Replaces a node, between two ticks. The new node is opened first, given the result of the old one's `snapshot()`,
   * and ticked once: if its `setup()`, its `restore()` or this first tick fails, the old node continues, and the frames
   * that were read are back on the links. The links stay, with the frames on them. The node has no such trial if the
   * edit also changes its links or ports or moves a neighbour, if a device drives it, if the graph is paused, if
   * nothing arrives for it in time (`trialMs` of `runtime.edit()`), and, on another lane, if one of its links is of
   * kind `data`.
   *
   * @param options `lane`: where the new node runs, as for {@linkcode GraphEdit.move}; by default the old node's lane.
   * `startsAnew`: without the old one's state; `isolate`: whether in a process of its own
   * @throws {SluiceError} `NodeNotFound`, `InvalidConfig`, `PortNotFound` or `TypeMismatch` if a link does not fit the
   * new type, `CycleWithoutDelay` if a loop is left without a delay, `InvalidGraph` if the node's lane cannot run it,
   * `Busy` for an `appSource` or `appSink`, which cannot replace another node
   */
  // deno-lint-ignore no-explicit-any -- as in add()
  replace<H extends NodeHandle<any, any>>(nodeId: string, spec: NodeSpec<H>, options: ReplaceOptions = {}): H {
    assertNodeSpec(spec);
    assertKeys("Cannot replace a node", options, [
      "lane",
      "startsAnew",
      "isolate",
      "isolateMemoryMb",
      "isolatePermissions",
    ]);
    const before = this.#draft.node(nodeId);
    assertNotShared(spec, `Cannot replace node "${before.id}" (${before.type.descriptor.type}) by`);
    const isolation = isolationAfter(before, spec.type.descriptor, options);
    const type = isolatedType(nodeId, spec.type, isolation);
    if (options.lane !== undefined) this.#draft.moveNode(nodeId, options.lane, type);
    let entry: NodeEntry;
    try {
      entry = this.#draft.replaceNode(nodeId, type, spec.config, isolation);
    } catch (error) {
      this.#draft.restoreNode(before);
      throw error;
    }
    this.#configure.delete(entry.id);
    if (options.startsAnew === true) this.#anew.add(entry.id);
    else this.#anew.delete(entry.id);
    this.#did("replace");
    return makeHandle(entry.id, entry.type.descriptor) as unknown as H;
  }

  /** Replaces a node by one of the named type: as {@linkcode GraphEdit.replace}. @throws also `NodeTypeNotFound` */
  replaceByType(
    nodeId: string,
    type: string,
    config: Record<string, unknown> = {},
    options: ReplaceOptions = {},
  ): NodeHandle {
    this.#assertOpen();
    return this.replace(nodeId, { type: this.#findType(type), config }, options);
  }

  /**
   * Moves a node to another lane, which is started if no lane has that name. A new instance is opened there and given
   * the result of the old one's `snapshot()`; without a snapshot it starts anew. The links stay, with the frames on
   * them, their order and their counts; the old instance is torn down.
   *
   * @param lane `main`, any name of a worker lane, or `auto` for one that the runtime chooses
   * @throws {SluiceError} `NodeNotFound`; `InvalidGraph` if the lane cannot run the node; when the edit takes effect,
   * `NodeFailed` for a snapshot that cannot be sent to another lane, and `Busy` if the node has ended or a link joins
   * it to a native lane
   */
  move(nodeId: string, lane: string): void {
    this.#draft.moveNode(nodeId, lane);
    this.#did("move");
  }

  /**
   * Changes configuration values. If all of them are live, the node gets them; otherwise a node of the same type
   * replaces it and takes over its state.
   *
   * @param unset keys that get their defaults again
   * @throws {SluiceError} `NodeNotFound`, `InvalidConfig`
   */
  reconfigure(nodeId: string, values: Record<string, unknown>, unset: readonly string[] = []): void {
    const node = this.#draft.node(nodeId);
    const { descriptor } = node.type;
    const { properties } = descriptor.config;
    const changed = ownConfig(descriptor, node.id, values);
    const given = Object.fromEntries(Object.entries(node.config).filter(([key]) => !unset.includes(key)));
    const checked = assertConfig(descriptor, node.id, { ...given, ...changed });
    const isLive = (key: string) => properties[key]["x-live"] === true;
    const mayUnset = unset.every((key) =>
      !Object.hasOwn(properties, key) || (isLive(key) && "default" in properties[key])
    );
    if (!mayUnset || !Object.keys(changed).every(isLive)) {
      this.#draft.replaceNode(nodeId, node.type, checked, node);
      this.#did("reconfigure");
      return;
    }
    const own = this.#configure.get(node.id) ?? { values: {}, unset: new Set() };
    this.#configure.set(node.id, own);
    for (const key of Object.keys(changed)) {
      own.values[key] = checked[key];
      own.unset.delete(key);
    }
    for (const key of unset) {
      if (!Object.hasOwn(node.config, key)) continue;
      own.values[key] = properties[key].default;
      own.unset.add(key);
    }
    this.#did("reconfigure");
  }

  /**
   * Starts or stops passing frames on without calling the node's `process()`. The bypass lasts until another edit
   * changes it, even if the node is restarted, moved, or replaced by a node of its type. A node of another type is run.
   *
   * @throws {SluiceError} `NodeNotFound`; `InvalidGraph` unless the node has one input and one output of one kind
   */
  bypass(nodeId: string, on = true): void {
    this.#draft.bypassNode(nodeId, on);
    this.#did("bypass");
  }

  /**
   * Puts a node at a place on the page, or leaves its place to the page. The node itself goes on unchanged.
   *
   * @param position pixels from the left and the top
   * @throws {SluiceError} `NodeNotFound`, `InvalidConfig`
   */
  place(nodeId: string, position?: { readonly x: number; readonly y: number }): void {
    this.#draft.placeNode(nodeId, position);
    this.#did("place");
  }

  /**
   * Adds an element to a dynamic input of a node: an element with the next number, one with the number of a name, or
   * with `kind` an element with a name of its own, if the node takes such elements.
   *
   * @param port the port as a whole, `inputs`; or the element, `inputs_3`; or, with a kind, the element's name, `side`
   * @param options `kind`: the kind of the element's frames
   * @returns the element's name: `inputs_2`, or `side`
   * @throws {SluiceError} `NodeNotFound`, `PortNotFound`, `TypeMismatch` for a kind that the node does not take,
   * `InvalidConfig` for an option, `InvalidGraph` for a name that is taken and if the node has the most elements that
   * it can have
   */
  addInput(nodeId: string, port: string, options: { readonly kind?: FrameKind } = {}): string {
    return this.#addPort("input", nodeId, port, options);
  }

  /**
   * Removes an element of a dynamic input, with the link to it.
   *
   * @throws {SluiceError} `NodeNotFound`, `PortNotFound`
   */
  removeInput(nodeId: string, port: string): void {
    this.#draft.removePort(nodeId, "input", port);
    this.#did("removeInput");
  }

  /** Adds an element as {@linkcode GraphEdit.addInput} does, to an output. */
  addOutput(nodeId: string, port: string, options: { readonly kind?: FrameKind } = {}): string {
    return this.#addPort("output", nodeId, port, options);
  }

  /** Removes an element as {@linkcode GraphEdit.removeInput} does, of an output. */
  removeOutput(nodeId: string, port: string): void {
    this.#draft.removePort(nodeId, "output", port);
    this.#did("removeOutput");
  }

  get #draft(): Topology {
    this.#assertOpen();
    return this.#topology;
  }

  #assertOpen(): void {
    if (!this.#sealed) return;
    throw new SluiceError(
      "Busy",
      "Cannot change the graph by an edit whose function has returned: call runtime.edit() again",
    );
  }

  #add(type: AnyNodeType, config: NodeSpec["config"], options: AddOptions): NodeHandle {
    assertAddOptions(options);
    const entry = this.#draft.addNode(type, config, options);
    this.#did("add");
    return makeHandle(entry.id, entry.type.descriptor);
  }

  #connect(from: { node: string; port: string }, to: { node: string; port: string }, options: LinkOptions): LinkId {
    const { id } = this.#draft.addLink(from, to, options);
    this.#did("connect");
    return id;
  }

  /** Returns the link into an input. @throws {SluiceError} `LinkNotFound`, `NodeNotFound` */
  #linkInto(address: string): LinkId {
    const { node, port } = splitAddress(address);
    const link = this.#draft.linkInto(this.#draft.node(node).id, port);
    if (link !== undefined) return link.id;
    throw new SluiceError("LinkNotFound", `Cannot disconnect "${address}": no link leads to it`, {
      nodeId: node,
      port,
    });
  }

  /** Returns the port at an address: a new element for a numbered dynamic port as a whole. */
  #element(address: string, direction: "input" | "output"): { readonly node: NodeId; readonly port: string } {
    if (typeof address === "string" && isId(address)) this.#refuseNodeAsPort(address, direction);
    const { node, port } = splitAddress(address);
    const descriptor = this.#draft.nodes.get(node)?.type.descriptor;
    const ports = direction === "input" ? descriptor?.inputs : descriptor?.outputs;
    const whole = ports?.some(({ name, dynamic, named }) =>
      name === port && dynamic !== undefined && named === undefined
    );
    return { node, port: whole === true ? this.#addPort(direction, node, port, {}) : port };
  }

  /** @throws {SluiceError} `NodeNotFound`, or `PortNotFound` with the ports of the node */
  #refuseNodeAsPort(id: string, direction: "input" | "output"): never {
    const { type: { descriptor } } = this.#draft.node(id);
    const ports = direction === "input" ? descriptor.inputs : descriptor.outputs;
    const found = ports.length === 0
      ? `it has no ${direction}`
      : `name its ${direction}: ${listNames(ports.map(({ name }) => `${id}.${name}`))}`;
    throw new SluiceError("PortNotFound", `Cannot link node "${id}" (${descriptor.type}): ${found}`, { nodeId: id });
  }

  #addPort(direction: "input" | "output", nodeId: string, port: string, options: { kind?: FrameKind }): string {
    assertKeys(`Cannot add an ${direction}`, options, ["kind"]);
    const added = this.#draft.addPort(nodeId, direction, port, options.kind);
    this.#did(direction === "input" ? "addInput" : "addOutput");
    return added;
  }

  #did(action: string): void {
    if (!this.#actions.includes(action)) this.#actions.push(action);
  }
}
