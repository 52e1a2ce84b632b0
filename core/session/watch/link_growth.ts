/**
 * Raises the capacity of full links of an offline graph if frames would otherwise wait for each other for ever.
 *
 * If a graph parts and joins again, the node at the join may wait for one branch while the link of the other branch is
 * full. The full link holds back its writer, and with it the node at which the branches part, so no frame arrives on
 * the awaited branch. Such a link grows: to twice its frames, time after time, as far as the pools may grow.
 *
 * The control page shows all of this. A slow branch, or one that passes through another program, cannot be told from a
 * branch that outputs nothing before it gets more input: its sibling grows by the frames under way in it, and no
 * further.
 *
 * @module
 */
import { BLOCKED, PHASE } from "../../../ffi/layout.gen.ts";
import { describeThrown } from "../../errors/thrown.ts";
import type { NodeId } from "../../ids.ts";
import { MAX_LINK_CAPACITY, waitsForRoom } from "../../links/policy.ts";
import type { LinkEntry, NodeEntry } from "../../graph/entries.ts";
import { type LaneWork, workOf } from "../../live/lane_work.ts";
import { logDetail, logger } from "../../log.ts";
import { readLinkCounters } from "../../stats.ts";
import type { Topology } from "../../topology.ts";
import type { Run } from "../run.ts";
import { type NodePulse, readNodePulse } from "./page_sample.ts";
import { isLoopAtFault } from "./stop_advice.ts";

/** The time between two looks at joins, and between two checks whether there are any, milliseconds. */
const LOOK_EVERY_MS = 50;
const SEEK_EVERY_MS = 500;

/** Looks in a row that must find no movement at a join. */
const LOOKS = 3;

/** How long lanes may take to apply the growth, milliseconds. */
const APPLY_TIMEOUT_MS = 5_000;

/** A full link, and the link by which its reader waits for a frame. */
interface Wait {
  readonly full: LinkEntry;
  readonly dry: LinkEntry;
}

/** How often a link was found full, and the counts of both links at that time. */
interface Found {
  readonly passed: number;
  readonly looks: number;
}

/** Lets links of one run grow. */
export class LinkGrowth {
  readonly #run: Run;
  #found: ReadonlyMap<LinkEntry, Found> = new Map();
  readonly #told = new Set<LinkEntry>();
  readonly #refused = new Map<LinkEntry, string>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #underWay = false;

  constructor(run: Run) {
    this.#run = run;
  }

  /** True if a link is about to grow. */
  get underWay(): boolean {
    return this.#underWay;
  }

  /** Returns why a link does not grow any further, if it needed to. */
  refusalOf(link: LinkEntry): string | undefined {
    return this.#refused.get(link);
  }

