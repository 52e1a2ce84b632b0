/**
 * One run of a graph: from the plan in the control isolate to lanes that run it, and to its end. A session is started
 * once and ends once.
 *
 * @module
 */
import { PHASE } from "../ffi/layout.gen.ts";
import { ControlPage } from "./control_page.ts";
import type { Driver } from "./driver/driver.ts";
import { deserializeError, serializeError, SluiceError } from "./errors.ts";
import type { EventBus } from "./events/bus.ts";
import { NodeStates } from "./events/node_states.ts";
import { type NodeId, portAddress } from "./ids.ts";
import type { GraphChange } from "./live/graph_change.ts";
import { blankPage, GraphMemory } from "./live/graph_memory.ts";
import { LinkPlans } from "./live/link_plans.ts";
import { type EditExtras, LiveEdits } from "./live/live_edits.ts";
import { Replies } from "./live/replies.ts";
import { MAIN_LANE } from "./lanes/lane_choice.ts";
import { type LanePort, MainLanePort, reportedError, WorkerLanePort } from "./lanes/lane_port.ts";
import { assertNativeLanes, nativeDriver } from "./lanes/native_lane_check.ts";
import { NativeLanePort } from "./lanes/native_lane_port.ts";
import type { AnnouncedFormat, LaneInit, LaneReport, NodePlan } from "./lanes/messages.ts";
import { logger } from "./log.ts";
import { nativeStage } from "./native_stages.ts";
import type { PoolSize } from "./memory/pool_plan.ts";
import { assertAccepted } from "./ports/input_port.ts";
import type { NodeDescriptor } from "./registry/descriptor.ts";
import { elementsByPort } from "./registry/dynamic_ports.ts";
import type { AnyNodeType } from "./registry/node_type.ts";
import { describeStaleSources, findStaleSources } from "./registry/staleness.ts";
import {
  type LinkCounters,
  type LinkStats,
  type NodeProgress,
  type NodeStats,
  type PoolStats,
  readFigures,
  readLaneCounters,
  readLinkCounters,
  readNodeCounters,
  readPhase,
  type RunSummary,
  type RuntimeStats,
} from "./stats.ts";
import type { RunState, SessionView } from "./runtime_view.ts";
import { Watchdog } from "./watchdog.ts";
import type { LinkEntry, NodeEntry, Topology } from "./topology.ts";

/** Lanes that one runtime can have. */
const MAX_LANES = 64;

/** How long lanes may take to tear their nodes down, milliseconds. */
const CLOSE_TIMEOUT_MS = 5_000;

/** How long asynchronous ticks may go on after `pause()`, milliseconds. */
const PAUSE_TIMEOUT_MS = 5_000;

/** How often the control page is looked at, milliseconds. */
const WATCH_EVERY_MS = 500;

/** What a session is made from. */
export interface SessionOptions {
  readonly topology: Topology;
  readonly driver: Driver;
  /** Is told of states, failures and warnings. */
  readonly events: EventBus;
  readonly pools: { readonly [name: string]: PoolSize };
  /** Whether frames are checked as development mode does. */
  readonly development: boolean;
  /** Time that `stop()` leaves for draining, milliseconds. */
  readonly stopTimeoutMs: number;
  /** Node types that errors may name as converters. */
  readonly converters: readonly NodeDescriptor[];
}

/** See the module. */
export class Session {
  readonly #options: SessionOptions;
  readonly #lanes: LanePort[] = [];
  readonly #laneNames: string[];
  readonly #states: NodeStates;
  readonly #progress = new Map<NodeId, NodeProgress>();
  /** What the system refused lanes, by index. */
  readonly #warnings = new Map<number, string[]>();
  readonly #finished = Promise.withResolvers<RunSummary>();
  readonly #requests = new Map<number, { resolve: () => void; reject: (error: Error) => void }>();
  readonly #types = new Map<NodeId, AnyNodeType>();
  readonly #closed = new Set<number>();
  readonly #opening = new Map<
    number,
    { resolve: (formats: readonly AnnouncedFormat[]) => void; reject: (error: Error) => void }
  >();
  #allClosed = Promise.withResolvers<void>();
  /** Until there is a control arena, a page of zeros. */
  #page: ControlPage;
  #memory: GraphMemory | undefined;
  #plans: LinkPlans | undefined;
  #edits: LiveEdits | undefined;
  #paused = false;
  #pausedAtNs = 0;
  /** How long all pauses took, nanoseconds: the nodes' clock leaves them out. */
  #pausedNs = 0;
  #pausing: Replies<number, true> | undefined;
  #startNs = 0;
  #outcome: "completed" | "stopped" = "completed";
  #failure: Error | undefined;
  #ending: Promise<void> | undefined;
  #summary: RunSummary | undefined;
  #stopTimer: ReturnType<typeof setTimeout> | undefined;
  #watchTimer: ReturnType<typeof setInterval> | undefined;
  #nextRequest = 1;

