/**
 * Plans links for lanes: their rings, and the inbox bits by which their ends are woken.
 *
 * @module
 */
import type { ControlPage } from "../control_page.ts";
import type { Driver } from "../driver/driver.ts";
import type { LinkId, NodeId } from "../ids.ts";
import { FIRST_LINK_BIT } from "../lanes/inbox_bits.ts";
import type { LinkEndPlan } from "../lanes/messages.ts";
import type { LinkPlan } from "../links/link.ts";
import type { LinkMove } from "../links/link_move.ts";
import { evicts } from "../links/policy.ts";
import type { LinkEntry, NodeEntry } from "../graph/entries.ts";
import type { Topology } from "../topology.ts";

/** A link that stays, and begins or ceases to close a loop. */
export interface FeedbackChange {
  readonly link: LinkEntry;
  readonly closes: boolean;
}

/** The plan of a link, and the indices of the lanes that have its ends. */
interface PlannedLink {
  readonly plan: LinkPlan;
  readonly writer: number;
  readonly reader: number;
}

/** Plans the links of one run. */
export class LinkPlans {
  readonly #driver: Driver;
  readonly #page: ControlPage;
  readonly #plans = new Map<LinkEntry, PlannedLink>();
  /** Links whose plan marks them as closing a loop. */
  readonly #closing = new Set<LinkEntry>();
  /** Inputs of the graph that a link leads to, or has led to while it ran. */
  readonly #fed = new Map<NodeId, Set<string>>();
  /** By lane: bits that are free again, and the lowest unused one. */
  readonly #bits = new Map<number, { readonly free: number[]; next: number }>();

  constructor(driver: Driver, page: ControlPage) {
    this.#driver = driver;
    this.#page = page;
  }

