/**
 * Changes a running graph, all or nothing, in these steps:
 *
 * - *plan*: checks a draft of the graph, and makes its rings and pools;
 * - *prepare*: each lane concerned builds its new nodes beside the old;
 * - *hand over*: nodes are quiesced, and their successors get their state and are tried;
 * - *commit*: one store of the epoch. Each lane *applies* the edit between two ticks, and reports that.
 *
 * Before the commit a failure leaves everything unchanged; after it the edit cannot be rolled back. Frames on links
 * that the edit does not name are not touched.
 *
 * @module
 */
import { CONTROL, LINK, NODE } from "../../ffi/layout.gen.ts";
import { index64 } from "../element_index.ts";
import { deserializeError, type SerializedError, serializeError, SluiceError } from "../errors.ts";
import { feedbackLinks } from "../graph/order.ts";
import type { NodeId } from "../ids.ts";
import type { LaneReport, OfferedNode, Standstill } from "../lanes/messages.ts";
import type { PoolToken } from "../memory/pool_layout.ts";
import type { LinkEntry, NodeEntry } from "../graph/entries.ts";
import type { Topology } from "../topology.ts";
import { ConfigChanges } from "./config_changes.ts";
import { drainRing } from "./drain_ring.ts";
import { tellEdit, tellRefused, tellStep } from "./edit_log.ts";
import { PendingNodes } from "./pending_nodes.ts";
import {
  cutOff,
  heldByItself,
  type KeptLanes,
  lanesBehind,
  lanesNotStarted,
  type LateLanes,
  lateLanes,
  notGone,
  partlyFailed,
  whatKeeps,
} from "./edit_errors.ts";
import { type DraftedEdit, type EditExtras, type EditSite, isForeign } from "./edit_site.ts";
import { assertKnownFormats, assertPossible, assertStillPossible, toldFormats } from "./edit_checks.ts";
import { compareGraphs, type GraphChange, isUnchanged, type NodeChange, quiescedBy } from "./graph_change.ts";
import { Handovers, planStandstill } from "./handovers.ts";
import { type LaneWork, shareWork } from "./lane_work.ts";
import { Replies, withDeadline } from "./replies.ts";
import { type LeavingNode, LeavingNodes } from "./leaving_nodes.ts";
import type { FeedbackChange } from "./link_plans.ts";
import { startAhead } from "./start_ahead.ts";
import { leaveOut, newTurn, type Turn } from "../lanes/edits/turn.ts";

/**
 * How long a lane may take to apply an edit that gives another lane its thread, or an earlier edit to end,
 * milliseconds.
 */
const APPLY_TIMEOUT_MS = 5_000;

/** How long removed nodes may take to flush and tear down, milliseconds. */
const REMOVE_TIMEOUT_MS = 10_000;

/** An edit that was begun. */
interface Edit {
  readonly epoch: number;
  /** The graph after the edit. */
  readonly draft: Topology;
  readonly extras: EditExtras;
  readonly timeoutMs: number;
  readonly trialMs: number;
  readonly change: GraphChange;
  /** Nodes that lanes build for the edit. */
  readonly fresh: readonly NodeEntry[];
  /** Links of the draft that close loops, and links that stay and begin or cease to. */
  readonly feedback: ReadonlySet<LinkEntry>;
  readonly feedbackChanges: readonly FeedbackChange[];
  /** Nodes that are quiesced for the edit. */
  readonly standstill: Standstill;
  /** Links that have got their rings. */
  readonly planned: LinkEntry[];
}

/**
 * Makes lanes apply work between two ticks, all or none.
 *
 * @param pools with slots that lanes do not know: if there are any, every lane has work
 */
export type Apply = (
  work: ReadonlyMap<number, LaneWork>,
  timeoutMs: number,
  pools?: readonly PoolToken[],
) => Promise<void>;

type Reply = Extract<LaneReport, { kind: "prepared" | "tried" | "applied" | "counted" | "attached" }>;

