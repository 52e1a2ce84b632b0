/**
 * Lanes that die, hang, are late, come back and are replaced, at every step of their work. The session is complete
 * except for its threads: the test scripts them, and time passes only when the test lets it. The test compares the
 * session's view with the true state of each thread: running, hanging or ended.
 */
import { deepEqual, equal, fail, ok } from "node:assert/strict";
import fc from "fast-check";
import { CONTROL, ENTRY, LANE, NODE, PHASE } from "../../ffi/layout.gen.ts";
import { checkingSink, numberedSource } from "../../tests/fixtures/numbered.ts";
import { NO_CARRY } from "../../tests/fixtures/scripted_lanes.ts";
import { linkPlan } from "../../tests/fixtures/slots.ts";
import { ControlPage, LANE_STATE } from "../control_page.ts";
import { PortableDriver } from "../driver/portable.ts";
import { EventBus } from "../events/bus.ts";
import { Ledger } from "../memory/ledger.ts";
import { isRestart } from "../lanes/edits/edit_rules.ts";
import { claimedRests } from "../lanes/edits/claimed_rests.ts";
import { claim, recall } from "../lanes/edits/loan.ts";
import { beginToApply, beginToGive } from "../lanes/edits/turn.ts";
import type { LaneCommand, LaneInit, LaneReport, Loan } from "../lanes/messages.ts";
import { emptyRest } from "../links/link_move.ts";
import { collectEdit } from "../live/collect_edit.ts";
import type { GraphEdit } from "../live/graph_edit.ts";
import { configureLog } from "../log.ts";
import { Pool } from "../memory/pool.ts";
import { leaveRow, noteDeath } from "../memory/reclaim.ts";
import { Topology } from "../topology.ts";
import { LaneThread } from "./lane_thread.ts";
import { KeptStates } from "./kept_states.ts";
import { Session } from "./session.ts";

/** Slots that each thread keeps as long as it lives. */
const HELD = 3;
const SLOTS = 200;

/** Longer than the last reports of lanes take that end one after another, each while the session waits for it. */
const EDIT_TIMEOUT_MS = 4_000;

/**
 * The test tries one step of a thread in this many, a different one for each thread and fate; with `SLUICE_DEEP=1`
 * every step.
 */
const STRIDE = Deno.env.get("SLUICE_DEEP") === "1" ? 1 : 3;

/** The most time that the session needs to come to rest: it finds a hanging thread, gives it up and replaces it. */
const SETTLE_MS = 30_000;

const { setTimeout: realSetTimeout, clearTimeout, setInterval, clearInterval, Worker, setImmediate } = globalThis;
const { unrefTimer } = Deno;

/** Timers for which time passes only in {@linkcode Clock.pass}. */
class Clock {
  nowMs = 0;
  readonly #timers = new Map<number, { readonly run: () => void; readonly everyMs?: number; atMs: number }>();
  #last = 0;

  install(): void {
    const add = (run: () => void, ms: number, everyMs?: number) => {
      this.#timers.set(++this.#last, { run, everyMs, atMs: this.nowMs + ms });
      return this.#last;
    };
    const remove = (id?: number) => void this.#timers.delete(id ?? 0);
    Object.assign(globalThis, {
      setTimeout: (run: () => void, ms = 0) => add(run, ms),
      setInterval: (run: () => void, ms = 0) => add(run, ms, Math.max(1, ms)),
      clearTimeout: remove,
      clearInterval: remove,
    });
    Deno.unrefTimer = () => {};
  }

  after(ms: number, run: () => void): void {
    this.#timers.set(++this.#last, { run, atMs: this.nowMs + ms });
  }

