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
import { Ledger } from "../memory/ledger.ts";
import { MAIN_LANE } from "../placement/lane_choice.ts";
import { evicts } from "../links/policy.ts";
import { logger } from "../log.ts";
import { Pool } from "../memory/pool.ts";
import { createPool, type PoolSpec, type PoolToken } from "../memory/pool_layout.ts";
import { growthOf, type LoadLink, type LoadNode, type PoolLoad, poolLoads } from "../pools/pool_loads.ts";
import { describeShortage, planPools, poolNeeds, type PoolSize } from "../pools/pool_plan.ts";
import { PoolSpare } from "../pools/pool_spare.ts";
import type { LinkEntry, NodeEntry } from "../graph/entries.ts";
import type { Topology } from "../topology.ts";
import type { GraphChange } from "../live/graph_change.ts";

/** Records of nodes, and of links, that an edited graph can have beyond twice those that it starts with. */
const SPARE_RECORDS = 256;

/** The control arena and the pools of one run. */
export class GraphMemory {
  readonly control: ArenaToken;
  readonly page: ControlPage;
  readonly #driver: Driver;
  readonly #sizes: { readonly [name: string]: PoolSize };
  readonly #tokens: PoolToken[];
  /** Pools made for edits that are not in effect: lanes may not know of them. */
  #untold: PoolToken[] = [];
  #pools: Pool[] = [];
  /** How much of the pools edits may use; absent if that is not known, or if nodes name pools. */
  #spare: PoolSpare | undefined;

