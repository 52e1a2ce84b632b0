/**
 * The runtime: builds a graph, runs it on its lanes, and tells how it goes.
 *
 * @module
 */
import type { Driver, DriverKind } from "./driver/driver.ts";
import { warnOfFallback } from "./driver/fallback.ts";
import { chooseDriver } from "./driver/open.ts";
import { SluiceError } from "./errors.ts";
import { EventBus } from "./events/bus.ts";
import type { FrameKind } from "./frames/format.ts";
import type { Frame } from "./frames/frame.ts";
import { assertComplete, tellAwaited } from "./graph/complete.ts";
import type { GraphFile } from "./graph/graph_file.ts";
import { pathLatencies } from "./graph/latencies.ts";
import { snapshotGraph } from "./graph/snapshot.ts";
import { type LinkId, splitAddress } from "./ids.ts";
import { warnOfUnusedLanes } from "./graph/unused_lanes.ts";
import { notingWaits } from "./process/noting_waits.ts";
import type { GraphMode, LinkOptions } from "./links/policy.ts";
import { assertEditFunction, collectEdit } from "./live/collect_edit.ts";
import { editOptions } from "./live/edit_options.ts";
import { compareGraphs } from "./live/graph_change.ts";
import { rememberCaller } from "./live/edit_caller.ts";
import type { GraphEdit, ReplaceOptions } from "./live/graph_edit.ts";
import { ConfigChanges } from "./live/config_changes.ts";
import {
  type AddOptions,
  assertAddOptions,
  assertGraphOptions,
  assertRuntimeOptions as assertOptions,
  assertStartOptions,
  type EditOptions,
  type RuntimeOptions,
} from "./runtime_options.ts";
import { AUTO_LANE } from "./placement/lane_choice.ts";
import { MemoryBudget } from "./pools/memory_budget.ts";
import { assertNodePools } from "./pools/check_node_pools.ts";
import { assertNew, noteAdded } from "./app/once.ts";
import type { Join, Left } from "./app/joined.ts";
import { assertNodeSpec } from "./registry/check_node_type.ts";
import type { InputRef, NodeHandle, OutputRef } from "./registry/handle.ts";
import type { AnyInput, AnyOutput, Linkable } from "./registry/link_types.ts";
import { assertOffLanes } from "./registry/lane_thread.ts";
import { assertRefsOf, makeHandle } from "./registry/make_handle.ts";
import type { NodeSpec } from "./registry/node_type.ts";
import { registerView, type SessionView } from "./runtime_view.ts";
import { Arrivals, awaitable } from "./runtime/arrivals.ts";
import { heedSignals } from "./runtime/heed_signals.ts";
import { changedValue } from "./runtime/changed_value.ts";
import { findType, knownTypes } from "./runtime/known_types.ts";
import { linkOf, type LinkRef, linksAt } from "./runtime/link_refs.ts";
import { type PortInfo, portsOf } from "./runtime/port_info.ts";
import { RunFailures } from "./runtime/run_failures.ts";
import { placeAnew } from "./runtime/place_anew.ts";
import { ScriptNodes } from "./runtime/script_nodes.ts";
import { sessionOptions } from "./runtime/session_options.ts";
import { versionedView } from "./runtime/versioned_view.ts";
import { KeptStates } from "./session/kept_states.ts";
import { Session } from "./session/session.ts";
import type { PathLatency, RunSummary, RuntimeStats } from "./stats.ts";
import { Topology } from "./topology.ts";

/** A node that is being added. */
interface Adding<H> {
  readonly handle: H;
  readonly added: Promise<unknown>;
}

/** One end of a link that is to be made. */
interface LinkEndRef {
  readonly node: string;
  readonly port: string;
}