/** Makes the edits of one run, one after another. */
export class LiveEdits {
  readonly #site: EditSite;
  #epoch = 0;
  #queue: Promise<unknown> = Promise.resolve();
  #replies: Replies<number, Reply> | undefined;
  /** Handovers of the last edit. */
  #handovers: Handovers | undefined;
  /** Whether lanes apply the last prepared edit, by lane. */
  #turns: ReadonlyMap<number, Turn> = new Map();
  /** True while the session waits for lanes to apply the edit. */
  #applying = false;
  /** True once the running edit cannot be refused any more. */
  #committed = false;
  /** The work of the running edit, by lane, for all its steps. */
  #work: ReadonlyMap<number, LaneWork> = new Map();
  /** True until every lane has applied the last committed edit: no other edit can begin before. */
  #completing = false;
  /** Settles when every lane has applied it. */
  #completed: Promise<unknown> = Promise.resolve();
  #configured: ConfigChanges | undefined;
  /** Lanes that have themselves answered the last request. */
  readonly #answered = new Set<number>();
  readonly #pending = new PendingNodes();
  readonly #leaving: LeavingNodes;
  #underWay = 0;
  #ended = false;

  constructor(site: EditSite) {
    this.#site = site;
    this.#leaving = new LeavingNodes(site);
  }

  /** Nodes that lanes prepare or try, or were asked to and have not answered: they are not part of the graph yet. */
  get drafted(): readonly NodeEntry[] {
    return this.#pending.all;
  }

  /** Nodes that edits have removed or replaced and that lanes have not called for the last time. */
  get leaving(): readonly LeavingNode[] {
    return this.#leaving.all;
  }

