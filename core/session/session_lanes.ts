/**
 * The lanes of one run: they are made, opened, told things, and closed.
 *
 * @module
 */
import { LANE } from "../../ffi/layout.gen.ts";
import { index32, index64 } from "../element_index.ts";
import type { ControlPage } from "../control_page.ts";
import { type MainExits, tellMainExits } from "../main_exit.ts";
import { type MainRun, watchMainCalls } from "../main_watch.ts";
import { SluiceError } from "../errors.ts";
import type { NodeId } from "../ids.ts";
import { MAIN_LANE } from "../lanes/lane_choice.ts";
import { type LanePort, MainLanePort, WorkerLanePort } from "../lanes/lane_port.ts";
import type { AnnouncedFormat, LaneCommand, LaneInit, LaneReport, NodePlan } from "../lanes/messages.ts";
import { assertNativeLanes, nativeDriver } from "../lanes/native_lane_check.ts";
import { NativeLanePort } from "../lanes/native_lane_port.ts";
import type { GraphMemory } from "./graph_memory.ts";
import type { LinkPlans } from "../live/link_plans.ts";
import { elementsByPort } from "../registry/dynamic_ports.ts";
import { type AnyNodeType, isProcessor } from "../registry/node_type.ts";
import { resolveSecrets } from "../secrets.ts";
import type { LinkEntry, NodeEntry } from "../topology.ts";
import { convertersByField } from "./format_check.ts";
import { LaneRows, MAX_LANES } from "./lane_rows.ts";
import { LateLanes } from "./late_lanes.ts";
import type { SessionOptions } from "./session_options.ts";

/** How long a lane without nodes may take to end, milliseconds. */
const END_TIMEOUT_MS = 5_000;

/** Time between two looks at whether a thread has ended, milliseconds. */
const LOOK_EVERY_MS = 5;

/**
 * Looks that find a thread ended before what it said last is taken to have gone with it: a second, for on a busy
 * machine it may be on its way for long.
 */
const LAST_LOOKS = 200;

/** See the module. */
export class SessionLanes {
  readonly #options: SessionOptions;
  readonly #onReport: (lane: number, report: LaneReport) => void;
  readonly #onLeft: (lane: number) => void;
  readonly #ports: LanePort[] = [];
  /** By index; `undefined`: the index is free. */
  readonly #names: (string | undefined)[];
  /** What the system refused lanes, by index. */
  readonly #warnings = new Map<number, string[]>();
  readonly #types = new Map<NodeId, AnyNodeType>();
  readonly #closed = new Set<number>();
  /** Lanes that end while the others go on, by index. */
  readonly #ending = new Map<number, PromiseWithResolvers<void>>();
  readonly #late = new LateLanes();
  readonly #opening = new Map<number, PromiseWithResolvers<readonly AnnouncedFormat[]>>();
  readonly #allClosed = Promise.withResolvers<void>();
  /** Threads so far, by index of their lanes; and how many of them were those of lanes that had the index before. */
  readonly #generations = new Map<number, number>();
  readonly #formerThreads = new Map<number, number>();
  readonly #rows = new LaneRows();
  #memory: GraphMemory | undefined;
  /** From the first processor on lane `main`; `undefined` also where that cannot be watched. */
  #mainRun: MainRun | undefined;
  /** From the first processor on lane `main`; not in a worker. */
  #mainExits: MainExits | undefined;

  /**
   * @param onLeft called for each lane that runs no node any more and answers nothing: it ends, or has ended; more than
   * once for one that says so itself
   * @throws {SluiceError} `InvalidGraph` for too many lanes, and as `assertNativeLanes()`
   */
  constructor(
    options: SessionOptions,
    onReport: (lane: number, report: LaneReport) => void,
    onLeft: (lane: number) => void,
  ) {
    this.#options = options;
    this.#onReport = onReport;
    this.#onLeft = onLeft;
    const names = new Set([...options.topology.nodes.values()].map((node) => node.lane));
    names.delete(MAIN_LANE);
    // Lane 0 is main, whether or not it runs nodes: its record is there for control.
    this.#names = [MAIN_LANE, ...names];
    if (this.#names.length > MAX_LANES) {
      throw new SluiceError(
        "InvalidGraph",
        `Cannot start: ${names.size} lanes beside "main", at most ${MAX_LANES - 1}`,
      );
    }
    assertNativeLanes(options.driver, options.topology);
  }

  /** Those that were made, but for late ones. */
  get ports(): readonly LanePort[] {
    return this.#ports;
  }

