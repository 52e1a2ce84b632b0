/**
 * What lanes must know of links: their rings, and by which inbox bits of which lanes their ends are woken.
 *
 * @module
 */
import type { ControlPage } from "../control_page.ts";
import type { Driver } from "../driver/driver.ts";
import { FIRST_LINK_BIT } from "../lanes/lane.ts";
import type { LinkEndPlan } from "../lanes/messages.ts";
import type { LinkPlan } from "../links/link.ts";
import { evicts } from "../links/policy.ts";
import type { LinkEntry } from "../topology.ts";

/** See the module. */
export class LinkPlans {
  readonly #driver: Driver;
  readonly #page: ControlPage;
  readonly #plans = new Map<LinkEntry, { readonly plan: LinkPlan; readonly writer: number; readonly reader: number }>();
  /** By lane: bits that are free again, and the first that was never used. */
  readonly #bits = new Map<number, { readonly free: number[]; next: number }>();

  constructor(driver: Driver, page: ControlPage) {
    this.#driver = driver;
    this.#page = page;
  }

  /**
   * Makes the plan of a link, and its ring if it leads from one lane to another.
   *
   * @param writer index of the lane that writes
   * @param reader index of the lane that reads
   */
  add(entry: LinkEntry, feedback: boolean, writer: number, reader: number): LinkPlan {
    const { id, index, policy, capacity, fromNode, fromPort, toNode, toPort } = entry;
    const { kind, schema, struct } = entry.output;
    const bare = { id, index, policy, capacity, kind, schema, struct, fromNode, fromPort, toNode, toPort, feedback };
    let plan: LinkPlan = { ...bare, readerBit: 0, writerBit: 0 };
    if (writer !== reader) {
      const linkOffset = this.#page.linkOffset(index);
      const ring = this.#driver.createRing({ capacity, evicts: evicts(policy), linkOffset });
      plan = { ...bare, ring, readerBit: this.#takeBit(reader), writerBit: this.#takeBit(writer) };
      this.#driver.bindReader(ring, reader, plan.readerBit);
      this.#driver.bindWriter(ring, writer, plan.writerBit);
    }
    this.#plans.set(entry, { plan, writer, reader });
    return plan;
  }

  /** The ends of a link, each with the index of its lane. */
  ends(entry: LinkEntry): { readonly lane: number; readonly end: LinkEndPlan }[] {
    const { plan: link, writer, reader } = this.#plans.get(entry)!;
    if (writer === reader) return [{ lane: writer, end: { link, end: "local", otherLane: writer } }];
    return [
      { lane: writer, end: { link, end: "writer", otherLane: reader } },
      { lane: reader, end: { link, end: "reader", otherLane: writer } },
    ];
  }

  /** The ring of a link; `undefined` within a lane. */
  ringOf(entry: LinkEntry): LinkPlan["ring"] {
    return this.#plans.get(entry)?.plan.ring;
  }

  /** Frees what a link had. Both lanes must have let go of it. */
  remove(entry: LinkEntry): void {
    const { plan, writer, reader } = this.#plans.get(entry)!;
    this.#plans.delete(entry);
    if (plan.ring === undefined) return;
    this.#driver.releaseRing(plan.ring);
    this.#bits.get(reader)!.free.push(plan.readerBit);
    this.#bits.get(writer)!.free.push(plan.writerBit);
  }

  /** Frees every ring, when all lanes have ended. */
  removeAll(): void {
    for (const entry of [...this.#plans.keys()]) this.remove(entry);
  }

  #takeBit(lane: number): number {
    let bits = this.#bits.get(lane);
    if (bits === undefined) this.#bits.set(lane, bits = { free: [], next: FIRST_LINK_BIT });
    return bits.free.pop() ?? bits.next++;
  }
}
