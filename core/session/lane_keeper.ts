/**
 * Replaces worker lanes that have ended, or whose thread a node keeps. A fresh thread takes the lane's place: first
 * with empty places for its nodes, so that their links are there; then each node is restarted or disabled as was chosen
 * for it. Rings that lead to other lanes stay, with the frames in them; what was inside the lane is counted as lost.
 *
 * A thread that does not end cannot be stopped: its slots and rings are set aside, it is refused from then on, and
 * while a node keeps it the process can only end by `Deno.exit()` or a signal.
 *
 * @module
 */
import { LANE, NODE } from "../../ffi/layout.gen.ts";
import { index32 } from "../element_index.ts";
import type { ControlPage } from "../control_page.ts";
import type { Driver } from "../driver/driver.ts";
import { serializeError } from "../errors.ts";
import type { EventBus } from "../events/bus.ts";
import type { NodeStates } from "../events/node_states.ts";
import { orderedNodes } from "../graph/order.ts";
import type { LanePort } from "../lanes/lane_port.ts";
import type { LinkPlan } from "../links/link.ts";
import { callOf } from "../live/edit_errors.ts";
import { emptyWork, type LaneWork } from "../live/lane_work.ts";
import type { LiveEdits } from "../live/live_edits.ts";
import { drainRing } from "../live/drain_ring.ts";
import type { LinkPlans } from "../live/link_plans.ts";
import { logger } from "../log.ts";
import type { Pool } from "../memory/pool.ts";
import { countLaneLost, isLaneDead, type LaneLife, noteDeath, reclaimLane } from "../memory/reclaim.ts";
import { readLanePulse, readLinkCounters } from "../stats.ts";
import type { NodeEntry, Topology } from "../topology.ts";
import type { NodeFailures } from "./node_failures.ts";
import type { SessionLanes } from "./session_lanes.ts";
import type { Supervisor } from "./supervisor.ts";

/** How long a thread that is told to end may take, milliseconds: one that a node keeps, and any other. */
const STUCK_END_TIMEOUT_MS = 1_000;
const END_TIMEOUT_MS = 5_000;

/** Time between two looks at whether it has, milliseconds. */
const LOOK_EVERY_MS = 5;

/** How long the other lanes may take to make ready for the new thread, milliseconds. */
const REPLACE_TIMEOUT_MS = 10_000;

/** Looks at a link that is at work, at most, until two find the same. */
const STABLE_LOOKS = 100;

/** What replacing lanes asks of the session. */
export interface KeeperSite {
  readonly topology: Topology;
  readonly driver: Driver;
  readonly events: EventBus;
  readonly states: NodeStates;
  readonly lanes: SessionLanes;
  readonly supervisor: Supervisor;
  readonly failures: NodeFailures;
  page(): ControlPage;
  pools(): readonly Pool[];
  plans(): LinkPlans;
  edits(): LiveEdits;
  /** Starts a lane's thread anew, with no nodes, and lets it run. */
  reopen(lane: LanePort): Promise<void>;
  endRun(error: Error): void;
}

type Ring = NonNullable<LinkPlan["ring"]>;
type Swap = Parameters<Parameters<LiveEdits["alone"]>[0]>[0];

/** See the module. */
export class LaneKeeper {
  readonly #site: KeeperSite;
  /** Lanes that are to be replaced, until they are. */
  readonly #lost = new Map<number, Error>();
  /** Those of them whose thread a node keeps. */
  readonly #stuck = new Set<number>();
  /** Those of them that no node of theirs was the cause of. */
  readonly #blameless = new Set<number>();
  #fenced = 0;
  #begun = false;
  #ended = false;

  constructor(site: KeeperSite) {
    this.#site = site;
  }

  /** Threads that were given up and may still run. */
  get fenced(): number {
    return this.#fenced;
  }

