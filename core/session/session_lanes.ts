/**
 * The lanes of one run: makes, finds and ends them.
 *
 * @module
 */
import { LANE } from "../../ffi/layout.gen.ts";
import { index32, index64 } from "../element_index.ts";
import type { ControlPage } from "../control_page.ts";
import { SluiceError } from "../errors.ts";
import { MAIN_LANE } from "../placement/lane_choice.ts";
import type { LaneKind } from "../placement/lane_options.ts";
import { asksFor, laneSchedule, type Schedule, scheduleOf } from "../placement/schedule.ts";
import { type LanePort, MainLanePort, WorkerLanePort } from "../lanes/ports/lane_port.ts";
import type { AnnouncedFormat, LaneCommand, LaneInit, LaneReport } from "../lanes/messages.ts";
import { assertNativeLanes, nativeDriver } from "../lanes/ports/native_lane_check.ts";
import { NativeLanePort } from "../lanes/ports/native_lane_port.ts";
import type { GraphMemory } from "../live/graph_memory.ts";
import type { LinkPlans } from "../live/link_plans.ts";
import { takeLeftRow } from "../memory/reclaim.ts";
import type { LinkEntry, NodeEntry } from "../graph/entries.ts";
import { convertersByField } from "./format_check.ts";
import { type LaneListener, LaneThread } from "../lanes/ports/lane_thread.ts";
import { NodePlans } from "./node_plans.ts";
import type { SessionOptions } from "./session_options.ts";

/** The most lanes of one runtime, and the rows of a table of holds. */
export const MAX_LANES = LANE.maxLanes;

/** How long a lane without nodes may take to end, milliseconds. */
const END_TIMEOUT_MS = 5_000;

/** Time between two checks for the end of a thread, milliseconds. */
const LOOK_EVERY_MS = 5;

/**
 * Looks that must find a thread dead before its last reports count as lost. They take a second, since reports may be
 * slow on a busy machine. Late lanes are looked at every half second.
 */
const LAST_LOOKS = 200;
const LAST_LATE_LOOKS = 3;

/** The lanes of one run. */
export class SessionLanes {
  readonly #options: SessionOptions;
  readonly #listener: LaneListener;
  readonly plans: NodePlans;
  /** The newest thread of each index, even if it has gone: the next thread continues its generation count. */
  readonly #newest: LaneThread[] = [];
  /** The newest threads in the order in which their lanes were made. A thread takes the place of the one before it. */
  #inOrder: LaneThread[] = [];
  /** Threads that were given up. They keep their rows, though other threads have their indices. */
  readonly #fenced = new Set<LaneThread>();
  #memory: GraphMemory | undefined;
  /** True once all lanes must close. */
  #isOver = false;
  /** Called whenever a lane closes. */
  #onClosed: () => void = () => {};

  /**
   * Prepares the lanes of a run.
   *
   * @param listener receives the events of each thread
   * @throws {SluiceError} `InvalidGraph` for too many lanes, and as `assertNativeLanes()`
   */
  constructor(options: SessionOptions, listener: LaneListener) {
    this.#options = options;
    this.#listener = {
      report: listener.report,
      changed: (lane, before) => {
        listener.changed(lane, before);
        if (!lane.isOpen) this.#onClosed();
      },
    };
    this.plans = new NodePlans(options, () => this.#memory!);
    const beside = namesOf(options).length - 1;
    if (beside >= MAX_LANES) {
      throw new SluiceError(
        "InvalidGraph",
        `Cannot start: ${beside} lanes beside "main", at most ${MAX_LANES - 1}`,
      );
    }
    assertNativeLanes(options.driver, [...options.topology.nodes.values()], options.topology.lanes);
  }

  /** Threads that have their lane's name, neither late nor gone, in the order in which the lanes were made. */
  get all(): readonly LaneThread[] {
    return this.#inOrder.filter((lane) => lane.is.current);
  }

