/**
 * The memory of one run: the control arena and the pools, with room for edits.
 *
 * @module
 */
import { LANE } from "../../ffi/layout.gen.ts";
import { controlBytes, ControlPage, type ControlSizes } from "../control_page.ts";
import type { ArenaToken, Driver } from "../driver/driver.ts";
import { SluiceError } from "../errors.ts";
import { FRAME_KINDS, type FrameKind } from "../frames/format.ts";
import { MAIN_LANE } from "../placement/lane_choice.ts";
import { isHidden } from "../ids.ts";
import { evicts, MOST_LINGERING } from "../links/policy.ts";
import { logger } from "../log.ts";
import type { Pool } from "../memory/pool.ts";
import type { PoolToken } from "../memory/pool_layout.ts";
import { MemoryBudget, type MemoryOptions } from "../pools/memory_budget.ts";
import { growthOf, type LoadLink, type LoadNode, loadOutputs, type PoolLoad, poolLoads } from "../pools/pool_loads.ts";
import { describeShortage, planPools, poolNeeds, type PoolPlan, type PoolSize, PoolSpare } from "../pools/pool_plan.ts";
import { PoolSet } from "../pools/pool_set.ts";
import type { LinkEntry, NodeEntry } from "../graph/entries.ts";
import type { Topology } from "../topology.ts";
import type { GraphChange } from "./graph_change.ts";

/**
 * Records of nodes, and of links, that a graph can get by edits, by default, beyond twice its initial number. Unused
 * records take only addresses; V8 still counts them as memory, and collects garbage for it.
 */
const SPARE_RECORDS = { much: 16_384, little: 64 };

/** The control arena and the pools of one run. */
export class GraphMemory {
  readonly control: ArenaToken;
  readonly page: ControlPage;
  readonly #driver: Driver;
  readonly #sizes: { readonly [name: string]: PoolSize };
  readonly #spareFor: "much" | "little";
  readonly #set: PoolSet;
  /** True if an edit has removed something from the graph since the last check of its pools' needs. */
  #mayShrink = false;
  /** Frames that grown links hold beyond their capacity. */
  readonly #grown = new WeakMap<LinkEntry, number>();
  /** The spare slots of pools for edits; absent if unknown, or if nodes name pools. */
  #spare: PoolSpare | undefined;

  /**
   * Makes the memory of one run.
   *
   * @param pools sizes, by name
   * @param memory budget of all pools
   * @throws {SluiceError} `PoolExhausted`, `InvalidConfig` as `planPools()`
   */
  constructor(
    driver: Driver,
    topology: Topology,
    pools: { readonly [name: string]: PoolSize },
    memory: MemoryOptions = {},
  ) {
    this.#driver = driver;
    this.#sizes = pools;
    this.#spareFor = memory.spare ?? "much";
    const sizes = recordsOf(topology, SPARE_RECORDS[this.#spareFor]);
    const specs = this.#planned(topology, "Cannot start");
    const unused = Object.keys(pools).filter((name) => !specs.some((spec) => spec.name === name));
    const strange = unused.filter((name) => !FRAME_KINDS.includes(name as FrameKind));
    if (strange.length > 0) {
      logger("runtime").warn(`No node uses ${strange.map((name) => `pool "${name}"`).join(", ")}`);
    }
    this.#set = new PoolSet(driver, new MemoryBudget(memory, driver.machineBytes()));
    this.#set.fit("Cannot start", specs);
    this.#set.adopted();
    try {
      this.control = driver.createArena(controlBytes(sizes));
    } catch (error) {
      this.#set.release();
      throw error;
    }
    this.page = ControlPage.format(driver.openArena(this.control), sizes);
    driver.useControl(this.control);
  }

  /** The tokens by which lanes open the pools. */
  get tokens(): readonly PoolToken[] {
    return this.#set.tokens;
  }

  /** Views of the pools. */
  get pools(): readonly Pool[] {
    return this.#set.pools;
  }

  /** Returns how many slots a pool has out: lent ones, and closed ones that have not come back. */
  slotsOut({ index }: Pool): number {
    return this.#set.slotsOut(index);
  }

  /** The most bytes that the pools may have together. */
  get limitBytes(): number {
    return this.#set.limitBytes;
  }

  /**
   * Makes the missing pools of a graph, and plans slots for pools that have too few.
   *
   * @param topology the graph after the edit
   * @param change of the present graph
   * @returns tokens of pools with slots that lanes may not know: of this edit, and of refused edits before
   * @throws {SluiceError} `PoolExhausted` if a pool with a given number of slots has too few, or the budget does not
   * allow more
   */
  grow(topology: Topology, change: GraphChange): readonly PoolToken[] {
    if (this.#needsMore(topology, change)) this.#fit(topology);
    return this.#set.untold;
  }

  /** Returns how many frames a link holds beyond its capacity. */
  extraOf(link: LinkEntry): number {
    return this.#grown.get(link) ?? 0;
  }

  /**
   * Plans slots for a link that is to hold this many frames beyond its capacity.
   *
   * @returns as `grow()`
   * @throws {SluiceError} `PoolExhausted`, as `grow()`
   */
  growLink(topology: Topology, link: LinkEntry, extra: number): readonly PoolToken[] {
    const before = this.extraOf(link);
    this.#grown.set(link, extra);
    try {
      this.#fit(topology, `Cannot grow link "${link.id}"`);
    } catch (error) {
      this.#grown.set(link, before);
      throw error;
    }
    return this.#set.untold;
  }

  /** Lends the slots for a grown link: the lanes know them. */
  linkGrown(): void {
    this.#set.adopted();
  }

  /** Undoes the growth of a link that lanes did not learn of: it holds its old number beyond its capacity. */
  linkNotGrown(link: LinkEntry, extra: number): void {
    this.#grown.set(link, extra);
    this.refused();
  }

  /** Adopts an edit that is in effect: the lanes know its pools, and all slots that it needs. */
  adopted({ removed, unlinked, moved, replaced }: GraphChange): void {
    this.#set.adopted();
    this.#mayShrink ||= [removed, unlinked, moved, replaced].some(({ length }) => length > 0);
  }

  /** Drops the plan of the last edit, which was refused. */
  refused(): void {
    this.#spare = undefined;
    this.#set.refused();
  }

  /** Gives back memory that the graph does not need, as far as it is free. No edit may be under way. */
  trim(topology: Topology): void {
    if (this.#mayShrink) {
      this.#mayShrink = false;
      this.#set.shrink(this.#planned(topology, "Cannot shrink the pools"));
      this.#spare = undefined;
    }
    this.collect();
  }

  /** Takes closed slots that have come back. */
  collect(): void {
    this.#set.collect();
  }

  /** True if an edit adds more to the graph than the known spare slots of its pools. */
  #needsMore(topology: Topology, change: GraphChange): boolean {
    const { added, linked } = change;
    const keeps = keepsLoads(change);
    if (keeps && added.length === 0 && linked.length === 0) return false;
    const isNamed = added.some(({ pool }) => pool !== undefined);
    return !keeps || isNamed || this.#spare?.take(addedLoads(topology, change), lanesOf(topology)) !== true;
  }

  /** Gives all memory back. No lane may be at work. */
  release(): void {
    this.#set.release();
    this.#driver.releaseArena(this.control);
  }

  /** Fits the pools as `grow()` does, for the graph as a whole. */
  #fit(topology: Topology, attempt = "Cannot edit the graph"): void {
    this.#spare = undefined;
    const lanes = lanesOf(topology);
    const needs = poolNeeds(this.#loadsOf(topology), lanes, this.#sizes);
    for (const need of needs) {
      const given = this.#sizes[need.pool]?.slots;
      if (given === undefined || given >= need.slots) continue;
      throw new SluiceError(
        "PoolExhausted",
        `${attempt}: ${describeShortage(need, given, lanes)}, and start it anew`,
        { key: `pools.${need.pool}.slots` },
      );
    }
    this.#set.fit(attempt, this.#planned(topology, attempt));
    // A pool that a node names may also hold frames of other nodes, along its links.
    const isNamed = topology.nodes.values().some(({ pool }) => pool !== undefined);
    if (!isNamed) this.#spare = new PoolSpare(needs, (pool) => this.#set.slotsOf(pool)!, lanes);
  }

  #planned(topology: Topology, attempt: string): PoolPlan[] {
    return planPools(
      this.#loadsOf(topology),
      lanesOf(topology),
      this.#sizes,
      growthIn(topology),
      attempt,
      this.#spareFor,
    );
  }

  #loadsOf(topology: Topology): PoolLoad[] {
    return loadsOf(topology, (link) => this.extraOf(link));
  }
}

