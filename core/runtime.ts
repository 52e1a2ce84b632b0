/**
 * The runtime: builds a graph, runs it on its lanes, and reports its state and figures.
 *
 * @module
 */
import type { Driver, DriverKind } from "./driver/driver.ts";
import { chooseDriver } from "./driver/open.ts";
import { SluiceError } from "./errors.ts";
import { EventBus } from "./events/bus.ts";
import type { FrameKind } from "./frames/format.ts";
import type { Frame } from "./frames/frame.ts";
import type { GraphFile } from "./graph/schema.ts";
import { registerAdopter } from "./graph/adoption.ts";
import { pathLatencies } from "./graph/latencies.ts";
import { snapshotGraph } from "./graph/snapshot.ts";
import { type LinkId, splitAddress } from "./ids.ts";
import type { GraphMode, LinkOptions } from "./links/policy.ts";
import { assertEditFunction, collectEdit, editOptions, rememberCaller } from "./live/collect_edit.ts";
import { compareGraphs } from "./live/graph_change.ts";
import type { GraphEdit, ReplaceOptions } from "./live/graph_edit.ts";
import { planEdit, type PlannedEdit } from "./live/planned_edit.ts";
import type { EditExtras } from "./live/edit_site.ts";
import { ConfigChanges } from "./live/config_changes.ts";
import {
  type AddOptions,
  assertAddOptions,
  assertGraphOptions,
  assertRuntimeOptions as assertOptions,
  changedValue,
  type EditOptions,
  type RuntimeOptions,
} from "./runtime_options.ts";
import { laneOptionsOf } from "./placement/lane_choice.ts";
import { MemoryBudget } from "./pools/memory_budget.ts";
import { assertNodePools } from "./pools/pool_plan.ts";
import { assertNew, type Join, type Left, noteAdded } from "./app/app_node.ts";
import { type AnyNodeType, assertNodeSpec, type NodeSpec } from "./registry/node_type.ts";
import type { AnyInput, AnyOutput, InputRef, Linkable, NodeHandle, OutputRef } from "./registry/handle.ts";
import { assertRefsOf, makeHandle } from "./registry/make_handle.ts";
import { registerHiddenSite } from "./hidden_site.ts";
import { registerView } from "./runtime_view.ts";
import { findType, knownTypes, linkOf, type LinkRef, linksAt, type PortInfo, portsOf } from "./runtime/graph_names.ts";
import { hiddenNodes } from "./runtime/hidden_nodes.ts";
import { Runs } from "./runtime/runs.ts";
import { Arrivals, awaitable, ScriptNodes } from "./runtime/script_nodes.ts";
import { versionedView } from "./runtime/versioned_view.ts";
import type { PathLatency, RunSummary, RuntimeStats } from "./stats.ts";
import { Topology } from "./topology.ts";

type PortEnd = { readonly node: string; readonly port: string };

/** A node that an edit or the script adds. */
interface Adding<H> {
  readonly handle: H;
  readonly added: Promise<unknown>;
}

/**
 * A graph, and the means to run it any number of times: build, start, edit while it runs, stop, edit, start again.
 *
 * @example
 * ```ts
 * import { nodes, Runtime } from "@sluice/sluice";
 *
 * await using runtime = new Runtime({ mode: "offline" });
 * const tone = runtime.add(nodes.toneSource({ frequencyHz: 440, durationSeconds: 1 }));
 * const meter = runtime.add(nodes.levelMeter());
 * runtime.connect(tone.outputs.audio, meter.inputs.audioIn);
 * await runtime.start();
 * const summary = await runtime.finished;
 * console.log(summary.outcome);
 * ```
 */
