/**
 * Finds nodes to move to other lanes, so that the busiest lane has less to do.
 *
 * The *load* of a node is its share of one thread, from 0 to 1. A link between two lanes adds to the load of both. The
 * *peak* of a placement is the load of its busiest lane, which sets the pace of a graph that runs as fast as it can.
 * Chains stay together, because each cut costs a crossing.
 *
 * Pure and deterministic: the same input gives the same moves.
 *
 * @module
 */

/** The cost of a frame that crosses from lane to lane, for either lane, seconds. */
const CROSSING_S = 1e-6;

/**
 * A placement whose peak exceeds the lowest by at most this factor is as good if it cuts fewer chains, or moves less.
 */
const TIE = 1.15;

/** A single cluster moves only if the sum of squared loads drops by more than this. */
const LEAST_STEP = 1e-12;

/** Most passes over all clusters that improve a placement. */
const MAX_PASSES = 8;

/** A node with its load. */
export interface LoadedNode {
  readonly id: string;
  readonly lane: string;
  readonly load: number;
  /** True if the node may be moved. */
  readonly isFree: boolean;
}

/** A link with its rate of frames. */
export interface LoadedLink {
  readonly from: string;
  readonly to: string;
  readonly framesPerSecond: number;
  /** True if its ends must stay on one lane. */
  readonly isGlued: boolean;
}

/** A measured graph. */
export interface Loads {
  readonly nodes: readonly LoadedNode[];
  readonly links: readonly LoadedLink[];
  /** The lanes that free nodes may be on, including lanes that do not exist yet. */
  readonly lanes: readonly string[];
  /** The least share of the peak, from 0 to 1, that moves must save. */
  readonly leastGain: number;
}

/** The move of one node. */
export interface LaneMove {
  readonly id: string;
  readonly from: string;
  readonly to: string;
}

/** The moves, and the peak before and, as predicted, after them. */
export interface Balance {
  readonly moves: readonly LaneMove[];
  readonly peakBefore: number;
  readonly peakAfter: number;
}

/** Nodes that move together. */
interface Cluster {
  readonly members: readonly number[];
  readonly load: number;
  /** Index of its lane; a cluster that stays may be on a lane that no free node can be on. */
  readonly home: number;
  readonly isFree: boolean;
}

/** A link between two clusters, by their numbers. */
interface Edge {
  readonly a: number;
  readonly b: number;
  /** The cost for either lane if the lanes differ. */
  readonly cost: number;
}

/** The lane of each cluster, by number. */
type Placement = Int32Array;

/** Finds the moves that are worth making. */
export function balance({ nodes, links, lanes, leastGain }: Loads): Balance {
  const problem = new Problem(nodes, links, lanes);
  const present = problem.present;
  const peakBefore = problem.peak(present);
  const chosen = choose(problem, candidates(problem));
  const peakAfter = problem.peak(chosen);
  if (peakAfter > peakBefore * (1 - leastGain) || peakAfter >= peakBefore) {
    return { moves: [], peakBefore, peakAfter: peakBefore };
  }
  const moves = problem.clusters.flatMap(({ members }, k) =>
    chosen[k] === present[k]
      ? []
      : members.map((n) => ({ id: nodes[n].id, from: nodes[n].lane, to: problem.lanes[chosen[k]] }))
  );
  return { moves, peakBefore, peakAfter };
}

/** A measured graph with its nodes joined to clusters. */
class Problem {
  readonly clusters: readonly Cluster[];
  readonly edges: readonly Edge[];
  /** The lanes, those for free clusters first. */
  readonly lanes: readonly string[];
  readonly choices: number;
  /** The edges of each cluster. */
  readonly edgesOf: readonly (readonly Edge[])[];
  /** Free clusters in an order in which neighbours of a chain follow one another. */
  readonly chain: readonly number[];

  constructor(nodes: readonly LoadedNode[], links: readonly LoadedLink[], lanes: readonly string[]) {
    this.lanes = [...new Set([...lanes, ...nodes.map(({ lane }) => lane)])];
    this.choices = new Set(lanes).size;
    const numbers = new Map(nodes.map(({ id }, n) => [id, n]));
    const ends = links.map((link) => ({ ...link, a: numbers.get(link.from)!, b: numbers.get(link.to)! }));
    const roots = joined(nodes.length, ends.filter(({ isGlued, a, b }) => isGlued && nodes[a].lane === nodes[b].lane));
    const groups = [...Map.groupBy(nodes.keys(), (n) => roots[n])];
    const numberOf = new Map(groups.map(([root], k) => [root, k]));
    const clusterOf = roots.map((root) => numberOf.get(root)!);
    this.clusters = groups.map(([root, members]) => {
      const home = this.lanes.indexOf(nodes[root].lane);
      const isFree = members.every((n) => nodes[n].isFree) && home < this.choices;
      return { members, load: members.reduce((sum, n) => sum + nodes[n].load, 0), home, isFree };
    });
    this.edges = ends.map(({ a, b, framesPerSecond }) => ({
      a: clusterOf[a],
      b: clusterOf[b],
      cost: framesPerSecond * CROSSING_S,
    })).filter(({ a, b }) => a !== b);
    const edgesOf = groups.map((): Edge[] => []);
    for (const edge of this.edges) for (const k of [edge.a, edge.b]) edgesOf[k].push(edge);
    this.edgesOf = edgesOf;
    this.chain = chainOrder(groups.length, this.edges).filter((k) => this.clusters[k].isFree);
  }