  /**
   * Makes the plan of a link, and its ring if it leads from one lane to another.
   *
   * @param topology the graph with the link
   * @param writer index of the lane that writes
   * @param reader index of the lane that reads
   */
  add(topology: Topology, entry: LinkEntry, feedback: boolean, writer: number, reader: number): LinkPlan {
    const { id, index, policy, capacity, fromNode, fromPort, toNode, toPort, output: { kind } } = entry;
    const { schema, struct } = topology.carried.of(fromNode, fromPort, entry.output);
    const rejoins = this.#fed.get(toNode)?.has(toPort) === true;
    const ends = { fromNode, fromPort, toNode, toPort };
    const { sampleNs } = topology.node(toNode);
    const bare = { id, index, policy, capacity, kind, schema, struct, ...ends, feedback, rejoins, sampleNs };
    let plan: LinkPlan = { ...bare, readerBit: 0, writerBit: 0 };
    if (writer !== reader) {
      const linkOffset = this.#page.linkOffset(index);
      const ring = this.#driver.createRing({ capacity, evicts: evicts(policy), linkOffset });
      plan = { ...bare, ring, readerBit: this.#takeBit(reader), writerBit: this.#takeBit(writer) };
      this.#bind(plan, writer, reader);
    }
    this.#keep(entry, { plan, writer, reader });
    return plan;
  }

  /**
   * Makes the plan of a link whose ends go to other lanes. The plan takes effect in `adopt()`.
   *
   * @param feedback whether the link then closes a loop
   * @param writer index of the lane that will write
   * @param reader index of the lane that will read
   */
  move(entry: LinkEntry, feedback: boolean, writer: number, reader: number): LinkMove {
    const old = this.#plans.get(entry)!;
    const { ring: _, ...bare } = old.plan;
    let after: LinkPlan = { ...bare, feedback, readerBit: 0, writerBit: 0 };
    if (writer !== reader) {
      const { capacity, policy, ring: had } = old.plan;
      const linkOffset = this.#page.linkOffset(entry.index);
      const ring = had ?? this.#driver.createRing({ capacity, evicts: evicts(policy), linkOffset });
      const readerBit = had !== undefined && reader === old.reader ? old.plan.readerBit : this.#takeBit(reader);
      const writerBit = had !== undefined && writer === old.writer ? old.plan.writerBit : this.#takeBit(writer);
      after = { ...after, ring, readerBit, writerBit };
      if (had === undefined) this.#bind(after, writer, reader);
    }
    const ends = { writer: { from: old.writer, to: writer }, reader: { from: old.reader, to: reader } };
    return { before: old.plan, after, ...ends };
  }

  /** Notes which inputs have a link, at the start and after each edit: later links to them are not their first. */
  taken(linked: Iterable<LinkEntry>, removed: readonly NodeEntry[] = []): void {
    for (const { id } of removed) this.#fed.delete(id);
    for (const { toNode, toPort } of linked) {
      const ports = this.#fed.get(toNode);
      if (ports === undefined) this.#fed.set(toNode, new Set([toPort]));
      else ports.add(toPort);
    }
  }

  /** Returns the links whose plan differs from `feedback`, the set of links that close loops. */
  feedbackChanges(links: ReadonlyMap<LinkId, LinkEntry>, feedback: ReadonlySet<LinkEntry>): FeedbackChange[] {
    const closed = [...feedback].filter((link) => this.#plans.has(link) && !this.#closing.has(link));
    const opened = [...this.#closing].filter((link) => links.has(link.id) && !feedback.has(link));
    return [...closed.map((link) => ({ link, closes: true })), ...opened.map((link) => ({ link, closes: false }))];
  }

  /** Notes whether a link closes a loop. Call it before the reading lane is told. */
  setFeedback(entry: LinkEntry, feedback: boolean): void {
    const { plan, writer, reader } = this.#plans.get(entry)!;
    this.#keep(entry, { plan: { ...plan, feedback }, writer, reader });
  }

  /** Notes how many frames a link holds beyond its capacity. Call it after the reading lane was told. */
  grow(entry: LinkEntry, extra: number): void {
    const { plan, writer, reader } = this.#plans.get(entry)!;
    this.#keep(entry, { plan: { ...plan, extra }, writer, reader });
  }

  /** Gives the link its plan after the move. Call it before its lanes are told. */
  adopt(entry: LinkEntry, { after, writer, reader }: LinkMove): void {
    this.#keep(entry, { plan: after, writer: writer.to, reader: reader.to });
  }

  /** Directs signals to the new ends, after every lane has detached its ends. */
  rebind({ after, writer, reader }: LinkMove): void {
    if (after.ring !== undefined) this.#bind(after, writer.to, reader.to);
  }

  /** Frees the link's old ring and bits after a move. */
  finishMove({ before, after, writer, reader }: LinkMove): void {
    const keepsRing = after.ring !== undefined;
    this.#free(before, keepsRing, writer.from, writer.to, reader.from, reader.to);
  }

  /** Frees the ring and bits of a move that does not take place. */
  dropMove({ before, after, writer, reader }: LinkMove): void {
    const keepsRing = before.ring !== undefined;
    this.#free(after, keepsRing, writer.to, writer.from, reader.to, reader.from);
  }

  /** Returns the ends of a link, each with the index of its lane. */
  ends(entry: LinkEntry): { readonly lane: number; readonly end: LinkEndPlan }[] {
    const { plan: link, writer, reader } = this.#plans.get(entry)!;
    if (writer === reader) return [{ lane: writer, end: { link, end: "local", otherLane: writer } }];
    return [
      { lane: writer, end: { link, end: "writer", otherLane: reader } },
      { lane: reader, end: { link, end: "reader", otherLane: writer } },
    ];
  }

  /**
   * Gives a link another ring between the same ends. The old ring is never freed: a given-up thread may still use it.
   *
   * @returns the old ring; `undefined` for a link within a lane
   */
  renew(entry: LinkEntry): LinkPlan["ring"] {
    const { plan, writer, reader } = this.#plans.get(entry)!;
    if (plan.ring === undefined) return undefined;
    const linkOffset = this.#page.linkOffset(plan.index);
    const ring = this.#driver.createRing({ capacity: plan.capacity, evicts: evicts(plan.policy), linkOffset });
    this.#bind({ ...plan, ring }, writer, reader);
    this.#keep(entry, { plan: { ...plan, ring }, writer, reader });
    return plan.ring;
  }

  /** Returns the ring of a link; `undefined` within a lane. */
  ringOf(entry: LinkEntry): LinkPlan["ring"] {
    return this.#plans.get(entry)?.plan.ring;
  }

  /** Frees the ring and bits of a link. Both ends must be detached. */
  remove(entry: LinkEntry): void {
    const { plan, writer, reader } = this.#plans.get(entry)!;
    this.#plans.delete(entry);
    this.#closing.delete(entry);
    this.#free(plan, false, writer, writer, reader, reader);
  }

  /** Frees every ring, when all lanes have ended. */
  removeAll(): void {
    for (const entry of [...this.#plans.keys()]) this.remove(entry);
  }

  #keep(entry: LinkEntry, planned: PlannedLink): void {
    this.#plans.set(entry, planned);
    if (planned.plan.feedback) this.#closing.add(entry);
    else this.#closing.delete(entry);
  }

  /** Directs the signals of a ring. A hidden node looks for frames by itself, so that no writer has to wake it. */
  #bind({ ring, readerBit, writerBit, sampleNs }: LinkPlan, writer: number, reader: number): void {
    if (sampleNs === undefined) this.#driver.bindReader(ring!, reader, readerBit);
    this.#driver.bindWriter(ring!, writer, writerBit);
  }

  /** @param keepsRing whether the ring stays in use, and the bits of the ends that stay on their lanes with it */
  #free(
    plan: LinkPlan,
    keepsRing: boolean,
    writer: number,
    otherWriter: number,
    reader: number,
    otherReader: number,
  ): void {
    if (plan.ring === undefined) return;
    if (!keepsRing) this.#driver.releaseRing(plan.ring);
    if (!keepsRing || reader !== otherReader) this.#bits.get(reader)!.free.push(plan.readerBit);
    if (!keepsRing || writer !== otherWriter) this.#bits.get(writer)!.free.push(plan.writerBit);
  }

  #takeBit(lane: number): number {
    let bits = this.#bits.get(lane);
    if (bits === undefined) this.#bits.set(lane, bits = { free: [], next: FIRST_LINK_BIT });
    return bits.free.pop() ?? bits.next++;
  }
}
