/**
 * Moves nodes whose lanes the runtime chooses, while the graph runs, by ordinary edits: when one of their lanes has
 * been overloaded for a second, and other lanes could take enough of its load.
 *
 * Only a node moves whose next instance continues from its whole state, so that no node begins anew and no frame is
 * lost. The graph starts on its default lanes, so that a graph which ends soon, or has little to do, starts no further
 * thread.
 *
 * @module
 */
import { SluiceError } from "../errors.ts";
import type { NodeEntry } from "../graph/entries.ts";
import { whyFixed } from "../graph/fixed_nodes.ts";
import type { NodeId } from "../ids.ts";
import type { DraftedEdit } from "../live/edit_site.ts";
import { logDetail, logger } from "../log.ts";
import { type Balance, balance, type LaneMove } from "../placement/balance.ts";
import { DEFAULT_LANE } from "../placement/lane_choice.ts";
import { readLinkCounts } from "../links/link_counts.ts";
import { readRetained } from "../stats.ts";
import { lanesOf, type LoadLooks, lookForLoad, type MeasuredLoad } from "./watch/load.ts";
import { PageSample } from "./watch/page_sample.ts";
import type { Run } from "./run.ts";
import type { BalancingOptions } from "./session_options.ts";

/** Defaults of {@linkcode BalancingOptions}. */
const BY_DEFAULT: Required<Omit<BalancingOptions, "processors">> = {
  lookEveryMs: 250,
  overloadedForMs: 1_000,
  restMs: 2_000,
};

/** The least reduction of the busiest lane's load, as a share of it. */
const LEAST_GAIN = 0.15;

/** Each rest is twice as long as the last one, up to this limit, milliseconds. */
const MAX_REST_MS = 60_000;

/** Moves are undone if the graph then carries less than this share of its former frames. */
const LEAST_PACE = 0.85;

/** The time limit of an edit that moves nodes, milliseconds. */
const TIMEOUT_MS = 5_000;

/** Moves that were made, until their effect is known. */
interface Trial {
  readonly moves: readonly LaneMove[];
  /** The frames a second that all links together carried before the moves. */
  readonly pace: number;
  readonly sinceNs: number;
  /** The frames that all links had carried by then. */
  readonly frames: number;
}

/** Places the nodes of one run. */
export class LaneBalancer {
  readonly #run: Run;
  readonly #options: Required<BalancingOptions>;
  /** The looks since a change of the graph or a pause; `undefined` before the first. */
  #looks: LoadLooks | undefined;
  #timer: ReturnType<typeof setInterval> | undefined;
  #restMs: number;
  #restsUntilNs = 0;
  #isMoving = false;
  #trial: Trial | undefined;
  /** The last measurement of an overloaded lane. */
  #measured: MeasuredLoad | undefined;
  /** Lives of nodes that have refused to move. */
  readonly #refused = new Set<number>();

  constructor(run: Run) {
    this.#run = run;
    this.#options = { ...BY_DEFAULT, processors: navigator.hardwareConcurrency, ...run.options.balancing };
    this.#restMs = this.#options.restMs;
  }

