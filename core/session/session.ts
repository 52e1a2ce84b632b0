/**
 * One run of a graph: from the plan in the control isolate to lanes that run it, and to its end. A session is started
 * once and ends once.
 *
 * @module
 */
import { NODE } from "../../ffi/layout.gen.ts";
import { index64 } from "../element_index.ts";
import { ControlPage } from "../control_page.ts";
import { serializeError, SluiceError } from "../errors.ts";
import { publishClosed, publishEdit } from "../events/edit_events.ts";
import { NodeStates } from "../events/node_states.ts";
import { feedbackLinks } from "../graph/loops.ts";
import { orderedNodes } from "../graph/order.ts";
import type { NodeId } from "../ids.ts";
import { assertNativeLanes } from "../lanes/native/native_lane_check.ts";
import { type GraphChange, isOfOneType } from "../live/graph_change.ts";
import { blankPage, GraphMemory } from "./graph_memory.ts";
import { LinkPlans } from "../live/link_plans.ts";
import { cutOff, nodeDown, notRunning } from "../live/edit_errors.ts";
import type { DraftedEdit, EditExtras } from "../live/edit_site.ts";
import { LiveEdits } from "../live/live_edits.ts";
import { draftRestart, restartTimeoutMs } from "../live/restart.ts";
import { logger } from "../log.ts";
import { warnOfStaleSources } from "../registry/staleness.ts";
import type { RunState, SessionView } from "../runtime_view.ts";
import type { RunSummary, RuntimeStats } from "../stats.ts";
import type { NodeEntry } from "../topology.ts";
import { ConfigRequests } from "./config_requests.ts";
import { closeAll } from "./end_states.ts";
import { checkFormats, convertersByField } from "./format_check.ts";
import { warnOfKept } from "./kept_frames.ts";
import { LaneKeeper } from "./lane_keeper.ts";
import { LaneNews, notAnswering } from "./lane_news.ts";
import type { LaneThread } from "./lane_thread.ts";
import { NodeFacts } from "./node_facts.ts";
import { NodeFailures } from "./node_failures.ts";
import { Overdue } from "./overdue.ts";
import { Pausing } from "./pausing.ts";
import { RunClock } from "./run_clock.ts";
import { figuresOf, laneStats, linkStats, nodeStats, poolStats } from "./session_figures.ts";
import { SessionLanes } from "./session_lanes.ts";
import type { SessionOptions } from "./session_options.ts";
import { SessionWatch } from "./session_watch.ts";
import { Supervisor } from "./supervisor.ts";

/** How long lanes may take to tear their nodes down, milliseconds. */
const CLOSE_TIMEOUT_MS = 5_000;

/** How long they may take until it is said that they are waited for, milliseconds. */
const TELL_CLOSING_AFTER_MS = 1_000;

/** One run of a graph. */
export class Session {
  readonly #options: SessionOptions;
  readonly #lanes: SessionLanes;
  readonly #states: NodeStates;
  readonly #clock: RunClock;
  readonly #pausing: Pausing;
  readonly #facts: NodeFacts;
  readonly #failures: NodeFailures;
  readonly #supervisor: Supervisor;
  readonly #keeper: LaneKeeper;
  readonly #overdue: Overdue;
  readonly #news: LaneNews;
  readonly #watch: SessionWatch;
  readonly #finished = Promise.withResolvers<RunSummary>();
  readonly #requests = new ConfigRequests((lane) => this.#edits!.whatKeeps([lane]));
  /** Until there is a control arena, a page of zeros. */
  #page: ControlPage;
  #memory: GraphMemory | undefined;
  #plans: LinkPlans | undefined;
  #edits: LiveEdits | undefined;
  #startNs = 0;
  #outcome: "completed" | "stopped" = "completed";
  #failure: Error | undefined;
  /** Why the graph was broken off by who disposed of it. */
  #broken: SluiceError | undefined;
  #ending: Promise<void> | undefined;
  #summary: RunSummary | undefined;
  #stopTimer: ReturnType<typeof setTimeout> | undefined;

