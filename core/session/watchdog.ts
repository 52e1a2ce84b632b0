/**
 * Finds events that lanes cannot report themselves, from the control page alone: that a graph has come to a stop in
 * which every lane waits for another, and which nodes were lost with a thread that has ended.
 *
 * @module
 */
import { BLOCKED, LANE, NODE, PHASE } from "../../ffi/layout.gen.ts";
import { index32 } from "../element_index.ts";
import { type ControlPage, LANE_STATE } from "../control_page.ts";
import { SluiceError } from "../errors.ts";
import type { NodeId } from "../ids.ts";
import { type NodeState, readLinkCounters, readNodeCounters } from "../stats.ts";
import { awaitedInput } from "../graph/complete.ts";
import type { LinkEntry, NodeEntry } from "../graph/entries.ts";
import type { Topology } from "../topology.ts";
import { describeKept, keptFrames } from "./kept_frames.ts";
import { stopAdvice, waitAdvice } from "./stop_advice.ts";

/** Looks in a row that must find the graph at a stop, and the least time between two of them, nanoseconds. */
const LOOKS = 2;
const BETWEEN_LOOKS_NS = 250_000_000;

/** States of nodes that have not ended: a node that is restarted dies with its lane as well. */
const OPEN: ReadonlySet<NodeState | undefined> = new Set<NodeState>(["running", "failed", "restarting"]);

/** The growth of links that resolved stops before. */
export interface Growth {
  /** Returns how many frames a link holds beyond its capacity. */
  extraOf(link: LinkEntry): number;
  /** Returns why it holds no more. */
  refusalOf(link: LinkEntry): string | undefined;
}

/** Finds a graph at a stop, and the nodes lost with a lane. */
export class Watchdog {
  readonly #topology: Topology;
  readonly #page: ControlPage;
  readonly #poolName: (index: number) => string;
  readonly #growth: Growth | undefined;
  #activity = -1;
  #quietLooks = 0;
  #lookedAtNs = -Infinity;
  #idleActivity = -1;
  #idleLooks = 0;

  /** @param poolName of a pool, by index */
  constructor(topology: Topology, page: ControlPage, poolName: (index: number) => string, growth?: Growth) {
    this.#growth = growth;
    this.#poolName = poolName;
    this.#topology = topology;
    this.#page = page;
  }

  /** Returns the error for a lane whose thread has ended unasked, if it ran nodes that have not ended. */
  lossOf({ name }: { readonly name: string }, states: ReadonlyMap<NodeId, NodeState>): SluiceError | undefined {
    const lost = [...this.#topology.nodes.values()].filter((node) =>
      node.lane === name && OPEN.has(states.get(node.id))
    );
    if (lost.length === 0) return undefined;
    const ran = quoteAll(lost.map(({ id }) => id));
    return new SluiceError("LaneCrashed", `Lane "${name}" ended unasked; it ran ${ran}`);
  }