  constructor(options: SessionOptions) {
    this.#options = options;
    this.#states = new NodeStates(options.events);
    const names = new Set([...options.topology.nodes.values()].map((node) => node.lane));
    names.delete(MAIN_LANE);
    // Lane 0 is main, whether or not it runs nodes: its record is there for control.
    this.#laneNames = [MAIN_LANE, ...names];
    if (this.#laneNames.length > MAX_LANES) {
      throw new SluiceError(
        "InvalidGraph",
        `Cannot start: ${names.size} lanes beside "main", at most ${MAX_LANES - 1}`,
      );
    }
    assertNativeLanes(options.driver, options.topology);
    this.#page = blankPage(options.topology);
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
      this.#warnStale();
      this.#makeMemory();
      this.#planLinks();
      this.#makeLanes();
      const { topology } = this.#options;
      const nodes = topology.orderedNodes();
      const links = [...topology.links.values()];
      const formats = await Promise.all(this.#lanes.map((lane) => this.#open(lane, nodes, links)));
      if (this.#stopTimer !== undefined) throw stoppedEarly();
      this.#checkFormats(formats.flat(), links);
      this.#startNs = this.#options.driver.nowNs();
      for (const id of this.#states.keys()) this.#states.set(id, "running");
      for (const lane of this.#lanes) lane.send({ kind: "start" });
      this.#options.events.publish({ group: "runtime", kind: "started" });
      this.#watch();
    } catch (error) {
      // Being stopped is no failure of the graph.
      await this.#end(this.#stopTimer === undefined ? error as Error : undefined);
      throw error;
    }
  }

  /** Ends the sources and drains the rest, within the time limit. */
  stop(): Promise<RunSummary> {
    if (this.#ending === undefined && this.#stopTimer === undefined) {
      this.resume();
      this.#outcome = "stopped";
      this.#options.events.publish({ group: "runtime", kind: "stopping" });
      if (this.#startNs > 0) { for (const lane of this.#lanes) lane.send({ kind: "stop" }); }
      this.#stopTimer = setTimeout(() => this.#giveUp(), this.#options.stopTimeoutMs);
    }
    return this.finished;
  }

  /**
   * Changes live configuration values of a node.
   *
   * @throws {SluiceError} `Busy` if the graph has ended
   */
  configure(node: NodeEntry, values: Record<string, unknown>): Promise<void> {
    const lane = this.#lanes.find((each) => each.name === node.lane);
    if (lane === undefined || this.#ending !== undefined) return Promise.reject(ended());
    const request = this.#nextRequest++;
    return new Promise((resolve, reject) => {
      this.#requests.set(request, { resolve, reject });
      lane.send({ kind: "configure", request, node: node.id, values });
    });
  }

  /** Whether nodes are held by `pause()`. */
  get paused(): boolean {
    return this.#paused;
  }

  /**
   * Runs no node until `resume()`. The nodes' clock stands still meanwhile.
   *
   * @throws {SluiceError} `Busy` if the graph has ended, `Timeout` if a node's tick does not end
   */
  async pause(): Promise<void> {
    if (this.#ending !== undefined || this.#stopTimer !== undefined || this.#startNs === 0) throw ended();
    if (this.#paused) return await this.#pausing?.all.then(() => {});
    this.#paused = true;
    this.#pausedAtNs = this.#options.driver.nowNs();
    this.#pausing = new Replies(
      this.#lanes.map((lane) => lane.index),
      PAUSE_TIMEOUT_MS,
      (late) => this.#latePause(late),
    );
    for (const lane of this.#lanes) lane.send({ kind: "pause" });
    await this.#pausing.all;
    this.#options.events.publish({ group: "runtime", kind: "paused" });
  }

  /** Goes on after `pause()`. */
  resume(): void {
    if (!this.#paused) return;
    this.#paused = false;
    this.#pausedNs += this.#options.driver.nowNs() - this.#pausedAtNs;
    for (const lane of this.#lanes) lane.send({ kind: "resume", pausedNs: this.#pausedNs });
    this.#options.events.publish({ group: "runtime", kind: "resumed" });
  }

  /** Brings an edit into effect: see {@linkcode LiveEdits.run}. */
  edit<T>(
    makeDraft: () => { readonly draft: Topology; readonly extras: EditExtras; readonly result: T },
    timeoutMs: number,
  ): Promise<T> {
    const running = this.#startNs > 0 && this.#ending === undefined && this.#stopTimer === undefined;
    return running ? this.#edits!.run(makeDraft, timeoutMs) : Promise.reject(ended());
  }

  #latePause(late: readonly number[]): SluiceError {
    const names = late.map((lane) => `"${this.#laneNames[lane]}"`).join(", ");
    return new SluiceError(
      "Timeout",
      `Lane ${names} did not come to rest within ${PAUSE_TIMEOUT_MS} ms: a node's process() has not returned`,
    );
  }

  /** The nodes' clock. */
  #nowNs(): number {
    const nowNs = this.#paused ? this.#pausedAtNs : this.#options.driver.nowNs();
    return nowNs - this.#pausedNs;
  }

  /** The figures now. */
  stats(): RuntimeStats {
    if (this.#summary !== undefined) return this.#summary;
    const { topology, driver } = this.#options;
    const page = this.#page;
    const nowNs = this.#nowNs();
    return {
      elapsedNs: this.#startNs === 0 ? 0 : nowNs - this.#startNs,
      driver: driver.kind,
      nodes: [...topology.nodes.values()].map((node) => this.#nodeStats(node)),
      links: [...topology.links.values()].map((link) => linkStats(link, readLinkCounters(page, link.index, nowNs))),
      pools: this.#poolStats(),
      lanes: this.#lanes.map((lane) => ({
        name: lane.name,
        kind: lane.kind,
        ...readLaneCounters(page, lane.index),
        warnings: this.#warnings.get(lane.index) ?? [],
      })),
    };
  }

  /** The run as the control plane sees it. */
  view(): SessionView {
    return {
      page: this.#page,
      state: this.#state(),
      elapsedNs: this.#summary?.elapsedNs ?? (this.#startNs === 0 ? 0 : this.#nowNs() - this.#startNs),
      ...(this.#failure && { error: this.#failure }),
      lanes: this.#lanes.map(({ name, index, kind }) => (
        { name, index, kind, warnings: this.#warnings.get(index) ?? [] }
      )),
      nodeStates: this.#states,
      progress: this.#progress,
      figures: (node) => this.#figuresOf(node),
      pools: () => this.#summary?.pools ?? this.#poolStats(),
    };
  }

  #state(): RunState {
    if (this.#summary !== undefined) return this.#summary.outcome;
    if (this.#ending !== undefined || this.#stopTimer !== undefined) return "stopping";
    if (this.#paused) return "paused";
    return this.#startNs === 0 ? "starting" : "running";
  }

  #poolStats(): PoolStats[] {
    return (this.#memory?.pools ?? []).map((pool) => ({
      name: pool.name,
      slots: pool.slotCount,
      slotBytes: pool.payloadBytes,
      free: pool.freeInBitmap(),
      exhausted: pool.exhausted,
    }));
  }

  #nodeStats(node: NodeEntry): NodeStats {
    const counters = readNodeCounters(this.#page, node.index);
    const { type } = node.type.descriptor;
    const progress = this.#progress.get(node.id);
    const figures = this.#figuresOf(node);
    return {
      id: node.id,
      type,
      lane: node.lane,
      state: this.#states.get(node.id)!,
      ...counters,
      ...(progress && { progress }),
      ...(figures && { figures }),
    };
  }

  /** For a native stage: its own figures, by name. */
  #figuresOf(node: NodeEntry): { readonly [name: string]: number } | undefined {
    const names = nativeStage(node.type.descriptor.type).figures;
    return names.length > 0 ? readFigures(this.#page, node.index, names) : undefined;
  }

  #warnStale(): void {
    const packages = new Set([...this.#options.topology.nodes.values()].map((node) => node.type.package));
    for (const each of packages) {
      if (each === undefined) continue;
      void findStaleSources(each).then((stale) => {
        if (stale.length > 0) logger("codegen").warn(describeStaleSources(each, stale));
      });
    }
  }

  #makeMemory(): void {
    const { driver, pools, topology } = this.#options;
    this.#memory = new GraphMemory(driver, topology, pools);
    this.#page = this.#memory.page;
    this.#plans = new LinkPlans(driver, this.#page);
    this.#edits = new LiveEdits({
      topology,
      driver,
      page: this.#page,
      plans: this.#plans,
      lane: (index) => this.#lanes.find((lane) => lane.index === index),
      laneIndex: (name) => this.#laneNames.indexOf(name),
      openLanes: (nodes) => this.#openLanes(nodes),
      growPools: (draft) => this.#memory!.grow(draft),
      pools: () => this.#memory!.pools,
      nodePlan: (node) => this.#nodePlan(node),
      checkFormats: (formats, links) => this.#checkFormats(formats, links),
      edited: (change, actions) => this.#edited(change, actions),
    });
  }

  /** Starts the lanes that new nodes need beside those there are. */
  async #openLanes(nodes: readonly NodeEntry[]): Promise<void> {
    for (const node of nodes) {
      if (this.#lanes.some((lane) => lane.name === node.lane)) continue;
      if (node.type.descriptor.lane === "native") {
        throw new SluiceError(
          "Busy",
          `Cannot add node "${node.id}" while the graph runs: it is a native stage; stop the graph first`,
          { nodeId: node.id },
        );
      }
      if (!this.#laneNames.includes(node.lane)) this.#laneNames.push(node.lane);
      if (this.#laneNames.length > MAX_LANES) {
        this.#laneNames.pop();
        throw new SluiceError(
          "Busy",
          `Cannot start lane "${node.lane}": there are ${MAX_LANES}, the most there can be`,
        );
      }
      const lane = this.#makeLane(node);
      await this.#open(lane, [], []);
      lane.send({ kind: "start" });
      if (this.#paused) lane.send({ kind: "pause" });
    }
  }

  /** Takes note of an edit that has come into effect. */
  #edited({ added, removed }: GraphChange, actions: readonly string[]): void {
    for (const { id } of removed) {
      this.#states.delete(id);
      this.#progress.delete(id);
    }
    for (const { id } of added) this.#states.set(id, "running");
    this.#options.events.publish({ group: "graph", kind: "edited", actions });
  }

  #planLinks(): void {
    const { topology } = this.#options;
    const feedback = topology.feedbackLinks();
    const laneOf = (id: NodeId) => this.#laneNames.indexOf(topology.node(id).lane);
    for (const link of topology.links.values()) {
      this.#plans!.add(link, feedback.has(link), laneOf(link.fromNode), laneOf(link.toNode));
    }
  }

  #makeLanes(): void {
    const { topology } = this.#options;
    const used = new Map([...topology.nodes.values()].map((node) => [node.lane, node]));
    for (const name of this.#laneNames) {
      const node = used.get(name);
      if (node !== undefined) this.#makeLane(node);
    }
  }

  /** @param node one of those that it is to run */
  #makeLane({ lane: name, type }: NodeEntry): LanePort {
    const { driver, topology } = this.#options;
    const index = this.#laneNames.indexOf(name);
    const init: LaneInit = {
      name,
      index,
      generation: 1,
      driver: driver.token,
      control: this.#memory!.control,
      pools: this.#memory!.tokens,
      development: this.#options.development,
      mode: topology.mode,
      converters: this.#converters(),
    };
    const onReport = (report: LaneReport) => this.#report(index, report);
    const lane = name === MAIN_LANE
      ? new MainLanePort(init, driver, this.#types, onReport)
      : type.descriptor.lane === "native"
      ? new NativeLanePort(init, nativeDriver(driver), this.#types, topology.lanes[name] ?? {}, onReport)
      : new WorkerLanePort(init, driver, onReport);
    this.#lanes.push(lane);
    return lane;
  }

  #converters(): { [field: string]: string[] } {
    const named: { [field: string]: string[] } = {};
    for (const { type, converts } of this.#options.converters) {
      for (const field of converts) (named[field] ??= []).push(type);
    }
    return named;
  }

  #nodePlan(node: NodeEntry): NodePlan {
    this.#types.set(node.id, node.type);
    return {
      id: node.id,
      index: node.index,
      type: node.type.descriptor.type,
      packageUrl: packageUrl(node),
      config: node.config,
      pool: node.pool,
      elements: elementsByPort(node.type.descriptor),
    };
  }

  #open(
    lane: LanePort,
    entries: readonly NodeEntry[],
    links: readonly LinkEntry[],
  ): Promise<readonly AnnouncedFormat[]> {
    const nodes = entries.filter((node) => node.lane === lane.name).map((node) => this.#nodePlan(node));
    const ends = links.flatMap((link) => this.#plans!.ends(link))
      .filter((each) => each.lane === lane.index).map((each) => each.end);
    const opened = new Promise<readonly AnnouncedFormat[]>((resolve, reject) => {
      this.#opening.set(lane.index, { resolve, reject });
      lane.send({ kind: "open", nodes, links: ends });
    });
    // Where another lane fails first, nobody waits for this one any more.
    opened.catch(() => {});
    return opened;
  }

  /** @param formats of outputs, or of the inputs that they lead to */
  #checkFormats(formats: readonly AnnouncedFormat[], links: readonly LinkEntry[]): void {
    const { topology } = this.#options;
    const converters = this.#converters();
    const known = new Map<string, AnnouncedFormat["format"]>();
    for (const { node, port, format } of formats) {
      const source = topology.linkInto(node, port);
      known.set(source === undefined ? portAddress(node, port) : portAddress(source.fromNode, source.fromPort), format);
    }
    for (const link of links) {
      const format = known.get(portAddress(link.fromNode, link.fromPort));
      const { accepts } = link.input;
      if (format === undefined || accepts === undefined) continue;
      assertAccepted(format, accepts, link, (field) => converters[field] ?? []);
    }
  }

  /** The time for draining is over. */
  #giveUp(): void {
    const { topology, stopTimeoutMs } = this.#options;
    const inSetup = [...topology.nodes.values()].filter((node) => readPhase(this.#page, node.index) === PHASE.setup);
    const open = [...this.#states].filter(([, state]) => state === "running").map(([id]) => id);
    const reason = inSetup.length > 0
      ? `${inSetup.map(({ id }) => `"${id}"`).join(", ")} did not return from setup()`
      : `${open.map((id) => `"${id}"`).join(", ")} did not come to an end`;
    logger("runtime").warn(`Stopped before the graph was drained: ${reason} within ${stopTimeoutMs} ms`);
    void this.#end();
  }

  /** Looks at the control page now and then, for what no lane can report itself. */
  #watch(): void {
    const watchdog = new Watchdog(this.#options.topology, this.#page);
    this.#watchTimer = setInterval(() => {
      const lanes = this.#lanes.filter((lane) => !this.#closed.has(lane.index));
      const failure = watchdog.look(lanes, this.#states);
      if (failure !== undefined) void this.#end(failure);
    }, WATCH_EVERY_MS);
  }

  #report(lane: number, report: LaneReport): void {
    switch (report.kind) {
      case "opened":
        this.#opening.get(lane)?.resolve(report.formats);
        this.#options.events.publish({ group: "lane", lane: this.#laneNames[lane], kind: "started" });
        this.#opening.delete(lane);
        break;
      case "failed": {
        const error = reportedError(report);
        this.#publishFailure(error, lane);
        if (error instanceof SluiceError && error.nodeId !== undefined) {
          this.#states.set(error.nodeId as NodeId, "failed");
        }
        const opening = this.#opening.get(lane);
        this.#opening.delete(lane);
        if (opening !== undefined) opening.reject(error);
        else void this.#end(error);
        break;
      }
      case "ended":
        this.#states.set(report.node, "ended");
        if ([...this.#states.values()].every((state) => state === "ended")) void this.#end();
        break;
      case "paused":
        this.#pausing?.settle(lane, true);
        break;
      case "prepared":
      case "refused":
      case "applied":
      case "removed":
        this.#edits?.report(lane, report);
        break;
      case "progress":
        this.#progress.set(report.node, { doneNs: report.doneNs, totalNs: report.totalNs });
        break;
      case "configured": {
        const request = this.#requests.get(report.request);
        this.#requests.delete(report.request);
        if (report.error === undefined) request?.resolve();
        else request?.reject(deserializeError(report.error));
        break;
      }
      case "warning":
        this.#warnings.set(lane, [...(this.#warnings.get(lane) ?? []), report.text]);
        this.#options.events.publish({
          group: "lane",
          lane: this.#laneNames[lane],
          kind: "warning",
          message: report.text,
        });
        break;
      case "closed":
        this.#closed.add(lane);
        this.#options.events.publish({ group: "lane", lane: this.#laneNames[lane], kind: "closed" });
        if (this.#closed.size === this.#lanes.length) this.#allClosed.resolve();
        break;
    }
  }

  #publishFailure(failure: Error, lane: number): void {
    const { events } = this.#options;
    const error = serializeError(failure);
    const nodeId = error.details?.nodeId as NodeId | undefined;
    if (nodeId !== undefined) events.publish({ group: "node", nodeId, kind: "failed", error });
    else if (error.code === "LaneCrashed") {
      events.publish({ group: "lane", lane: this.#laneNames[lane], kind: "crashed", error });
    }
    events.publish({ group: "error", kind: "error", error });
  }

  /** Tears everything down, once; later calls wait for the first. */
  #end(error?: Error): Promise<void> {
    this.#failure ??= error;
    return this.#ending ??= this.#tearDown();
  }

  async #tearDown(): Promise<void> {
    clearTimeout(this.#stopTimer);
    clearInterval(this.#watchTimer);
    for (const { reject } of this.#opening.values()) reject(stoppedEarly());
    this.#edits?.end(ended());
    this.#pausing?.refuse(ended());
    this.#opening.clear();
    for (const lane of this.#lanes) lane.send({ kind: "close" });
    const allClosed = this.#lanes.length === 0 || await this.#awaitClosed();
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
    for (const lane of this.#lanes) lane.terminate();
    // A lane that did not close may still write: what it can reach is set aside.
    if (allClosed) {
      this.#plans?.removeAll();
      this.#memory?.release();
    }
    for (const { reject } of this.#requests.values()) reject(ended());
    this.#requests.clear();
    if (this.#failure === undefined) this.#finished.resolve(this.#summary);
    else this.#finished.reject(this.#failure);
  }

  async #awaitClosed(): Promise<boolean> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const timeout = new Promise<boolean>((resolve) => {
      timer = setTimeout(() => resolve(false), CLOSE_TIMEOUT_MS);
    });
    const closed = await Promise.race([this.#allClosed.promise.then(() => true), timeout]);
    clearTimeout(timer);
    if (!closed) {
      const stuck = this.#lanes.filter((lane) => !this.#closed.has(lane.index)).map((lane) => `"${lane.name}"`);
      logger("runtime").error(
        `Lane ${stuck.join(", ")} did not close within ${CLOSE_TIMEOUT_MS} ms: a node hangs in it. Its memory is set ` +
          "aside; end the process with Deno.exit()",
      );
    }
    return closed;
  }
}

function stoppedEarly(): SluiceError {
  return new SluiceError("Busy", "Cannot start: the graph was stopped before every node had returned from setup()");
}

function ended(): SluiceError {
  return new SluiceError("Busy", "Cannot change the graph: it has ended");
}

function packageUrl(node: NodeEntry): string {
  const url = node.type.package?.url;
  if (url !== undefined) return url;
  if (node.lane === MAIN_LANE || node.type.descriptor.lane === "native") return "";
  throw new SluiceError(
    "InvalidGraph",
    `Cannot run node "${node.id}" on lane "${node.lane}": its type "${node.type.descriptor.type}" belongs to no ` +
      `package that a worker could import; run it on lane "main", or let the generator make its package`,
    { nodeId: node.id },
  );
}

function linkStats(link: LinkEntry, counters: LinkCounters): LinkStats {
  return {
    id: link.id,
    from: portAddress(link.fromNode, link.fromPort),
    to: portAddress(link.toNode, link.toPort),
    policy: link.policy,
    capacity: link.capacity,
    ...counters,
  };
}
