/**
 * The part of an edit in which other instances replace nodes, on the same lanes or on others. Once all lanes have
 * prepared, the nodes concerned are quiesced (*hand over*). Nodes that go to other lanes *offer* their state, which the
 * session passes on to these lanes, where their successors *accept* it. After the commit each lane detaches the links
 * that leave it; once all lanes have, the successors' lanes *attach* these links.
 *
 * @module
 */
import { orderedNodes } from "../graph/order.ts";
import { standstillOf } from "../lanes/edits/standstill.ts";
import { ENTRY, LINK } from "../../ffi/layout.gen.ts";
import { index64 } from "../element_index.ts";
import { SluiceError } from "../errors.ts";
import type { NodeId } from "../ids.ts";
import { claim, recall } from "../lanes/edits/loan.ts";
import type { Handover, LinkEndPlan, OfferedNode, Standstill } from "../lanes/messages.ts";
import { countLaneLost } from "../memory/reclaim.ts";
import { type LinkMove, type LinkRest, mergeRests } from "../links/link_move.ts";
import type { LinkEntry, NodeEntry } from "../graph/entries.ts";
import type { Topology } from "../topology.ts";
import { keepsState } from "../graph/supervision.ts";
import { type GraphChange, isOfOneType, type NodeChange } from "./graph_change.ts";
import { type EditExtras, type EditSite, isForeign } from "./edit_site.ts";

interface PlannedMove {
  readonly entry: LinkEntry;
  readonly move: LinkMove;
}

/** A node that goes to another lane, and the indices of both lanes. */
interface MovedNode {
  readonly change: NodeChange;
  readonly from: number;
  readonly to: number;
}

/** The handovers of one edit. */
export class Handovers {
  /** In the order in which lanes build the successors. */
  readonly all: readonly Handover[];
  readonly #site: EditSite;
  readonly #moved: readonly MovedNode[];
  readonly #links: readonly PlannedMove[];
  /** The offers of nodes that go to other lanes. */
  readonly #offers = new Map<NodeId, OfferedNode>();
  /** The rests of links that lanes have detached, by link. */
  readonly #rests = new Map<number, LinkRest>();
  /**
   * Who takes the rests for a lane, by lane: the lane, once, or this thread in its stead. A lane that has been silent
   * for long may still be at work later.
   */
  readonly #claims = new Map<number, { readonly claim: SharedArrayBuffer }>();
  /** Lanes in whose stead this thread has claimed the rests. */
  readonly #claimed = new Set<number>();
  #isDropped = false;
  #isAbandoned = false;

