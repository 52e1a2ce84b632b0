/**
 * Tells from the control page alone what each node is doing: whether it waits for something to do, for a link or a
 * pool, for a promise of its own, or has not returned from a call for long.
 *
 * A call under way holds its lane's thread, so that the lane's rounds stand still: what the page shows of them at two
 * looks says since when. No lane is asked, and none is waited for.
 *
 * @module
 */
import { BLOCKED, LANE, NODE, PHASE } from "../../ffi/layout.gen.ts";
import type { ControlPage } from "../control_page.ts";
import type { EventBus } from "../events/bus.ts";
import type { LinkId, NodeId } from "../ids.ts";
import type { LaneKind } from "../lanes/lane_options.ts";
import type { NodeActivity } from "../node_activity.ts";
import type { NodeState } from "../stats.ts";
import type { NodeEntry, Topology } from "../topology.ts";

/** A lane as it is looked at. */
export interface WatchedLane {
  readonly name: string;
  readonly index: number;
  readonly kind: LaneKind;
}

/** A node that keeps its lane's thread. */
export interface StuckNode {
  readonly node: NodeEntry;
  readonly lane: WatchedLane;
  /** How long it has kept it, at least, nanoseconds. */
  readonly forNs: number;
  readonly place: NodePlace;
}

/** Where a node stands: in the graph, made ready for it by an edit, or taken out of it by one. */
export type NodePlace = "graph" | "draft" | "gone";

/** Nodes that lanes call and that are no part of the graph. */
export interface Outsiders {
  readonly drafted: readonly NodeEntry[];
  readonly gone: readonly NodeEntry[];
}

/** A call that was under way at the last look. */
interface Call {
  readonly node: NodeEntry;
  /** The same as long as it is the same call. */
  readonly signs: string;
  readonly sinceNs: number;
}

/** See the module. */
export class NodeWatch {
  readonly #topology: Topology;
  readonly #page: ControlPage;
  readonly #events: EventBus;
  readonly #poolName: (index: number) => string;
  readonly #stuckAfterNs: number;
  /** By index of their records, as of a version of the graph. */
  #links = new Map<number, LinkId>();
  #linksVersion = -1;
  /** Nodes that are no part of the graph whose long calls were told. */
  readonly #toldOutsiders = new WeakSet<NodeEntry>();
  /** As of the last look. */
  #lanes: readonly WatchedLane[] = [];
  /** By lane. */
  readonly #calls = new Map<number, Call>();
  /** What each node waited for at the last look, and how far it was. */
  readonly #waits = new Map<NodeId, string>();
  /** What was told last, of nodes that were blocked or stuck. */
  readonly #told = new Map<NodeId, NodeActivity>();

  /**
   * @param poolName of a pool, by index
   * @param stuckAfterNs how long a call may last, nanoseconds; 0: for ever
   */
  constructor(
    topology: Topology,
    page: ControlPage,
    events: EventBus,
    poolName: (index: number) => string,
    stuckAfterNs: number,
  ) {
    this.#topology = topology;
    this.#page = page;
    this.#events = events;
    this.#poolName = poolName;
    this.#stuckAfterNs = stuckAfterNs;
  }

