/**
 * Finds each node's activity from the control page alone. A node waits for work, for a link or a pool, or for a promise
 * of its own, or has not returned from a call for long.
 *
 * A running call holds its lane's thread, so the lane's rounds and the node's ticks do not advance: two looks at the
 * page show since when. If a lane is in the same round at two looks, the watch tells it to end the round with its tick.
 * The thread may also be held by work that a call has left behind, or that continues after it has awaited something:
 * then only the rounds show it, and the holder is one of the nodes that may have work under way. The watch asks no lane
 * and waits for none.
 *
 * @module
 */
import { BLOCKED, PHASE } from "../../../ffi/layout.gen.ts";
import type { LinkId, NodeId } from "../../ids.ts";
import { type NodeActivity, readLanePulse } from "../../stats.ts";
import { awaitedInput } from "../../graph/complete.ts";
import type { NodeEntry } from "../../graph/entries.ts";
import { isOver } from "../run_node.ts";
import type { LaneThread } from "../../lanes/ports/lane_thread.ts";
import type { Run } from "../run.ts";
import { type NodePulse, type PageSample, readNodePulse } from "./page_sample.ts";
import { standOf } from "./rounds.ts";

/** The extra time that a lane may keep the same round while an edit loads modules on it, nanoseconds. */
const LOADING_NS = 10_000_000_000;

/** A node that keeps its lane's thread. */
export interface StuckNode {
  readonly node: NodeEntry;
  readonly lane: LaneThread;
  /** How long it has kept the thread, at least, nanoseconds. */
  readonly forNs: number;
  readonly place: NodePlace;
}

/** The place of a node: in the graph, prepared for it by an edit, or removed from it by one. */
export type NodePlace = "graph" | "draft" | "gone";

/** Nodes that lanes call and that are not part of the graph. */
export interface Outsiders {
  readonly drafted: readonly NodeEntry[];
  readonly gone: readonly NodeEntry[];
}

/** A lane whose thread is kept while the lane is in no call: it is unknown which of several nodes keeps it. */
export interface KeptLane {
  readonly lane: LaneThread;
  /** How long the thread was kept, at least, nanoseconds. */
  readonly forNs: number;
  /**
   * Nodes that have awaited something in a call that is not over; if there are none, nodes that may have left a
   * callback.
   */
  readonly nodes: readonly NodeEntry[];
  readonly isCallback: boolean;
  /** The place of these nodes, if all have the same. */
  readonly place?: NodePlace;
}

/** The result of a look. */
export interface Kept {
  readonly stuck: readonly StuckNode[];
  readonly kept: readonly KeptLane[];
  /** Lanes that run a node in the same round as at the last look: their latest work may not be on the page. */
  readonly dwelling: readonly LaneThread[];
}

/** Finds each node's activity, and the nodes that keep their lanes. */
export class NodeWatch {
  readonly #run: Run;
  readonly #stuckAfterNs: (nodes: readonly NodeEntry[]) => number;
  /** By index of their records, in one version of the graph. */
  #links = new Map<number, LinkId>();
  #linksVersion = -1;
  /** Nodes outside the graph whose long calls were reported. */
  readonly #toldOutsiders = new WeakSet<NodeEntry>();
  /** The lanes of the last look. */
  #lanes: readonly LaneThread[] = [];
  /** Each node's wait at the last look, with its progress. */
  readonly #waits = new Map<NodeId, string>();
  /** The last reported activity of nodes that were blocked or stuck. */
  readonly #told = new Map<NodeId, NodeActivity>();

  /**
   * Watches the nodes of one run.
   *
   * @param stuckAfterNs how long a call of any of the given nodes may last, nanoseconds; `Infinity`: for ever
   */
  constructor(run: Run, stuckAfterNs: (nodes: readonly NodeEntry[]) => number) {
    this.#run = run;
    this.#stuckAfterNs = stuckAfterNs;
  }