  get present(): Placement {
    return Int32Array.from(this.clusters, ({ home }) => home);
  }

  /** Returns the load of each lane that free clusters may be on. */
  loads(placement: Placement): Float64Array {
    const loads = new Float64Array(this.lanes.length);
    for (const [k, { load }] of this.clusters.entries()) loads[placement[k]] += load;
    for (const { a, b, cost } of this.edges) {
      if (placement[a] === placement[b]) continue;
      loads[placement[a]] += cost;
      loads[placement[b]] += cost;
    }
    return loads.subarray(0, this.choices);
  }

  peak(placement: Placement): number {
    return Math.max(0, ...this.loads(placement));
  }

  /** Returns the cost of all links between lanes. */
  crossings(placement: Placement): number {
    return this.edges.reduce((sum, { a, b, cost }) => sum + (placement[a] === placement[b] ? 0 : cost), 0);
  }

  moved(placement: Placement): number {
    return this.clusters.reduce((sum, { home }, k) => sum + (placement[k] === home ? 0 : 1), 0);
  }
}

/** Joins pairs to sets, and returns the number of one member of each element's set. */
function joined(count: number, pairs: readonly { readonly a: number; readonly b: number }[]): number[] {
  const parents = Array.from({ length: count }, (_, n) => n);
  const root = (n: number) => {
    while (parents[n] !== n) n = parents[n] = parents[parents[n]];
    return n;
  };
  for (const { a, b } of pairs) parents[Math.max(root(a), root(b))] = Math.min(root(a), root(b));
  return parents.map((_, n) => root(n));
}

/** Orders depth first along the links, from elements without links into them: a chain stays in one piece. */
function chainOrder(count: number, edges: readonly Edge[]): number[] {
  const next = Array.from({ length: count }, (): number[] => []);
  const waiting = new Int32Array(count);
  for (const { a, b } of edges) {
    next[a].push(b);
    waiting[b]++;
  }
  const order: number[] = [];
  const seen = new Uint8Array(count);
  const visit = (first: number) => {
    const stack = [first];
    for (let k = stack.pop(); k !== undefined; k = stack.pop()) {
      if (seen[k] === 1) continue;
      seen[k] = 1;
      order.push(k);
      // An element behind several follows the last of them.
      for (const to of next[k].toReversed()) if (--waiting[to] <= 0) stack.push(to);
    }
  };
  for (let k = 0; k < count; k++) if (waiting[k] === 0) visit(k);
  // The remaining elements are on loops.
  for (let k = 0; k < count; k++) visit(k);
  return order;
}

/** Returns the placements to choose from, the present one first. */
function candidates(problem: Problem): Placement[] {
  const starts = [problem.present, heaviestFirst(problem)];
  const most = problem.choices;
  for (const parts of new Set([2, Math.floor(most / 2), most - 1, most])) {
    if (parts >= 2 && parts <= most) starts.push(cutChain(problem, parts));
  }
  return [problem.present, ...starts, ...starts.map((start) => improve(problem, start.slice()))];
}

/** Places each cluster, the heaviest first, on the lane with the least load so far. */
function heaviestFirst(problem: Problem): Placement {
  const placement = problem.present;
  const loads = new Float64Array(problem.lanes.length);
  for (const { load, home, isFree } of problem.clusters) if (!isFree) loads[home] += load;
  const order = problem.chain.toSorted((a, b) => problem.clusters[b].load - problem.clusters[a].load);
  for (const k of order) {
    let best = problem.clusters[k].home;
    for (let lane = 0; lane < problem.choices; lane++) if (loads[lane] < loads[best]) best = lane;
    placement[k] = best;
    loads[best] += problem.clusters[k].load;
  }
  return placement;
}

/** Cuts the clusters, in the order of the chains, into parts of nearly equal load, one for each lane. */
function cutChain(problem: Problem, parts: number): Placement {
  const { chain, clusters } = problem;
  const total = chain.reduce((sum, k) => sum + clusters[k].load, 0);
  const partOf = new Map<number, number>();
  let before = 0;
  for (const k of chain) {
    const middle = before + clusters[k].load / 2;
    partOf.set(k, total === 0 ? 0 : Math.min(parts - 1, Math.floor(middle / total * parts)));
    before += clusters[k].load;
  }
  return assignParts(problem, parts, partOf);
}

