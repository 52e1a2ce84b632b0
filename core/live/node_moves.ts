/**
 * The part of an edit that takes nodes to other lanes. After the lanes concerned have prepared, the lanes that such
 * nodes leave hold them and say what they go on from (*yield*), and those that they go to are told (*arrive*). After
 * the commit each lane lets go of what it must, and once all have, the others take it up (*attach*).
 *
 * @module
 */
import { ENTRY } from "../../ffi/layout.gen.ts";
import { SluiceError } from "../errors.ts";
import type { NodeId } from "../ids.ts";
import { recall } from "../lanes/edits/loan.ts";
import type { LinkEndPlan, Loan, YieldedNode } from "../lanes/messages.ts";
import { countLaneLost } from "../memory/reclaim.ts";
import { type LinkMove, type LinkRest, mergeRests } from "../links/link_move.ts";
import type { LinkEntry, NodeEntry } from "../graph/entries.ts";
import type { Topology } from "../topology.ts";
import { type GraphChange, isOfOneType, type NodeChange } from "./graph_change.ts";
import type { EditSite } from "./edit_site.ts";
import { standstillIn } from "./standstill_in.ts";

/** What moving asks of the session. */
export type MoveSite = Pick<EditSite, "page" | "plans" | "lane" | "laneIndex" | "driver" | "pools">;

interface PlannedMove {
  readonly entry: LinkEntry;
  readonly move: LinkMove;
}

/** The moves of one edit. */
export class NodeMoves {
  readonly #site: MoveSite;
  readonly #nodes: readonly NodeChange[];
  readonly #anew: ReadonlySet<NodeId>;
  /**
   * Nodes that cannot be tried: the same edit changes their ports, their links or where these lead; or they have links
   * that carry data.
   */
  readonly #untried: ReadonlySet<NodeId>;
  /** What was lent for first ticks. */
  readonly #loans: Loan[] = [];
  readonly #links: PlannedMove[] = [];
  /** What lanes have let go of, by link. */
  readonly #rests = new Map<number, LinkRest>();
  /** Those of which a lane that has ended had an end that moves. */
  #broken: readonly PlannedMove[] = [];

  /**
   * @param feedback the links of the draft that close loops
   * @param anew nodes that take no state along
   * @throws {SluiceError} `Busy` for a native stage, and for a node that a link joins to one
   */
  constructor(
    site: MoveSite,
    { moved, linked, unlinked, ported }: GraphChange,
    draft: Topology,
    feedback: ReadonlySet<LinkEntry>,
    anew: ReadonlySet<NodeId> = new Set(),
  ) {
    this.#site = site;
    this.#anew = anew;
    this.#nodes = moved;
    this.#untried = new Set();
    if (moved.length === 0) return;
    const ends = [...linked, ...unlinked].flatMap(({ fromNode, toNode }) => [fromNode, toNode]);
    const gone = new Set(moved.map(({ after }) => after.id));
    const both = [...draft.links.values()].filter(({ fromNode, toNode }) => gone.has(fromNode) && gone.has(toNode))
      .flatMap(({ fromNode, toNode }) => [fromNode, toNode]);
    const data = [...draft.links.values()].filter(({ output }) => output.kind === "data")
      .flatMap(({ fromNode, toNode }) => [fromNode, toNode]);
    this.#untried = new Set([...ends, ...both, ...data, ...ported.map(({ id }) => id)]);
    for (const { before } of moved) refuseStage(before);
    const laneOf = (id: NodeId) => site.laneIndex(draft.node(id).lane);
    const links = new Set(moved.flatMap(({ after: { id } }) => [
      ...draft.connections.intoNode(id),
      ...draft.connections.fromNode(id),
    ]));
    const kept = [...links].filter((entry) => !linked.includes(entry));
    for (const entry of kept) this.#refuseNative(entry, draft);
    for (const entry of kept) {
      const move = site.plans.move(entry, feedback.has(entry), laneOf(entry.fromNode), laneOf(entry.toNode));
      this.#links.push({ entry, move });
    }
  }

  /** Whether no node moves. */
  get isEmpty(): boolean {
    return this.#nodes.length === 0;
  }

  /** The moves of links, each with the lanes that have its ends. */
  get links(): { readonly move: LinkMove; readonly lanes: ReadonlySet<number> }[] {
    return this.#links.map(({ move }) => ({ move, lanes: new Set([move.writer.from, move.reader.from]) }));
  }

