/**
 * Finds a graph that waits for its script to read a sink, from the control page alone. The link to the sink is full, so
 * its writer waits, and soon all nodes upstream, including a `push()` that the script awaits.
 *
 * @module
 */
import { BLOCKED, NODE } from "../../ffi/layout.gen.ts";
import type { ControlPage } from "../control_page.ts";
import { index32 } from "../element_index.ts";
import { readLinkCounters } from "../stats.ts";
import type { LinkEntry, NodeEntry } from "../graph/entries.ts";
import type { Topology } from "../topology.ts";

/** The type of sinks that a script reads. */
const APP_SINK = "app-sink";

/** The most time that counts between two looks, nanoseconds: the whole process may have been stopped meanwhile. */
export const MAX_STEP_NS = 1_000_000_000;

/** Finds writers that wait for a script to read. */
export class UnreadWatch {
  readonly #topology: Topology;
  readonly #page: ControlPage;
  readonly #afterNs: number;
  /** How long the writer of a link was seen to wait, nanoseconds; `Infinity` after the report. */
  readonly #waits = new Map<LinkEntry, number>();
  #lookedAtNs = 0;

  /** @param afterNs how long a writer waits before the report; 0: never */
  constructor(topology: Topology, page: ControlPage, afterNs: number) {
    this.#topology = topology;
    this.#page = page;
    this.#afterNs = afterNs;
  }

  /**
   * Looks once.
   *
   * @param nowNs a clock that stops while the graph is paused, nanoseconds
   * @returns the messages, one for each sink
   */
  look(nowNs: number): string[] {
    const stepNs = Math.min(nowNs - this.#lookedAtNs, MAX_STEP_NS);
    this.#lookedAtNs = nowNs;
    if (this.#afterNs === 0) return [];
    const told: string[] = [];
    for (const link of this.#topology.links.values()) {
      const sink = this.#topology.nodes.get(link.toNode);
      if (sink?.type.descriptor.type !== APP_SINK) continue;
      const writer = this.#topology.nodes.get(link.fromNode);
      if (writer === undefined || !this.#isUnread(link, writer)) {
        this.#waits.delete(link);
        continue;
      }
      const before = this.#waits.get(link);
      const forNs = before === undefined ? 0 : before + stepNs;
      this.#waits.set(link, forNs);
      if (forNs < this.#afterNs || forNs === Infinity) continue;
      this.#waits.set(link, Infinity);
      told.push(describe(link, forNs));
    }
    return told;
  }

  #isUnread({ index }: LinkEntry, writer: NodeEntry): boolean {
    const at = this.#page.nodeOffset(writer.index);
    return readLinkCounters(this.#page, index, 0).read === 0 &&
      this.#page.u32[index32(at + NODE.blockedKind)] === BLOCKED.link &&
      this.#page.u32[index32(at + NODE.blockedId)] === index;
  }
}

function describe({ fromNode, toNode, capacity }: LinkEntry, forNs: number): string {
  return `The script has not begun to read "${toNode}", so that "${fromNode}" has waited for ${
    Math.floor(forNs / 1e6)
  } ` +
    `ms: the link between them is full with ${capacity} frames, and push() waits, too, once all links before it are; ` +
    `read it ("for await (const frame of …)") while you push`;
}
