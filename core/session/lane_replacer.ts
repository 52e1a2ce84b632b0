/**
 * Replaces worker lanes that have ended, or whose thread a node keeps. A new thread takes the lane's place, first with
 * vacant places for its nodes, so that their links exist; then each node is restarted or disabled by its supervision.
 * Rings that lead to other lanes stay, with the frames in them; frames inside the lane count as lost.
 *
 * A thread that does not end cannot be stopped: its slots and rings are quarantined, and the session refuses its later
 * reports. While a node keeps it, the process can only end by `Deno.exit()` or a signal.
 *
 * @module
 */
import { LANE, NODE } from "../../ffi/layout.gen.ts";
import { index32 } from "../element_index.ts";
import type { ControlPage } from "../control_page.ts";
import { serializeError, SluiceError } from "../errors.ts";
import { orderedNodes } from "../graph/order.ts";
import type { LinkPlan } from "../links/link.ts";
import { withDeadline } from "../live/replies.ts";
import { emptyWork, type LaneWork, workOf } from "../live/lane_work.ts";
import type { LiveEdits } from "../live/live_edits.ts";
import { drainRing } from "../live/drain_ring.ts";
import { logger } from "../log.ts";
import { countLaneLost, noteDeath, reclaimLane } from "../memory/reclaim.ts";
import { readLinkCounters } from "../stats.ts";
import { failureNumber } from "../events/run_events.ts";
import type { LaneThread, LossCause } from "../lanes/ports/lane_thread.ts";
import type { Run } from "./run.ts";
import type { RunNode } from "./run_node.ts";
import type { Supervisor } from "./supervisor.ts";

/** How long a thread may take to end when told to, milliseconds: one that a node keeps, and any other. */
const STUCK_END_TIMEOUT_MS = 1_000;
const END_TIMEOUT_MS = 5_000;

/** Time between two checks for the end of a thread, milliseconds. */
const LOOK_EVERY_MS = 5;

/** How long the new thread may take to start, and the other lanes to prepare for it, milliseconds. */
const REPLACE_TIMEOUT_MS = 10_000;

/** The most looks at a link in use until two looks find the same counts. */
const STABLE_LOOKS = 100;

type Ring = NonNullable<LinkPlan["ring"]>;
type Apply = Parameters<Parameters<LiveEdits["betweenEdits"]>[0]>[0];

/** Gives lost lanes another thread. */
export class LaneReplacer {
  readonly #run: Run;
  readonly #supervisor: Supervisor;
  #gaveUp = false;
  #begun = false;
  #ended = false;

  constructor(run: Run, supervisor: Supervisor) {
    this.#run = run;
    this.#supervisor = supervisor;
  }

  /** True if any thread was given up: it may still run. */
  get gaveUp(): boolean {
    return this.#gaveUp;
  }

  /** True if any lane is being replaced. */
  get replaces(): boolean {
    return this.#run.lanes.all.some(({ is }) => is.replaced);
  }