/** Gives each part the remaining lane that already has most of its load. */
function assignParts(problem: Problem, parts: number, partOf: ReadonlyMap<number, number>): Placement {
  const placement = problem.present;
  const shared = Array.from({ length: parts }, () => new Float64Array(problem.lanes.length));
  for (const [k, part] of partOf) shared[part][problem.clusters[k].home] += problem.clusters[k].load;
  const free = new Set(Array.from({ length: problem.choices }, (_, lane) => lane));
  const laneOf = new Map<number, number>();
  for (const part of shared.keys().toArray().sort((a, b) => Math.max(...shared[b]) - Math.max(...shared[a]))) {
    const lane = free.values().reduce((best, each) => shared[part][each] > shared[part][best] ? each : best);
    free.delete(lane);
    laneOf.set(part, lane);
  }
  for (const [k, part] of partOf) placement[k] = laneOf.get(part)!;
  return placement;
}

/** Moves single clusters between lanes while the loads become more equal. */
function improve(problem: Problem, placement: Placement): Placement {
  const loads = problem.loads(placement);
  const changes = new LoadChanges(problem, placement);
  for (let pass = 0; pass < MAX_PASSES; pass++) {
    let hasMoved = false;
    for (const k of problem.chain) hasMoved = moveToBest(loads, changes, k) || hasMoved;
    if (!hasMoved) break;
  }
  return placement;
}

/** @param loads the loads of the placement: kept up to date */
function moveToBest(loads: Float64Array, changes: LoadChanges, k: number): boolean {
  // The busiest lane sets the pace: it must not slow down for the sake of the others.
  const top = loads.reduce((most, load) => Math.max(most, load), 0);
  let best = -1;
  let bestGain = LEAST_STEP;
  for (let lane = 0; lane < loads.length; lane++) {
    if (!changes.move(k, lane)) continue;
    const gain = changes.gain(loads, top);
    if (gain > bestGain) [best, bestGain] = [lane, gain];
  }
  if (best < 0) return false;
  changes.move(k, best);
  changes.make(loads);
  return true;
}

/** The changes of the lanes' loads if a cluster moves. */
class LoadChanges {
  readonly #problem: Problem;
  readonly #placement: Placement;
  readonly #by: Float64Array;
  /** The lanes whose loads change. */
  #lanes: number[] = [];
  #cluster = 0;
  #to = 0;

  constructor(problem: Problem, placement: Placement) {
    this.#problem = problem;
    this.#placement = placement;
    this.#by = new Float64Array(problem.lanes.length);
  }

  /** Considers one move. @returns true if it changes a lane */
  move(cluster: number, to: number): boolean {
    const here = this.#placement[cluster];
    if (here === to) return false;
    for (const lane of this.#lanes) this.#by[lane] = 0;
    this.#lanes = [];
    [this.#cluster, this.#to] = [cluster, to];
    const { load } = this.#problem.clusters[cluster];
    this.#add(here, -load);
    this.#add(to, load);
    for (const { a, b, cost } of this.#problem.edgesOf[cluster]) {
      const other = this.#placement[a === cluster ? b : a];
      if (other !== here) {
        this.#add(here, -cost);
        this.#add(other, -cost);
      }
      if (other !== to) {
        this.#add(to, cost);
        this.#add(other, cost);
      }
    }
    return true;
  }

  /** Returns the drop of the sum of squared loads; -Infinity if a lane would exceed `top`. */
  gain(loads: Float64Array, top: number): number {
    let gain = 0;
    for (const lane of this.#lanes) {
      if (lane >= loads.length) continue;
      const [before, after] = [loads[lane], loads[lane] + this.#by[lane]];
      if (after > before && after > top) return -Infinity;
      gain += before ** 2 - after ** 2;
    }
    return gain;
  }

  /** Makes the move. */
  make(loads: Float64Array): void {
    for (const lane of this.#lanes) if (lane < loads.length) loads[lane] += this.#by[lane];
    this.#placement[this.#cluster] = this.#to;
  }

  #add(lane: number, amount: number): void {
    if (!this.#lanes.includes(lane)) this.#lanes.push(lane);
    this.#by[lane] += amount;
  }
}

/** Chooses the placement with the lowest peak, or one nearly as good that cuts or moves less. */
function choose(problem: Problem, placements: readonly Placement[]): Placement {
  const rated = placements.map((placement) => ({
    placement,
    peak: problem.peak(placement),
    crossings: problem.crossings(placement),
    moved: problem.moved(placement),
  }));
  const lowest = Math.min(...rated.map(({ peak }) => peak));
  const good = rated.filter(({ peak }) => peak <= lowest * TIE);
  return good.reduce((best, each) =>
    each.crossings < best.crossings || (each.crossings === best.crossings && each.moved < best.moved) ? each : best
  ).placement;
}