  /** Lets time pass. @param each called after every timer */
  async pass(ms: number, each: () => void): Promise<void> {
    const untilMs = this.nowMs + ms;
    await turn();
    for (;;) {
      let next: number | undefined;
      for (const [id, { atMs }] of this.#timers) {
        if (atMs <= untilMs && (next === undefined || atMs < this.#timers.get(next)!.atMs)) next = id;
      }
      if (next === undefined) break;
      const timer = this.#timers.get(next)!;
      this.nowMs = Math.max(this.nowMs, timer.atMs);
      if (timer.everyMs === undefined) this.#timers.delete(next);
      else timer.atMs = this.nowMs + timer.everyMs;
      timer.run();
      await turn();
      each();
    }
    this.nowMs = untilMs;
  }
}

/** Lets every promise that can settle do so. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** The fate of a thread, and the step at which it strikes. A step is a command that the thread takes, or an answer. */
interface Fate {
  readonly how: "tells" | "crashes" | "dies" | "hangs";
  readonly step: number;
}

/** A thread that obeys its commands, and keeps some slots, until its fate strikes. */
class FakeThread {
  static world: World;
  readonly world = FakeThread.world;
  onmessage: (event: { readonly data: LaneReport }) => void = () => {};
  onerror: (event: { readonly message: string; preventDefault(): void }) => void = () => {};
  init!: LaneInit;
  isHanging = false;
  hasHung = false;
  hasEnded = false;
  steps = 0;
  #isOpen = false;
  #fate: Fate | undefined;
  #withheld: (() => void)[] = [];
  #pools: Pool[] = [];
  #slots: number[] = [];
  #prepared: Extract<LaneCommand, { kind: "prepare" }> | undefined;
  /** Records of the nodes that leave the thread at its next commit. */
  #leaving: readonly number[] = [];
  /** The epoch of the edit that the thread has prepared, and neither committed nor dropped; 0 for none. */
  #behind = 0;
  readonly #loans: Loan[] = [];
  /** Slots that were lent to the thread. */
  readonly #claimed: number[] = [];

  constructor() {
    this.#fate = this.world.fates.shift();
    this.world.threads.push(this);
  }

  postMessage(command: LaneCommand): void {
    if (command.kind === "init") this.#begin(command.init);
    else this.#later(() => this.#take(command));
  }

  /** True if an edit is in effect that the thread has not committed. */
  get isBehind(): boolean {
    return this.#behind !== 0 && this.#behind === this.world.page.u32[CONTROL.epoch >> 2];
  }

  /** Slots that only this thread has. */
  get slots(): number {
    return this.#slots.length + this.#claimed.length;
  }

  /** Looks for an epoch after the lane's bell has rung. */
  look(): void {
    this.#later(() => {
      const prepared = this.#prepared;
      if (this.#isGivenUp || prepared?.epoch !== this.world.page.u32[CONTROL.epoch >> 2]) return;
      if (!beginToApply(prepared.turn)) return;
      this.#prepared = undefined;
      this.#endLoans();
      const { epoch, nodes, turn, edit: { moves } } = prepared;
      for (const { id, index } of nodes) this.world.records.set(id, index);
      const { index: here } = this.init;
      const leaving = moves.filter(({ reader }) => reader.from === here && reader.to !== here);
      this.#do(() => {
        if (this.#isGivenUp || !beginToGive(turn)) return;
        const rests = leaving.map(({ after }) => ({ ...emptyRest(after.index), entries: [this.#give()] }));
        this.#behind = 0;
        this.onmessage({ data: { kind: "applied", epoch, failures: [], refused: [], rests } });
      });
      for (const record of this.#leaving) this.#say({ kind: "tornDown", record });
    });
  }

  /** Ends without a report, as a terminated thread does that nothing keeps. */
  terminate(): void {
    if (!this.isHanging && !this.hasEnded) this.end("dies");
  }

  end(how: "tells" | "crashes" | "dies"): void {
    if (this.hasEnded) return;
    this.hasEnded = true;
    this.isHanging = false;
    const { init: { index: lane, generation } } = this;
    // A thread that was given up dies with its slots: its row stays its own.
    noteDeath(this.world.page, { lane, generation });
    if (how === "crashes") this.onerror({ message: "on purpose", preventDefault() {} });
    if (how !== "tells") return;
    const error = { name: "Error", message: "ended, on purpose", code: "LaneCrashed" as const };
    this.onmessage({ data: { kind: "failed", error } });
    this.world.clock.after(1, () => this.onmessage({ data: { kind: "gone" } }));
  }

  hang(): void {
    this.isHanging = this.hasHung = true;
    this.#show(true);
  }

  /** Returns the call that has kept the thread. */
  comeBack(): void {
    if (!this.isHanging) return;
    this.isHanging = false;
    this.#show(false);
    for (const withheld of this.#withheld.splice(0)) if (!this.hasEnded) withheld();
    if (!this.hasEnded && this.#isGivenUp) this.#leave("gone");
  }

  get #isGivenUp(): boolean {
    const { page } = this.world;
    return page.u32[(page.laneOffset(this.init.index) + LANE.generation) >> 2] !== this.init.generation;
  }

  /** Sets the control page to show that a node of the graph keeps the thread, or that none does. */
  #show(keeps: boolean): void {
    const { init: { index, name }, world: { page, threads, topology } } = this;
    const node = topology.nodes.values().find(({ lane }) => lane === name);
    // A lane whose nodes were all removed may be kept by one of them.
    const record = node?.index ?? this.#leaving[0];
    if (record === undefined || threads.findLast(({ init }) => init.index === index) !== this) return;
    page.u32[(page.laneOffset(index) + LANE.currentNode) >> 2] = keeps ? record + 1 : 0;
    if (!this.#isOpen) page.u32[(page.nodeOffset(record) + NODE.phase) >> 2] = keeps ? PHASE.setup : PHASE.idle;
  }

  #begin(init: LaneInit): void {
    this.init = init;
    const { driver, page } = this.world;
    page.u32[(page.laneOffset(init.index) + LANE.generation) >> 2] = init.generation;
    page.u32[(page.laneOffset(init.index) + LANE.state) >> 2] = LANE_STATE.running;
    page.u32[(page.laneOffset(init.index) + LANE.currentNode) >> 2] = 0;
    this.#pools = init.pools.map((token) => new Pool(driver, token, init.index, new Ledger(), init.row));
    for (let k = 0; k < HELD; k++) this.#slots.push(this.#pools[0].takeSlot());
    ok(!this.#slots.includes(-1), "no slot is left");
    this.#pools[0].flushMagazine();
  }

  #later(run: () => void): void {
    this.world.clock.after(1, () => this.#do(run));
  }

  #do(run: () => void): void {
    if (this.hasEnded) return;
    if (this.steps++ === this.#fate?.step) {
      if (this.#fate.how === "hangs") this.hang();
      else return this.end(this.#fate.how);
    }
    if (this.isHanging) this.#withheld.push(run);
    else run();
  }

  #say(report: LaneReport): void {
    this.#do(() => this.onmessage({ data: report }));
  }

  #take(command: LaneCommand): void {
    switch (command.kind) {
      case "open":
        return this.#do(() => {
          this.#isOpen = true;
          this.onmessage({ data: { kind: "opened", formats: [] } });
        });
      case "pause":
        return this.#say({ kind: "paused", pause: command.pause });
      case "prepare":
        this.#prepare(command);
        return this.#say({ kind: "prepared", epoch: command.epoch, formats: [] });
      case "handOver":
        return this.#handOver(command.epoch);
      case "accept":
        for (const { loan } of command.nodes) if (loan !== undefined) this.#claim(loan);
        return this.#say({ kind: "tried", epoch: command.epoch });
      case "countLost":
        return this.#say({ kind: "counted", epoch: command.epoch });
      case "attach":
        return this.#do(() => {
          if (this.#isGivenUp) return;
          for (const entry of claimedRests(command).flatMap(({ entries }) => entries)) this.#drop(entry);
          this.onmessage({ data: { kind: "attached", epoch: command.epoch } });
        });
      case "abort":
        this.#prepared = undefined;
        this.#behind = 0;
        return this.#endLoans();
      case "configure":
        return this.#say({ kind: "configured", request: command.request });
      case "disable":
        return this.#say({ kind: "disabled", node: command.node });
      case "endThread":
        return this.#leave("gone");
      case "close":
        return this.#leave("closed");
    }
  }

  #prepare(command: Extract<LaneCommand, { kind: "prepare" }>): void {
    const { remove, handovers } = command.edit;
    const left = handovers.filter(({ from, state }) => from === this.init.index && !isRestart(state));
    this.#prepared = command;
    this.#behind = command.epoch;
    this.#leaving = [...remove, ...left.map(({ node }) => node)].flatMap((id) => this.world.records.get(id) ?? []);
  }

  /** Offers nodes that go to other lanes, in one turn with their loans. */
  #handOver(epoch: number): void {
    if (this.#prepared?.epoch !== epoch) return;
    const { index: here } = this.init;
    const { handovers } = this.#prepared.edit;
    const away = handovers.filter(({ from, to }) => from === here && to !== here);
    if (away.length > 0) {
      this.#do(() => {
        if (this.#isGivenUp) return;
        const nodes = away.map(({ node, trialMs }) => (
          { node, carry: NO_CARRY, ...(trialMs !== undefined && { loan: this.#lend() }) }
        ));
        this.onmessage({ data: { kind: "offered", epoch, nodes } });
      });
    }
    if (!handovers.some(({ from, to }) => from !== here && to === here)) this.#say({ kind: "tried", epoch });
  }

  #lend(): Loan {
    const inputs = [{ plan: linkPlan("audio", "lossless", 1), entries: [this.#give()] }];
    const loan = { claim: new SharedArrayBuffer(4), waitMs: 0, inputs, outputs: [] };
    this.#loans.push(loan);
    return loan;
  }

  #claim(loan: Loan): void {
    if (this.#isGivenUp || !claim(loan)) return;
    for (const { entries: [entry] } of loan.inputs) {
      this.#pools[0].receive(entry & ENTRY.slotMask);
      this.#claimed.push(entry & ENTRY.slotMask);
    }
  }

  /** Gives back the loans from and to this lane at the end of an edit. */
  #endLoans(): void {
    const [pool] = this.#pools;
    for (const loan of this.#loans.splice(0)) recall(loan, this.#pools);
    for (const slot of this.#claimed.splice(0)) pool.release(slot);
    pool.flushMagazine();
  }

  /** Gives a slot to another thread. @returns its entry */
  #give(): number {
    const [pool] = this.#pools;
    const slot = pool.takeSlot();
    ok(slot >= 0, "no slot is left");
    pool.giveAway(slot);
    pool.flushMagazine();
    return slot;
  }

  #drop(entry: number): void {
    const [pool] = this.#pools;
    pool.receive(entry & ENTRY.slotMask);
    pool.release(entry & ENTRY.slotMask);
    pool.flushMagazine();
  }

  /** Ends as `Lane` does: a thread that was given up gives back its own slots. */
  #leave(kind: "gone" | "closed"): void {
    this.#do(() => {
      const { index: lane, generation, row } = this.init;
      if (!this.#isGivenUp) this.#endLoans();
      if (kind === "closed") { for (const slot of this.#slots.splice(0)) this.#pools[0].release(slot); }
      this.#pools[0].flushMagazine();
      if (!noteDeath(this.world.page, { lane, generation })) leaveRow(this.#pools, row);
      this.hasEnded = true;
      this.onmessage({ data: { kind } });
    });
  }
}

/** A session of two lanes that a link joins, and of others that come and go. */
class World {
  readonly clock = new Clock();
  readonly driver: PortableDriver;
  readonly topology = new Topology("live", () => []);
  readonly session: Session;
  readonly threads: FakeThread[] = [];
  readonly lanes: LaneThread[] = [];
  readonly fates: (Fate | undefined)[];
  /** The records of nodes that lanes know, by id. */
  readonly records = new Map<string, number>();
  readonly #waits = new Set<string>();
  /** Errors that must end no operation. */
  readonly #wrong: string[] = [];
  #page: ControlPage | undefined;
  #count = 0;

  constructor(fates: readonly (Fate | undefined)[]) {
    this.fates = [...fates];
    const { clock, threads } = this;
    this.driver = new class extends PortableDriver {
      override nowNs(): number {
        return clock.nowMs * 1e6;
      }
      override ringBell(lane: number): void {
        super.ringBell(lane);
        for (const thread of threads) if (thread.init.index === lane) thread.look();
      }
    }();
    const supervision = { restart: { limit: 1_000, backoffMs: 10, maxBackoffMs: 10 } } as const;
    const collected = this.#collect((edit) => {
      edit.add(numberedSource(), { id: "from", lane: "a", supervision });
      edit.add(checkingSink(), { id: "to", lane: "b", supervision });
      edit.connectByName("from.audio", "to.audio");
    });
    this.topology.adopt(collected.draft);
    for (const { id, index } of this.topology.nodes.values()) this.records.set(id, index);
    this.session = new Session({
      topology: this.topology,
      driver: this.driver,
      events: new EventBus(() => clock.nowMs),
      pools: { audio: { slots: SLOTS, slotBytes: 64 } },
      endsWithSources: true,
      kept: new KeptStates(),
      resume: false,
      memory: {},
      development: false,
      converters: [],
      setupTimeoutMs: 2_000,
      stopTimeoutMs: 1_000,
      stuckAfterMs: 400,
      callTimeoutMs: 0,
      awaitTimeoutMs: 0,
    });
  }

  get page(): ControlPage {
    return this.#page ??= new ControlPage(this.driver.openArena(this.threads[0].init.control));
  }

  /** Lanes of the graph. */
  get names(): string[] {
    return [...new Set([...this.topology.nodes.values()].map(({ lane }) => lane))];
  }

  /** Returns the newest thread of a lane. */
  newest(name: string): FakeThread | undefined {
    return this.threads.findLast(({ init }) => init.name === name);
  }

  /** Records a wait until it settles; its outcome does not matter, except for two errors. */
  wait(what: string, work: Promise<unknown>): void {
    const name = `${what} ${++this.#count}`;
    this.#waits.add(name);
    const hung = () => new Set(this.threads.filter(({ isHanging }) => isHanging).map(({ init }) => init.name));
    work.catch(({ message }: Error) => {
      const late = /ane ("[^:]*") (?:did not quiesce|has not come to it|was not ready)/.exec(message);
      const waited = late?.[1].split(", ") ?? [];
      const isWrong = message.startsWith("Internal error") || waited.some((lane) => !hung().has(JSON.parse(lane))) ||
        (/ its lane has not answered/.test(message) && hung().size === 0);
      if (isWrong) this.#wrong.push(`${name}: ${message}: ${this.#describe()}`);
    }).finally(() => this.#waits.delete(name));
  }

  async pass(ms: number): Promise<void> {
    await this.clock.pass(ms, () => this.assertConsistent());
  }

  /** Asserts what holds at any moment. */
  assertConsistent(): void {
    // Called some million times: cheap checks come before comparisons.
    if (this.#wrong.length > 0) deepEqual(this.#wrong, []);
    const newest = new Map<number, number>();
    for (const { index, life: { generation } } of this.lanes) {
      if ((newest.get(index) ?? -1) < generation) newest.set(index, generation);
    }
    const heard = new Set<number>();
    const rows = new Set<number>();
    const names = new Set<string>();
    for (const { state, is, index, name, life: { generation, row } } of this.lanes) {
      if (state === "gone") continue;
      if (is.hears === "all") {
        if (heard.has(index)) fail(`two threads of lane ${index} are heard`);
        if (generation !== newest.get(index)) fail(`an old thread of lane ${index} is heard: ${generation}`);
        heard.add(index);
      }
      if (rows.has(row)) fail(`two threads have one row: ${row}`);
      rows.add(row);
      if (!is.current) continue;
      if (names.has(name)) fail(`two threads have one name: ${name}`);
      names.add(name);
    }
  }

  /** Asserts what holds when the session is at rest: it knows the true state of each thread. */
  assertSettled(): void {
    const { topology } = this;
    deepEqual([...this.#waits], [], `waits for what never comes: ${this.#describe()}`);
    for (const name of this.names) {
      const lane = this.lanes.findLast((each) => each.name === name && each.is.current)!;
      const { isHanging, hasEnded } = this.newest(name)!;
      ok(isHanging || hasEnded || lane.state === "running", `lane ${name} is ${lane.state}, and its thread runs`);
    }
    const used = new Set([...topology.nodes.values()].map(({ lane }) => lane));
    for (const lane of this.lanes) {
      const { isHanging, isBehind } = this.threads[this.lanes.indexOf(lane)];
      // A thread that has not committed the edit that removes its nodes is waited for until it does.
      const unused = !isHanging ? ["gone", "fenced"] : isBehind ? ["running", "fenced"] : ["late", "fenced"];
      const states = lane.is.current && used.has(lane.name) ? undefined : unused;
      if (states !== undefined) ok(states.includes(lane.state), `${lane.name}, unused, is ${lane.state}: ${isHanging}`);
    }
    this.assertSlots();
  }

  /**
   * Asserts that each slot is free, or belongs to a thread that has not ended, or that died with it after it was given
   * up.
   */
  assertSlots(): void {
    const { pools } = this.threads[0].init;
    const pool = new Pool(this.driver, pools[0], 0, new Ledger());
    const held = this.threads.filter((thread, k) => {
      if (!thread.hasEnded) return true;
      // No observer knows that such a thread has ended.
      const holds = pool.holdsOf(this.lanes[k].life.row);
      return this.lanes[k].state === "fenced" && holds.some((hold) => hold === 1);
    });
    equal(
      pool.freeInBitmap(),
      SLOTS - held.reduce((sum, { slots }) => sum + slots, 0),
      `${held.length} hold slots: ${this.#describe()}`,
    );
  }

  /** Describes each thread, as the session sees it and as it is. */
  #describe(): string {
    return this.lanes.map(({ name, life: { lane, generation }, state }, k) => {
      const { isHanging, hasEnded, steps } = this.threads[k];
      const truth = hasEnded ? "ended" : isHanging ? "hangs" : "runs";
      return `${name} ${lane}.${generation} ${state}, ${truth} at ${steps}`;
    }).join("; ");
  }

  edit(change: (edit: GraphEdit) => void): Promise<unknown> {
    return this.session.edit(() => this.#collect(change), EDIT_TIMEOUT_MS, 0);
  }

  #collect(change: (edit: GraphEdit) => void) {
    return collectEdit(this.topology, (type) => {
      throw new Error(type);
    }, change);
  }
}

const ACTS = [
  "tells",
  "crashes",
  "dies",
  "hangs",
  "come back",
  "add",
  "remove",
  "move",
  "replace",
  "pause",
  "resume",
  "configure",
  "restart",
] as const;

/** An event, the lane that it happens to, and the time without events after it. */
interface Act {
  readonly act: typeof ACTS[number];
  readonly lane: "a" | "b" | "c" | "d";
  readonly thenMs: number;
}

function doAct(world: World, { act, lane }: Act): void {
  const { session, topology } = world;
  const thread = world.newest(lane);
  const node = [...topology.nodes.values()].find((each) => each.lane === lane);
  switch (act) {
    case "tells":
    case "crashes":
      if (thread?.isHanging === false) thread.end(act);
      break;
    case "dies":
      // Another event may end a hanging thread.
      thread?.end(act);
      break;
    case "hangs":
      if (thread?.hasEnded === false) thread.hang();
      break;
    case "come back":
      for (const each of world.threads) if (each.init.name === lane) each.comeBack();
      break;
    case "add":
      world.wait(
        "add",
        world.edit((edit) => void edit.add(numberedSource(), { id: `on-${lane}`, lane, supervision: "disable" })),
      );
      break;
    case "remove":
      world.wait("remove", world.edit((edit) => edit.remove(`on-${lane}`)));
      break;
    case "move":
      world.wait("move", world.edit((edit) => void edit.replace("to", checkingSink(), { lane })));
      break;
    case "replace":
      world.wait("replace", world.edit((edit) => replaceInPlace(edit, node?.id)));
      break;
    case "pause":
      world.wait("pause", session.pause());
      break;
    case "resume":
      session.resume();
      break;
    case "configure":
      if (node !== undefined) world.wait("configure", session.configure(node, {}));
      break;
    case "restart":
      try {
        if (node !== undefined) session.restartStuck(node);
      } catch {
        // The node is disabled, or the run has ended.
      }
      break;
  }
}

/** Replaces a node by another of its type. */
function replaceInPlace(edit: GraphEdit, id: string | undefined): void {
  if (id === "to") edit.replace(id, checkingSink());
  else if (id !== undefined) edit.replace(id, numberedSource());
}

/** Runs `body` with scripted threads and clock, and without a log. */
async function staged(fates: readonly (Fate | undefined)[], body: (world: World) => Promise<void>): Promise<World> {
  const world = new World(fates);
  const { run } = LaneThread.prototype;
  LaneThread.prototype.run = function (make) {
    world.lanes.push(this);
    run.call(this, make);
  };
  FakeThread.world = world;
  world.clock.install();
  Object.assign(globalThis, { Worker: FakeThread });
  configureLog({ write: () => {} });
  try {
    await body(world);
  } finally {
    configureLog();
    Object.assign(globalThis, { setTimeout: realSetTimeout, clearTimeout, setInterval, clearInterval, Worker });
    Deno.unrefTimer = unrefTimer;
    LaneThread.prototype.run = run;
  }
  return world;
}

/** Runs a script. Every hanging thread comes back in the end if `allReturn` is set. */
function run(script: readonly Act[], fates: readonly (Fate | undefined)[], allReturn: boolean): Promise<World> {
  return staged(fates, async (world) => {
    const { session } = world;
    world.wait("start", session.start());
    let failure: Error | undefined;
    session.finished.catch((error) => failure = error);
    await world.pass(100);
    for (const act of script) {
      doAct(world, act);
      await world.pass(act.thenMs);
    }
    session.resume();
    if (allReturn) { for (const thread of world.threads) thread.comeBack(); }
    await world.pass(SETTLE_MS);
    if (session.summary === undefined) world.assertSettled();
    void session.stop().catch(() => {});
    await world.pass(SETTLE_MS);
    ok(session.summary !== undefined, "the run does not end");
    ok(failure?.message.startsWith("Internal error") !== true, `${failure?.message}`);
    for (const [k, lane] of world.lanes.entries()) {
      const over = ["gone", "closed", "fenced", ...(world.threads[k].hasHung ? ["held", "late"] : [])];
      ok(over.includes(lane.state), `lane ${lane.name} is ${lane.state} when the run is over`);
    }
  });
}

Deno.test("a thread that comes back after the session has answered for it gives back nothing that went to it again", async () => {
  // The thread applies a move late: before it takes the rest of the link, it has been silent for long.
  const script: readonly Act[] = [
    { act: "tells", lane: "b", thenMs: 0 },
    { act: "pause", lane: "a", thenMs: 0 },
    { act: "tells", lane: "a", thenMs: 3 },
    { act: "tells", lane: "d", thenMs: 13 },
    { act: "move", lane: "a", thenMs: 1_484 },
  ];
  await run(script, [undefined, undefined, undefined, { how: "hangs", step: 18 }], true);
});

Deno.test("a thread that comes back after the session has answered for it, before it is given up, gives away nothing", async () => {
  const script: readonly Act[] = [
    { act: "move", lane: "a", thenMs: 108 },
    { act: "come back", lane: "a", thenMs: 293 },
    { act: "move", lane: "a", thenMs: 0 },
    { act: "move", lane: "d", thenMs: 0 },
    { act: "move", lane: "a", thenMs: 0 },
    { act: "move", lane: "a", thenMs: 1_500 },
  ];
  await run(script, [{ how: "hangs", step: 23 }, { how: "dies", step: 3 }], true);
});

/** All actions of lanes. */
const EVERYTHING: readonly Act[] = [
  { act: "add", lane: "c", thenMs: 20 },
  { act: "configure", lane: "a", thenMs: 5 },
  { act: "pause", lane: "a", thenMs: 10 },
  { act: "resume", lane: "a", thenMs: 10 },
  { act: "add", lane: "a", thenMs: 20 },
  { act: "dies", lane: "b", thenMs: 700 },
  { act: "replace", lane: "b", thenMs: 20 },
  { act: "move", lane: "a", thenMs: 20 },
  { act: "move", lane: "b", thenMs: 20 },
  { act: "remove", lane: "c", thenMs: 20 },
  { act: "add", lane: "c", thenMs: 20 },
  { act: "hangs", lane: "a", thenMs: 2_500 },
  { act: "come back", lane: "a", thenMs: 50 },
  { act: "remove", lane: "a", thenMs: 20 },
  { act: "hangs", lane: "c", thenMs: 5 },
  { act: "remove", lane: "c", thenMs: 18_000 },
  { act: "dies", lane: "c", thenMs: 2_000 },
  { act: "pause", lane: "a", thenMs: 0 },
  { act: "dies", lane: "b", thenMs: 6_000 },
];

for (const how of ["tells", "crashes", "dies", "hangs"] as const) {
  Deno.test(`a lane that ${how} at any step leaves every other one at work, and is given back once`, async () => {
    const { threads } = await run(EVERYTHING, [], false);
    const most = threads.map(({ steps }) => steps);
    ok(most.length >= 6 && most[0] > 10, `${most}`);
    for (const [k, steps] of most.entries()) {
      for (let step = (k + how.length) % STRIDE; step < steps; step += STRIDE) {
        const fates: (Fate | undefined)[] = Array.from({ length: k }, () => undefined);
        await run(EVERYTHING, [...fates, { how, step }], step % 2 === 0).catch((error) => {
          throw new Error(`thread ${k}, step ${step}: ${error.message}`, { cause: error });
        });
      }
    }
  });
}

Deno.test("lanes that die, hang, are late and come back, whatever is done meanwhile, are known for what they are", async () => {
  const act = fc.record({
    act: fc.constantFrom(...ACTS),
    lane: fc.constantFrom("a", "b", "c", "d"),
    thenMs: fc.oneof(fc.nat(20), fc.nat(3_000), fc.nat(12_000)),
  });
  const fate = fc.option(
    fc.record({ how: fc.constantFrom("tells", "crashes", "dies", "hangs"), step: fc.nat(20) }),
    { nil: undefined, freq: 3 },
  );
  await fc.assert(
    fc.asyncProperty(
      fc.array(act, { minLength: 3, maxLength: 14 }),
      fc.array(fate, { maxLength: 6 }),
      fc.boolean(),
      async (script, fates, allReturn) => {
        await run(script as Act[], fates as (Fate | undefined)[], allReturn);
      },
    ),
  );
});