  /** The threads of `all` that have not closed. */
  get open(): readonly LaneThread[] {
    return this.#newest.filter((lane) => lane.isOpen);
  }

  /** Threads that have not closed and that the graph continues without. */
  get late(): readonly LaneThread[] {
    return this.#newest.filter(({ state }) => state === "late");
  }

  /** Returns the lane with an index, unless it is late. */
  at(index: number): LaneThread | undefined {
    const lane = this.#newest[index];
    return lane?.is.current ? lane : undefined;
  }

  /** Returns the lane of a name. */
  named(name: string): LaneThread | undefined {
    return this.#inOrder.find((lane) => lane.is.current && lane.name === name);
  }

  /** Returns the index of the lane of a name; -1 if no lane has it. */
  indexOf(name: string): number {
    return this.named(name)?.index ?? -1;
  }

  /** Rows of threads that may still write there. Slots in these rows are not given back. */
  get rowsSetAside(): readonly number[] {
    return this.#withRows().filter(({ is }) => is.rowAside).map(({ life }) => life.row);
  }

  /** Sends a command to every lane. */
  send(command: Exclude<LaneCommand, { kind: "init" }>): void {
    for (const lane of this.all) lane.send(command);
  }

  /** Makes the lanes that the graph's nodes need. */
  makeAll(memory: GraphMemory): void {
    this.#memory = memory;
    const used = new Map([...this.#options.topology.nodes.values()].map((node) => [node.lane, node]));
    // Lane 0 is main, even without nodes: the control isolate uses its record.
    for (const [index, name] of namesOf(this.#options).entries()) {
      const node = used.get(name);
      if (node !== undefined) this.#make(node, index, this.#options.topology.on(name));
    }
  }

  /** Gives lanes the priority and processors that new nodes ask for. */
  reschedule(nodes: readonly NodeEntry[]): void {
    const { topology } = this.#options;
    const names = new Set(nodes.filter((node) => asksFor(scheduleOf(node))).map(({ lane }) => lane));
    for (const name of names) this.named(name)?.reschedule(this.#scheduleOf(name, topology.on(name)));
  }

  /**
   * Makes the lane that a node needs, unless it exists.
   *
   * @returns the lane, if it was made
   * @throws {SluiceError} `Busy` if the graph has the most lanes that it can have
   */
  makeFor(node: NodeEntry, memory: GraphMemory): LaneThread | undefined {
    this.#memory = memory;
    if (this.named(node.lane) !== undefined) return undefined;
    this.#takeLeftRows();
    const index = node.lane === MAIN_LANE ? 0 : this.#freeIndex();
    if (index >= MAX_LANES) {
      throw new SluiceError(
        "Busy",
        `Cannot start lane "${node.lane}": there are ${MAX_LANES}, the most there can be`,
      );
    }
    clearFigures(memory.page, index);
    return this.#make(node, index, [node]);
  }

  /** Gives a worker lane a new thread, in place of one that has ended or was given up. */
  replace(old: LaneThread): LaneThread {
    if (old.state === "fenced") this.#fenced.add(old);
    return this.#start(old.name, "worker", old.index, old.schedule, workerPort, old);
  }

  /** Ends the lanes beside main that the graph no longer uses. The keeper ends lost lanes. */
  async endUnused(): Promise<void> {
    const used = new Set(this.#options.topology.usedLanes);
    const unused = this.all.filter(({ kind, name }) => kind !== "main" && !used.has(name))
      .filter(({ is, state }) => is.answers || state === "closed");
    await Promise.all(unused.map((lane) => this.end(lane)));
  }

  /**
   * Builds the nodes of a lane, calls their `setup()`, and gives them the states that they continue from.
   *
   * @param entries of all nodes: the lane takes its own
   * @param links as `entries`
   * @returns the formats that they announce, once all are open
   * @throws the reason why a state of a node is missing
   */
  openNodes(
    lane: LaneThread,
    plans: LinkPlans,
    entries: readonly NodeEntry[],
    links: readonly LinkEntry[],
  ): Promise<readonly AnnouncedFormat[]> {
    const own = entries.filter((node) => node.lane === lane.name);
    const { kept, resume } = this.#options;
    const states = resume ? kept.of(own) : new Map();
    const nodes = own.map((node) => this.plans.plan(node));
    const ends = links.flatMap((link) => plans.ends(link))
      .filter((each) => each.lane === lane.index).map((each) => each.end);
    lane.send({ kind: "open", nodes, links: ends, states });
    return lane.whenOpen;
  }

  /**
   * Ends a lane without nodes, while the others continue. A lane that does not close in time is late: its name is free
   * at once, its index and its row once it closes.
   */
  async end(lane: LaneThread): Promise<void> {
    const closed = lane.end();
    const timeout = Promise.withResolvers<void>();
    const timer = setTimeout(() => timeout.resolve(), END_TIMEOUT_MS);
    const looking = setInterval(() => this.#look(lane, LAST_LOOKS), LOOK_EVERY_MS);
    await Promise.race([closed, timeout.promise]);
    clearTimeout(timer);
    clearInterval(looking);
    if (lane.state === "closed") lane.free();
    else if (lane.state === "ending" && !this.#isOver) lane.goOnWithout();
  }

  /** Checks, at intervals, whether late lanes and given-up threads have ended without a report. */
  lookAtLate(): void {
    this.#takeLeftRows();
    for (const lane of this.late) this.#look(lane, LAST_LATE_LOOKS);
  }

  /** Stops waiting for the last reports of lost lanes at the end of the run. */
  silenceLost(): void {
    for (const lane of this.all) if (lane.state === "lost") lane.silence();
  }

  /** Rejects the callers that wait for a lane to open. */
  refuseAllOpening(error: Error): void {
    for (const lane of this.all) lane.refuseOpening(error);
  }

  /**
   * Waits for every lane, except those whose thread a node keeps and that cannot be ended.
   *
   * @returns whether all have closed in time; late ones are not waited for again
   */
  async awaitClosed(timeoutMs: number): Promise<boolean> {
    this.#isOver = true;
    const done = Promise.withResolvers<void>();
    const look = () => {
      for (const lane of this.open) this.#look(lane, LAST_LOOKS);
      if (this.open.every(({ hold }) => hold !== undefined && !hold.isIsolated)) done.resolve();
    };
    this.#onClosed = () => {
      if (this.open.length === 0) done.resolve();
    };
    const timer = setTimeout(() => done.resolve(), timeoutMs);
    const looking = setInterval(look, LOOK_EVERY_MS);
    look();
    await done.promise;
    clearTimeout(timer);
    clearInterval(looking);
    for (const lane of this.late) this.#look(lane, 0);
    return this.open.length + this.late.length === 0;
  }

  /** Ends the threads of all lanes, after they were asked to close. */
  terminate(): void {
    this.#newest.forEach((lane) => lane.terminate());
    this.plans.end();
  }

  /** Closes a lane that this many looks have found dead. */
  #look(lane: LaneThread, looks: number): void {
    if (lane.state !== "closed" && lane.wasDeadFor(looks, this.#memory!.page)) lane.closed();
  }

  #scheduleOf(name: string, nodes: readonly NodeEntry[]): Schedule {
    const { lanes } = this.#options.topology;
    return name === MAIN_LANE ? {} : laneSchedule(Object.hasOwn(lanes, name) ? lanes[name] : undefined, nodes);
  }

  /** @param nodes of the lane that are known */
  #make({ lane: name, type }: NodeEntry, index: number, nodes: readonly NodeEntry[]): LaneThread {
    const { types } = this.plans;
    const schedule = this.#scheduleOf(name, nodes);
    const start = (kind: LaneKind, makePort: MakePort) => this.#start(name, kind, index, schedule, makePort);
    if (name === MAIN_LANE) return start("main", (init, driver, hear) => new MainLanePort(init, driver, types, hear));
    if (type.descriptor.lane !== "native") return start("worker", workerPort);
    return start("native", (init, driver, hear) => new NativeLanePort(init, nativeDriver(driver), types, hear));
  }

  #start(
    name: string,
    kind: LaneKind,
    index: number,
    schedule: Schedule,
    makePort: MakePort,
    before?: LaneThread,
  ): LaneThread {
    const { driver, topology, development, converters, setupTimeoutMs } = this.#options;
    const memory = this.#memory!;
    const row = this.#takeRow(name, index);
    const generation = (this.#newest[index]?.life.generation ?? 0) + 1;
    const lane = new LaneThread(name, kind, { lane: index, generation, row }, this.#listener, before);
    lane.schedule = schedule;
    const init: LaneInit = {
      name,
      index,
      generation,
      row,
      schedule,
      driver: driver.token,
      control: memory.control,
      pools: memory.tokens,
      development,
      mode: topology.mode,
      converters: convertersByField(converters),
      setupTimeoutMs,
    };
    lane.run((hear) => makePort(init, driver, hear));
    this.#newest[index] = lane;
    if (before !== undefined) this.#inOrder[this.#inOrder.indexOf(before)] = lane;
    else this.#inOrder = [...this.#inOrder.filter((each) => this.#newest[each.index] === each), lane];
    return lane;
  }

  /** Returns the threads that have a row. */
  #withRows(): LaneThread[] {
    return [...this.#newest.filter(({ state }) => state !== "gone"), ...this.#fenced];
  }

  /** Returns the lowest index that no lane has and whose row is free. */
  #freeIndex(): number {
    const taken = new Set(this.#withRows().flatMap(({ index, life }) => [index, life.row]));
    let index = 1;
    while (index < MAX_LANES && taken.has(index)) index++;
    return index;
  }

  /**
   * Finds the row for a lane's next thread: the row of its index, unless a given-up thread may still write there.
   *
   * @throws {SluiceError} `Busy` if none is free
   */
  #takeRow(name: string, index: number): number {
    this.#takeLeftRows();
    const taken = this.#withRows();
    const rows = new Set(taken.map(({ life }) => life.row));
    if (!rows.has(index)) return index;
    const indices = new Set(taken.map((lane) => lane.index));
    for (let row = MAX_LANES - 1; row > 0; row--) if (!rows.has(row) && !indices.has(row)) return row;
    throw new SluiceError(
      "Busy",
      `Cannot start lane "${name}": ${indices.size} lanes and ${this.#fenced.size} threads that were given up are ` +
        `more than the ${MAX_LANES} that there can be`,
    );
  }

  /** Frees the rows of given-up threads that have left them or have ended. */
  #takeLeftRows(): void {
    if (this.#fenced.size === 0) return;
    const { pools, page } = this.#memory!;
    for (const lane of this.#fenced) {
      if (!takeLeftRow(pools, page, lane.life)) continue;
      this.#fenced.delete(lane);
      lane.left();
    }
  }
}

type MakePort = (init: LaneInit, driver: SessionOptions["driver"], hear: (report: LaneReport) => void) => LanePort;

const workerPort: MakePort = (init, driver, hear) => new WorkerLanePort(init, driver, hear);

/** Returns the names of the lanes that a graph starts with, in the order of their indices. */
function namesOf({ topology }: SessionOptions): string[] {
  return [...new Set([MAIN_LANE, ...[...topology.nodes.values()].map((node) => node.lane)])];
}

/** Clears a lane's figures when the index gets another name. */
function clearFigures(page: ControlPage, index: number): void {
  const at = page.laneOffset(index);
  for (const field of [LANE.state, LANE.currentNode]) page.u32[index32(at + field)] = 0;
  for (const field of [LANE.heartbeatNs, LANE.rounds, LANE.parks]) page.f64[index64(at + field)] = 0;
}