  /**
   * Checks whether the graph has come to a stop. A look soon after the last one does not count: threads that were woken
   * may not have run yet on a busy machine.
   *
   * A live graph with a node that waits for a link is not at a stop: it is being built.
   *
   * @param lanes that have not closed
   * @param nowNs on a clock that never stops
   * @returns why, as an error that ends the run
   */
  stop(
    lanes: readonly { readonly index: number }[],
    states: ReadonlyMap<NodeId, NodeState>,
    nowNs: number,
  ): SluiceError | undefined {
    if (nowNs - this.#lookedAtNs < BETWEEN_LOOKS_NS) return undefined;
    this.#lookedAtNs = nowNs;
    const activity = this.#sumOfActivity();
    const quiet = activity === this.#activity &&
      ![...states.values()].some((state) => state === "restarting" || state === "failed") &&
      lanes.every(({ index }) => this.#isQuiet(index));
    this.#activity = activity;
    this.#quietLooks = quiet ? this.#quietLooks + 1 : 0;
    if (this.#quietLooks < LOOKS) return undefined;
    const open = [...this.#topology.nodes.values()].filter((node) => states.get(node.id) === "running");
    if (open.length === 0 || open.some((node) => awaitedInput(this.#topology, node) !== undefined)) return undefined;
    return this.#explainStop(open);
  }

  /**
   * True if several looks in a row found no work left, except on lanes whose thread a node keeps.
   *
   * @param lanes that have not closed
   * @param kept indices of the kept ones
   */
  isIdleExcept(lanes: readonly { readonly index: number }[], kept: ReadonlySet<number>): boolean {
    const activity = this.#sumOfActivity();
    const isIdle = kept.size > 0 && activity === this.#idleActivity &&
      lanes.every(({ index }) => kept.has(index) || this.#isQuiet(index));
    this.#idleActivity = activity;
    this.#idleLooks = isIdle ? this.#idleLooks + 1 : 0;
    return this.#idleLooks >= LOOKS;
  }

  /** Starts anew: something outside the graph keeps lanes from their work, so earlier looks do not count. */
  forget(): void {
    this.#quietLooks = 0;
  }

  /** True if a lane has nothing to do, and nothing is on its way to it. */
  #isQuiet(lane: number): boolean {
    return this.#laneField(lane, LANE.state) === LANE_STATE.quiet && this.#page.inboxEmpty(lane);
  }

  /** Returns a sum that changes whenever a node was run or a frame was moved. */
  #sumOfActivity(): number {
    let sum = 0;
    for (const node of this.#topology.nodes.values()) sum += readNodeCounters(this.#page, node.index).ticks;
    for (const link of this.#topology.links.values()) {
      const { written, read } = readLinkCounters(this.#page, link.index, 0);
      sum += written + read;
    }
    return sum;
  }

  #explainStop(open: readonly NodeEntry[]): SluiceError {
    const links = [...this.#topology.links.values()];
    const blocked = open.map((node) => ({ node, kind: this.#nodeField(node, NODE.blockedKind) }));
    const starved = blocked.find(({ kind }) => kind === BLOCKED.pool);
    if (starved !== undefined) return this.#explainStarved(starved.node);
    const full = this.#firstCause(blocked.filter(({ kind }) => kind === BLOCKED.link).map(({ node }) => node), links);
    if (full === undefined) {
      const ids = open.map((node) => node.id);
      return new SluiceError(
        "InvalidGraph",
        `The graph has come to a stop: ${quoteAll(ids)} did not end, and nothing is left to do`,
        { nodeId: ids[0] },
      );
    }
    const dry = links.filter((link) => link.toNode === full.toNode && this.#isDry(link));
    const refusal = this.#growth?.refusalOf(full);
    const waitsFor = dry.map((link) => `"${link.toNode}.${link.toPort}"`);
    return new SluiceError(
      "InvalidGraph",
      `The graph has come to a stop: the link from "${full.fromNode}.${full.fromPort}" to "${full.toNode}.${full.toPort}" ` +
        `is full with ${full.capacity + (this.#growth?.extraOf(full) ?? 0)} frames, and "${full.toNode}" ` +
        (waitsFor.length === 0 ? "does not read them" : `waits for ${waitsFor.join(" and ")}`) +
        `; ${refusal === undefined ? stopAdvice(this.#topology, full, dry) : `it cannot hold more: ${refusal}`}` +
        this.#waitAdvice(this.#topology.node(full.fromNode), "ready({ signal })"),
      { nodeId: full.toNode, port: full.toPort, linkId: full.id },
    );
  }

  #explainStarved(node: NodeEntry): SluiceError {
    const kept = keptFrames(this.#topology, this.#page);
    const waits = `node "${node.id}" waits for a free slot of pool "${
      this.#poolName(this.#nodeField(node, NODE.blockedId))
    }"`;
    return new SluiceError(
      "PoolExhausted",
      "The graph has come to a stop: " +
        (kept.length === 0 ? `${waits}, and no other node gives one back` : `${describeKept(kept)}, so that ${waits}`) +
        "; a node that calls retain() has to call release()" +
        this.#waitAdvice(node, "acquire(shape, { signal })"),
      { nodeId: kept[0]?.node ?? node.id },
    );
  }

  /**
   * Returns the full link that the others wait for: the one whose reader does not itself wait for a full link. If each
   * of them does, as on a loop, returns any of them.
   */
  #firstCause(writers: readonly NodeEntry[], links: readonly LinkEntry[]): LinkEntry | undefined {
    const full = writers.flatMap((node) =>
      links.filter((link) => link.index === this.#nodeField(node, NODE.blockedId))
    );
    return full.find((link) => !writers.some(({ id }) => id === link.toNode)) ?? full[0];
  }

  /** Returns advice for a node: one whose tick is not under way waits only to be ticked. */
  #waitAdvice(node: NodeEntry, call: string): string {
    return this.#nodeField(node, NODE.phase) === PHASE.await ? waitAdvice(node.id, call) : "";
  }

  #isDry(link: LinkEntry): boolean {
    return readLinkCounters(this.#page, link.index, 0).queued === 0 && !this.#page.isEos(link.index);
  }

  #laneField(lane: number, field: number): number {
    return Atomics.load(this.#page.u32, index32(this.#page.laneOffset(lane) + field));
  }

  #nodeField(node: NodeEntry, field: number): number {
    return this.#page.u32[index32(this.#page.nodeOffset(node.index) + field)];
  }
}

function quoteAll(ids: readonly string[]): string {
  return ids.map((id) => `"${id}"`).join(", ");
}
