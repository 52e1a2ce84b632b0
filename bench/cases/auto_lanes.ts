/**
 * What the runtime makes of graphs whose nodes it places, against placements made by somebody who knows what each node
 * costs, and against one lane.
 *
 * @module
 */
import { equal } from "node:assert/strict";
import type { AudioFrame } from "../../core/frames/audio_frame.ts";
import type { NodeId } from "../../core/ids.ts";
import type { NodeHandle } from "../../core/registry/handle.ts";
import type { NodeSpec } from "../../core/registry/node_type.ts";
import { Runtime } from "../../core/runtime.ts";
import { nodes } from "../../sluice.gen.ts";
import type { Benchmark } from "../benchmark.ts";
import { median, ratioRow, type Row } from "../measure.ts";
import { work, workSource } from "../nodes/work.ts";

/** Nodes of each graph of shipped audio nodes. */
const AUDIO_SIZES = [8, 16, 32];

/** Nodes that give a block for each that they get. */
const EFFECTS: readonly (() => Effect)[] = [
  () => nodes.reverb({ maxTailSeconds: 0 }),
  () => nodes.equaliser({ bands: BANDS.map((frequencyHz) => ({ type: "peak", frequencyHz, gainDb: 3 })) }),
  () => nodes.compressor(),
  () => nodes.echo({ maxTailSeconds: 0 }),
  () => nodes.noiseGate(),
  () => nodes.gain({ gainDb: -1 }),
];
const BANDS = [100, 300, 1000, 3000, 9000];

/** Nodes of each graph of nodes that compute. */
const SIZES = [20, 30, 40, 50, 60, 80, 100, 130, 160, 200];

/** Steps of the cheapest node and of the dearest: as many nanoseconds, about. */
const LEAST_STEPS = 500;
const MOST_STEPS = 30_000;

/** For how long each placement runs in a round, and how long before the first, milliseconds. */
const ROUND_MS = 300;
const WARM_MS = 300;

/** How long the runtime has for its placement, milliseconds: it looks for one after a second, and after 2 s more. */
const SETTLE_MS = 5_000;

type Effect = NodeSpec<NodeHandle<{ audioIn: AudioFrame }, { audioOut: AudioFrame }>>;

/** A tree of nodes: each is fed by an earlier one. */
interface Tree {
  /** What each costs, in any unit. */
  readonly costs: readonly number[];
  /** Number of the node that feeds it; -1: the source. */
  readonly parents: readonly number[];
  source(): NodeSpec<NodeHandle<Record<never, never>, { audio: AudioFrame }>>;
  node(n: number): Effect;
}

/** The lane of each node. */
type Lanes = readonly number[];

/** Ways in which a person would place nodes. */
const BY_HAND: readonly ((tree: Tree, lanes: number) => Lanes)[] = [cutInOrder, byBranch, heaviestFirst];

export const autoLanes: Benchmark = {
  name: "auto-lanes",
  about:
    "Frames that go through a tree of 20 to 200 nodes that compute for 0.5 to 30 µs each, and of 8 to 32 shipped " +
    "audio nodes, with the lanes that the runtime chooses: against the best of three placements by somebody who knows " +
    "the costs, and against one lane.",
  async run({ runs, skip }) {
    const lanes = navigator.hardwareConcurrency;
    if (lanes < 2) {
      skip("the machine has one processor");
      return [];
    }
    const rows: Row[] = [];
    for (const [what, trees] of [["", SIZES.map(workTree)], [", audio nodes", await audioTrees()]] as const) {
      const times: Times[] = [];
      for (const tree of trees) times.push(await timeTree(tree, lanes, runs));
      const [auto, byHand, alone] = (["auto", "byHand", "alone"] as const).map((key) => times.map((each) => each[key]));
      const chosen = `lanes chosen by the runtime${what}`;
      const goal = { of: "speed", limit: 0.9 } as const;
      rows.push(ratioRow({ what: chosen, peer: "the best by hand", goal }, auto, byHand));
      rows.push(ratioRow({ what: chosen, peer: "one lane", of: "speed" }, auto, alone));
    }
    return rows;
  },
};

/** Nanoseconds for each frame. */
interface Times {
  readonly auto: number;
  readonly byHand: number;
  readonly alone: number;
}

/**
 * Runs a tree with each placement, in turn: while one runs, the others are paused.
 *
 * @returns the medians of the rounds
 */
async function timeTree(tree: Tree, lanes: number, rounds: number): Promise<Times> {
  const placements: (Lanes | undefined)[] = [
    undefined,
    tree.costs.map(() => 0),
    ...BY_HAND.map((place) => place(tree, lanes)),
  ];
  const runtimes: Runtime[] = [];
  for (const placed of placements) runtimes.push(await startTree(tree, placed));
  const times = runtimes.map((): number[] => []);
  for (let round = 0; round < rounds; round++) {
    for (const [k, runtime] of runtimes.entries()) times[k].push(await timeRound(runtime));
  }
  for (const runtime of runtimes) await stopTree(runtime);
  const [auto, alone, ...byHand] = times.map(median);
  return { auto, alone, byHand: Math.min(...byHand) };
}

/**
 * @param lanes the lane of each node; absent: the runtime chooses, and has had the time to
 * @returns it, paused
 */
