/**
 * One look at the control page of a run: the activity of each node and the counts of each link, read once and compared
 * with those of earlier looks. Reading asks no lane and waits for none. A sample takes memory for each node and link.
 *
 * @module
 */
import { NODE } from "../../../ffi/layout.gen.ts";
import type { ControlPage } from "../../control_page.ts";
import { index32, index64 } from "../../element_index.ts";
import type { LinkEntry, NodeEntry } from "../../graph/entries.ts";
import { type LinkCounters, readLinkCounters } from "../../stats.ts";
import type { Topology } from "../../topology.ts";

/** The most time that counts between two looks, nanoseconds: the whole process may have been stopped meanwhile. */
export const MAX_STEP_NS = 1_000_000_000;

/** The activity of a node. */
export interface NodePulse {
  /** A value of `PHASE`. */
  readonly phase: number;
  /** A value of `BLOCKED`, and the index of the link or the pool that the node waits for. */
  readonly blockedKind: number;
  readonly blockedId: number;
  readonly ticks: number;
  /** The total time of its ticks, nanoseconds. */
  readonly busyNs: number;
  readonly framesIn: number;
  readonly framesOut: number;
}

/** Reads the activity fields of a node's record. */
export function readNodePulse(page: ControlPage, index: number): NodePulse {
  const at = page.nodeOffset(index);
  return {
    phase: page.u32[index32(at + NODE.phase)],
    blockedKind: page.u32[index32(at + NODE.blockedKind)],
    blockedId: page.u32[index32(at + NODE.blockedId)],
    ticks: page.f64[index64(at + NODE.ticks)],
    busyNs: page.f64[index64(at + NODE.busyNs)],
    framesIn: page.f64[index64(at + NODE.framesIn)],
    framesOut: page.f64[index64(at + NODE.framesOut)],
  };
}

/** The nodes and links of a graph at one look. */
export class PageSample {
  /** The time of the look, nanoseconds of the caller's clock. */
  readonly atNs: number;
  readonly nodes: ReadonlyMap<NodeEntry, NodePulse>;
  readonly links: ReadonlyMap<LinkEntry, LinkCounters>;

  constructor({ nodes, links }: Topology, page: ControlPage, atNs: number) {
    this.atNs = atNs;
    this.nodes = new Map(nodes.values().map((node) => [node, readNodePulse(page, node.index)]));
    this.links = new Map(links.values().map((link) => [link, readLinkCounters(page, link.index, 0)]));
  }

  /** A sum that changes whenever a node was run or a frame was moved. */
  get activity(): number {
    return this.nodes.values().reduce((sum, { ticks }) => sum + ticks, 0) +
      this.links.values().reduce((sum, { written, read }) => sum + written + read, 0);
  }
}

/** How long a subject has shown the same signs, as far as looks saw it. */
export interface Steady {
  readonly signs: string;
  /** Nanoseconds. */
  readonly forNs: number;
}

/**
 * Adds a look at subjects to the looks before.
 *
 * @param signs of each subject that is looked at
 * @param stepNs the time since the look before, nanoseconds
 */
export function lasting<Subject>(
  before: ReadonlyMap<Subject, Steady>,
  signs: Iterable<readonly [Subject, string]>,
  stepNs: number,
): Map<Subject, Steady> {
  const now = new Map<Subject, Steady>();
  for (const [subject, sign] of signs) {
    const known = before.get(subject);
    now.set(subject, { signs: sign, forNs: known?.signs === sign ? known.forNs + stepNs : 0 });
  }
  return now;
}