  /** @throws {SluiceError} for lanes that cannot be: see {@linkcode SessionLanes} */
  constructor(options: SessionOptions) {
    this.#options = options;
    this.#states = new NodeStates(options.events);
    this.#clock = new RunClock(() => options.driver.nowNs());
    this.#lanes = new SessionLanes(options, {
      report: (lane, report) => this.#news.report(lane, report),
      changed: (lane, before) => this.#news.changed(lane, before),
    });
    const whatKeeps = (lanes: readonly number[]) => this.#edits!.whatKeeps(lanes);
    this.#pausing = new Pausing(this.#clock, this.#lanes, options.events, whatKeeps);
    this.#page = blankPage(options.topology);
    this.#failures = new NodeFailures(options.events, () => this.#page);
    this.#supervisor = this.#makeSupervisor();
    this.#facts = new NodeFacts((node) => options.topology.nodes.has(node));
    this.#keeper = this.#makeKeeper();
    this.#overdue = new Overdue({
      topology: options.topology,
      events: options.events,
      states: this.#states,
      lanes: this.#lanes,
      page: () => this.#page,
      edits: () => this.#edits,
    });
    this.#news = new LaneNews({
      options,
      states: this.#states,
      facts: this.#facts,
      failures: this.#failures,
      supervisor: this.#supervisor,
      keeper: this.#keeper,
      pausing: this.#pausing,
      requests: this.#requests,
      overdue: this.#overdue,
      edits: () => this.#edits,
      isEnding: () => this.#ending !== undefined,
      endIfDone: () => this.#endIfDone(),
      endRun: (error) => void this.#end(error),
    });
    this.#watch = new SessionWatch({
      options,
      lanes: this.#lanes,
      states: this.#states,
      keeper: this.#keeper,
      page: () => this.#page,
      pools: () => this.#memory?.pools ?? [],
      editing: () => this.#edits?.underWay ?? false,
      stopping: () => this.#stopTimer !== undefined && this.#ending === undefined,
      nodesNowNs: () => this.#clock.nowNs(),
      outsiders: () => ({
        drafted: this.#edits?.drafted ?? [],
        // A late lane's are not those of the lane that has its name now.
        gone: this.#edits?.leaving.filter(({ lane }) => this.#lanes.at(lane) !== undefined).map(({ node }) => node) ??
          [],
      }),
      failed: (lane, error) => this.#news.failed(lane, error),
      endRun: (error) => void this.#end(error),
      giveUp: (why) => {
        logger("runtime").warn(`Stopped before the graph was drained: ${why}`);
        void this.#end();
      },
    });
    for (const id of options.topology.nodes.keys()) this.#states.set(id, "new");
    // Whoever awaits it sees the failure; nobody has to.
    this.#finished.promise.catch(() => {});
  }

  /** Settles when the run has ended and everything is torn down. */
  get finished(): Promise<RunSummary> {
    return this.#finished.promise;
  }

  /** The figures at the end, once there was one. */
  get summary(): RunSummary | undefined {
    return this.#summary;
  }

  /**
   * Builds lanes, opens every node, checks what formats are known, and starts.
   *
   * @throws the first failure, after everything is torn down again
   */
  async start(): Promise<void> {
    try {
      warnOfStaleSources([...this.#options.topology.nodes.values()].map(({ type }) => type.package));
      const { memory, plans } = this.#makeMemory();
      this.#lanes.makeAll(memory);
      this.#planLinks(plans);
      const { topology } = this.#options;
      const nodes = orderedNodes(topology);
      const links = [...topology.links.values()];
      this.#watch.watchOpening();
      const formats = await Promise.all(
        this.#lanes.all.map((lane) => this.#lanes.openNodes(lane, plans, nodes, links)),
      );
      if (this.#stopTimer !== undefined) throw stoppedEarly();
      checkFormats(topology, convertersByField(this.#options.converters), formats.flat(), links);
      this.#startNs = this.#options.driver.nowNs();
      for (const id of this.#states.keys()) this.#states.set(id, "running");
      this.#lanes.send({ kind: "start" });
      this.#options.events.publish({ group: "runtime", kind: "started" });
      this.#supervisor.begin();
      this.#keeper.begin();
      this.#watch.watch();
    } catch (error) {
      // Being stopped is no failure of the graph.
      await this.#end(this.#stopTimer === undefined ? error as Error : undefined);
      throw error;
    }
  }

  /** Ends the sources and drains the rest, within the time limit. Of a graph that is broken off it waits for the end. */
  async stop(): Promise<RunSummary> {
    if (this.#ending === undefined && this.#stopTimer === undefined) {
      this.resume();
      this.#outcome = "stopped";
      this.#options.events.publish({ group: "runtime", kind: "stopping" });
      if (this.#startNs > 0) this.#lanes.send({ kind: "stop" });
      this.#supervisor.stop();
      this.#stopTimer = setTimeout(() => this.#giveUp(), this.#options.stopTimeoutMs);
    }
    return await this.finished.catch((error) => {
      if (error === this.#broken) return this.#summary!;
      throw error;
    });
  }

  /**
   * Ends a graph that is disposed of. A live one is stopped. An offline one has work to do: if its sources have ended,
   * the rest may come to its end within the time limit; else it is broken off, so that no file seems complete that is
   * not, and {@linkcode Session.finished} rejects.
   */
  async dispose(): Promise<void> {
    const { topology, stopTimeoutMs } = this.#options;
    if (topology.mode === "live" || this.#startNs === 0) void this.stop().catch(() => {});
    // Who asks for a stop in the same turn wants that.
    await Promise.resolve();
    if (this.#ending === undefined && this.#stopTimer === undefined) {
      this.resume();
      if (this.#sourcesEnded()) this.#stopTimer = setTimeout(() => this.#giveUp(), stopTimeoutMs);
      else void this.#end(this.#broken = disposedEarly());
    }
    await this.finished.catch(() => {});
  }

  /**
   * Changes live configuration values of a node, in the graph too.
   *
   * @throws {SluiceError} `Busy` if the graph has ended, `Timeout` if the node's lane does not answer; what it refuses
   */
  configure(node: NodeEntry, values: Record<string, unknown>): Promise<void> {
    const lane = this.#lanes.named(node.lane);
    if (lane === undefined || !this.#takesValues) return Promise.reject(this.#refusal(`configure "${node.id}"`));
    if (lane.is.replaced) return Promise.reject(notAnswering(lane));
    return this.#requests.send(lane, node, values);
  }

  /** Whether nodes are held by `pause()`. */
  get paused(): boolean {
    return this.#clock.paused;
  }

  /**
   * Runs no node until `resume()`. The nodes' clock stands still meanwhile. Settles also when `resume()` comes first.
   *
   * @throws {SluiceError} `Busy` if the graph has ended, `Timeout` if a node's tick does not end
   */
  async pause(): Promise<void> {
    if (!this.#runs()) throw this.#refusal("pause");
    await this.#pausing.pause();
  }

  /** Goes on after `pause()`. */
  resume(): void {
    this.#pausing.resume();
  }

  /**
   * Begins to build a node anew, if it is stuck: gives its lane another thread, where all nodes of the lane are built
   * anew, whatever was chosen for their failures.
   *
   * @returns whether that has begun
   * @throws {SluiceError} `Busy` if the graph has ended, the node is disabled, or the lane can be given no other thread
   */
  restart(node: NodeEntry): boolean {
    if (!this.#runs()) throw this.#refusal(`restart "${node.id}"`);
    if (this.#supervisor.isDown(node.id)) throw nodeDown(`restart node "${node.id}"`, node.id);
    return this.#freeStuck(node);
  }

  #freeStuck(node: NodeEntry): boolean {
    if (this.#watch.activityOf(node).kind !== "stuck") return false;
    const lane = this.#lanes.named(node.lane);
    const error = new SluiceError(
      "LaneCrashed",
      `Lane "${node.lane}" was to be freed of node "${node.id}", which is stuck`,
    );
    if (lane !== undefined && this.#keeper.take(lane, error, "asked")) return true;
    const message =
      `Cannot free lane "${node.lane}" of node "${node.id}": only a worker lane can be given another thread`;
    throw new SluiceError("Busy", message, { nodeId: node.id });
  }

  /**
   * Disables a node, whatever was chosen for its failures: see docs/supervision.md.
   *
   * @throws {SluiceError} `Busy` if the graph has ended, or the node has or is a native stage
   */
  disable(node: NodeEntry): void {
    const attempt = `disable "${node.id}"`;
    if (!this.#runs()) throw this.#refusal(attempt);
    const refuse = (why: string) => new SluiceError("Busy", `Cannot ${attempt}: ${why}`, { nodeId: node.id });
    if (this.#supervisor.isDown(node.id)) throw refuse("it is disabled");
    if (this.#states.get(node.id) === "ended") throw refuse("it has ended");
    if (this.#lanes.named(node.lane)?.kind === "native") throw refuse("it is a native stage");
    this.#supervisor.retire(
      node,
      new SluiceError("NodeFailed", `Node "${node.id}" was disabled by hand`, { nodeId: node.id }),
    );
    this.#freeStuck(node);
  }

  /** Brings an edit into effect: see {@linkcode LiveEdits.run}. */
  edit<T>(makeDraft: () => DraftedEdit<T>, timeoutMs: number, trialMs: number): Promise<T> {
    if (!this.#runs()) return Promise.reject(this.#refusal("edit the graph"));
    return this.#edits!.run(makeDraft, timeoutMs, trialMs);
  }

  /** The figures now. */
  stats(): RuntimeStats {
    if (this.#summary !== undefined) return this.#summary;
    const { topology, driver } = this.#options;
    const page = this.#page;
    const nowNs = this.#clock.nowNs();
    return {
      elapsedNs: this.#elapsedNs(),
      driver: driver.kind,
      nodes: [...topology.nodes.values()].map((node) =>
        nodeStats(page, node, this.#states.get(node.id)!, this.#watch.activityOf(node), this.#facts)
      ),
      links: [...topology.links.values()].map((link) => linkStats(page, link, nowNs, this.#facts)),
      pools: poolStats(this.#memory?.pools, this.#lanes.rowsSetAside),
      lanes: laneStats(page, this.#lanes),
    };
  }

  /** The run as the control plane sees it. */
  view(): SessionView {
    const page = this.#page;
    return {
      page,
      state: this.#state(),
      elapsedNs: this.#summary?.elapsedNs ?? this.#elapsedNs(),
      nodesNowNs: this.#clock.nowNs(),
      ...(this.#failure && { error: this.#failure }),
      lanes: this.#lanes.all.map(({ name, index, kind, warnings }) => ({ name, index, kind, warnings })),
      nodeStates: this.#states,
      progress: this.#facts.progress,
      factCount: this.#facts.count,
      activity: (node) => this.#watch.activityOf(node),
      figures: (node) => figuresOf(page, node, this.#facts),
      format: (link) => this.#facts.format(link),
      pools: () => this.#summary?.pools ?? poolStats(this.#memory?.pools, this.#lanes.rowsSetAside),
    };
  }

  #elapsedNs(): number {
    return this.#startNs === 0 ? 0 : this.#clock.nowNs() - this.#startNs;
  }

  /** Whether nothing new comes into the graph. */
  #sourcesEnded(): boolean {
    const { nodes, links } = this.#options.topology;
    const all = [...links.values()];
    return [...nodes.keys()].filter((id) => all.every(({ toNode }) => toNode !== id)).every((id) => {
      if (this.#states.get(id) !== "running") return true;
      // Its lane may not have told yet.
      const own = all.filter(({ fromNode }) => fromNode === id);
      return own.length > 0 && own.every(({ index }) => this.#page.isEos(index));
    });
  }

  #runs(): boolean {
    return this.#startNs > 0 && this.#ending === undefined && this.#stopTimer === undefined;
  }

  #state(): RunState {
    if (this.#summary !== undefined) return this.#summary.outcome;
    if (this.#ending !== undefined || this.#stopTimer !== undefined) return "stopping";
    if (this.#clock.paused) return "paused";
    return this.#startNs === 0 ? "starting" : "running";
  }

  /** Live values are taken also while the graph drains. */
  get #takesValues(): boolean {
    return this.#startNs > 0 && this.#ending === undefined;
  }

  /** Why something cannot be done, where the graph does not run. */
  #refusal(action: string): SluiceError {
    return notRunning(action, this.#ending !== undefined ? "completed" : this.#state());
  }

  #makeMemory(): { readonly memory: GraphMemory; readonly plans: LinkPlans } {
    const { driver, pools, topology, converters } = this.#options;
    const memory = this.#memory = new GraphMemory(driver, topology, pools);
    const page = this.#page = memory.page;
    const plans = this.#plans = new LinkPlans(driver, page);
    const named = convertersByField(converters);
    this.#edits = new LiveEdits({
      topology,
      driver,
      page,
      plans,
      lanes: () => this.#lanes.all,
      lane: (index) => this.#lanes.at(index),
      laneIndex: (name) => this.#lanes.indexOf(name),
      endLanes: () => this.#lanes.endUnused(),
      openLanes: (nodes, signal) => this.#openLanes(nodes, memory, plans, signal),
      growPools: (draft, change) => memory.grow(draft, change),
      pools: () => memory.pools,
      nodePlan: (node) => this.#lanes.plans.plan(node),
      checkFormats: (formats, links) => checkFormats(topology, named, formats, links),
      toldFormat: (link) => this.#facts.format(link),
      isDown: (node) => this.#supervisor.isDown(node),
      edited: (change, extras) => {
        memory.adopted();
        this.#edited(change, extras);
      },
      refused: (nodes) => {
        memory.refused();
        for (const { id } of nodes) this.#lanes.plans.forget(id);
      },
      closed: (links) => publishClosed(this.#options.events, this.#page, links),
    });
    return { memory, plans };
  }

  #makeSupervisor(): Supervisor {
    const { topology, events, driver, setupTimeoutMs } = this.#options;
    return new Supervisor({
      topology,
      events,
      states: this.#states,
      nowNs: () => driver.nowNs(),
      restart: (node, carries, committed) => {
        const makeDraft = () => draftRestart(topology, node, carries, committed);
        return this.#edits!.run(makeDraft, restartTimeoutMs(setupTimeoutMs));
      },
      disable: ({ lane, id, index }) => this.#lanes.named(lane)?.send({ kind: "disable", node: id, record: index }),
      restartFailed: (node, error) => {
        this.#failures.tell([node], error);
        this.#failures.count(node);
      },
      countRestart: ({ index }) => void this.#page.f64[index64(this.#page.nodeOffset(index) + NODE.restarts)]++,
      endRun: (error) => void this.#end(error),
    });
  }

  #makeKeeper(): LaneKeeper {
    const { topology, driver, events } = this.#options;
    return new LaneKeeper({
      topology,
      driver,
      events,
      states: this.#states,
      lanes: this.#lanes,
      supervisor: this.#supervisor,
      failures: this.#failures,
      page: () => this.#page,
      pools: () => this.#memory!.pools,
      plans: () => this.#plans!,
      edits: () => this.#edits!,
      reopen: (lane) => this.#startLane(lane, this.#plans!),
      endRun: (error) => void this.#end(error),
    });
  }

  #planLinks(plans: LinkPlans): void {
    const { topology } = this.#options;
    const feedback = feedbackLinks(topology);
    const laneOf = (id: NodeId) => this.#lanes.indexOf(topology.node(id).lane);
    for (const link of topology.links.values()) {
      plans.add(topology, link, feedback.has(link), laneOf(link.fromNode), laneOf(link.toNode));
    }
    plans.taken(topology.links.values());
  }

  /** Starts the lanes that new nodes need beside those there are. */
  async #openLanes(
    nodes: readonly NodeEntry[],
    memory: GraphMemory,
    plans: LinkPlans,
    signal: AbortSignal,
  ): Promise<void> {
    const { driver, topology: { lanes } } = this.#options;
    assertNativeLanes(driver, { nodes: new Map(nodes.map((node) => [node.id, node])), lanes }, "edit the graph");
    for (const node of nodes) {
      // The lane before it may open although nobody waits for it any more.
      if (signal.aborted) return;
      const lane = this.#lanes.makeFor(node, memory);
      if (lane !== undefined) await this.#startLane(lane, plans);
    }
  }

  /** Lets a lane run, with no nodes. */
  async #startLane(lane: LaneThread, plans: LinkPlans): Promise<void> {
    await this.#lanes.openNodes(lane, plans, [], []);
    lane.send({ kind: "start" });
    this.#pausing.brief(lane);
    // It was not there when the others were told.
    if (this.#stopTimer !== undefined) lane.send({ kind: "stop" });
  }

  /** Takes note of an edit that has come into effect. */
  #edited(change: GraphChange, extras: EditExtras): void {
    const { added, removed, replaced, moved, unlinked } = change;
    for (const { id } of removed) {
      this.#states.delete(id);
      this.#facts.forget(id);
      this.#lanes.plans.forget(id);
    }
    this.#failures.edited(change);
    const others = moved.filter((each) => !isOfOneType(each));
    for (const { before } of [...replaced, ...others]) this.#facts.forget(before.id);
    for (const { toNode, toPort } of unlinked) this.#facts.forgetFormat(toNode, toPort);
    const anew = [...replaced, ...moved].map(({ after }) => after);
    for (const { id } of [...removed, ...anew]) this.#supervisor.forget(id);
    for (const { id } of added) this.#states.set(id, "running");
    for (const { id } of anew) {
      if (this.#states.get(id) !== "ended") this.#states.set(id, "running");
    }
    // A restart changes nothing of the graph.
    if (extras.actions.length > 0) publishEdit(this.#options.events, change, extras);
  }

  /** The time for draining is over. */
  #giveUp(): void {
    this.#overdue.tellUndrained(this.#options.stopTimeoutMs);
    void this.#end();
  }

  #endIfDone(): void {
    if ([...this.#states.values()].every((state) => state === "ended" || state === "disabled")) void this.#end();
  }

  /** Tears everything down, once; later calls wait for the first. */
  #end(error?: Error): Promise<void> {
    this.#failure ??= error;
    return this.#ending ??= this.#tearDown();
  }

  async #tearDown(): Promise<void> {
    clearTimeout(this.#stopTimer);
    this.#watch.end();
    this.#supervisor.end();
    this.#keeper.end();
    // Once the graph runs, only an edit opens lanes.
    this.#lanes.refuseAllOpening(this.#startNs > 0 ? cutOff(false) : stoppedEarly());
    this.#edits?.end();
    this.#lanes.silenceLost();
    this.#pausing.end(this.#refusal("pause"));
    this.#lanes.send({ kind: "close" });
    const allClosed = await this.#awaitClosed();
    await this.#edits?.over();
    const stuck = new Set(this.#lanes.open.map(({ name }) => name));
    closeAll(this.#options.topology, this.#states, this.#page, stuck);
    if (this.#failure === undefined) warnOfKept(this.#options.topology, this.#page);
    this.#summary = {
      ...this.stats(),
      outcome: this.#failure !== undefined ? "failed" : this.#outcome,
      ...(this.#failure && { error: this.#failure }),
    };
    this.#options.events.publish({
      group: "runtime",
      kind: "ended",
      outcome: this.#summary.outcome,
      ...(this.#failure && { error: serializeError(this.#failure) }),
    });
    this.#options.events.close();
    // The last figures stay readable after the memory went back.
    this.#page = new ControlPage(this.#page.u32.buffer.slice(0));
    // What nodes on main have left behind is theirs: a rejection is told of after the turn that made it.
    await new Promise((resolve) => setTimeout(resolve));
    this.#lanes.terminate();
    // A lane that did not close may still write: what it can reach is set aside.
    if (allClosed && !this.#keeper.gaveUp) {
      this.#plans?.removeAll();
      this.#memory?.release();
    }
    this.#requests.refuseAll(this.#refusal("configure a node"));
    if (this.#failure === undefined) this.#finished.resolve(this.#summary);
    else this.#finished.reject(this.#failure);
  }

  async #awaitClosed(): Promise<boolean> {
    const telling = setTimeout(() => this.#overdue.tellClosing(CLOSE_TIMEOUT_MS), TELL_CLOSING_AFTER_MS);
    const closed = await this.#lanes.awaitClosed(CLOSE_TIMEOUT_MS);
    clearTimeout(telling);
    if (!closed) this.#overdue.abandonOpen(CLOSE_TIMEOUT_MS);
    return closed;
  }
}

function disposedEarly(): SluiceError {
  const message = "The graph was disposed of before it came to its end, and was broken off: what it wrote is not " +
    "complete; await runtime.finished, or call runtime.stop() to end it sooner";
  return new SluiceError("Busy", message);
}

function stoppedEarly(): SluiceError {
  return new SluiceError("Busy", "Cannot start: the graph was stopped before every node had returned from setup()");
}
