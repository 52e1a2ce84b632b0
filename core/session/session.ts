/**
 * One run of a graph: from the plan in the control isolate, to lanes that run it, to its end. A session is started once
 * and ends once.
 *
 * @module
 */
import { assertCommand, commandAttempt } from "../descriptor/command_check.ts";
import { SluiceError } from "../errors.ts";
import { publishClosed, publishEdit } from "../events/run_events.ts";
import { feedbackLinks, orderedNodes } from "../graph/order.ts";
import type { NodeId } from "../ids.ts";
import { assertNativeLanes } from "../lanes/ports/native_lane_check.ts";
import { type GraphChange, mayWait } from "../live/graph_change.ts";
import { GraphMemory } from "../live/graph_memory.ts";
import { LinkPlans } from "../live/link_plans.ts";
import { nodeDown } from "../live/edit_errors.ts";
import type { DraftedEdit, EditExtras } from "../live/edit_site.ts";
import { LiveEdits } from "../live/live_edits.ts";
import { warnOfStaleSources } from "../registry/staleness.ts";
import type { SessionView } from "../runtime_view.ts";
import type { LaneMove } from "../placement/balance.ts";
import type { RunSummary, RuntimeStats } from "../stats.ts";
import type { NodeEntry } from "../graph/entries.ts";
import type { Topology } from "../topology.ts";
import { checkFormats, convertersByField } from "./format_check.ts";
import { LaneBalancer } from "./lane_balancer.ts";
import { LaneReplacer } from "./lane_replacer.ts";
import { LaneNews, notAnswering } from "./lane_news.ts";
import type { LaneListener } from "../lanes/ports/lane_thread.ts";
import { Run } from "./run.ts";
import { RunEnd, stoppedEarly } from "./run_end.ts";
import { runStats, viewRun } from "./session_figures.ts";
import type { SessionOptions } from "./session_options.ts";
import { SessionWatch } from "./watch/session_watch.ts";
import { Supervisor } from "./supervisor.ts";

/** One run of a graph. */
export class Session {
  readonly #run: Run;
  readonly #supervisor: Supervisor;
  readonly #replacer: LaneReplacer;
  readonly #balancer: LaneBalancer;
  readonly #news: LaneNews;
  readonly #watch: SessionWatch;
  readonly #end: RunEnd;