  /** Looks at the graph at intervals, until `end()`. */
  watch(): void {
    const everyMs = joinsOf(this.#run.topology).length > 0 ? LOOK_EVERY_MS : SEEK_EVERY_MS;
    this.#timer = setTimeout(() => {
      this.watch();
      this.#look();
    }, everyMs);
  }

  end(): void {
    clearTimeout(this.#timer);
  }

  #look(): void {
    const { edits, clock, topology } = this.#run;
    if (this.#underWay || edits!.underWay || clock.paused) {
      this.#found = new Map();
      return;
    }
    const found = new Map<LinkEntry, Found>();
    for (const { node, inputs } of joinsOf(topology)) {
      const wait = this.#waitAt(node, inputs);
      if (wait === undefined) continue;
      const passed = this.#counters(wait.full).read + this.#counters(wait.dry).written;
      const before = this.#found.get(wait.full);
      const looks = before?.passed === passed ? before.looks + 1 : 1;
      found.set(wait.full, { passed, looks });
      if (looks < LOOKS) continue;
      found.delete(wait.full);
      this.#underWay = true;
      void this.#grow(wait).catch((error) => {
        // An edit, the end of a lane or the end of the run intervened: the next looks decide whether the link still has
        // to grow.
        logDetail("runtime", "debug", () => [`A link did not grow: ${describeThrown(error).message}`]);
      }).finally(() => this.#underWay = false);
      break;
    }
    this.#found = found;
  }

  /** Returns the wait of a node whose links include a full one that keeps the awaited frame from arriving. */
  #waitAt(node: NodeEntry, inputs: readonly LinkEntry[]): Wait | undefined {
    const { topology, lanes, states } = this.#run;
    // Links within a native lane do not grow.
    if (states.get(node.id) !== "running" || lanes.named(node.lane)?.kind === "native") return undefined;
    const { phase, blockedKind } = this.#pulse(node);
    if (phase !== PHASE.idle || blockedKind !== BLOCKED.none) return undefined;
    const dry = inputs.filter((link) => this.#isDry(link));
    for (const full of dry.length === 0 ? [] : inputs) {
      if (!waitsForRoom(full.policy) || this.#refused.has(full) || !this.#holdsBack(full)) continue;
      const held = this.#heldBackBy(full);
      const waited = dry.find(({ fromNode }) => feeds(topology, held, fromNode));
      if (waited !== undefined && !isLoopAtFault(topology, full, dry)) return { full, dry: waited };
    }
    return undefined;
  }

  /** Returns the nodes that a full link holds back, including those behind other nodes. */
  #heldBackBy(full: LinkEntry): ReadonlySet<NodeId> {
    const { connections } = this.#run.topology;
    const held = new Set([full.fromNode]);
    for (const id of held) {
      for (const link of connections.intoNode(id)) if (this.#holdsBack(link)) held.add(link.fromNode);
    }
    return held;
  }

  /** True if the link's writer waits for it. */
  #holdsBack({ fromNode, index }: LinkEntry): boolean {
    const { blockedKind, blockedId } = this.#pulse(this.#run.topology.node(fromNode));
    return blockedKind === BLOCKED.link && blockedId === index;
  }

  #isDry(link: LinkEntry): boolean {
    return this.#counters(link).queued === 0 && !this.#run.page.isEos(link.index);
  }

  async #grow({ full, dry }: Wait): Promise<void> {
    const { memory, plans, lanes, edits, topology } = this.#run;
    await edits!.betweenEdits(async (apply) => {
      const reader = topology.nodes.get(full.toNode);
      if (topology.links.get(full.id) !== full || reader === undefined) return;
      const before = memory!.extraOf(full);
      const held = full.capacity + before;
      const extra = Math.min(2 * held, MAX_LINK_CAPACITY) - full.capacity;
      if (extra === before) return this.#refuse(full, dry, `a link holds ${MAX_LINK_CAPACITY} frames at most`);
      let pools;
      try {
        pools = memory!.growLink(topology, full, extra);
      } catch (error) {
        return this.#refuse(full, dry, describeThrown(error).message);
      }
      const work = new Map<number, LaneWork>();
      const grow = { node: full.toNode, port: full.toPort, extra };
      workOf(work, lanes.indexOf(reader.lane)).edit.grow.push(grow);
      if (pools.length > 0) { for (const { index } of lanes.all) workOf(work, index); }
      try {
        await apply(work, APPLY_TIMEOUT_MS, pools);
      } catch (error) {
        memory!.linkNotGrown(full, before);
        throw error;
      }
      memory!.linkGrown();
      plans!.grow(full, extra);
      this.#tell(full, dry, held);
    });
  }

  #tell(full: LinkEntry, dry: LinkEntry, held: number): void {
    logDetail("runtime", "debug", () => [`Link "${full.id}" grows from ${held} frames`]);
    if (this.#told.has(full)) return;
    this.#told.add(full);
    logger("runtime").info(
      `The link ${describe(full)} was full with ${held} frames while "${full.toNode}" waited for ` +
        `"${dry.toNode}.${dry.toPort}": it holds more from now on, as far as "memory.limit" goes; its "capacity" says how ` +
        "many from the start",
    );
  }

  #refuse(full: LinkEntry, dry: LinkEntry, why: string): void {
    this.#refused.set(full, why);
    logger("runtime").warn(
      `The link ${describe(full)} is full while "${full.toNode}" waits for "${dry.toNode}.${dry.toPort}", and cannot ` +
        `hold more: ${why}`,
    );
  }

  #counters({ index }: LinkEntry): ReturnType<typeof readLinkCounters> {
    return readLinkCounters(this.#run.page, index, 0);
  }

  #pulse({ index }: NodeEntry): NodePulse {
    return readNodePulse(this.#run.page, index);
  }
}

/** Returns the nodes of a graph that several links lead to. */
function joinsOf(
  { nodes, connections }: Topology,
): { readonly node: NodeEntry; readonly inputs: readonly LinkEntry[] }[] {
  return [...nodes.values()].map((node) => ({ node, inputs: connections.intoNode(node.id) }))
    .filter(({ inputs }) => inputs.length > 1);
}

/** True if the frames of a node derive, or would derive, from any of `sources`. */
function feeds({ connections }: Topology, sources: ReadonlySet<NodeId>, node: NodeId): boolean {
  const before = new Set([node]);
  for (const id of before) {
    if (sources.has(id)) return true;
    for (const { fromNode } of connections.intoNode(id)) before.add(fromNode);
  }
  return false;
}

function describe({ fromNode, fromPort, toNode, toPort }: LinkEntry): string {
  return `from "${fromNode}.${fromPort}" to "${toNode}.${toPort}"`;
}