  /**
   * Looks once, and publishes what has changed.
   *
   * @param nowNs a clock that goes on while the graph is paused, nanoseconds
   * @returns nodes whose call lasts too long
   */
  look(
    lanes: readonly WatchedLane[],
    states: ReadonlyMap<NodeId, NodeState>,
    nowNs: number,
    outsiders: Outsiders = { drafted: [], gone: [] },
  ): StuckNode[] {
    this.#lanes = lanes;
    const { nodes } = this.#topology;
    for (const [index, { node }] of this.#calls) {
      // A lane that is being replaced is not looked at, and its node keeps it; one that is gone has none.
      if (nodes.get(node.id) !== node && lanes.every((lane) => lane.index !== index)) this.#calls.delete(index);
    }
    const stuck = lanes.flatMap((lane) => this.#lookAt(lane, outsiders, states, nowNs));
    for (const { node, lane, forNs, place } of stuck) if (place !== "graph") this.#tellOutsider(node, lane, forNs);
    for (const node of nodes.values()) this.#tellChange(node, stuck, states, nowNs);
    for (const known of [this.#waits, this.#told]) {
      for (const id of known.keys()) if (!nodes.has(id)) known.delete(id);
    }
    return stuck;
  }

  /** What a node is doing. @param nowNs as for `look()` */
  activityOf(node: NodeEntry, nowNs: number): NodeActivity {
    // What is made ready in its place, on its lane, keeps it from being run, and so does what was there before it.
    const call = [...this.#calls.values()].find(({ node: { id, lane } }) => id === node.id && lane === node.lane);
    if (call !== undefined && this.#isLong(nowNs - call.sinceNs)) {
      return { kind: "stuck", forMs: Math.floor((nowNs - call.sinceNs) / 1e6) };
    }
    const { phase, blockedKind, blockedId } = readPulse(this.#page, node.index);
    if (blockedKind === BLOCKED.pool) return { kind: "blocked", on: "pool", name: this.#poolName(blockedId) };
    if (blockedKind === BLOCKED.link) {
      const name = this.#linkAt(blockedId);
      if (name !== undefined) return { kind: "blocked", on: "link", name };
    }
    if (phase === PHASE.await) return { kind: "awaiting" };
    const lane = this.#lanes.find(({ name }) => name === node.lane);
    const isRun = lane !== undefined && readLanePulse(this.#page, lane.index).currentNode === node.index;
    return { kind: phase === PHASE.idle && !isRun ? "idle" : "running" };
  }

  #lookAt(
    lane: WatchedLane,
    { drafted, gone }: Outsiders,
    states: ReadonlyMap<NodeId, NodeState>,
    nowNs: number,
  ): StuckNode[] {
    const { rounds, currentNode } = readLanePulse(this.#page, lane.index);
    const nodes = [...this.#topology.nodes.values(), ...drafted, ...gone];
    const node = nodes.find((each) => this.#isInCall(each, lane, currentNode, states));
    const before = this.#calls.get(lane.index);
    if (node === undefined) {
      this.#calls.delete(lane.index);
      return [];
    }
    const { phase, sampledTicks } = readPulse(this.#page, node.index);
    const signs = `${node.id} ${rounds} ${phase} ${sampledTicks}`;
    const isSame = before?.signs === signs && before.node === node;
    const sinceNs = isSame ? before.sinceNs : nowNs;
    // An edit may have taken the node out since the last look.
    const place = gone.includes(node) ? "gone" : drafted.includes(node) ? "draft" : "graph";
    this.#calls.set(lane.index, { node, signs, sinceNs });
    const forNs = nowNs - sinceNs;
    return isSame && this.#isLong(forNs) ? [{ node, lane, forNs, place }] : [];
  }

  #tellOutsider(node: NodeEntry, { name }: WatchedLane, forNs: number): void {
    if (this.#toldOutsiders.has(node)) return;
    this.#toldOutsiders.add(node);
    this.#events.publish({ group: "node", nodeId: node.id, kind: "stuck", lane: name, forNs });
  }

  #linkAt(index: number): LinkId | undefined {
    const { version, links } = this.#topology;
    if (version !== this.#linksVersion) {
      this.#linksVersion = version;
      this.#links = new Map([...links.values()].map((link) => [link.index, link.id]));
    }
    return this.#links.get(index);
  }

  #isInCall(node: NodeEntry, { name }: WatchedLane, current: number, states: ReadonlyMap<NodeId, NodeState>): boolean {
    if (node.lane !== name) return false;
    if (current >= 0) return node.index === current;
    // Of a node that is set up while the lane runs: the rounds tell whether it holds the thread.
    return readPulse(this.#page, node.index).phase === PHASE.setup && states.get(node.id) !== "new";
  }

  #isLong(forNs: number): boolean {
    return this.#stuckAfterNs > 0 && forNs >= this.#stuckAfterNs;
  }

  /** Tells that a node is blocked or stuck once it is so at two looks with nothing done between, and that it is no more. */
  #tellChange(
    node: NodeEntry,
    stuck: readonly StuckNode[],
    states: ReadonlyMap<NodeId, NodeState>,
    nowNs: number,
  ): void {
    const { id } = node;
    const found = this.activityOf(node, nowNs);
    const waits = found.kind === "blocked"
      ? `${found.on} ${found.name} ${readPulse(this.#page, node.index).ticks}`
      : "";
    const isSteady = found.kind === "stuck" || (waits !== "" && this.#waits.get(id) === waits);
    if (waits === "") this.#waits.delete(id);
    else this.#waits.set(id, waits);
    const before = this.#told.get(id);
    const isOpen = states.get(id) === "running";
    if (isSteady && isOpen) {
      if (before !== undefined && sameWait(before, found)) return;
      this.#told.set(id, found);
      this.#events.publish({ group: "node", nodeId: id, kind: "activity", activity: found });
      const held = stuck.find((each) => each.node === node);
      if (held === undefined) return;
      this.#events.publish({ group: "node", nodeId: id, kind: "stuck", lane: held.lane.name, forNs: held.forNs });
    } else if (before !== undefined && (found.kind !== "blocked" || !isOpen)) {
      this.#told.delete(id);
      this.#events.publish({ group: "node", nodeId: id, kind: "activity", activity: found });
    }
  }
}

/** What a lane's record says of the call under way: all that is read of it, here. */
export function readLanePulse(
  page: ControlPage,
  index: number,
): { readonly rounds: number; /** Index of a node's record; -1: none. */ readonly currentNode: number } {
  const at = page.laneOffset(index);
  return {
    rounds: page.f64[(at + LANE.rounds) >> 3],
    currentNode: page.u32[(at + LANE.currentNode) >> 2] - 1,
  };
}

/** What a node's record says of what it does: all that is read of it, here. */
function readPulse(
  page: ControlPage,
  index: number,
): {
  readonly phase: number;
  readonly ticks: number;
  readonly sampledTicks: number;
  readonly blockedKind: number;
  readonly blockedId: number;
} {
  const at = page.nodeOffset(index);
  return {
    phase: page.u32[(at + NODE.phase) >> 2],
    ticks: page.f64[(at + NODE.ticks) >> 3],
    sampledTicks: page.f64[(at + NODE.sampledTicks) >> 3],
    blockedKind: page.u32[(at + NODE.blockedKind) >> 2],
    blockedId: page.u32[(at + NODE.blockedId) >> 2],
  };
}

function sameWait(a: NodeActivity, b: NodeActivity): boolean {
  return a.kind === b.kind && (a.kind !== "blocked" || b.kind !== "blocked" || (a.on === b.on && a.name === b.name));
}
