/**
 * Has full links of an offline graph hold more where frames would otherwise wait for each other for ever.
 *
 * Where a graph parts and joins again, the node at the join may have to wait for one branch while the link of the other
 * is full. That link holds back its writer, and with it the node at which the branches part, so that nothing comes by the
 * branch which is waited for. Such a link grows: to twice what it held, time after time, as far as the pools may grow.
 *
 * The control page tells all of it. A branch that is slow, or that passes through another program, cannot be told from one
 * that comes to nothing before more goes in: its sibling grows by what is under way in it, and no further.
 *
 * @module
 */
import { BLOCKED, NODE, PHASE } from "../../ffi/layout.gen.ts";
import { index32 } from "../element_index.ts";
import { describeThrown } from "../errors/thrown.ts";
import type { NodeId } from "../ids.ts";
import { MAX_LINK_CAPACITY, waitsForRoom } from "../links/policy.ts";
import type { LinkEntry, NodeEntry } from "../graph/entries.ts";
import { type LaneWork, workOf } from "../live/lane_work.ts";
import { logDetail, logger } from "../log.ts";
import { readLinkCounters } from "../stats.ts";
import type { Topology } from "../topology.ts";
import type { Run } from "./run.ts";
import { isLoopAtFault } from "./stop_advice.ts";

/** How often joins are looked at, milliseconds, and how often it is looked whether there are any. */
const LOOK_EVERY_MS = 50;
const SEEK_EVERY_MS = 500;

/** Looks in a row that must find nothing moved at a join. */
const LOOKS = 3;

/** How long lanes may take to come to it, milliseconds. */
const APPLY_TIMEOUT_MS = 5_000;

/** A full link, and the link by which its reader waits for a frame. */
interface Wait {
  readonly full: LinkEntry;
  readonly dry: LinkEntry;
}

/** How often a link was found full, and what had passed it and the one that is waited for. */
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

  /** Whether a link is about to grow. */
  get underWay(): boolean {
    return this.#underWay;
  }

  /** Why a link does not grow any further, if it was to. */
  refusalOf(link: LinkEntry): string | undefined {
    return this.#refused.get(link);
  }

  /** Looks at the graph now and then, until `end()`. */
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
        // An edit, a lane that ends or the end of the run came between: the next looks tell whether it is needed still.
        logDetail("runtime", "debug", () => [`A link did not grow: ${describeThrown(error).message}`]);
      }).finally(() => this.#underWay = false);
      break;
    }
    this.#found = found;
  }

  /** What a node waits for whose links have a full one among them, which keeps that from coming. */
  #waitAt(node: NodeEntry, inputs: readonly LinkEntry[]): Wait | undefined {
    const { topology, lanes, states } = this.#run;
    // The library's own links do not grow.
    if (states.get(node.id) !== "running" || lanes.named(node.lane)?.kind === "native") return undefined;
    if (this.#field(node, NODE.phase) !== PHASE.idle || this.#field(node, NODE.blockedKind) !== BLOCKED.none) {
      return undefined;
    }
    const dry = inputs.filter((link) => this.#isDry(link));
    for (const full of dry.length === 0 ? [] : inputs) {
      if (!waitsForRoom(full.policy) || this.#refused.has(full) || !this.#holdsBack(full)) continue;
      const held = this.#heldBackBy(full);
      const waited = dry.find(({ fromNode }) => feeds(topology, held, fromNode));
      if (waited !== undefined && !isLoopAtFault(topology, full, dry)) return { full, dry: waited };
    }
    return undefined;
  }

  /** The nodes that a full link holds back, by way of others, too. */
  #heldBackBy(full: LinkEntry): ReadonlySet<NodeId> {
    const { connections } = this.#run.topology;
    const held = new Set([full.fromNode]);
    for (const id of held) {
      for (const link of connections.intoNode(id)) if (this.#holdsBack(link)) held.add(link.fromNode);
    }
    return held;
  }

  /** Whether a link is what its writer waits for. */
  #holdsBack({ fromNode, index }: LinkEntry): boolean {
    const node = this.#run.topology.node(fromNode);
    return this.#field(node, NODE.blockedKind) === BLOCKED.link && this.#field(node, NODE.blockedId) === index;
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

  #field(node: NodeEntry, field: number): number {
    const { page } = this.#run;
    return page.u32[index32(page.nodeOffset(node.index) + field)];
  }
}

/** The nodes of a graph that several links lead to. */
function joinsOf(
  { nodes, connections }: Topology,
): { readonly node: NodeEntry; readonly inputs: readonly LinkEntry[] }[] {
  return [...nodes.values()].map((node) => ({ node, inputs: connections.intoNode(node.id) }))
    .filter(({ inputs }) => inputs.length > 1);
}

/** Whether what comes from a node comes of any of `sources`, or would. */
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