  /**
   * Checks what is known before lanes are asked.
   *
   * @throws {SluiceError} the errors of {@linkcode assertPossible} and {@linkcode assertKnownFormats}
   */
  assertPossible(change: GraphChange, draft: Topology): void {
    assertPossible(this.#site, change, draft);
    assertKnownFormats(this.#site, change);
  }

  /** True while an edit is being made, or waits to be. */
  get underWay(): boolean {
    return this.#underWay > 0;
  }

  /**
   * Brings a draft into effect, after the edits before it.
   *
   * @param makeDraft makes the draft from the graph at that time
   * @param timeoutMs how long `setup()` and running ticks may take, before the commit and after it
   * @param trialMs how long a node that replaces another may wait for its first tick
   * @returns the result of `makeDraft`
   * @throws the error of `makeDraft`; the error of a node's `setup()`; `TypeMismatch` for formats; `PoolExhausted`;
   * `Timeout` if nodes or lanes were not ready in time; `Busy` if the graph has ended. The error of a failure after the
   * commit says that the edit is in effect
   */
  run<T>(makeDraft: () => DraftedEdit<T>, timeoutMs: number, trialMs = 0): Promise<T> {
    this.#underWay++;
    const done = this.#queue.then(async () => {
      try {
        const { draft, extras, result } = makeDraft();
        await this.#run(draft, extras, timeoutMs, trialMs);
        return result;
      } finally {
        if (--this.#underWay === 0) this.#site.settled();
      }
    });
    this.#queue = done.catch(() => {}).then(() => this.#endLanes()).catch(() => {});
    return done;
  }

  /**
   * Runs `body` alone, after the edits before it.
   *
   * @param body receives a function that makes lanes apply work between two ticks, all or none
   * @returns the result of `body`
   * @throws the error of `body`
   */
  betweenEdits<T>(
    body: (apply: Apply) => Promise<T>,
  ): Promise<T> {
    const done = this.#queue.then(() => withDeadline(this.#completed, APPLY_TIMEOUT_MS))
      .then(() => body((work, timeoutMs, pools = []) => this.#apply(work, timeoutMs, pools)));
    this.#queue = done.catch(() => {});
    return done;
  }

  /** Handles a lane that has ended: an edit that needs it is refused or, after its commit, continues without it. */
  laneLost(lane: number, error: Error): void {
    if (!this.#committed && this.#work.has(lane)) this.#replies?.refuse(error);
  }

  /** Stops waiting for a lane that has ended, or has not been heard of for long. */
  laneSilent(lane: number): void {
    if (this.#isLeftOut(lane)) this.#replies?.answer(lane, this.#nothing(lane));
    this.#leaving.lost(lane, this.#site.lane(lane)?.loss?.error);
  }

  /** Handles a lane whose thread was given up, or has gone. */
  laneGone(lane: number): void {
    this.#replies?.answer(lane, this.#nothing(lane));
    this.#leaving.lost(lane, this.#site.lane(lane)?.loss?.error);
    this.#pending.forget(lane);
    this.#leaving.removeOn(lane);
  }

  /** Handles a lane's answer. */
  report(lane: number, report: Reply | Extract<LaneReport, { kind: "offered" | "refused" | "tornDown" }>): void {
    const { kind } = report;
    if (kind === "prepared" || kind === "tried" || kind === "refused") this.#pending.answered(lane, report.epoch);
    if (report.kind === "tornDown") this.#leaving.remove(report.record, report.state);
    else if (report.epoch !== this.#epoch) return;
    else if (report.kind === "refused") this.#replies?.refuse(deserializeError(report.error));
    else if (report.kind === "offered") this.#offered(report.epoch, report.nodes);
    else {
      if (report.kind === "applied") {
        this.#handovers?.noteRests(report.rests);
        this.#leaving.takenOut(lane);
        this.#configured?.refuse(report.refused);
      }
      this.#answered.add(lane);
      this.#replies?.answer(lane, report);
    }
  }

  /** Refuses edits that are not in effect, because the graph is ending. An edit in effect ends with the lanes. */
  end(): void {
    this.#ended = true;
    if (!this.#committed) this.#replies?.refuse(cutOff(false));
  }

  /** Ends the running edit, after every lane has ended or the wait for it is over. */
  async over(): Promise<void> {
    this.#replies?.refuse(cutOff(this.#committed));
    this.#leaving.refuse(cutOff(true));
    for (const { index, loss } of this.#site.lanes()) if (loss !== undefined) this.laneGone(index);
    await this.#completed;
  }

  async #run(draft: Topology, extras: EditExtras, timeoutMs: number, trialMs: number): Promise<void> {
    const { plans, topology } = this.#site;
    if (this.#ended) throw new SluiceError("Busy", "Cannot edit the graph: it has ended");
    this.#assertNobodyBehind();
    const change = compareGraphs(topology, draft);
    if ([...extras.configure, ...extras.restart ?? []].length === 0 && isUnchanged(change)) {
      return this.#adoptWithoutLanes(draft, extras, change);
    }
    const feedback = feedbackLinks(draft);
    const edit: Edit = {
      epoch: ++this.#epoch,
      draft,
      extras,
      timeoutMs,
      trialMs,
      change,
      fresh: [...change.added, ...[...change.replaced, ...change.moved].map(({ after }) => after)],
      feedback,
      feedbackChanges: plans.feedbackChanges(draft.links, feedback),
      standstill: planStandstill(topology, quiescedBy(change), new Set(change.moved.map(({ before }) => before.id))),
      planned: [],
    };
    this.#committed = false;
    this.#handovers = undefined;
    this.#work = new Map();
    try {
      const tokens = await this.#plan(edit);
      tellStep(edit.epoch, "is planned");
      const prepared = await this.#prepare(edit, tokens);
      tellStep(edit.epoch, "is prepared");
      await this.#handOver(edit, prepared);
      this.#check(edit, prepared);
    } catch (error) {
      tellRefused(edit.epoch, error);
      this.#rollBack(edit);
      throw heldByItself(error, change);
    }
    await this.#commit(edit);
  }

  /** Adopts an edit of which lanes need to know nothing, such as of the places of nodes. */
  #adoptWithoutLanes(draft: Topology, extras: EditExtras, change: GraphChange): void {
    if (draft.changes().nodes.set.length === 0) return;
    this.#site.topology.adopt(draft);
    this.#site.edited(change, extras);
  }

  /** Makes lanes, records, rings and pools for the edit. @returns the pools that lanes do not know */
  async #plan(edit: Edit): Promise<readonly PoolToken[]> {
    const { draft, extras, change, fresh, feedback, planned, timeoutMs, trialMs } = edit;
    const { memory, plans } = this.#site;
    const { page } = memory;
    assertPossible(this.#site, change, draft);
    page.assertRoom(draft.records);
    await startAhead(fresh);
    if (this.#ended) throw cutOff(false);
    const tokens = memory.grow(draft, change);
    const late = new AbortController();
    const starting = this.#site.openLanes([...change.added, ...change.moved.map(({ after }) => after)], late.signal);
    await withDeadline(starting, timeoutMs, () => {
      late.abort();
      return lanesNotStarted(timeoutMs);
    });
    for (const { index } of fresh) page.clear(page.nodeOffset(index), NODE.size);
    for (const { index } of change.linked) page.clear(page.linkOffset(index), LINK.size);
    const laneOf = (id: NodeId) => this.#laneOf(draft.node(id));
    for (const link of change.linked) {
      plans.add(draft, link, feedback.has(link), laneOf(link.fromNode), laneOf(link.toNode));
      planned.push(link);
    }
    this.#handovers = new Handovers(this.#site, change, draft, feedback, extras, trialMs);
    this.#work = shareWork(this.#site, edit, this.#handovers, tokens.length > 0);
    return tokens;
  }

  /** Makes each lane concerned build its new nodes beside the old. @returns the answers of the lanes */
  #prepare({ epoch, fresh, standstill, timeoutMs }: Edit, tokens: readonly PoolToken[]): Promise<readonly Reply[]> {
    const prepared = this.#answers(this.#work.keys(), timeoutMs);
    this.#pending.ask(epoch, fresh, (node) => this.#laneOf(node));
    // A lane alone need not run its nodes on until other lanes have prepared.
    const isAlone = this.#work.size === 1 && standstill.nodes.length > 0;
    this.#sendPrepare(epoch, this.#work, tokens, isAlone ? standstill : undefined);
    return prepared;
  }

  /** Makes nodes hand over their state, and their successors try it. */
  async #handOver(
    { epoch, change: { replaced }, standstill, timeoutMs }: Edit,
    prepared: readonly Reply[],
  ): Promise<void> {
    if (this.#work.size === 1) return;
    const handovers = this.#handovers!;
    const lanes = new Set(standstill.nodes.map((id) => this.#laneOf(this.#site.topology.node(id))));
    const tried = this.#answers(new Set([...lanes, ...handovers.arrivalLanes]), timeoutMs);
    const here = replaced.map(({ after }) => after).filter((node) => lanes.has(this.#laneOf(node)));
    this.#pending.ask(epoch, here, (node) => this.#laneOf(node));
    const stateless = prepared.flatMap((reply) => reply.kind === "prepared" ? reply.stateless ?? [] : []);
    handovers.ask(epoch, lanes, standstill, stateless);
    await tried;
  }

  /** Passes the offers of nodes on to their successors on other lanes. */
  #offered(epoch: number, nodes: readonly OfferedNode[]): void {
    const told = this.#handovers?.offered(epoch, nodes) ?? [];
    this.#pending.ask(epoch, told, (node) => this.#laneOf(node));
  }

  /** @throws the error that keeps an edit from taking effect although every lane is ready */
  #check({ draft, extras, change }: Edit, prepared: readonly Reply[]): void {
    const known = (extras.restart ?? []).flatMap(({ node }) => draft.connections.fromNode(node.id));
    const formats = prepared.flatMap((reply) => reply.kind === "prepared" ? reply.formats : []);
    const told = toldFormats(this.#site, change.linked);
    this.#site.checkFormats([...told, ...formats], [...change.linked, ...known]);
    this.#assertRunning(this.#work.keys());
    assertStillPossible(this.#site, change);
  }

  /** Rolls the edit back: everything stays as it was. */
  #rollBack({ epoch, draft, fresh, planned }: Edit): void {
    const { plans, refused } = this.#site;
    this.#sendAbort(epoch);
    for (const link of planned) plans.remove(link);
    this.#handovers?.drop();
    refused(fresh);
    // Lanes may write to the records until they have answered.
    this.#pending.whenAnswered(epoch, () => draft.discard());
  }

  /** Brings the edit into effect, and waits for lanes and nodes to apply it, up to the time limit. */
  async #commit(edit: Edit): Promise<void> {
    const { change: { removed, moved, replaced, unlinked }, timeoutMs, extras } = edit;
    this.#committed = true;
    const hasPlaces = edit.draft.changes().nodes.set.length > 0;
    const onlyConfigures = extras.configure.length > 0 && isUnchanged(edit.change) && !hasPlaces;
    // The caller gets the states of nodes whose successors do not know them; native lanes report none.
    const isHeard = (change: NodeChange) =>
      extras.left !== undefined && isForeign(change, extras) &&
      this.#site.lane(this.#laneOf(change.before))?.kind !== "native";
    const [heard, others] = [replaced.filter(isHeard), replaced.filter((change) => !isHeard(change))];
    const departure = this.#leaving.addAll(
      [...removed, ...[...moved, ...heard].map(({ before }) => before)],
      extras.left,
    );
    const unheard = this.#leaving.addReplaced(others.map(({ before }) => before));
    this.#applying = true;
    const applying = this.#answers(this.#work.keys());
    this.#adopt(edit);
    const completing = this.#complete(applying, edit, this.#handovers!);
    this.#completed = completing.catch(() => {});
    const done = completing.then(async (failures) => {
      const unended = await departure.done;
      this.#site.topology.recycle(unheard, unlinked);
      return [...failures, ...unended];
    });
    // The work continues after the caller has stopped waiting.
    done.catch(() => {});
    await withDeadline(completing, timeoutMs, () => {
      this.#completed.then(() => this.betweenEdits(() => this.#endLanes())).catch(() => {});
      return this.#late(this.#replies!.waiting, timeoutMs);
    });
    const failures = await withDeadline(done, REMOVE_TIMEOUT_MS, () => notGone(departure.late, REMOVE_TIMEOUT_MS));
    if (failures.length > 0) throw partlyFailed(failures, onlyConfigures && this.#configured!.areRefused);
  }

  /** Adopts the edit for good: lanes see the epoch, and the graph becomes the draft. */
  #adopt({ epoch, draft, extras, change, feedbackChanges }: Edit): void {
    const { plans, topology } = this.#site;
    this.#showEpoch(epoch);
    topology.adopt(draft);
    this.#configured = new ConfigChanges(topology);
    this.#configured.make(extras.configure);
    plans.taken(change.linked, change.removed);
    this.#handovers!.adopt();
    for (const { link, closes } of feedbackChanges) plans.setFeedback(link, closes);
    this.#site.edited(change, extras);
    tellEdit(
      epoch,
      change,
      extras,
      () => [...this.#work.keys()].map((lane) => this.#site.lane(lane)?.name ?? `${lane}`),
    );
    extras.committed?.();
  }

  /**
   * Waits without limit until every lane has applied the edit and attached its new ends. Reports the last counts of
   * removed links, even if the run ends meanwhile.
   *
   * @returns the failures of nodes that could not take over a configuration, ports or a link
   */
  async #complete(
    applying: Promise<readonly Reply[]>,
    { epoch, change }: Edit,
    handovers: Handovers,
  ): Promise<SerializedError[]> {
    this.#completing = true;
    const { closed } = this.#site;
    // The counts of lanes that have not applied the edit are taken as they are.
    const replies = await applying.catch((error) => {
      handovers.abandon();
      closed(change.unlinked);
      throw error;
    });
    this.#applying = false;
    for (const link of change.unlinked) this.#clear(link);
    closed(change.unlinked);
    const applied = replies.flatMap((reply) => reply.kind === "applied" ? reply : []);
    if (handovers.arrivalLanes.size > 0) {
      try {
        await this.#answers(handovers.countLost(epoch, this.#answered));
        await this.#answers(handovers.attach(epoch));
      } catch (error) {
        handovers.abandon();
        throw error;
      }
      handovers.finish(this.#answered);
    }
    this.#completing = false;
    tellStep(epoch, "is applied by every lane");
    return applied.flatMap((reply) => reply.failures);
  }

  async #endLanes(): Promise<void> {
    if (!this.#ended && !this.#completing) await this.#site.endLanes();
  }

  /** Waits for the next answers of the lanes. @param limitMs how long; absent: for ever */
  #answers(lanes: Iterable<number>, limitMs?: number): Promise<readonly Reply[]> {
    const all = [...lanes];
    this.#assertRunning(this.#committed ? [] : all);
    this.#answered.clear();
    this.#replies = new Replies(all, limitMs, (late) => this.#late(late, limitMs ?? 0));
    for (const lane of all) if (this.#site.lane(lane)?.is.silent) this.laneSilent(lane);
    return this.#replies.all;
  }

  /** True if a silent lane does not take part in the request. A lane that is about to report does. */
  #isLeftOut(lane: number): boolean {
    const turn = this.#turns.get(lane);
    const { page } = this.#site.memory;
    return !this.#applying || turn === undefined || leaveOut(turn) || this.#site.lane(lane)?.isDead(page) !== false;
  }

  /** Returns the answer of a lane that has ended: its error, if a node kept it in a call of the edit. */
  #nothing(lane: number): Reply {
    const error = this.#site.lane(lane)?.loss?.error;
    const edit = this.#work.get(lane)?.edit;
    const called = [...edit?.ports ?? [], ...edit?.configure ?? []];
    const isKept = error instanceof SluiceError && called.some(({ node }) => node === error.nodeId);
    const failures = isKept ? [serializeError(error)] : [];
    return { kind: "applied", epoch: this.#epoch, failures, refused: [], rests: [] };
  }

  /**
   * @throws {SluiceError} `Busy` if the run has ended, even after lanes answered; the error of a lane that has ended
   */
  #assertRunning(lanes: Iterable<number>): void {
    if (this.#ended) throw cutOff(this.#committed);
    for (const lane of lanes) {
      const loss = this.#site.lane(lane)?.loss;
      if (loss !== undefined) throw loss.error;
    }
  }

  async #apply(...[work, timeoutMs, pools = []]: Parameters<Apply>): Promise<void> {
    this.#assertNobodyBehind();
    const epoch = ++this.#epoch;
    this.#committed = false;
    this.#work = work;
    try {
      const prepared = this.#answers(work.keys(), timeoutMs);
      this.#sendPrepare(epoch, work, pools);
      await prepared;
      this.#assertRunning(work.keys());
    } catch (error) {
      this.#sendAbort(epoch);
      throw error;
    }
    this.#committed = this.#applying = true;
    const applied = this.#answers(work.keys(), APPLY_TIMEOUT_MS);
    this.#showEpoch(epoch);
    await applied;
    this.#applying = false;
  }

  #sendPrepare(
    epoch: number,
    work: ReadonlyMap<number, LaneWork>,
    pools: readonly PoolToken[],
    handOver?: Standstill,
  ): void {
    const turns = new Map([...work.keys()].map((lane) => [lane, newTurn()]));
    this.#turns = turns;
    this.#applying = false;
    for (const [lane, each] of work) {
      const turn = turns.get(lane)!;
      this.#site.lane(lane)!.send({ kind: "prepare", epoch, ...each, pools, turn, ...(handOver && { handOver }) });
    }
  }

  #sendAbort(epoch: number): void {
    for (const lane of this.#work.keys()) this.#site.lane(lane)?.send({ kind: "abort", epoch });
  }

  /** Publishes the epoch, upon which lanes apply the edit. */
  #showEpoch(epoch: number): void {
    Atomics.store(this.#site.memory.page.u32, CONTROL.epoch >> 2, epoch);
    for (const lane of this.#work.keys()) this.#site.driver.ringBell(lane);
  }

  #laneOf({ lane }: NodeEntry): number {
    return this.#site.laneIndex(lane);
  }

  /** Counts the frames left on a removed link, and frees its ring. Both lanes have detached it. */
  #clear(link: LinkEntry): void {
    const { memory: { page }, driver, plans } = this.#site;
    const ring = plans.ringOf(link);
    if (ring !== undefined) {
      const dropped = drainRing(driver.openReader(ring), this.#site.memory.pools);
      page.f64[index64(page.linkOffset(link.index) + LINK.droppedUnlinked)] += dropped;
    }
    plans.remove(link);
  }

  #assertNobodyBehind(): void {
    if (!this.#completing) return;
    throw lanesBehind(this.#replies!.waiting.map((lane) => this.#site.lane(lane)?.name ?? ""));
  }

  /** Describes which nodes keep lanes that do not answer. */
  whatKeeps(lanes: readonly number[]): KeptLanes {
    return whatKeeps(this.#lateLanes(lanes), "process() or configChanged()");
  }

  #late(late: readonly number[], timeoutMs: number): SluiceError {
    return lateLanes(this.#lateLanes(late), timeoutMs, this.#committed);
  }

  #lateLanes(late: readonly number[]): LateLanes {
    const { memory: { page }, topology } = this.#site;
    const drafted = this.#committed ? [] : this.drafted;
    const lanes = late.map((index) => ({ index, name: this.#site.lane(index)?.name ?? "" }));
    return { page, lanes, drafted, nodes: topology.nodes.values(), leaving: this.leaving };
  }
}