  /** Begins to look, if the runtime places any node. */
  begin(): void {
    if (this.#timer !== undefined || this.#run.ending !== undefined) return;
    if (!this.#run.topology.nodes.values().some(({ autoPlaced }) => autoPlaced)) return;
    this.#timer = setInterval(() => this.#look(), this.#options.lookEveryMs);
  }

  /** Starts the measurement anew after an edit of the graph. */
  changed(): void {
    this.#restMs = this.#options.restMs;
    this.#trial = undefined;
    this.begin();
  }

  /** Stops looking. */
  end(): void {
    clearInterval(this.#timer);
  }

  #look(): void {
    const { isRunning, clock, edits, topology, page } = this.#run;
    if (!isRunning || clock.paused || this.#isMoving || edits!.underWay) {
      this.#looks = undefined;
      return;
    }
    const nowNs = clock.nowNs();
    this.#looks = lookForLoad(this.#looks, new PageSample(topology, page, nowNs));
    const { measured } = this.#looks;
    if (this.#trial !== undefined) this.#judge(this.#trial, nowNs, measured !== undefined);
    const leastNs = this.#options.overloadedForMs * 1e6;
    if (measured === undefined || measured.forNs < leastNs || nowNs < this.#restsUntilNs) return;
    const found = this.#balance(measured, (node) => this.whyFixed(node) === undefined);
    this.#measured = measured;
    this.#restsUntilNs = nowNs + this.#restMs * 1e6;
    this.#restMs = Math.min(2 * this.#restMs, MAX_REST_MS);
    this.#looks = undefined;
    logDetail("runtime", "trace", () => {
      const loads = Object.fromEntries(lanesOf(measured.nodes));
      return [`A lane has too much to do; ${found.moves.length} nodes are to move`, { loads }];
    });
    if (found.moves.length === 0) return;
    const pace = measured.links.values().reduce((sum, each) => sum + each, 0);
    void this.#move(found.moves, reasonOf(measured, found)).then((isMade) => {
      if (isMade) this.#trial = { moves: found.moves, pace, sinceNs: clock.nowNs(), frames: this.#framesRead() };
    });
  }

  /**
   * Undoes moves that have made the graph slower: the machine has fewer free processors than the graph has lanes.
   *
   * @param isBusy true if a lane is overloaded; if none is, a live graph may just have less to do
   */
  #judge({ moves, pace, sinceNs, frames }: Trial, nowNs: number, isBusy: boolean): void {
    if (nowNs - sinceNs < this.#options.overloadedForMs * 1e6) return;
    this.#trial = undefined;
    const now = (this.#framesRead() - frames) / (nowNs - sinceNs) * 1e9;
    if (now >= pace * LEAST_PACE || (this.#run.topology.mode === "live" && !isBusy)) return;
    this.#measured = undefined;
    this.#restMs = MAX_REST_MS;
    this.#restsUntilNs = nowNs + MAX_REST_MS * 1e6;
    const less = Math.round((1 - now / pace) * 100);
    const reason = `${less} % fewer frames went through the graph since nodes were moved to other lanes: they go back`;
    void this.#move(moves.map(({ id, from, to }) => ({ id, from: to, to: from })), reason);
  }

  #framesRead(): number {
    const { topology, page } = this.#run;
    return topology.links.values().reduce((sum, { index }) => sum + readLinkCounts(page, index).read, 0);
  }

  /**
   * The moves that the next run of the graph could begin with, including nodes that cannot move while the graph runs.
   * Empty if no lane was overloaded.
   */
  get better(): readonly LaneMove[] {
    if (this.#measured === undefined) return [];
    const { nodes, links } = this.#measured;
    const { topology } = this.#run;
    const now = new Map(
      nodes.entries().flatMap(([{ id, life }, load]) => {
        const node = topology.nodes.get(id);
        return node?.life === life ? [[node, load] as const] : [];
      }),
    );
    const ids = new Set(now.keys().map(({ id }) => id));
    const known = new Map(links.entries().filter(([{ fromNode, toNode }]) => ids.has(fromNode) && ids.has(toNode)));
    return this.#balance({ forNs: 0, nodes: now, links: known }, (node) => whyFixed(topology, node) === undefined)
      .moves;
  }

  #balance({ nodes, links }: MeasuredLoad, isFree: (node: NodeEntry) => boolean): Balance {
    return balance({
      nodes: [...nodes].map(([node, load]) => ({ id: node.id, lane: node.lane, load, isFree: isFree(node) })),
      links: [...links].map(([{ fromNode, toNode, output }, framesPerSecond]) => ({
        from: fromNode,
        to: toNode,
        framesPerSecond,
        // Inside a lane a value travels by reference; between lanes it is copied, if it can be.
        isGlued: output.kind === "data" && output.struct === undefined,
      })),
      lanes: this.#lanes(lanesOf(nodes)),
      leastGain: LEAST_GAIN,
    });
  }

  /** Returns the lanes to choose from: those that have such nodes, and more up to the number of free processors. */
  #lanes(loads: ReadonlyMap<string, number>): string[] {
    const { nodes, lanes: declared } = this.#run.topology;
    const placed = nodes.values().filter(({ autoPlaced }) => autoPlaced).map(({ lane }) => lane);
    const names = [...new Set([DEFAULT_LANE, ...placed])];
    const others = [...loads].filter(([lane]) => !names.includes(lane));
    const left = this.#options.processors - Math.round(others.reduce((sum, [, load]) => sum + load, 0));
    for (let k = 2; names.length < left; k++) {
      const name = `${DEFAULT_LANE}-${k}`;
      if (!names.includes(name) && !loads.has(name) && !Object.hasOwn(declared, name)) names.push(name);
    }
    return names;
  }

  /** Returns why a node stays on its lane, in words; `undefined` if it may be moved. */
  whyFixed(node: NodeEntry): string | undefined {
    const { states, nodes, topology, lanes, page } = this.#run;
    const why = whyFixed(topology, node);
    if (why !== undefined) return why;
    if (nodes.carries(node.index) !== "all") return "its class lacks snapshot() or restore(), or has a teardown()";
    if (this.#refused.has(node.life)) return "it has refused to move";
    if (readRetained(page, node.index) > 0) return "it retains frames, which would not go along";
    const runs = states.get(node.id) === "running" && lanes.named(node.lane)?.state === "running";
    return runs ? undefined : "it does not run";
  }

  /** Moves nodes by an edit. @returns true if the edit was made */
  async #move(moves: readonly LaneMove[], reason: string): Promise<boolean> {
    this.#isMoving = true;
    try {
      await this.#run.edits!.run(() => this.#draft(moves, reason), TIMEOUT_MS);
      logDetail("runtime", "debug", () => [`Moves: ${moves.map(describeMove).join(", ")}`]);
      logger("runtime").info(`Moved ${moves.map(({ id }) => id).join(", ")} to other lanes: ${reason}`);
      return true;
    } catch (error) {
      if (this.#run.isRunning) this.#failed(error as Error);
      return false;
    } finally {
      this.#isMoving = false;
    }
  }

  /** Drafts the moves. A node that is not where it was measured stays. */
  #draft(moves: readonly LaneMove[], reason: string): DraftedEdit<undefined> {
    const { topology } = this.#run;
    const draft = topology.draft();
    for (const { id, from, to } of moves) {
      const node = topology.nodes.get(id as NodeId);
      if (node?.lane === from && this.whyFixed(node) === undefined) draft.moveNode(id, to, undefined, true);
    }
    return { draft, extras: { actions: ["move"], configure: [], reason }, result: undefined };
  }

  /** Handles a failed edit: the graph continues unchanged or, if the edit is in effect, with the failed node. */
  #failed(error: Error): void {
    const node = error instanceof SluiceError ? this.#run.topology.nodes.get(error.nodeId as NodeId) : undefined;
    if (node !== undefined) this.#refused.add(node.life);
    logger("runtime").warn(`Nodes were to be moved to lanes that have less to do: ${error.message}`);
  }
}

function describeMove({ id, from, to }: LaneMove): string {
  return `"${id}" from lane "${from}" to lane "${to}"`;
}

function reasonOf({ forNs, nodes }: MeasuredLoad, { moves, peakBefore, peakAfter }: Balance): string {
  const loads = lanesOf(nodes);
  const [busiest] = [...new Set(moves.map(({ from }) => from))].sort((a, b) => loads.get(b)! - loads.get(a)!);
  const percent = (load: number) => `${Math.round(Math.min(1, load) * 100)} %`;
  return `Lane "${busiest}" was busy for ${percent(loads.get(busiest)!)} of ${
    (forNs / 1e9).toFixed(1)
  } s; the busiest ` +
    `lane is to take ${Math.round((1 - peakAfter / peakBefore) * 100)} % less`;
}