export class Runtime implements AsyncDisposable {
  /**
   * The reason for portable mode, and the remedy: set if the native library was wanted but could not be loaded.
   * The first start of a program logs it as a warning, too.
   */
  readonly driverNote: string | undefined;
  /** Events of the runtime, as they happen. */
  readonly events: EventBus;
  /**
   * The nodes' clock, as `context.nowNs()`: nanoseconds since the runtime's epoch. It stops in pauses, and goes on from
   * its last value when the graph starts again.
   */
  readonly clock: { nowNs(): number };
  #options: RuntimeOptions;
  readonly #driver: Driver;
  readonly #topology: Topology;
  readonly #arrivals: Arrivals;
  readonly #scriptNodes: ScriptNodes;
  readonly #runs: Runs;
  readonly #findType = (type: string): AnyNodeType => findType(this.#options.registry, type);

  /**
   * Makes an empty graph.
   *
   * @throws {SluiceError} `InvalidConfig` for an unknown option or a bad value; `NativeUnavailable` or `AbiMismatch` if
   * `native` is `require` and the library cannot be used
   */
  constructor(options: RuntimeOptions = {}) {
    assertOptions(options);
    this.#options = options;
    const { driver, note } = chooseDriver(options.native ?? "auto");
    this.#driver = driver;
    this.driverNote = note;
    this.events = new EventBus(() => this.clock.nowNs());
    this.clock = { nowNs: () => this.#runs.newest?.nowNs() ?? driver.nowNs() };
    const known = () => knownTypes(options.registry, this.#topology);
    const { mode = "live", lanes, supervision, capacity, convert } = options;
    this.#topology = new Topology({ mode, known, lanes: laneOptionsOf(lanes), supervision, capacity, convert });
    this.#arrivals = new Arrivals(this.#topology);
    const runs = this.#runs = new Runs({
      topology: this.#topology,
      driver,
      driverNote: note,
      events: this.events,
      options: () => this.#options,
      refused: (reason) => this.#scriptNodes.refuseStart(reason),
      handed: (node, value) => hidden.listeners.get(node)?.(value),
    });
    const hidden = hiddenNodes(this.#topology, () => runs.active);
    registerHiddenSite(this, hidden);
    this.#scriptNodes = new ScriptNodes(this.#topology, () => runs.whenEnded(), () => runs.newest?.failure);
    registerAdopter(this, { topology: this.#topology, change: () => (runs.change("add a node"), this.#options) });
    const described = () => known().map(({ descriptor }) => descriptor);
    registerView(this, versionedView(options, this.#topology, driver, described, () => runs.shown, () => runs.count));
  }

  /** True if the runtime uses the native library. */
  get driverKind(): DriverKind {
    return this.#driver.kind;
  }

  /** The mode: how the graph treats time. */
  get mode(): GraphMode {
    return this.#topology.mode;
  }

  /**
   * Adds a node. In a running graph this is an edit of its own: the call returns the handle at once, for calls that
   * follow, and `await` waits until the node is part of the graph.
   *
   * @param spec the result of a call such as `nodes.gain({ gainDb: 3 })`
   * @returns typed references to its ports
   * @throws {SluiceError} `InvalidConfig`, `InvalidGraph` (the id, or a spec that is no node), `Busy` (the graph is
   * starting or stopping). Errors of {@linkcode Runtime.edit} reject the promise
   */
  // deno-lint-ignore no-explicit-any -- the bound that every generated handle meets
  add<H extends NodeHandle<any, any>>(spec: NodeSpec<H>, options: AddOptions = {}): H & PromiseLike<H> {
    assertNodeSpec(spec);
    assertNew(spec);
    const { handle, added } = this.#add(spec, options);
    noteAdded(spec);
    return awaitable(handle, added);
  }

  /**
   * Adds a node of a registered type, by the type's name.
   *
   * @throws {SluiceError} `NodeTypeNotFound`, and as {@linkcode Runtime.add}
   */
  addByType(
    type: string,
    config: Record<string, unknown> = {},
    options: AddOptions = {},
  ): NodeHandle & PromiseLike<NodeHandle> {
    const { handle, added } = this.#add({ type: this.#findType(type), config }, options);
    return awaitable(handle, added);
  }

  /**
   * Links an output to an input.
   *
   * @returns the link's id: at once before the start, by a promise, as from an edit, while the graph runs
   * @throws {SluiceError} `TypeMismatch`, `DestinationOccupied`, `CycleWithoutDelay`, `NodeNotFound`, `PortNotFound`,
   * `InvalidGraph` (policy, capacity), `Busy` (a node has ended; the graph is starting or stopping), and the errors of
   * {@linkcode Runtime.edit}; while the graph runs, each of these rejects the promise
   */
  connect<From extends AnyOutput, To extends AnyInput, O extends LinkOptions = LinkOptions>(
    from: From,
    to: To & Linkable<From, To, O>,
    options?: O,
  ): LinkId | Promise<LinkId> {
    return this.#connect(from, to, options ?? {});
  }

  /**
   * Links by addresses: `runtime.connectByName("mic.audio", "gain.audioIn")`.
   *
   * @throws {SluiceError} as {@linkcode Runtime.connect}
   */
  connectByName(from: string, to: string, options: LinkOptions = {}): LinkId | Promise<LinkId> {
    return this.#connect(splitAddress(from), splitAddress(to), options);
  }

  /** Removes a link: {@linkcode GraphEdit.disconnect} as an edit of its own. */
  disconnect(linkId: string): Promise<void> {
    return this.edit((edit) => edit.disconnect(linkId));
  }

  /** Removes a node with its links: {@linkcode GraphEdit.remove} as an edit of its own. */
  remove(nodeId: string): Promise<void> {
    return this.edit((edit) => edit.remove(nodeId));
  }

  /** Puts another node in a node's place: {@linkcode GraphEdit.replace} as an edit of its own. */
  // deno-lint-ignore no-explicit-any -- as in add()
  replace<H extends NodeHandle<any, any>>(nodeId: string, spec: NodeSpec<H>, options: ReplaceOptions = {}): Promise<H> {
    return this.edit((edit) => edit.replace(nodeId, spec, options));
  }

  /** Takes a node to another lane: {@linkcode GraphEdit.move} as an edit of its own. */
  move(nodeId: string, lane: string): Promise<void> {
    return this.edit((edit) => edit.move(nodeId, lane));
  }

  /** Starts or stops passing a node by: {@linkcode GraphEdit.bypass} as an edit of its own. */
  bypass(nodeId: string, on = true): Promise<void> {
    return this.edit((edit) => edit.bypass(nodeId, on));
  }

  /**
   * Changes configuration values, including those that need a new instance of the node: {@linkcode
   * GraphEdit.reconfigure} as an edit of its own.
   */
  configure(nodeId: string, values: Record<string, unknown>): Promise<void> {
    return this.edit((edit) => edit.reconfigure(nodeId, values));
  }

  /**
   * The ports of a node.
   *
   * @throws {SluiceError} `NodeNotFound`
   */
  portInfo(nodeId: string): PortInfo[] {
    return portsOf(this.#topology, nodeId);
  }

  /**
   * Returns the links at an output or an input, or all links, in the order in which they were made. While the graph
   * runs, includes each edit that is in effect; before the start and afterwards, reads the graph as it was built.
   *
   * @param port `handle.outputs.audio`, `handle.inputs.audioIn` or an address
   * @throws {SluiceError} `NodeNotFound`; `InvalidGraph` for a port of another runtime or a text that is no address;
   * `PortNotFound` for an address without a port, or a value that is no port
   */
  links<F extends Frame = Frame>(port?: OutputRef<F> | InputRef<F> | string): LinkRef<F>[] {
    return linksAt(this.#topology, this, port);
  }

  /** Returns the link with an id. @throws {SluiceError} `LinkNotFound`, with the ids of all links */
  link(id: string): LinkRef {
    return linkOf(this.#topology, this, id);
  }

  /**
   * Changes the graph, all or nothing: while it runs or is paused, and before and between its runs. In a running graph
   * only the lanes concerned take part, between two ticks; links that the edit does not name lose no frame. Edits come
   * into effect one after the other.
   *
   * @param change is called with an object that collects the edit. An error that `change` throws ends the edit with
   * nothing done. `change` must not wait: a promise is refused. Once it has returned, calls on the object throw `Busy`
   * @param options `timeoutMs`: the time limit for `setup()` of new nodes and for running ticks, by default 5,000; an
   * edit that moves nodes between lanes has two further steps, each with the same limit;
   * `trialMs`: how long a replacing node may wait for its first tick, by default 250
   * @returns the result of `change`, once the edit is in effect and removed or moved nodes are torn down on their old
   * lanes
   * @throws the errors of the calls of {@linkcode GraphEdit}, an error of a new node's `setup()` or `restore()`, and
   * {@linkcode SluiceError}: `InvalidConfig` for an option; `InvalidGraph` for a promise, for a required input without
   * a link in a running offline graph, and if `change` also changes the graph by other calls; `TypeMismatch` for
   * formats that clash; `PoolExhausted`; `Timeout`; `NativeUnavailable` for a native stage in portable mode; `Busy` if
   * the graph is starting or stopping, if a lane has not yet reached the previous edit, for a node that has ended or is
   * disabled, and for a move of a native stage or of a node linked to one. If the edit is already in effect when it
   * fails, the message says so
   */
  async edit<T>(change: (edit: GraphEdit) => T, options: EditOptions = {}): Promise<T> {
    const addCaller = this.#runs.active && rememberCaller(this.edit);
    const joined = new Set<Left>();
    try {
      return await this.#edit(change, options, joined);
    } catch (error) {
      this.#scriptNodes.refuseEdit(joined, error);
      addCaller?.(error);
      throw error;
    }
  }

  async #edit<T>(change: (edit: GraphEdit) => T, options: EditOptions, joined: Set<Left>): Promise<T> {
    assertEditFunction(change);
    const { timeoutMs, trialMs, by } = editOptions(options);
    const join: Join = (spec, plain) => {
      const own = this.#scriptNodes.join(spec, plain);
      if (own.left !== undefined) joined.add(own.left);
      return own;
    };
    const collect = () => collectEdit(this.#topology, this.#findType, change, join, by);
    const run = this.#runs.active;
    if (run !== undefined) return await run.edit(collect, timeoutMs, trialMs);
    this.#runs.change("edit");
    const { draft, extras, result } = collect();
    this.#adopt(draft, extras);
    new ConfigChanges(this.#topology).make(extras.configure);
    return result;
  }

  /**
   * Finds out what an edit would do, and does nothing.
   *
   * @param change as for {@linkcode Runtime.edit}; it cannot add nodes of the script, such as `appSource()`
   * @throws the errors of the calls of {@linkcode GraphEdit}; {@linkcode SluiceError} `Busy` and `InvalidGraph` as far
   * as the running graph refuses the edit without trying it
   */
  plan(change: (edit: GraphEdit) => unknown): PlannedEdit {
    assertEditFunction(change);
    return planEdit(() => collectEdit(this.#topology, this.#findType, change), this.#topology, this.#runs.active);
  }

  /** Makes the draft the graph, which must not run. */
  #adopt(draft: Topology, extras: Pick<EditExtras, "anew" | "states" | "left"> = {}): void {
    const change = compareGraphs(this.#topology, draft);
    this.#runs.kept.carryOver(change, extras);
    this.#topology.adopt(draft);
    const { removed, replaced, moved, unlinked } = change;
    this.#topology.recycle([...removed, ...[...replaced, ...moved].map(({ before }) => before)], unlinked);
  }

  /**
   * Changes the mode, pools and lanes of the graph while it does not run: before the start, and after {@linkcode
   * Runtime.stop} or the end of a run. A given option replaces the earlier value; an absent option keeps it. Links
   * without a policy or capacity of their own get those of the mode. Nodes stay on their lanes; `auto` among the lanes
   * applies to nodes that are added later.
   *
   * @throws {SluiceError} `InvalidConfig` for an option, and if the pools lack one that a node names; `InvalidGraph`
   * for lanes that cannot run their nodes, and for a capacity that does not fit the policy of the mode; `Busy` if the
   * graph runs. Nothing has changed after an error
   */
  configureGraph(options: Pick<RuntimeOptions, "mode" | "pools" | "lanes">): void {
    assertGraphOptions(options);
    const [first] = Object.keys(options);
    if (first === undefined) return;
    if (this.#runs.active !== undefined) {
      const message = `Cannot configure the graph: "${first}" cannot change while it runs; call stop(), ` +
        "configureGraph() and start()";
      throw new SluiceError("Busy", message, { key: first });
    }
    this.#runs.change("configure the graph");
    const { mode, pools, lanes } = options;
    const nodes = pools === undefined ? [] : this.#topology.nodes.values();
    for (const { id, pool, type } of nodes) {
      if (pool !== undefined) assertNodePools(pool, id, type.descriptor, pools!);
    }
    this.#adopt(this.#topology.draftAs(mode ?? this.mode, laneOptionsOf(lanes) ?? this.#topology.lanes));
    if (pools !== undefined) this.#options = { ...this.#options, pools };
  }

  /** Adds an element to a dynamic input of a node: {@linkcode GraphEdit.addInput} as an edit of its own. */
  addInput(nodeId: string, port: string, options: { readonly kind?: FrameKind } = {}): Promise<string> {
    return this.edit((edit) => edit.addInput(nodeId, port, options));
  }

  /** Removes an element of a dynamic input: {@linkcode GraphEdit.removeInput} as an edit of its own. */
  removeInput(nodeId: string, port: string): Promise<void> {
    return this.edit((edit) => edit.removeInput(nodeId, port));
  }

  /** As {@linkcode Runtime.addInput}, for an output. */
  addOutput(nodeId: string, port: string, options: { readonly kind?: FrameKind } = {}): Promise<string> {
    return this.edit((edit) => edit.addOutput(nodeId, port, options));
  }

  /** As {@linkcode Runtime.removeInput}, for an output. */
  removeOutput(nodeId: string, port: string): Promise<void> {
    return this.edit((edit) => edit.removeOutput(nodeId, port));
  }

  /**
   * Pauses all nodes until `resume()`; frames stay on their links. The nodes' clock stops, so that sources do not catch
   * up afterwards. A node driven by a device or a socket stops only when its links are full.
   *
   * @returns once each running tick has ended or waits until `resume()`: for room, for a slot, or for the script, which
   * may keep a frame of its sink. The figures of {@linkcode Runtime.stats} are then exact. Returns at once if
   * `resume()` or `stop()` comes first
   * @throws {SluiceError} `Busy` if the graph does not run; `Timeout` if a tick neither ends nor waits for room, a slot
   * or the script: the graph then goes on
   */
  async pause(): Promise<void> {
    await this.#runs.started("pause", "; call start()").pause();
  }

  /** Resumes after `pause()`; does nothing if the graph is not paused. */
  async resume(): Promise<void> {
    await this.#runs.newest?.resume();
  }

  /** True while a run is active: calls that change the graph are then edits. */
  get running(): boolean {
    return this.#runs.active !== undefined;
  }

  /** True if the graph is paused. */
  get paused(): boolean {
    return this.#runs.newest?.paused ?? false;
  }

  /**
   * Builds a node of a running graph anew, with its configuration but without its state. If the node is stuck, its lane
   * gets a new thread, as docs/supervision.md describes: every node of the lane is built anew, whatever its supervision
   * is.
   *
   * @returns once the new instance runs; for a stuck node, once the replacement of the thread has begun
   * @throws {SluiceError} `NodeNotFound`; `Busy` if the graph does not run, for a node that has ended or is disabled,
   * and for a node that is stuck on lane `main` or a native lane; the errors of {@linkcode Runtime.edit}
   */
  async restartNode(nodeId: string): Promise<void> {
    const { type, config } = this.#topology.node(nodeId);
    if (this.#runs.started(`restart "${nodeId}"`).restartStuck(this.#topology.node(nodeId))) return;
    await this.edit((edit) => void edit.replace(nodeId, { type, config }, { startsAnew: true }));
  }

  /**
   * Disables a node of a running graph, as supervision `disable` does after a failure: tears the node down, drops
   * frames for it, and ends its outputs. Only another edit of the graph can replace it.
   *
   * @throws {SluiceError} `NodeNotFound`; `Busy` if the graph does not run, for a node that has ended, and for a native
   * stage that is stuck
   */
  async disableNode(nodeId: string): Promise<void> {
    const node = this.#topology.node(nodeId);
    await this.#runs.started(`disable "${nodeId}"`).disable(node);
  }

  /**
   * Sends a command to a node, which runs it between two ticks on its own lane, also while the graph is paused. Each
   * node type defines its own commands: a processor by methods with `@command()`.
   *
   * @param args a value with a JSON form
   * @returns the answer of the node
   * @throws {SluiceError} `NodeNotFound`; `Busy` if the graph does not run, and for a processor that has ended or is
   * disabled; `InvalidConfig` for an unknown command, for arguments that do not fit, and, with the node's reason, for a
   * command that the node refuses; `Timeout` if a processor has not answered within its `callTimeoutMs`; `NodeFailed`
   * for an answer without a JSON form
   */
  async command(nodeId: string, name: string, args: { readonly [key: string]: unknown } = {}): Promise<unknown> {
    const node = this.#topology.node(nodeId);
    return await this.#runs.started(`give "${nodeId}" the command "${name}"`).command(node, name, args);
  }

  /**
   * Changes a configuration value: any value while the graph does not run, only live ones while it runs.
   *
   * @returns when the node has the value
   * @throws {SluiceError} `NodeNotFound`; `InvalidConfig` (also for a key that is not live, while the graph runs);
   * `NodeFailed` if the node's `configChanged()` throws; `Busy` if the graph is starting. After these errors the graph
   * and the node keep the old value. `Timeout`, with a node's id, if that node keeps the lane from answering for 5 s:
   * the value comes into effect once the lane answers
   */
  async setConfig(nodeId: string, key: string, value: unknown): Promise<void> {
    const node = this.#topology.node(nodeId);
    const run = this.#runs.active;
    const given = changedValue(node, key, value, run !== undefined);
    if (run === undefined) node.config[key] = given;
    else await run.configure(node, { [key]: given });
  }

  /**
   * Opens every node, checks the known formats, and starts the graph. After the end of a run, or after a refused start,
   * begins a new run: builds every node anew, opens files anew, and counts all figures from 0. Waits for a run that is
   * ending because it was stopped or has failed.
   *
   * @param options `resume`: true if nodes go on from the result of their `snapshot()` at the end of the last run; by
   * default false
   * @returns when the graph runs
   * @throws {SluiceError} a fault of the graph; an error of a node's `setup()`, `restore()` or earlier `snapshot()`;
   * `Busy` if the graph runs, was stopped before it ran, or option `signal` was aborted; `InvalidConfig` for an option;
   * `InvalidGraph` on the thread of a lane. Every node is torn down again
   */
  async start(options: { readonly resume?: boolean } = {}): Promise<void> {
    await this.#runs.start(options);
  }

  /**
   * Stops the graph, if it runs, and starts it: {@linkcode Runtime.stop} and {@linkcode Runtime.start} in one call,
   * with the options of `start`. Waits for a run that is ending by itself. {@linkcode Runtime.finished} of the previous
   * run reports how that run ended.
   *
   * @throws {SluiceError} `Busy` if the graph is starting, another restart is active, or the graph is told to stop
   * before it has begun again; the errors of {@linkcode Runtime.start}
   */
  async restart(options: { readonly resume?: boolean } = {}): Promise<void> {
    await this.#runs.restart(options, () => this.start(options));
  }

  /**
   * Settles when every node of the newest run has ended and is torn down. Await it before the runtime is disposed of.
   *
   * @throws the first failure of a node;
   * {@linkcode SluiceError} `Busy` if an offline graph is disposed of before its end
   */
  get finished(): Promise<RunSummary> {
    return this.#runs.finished;
  }

  /**
   * Ends the sources, drains the other nodes within the time limit, and tears down. If the graph has ended or is
   * disposed of, waits for that end. The graph can then be changed, and started again.
   *
   * @returns as {@linkcode Runtime.finished}, and also the summary of a graph that was disposed of before its end;
   * `undefined` if the graph was not started
   */
  async stop(): Promise<RunSummary | undefined> {
    return await this.#runs.stop();
  }

  /** Returns the current figures of the graph; after its end, the last ones. */
  stats(): RuntimeStats {
    const { newest } = this.#runs;
    if (newest !== undefined) return newest.stats();
    const { limit: limitBytes } = new MemoryBudget(this.#options.memory ?? {}, this.#driver.machineBytes());
    const memory = { limitBytes, reservedBytes: 0, usedBytes: 0 };
    return { elapsedNs: 0, driver: this.#driver.kind, nodes: [], links: [], pools: [], memory, lanes: [] };
  }

  /**
   * Returns the latency of frames from each source to each sink that they can reach, as measured so far.
   *
   * @returns one entry for each pair, in the order of the nodes; without `latency` until frames were measured at the
   * sink
   */
  latencies(): PathLatency[] {
    return pathLatencies(this.#topology, this.stats());
  }

  /**
   * Returns the graph as a graph file, which loads back to the same graph. It includes nodes of types that no registry
   * knows, such as `appSource()`, although no file can name those types.
   *
   * @throws {SluiceError} `InvalidConfig` if a configuration holds a value without a JSON form
   */
  graph(): GraphFile {
    return snapshotGraph(this.#topology, this.#options);
  }

  /** Returns how the run ended, also after a failure; `undefined` before its end. */
  summary(): RunSummary | undefined {
    return this.#runs.newest?.summary;
  }

  /**
   * Ends the graph if it runs. Stops a live graph. Aborts an offline graph whose sources have not ended: incomplete
   * files keep their temporary names, such as `NAME.partial`, and `finished` rejects. Throws nothing, because that
   * would hide the error that left the block. If nobody waits for `finished`, logs the abort, as it logs a failure, and
   * sets the exit code of the program to 1.
   */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#runs.dispose();
    this.events.close();
  }

  /** @returns the handle, and a promise that settles when the node is part of the graph */
  #add<H extends NodeHandle>({ type, config, extend }: NodeSpec<H>, options: AddOptions): Adding<H> {
    const run = this.#runs.active;
    if (run === undefined) this.#runs.change("add a node");
    else run.assertRuns("add a node");
    assertAddOptions(options);
    if (options.pool !== undefined) {
      assertNodePools(options.pool, options.id ?? type.descriptor.type, type.descriptor, this.#options.pools ?? {});
    }
    const node = run === undefined
      ? this.#topology.addNode(type, config, options)
      : this.#arrivals.check(type, config, options);
    const { id } = node;
    const { handle, left } = this.#scriptNodes.join({ extend }, makeHandle(id, node.type.descriptor, this));
    if (run === undefined) {
      if (left !== undefined) this.#topology.onDeparture(id, left);
      return { handle, added: Promise.resolve() };
    }
    // The script can already use the node, which joins the graph by an edit of its own.
    let isBegun = false;
    const joins: NodeSpec["extend"] = left && ((plain, { onDeparture }) => {
      isBegun = true;
      onDeparture(left);
      return plain;
    });
    const added = this.edit((edit) => edit.add({ type, config, extend: joins }, { ...options, id }));
    this.#arrivals.expect(id, added);
    added.catch((error) => isBegun || left?.(error));
    return { handle, added };
  }

  #connect(from: PortEnd, to: PortEnd, options: LinkOptions): LinkId | Promise<LinkId> {
    assertRefsOf(this, from, to);
    if (this.#runs.active !== undefined) {
      return this.edit((edit) => edit.connect(from as AnyOutput, to as AnyInput, options));
    }
    this.#runs.change("link");
    return this.#topology.addLink(from, to, options).id;
  }
}