/**
 * A graph and the means to run it, as often as is wanted: it is built, started, changed while it runs, stopped, changed
 * and started again.
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
   * Why portable mode is used and what to do, if the native library was wanted and could not be had. The first start of
   * a program warns of it, too.
   */
  readonly driverNote: string | undefined;
  /** What happens in the runtime, as it happens. */
  readonly events: EventBus;
  /**
   * The nodes' clock, as `context.nowNs()`: nanoseconds since the runtime's epoch. It stands still in pauses, and goes on
   * from where it is when the graph is started again.
   */
  readonly clock: { nowNs(): number };
  #options: RuntimeOptions;
  readonly #driver: Driver;
  readonly #topology: Topology;
  readonly #arrivals: Arrivals;
  readonly #kept = new KeptStates();
  /** A run has begun without sources, or is told to go on after them: so do those that follow. */
  #outlivesSources = false;
  readonly #scriptNodes: ScriptNodes;
  /** The newest run, under way or over. */
  #session: Session | undefined;
  /** How many runs there were, and how often the graph was told to stop. */
  #runs = 0;
  #stops = 0;
  /** A restart waits for the end of a run. */
  #isRestarting = false;
  /** The graph was changed since that run was over. */
  #isChanged = false;
  /** Why the runtime was disposed of before any start. */
  #unused: SluiceError | undefined;
  #disposed = false;
  readonly #failures = new RunFailures();

  /**
   * Makes an empty graph.
   *
   * @throws {SluiceError} `InvalidConfig` for an unknown option, or a value that it does not take;
   * `NativeUnavailable` or `AbiMismatch` if `native` is `require` and the library cannot be used
   */
  constructor(options: RuntimeOptions = {}) {
    assertOptions(options);
    this.#options = options;
    const { driver, note } = chooseDriver(options.native ?? "auto");
    this.#driver = driver;
    this.driverNote = note;
    this.events = new EventBus(() => this.clock.nowNs());
    this.clock = { nowNs: () => this.#session?.nowNs() ?? driver.nowNs() };
    const known = () => knownTypes(options.registry, this.#topology);
    const { mode = "live", lanes, supervision, capacity, convert } = options;
    this.#topology = new Topology(mode, known, saidOf(lanes), supervision, capacity, convert);
    this.#arrivals = new Arrivals(this.#topology);
    this.#scriptNodes = new ScriptNodes(this.#topology, () => this.#whenEnded(), () => this.#session?.failure);
    const described = () => known().map(({ descriptor }) => descriptor);
    registerView(this, versionedView(options, this.#topology, driver, described, () => this.#shown, () => this.#runs));
  }

  /** Whether the native library is used. */
  get driverKind(): DriverKind {
    return this.#driver.kind;
  }

  /** How the graph treats time. */
  get mode(): GraphMode {
    return this.#topology.mode;
  }

  /**
   * Adds a node. While the graph runs this is an edit of its own: the handle is there at once, for calls that follow, and
   * `await` waits until the node is part of the graph.
   *
   * @param spec what `nodes.gain({ gainDb: 3 })` gives
   * @returns typed references to its ports
   * @throws {SluiceError} `InvalidConfig`, `InvalidGraph` (the id, or what is no node), `Busy` (the graph is starting or
   * stopping). What {@linkcode Runtime.edit} throws comes by `await`
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
   * Adds a node by the name of its type, which the registry must know.
   *
   * @throws {SluiceError} `NodeTypeNotFound`, and as {@linkcode Runtime.add}
   */
  addByType(
    type: string,
    config: Record<string, unknown> = {},
    options: AddOptions = {},
  ): NodeHandle & PromiseLike<NodeHandle> {
    const { handle, added } = this.#add({ type: findType(this.#options.registry, type), config }, options);
    return awaitable(handle, added);
  }

  /**
   * Links an output to an input.
   *
   * @returns the link's id: at once before the start; while the graph runs a promise of it, as that of an edit
   * @throws {SluiceError} `TypeMismatch`, `DestinationOccupied`, `CycleWithoutDelay`, `NodeNotFound`, `PortNotFound`,
   * `InvalidGraph` (policy, capacity), `Busy` (a node has ended; the graph is starting or stopping), and what
   * {@linkcode Runtime.edit} throws; all of it by the promise while the graph runs
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
   * Changes configuration values, also such as need another instance: {@linkcode GraphEdit.reconfigure} as an edit of its
   * own.
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
   * The links at an output or an input, or all: in the order in which they were made. Before the start and afterwards
   * those of the graph as it was built, while it runs those of all edits that are in effect.
   *
   * @param port `handle.outputs.audio`, `handle.inputs.audioIn` or an address
   * @throws {SluiceError} `NodeNotFound`, `InvalidGraph` for a port of another runtime and for what is no address,
   * `PortNotFound` for an address of no port, and for what is none
   */
  links<F extends Frame = Frame>(port?: OutputRef<F> | InputRef<F> | string): LinkRef<F>[] {
    return linksAt(this.#topology, this, port);
  }

  /** The link of an id. @throws {SluiceError} `LinkNotFound`, with the links there are */
  link(id: string): LinkRef {
    return linkOf(this.#topology, this, id);
  }

  /**
   * Changes the graph, all or nothing: while it runs or is paused, and before and between its runs. Of a graph that runs,
   * only the lanes concerned take part, between two ticks; links that are not named lose no frame. Edits come into effect
   * one after the other.
   *
   * @param change is called with what collects the edit; whatever it throws ends the edit with nothing done. It may
   * not wait for anything: a promise is refused. What it is given throws `Busy` once it has returned
   * @param options `timeoutMs`: how long `setup()` of new nodes and ticks under way may take, by default 5,000; where
   * nodes change lanes, each of two further steps may take as long;
   * `trialMs`: how long a node that takes another one's place may wait for its first tick, by default 250
   * @returns what `change` gave, once the edit is in effect and nodes that it removes or moves are torn down where they
   * were
   * @throws what the calls of {@linkcode GraphEdit} throw, an error of a new node's `setup()` or `restore()`, and
   * {@linkcode SluiceError} `InvalidConfig` for an option, `InvalidGraph` for a promise, for a required input without a
   * link in an offline graph that runs, and where `change` changes the graph by other calls too, `TypeMismatch` for
   * formats that clash, `PoolExhausted`, `Timeout`, `NativeUnavailable` for a native stage in portable mode, and `Busy` if
   * the graph is starting or stopping, if a lane has not come to the edit before, for a node that has ended or is
   * disabled and for a move of a native stage or of a node that a link joins to one. Of what fails once the edit is in
   * effect the message says so
   */
  async edit<T>(change: (edit: GraphEdit) => T, options: EditOptions = {}): Promise<T> {
    const addCaller = this.#run && rememberCaller(this.edit);
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
    const { timeoutMs, trialMs } = editOptions(options);
    const findNodeType = (type: string) => findType(this.#options.registry, type);
    const join: Join = (spec, plain) => {
      const own = this.#scriptNodes.join(spec, plain);
      if (own.left !== undefined) joined.add(own.left);
      return own;
    };
    const collect = () => collectEdit(this.#topology, findNodeType, change, join);
    const run = this.#run;
    if (run !== undefined) return await run.edit(collect, timeoutMs, trialMs);
    this.#build("edit");
    const { draft, extras, result } = collect();
    this.#adopt(draft, extras.anew);
    new ConfigChanges(this.#topology).make(extras.configure);
    return result;
  }

  /** The graph, which does not run, is the draft. @param anew nodes that take over no state */
  #adopt(draft: Topology, anew?: ReadonlySet<string>): void {
    const { removed, replaced, moved, unlinked } = compareGraphs(this.#topology, draft);
    const others = [...replaced, ...moved].map(({ before }) => before);
    for (const node of others) if (anew?.has(node.id)) this.#kept.forget(node);
    this.#topology.adopt(draft);
    this.#topology.recycle([...removed, ...others], unlinked);
  }

  /**
   * Changes how the graph treats time, and what is said of its pools and lanes, while it does not run: before the start,
   * and after {@linkcode Runtime.stop} or the end of a run. Each option that is given takes the place of what was said
   * before; what is absent stays. Links that name no policy or capacity get those of the mode. Nodes stay on the lanes
   * that they are on, and `auto` among the lanes holds for nodes that are added from then on.
   *
   * @throws {SluiceError} `InvalidConfig` for an option, and for pools without one that a node names; `InvalidGraph` for
   * lanes that cannot run their nodes, and for a capacity that does not fit the policy of the mode; `Busy` if the graph
   * runs. Then nothing has changed
   */
  configureGraph(options: Pick<RuntimeOptions, "mode" | "pools" | "lanes">): void {
    assertGraphOptions(options);
    const [first] = Object.keys(options);
    if (first === undefined) return;
    if (this.#run !== undefined) {
      throw new SluiceError(
        "Busy",
        `Cannot configure the graph: "${first}" cannot change while it runs; call stop(), configureGraph() and start()`,
        { key: first },
      );
    }
    this.#build("configure the graph");
    const { mode, pools, lanes } = options;
    const nodes = pools === undefined ? [] : this.#topology.nodes.values();
    for (const { id, pool, type } of nodes) {
      if (pool !== undefined) assertNodePools(pool, id, type.descriptor, pools!);
    }
    this.#adopt(this.#topology.draftAs(mode ?? this.mode, saidOf(lanes) ?? this.#topology.lanes));
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
   * Runs no node until `resume()`; frames stay where they are. The nodes' clock stands still, so that sources do not
   * catch up afterwards. A node that a device or a socket drives is held only by links that fill up.
   *
   * @returns once each tick under way has ended, or waits for room or a slot, where it stays until `resume()`, or for the
   * script, which may keep a frame of its sink: the figures of {@linkcode Runtime.stats} then are exact; or at once when `resume()` or `stop()` comes before that
   * @throws {SluiceError} `Busy` if the graph does not run, `Timeout` if a tick neither ends nor waits for room or a
   * slot, nor, at a sink that the script reads, for the script; then the graph goes on
   */
  async pause(): Promise<void> {
    if (this.#session === undefined) {
      throw new SluiceError("Busy", "Cannot pause: the graph was not started; call start()");
    }
    await this.#session.pause();
  }

  /** Goes on after `pause()`; without one, nothing happens. */
  async resume(): Promise<void> {
    await this.#session?.resume();
  }

  /** Whether a run is under way: calls that change the graph are edits then. */
  get running(): boolean {
    return this.#run !== undefined;
  }

  /** Whether the graph is paused. */
  get paused(): boolean {
    return this.#session?.paused ?? false;
  }

  /**
   * Builds a node of a running graph anew, with its configuration and without the state that it has. Of one that is
   * stuck the lane is given another thread, as docs/supervision.md describes it, whatever was chosen for the failures of
   * the nodes there: all of them are built anew.
   *
   * @returns once the new instance runs; for a node that is stuck, once that has begun
   * @throws {SluiceError} `NodeNotFound`; `Busy` if the graph does not run, for a node that has ended or is disabled, and
   * for one that is stuck on lane `main` or a native lane; what {@linkcode Runtime.edit} throws
   */
  async restartNode(nodeId: string): Promise<void> {
    const { type, config } = this.#topology.node(nodeId);
    if (this.#session === undefined) {
      throw new SluiceError("Busy", `Cannot restart "${nodeId}": the graph was not started`);
    }
    if (this.#session.restartStuck(this.#topology.node(nodeId))) return;
    await this.edit((edit) => void edit.replace(nodeId, { type, config }, { startsAnew: true }));
  }

  /**
   * Disables a node of a running graph, as its supervision `disable` would if it failed: it is torn down, what comes to
   * it is dropped, and its outputs end. Nothing takes its place but by another edit of the graph.
   *
   * @throws {SluiceError} `NodeNotFound`; `Busy` if the graph does not run, for a node that has ended, and for a native
   * stage that is stuck
   */
  async disableNode(nodeId: string): Promise<void> {
    const node = this.#topology.node(nodeId);
    if (this.#session === undefined) {
      throw new SluiceError("Busy", `Cannot disable "${nodeId}": the graph was not started`);
    }
    await this.#session.disable(node);
  }

  /**
   * Gives a native stage a command, which it does between two ticks on its own thread: what commands there are is the
   * stage's own.
   *
   * @param args can be written as JSON
   * @returns what the stage answers
   * @throws {SluiceError} `NodeNotFound`; `Busy` if the graph does not run; `InvalidConfig` for a TypeScript processor,
   * and with the stage's reason if it refuses
   */
  async command(nodeId: string, name: string, args: { readonly [key: string]: unknown } = {}): Promise<unknown> {
    const node = this.#topology.node(nodeId);
    if (this.#session === undefined) {
      throw new SluiceError("Busy", `Cannot give "${nodeId}" the command "${name}": the graph was not started`);
    }
    return await this.#session.command(node, name, args);
  }

  /**
   * Changes a configuration value: any while the graph does not run, live ones while it does.
   *
   * @returns when the node has the value
   * @throws {SluiceError} `NodeNotFound`, `InvalidConfig` (also for a key that is not live, while the graph runs),
   * `NodeFailed` if the node's `configChanged()` throws, `Busy` if the graph is starting. Then the graph
   * and the node keep the value that they had. `Timeout` if a node keeps the lane from answering for 5 s, with that
   * node's id: the value is in effect once the lane answers
   */
  async setConfig(nodeId: string, key: string, value: unknown): Promise<void> {
    const node = this.#topology.node(nodeId);
    const run = this.#run;
    const given = changedValue(node, key, value, run !== undefined);
    if (run === undefined) node.config[key] = given;
    else await run.configure(node, { [key]: given });
  }

  /**
   * Opens every node, checks what formats are known, and lets the graph run. After the end of a run, or a start that was
   * refused, it begins another: every node is built anew, files are opened anew, and all figures begin at 0. A run that is
   * ending, because it was told to stop or has failed, is waited for.
   *
   * @param options `resume`: whether nodes go on from what their `snapshot()` gave at the end of the last run; by default
   * they do not
   * @returns when it runs
   * @throws {SluiceError} what is wrong with the graph, a node's `setup()` or `restore()`; what its `snapshot()` threw;
   * `Busy` if the graph runs, was stopped before it ran, or option `signal` was aborted; `InvalidConfig` for an option;
   * `InvalidGraph` on the thread of a lane. Everything is torn down again
   */
  async start(options: { readonly resume?: boolean } = {}): Promise<void> {
    assertStartOptions(options);
    assertOffLanes("start");
    const stops = this.#stops;
    if (this.#run?.isCutShort) await this.#run.finished.catch(() => {});
    this.#assertNotStopped("start", stops);
    this.#assertIdle("start");
    this.#assertMayStart();
    assertComplete(this.#topology, "start");
    warnOfUnusedLanes(this.#topology);
    tellAwaited(this.#topology);
    warnOfFallback(this.driverNote);
    const before = this.#session;
    const session = this.#makeSession(options.resume ?? false);
    const forget = heedSignals(this.#options, this.#topology, () => this.stop());
    session.finished.then(forget, forget);
    try {
      if (before !== undefined) await before.finished.catch(() => {});
      await session.start();
    } catch (error) {
      this.#scriptNodes.refuseStart(error);
      throw error;
    }
    session.finished.catch((error) => this.#failures.take(error, session === this.#session));
  }

  /**
   * Stops the graph, if it runs, and starts it: {@linkcode Runtime.stop} and {@linkcode Runtime.start} in one call, with
   * the options of the latter. A run that is ending by itself is waited for.
   * How the run before ended, its {@linkcode Runtime.finished} tells.
   *
   * @throws {SluiceError} `Busy` if the graph is starting or another restart is under way, or if the graph is to stop
   * before it has begun again; what {@linkcode Runtime.start} throws
   */
  async restart(options: { readonly resume?: boolean } = {}): Promise<void> {
    assertStartOptions(options);
    if (this.#isRestarting) throw new SluiceError("Busy", "Cannot restart: another restart is under way");
    this.#run?.assertStarted("restart");
    const stopped = this.stop().catch(() => {});
    const stops = this.#stops;
    this.#isRestarting = true;
    await stopped;
    this.#isRestarting = false;
    this.#assertNotStopped("restart", stops);
    await this.start(options);
  }

  /** @param stops how often it was told to stop by the time that was asked for @throws {SluiceError} `Busy` */
  #assertNotStopped(action: string, stops: number): void {
    if (this.#stops === stops) return;
    throw new SluiceError("Busy", `Cannot ${action}: the graph was stopped meanwhile`);
  }

  #makeSession(resume: boolean): Session {
    const { endsWithSources = this.#outlivesSources ? false : undefined } = this.#options;
    const options = sessionOptions({ ...this.#options, endsWithSources }, {
      topology: this.#topology,
      driver: this.#driver,
      pausedNs: this.#session?.pausedNs,
      events: this.events,
      kept: this.#kept,
      resume,
      converters: knownTypes(this.#options.registry, this.#topology),
    });
    this.#outlivesSources = !options.endsWithSources;
    this.#failures.begin();
    this.#isChanged = false;
    this.#runs++;
    placeAnew(this.#topology, this.#session?.betterLanes ?? []);
    return this.#session = new Session(options);
  }

  /**
   * Settles when every node of the run has come to its end and was torn down: of that which was started last. To be
   * awaited before the runtime is disposed of.
   *
   * @throws the first failure of a node; {@linkcode SluiceError} `Busy` if an offline graph is disposed of before its end
   */
  get finished(): Promise<RunSummary> {
    return notingWaits(this.#whenEnded(), () => this.#failures.awaited = true);
  }

  #whenEnded(): Promise<RunSummary> {
    if (this.#session !== undefined) return this.#session.finished;
    if (this.#unused !== undefined) return Promise.reject(this.#unused);
    return Promise.reject(new SluiceError("Busy", "Cannot wait for the end: the graph was not started; call start()"));
  }

  /**
   * Ends the sources, drains the other nodes within the time limit, and tears down. Of a graph that is ended already, or
   * disposed of, it waits for that end. Then the graph can be changed, and started again.
   *
   * @returns as {@linkcode Runtime.finished}, but also the summary of a graph that was disposed of before its end;
   * `undefined` if the graph was not started
   */
  async stop(): Promise<RunSummary | undefined> {
    this.#stops++;
    return await this.#session?.stop();
  }

  /** The figures of the graph now; after its end, the last ones. */
  stats(): RuntimeStats {
    if (this.#session !== undefined) return this.#session.stats();
    const { limit: limitBytes } = new MemoryBudget(this.#options.memory ?? {}, this.#driver.machineBytes());
    const memory = { limitBytes, reservedBytes: 0, usedBytes: 0 };
    return { elapsedNs: 0, driver: this.#driver.kind, nodes: [], links: [], pools: [], memory, lanes: [] };
  }

  /**
   * How long frames take from each source to each sink that they can reach, as measured so far.
   *
   * @returns one entry a pair, in the order of the nodes; without `latency` until frames were measured at the sink
   */
  latencies(): PathLatency[] {
    return pathLatencies(this.#topology, this.stats());
  }

  /**
   * The graph as it is now: as a graph file, which loads back to the same graph. Nodes of types that no registry knows,
   * such as `appSource()`, are in it, but no file can name them.
   *
   * @throws {SluiceError} `InvalidConfig` if a configuration holds a value that JSON cannot
   */
  graph(): GraphFile {
    return snapshotGraph(this.#topology, this.#options);
  }

  /** How the run ended, also after a failure; `undefined` before that. */
  summary(): RunSummary | undefined {
    return this.#session?.summary;
  }

  /**
   * Ends the graph if it runs. A live one is stopped. An offline one whose sources have not ended is broken off: its
   * files stay what they are while they are written, such as `NAME.partial`, and `finished` rejects. Nothing is thrown,
   * since that would hide the error for which a block is left. Where nobody waits for `finished`, the log tells that the
   * graph was broken off, as it does of a failure, and the exit code of the program becomes 1.
   */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#disposed = true;
    if (this.#session === undefined) {
      this.#unused ??= new SluiceError("Busy", "The graph was disposed of before it was started");
      this.#scriptNodes.refuseStart(this.#unused);
    }
    await this.#session?.dispose();
    if (this.#failures.areUnheard) Deno.exitCode ||= 1;
    this.events.close();
  }

  /** @returns the handle, and what settles when the node is part of the graph */
  #add<H extends NodeHandle>({ type, config, extend }: NodeSpec<H>, options: AddOptions): Adding<H> {
    const run = this.#run;
    if (run === undefined) this.#build("add a node");
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
    // The script talks to the node already, which joins the graph by an edit of its own.
    let isBegun = false;
    const joins: NodeSpec["extend"] = left && ((plain, _run, _onRefused, _wanted, onDeparture) => {
      isBegun = true;
      onDeparture(left);
      return plain;
    });
    const added = this.edit((edit) => edit.add({ type, config, extend: joins }, { ...options, id }));
    this.#arrivals.expect(id, added);
    added.catch((error) => isBegun || left?.(error));
    return { handle, added };
  }

  #connect(from: LinkEndRef, to: LinkEndRef, options: LinkOptions): LinkId | Promise<LinkId> {
    assertRefsOf(this, from, to);
    if (this.#run !== undefined) {
      return this.edit((edit) => edit.connect(from as AnyOutput, to as AnyInput, options));
    }
    this.#build("link");
    return this.#topology.addLink(from, to, options).id;
  }

  /** The run that is under way. */
  get #run(): Session | undefined {
    return this.#session?.summary === undefined ? this.#session : undefined;
  }

  /** The run that figures are shown of: none once the graph was changed after it. */
  get #shown(): SessionView | undefined {
    return this.#isChanged ? undefined : this.#session?.view();
  }

  /** The graph is to be changed while it does not run. */
  #build(action: string): void {
    this.#assertIdle(action);
    this.#isChanged = true;
  }

  /** @throws {SluiceError} `Busy` */
  #assertMayStart(): void {
    const { signal } = this.#options;
    if (signal?.aborted !== true) return;
    const message = 'Cannot start: option "signal" was aborted, which ends the runtime; make a new Runtime';
    throw new SluiceError("Busy", message, { cause: signal.reason });
  }

  /** @throws {SluiceError} `Busy` */
  #assertIdle(action: string): void {
    if (this.#run === undefined && !this.#disposed) return;
    const why = this.#disposed
      ? "the runtime was disposed of; make a new Runtime"
      : "the graph was started; runtime.finished tells of its end";
    throw new SluiceError("Busy", `Cannot ${action}: ${why}`);
  }
}

/** What is said of each lane: `"auto"` is short for that of its name. */
function saidOf(lanes: RuntimeOptions["lanes"]): Exclude<RuntimeOptions["lanes"], "auto"> {
  return lanes === AUTO_LANE ? { [AUTO_LANE]: {} } : lanes;
}