  /**
   * Looks once, and publishes changes.
   *
   * @param now with a time that continues while the graph is paused
   * @param lanes all that have their lane's name
   * @returns nodes and lanes that are kept for too long
   */
  look(now: PageSample, lanes: readonly LaneThread[], outsiders: Outsiders): Kept {
    const { atNs: nowNs } = now;
    this.#lanes = lanes;
    const { nodes } = this.#run.topology;
    for (const lane of lanes) {
      // A node of the graph keeps a lane that is being replaced, which is not looked at.
      if (!isLookedAt(lane) && lane.call && nodes.get(lane.call.node.id) !== lane.call.node) lane.call = undefined;
    }
    const open = lanes.filter(isLookedAt);
    const dwelling = open.filter((lane) => this.#isDwelling(lane));
    const found = open.flatMap((lane) => this.#lookAt(lane, outsiders, nowNs));
    const stuck = found.flatMap((each) => "node" in each ? each : []);
    for (const { node, lane, forNs, place } of stuck) if (place !== "graph") this.#tellOutsider(node, lane, forNs);
    for (const [node, pulse] of now.nodes) this.#tellChange(node, pulse, stuck, nowNs);
    for (const known of [this.#waits, this.#told]) {
      for (const id of known.keys()) if (!nodes.has(id)) known.delete(id);
    }
    return { stuck, kept: found.flatMap((each) => "nodes" in each ? each : []), dwelling };
  }

  #isDwelling({ index, call }: LaneThread): boolean {
    const { rounds, currentNode } = readLanePulse(this.#run.page, index);
    return currentNode >= 0 && call?.rounds === rounds;
  }

  /** Publishes at once which of these nodes begin to wait for links, and which cease to. */
  tellWaits(nodes: Iterable<NodeEntry>, nowNs: number): void {
    for (const node of nodes) {
      const told = this.#told.get(node.id)?.kind;
      const waits = awaitedInput(this.#run.topology, node) !== undefined;
      if (waits || told === "waiting") this.#tellChange(node, this.#pulse(node), [], nowNs);
    }
  }

  /** Returns the activity of a node. @param nowNs the time of `pulse`, on the clock of the looks */
  activityOf(node: NodeEntry, nowNs: number, pulse: NodePulse = this.#pulse(node)): NodeActivity {
    // A node that an edit prepares in its place, or its removed predecessor, also keeps it from being run.
    const call = this.#lanes.find(({ name }) => name === node.lane)?.call;
    if (call?.node.id === node.id && this.#isLong(call.node, nowNs - call.sinceNs)) {
      return { kind: "stuck", forMs: Math.floor((nowNs - call.sinceNs) / 1e6) };
    }
    const { phase, blockedKind, blockedId } = pulse;
    const { pools, states, topology } = this.#run;
    if (blockedKind === BLOCKED.pool) return { kind: "blocked", on: "pool", name: pools[blockedId]?.name ?? "" };
    if (blockedKind === BLOCKED.link) {
      const name = this.#linkAt(blockedId);
      if (name !== undefined) return { kind: "blocked", on: "link", name };
    }
    if (phase === PHASE.await) return { kind: "awaiting" };
    const input = isOver(states.get(node.id)) ? undefined : awaitedInput(topology, node);
    if (input !== undefined) return { kind: "waiting", input };
    const lane = this.#lanes.find((each) => each.name === node.lane && isLookedAt(each));
    const isRun = lane !== undefined && readLanePulse(this.#run.page, lane.index).currentNode === node.index;
    return { kind: phase === PHASE.idle && !isRun ? "idle" : "running" };
  }

  /** Looks at a lane. @returns the holders of its thread, if any */
  #lookAt(lane: LaneThread, outsiders: Outsiders, nowNs: number): (StuckNode | KeptLane)[] {
    const { rounds, calls, currentNode } = readLanePulse(this.#run.page, lane.index);
    if (currentNode < 0) return this.#lookAtRest(lane, rounds, outsiders, nowNs);
    lane.stand = undefined;
    const nodes = [...this.#run.topology.nodes.values(), ...outsiders.drafted, ...outsiders.gone];
    const node = nodes.find(({ lane: name, index }) => name === lane.name && index === currentNode);
    const before = lane.call;
    if (node === undefined) {
      lane.call = undefined;
      return [];
    }
    const { phase, ticks } = this.#pulse(node);
    // TypeScript lanes count calls at once, native lanes count ticks.
    const signs = `${node.id} ${rounds} ${phase} ${calls} ${ticks}`;
    const isSame = before?.signs === signs && before.node === node;
    const sinceNs = isSame ? before.sinceNs : nowNs;
    lane.call = { node, signs, rounds, sinceNs };
    const forNs = nowNs - sinceNs;
    return isSame && this.#isLong(node, forNs) ? [{ node, lane, forNs, place: placeOf(node, outsiders) }] : [];
  }

  /** Looks, as `#lookAt()`, at a lane that is in no call. */
  #lookAtRest(
    lane: LaneThread,
    rounds: number,
    outsiders: Outsiders,
    nowNs: number,
  ): (StuckNode | KeptLane)[] {
    lane.call = undefined;
    const on = (nodes: Iterable<NodeEntry>) => [...nodes].filter((node) => node.lane === lane.name);
    const open = on(this.#run.topology.nodes.values()).filter(({ id }) => !isOver(this.#run.states.get(id)));
    const drafts = on(outsiders.drafted);
    // Native lanes call no JavaScript, and this thread looks, so main is not kept. A lane without nodes closes.
    if (lane.kind !== "worker" || open.length + drafts.length === 0) {
      lane.stand = undefined;
      return [];
    }
    // A removed node has no phase that shows its activity.
    const gone = on(outsiders.gone);
    const underWay = [...[...open, ...drafts].filter((node) => this.#isUnderWay(node)), ...gone];
    const isCallback = underWay.length === 0;
    const nodes = isCallback ? [...open, ...drafts] : underWay;
    const stuckAfterNs = this.#stuckAfterNs(nodes);
    lane.stand = standOf(lane.stand, rounds, nowNs, stuckAfterNs);
    const { stoodNs: forNs, isKept } = lane.stand;
    if (!isKept) return [];
    const isLoading = drafts.some((node) => !this.#isUnderWay(node));
    if (isLoading && forNs < stuckAfterNs + LOADING_NS) return [];
    const places = nodes.map((node) => placeOf(node, outsiders));
    if (nodes.length > 1) {
      return [{ lane, forNs, nodes, isCallback, ...(new Set(places).size === 1 && { place: places[0] }) }];
    }
    lane.call = { node: nodes[0], signs: "", rounds: -1, sinceNs: nowNs - forNs };
    return [{ lane, forNs, node: nodes[0], place: places[0] }];
  }

  /** True if a node has awaited something in a call that is not over. */
  #isUnderWay(node: NodeEntry): boolean {
    const { phase } = this.#pulse(node);
    return phase === PHASE.await || phase === PHASE.setup || phase === PHASE.flush;
  }

  #tellOutsider(node: NodeEntry, { name }: LaneThread, forNs: number): void {
    if (this.#toldOutsiders.has(node)) return;
    this.#toldOutsiders.add(node);
    this.#run.events.publish({ group: "node", nodeId: node.id, kind: "stuck", lane: name, forNs });
  }

  #linkAt(index: number): LinkId | undefined {
    const { version, links } = this.#run.topology;
    if (version !== this.#linksVersion) {
      this.#linksVersion = version;
      this.#links = new Map([...links.values()].map((link) => [link.index, link.id]));
    }
    return this.#links.get(index);
  }

  #pulse({ index }: NodeEntry): NodePulse {
    return readNodePulse(this.#run.page, index);
  }

  #isLong(node: NodeEntry, forNs: number): boolean {
    return forNs >= this.#stuckAfterNs([node]);
  }

  /**
   * Publishes that a node waits for a link, or is blocked or stuck, and the end of that. It is blocked or stuck once
   * two looks found it so without progress between them.
   */
  #tellChange(node: NodeEntry, pulse: NodePulse, stuck: readonly StuckNode[], nowNs: number): void {
    const { id } = node;
    const found = this.activityOf(node, nowNs, pulse);
    const waits = found.kind === "blocked" ? `${found.on} ${found.name} ${pulse.ticks}` : "";
    const isSteady = found.kind === "stuck" || found.kind === "waiting" ||
      (waits !== "" && this.#waits.get(id) === waits);
    if (waits === "") this.#waits.delete(id);
    else this.#waits.set(id, waits);
    const before = this.#told.get(id);
    const held = stuck.find((each) => each.node === node);
    // A node may also be stuck while it is set up anew, or torn down after a failure.
    const isOpen = this.#run.states.get(id) === "running" || (found.kind === "stuck" && held !== undefined);
    if (isSteady && isOpen) {
      if (before !== undefined && sameWait(before, found)) return;
      this.#told.set(id, found);
      this.#run.events.publish({ group: "node", nodeId: id, kind: "activity", activity: found });
      if (held === undefined) return;
      this.#run.events.publish({ group: "node", nodeId: id, kind: "stuck", lane: held.lane.name, forNs: held.forNs });
    } else if (before !== undefined && found.kind !== "stuck" && (found.kind !== "blocked" || !isOpen)) {
      this.#told.delete(id);
      this.#run.events.publish({ group: "node", nodeId: id, kind: "activity", activity: found });
    }
  }
}

/** True if a lane is looked at: a lane that is being replaced, or has closed, is not. */
function isLookedAt({ isOpen, is }: LaneThread): boolean {
  return isOpen && is.replaced !== true;
}

/** Returns the place of a node: an edit may have removed it since it was called. */
function placeOf(node: NodeEntry, { drafted, gone }: Outsiders): NodePlace {
  return gone.includes(node) ? "gone" : drafted.includes(node) ? "draft" : "graph";
}

function sameWait(a: NodeActivity, b: NodeActivity): boolean {
  if (a.kind === "waiting" && b.kind === "waiting") return a.input === b.input;
  return a.kind === b.kind && (a.kind !== "blocked" || b.kind !== "blocked" || (a.on === b.on && a.name === b.name));
}