  /** @throws {SluiceError} for lanes that cannot be made: see {@linkcode SessionLanes} */
  constructor(options: SessionOptions) {
    const listener: LaneListener = {
      report: (lane, report) => this.#news.report(lane, report),
      changed: (lane, before) => this.#news.changed(lane, before),
    };
    const run = this.#run = new Run(options, listener, (error) => void this.#end.end(error), () => this.#end.drain());
    this.#supervisor = new Supervisor(run);
    this.#replacer = new LaneReplacer(run, this.#supervisor);
    this.#balancer = new LaneBalancer(run);
    this.#news = new LaneNews(run, this.#supervisor, this.#replacer);
    const watch = this.#watch = new SessionWatch(run, this.#replacer, this.#news);
    this.#end = new RunEnd(run, {
      watch,
      supervisor: this.#supervisor,
      replacer: this.#replacer,
      balancer: this.#balancer,
      stats: () => this.stats(),
    });
  }

  /** Settles when the run has ended and everything is torn down. */
  get finished(): Promise<RunSummary> {
    return this.#end.finished;
  }

  /** True if the run was told to stop, or has failed. */
  get isCutShort(): boolean {
    return this.#run.stopTimer !== undefined || this.#run.failure !== undefined;
  }

  /** The figures at the end, once the run has ended. */
  get summary(): RunSummary | undefined {
    return this.#run.summary;
  }

  /**
   * Builds lanes, opens every node, checks the known formats, and starts.
   *
   * @throws the first failure, after everything is torn down again
   */
  async start(): Promise<void> {
    const run = this.#run;
    try {
      if (run.stopTimer !== undefined) throw stoppedEarly();
      warnOfStaleSources([...run.topology.nodes.values()].map(({ type }) => type.package));
      const { memory, plans } = this.#makeMemory();
      run.lanes.makeAll(memory);
      this.#planLinks(plans);
      const { topology } = run;
      const nodes = orderedNodes(topology);
      const links = [...topology.links.values()];
      this.#watch.watchOpening();
      const lanes = run.lanes.all;
      // Nodes read the clock in setup().
      for (const lane of lanes) run.pausing.brief(lane);
      const opening = lanes.map((lane) => run.lanes.openNodes(lane, plans, nodes, links));
      // A native lane has its thread at this point.
      for (const lane of lanes) if (lane.kind === "native") run.pausing.brief(lane);
      const formats = await Promise.all(opening);
      if (run.stopTimer !== undefined) throw stoppedEarly();
      checkFormats(topology, convertersByField(run.options.converters), formats.flat(), links);
      run.options.kept.clear();
      run.startNs = run.clock.nowNs();
      for (const node of run.nodes.all) node.meet("started");
      run.lanes.send({ kind: "start" });
      run.events.publish({ group: "runtime", kind: "started" });
      this.#supervisor.begin();
      this.#replacer.begin();
      this.#watch.watch();
      this.#balancer.begin();
    } catch (error) {
      // A stop is no failure of the graph.
      await this.#end.end(run.stopTimer === undefined ? error as Error : undefined);
      // Lanes that were still opening are refused because of the first failure.
      throw run.failure ?? error;
    }
  }

  /**
   * Ends the sources and drains the other nodes, within the time limit. Waits for the end of a graph that is aborted.
   */
  stop(): Promise<RunSummary> {
    return this.#end.stop();
  }

  /** Ends a graph that is disposed of: see {@linkcode RunEnd.dispose}. */
  dispose(): Promise<void> {
    return this.#end.dispose();
  }

  /** The reason why the graph fails, from the moment it is known. */
  get failure(): Error | undefined {
    return this.#run.failure;
  }

  /**
   * Changes live configuration values of a node, in the graph too.
   *
   * @throws {SluiceError} `Busy` if the graph has ended, `Timeout` if the node's lane does not answer; the refusal of
   * the node
   */
  configure(node: NodeEntry, values: Record<string, unknown>): Promise<void> {
    const lane = this.#run.lanes.named(node.lane);
    if (lane === undefined || !this.#takesValues) return Promise.reject(this.#run.refusal(`configure "${node.id}"`));
    if (lane.is.replaced) return Promise.reject(notAnswering(lane));
    return this.#run.requests.configure(lane, node, values);
  }

  /**
   * Gives a node a command.
   *
   * @throws {SluiceError} `Busy` if the graph has ended, or the processor has or is disabled; `InvalidConfig` for a
   * command that the processor does not have, arguments that do not fit, and with the node's reason if it refuses
   */
  async command(node: NodeEntry, name: string, args: unknown): Promise<unknown> {
    const { lanes, nodes, options, requests } = this.#run;
    const lane = lanes.named(node.lane);
    const attempt = commandAttempt(node.id, name);
    if (lane === undefined || !this.#takesValues) throw this.#run.refusal(attempt);
    if (lane.kind === "native") return await requests.command(lane, node, name, args, 0);
    const values = assertCommand(node.type.descriptor, node.id, name, args);
    const { isDown, stage } = nodes.get(node.id)!;
    if (isDown) throw nodeDown(attempt, node.id);
    if (stage === "ended") throw new SluiceError("Busy", `Cannot ${attempt}: it has ended`, { nodeId: node.id });
    if (lane.is.replaced) throw notAnswering(lane);
    return await requests.command(lane, node, name, values, node.callTimeoutMs ?? options.callTimeoutMs);
  }

  /** The duration of pauses in this run and in the runs before, nanoseconds. */
  get pausedNs(): number {
    return this.#run.clock.pausedNs;
  }

  /** Returns the time of the nodes' clock, nanoseconds. */
  nowNs(): number {
    return this.#run.clock.nowNs();
  }

  /** Lanes that would suit the graph better in its next run, as far as they were measured. */
  get betterLanes(): readonly LaneMove[] {
    return this.#balancer.better;
  }

  /** True while `pause()` holds the nodes. */
  get paused(): boolean {
    return this.#run.clock.paused;
  }

  /**
   * Runs no node until `resume()`. The nodes' clock stops meanwhile. Settles also when `resume()` comes first.
   *
   * @throws {SluiceError} `Busy` if the graph has ended, `Timeout` if a node's tick does not end
   */
  async pause(): Promise<void> {
    if (!this.#run.isRunning) throw this.#run.refusal("pause");
    await this.#run.pausing.pause();
  }

  /** Resumes after `pause()`. */
  resume(): void {
    this.#run.pausing.resume();
  }

  /**
   * Begins to rebuild a node, if it is stuck: gives its lane another thread, on which all nodes of the lane are
   * rebuilt, whatever their supervision says.
   *
   * @returns whether that has begun
   * @throws {SluiceError} `Busy` if the graph has ended, the node is disabled, or the lane can be given no other thread
   */
  restartStuck(node: NodeEntry): boolean {
    const run = this.#run;
    if (!run.isRunning) throw run.refusal(`restart "${node.id}"`);
    if (run.nodes.get(node.id)!.isDown) throw nodeDown(`restart node "${node.id}"`, node.id);
    return this.#freeStuck(node);
  }

  #freeStuck(node: NodeEntry): boolean {
    if (this.#watch.activityOf(node).kind !== "stuck") return false;
    const lane = this.#run.lanes.named(node.lane);
    const error = new SluiceError(
      "LaneCrashed",
      `Lane "${node.lane}" was to be freed of node "${node.id}", which is stuck`,
    );
    if (lane !== undefined && this.#replacer.take(lane, error, "asked")) return true;
    const message =
      `Cannot free lane "${node.lane}" of node "${node.id}": only a worker lane can be given another thread`;
    throw new SluiceError("Busy", message, { nodeId: node.id });
  }

  /**
   * Disables a node, whatever its supervision says: see docs/supervision.md.
   *
   * @throws {SluiceError} `Busy` if the graph has ended, or the node has, or is a native stage that is stuck
   */
  disable(node: NodeEntry): void {
    const attempt = `disable "${node.id}"`;
    const run = this.#run;
    if (!run.isRunning) throw run.refusal(attempt);
    const known = run.nodes.get(node.id)!;
    const refuse = (why: string) => new SluiceError("Busy", `Cannot ${attempt}: ${why}`, { nodeId: node.id });
    if (known.isDown) throw refuse("it is disabled");
    if (known.stage === "ended") throw refuse("it has ended");
    const isStuck = this.#watch.activityOf(node).kind === "stuck";
    if (isStuck && run.lanes.named(node.lane)?.kind === "native") {
      throw refuse("it is stuck, and nothing ends a call of a native stage");
    }
    this.#supervisor.disable(
      known,
      new SluiceError("NodeFailed", `Node "${node.id}" was disabled by hand`, { nodeId: node.id }),
    );
    this.#freeStuck(node);
  }

  /** @throws {SluiceError} `Busy` while the session is starting */
  assertStarted(action: string): void {
    if (this.#run.state === "starting") throw this.#run.refusal(action);
  }

  /** @throws {SluiceError} `Busy` unless nodes run and continue to run */
  assertRuns(action: string): void {
    if (!this.#run.isRunning) throw this.#run.refusal(action);
  }

  /** Brings an edit into effect: see {@linkcode LiveEdits.run}. */
  edit<T>(makeDraft: () => DraftedEdit<T>, timeoutMs: number, trialMs: number): Promise<T> {
    if (!this.#run.isRunning) return Promise.reject(this.#run.refusal("edit the graph"));
    return this.#run.edits!.run(makeDraft, timeoutMs, trialMs);
  }

  /** Refuses a change that the running graph does not allow. @throws {SluiceError} `Busy`, `InvalidGraph` */
  assertPossible(change: GraphChange, draft: Topology): void {
    this.assertRuns("edit the graph");
    this.#run.edits!.assertPossible(change, draft);
  }

  /** Returns the present figures. */
  stats(): RuntimeStats {
    return this.#run.summary ?? runStats(this.#run, (node) => this.#watch.activityOf(node), this.#end.quiesced);
  }

  /** Returns the run as the control plane sees it. */
  view(): SessionView {
    return viewRun(this.#run, (node) => this.#watch.activityOf(node), this.#balancer);
  }

  /** True if nodes take live values, also while the graph drains. */
  get #takesValues(): boolean {
    return this.#run.startNs > 0 && this.#run.ending === undefined;
  }

  #makeMemory(): { readonly memory: GraphMemory; readonly plans: LinkPlans } {
    const run = this.#run;
    const { driver, topology, options: { pools, memory: limits, converters } } = this.#run;
    const memory = run.memory = new GraphMemory(driver, topology, pools, limits);
    const page = run.page = memory.page;
    const plans = run.plans = new LinkPlans(driver, page);
    const named = convertersByField(converters);
    run.edits = new LiveEdits({
      topology,
      driver,
      memory,
      plans,
      lanes: () => run.lanes.all,
      lane: (index) => run.lanes.at(index),
      laneIndex: (name) => run.lanes.indexOf(name),
      endLanes: () => run.lanes.endUnused(),
      openLanes: (nodes, signal) => this.#openLanes(nodes, memory, signal),
      nodePlan: (node) => run.lanes.plans.plan(node),
      checkFormats: (formats, links) => checkFormats(topology, named, formats, links),
      toldFormat: (link) => run.nodes.format(link),
      isDown: (node) => run.nodes.get(node)?.isDown === true,
      hasEnded: (node) => run.nodes.get(node)?.stage === "ended",
      edited: (change, extras) => {
        memory.adopted(change);
        this.#edited(change, extras);
      },
      refused: (nodes) => {
        memory.refused();
        for (const { id } of nodes) run.lanes.plans.forget(id);
      },
      closed: (links) => publishClosed(run.events, run.page, links),
      settled: () => run.edited(),
    });
    return { memory, plans };
  }

  #planLinks(plans: LinkPlans): void {
    const { topology } = this.#run;
    const feedback = feedbackLinks(topology);
    const laneOf = (id: NodeId) => this.#run.lanes.indexOf(topology.node(id).lane);
    for (const link of topology.links.values()) {
      plans.add(topology, link, feedback.has(link), laneOf(link.fromNode), laneOf(link.toNode));
    }
    plans.taken(topology.links.values());
  }

  /** Starts the missing lanes of new nodes. */
  async #openLanes(
    nodes: readonly NodeEntry[],
    memory: GraphMemory,
    signal: AbortSignal,
  ): Promise<void> {
    const run = this.#run;
    const { driver, topology: { lanes } } = this.#run;
    assertNativeLanes(driver, nodes, lanes, "edit the graph");
    for (const node of nodes) {
      // The lane before it may open although its caller has stopped waiting.
      if (signal.aborted) return;
      const lane = run.lanes.makeFor(node, memory);
      if (lane !== undefined) await run.startEmptyLane(lane);
    }
  }

  /** Adopts an edit that has taken effect. */
  #edited(change: GraphChange, extras: EditExtras): void {
    const run = this.#run;
    const { added, removed, replaced, moved } = change;
    run.nodes.edited(change);
    for (const { id } of removed) run.lanes.plans.forget(id);
    run.lanes.reschedule([...added, ...[...replaced, ...moved].map(({ after }) => after)]);
    if (extras.reason === undefined) this.#balancer.changed();
    this.#watch.tellWaits(mayWait(change, run.topology));
    // A restart changes nothing in the graph.
    if (extras.actions.length > 0) publishEdit(run.events, change, extras);
  }
}