  /** Lanes, late ones too, whose thread is known to have ended and that have no other one yet. */
  get dead(): readonly number[] {
    const { ports, late } = this.#site.lanes;
    const page = this.#site.page();
    const dead = [...ports, ...late].filter((lane) => lane.hasEnded || isLaneDead(page, this.#lifeOf(lane.index)));
    return dead.map(({ index }) => index);
  }

  /** Whether any lane is being replaced. */
  get replaces(): boolean {
    return this.#lost.size > 0;
  }

  /** Whether a lane is being replaced. */
  isLost(lane: number): boolean {
    return this.#lost.has(lane);
  }

  /** The graph runs: lanes that were lost by now are replaced. */
  begin(): void {
    this.#begun = true;
    for (const lane of this.#lost.keys()) this.#schedule(lane);
  }

  /** The run is over. */
  end(): void {
    this.#ended = true;
  }

  /**
   * A lane runs no node any more, or must not.
   *
   * @param cause `ended`: its thread has, and the `error` event is out; `stuck`: a node keeps the thread; `draft`: one
   * does that an edit was to make ready; `gone`: one that an edit has taken out; `asked`: somebody wants it so, whatever
   * was chosen for the nodes' failures. Of those three the nodes that ran there are not to blame; a lane on which `gone`
   * has left none is ended, not replaced
   * @returns whether it is replaced; if not, the run has to end
   */
  take(index: number, error: Error, cause: "ended" | "stuck" | "draft" | "gone" | "asked" = "ended"): boolean {
    if (this.#lost.has(index)) {
      this.#site.edits().laneLost(index, error);
      return true;
    }
    const { lanes, states, supervisor, failures, topology } = this.#site;
    const port = lanes.at(index);
    const nodes = this.#nodesOf(index);
    const open = nodes.filter(({ id }) => states.get(id) !== "ended" && !supervisor.isDown(id));
    if (this.#ended || port?.kind !== "worker" || (cause === "gone" && nodes.length === 0)) return false;
    const judged = open.length === 0 ? nodes : open;
    // A thread that was given up goes on using its processor: only those who chose that for a node get another one.
    const chosen = (node: NodeEntry) => cause === "stuck" ? node.supervision ?? "fail" : topology.supervisionOf(node);
    if (cause !== "asked" && judged.some((node) => chosen(node) === "fail")) return false;
    this.#lost.set(index, error);
    if (cause !== "ended") this.#stuck.add(index);
    const isBlameless = cause === "draft" || cause === "gone" || cause === "asked";
    if (isBlameless) this.#blameless.add(index);
    for (const { id } of open) {
      supervisor.suspend(id);
      states.set(id, "failed");
    }
    failures.tell(isBlameless ? [] : open, error, cause === "ended");
    if (this.#begun) this.#schedule(index);
    return true;
  }

  /** Ends a lane that runs no node any more. Its index is free once its thread has ended. */
  async close(port: LanePort): Promise<void> {
    const { page, lanes } = this.#site;
    const { index } = port;
    // Its row is asked for before its index is free: that of the same number may be a thread's that was given up.
    const life = this.#lifeOf(index);
    const closed = () => {
      // It has said that it uses its slots no more, though its thread may still be on its way out; or that has ended.
      noteDeath(page(), life);
      this.#reclaim(life);
      this.#forget(index);
    };
    if (await lanes.end(port, () => isLaneDead(page(), life))) closed();
    else if (!this.#ended && !this.#lost.has(index)) this.#goOnWithout(port, closed);
  }

  /** The call that keeps a lane from its end, as far as it is known. */
  keptBy({ index }: LanePort): string {
    const { lanes, edits } = this.#site;
    const page = this.#site.page();
    const { currentNode } = readLanePulse(page, index);
    const leaving = edits().leaving.filter(({ lane }) => lane === index);
    const called = leaving.find(({ node }) => node.index === currentNode);
    if (called !== undefined) return `${called.call} of ${this.#nameGone(called.node)}`;
    const drafted = edits().drafted.filter(({ lane }) => lanes.indexOf(lane) === index);
    const nodes = [...this.#nodesOf(index), ...drafted];
    const current = nodes.find((node) => node.index === currentNode);
    if (current !== undefined) return `a call of "${current.id}"`;
    const calls = leaving.map(({ node, call }) => `${callOf(page, node.index) ?? call} of ${this.#nameGone(node)}`);
    if (calls.length > 0) return calls.join(" or ");
    if (nodes.length > 0) return `a call of ${nodes.map(({ id }) => `"${id}"`).join(" or ")}`;
    return "a call of a node that an edit was to make ready";
  }

  /** A node that an edit has taken out: another one may have its id. */
  #nameGone({ id }: NodeEntry): string {
    return this.#site.topology.nodes.has(id) ? `the former "${id}"` : `"${id}"`;
  }

  /** The graph can be edited again, also with other nodes on a lane of that name. */
  #goOnWithout(port: LanePort, closed: () => void): void {
    this.#site.lanes.goOnWithout(port, closed);
    const message =
      `Lane "${port.name}" has no node any more and does not end: ${this.keptBy(port)} has not returned; ` +
      "what it holds is set aside until it does";
    this.#site.events.publish({ group: "lane", lane: port.name, kind: "warning", message });
    logger("runtime").warn(message);
  }

  /** A lane is no more, or has another thread. */
  #forget(index: number): void {
    this.#lost.delete(index);
    this.#stuck.delete(index);
    this.#blameless.delete(index);
    this.#site.edits().laneBack(index);
  }

  /** The thread that a lane has now. */
  #lifeOf(lane: number): LaneLife {
    const { lanes } = this.#site;
    return { lane, generation: lanes.generationOf(lane), row: lanes.rowOf(lane) };
  }

  #reclaim(life: LaneLife): void {
    for (const pool of this.#site.pools()) {
      reclaimLane(pool, this.#site.page(), life);
      pool.flushMagazine();
    }
  }

  #schedule(index: number): void {
    const { edits, endRun } = this.#site;
    edits().laneLost(index, this.#lost.get(index)!);
    edits().alone(async (swap) => {
      // Meanwhile it may have been ended, since no node was left on it.
      if (this.#ended || !this.#lost.has(index)) return;
      await this.#replace(index, swap);
    }).catch((error) => {
      if (!this.#ended) endRun(error);
    });
  }

  async #replace(index: number, swap: Swap): Promise<void> {
    const { lanes, events, states, supervisor } = this.#site;
    const error = this.#lost.get(index)!;
    const old = lanes.at(index)!;
    const hasEnded = await this.#endThread(old);
    if (this.#ended) return;
    // One that ends just now may have been first: then it leaves what it holds to others.
    const isDead = hasEnded || !noteDeath(this.#site.page(), this.#lifeOf(index));
    const nodes = this.#nodesOf(index);
    for (const node of nodes) this.#site.failures.count(node);
    if (isDead) this.#reclaim(this.#lifeOf(index));
    else this.#giveUp(old, nodes, error);
    // What it did when it was lost it does no more, also where nothing takes its place.
    for (const { index: at } of nodes) clearPulse(this.#site.page(), at);
    if (isDead && nodes.length === 0) {
      lanes.free(old);
      this.#forget(index);
      return;
    }
    const port = lanes.replace(index);
    await this.#site.reopen(port);
    this.#site.edits().laneBack(index);
    const { work, abandoned } = this.#plan(index, nodes, isDead);
    await this.#swapTogether(index, work, swap);
    const again = this.#site.edits().lossOf(index);
    if (again !== undefined) throw again;
    for (const ring of abandoned) drainRing(this.#site.driver.openReader(ring), this.#site.pools());
    this.#settleNative(index);
    this.#lost.delete(index);
    const generation = lanes.threadsOf(index);
    events.publish({ group: "lane", lane: port.name, kind: "replaced", generation, nodes: nodes.map(({ id }) => id) });
    logger("runtime").warn(`Replaced the thread of lane "${port.name}" (${generation}): ${error.message}`);
    for (const node of nodes) {
      if (states.get(node.id) === "ended" || supervisor.isDown(node.id)) {
        port.send({ kind: "disable", node: node.id, record: node.index });
      } else if (this.#blameless.has(index)) supervisor.revive(node.id, error);
      else supervisor.failed(node.id, error);
    }
    this.#blameless.delete(index);
  }

  /** Has the lanes swap; those that are lost as well are left out, and given their ends when they are replaced. */
  async #swapTogether(index: number, work: Map<number, LaneWork>, swap: Swap): Promise<void> {
    for (;;) {
      try {
        return await swap(work, REPLACE_TIMEOUT_MS);
      } catch (error) {
        // By this error only an edit is refused that is not in effect.
        const lost = [...work.keys()].find((lane) => lane !== index && this.#lost.get(lane) === error);
        if (this.#ended || lost === undefined) throw error;
        work.delete(lost);
      }
    }
  }

  /** @returns whether the thread is known to have ended */
  async #endThread(port: LanePort): Promise<boolean> {
    const { driver } = this.#site;
    const page = this.#site.page();
    const life = this.#lifeOf(port.index);
    // No thread to prove it: its worker has failed before it ran the lane.
    if (port.hasEnded) noteDeath(page, life);
    const limitMs = this.#stuck.delete(port.index) ? STUCK_END_TIMEOUT_MS : END_TIMEOUT_MS;
    const untilNs = driver.nowNs() + limitMs * 1e6;
    port.send({ kind: "leave" });
    while (!isLaneDead(page, life)) {
      if (driver.nowNs() > untilNs) return false;
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
    }
    return true;
  }

  /** From now on the old thread is refused, if it ever comes back. */
  #giveUp(port: LanePort, nodes: readonly NodeEntry[], error: Error): void {
    this.#site.lanes.setRowAside(port.index);
    const page = this.#site.page();
    Atomics.add(page.u32, index32(page.laneOffset(port.index) + LANE.generation), 1);
    this.#fenced++;
    const told = serializeError(error);
    const ids = nodes.map(({ id }) => id);
    this.#site.events.publish({ group: "lane", lane: port.name, kind: "fenced", error: told, nodes: ids });
    logger("runtime").error(
      `Gave up the thread of lane "${port.name}": a node keeps it, and nothing can end it; its slots are set aside, and ` +
        "it goes on until the node lets go of it, or Deno.exit() or a signal ends the process",
    );
  }

  /** Says what each lane has to do so that the links lead to and from the new thread. */
  #plan(
    index: number,
    nodes: readonly NodeEntry[],
    isDead: boolean,
  ): { readonly work: Map<number, LaneWork>; readonly abandoned: readonly Ring[] } {
    const { topology, lanes } = this.#site;
    const plans = this.#site.plans();
    const work = new Map<number, LaneWork>([[index, emptyWork()]]);
    const abandoned: Ring[] = [];
    const own = work.get(index)!;
    for (const node of nodes) {
      own.nodes.push({ ...lanes.plan(node), vacant: true });
      own.edit.insert.push({ node: node.id, replaces: false });
    }
    for (const link of topology.links.values()) {
      const ends = plans.ends(link);
      const inside = ends.find(({ lane }) => lane === index);
      if (inside === undefined) continue;
      const outside = ends.find(({ lane }) => lane !== index);
      if (outside === undefined) countLaneLost(this.#site.page(), link.index, 0);
      if (outside !== undefined && !isDead) {
        const ring = plans.renew(link)!;
        abandoned.push(ring);
        const peer = workOf(work, outside.lane);
        peer.edit.detach.push(outside.end);
        peer.edit.settle.push({ end: outside.end, kept: false });
      } else if (outside !== undefined && lanes.at(outside.lane)?.kind !== "native") {
        workOf(work, outside.lane).edit.settle.push({ end: outside.end, kept: true });
      }
      for (const { lane, end } of plans.ends(link)) {
        if (lane === index || !isDead) workOf(work, lane).edit.attach.push(end);
      }
    }
    return { work, abandoned };
  }

  /** Counts what went with a lane on links to native lanes, which are at work meanwhile. */
  #settleNative(index: number): void {
    const { topology, lanes, driver } = this.#site;
    const page = this.#site.page();
    for (const link of topology.links.values()) {
      const lanesOf = this.#site.plans().ends(link).map(({ lane }) => lane);
      const ring = this.#site.plans().ringOf(link);
      if (ring === undefined || !lanesOf.includes(index)) continue;
      if (!lanesOf.some((lane) => lanes.at(lane)?.kind === "native")) continue;
      const reader = driver.openReader(ring);
      let queued = -1;
      let before = NaN;
      for (let left = STABLE_LOOKS; left > 0; left--) {
        const available = reader.available();
        const counted = readLinkCounters(page, link.index, 0).queued;
        if (available === queued && counted === before) break;
        queued = available;
        before = counted;
      }
      countLaneLost(page, link.index, queued);
    }
  }

  #nodesOf(index: number): NodeEntry[] {
    const { lanes, topology } = this.#site;
    return orderedNodes(topology).filter(({ lane }) => lanes.indexOf(lane) === index);
  }
}

/** A node does nothing, waits for nothing and has nothing. */
function clearPulse(page: ControlPage, node: number): void {
  const at = page.nodeOffset(node);
  for (const field of [NODE.phase, NODE.blockedKind, NODE.blockedId, NODE.kept, NODE.inHand]) {
    page.u32[index32(at + field)] = 0;
  }
}

function workOf(work: Map<number, LaneWork>, lane: number): LaneWork {
  let own = work.get(lane);
  if (own === undefined) work.set(lane, own = emptyWork());
  return own;
}