  /**
   * @param pools sizes, by name
   * @throws {SluiceError} `PoolExhausted`, `InvalidConfig` as `planPools()`
   */
  constructor(driver: Driver, topology: Topology, pools: { readonly [name: string]: PoolSize }) {
    this.#driver = driver;
    this.#sizes = pools;
    const sizes = recordsOf(topology);
    const specs = planPools(loadsOf(topology), lanesOf(topology), pools, growthIn(topology));
    const unused = Object.keys(pools).filter((name) => !specs.some((spec) => spec.name === name));
    const strange = unused.filter((name) => !FRAME_KINDS.includes(name as FrameKind));
    if (strange.length > 0) {
      logger("runtime").warn(`No node uses ${strange.map((name) => `pool "${name}"`).join(", ")}`);
    }
    this.#tokens = createPools(driver, specs, 0);
    try {
      this.control = driver.createArena(controlBytes(sizes));
    } catch (error) {
      releasePools(driver, this.#tokens);
      throw error;
    }
    this.page = ControlPage.format(driver.openArena(this.control), sizes);
    driver.useControl(this.control);
  }

  /** The tokens by which lanes open the pools. */
  get tokens(): readonly PoolToken[] {
    return this.#tokens;
  }

  /** Views of the pools. */
  get pools(): readonly Pool[] {
    if (this.#pools.length < this.#tokens.length) {
      this.#pools = this.#tokens.map((token) => new Pool(this.#driver, token, 0, new Ledger()));
    }
    return this.#pools;
  }

  /**
   * Makes the pools that a graph uses and that do not exist yet. A pool never grows.
   *
   * @param topology the graph as it will be
   * @param change what makes it of the graph as it is
   * @returns those that lanes may not know of: the new ones, and those of edits before that were refused
   * @throws {SluiceError} `PoolExhausted` if a pool has too few slots for the graph
   */
  grow(topology: Topology, change: GraphChange): readonly PoolToken[] {
    this.#untold.push(...this.#makeFor(topology, change));
    return [...this.#untold];
  }

  /** An edit is in effect: the lanes know of its pools. */
  adopted(): void {
    this.#untold = [];
  }

  #makeFor(topology: Topology, change: GraphChange): PoolToken[] {
    const { added, linked } = change;
    const keeps = keepsLoads(change);
    if (keeps && added.length === 0 && linked.length === 0) return [];
    const lanes = lanesOf(topology);
    const isNamed = added.some(({ pool }) => pool !== undefined);
    if (keeps && !isNamed && this.#spare?.take(addedLoads(topology, change), lanes) === true) return [];
    return this.#reckon(topology, lanes);
  }

  /** The edit that the pools were last grown for is refused. */
  refused(): void {
    this.#spare = undefined;
  }

  /** Gives everything back. No lane may be at work. */
  release(): void {
    releasePools(this.#driver, this.#tokens);
    this.#driver.releaseArena(this.control);
  }

  /** As `grow()`, for the graph as a whole. */
  #reckon(topology: Topology, lanes: number): PoolToken[] {
    this.#spare = undefined;
    const loads = loadsOf(topology);
    const needs = poolNeeds(loads, lanes, this.#sizes);
    const slotsOf = (pool: string) => this.#tokens.find((token) => token.name === pool)?.slots;
    for (const need of needs) {
      const given = slotsOf(need.pool);
      if (given === undefined || given >= need.slots) continue;
      throw new SluiceError(
        "PoolExhausted",
        `Cannot edit the graph: ${describeShortage(need, given, lanes)}, and start it anew`,
        { key: `pools.${need.pool}.slots` },
      );
    }
    const known = new Set(this.#tokens.map((token) => token.name));
    const added = loads.filter((load) => !known.has(load.pool));
    const made = added.length === 0
      ? []
      : createPools(this.#driver, planPools(added, lanes, this.#sizes, growthIn(topology)), this.#tokens.length);
    this.#tokens.push(...made);
    // A pool that a node names is that of other nodes' frames too, as far as links lead them.
    const isNamed = topology.nodes.values().some(({ pool }) => pool !== undefined);
    if (!isNamed) this.#spare = new PoolSpare(needs, (pool) => slotsOf(pool)!, lanes);
    return made;
  }
}

/** A page of zeros, for the figures of a graph that has no memory yet. */
export function blankPage(topology: Topology): ControlPage {
  const sizes = { lanes: LANE.maxLanes, ...topology.records };
  return ControlPage.format(new ArrayBuffer(controlBytes(sizes)), sizes);
}

/** @param first index of the first of them @throws as `createPool()`; then none is left */
function createPools(driver: Driver, specs: readonly PoolSpec[], first: number): PoolToken[] {
  const made: PoolToken[] = [];
  try {
    for (const spec of specs) made.push(createPool(driver, first + made.length, spec));
  } catch (error) {
    releasePools(driver, made);
    throw error;
  }
  return made;
}

function releasePools(driver: Driver, tokens: readonly PoolToken[]): void {
  for (const { arena } of tokens) driver.releaseArena(arena);
}

function recordsOf({ records }: Topology): ControlSizes {
  return {
    lanes: LANE.maxLanes,
    links: 2 * records.links + SPARE_RECORDS,
    nodes: 2 * records.nodes + SPARE_RECORDS,
  };
}

/** How many lanes take slots: main does whether or not it runs nodes. */
function lanesOf(topology: Topology): number {
  return new Set([MAIN_LANE, ...topology.usedLanes]).size;
}

function loadsOf(topology: Topology): PoolLoad[] {
  const nodes: LoadNode[] = [];
  const links: LoadLink[] = [];
  topology.nodes.forEach((node) => nodes.push(loadNode(node)));
  topology.links.forEach((link) => links.push(loadLink(link)));
  return poolLoads(nodes, links);
}

/** What new nodes and links need of pools. */
function addedLoads(topology: Topology, { added, linked }: GraphChange): PoolLoad[] {
  // Only the lanes of the nodes at the ends of links count.
  const ends = linked.flatMap(({ fromNode, toNode }) => [topology.node(fromNode), topology.node(toNode)])
    .map((node) => ({ ...loadNode(node), outputs: [] }));
  return poolLoads([...ends, ...added.map(loadNode)], linked.map(loadLink));
}

function loadNode({ id, lane, pool, type }: NodeEntry): LoadNode {
  const { isAsync, mode, outputs } = type.descriptor;
  return { id, lane, pool, lasts: isAsync || mode === "external", outputs };
}

function loadLink({ fromNode, toNode, capacity, policy, output: { kind } }: LinkEntry): LoadLink {
  return { fromNode, toNode, capacity, kind, evicts: evicts(policy) };
}

/** Whether the nodes that stay need of pools what they needed before. */
function keepsLoads({ moved, ported, replaced }: GraphChange): boolean {
  return moved.length === 0 && ported.length === 0 && replaced.every(({ before, after }) => before.type === after.type);
}

function growthIn(topology: Topology): Map<FrameKind, number> {
  const descriptors = [...topology.nodes.values()].map(({ type }) => type.descriptor);
  return growthOf(descriptors.flatMap(({ inputs, outputs }) => [...inputs, ...outputs]));
}