  /** Begins with the graph: replaces the lanes that were lost before. */
  begin(): void {
    this.#begun = true;
    for (const lane of this.#run.lanes.all) if (lane.loss !== undefined) this.#schedule(lane);
  }

  /** Ends with the run. */
  end(): void {
    this.#ended = true;
  }

  /**
   * Takes a lane that has stopped running its nodes, or must stop.
   *
   * @param cause of the loss: for `draft`, `gone` and `asked` the nodes of the lane are not to blame; a lane that
   * `gone` leaves without nodes is ended, not replaced
   * @returns whether the lane is replaced, or ends by itself; if not, the run has to end
   */
  take(lane: LaneThread, error: Error, cause: LossCause = "ended"): boolean {
    if (lane.is.replaced) return this.#takeAgain(lane, error, cause);
    if (lane.state === "ending") return cause === "ended";
    const { topology } = this.#run;
    const nodes = this.#nodesOf(lane);
    const open = nodes.filter((node) => node.stage !== "ended" && !node.isDown);
    if (this.#ended || lane.kind !== "worker" || (cause === "gone" && nodes.length === 0)) return false;
    const judged = open.length === 0 ? nodes : open;
    // A thread that was given up keeps using its processor, so the supervision of a stuck node itself must ask for
    // another thread.
    const chosen = ({ entry }: RunNode) =>
      cause === "stuck" ? entry.supervision ?? "fail" : topology.supervisionOf(entry);
    if (cause !== "asked" && judged.some((node) => chosen(node) === "fail")) return false;
    for (const node of open) node.meet("suspended");
    lane.lose({ error, cause });
    this.#run.nodes.tellFailure(isBlameless(cause) ? [] : open, error, cause === "ended");
    if (this.#begun) this.#schedule(lane);
    return true;
  }

  /** Gives back the slots of a thread that has gone, once. */
  giveBack({ life }: LaneThread): void {
    // The thread has reported that it no longer uses its slots, though it may not have ended yet; or it has ended.
    noteDeath(this.#run.page, life);
    for (const pool of this.#run.pools) {
      reclaimLane(pool, this.#run.page, life);
      pool.flushMagazine();
    }
  }

  /** Takes a lane that is lost again during its replacement. If its new thread has ended, that ends the run. */
  #takeAgain(lane: LaneThread, error: Error, cause: LossCause): boolean {
    if (cause !== "ended" || this.#ended || lane.refuseOpening(error)) return true;
    if (lane.state === "joining") lane.lose({ error, cause });
    return true;
  }

  #schedule(lane: LaneThread): void {
    const { edits, end } = this.#run;
    edits!.betweenEdits((apply) => this.#replace(lane, apply)).catch((error) => {
      if (!this.#ended) end(error);
    });
  }

  async #replace(old: LaneThread, apply: Apply): Promise<void> {
    if (this.#ended) return;
    const { error, cause } = old.loss!;
    const hasEnded = await this.#endThread(old, cause);
    if (this.#ended) return;
    // A thread that ends at this moment may note its own death first: then others reclaim its slots.
    const isDead = hasEnded || !noteDeath(this.#run.page, old.life);
    const nodes = this.#nodesOf(old);
    for (const node of nodes) {
      node.countFailures(this.#run.page);
      // The node stopped when the lane was lost, even if no node takes its place.
      clearPulse(this.#run.page, node.entry.index);
    }
    if (isDead) old.free();
    else this.#giveUp(old, nodes, error);
    if (isDead && nodes.length === 0) return;
    const lane = this.#run.lanes.replace(old);
    await withDeadline(this.#run.startEmptyLane(lane), REPLACE_TIMEOUT_MS, () => notReplaced(lane));
    const { work, abandoned } = this.#plan(lane.index, nodes, isDead);
    await this.#applyTogether(lane, work, apply);
    if (this.#ended) return;
    if (lane.loss !== undefined) throw lane.loss.error;
    for (const ring of abandoned) drainRing(this.#run.driver.openReader(ring), this.#run.pools);
    this.#countNativeLoss(lane.index);
    lane.joined();
    this.#goOn(lane, nodes, error, isBlameless(cause));
  }

  /** Starts the nodes of a lane on its new thread, each by its supervision. */
  #goOn(lane: LaneThread, nodes: readonly RunNode[], error: Error, blameless: boolean): void {
    const { events } = this.#run;
    const { name, ordinal: generation } = lane;
    events.publish({ group: "lane", lane: name, kind: "replaced", generation, nodes: nodes.map(({ id }) => id) });
    logger("runtime").warn(`Replaced the thread of lane "${name}" (${generation}): ${error.message}`, {
      failure: failureNumber(error),
    });
    for (const node of nodes) {
      if (node.stage === "ended" || node.isDown) {
        lane.send({ kind: "disable", node: node.id, record: node.entry.index });
      } else if (blameless) this.#supervisor.revive(node, error);
      else this.#supervisor.failed(node.id, error);
    }
  }

  /** Has the lanes apply the work. Lost lanes are left out, and get their ends when they are replaced. */
  async #applyTogether(lane: LaneThread, work: Map<number, LaneWork>, apply: Apply): Promise<void> {
    for (;;) {
      try {
        return await apply(work, REPLACE_TIMEOUT_MS);
      } catch (error) {
        // Only an edit that is not in effect is refused with this error.
        const isLost = (index: number) => this.#run.lanes.at(index)?.loss?.error === error;
        const lost = [...work.keys()].find((index) => index !== lane.index && isLost(index));
        if (this.#ended || lost === undefined) throw error;
        work.delete(lost);
      }
    }
  }

  /** Ends the old thread. @returns whether the thread is known to have ended */
  async #endThread(lane: LaneThread, cause: LossCause): Promise<boolean> {
    const run = this.#run;
    const untilNs = run.driver.nowNs() + (cause === "ended" ? END_TIMEOUT_MS : STUCK_END_TIMEOUT_MS) * 1e6;
    lane.send({ kind: "endThread" });
    while (!lane.isDead(run.page)) {
      if (run.driver.nowNs() > untilNs) return false;
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
    }
    return true;
  }

  /** Gives the old thread up: its later reports are refused. */
  #giveUp(lane: LaneThread, nodes: readonly RunNode[], error: Error): void {
    const page = this.#run.page;
    Atomics.add(page.u32, index32(page.laneOffset(lane.index) + LANE.generation), 1);
    this.#gaveUp = true;
    lane.fence();
    const told = serializeError(error);
    const ids = nodes.map(({ id }) => id);
    this.#run.events.publish({ group: "lane", lane: lane.name, kind: "fenced", error: told, nodes: ids });
    logger("runtime").error(
      `Gave up the thread of lane "${lane.name}": a node keeps it, and nothing can end it; its slots are set aside, and ` +
        "it goes on until the node returns, or Deno.exit() or a signal ends the process",
    );
  }

  /** Plans each lane's work so that the links lead to and from the new thread. */
  #plan(
    index: number,
    nodes: readonly RunNode[],
    isDead: boolean,
  ): { readonly work: Map<number, LaneWork>; readonly abandoned: readonly Ring[] } {
    const { topology, lanes } = this.#run;
    const plans = this.#run.plans!;
    const work = new Map<number, LaneWork>([[index, emptyWork()]]);
    const abandoned: Ring[] = [];
    const own = work.get(index)!;
    for (const node of nodes) own.nodes.push({ ...lanes.plans.plan(node.entry), vacant: true });
    for (const link of topology.links.values()) {
      const ends = plans.ends(link);
      const inside = ends.find(({ lane }) => lane === index);
      if (inside === undefined) continue;
      const outside = ends.find(({ lane }) => lane !== index);
      if (outside === undefined) countLaneLost(this.#run.page, link.index, 0);
      if (outside !== undefined && !isDead) {
        const ring = plans.renew(link)!;
        abandoned.push(ring);
        const peer = workOf(work, outside.lane);
        peer.edit.detach.push(outside.end);
        peer.edit.lost.push({ end: outside.end, kept: false });
      } else if (outside !== undefined && lanes.at(outside.lane)?.kind !== "native") {
        workOf(work, outside.lane).edit.lost.push({ end: outside.end, kept: true });
      }
      for (const { lane, end } of plans.ends(link)) {
        if (lane === index || !isDead) workOf(work, lane).edit.attach.push(end);
      }
    }
    return { work, abandoned };
  }

  /** Counts the frames lost with a lane on links to native lanes, which use these links meanwhile. */
  #countNativeLoss(index: number): void {
    const { topology, lanes, driver } = this.#run;
    const page = this.#run.page;
    for (const link of topology.links.values()) {
      const lanesOf = this.#run.plans!.ends(link).map(({ lane }) => lane);
      const ring = this.#run.plans!.ringOf(link);
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

  #nodesOf({ name }: LaneThread): RunNode[] {
    return this.#run.nodes.of(orderedNodes(this.#run.topology).filter(({ lane }) => lane === name));
  }
}

function notReplaced({ name }: LaneThread): SluiceError {
  const message = `Lane "${name}" was lost, and the thread in its place did not start within ${REPLACE_TIMEOUT_MS} ms`;
  return new SluiceError("Timeout", message);
}

/** True if the nodes of a lane that was lost for this cause are not to blame. */
function isBlameless(cause: LossCause): boolean {
  return cause === "draft" || cause === "gone" || cause === "asked";
}

/** Clears a node's record of its activity, its wait and its kept frames. */
function clearPulse(page: ControlPage, node: number): void {
  const at = page.nodeOffset(node);
  for (const field of [NODE.phase, NODE.blockedKind, NODE.blockedId, NODE.kept, NODE.inHand]) {
    page.u32[index32(at + field)] = 0;
  }
}