  /**
   * Plans the handovers of an edit.
   *
   * @param draft the graph after the edit
   * @param feedback the links of the draft that close loops
   * @param trialMs how long successors may wait for something to do in their trials
   * @throws {SluiceError} `Busy` for a native stage that a link joins to another one on the lane that it leaves or
   * comes to
   */
  constructor(
    site: EditSite,
    change: GraphChange,
    draft: Topology,
    feedback: ReadonlySet<LinkEntry>,
    extras: EditExtras,
    trialMs: number,
  ) {
    this.#site = site;
    const laneOf = ({ lane }: NodeEntry) => site.laneIndex(lane);
    this.#moved = change.moved.map((each) => ({ change: each, from: laneOf(each.before), to: laneOf(each.after) }));
    const kept = linksThatMove(change, draft);
    this.#links = kept.map((entry) => {
      const [writer, reader] = [entry.fromNode, entry.toNode].map((id) => laneOf(draft.node(id)));
      return { entry, move: site.plans.move(entry, feedback.has(entry), writer, reader) };
    });
    const untried = untriedNodes(change, kept);
    const succeed = (change: NodeChange): Handover => {
      const { before, after } = change;
      const isTried = before.incarnation !== after.incarnation && !untried.has(after.id) && !isNative(after);
      const isOther = isForeign(change, extras);
      // A native stage's state is bytes that another type does not know.
      const isUnknown = !isOfOneType(change) && (isNative(before) || isNative(after)) && before.lane !== after.lane;
      const keeps = keepsState(draft.supervisionOf(after)) && !isNative(before);
      const state = isOther || isUnknown || extras.anew?.has(after.id) ? "anew" : keeps ? "kept" : "carried";
      return {
        node: after.id,
        from: laneOf(before),
        to: laneOf(after),
        state,
        ...(isOther && extras.left !== undefined && { leavesState: true }),
        ...(isTried && { trialMs }),
      };
    };
    const restart = extras.restart ?? [];
    this.all = [
      ...[...change.moved, ...change.replaced].map(succeed),
      ...restart.map(({ node, carries }): Handover => {
        const lane = laneOf(node);
        return { node: node.id, from: lane, to: lane, state: carries ? "restart-carried" : "restart-fresh" };
      }),
    ];
  }

  /** Returns the moves of links, each with the lanes that have its ends. */
  get links(): { readonly move: LinkMove; readonly lanes: ReadonlySet<number> }[] {
    return this.#links.map(({ move }) => ({ move, lanes: new Set([move.writer.from, move.reader.from]) }));
  }

  /** Returns the lanes that nodes from other lanes come to. */
  get arrivalLanes(): ReadonlySet<number> {
    return new Set(this.#moved.map(({ to }) => to));
  }

  /**
   * Asks lanes to quiesce nodes and to hand over.
   *
   * @param lanes that have nodes of the standstill
   * @param stateless nodes that take no state from their predecessors
   */
  ask(epoch: number, lanes: Iterable<number>, standstill: Standstill, stateless: readonly NodeId[]): void {
    for (const lane of lanes) this.#site.lane(lane)!.send({ kind: "handOver", epoch, standstill, stateless });
  }

  /**
   * Takes offers for successors on other lanes, and passes them on once all offers for a lane have arrived.
   *
   * @returns nodes that were told to accept
   */
  offered(epoch: number, nodes: readonly OfferedNode[]): readonly NodeEntry[] {
    for (const each of nodes) this.#offers.set(each.node, each);
    if (this.#isDropped) {
      this.#recall();
      return [];
    }
    const names = new Set(nodes.map(({ node }) => node));
    const lanes = new Set(this.#moved.filter(({ change }) => names.has(change.after.id)).map(({ to }) => to));
    const told: NodeEntry[] = [];
    for (const lane of lanes) {
      const here = this.#moved.filter(({ to }) => to === lane).map(({ change }) => change);
      const offers = here.flatMap(({ after }) => this.#offers.get(after.id) ?? []);
      if (offers.length < here.length) continue;
      // Nodes that leave are held and have published: the counts of their successors' trials are added.
      for (const change of here) this.#copyCounts(change);
      this.#site.lane(lane)!.send({ kind: "accept", epoch, nodes: offers });
      told.push(...here.map(({ after }) => after));
    }
    return told;
  }

  /** Adopts the moves, because the edit takes place. */
  adopt(): void {
    for (const { entry, move } of this.#links) this.#site.plans.adopt(entry, move);
  }

  /** Drops the moves, because the edit does not take place. */
  drop(): void {
    this.#isDropped = true;
    this.#recall();
    for (const { move } of this.#links) this.#site.plans.dropMove(move);
  }

  /** Takes the rests of a lane that has applied the edit. @param rests of the links that it detached */
  noteRests(rests: readonly LinkRest[]): void {
    for (const rest of rests) this.#rests.set(rest.link, mergeRests(this.#rests.get(rest.link), rest));
    if (this.#isAbandoned) this.abandon();
  }

  /**
   * Counts the frames lost with lanes that have ended before they detached their ends of links: here, or by the lanes
   * where the other ends stay and are at work. The counts are exact only until the ends are attached elsewhere.
   *
   * @param applied the lanes that have applied the edit; a lane that ended before detached nothing
   * @returns the lanes that answer
   */
  countLost(epoch: number, applied: ReadonlySet<number>): number[] {
    const broken = this.#links.filter(({ move: { writer, reader } }) =>
      [writer, reader].some(({ from, to }) => from !== to && !applied.has(from))
    );
    const { memory: { page }, driver, lane } = this.#site;
    const byLane = new Map<number, LinkEndPlan[]>();
    for (const { move: { before, writer, reader } } of broken) {
      const stays = writer.from === writer.to ? writer : reader.from === reader.to ? reader : undefined;
      if (stays === undefined) {
        const inRing = before.ring === undefined ? 0 : driver.openReader(before.ring).available();
        countLaneLost(page, before.index, inRing + (this.#rests.get(before.index)?.entries.length ?? 0));
        continue;
      }
      const end: LinkEndPlan = stays === writer
        ? { link: before, end: "writer", otherLane: reader.from }
        : { link: before, end: "reader", otherLane: writer.from };
      byLane.set(stays.to, [...byLane.get(stays.to) ?? [], end]);
    }
    for (const [index, ends] of byLane) lane(index)!.send({ kind: "countLost", epoch, ends });
    return [...byLane.keys()];
  }

  /** Passes the rests of detached links on to the lanes that nodes go to. @returns the lanes that answer */
  attach(epoch: number): number[] {
    const { plans, lane } = this.#site;
    for (const { move } of this.#links) plans.rebind(move);
    // A device has driven its node until its lane committed.
    for (const { change } of this.#moved) {
      if (change.before.type.descriptor.mode === "external") this.#copyCounts(change);
    }
    const lanes = [...this.arrivalLanes];
    for (const index of lanes) {
      const moves = this.#links.map(({ move }) => move)
        .filter(({ writer, reader }) => writer.to === index || reader.to === index);
      const rests = moves.flatMap(({ after }) => this.#rests.get(after.index) ?? []);
      const claimed = { claim: new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT) };
      this.#claims.set(index, claimed);
      lane(index)!.send({ kind: "attach", epoch, ...claimed, moves, rests });
    }
    return lanes;
  }

  /**
   * Frees the old rings and bits of links, and the frames for lanes that have not taken them: these are counted when
   * the lanes are replaced.
   *
   * @param attached lanes that have attached their new ends
   */
  finish(attached: ReadonlySet<number>): void {
    for (const { move } of this.#links) {
      if (!attached.has(move.reader.to) && this.#isOurs(move.reader.to)) this.#release(this.#restOf(move));
      this.#site.plans.finishMove(move);
    }
  }

  /** Gives back and counts the frames that no lane has taken, because the run is over. */
  abandon(): void {
    this.#isAbandoned = true;
    const { page } = this.#site.memory;
    for (const { move } of this.#links) {
      const entries = this.#restOf(move);
      if (entries.length === 0 || !this.#isOurs(move.reader.to)) continue;
      this.#release(entries);
      page.f64[index64(page.linkOffset(move.after.index) + LINK.droppedLaneLost)] += entries.length;
    }
    this.#rests.clear();
  }

  /** Claims the rests for a lane. @returns whether they are this thread's, for good, and not the lane's */
  #isOurs(lane: number): boolean {
    const claimed = this.#claims.get(lane);
    if (claimed !== undefined && !this.#claimed.has(lane) && !claim(claimed)) return false;
    this.#claimed.add(lane);
    return true;
  }

  #restOf({ after }: LinkMove): readonly number[] {
    return this.#rests.get(after.index)?.entries ?? [];
  }

  #copyCounts(change: NodeChange): void {
    if (isOfOneType(change)) this.#site.memory.page.copyCounts(change.before.index, change.after.index);
  }

  /** Gives back the loans for trials: either lane of a loan may have ended. */
  #recall(): void {
    const { pools } = this.#site.memory;
    for (const { loan } of this.#offers.values()) if (loan !== undefined) recall(loan, pools);
    for (const pool of pools) pool.flushMagazine();
  }

  #release(entries: readonly number[]): void {
    const { pools } = this.#site.memory;
    for (const entry of entries) {
      pools[(entry >>> ENTRY.poolShift) & ENTRY.poolMask].releaseForeign(entry & ENTRY.slotMask);
    }
    for (const pool of pools) pool.flushMagazine();
  }
}

/**
 * Returns the links that stay and whose ends go to other lanes with their nodes.
 *
 * @throws {SluiceError} as the constructor of {@linkcode Handovers}
 */
function linksThatMove({ moved, linked }: GraphChange, draft: Topology): LinkEntry[] {
  const links = new Set(moved.flatMap(({ after: { id } }) => [
    ...draft.connections.intoNode(id),
    ...draft.connections.fromNode(id),
  ]));
  const kept = [...links].filter((entry) => !linked.includes(entry));
  for (const entry of kept) refuseNative(entry, moved, draft);
  return kept;
}

/**
 * Returns nodes that cannot be tried: the same edit changes their ports, their links or their neighbours; or they go to
 * another lane and have links that carry data.
 *
 * @param moves links whose ends go to other lanes
 */
function untriedNodes(
  { linked, unlinked, moved, ported }: GraphChange,
  moves: readonly LinkEntry[],
): ReadonlySet<NodeId> {
  const gone = new Set(moved.map(({ after }) => after.id));
  const untried = new Set(ported.map(({ id }) => id));
  for (const { fromNode, toNode } of [...linked, ...unlinked]) untried.add(fromNode).add(toNode);
  for (const { fromNode, toNode, output } of moves) {
    const isLent = output.kind !== "data" && !(gone.has(fromNode) && gone.has(toNode));
    for (const id of [fromNode, toNode]) if (!isLent || !gone.has(id)) untried.add(id);
  }
  return untried;
}

/** Refuses to part or join native stages on one lane by a move: their links have no ring. */
function refuseNative(entry: LinkEntry, moved: GraphChange["moved"], draft: Topology): void {
  const changes = [entry.fromNode, entry.toNode].map((id) => {
    const change = moved.find(({ after }) => after.id === id);
    return change ?? { before: draft.node(id), after: draft.node(id) };
  });
  for (const [side, place] of [["before", "leaves"], ["after", "comes to"]] as const) {
    const [writer, reader] = changes.map((change) => change[side]);
    if (writer.lane !== reader.lane || !isNative(writer)) continue;
    const [node, neighbour] = moved.some(({ after }) => after.id === writer.id) ? [writer, reader] : [reader, writer];
    throw new SluiceError(
      "Busy",
      `Cannot move node "${node.id}" (${node.type.descriptor.type}) to another lane while the graph runs: a link joins it ` +
        `to "${neighbour.id}" on native lane "${node.lane}", which it ${place}; stop the graph first, put a node of ` +
        "TypeScript between them, or remove it and add it on the other lane in one edit, where it begins anew",
      { nodeId: node.id },
    );
  }
}

function isNative({ type: { descriptor } }: NodeEntry): boolean {
  return descriptor.lane === "native";
}

/**
 * Returns the plan.
 *
 * @param topology the running graph, whose links ticks under way use
 * @param held nodes; native stages that stay on their lanes are left out, since their ticks do not wait
 * @param moved the held nodes that go to other lanes
 */
export function planStandstill(topology: Topology, held: Iterable<NodeId>, moved: ReadonlySet<NodeId>): Standstill {
  const ids = new Set(held);
  if (ids.size === 0) return standstillOf([]);
  // A single node needs no order.
  const ordered = ids.size === 1 ? [...ids].map((id) => topology.node(id)) : orderedNodes(topology);
  const nodes = ordered.filter(({ id, type }) => ids.has(id) && (type.descriptor.lane !== "native" || moved.has(id)));
  return standstillOf(nodes.map(({ id }) => id));
}