/** A page of zeros, for the figures of a graph that has no memory yet. */
export function blankPage(topology: Topology): ControlPage {
  const sizes = { lanes: LANE.maxLanes, ...topology.records };
  return ControlPage.format(new ArrayBuffer(controlBytes(sizes)), sizes);
}

function recordsOf({ records }: Topology, spare: number): ControlSizes {
  return { lanes: LANE.maxLanes, links: 2 * records.links + spare, nodes: 2 * records.nodes + spare };
}

/** Returns how many lanes take slots: main does, even without nodes. */
function lanesOf(topology: Topology): number {
  return new Set([MAIN_LANE, ...topology.usedLanes]).size;
}

/** @param extraOf frames that a link holds beyond its capacity */
function loadsOf(topology: Topology, extraOf: (link: LinkEntry) => number = () => 0): PoolLoad[] {
  const nodes: LoadNode[] = [];
  const links: LoadLink[] = [];
  topology.nodes.forEach((node) => nodes.push(loadNode(node)));
  topology.links.forEach((link) => links.push(loadLink(link, extraOf(link))));
  return poolLoads(nodes, links);
}

/** Returns the load of new nodes and links. */
function addedLoads(topology: Topology, { added, linked }: GraphChange): PoolLoad[] {
  // Only the lanes of the nodes at the ends of links count.
  const ends = linked.flatMap(({ fromNode, toNode }) => [topology.node(fromNode), topology.node(toNode)])
    .map((node) => ({ ...loadNode(node), outputs: [] }));
  return poolLoads([...ends, ...added.map(loadNode)], linked.map((link) => loadLink(link)));
}

function loadNode({ id, lane, pool, type }: NodeEntry): LoadNode {
  const { isAsync, mode } = type.descriptor;
  return { id, lane, pool, lasts: isAsync || mode === "external", outputs: loadOutputs(type.descriptor) };
}

function loadLink({ id, fromNode, toNode, capacity, policy, output: { kind } }: LinkEntry, extra = 0): LoadLink {
  const lingering = isHidden(id) ? MOST_LINGERING : 0;
  return { fromNode, toNode, capacity, extra: extra + lingering, kind, evicts: evicts(policy) };
}

/** True if the nodes that stay keep their load on the pools. */
function keepsLoads({ moved, ported, replaced }: GraphChange): boolean {
  return moved.length === 0 && ported.length === 0 && replaced.every(({ before, after }) => before.type === after.type);
}

function growthIn(topology: Topology): Map<FrameKind, number> {
  const descriptors = [...topology.nodes.values()].map(({ type }) => type.descriptor);
  return growthOf(descriptors.flatMap(({ inputs, outputs }) => [...inputs, ...outputs]));
}