  /**
   * Asks the lanes that nodes leave to hold them.
   *
   * @param trialMs how long a node that is also replaced may wait for its first tick; others are not tried
   * @param topology the graph as it runs
   * @param stateless nodes that take no state of those whose place they take
   * @returns the lanes that answer
   */
  askToYield(
    epoch: number,
    trialMs: number,
    topology: Topology,
    stateless: ReadonlySet<NodeId> = new Set(),
  ): number[] {
    const { lane } = this.#site;
    const standstill = standstillIn(topology, this.#nodes.map(({ before }) => before.id));
    const lanes = this.#lanesOf((node) => node.before);
    for (const index of lanes) {
      const nodes = this.#nodes.filter(({ before }) => this.#site.laneIndex(before.lane) === index);
      const links = this.#links.map(({ move }) => move)
        .filter(({ before, reader }) => before.ring === undefined && reader.from === index)
        .map(({ before }) => before);
      const ids = nodes.map(({ before }) => before.id);
      const anew = ids.filter((id) => this.#anew.has(id));
      const ending = ids.filter((id) => this.#anew.has(id) || stateless.has(id));
      const tries = nodes.filter((node) => isReplaced(node) && !this.#untried.has(node.before.id))
        .map(({ before }) => ({ node: before.id, waitMs: trialMs }));
      lane(index)!.send({ kind: "yield", epoch, nodes: ids, standstill, anew, ending, tries, links });
    }
    return lanes;
  }

  /** A lane has yielded nodes, and perhaps lent what they are tried with. */
  yielded(nodes: readonly YieldedNode[]): void {
    for (const { loan } of nodes) if (loan !== undefined) this.#loans.push(loan);
  }

  /** Tells the lanes that nodes go to what they go on from. @returns the lanes that answer */
  tellArrivals(epoch: number, yielded: readonly YieldedNode[]): number[] {
    const lanes = this.#lanesOf((node) => node.after);
    // Those that leave are held and have published: what their first ticks count there is added.
    for (const change of this.#nodes) this.#copyCounts(change);
    for (const index of lanes) {
      const here = this.#nodes.filter(({ after }) => this.#site.laneIndex(after.lane) === index);
      const nodes = yielded.filter(({ node }) => here.some(({ after }) => after.id === node));
      this.#site.lane(index)!.send({ kind: "arrive", epoch, nodes });
    }
    return lanes;
  }

  /** The edit takes place. */
  adopt(): void {
    for (const { entry, move } of this.#links) this.#site.plans.adopt(entry, move);
  }

  /** The edit does not take place. */
  drop(): void {
    // The lane that has lent it, or that it went to, may have ended.
    const pools = this.#site.pools();
    for (const loan of this.#loans) recall(loan, pools);
    for (const pool of pools) pool.flushMagazine();
    for (const { move } of this.#links) this.#site.plans.dropMove(move);
  }

  /**
   * The lanes have swapped.
   *
   * @param rests what they have let go of
   * @param applied the lanes: one that has ended before it swapped let go of nothing
   */
  letGo(rests: readonly LinkRest[], applied: ReadonlySet<number>): void {
    for (const rest of rests) this.#rests.set(rest.link, mergeRests(this.#rests.get(rest.link), rest));
    this.#broken = this.#links.filter(({ move: { writer, reader } }) =>
      [writer, reader].some(({ from, to }) => from !== to && !applied.has(from))
    );
  }

  /**
   * Counts what went with lanes that have ended before they let go of their ends of links: here, or by the lanes where
   * the other ends stay and are at work.
   *
   * @returns the lanes that answer
   */
  askToSettle(epoch: number): number[] {
    const { page, driver, lane } = this.#site;
    const byLane = new Map<number, LinkEndPlan[]>();
    for (const { move: { before, writer, reader } } of this.#broken) {
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
    for (const [index, ends] of byLane) lane(index)!.send({ kind: "settle", epoch, ends });
    return [...byLane.keys()];
  }

  /** Gives the lanes that nodes go to what the others have let go of. @returns the lanes that answer */
  attach(epoch: number): number[] {
    const { plans, lane } = this.#site;
    for (const { move } of this.#links) plans.rebind(move);
    // What a device drives has run until its lane swapped.
    for (const change of this.#nodes) {
      if (change.before.type.descriptor.mode === "external") this.#copyCounts(change);
    }
    const lanes = this.#lanesOf((node) => node.after);
    for (const index of lanes) {
      const moves = this.#links.map(({ move }) => move)
        .filter(({ writer, reader }) => writer.to === index || reader.to === index);
      const own = moves.flatMap(({ after }) => this.#rests.get(after.index) ?? []);
      lane(index)!.send({ kind: "attach", epoch, moves, rests: own });
    }
    return lanes;
  }

  /**
   * Frees what links had before, and the frames that were to go to lanes which have ended: they are counted when those
   * are replaced.
   *
   * @param attached lanes that have taken up what moved to them
   */
  finish(attached: ReadonlySet<number>): void {
    for (const { move } of this.#links) {
      if (!attached.has(move.reader.to)) this.#release(this.#rests.get(move.after.index)?.entries ?? []);
      this.#site.plans.finishMove(move);
    }
  }

  #copyCounts(change: NodeChange): void {
    if (isOfOneType(change)) this.#site.page.copyCounts(change.before.index, change.after.index);
  }

  #release(entries: readonly number[]): void {
    const pools = this.#site.pools();
    for (const entry of entries) {
      pools[(entry >>> ENTRY.poolShift) & ENTRY.poolMask].releaseForeign(entry & ENTRY.slotMask);
    }
    for (const pool of pools) pool.flushMagazine();
  }

  #lanesOf(which: (node: NodeChange) => NodeEntry): number[] {
    return [...new Set(this.#nodes.map((node) => this.#site.laneIndex(which(node).lane)))];
  }

  #refuseNative({ fromNode, toNode }: LinkEntry, draft: Topology): void {
    const native = [fromNode, toNode].map((id) => draft.node(id)).find(({ type }) => type.descriptor.lane === "native");
    if (native === undefined) return;
    const moved = native.id === fromNode ? toNode : fromNode;
    throw new SluiceError(
      "Busy",
      `Cannot move node "${moved}" to another lane while the graph runs: a link joins it to "${native.id}" on native ` +
        `lane "${native.lane}"; stop the graph first, or put a node between them`,
      { nodeId: moved },
    );
  }
}

/**
 * Whether another instance was asked for, and not only another lane: that may be of the same type and configuration.
 */
function isReplaced({ before, after }: NodeChange): boolean {
  return before.incarnation !== after.incarnation;
}

function refuseStage({ id, type: { descriptor } }: NodeEntry): void {
  if (descriptor.lane !== "native") return;
  throw new SluiceError(
    "Busy",
    `Cannot move node "${id}" (${descriptor.type}) to another lane while the graph runs: it is a native stage; stop the ` +
      "graph first",
    { nodeId: id },
  );
}