async function startTree(tree: Tree, lanes: Lanes | undefined): Promise<Runtime> {
  const runtime = new Runtime({ mode: "offline", native: "require", signals: false });
  const laneOf = (n: number) => lanes === undefined ? "auto" : `bench${lanes[n]}`;
  const source = runtime.add(tree.source(), { id: "source", lane: laneOf(0) });
  const added = tree.costs.map((_, n) => runtime.add(tree.node(n), { id: `node${n}`, lane: laneOf(n) }));
  for (const [n, parent] of tree.parents.entries()) {
    const output = parent < 0 ? source.outputs.audio : added[parent].outputs.audioOut;
    runtime.connect(output, added[n].inputs.audioIn, { policy: "lossless" });
  }
  await runtime.start();
  await sleep(lanes === undefined ? SETTLE_MS : WARM_MS);
  await runtime.pause();
  return runtime;
}

/** @returns nanoseconds for each frame */
async function timeRound(runtime: Runtime): Promise<number> {
  const before = progress(runtime);
  await runtime.resume();
  await sleep(ROUND_MS);
  await runtime.pause();
  const after = progress(runtime);
  return (after.atNs - before.atNs) / (after.frames - before.frames);
}

/** Ends a tree. @throws if a node has not had every frame */
async function stopTree(runtime: Runtime): Promise<void> {
  const { nodes } = (await runtime.stop())!;
  const sent = nodes.find(({ id }) => id === "source")!.framesOut;
  for (const { id, framesIn } of nodes) if (id !== "source") equal(framesIn, sent, `frames of ${id}`);
  await runtime[Symbol.asyncDispose]();
}

/** How many frames have gone through the whole tree, on average of its nodes. */
function progress(runtime: Runtime): { readonly atNs: number; readonly frames: number } {
  const { elapsedNs, nodes } = runtime.stats();
  return { atNs: elapsedNs, frames: nodes.reduce((sum, { framesIn }) => sum + framesIn, 0) / (nodes.length - 1) };
}

/** A tree of nodes that compute. */
function workTree(size: number, k: number): Tree {
  const next = randomOf(k + 1);
  const costs = Array.from({ length: size }, () => Math.round(LEAST_STEPS * (MOST_STEPS / LEAST_STEPS) ** next()));
  return { costs, parents: parentsOf(size, next), source: workSource, node: (n) => work({ steps: costs[n] }) };
}

/** Trees of shipped audio nodes, whose costs are measured on one lane. */
async function audioTrees(): Promise<Tree[]> {
  const trees: Tree[] = [];
  for (const [k, size] of AUDIO_SIZES.entries()) {
    const next = randomOf(k + 1);
    const kinds = Array.from({ length: size }, () => EFFECTS[Math.floor(next() * EFFECTS.length)]);
    const tree: Tree = {
      costs: kinds.map(() => 0),
      parents: parentsOf(size, next),
      source: () => nodes.toneSource({ blockSize: 256, channels: 2 }),
      node: (n) => kinds[n](),
    };
    const runtime = await startTree(tree, tree.costs);
    const busyNs = new Map(runtime.stats().nodes.map(({ id, busyNs }) => [id, busyNs]));
    await stopTree(runtime);
    trees.push({ ...tree, costs: kinds.map((_, n) => busyNs.get(`node${n}` as NodeId)!) });
  }
  return trees;
}

/** The same numbers from 0 to 1 for the same seed. */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return (state >>> 8) / 2 ** 24;
  };
}

/** Chains that branch now and then. */
function parentsOf(size: number, next: () => number): number[] {
  return Array.from({ length: size }, (_, n) => next() < 0.8 ? n - 1 : Math.floor(next() * n) - 1);
}

/** Equal parts in the order of the tree. */
function cutInOrder({ costs }: Tree, lanes: number): Lanes {
  const total = costs.reduce((sum, each) => sum + each, 0);
  let before = 0;
  return costs.map((each) => {
    before += each;
    return Math.min(lanes - 1, Math.floor((before - each / 2) / total * lanes));
  });
}

/** Whole runs of nodes that feed only one another, the heaviest to the lane that has least. */
function byBranch({ costs, parents }: Tree, lanes: number): Lanes {
  const fed = new Map<number, number>();
  for (const parent of parents) fed.set(parent, (fed.get(parent) ?? 0) + 1);
  const runs: number[][] = [];
  const runOf = new Map<number, number[]>();
  for (const [n, parent] of parents.entries()) {
    const run = fed.get(parent) === 1 ? runOf.get(parent) ?? [] : [];
    if (run.length === 0) runs.push(run);
    run.push(n);
    runOf.set(n, run);
  }
  return share(costs, runs, lanes);
}

/** Single nodes, the heaviest to the lane that has least. */
function heaviestFirst({ costs }: Tree, lanes: number): Lanes {
  return share(costs, costs.map((_, n) => [n]), lanes);
}

function share(costs: readonly number[], groups: readonly (readonly number[])[], lanes: number): Lanes {
  const loads = new Array<number>(lanes).fill(0);
  const placed = new Array<number>(costs.length).fill(0);
  const costOf = (group: readonly number[]) => group.reduce((sum, n) => sum + costs[n], 0);
  for (const group of groups.toSorted((a, b) => costOf(b) - costOf(a))) {
    const lane = loads.indexOf(Math.min(...loads));
    loads[lane] += costOf(group);
    for (const n of group) placed[n] = lane;
  }
  return placed;
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