  /** Those that have not closed, but for late ones. */
  get open(): readonly LanePort[] {
    return this.#ports.filter((lane) => !this.#closed.has(lane.index));
  }

  /** Those that the graph goes on without, and that have not closed. */
  get late(): readonly LanePort[] {
    return this.#late.ports;
  }

  /** The lane with an index. */
  at(index: number): LanePort | undefined {
    return this.#ports.find((lane) => lane.index === index);
  }

  /** The lane with a name. */
  named(name: string): LanePort | undefined {
    return this.#ports.find((lane) => lane.name === name);
  }

  /** -1 where there is none. */
  indexOf(name: string): number {
    return this.#names.findIndex((each, index) => each === name && !this.#late.has(index));
  }

  nameOf(index: number): string {
    return this.#names[index] ?? "";
  }

  /** What the system refused a lane. */
  warningsOf(index: number): readonly string[] {
    return this.#warnings.get(index) ?? [];
  }

  /** Takes note of what the system refused a lane. */
  warn(index: number, text: string): void {
    this.#warnings.set(index, [...this.warningsOf(index), text]);
  }

  /** Tells every lane. */
  send(command: Exclude<LaneCommand, { kind: "init" }>): void {
    for (const lane of this.#ports) lane.send(command);
  }

  /** Makes the lanes that the graph's nodes need. */
  makeAll(memory: GraphMemory): void {
    this.#memory = memory;
    const used = new Map([...this.#options.topology.nodes.values()].map((node) => [node.lane, node]));
    for (const name of this.#names) {
      const node = used.get(name ?? "");
      if (node !== undefined) this.#make(node, memory);
    }
  }

  /** Lanes beside main that run no node any more. @param used names of the lanes that have nodes */
  unused(used: ReadonlySet<string>): readonly LanePort[] {
    return this.#ports.filter(({ kind, name }) => kind !== "main" && !used.has(name));
  }

  /**
   * Ends a lane that runs no node any more, while the others go on.
   *
   * @param isDead whether its thread has ended: what it said last may have gone with it
   * @returns whether it has closed; if not, something keeps it
   */
  async end(port: LanePort, isDead: () => boolean): Promise<boolean> {
    const { index } = port;
    const ending = Promise.withResolvers<void>();
    this.#ending.set(index, ending);
    this.#onLeft(index);
    port.send({ kind: "close" });
    const timer = setTimeout(() => ending.resolve(), END_TIMEOUT_MS);
    let looks = 0;
    const looking = setInterval(() => {
      if (isDead() && ++looks === LAST_LOOKS) this.closed(index);
    }, LOOK_EVERY_MS);
    await ending.promise;
    clearTimeout(timer);
    clearInterval(looking);
    this.#ending.delete(index);
    if (!this.#closed.has(index)) return false;
    this.free(port);
    return true;
  }

  /**
   * Goes on without a lane that {@linkcode end} has not ended: its name is free. What it holds is set aside, and its
   * index and its row are not used again, until it closes.
   *
   * @param closed called then
   */
  goOnWithout(port: LanePort, closed: () => void): void {
    this.setRowAside(port.index);
    this.#ports.splice(this.#ports.indexOf(port), 1);
    this.#late.add(port, closed);
  }

  /**
   * Looks, now and then, whether late lanes have come to their end without a word.
   *
   * @param dead as in {@linkcode awaitClosed}
   */
  lookAtLate(dead: readonly number[]): void {
    for (const lane of this.#late.deadSince(dead)) this.closed(lane);
  }

  /** Whether a lane is told to end while the others go on. */
  isEnding(index: number): boolean {
    return this.#ending.has(index);
  }

  /** A lane's thread has ended, and the graph needs no other: its index is free. */
  free(port: LanePort): void {
    port.terminate();
    this.#ports.splice(this.#ports.indexOf(port), 1);
    this.#clear(port.index);
    this.#onLeft(port.index);
  }

  /** Ends the threads of all lanes, after they were asked to close. */
  terminate(): void {
    for (const lane of [...this.#ports, ...this.late]) lane.terminate();
    this.#mainRun?.[Symbol.dispose]();
    this.#mainRun = undefined;
    this.#mainExits?.[Symbol.dispose]();
    this.#mainExits = undefined;
  }

  /**
   * Makes the lane that a node needs, if there is none.
   *
   * @returns the lane, if it was made
   * @throws {SluiceError} `Busy` if there can be no more
   */
  makeFor(node: NodeEntry, memory: GraphMemory): LanePort | undefined {
    if (this.named(node.lane) !== undefined) return undefined;
    if (this.indexOf(node.lane) >= 0) return this.#make(node, memory);
    this.#rows.freeLeft(memory.pools);
    const free = this.#freeIndex();
    if (free >= MAX_LANES) {
      throw new SluiceError(
        "Busy",
        `Cannot start lane "${node.lane}": there are ${MAX_LANES}, the most there can be`,
      );
    }
    this.#names[free] = node.lane;
    clearFigures(memory.page, free);
    try {
      return this.#make(node, memory);
    } catch (error) {
      this.#clear(free);
      throw error;
    }
  }

  /** The row of each pool's table of holds that the lane's thread has. */
  rowOf(index: number): number {
    return this.#rows.of(index);
  }

  /** Rows of threads that were given up, in which their slots are noted. */
  get rowsSetAside(): readonly number[] {
    return this.#rows.setAside;
  }

  /** A lane's thread was given up: what it holds stays its own. */
  setRowAside(index: number): void {
    this.#rows.setAsideOf(index);
  }

  /** Counts the threads that lanes of an index have had, one lane after another. */
  generationOf(index: number): number {
    return this.#generations.get(index) ?? 0;
  }

  /** Counts the threads that a lane itself has had. */
  threadsOf(index: number): number {
    return this.generationOf(index) - (this.#formerThreads.get(index) ?? 0);
  }

  /** Gives a worker lane a new thread, in place of one that has ended or was given up. */
  replace(index: number): LanePort {
    const old = this.at(index)!;
    const place = this.#ports.indexOf(old);
    old.terminate();
    const init = this.#init(old.name, index, this.#memory!);
    const lane = new WorkerLanePort(init, this.#options.driver, (report) => this.#hear(lane, report));
    this.#ports[place] = lane;
    return lane;
  }

  /** What was planned of a node that has gone, or was refused, is kept no more. */
  forget(node: NodeId): void {
    const current = this.#options.topology.nodes.get(node);
    if (current === undefined) this.#types.delete(node);
    else this.#types.set(node, current.type);
  }

  /** What a lane is told of a node. */
  plan(node: NodeEntry): NodePlan {
    this.#types.set(node.id, node.type);
    if (node.lane === MAIN_LANE && isProcessor(node.type)) this.#watchOnMain(node);
    return {
      id: node.id,
      index: node.index,
      type: node.type.descriptor.type,
      packageUrl: packageUrl(node),
      ...resolveSecrets(node.type.descriptor, node.id, node.config),
      pool: node.pool,
      bypassed: node.bypassed,
      elements: elementsByPort(node.type.descriptor),
      supervised: this.#options.topology.supervisionOf(node) !== "fail",
    };
  }

  /**
   * Builds the nodes of a lane and calls their `setup()`.
   *
   * @param entries nodes, of which the lane takes its own
   * @param links as `entries`
   * @returns the formats that they announce, once all are open
   */
  openNodes(
    lane: LanePort,
    plans: LinkPlans,
    entries: readonly NodeEntry[],
    links: readonly LinkEntry[],
  ): Promise<readonly AnnouncedFormat[]> {
    const nodes = entries.filter((node) => node.lane === lane.name).map((node) => this.plan(node));
    const ends = links.flatMap((link) => plans.ends(link))
      .filter((each) => each.lane === lane.index).map((each) => each.end);
    const opening = Promise.withResolvers<readonly AnnouncedFormat[]>();
    // Where another lane fails first, nobody waits for this one any more.
    opening.promise.catch(() => {});
    this.#opening.set(lane.index, opening);
    lane.send({ kind: "open", nodes, links: ends });
    return opening.promise;
  }

  /** Indices of those that are opening their nodes. */
  get opening(): readonly number[] {
    return [...this.#opening.keys()];
  }

  /** A lane has opened its nodes. */
  opened(index: number, formats: readonly AnnouncedFormat[]): void {
    this.#opening.get(index)?.resolve(formats);
    this.#opening.delete(index);
  }

  /** @returns whether the lane was opening its nodes, so that whoever waits for it is told */
  refuseOpening(index: number, error: Error): boolean {
    const opening = this.#opening.get(index);
    this.#opening.delete(index);
    opening?.reject(error);
    return opening !== undefined;
  }

  /** Tells those who wait for a lane to open that it will not. */
  refuseAllOpening(error: Error): void {
    for (const index of this.#opening.keys()) this.refuseOpening(index, error);
  }

  /** A lane has closed. */
  closed(index: number): void {
    if (this.#late.has(index)) {
      this.#late.remove(index);
      this.#rows.takeBackOf(index);
      this.#clear(index);
      return;
    }
    this.#closed.add(index);
    this.#onLeft(index);
    this.#ending.get(index)?.resolve();
    this.#tellClosed();
  }

  /**
   * @param dead lanes, late ones too, whose thread has ended: what it said last may have gone with it
   * @param held lanes whose thread a node keeps: they are not waited for
   * @returns whether all have closed in time; late ones are not waited for again
   */
  async awaitClosed(
    timeoutMs: number,
    dead: () => readonly number[],
    held: ReadonlySet<number> = new Set(),
  ): Promise<boolean> {
    // Where the start has failed early, there is none.
    this.#tellClosed();
    const looks = new Map<number, number>();
    const look = () => {
      for (const lane of dead()) {
        looks.set(lane, (looks.get(lane) ?? 0) + 1);
        if (looks.get(lane) === LAST_LOOKS) this.closed(lane);
      }
      if (held.size > 0 && this.open.every(({ index }) => held.has(index))) timeout.resolve(false);
    };
    const timeout = Promise.withResolvers<boolean>();
    const timer = setTimeout(() => timeout.resolve(false), timeoutMs);
    const looking = setInterval(look, LOOK_EVERY_MS);
    look();
    const closed = await Promise.race([this.#allClosed.promise.then(() => true), timeout.promise]);
    clearTimeout(timer);
    clearInterval(looking);
    for (const lane of dead()) if (this.#late.has(lane)) this.closed(lane);
    return closed && this.late.length === 0;
  }

  /** @param node one of those that it is to run */
  #make({ lane: name, type }: NodeEntry, memory: GraphMemory): LanePort {
    const { driver, topology } = this.#options;
    const index = this.indexOf(name);
    this.#formerThreads.set(index, this.generationOf(index));
    const init = this.#init(name, index, memory);
    const onReport = (report: LaneReport) => this.#hear(lane, report);
    const lane: LanePort = name === MAIN_LANE
      ? new MainLanePort(init, driver, this.#types, onReport)
      : type.descriptor.lane === "native"
      ? new NativeLanePort(init, nativeDriver(driver), this.#types, topology.lanes[name] ?? {}, onReport)
      : new WorkerLanePort(init, driver, onReport);
    this.#ports.push(lane);
    return lane;
  }

  #watchOnMain({ index, id, type, callTimeoutMs = this.#options.callTimeoutMs }: NodeEntry): void {
    const { driver, stuckAfterMs, setupTimeoutMs, stopTimeoutMs } = this.#options;
    const limits = { stuckAfterMs, setupTimeoutMs, stopTimeoutMs };
    const node = { index, id, type: type.descriptor.type, callTimeoutMs };
    this.#mainRun ??= watchMainCalls(this.#memory!.control, driver, limits);
    this.#mainRun?.add(node);
    this.#mainExits ??= tellMainExits(this.#memory!.page, limits);
    this.#mainExits?.add(node);
  }

  #hear(lane: LanePort, report: LaneReport): void {
    const { index } = lane;
    if (this.at(index) === lane || this.#late.hears(lane, report)) this.#onReport(index, report);
  }

  /** Nothing of a lane is left: its index is free, and its row. */
  #clear(index: number): void {
    this.#closed.delete(index);
    this.#names[index] = undefined;
    this.#warnings.delete(index);
    this.#rows.forget(index);
  }

  /** The least index of no lane whose row is nobody's either. */
  #freeIndex(): number {
    let index = 1;
    while (index < MAX_LANES && (this.#names[index] !== undefined || this.#rows.isTaken(index))) index++;
    return index;
  }

  #tellClosed(): void {
    if (this.#ports.every(({ index }) => this.#closed.has(index))) this.#allClosed.resolve();
  }

  /** What the lane's next thread is made with. */
  #init(name: string, index: number, memory: GraphMemory): LaneInit {
    const { driver, topology, development, converters, setupTimeoutMs } = this.#options;
    const row = this.#rows.take(name, index, this.#names, memory.pools);
    const generation = this.generationOf(index) + 1;
    this.#generations.set(index, generation);
    return {
      name,
      index,
      generation,
      row,
      driver: driver.token,
      control: memory.control,
      pools: memory.tokens,
      development,
      mode: topology.mode,
      converters: convertersByField(converters),
      setupTimeoutMs,
    };
  }
}

/** A lane's figures begin anew with another lane's name. */
function clearFigures(page: ControlPage, index: number): void {
  const at = page.laneOffset(index);
  for (const field of [LANE.state, LANE.currentNode]) page.u32[index32(at + field)] = 0;
  for (const field of [LANE.heartbeatNs, LANE.rounds, LANE.parks]) page.f64[index64(at + field)] = 0;
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
