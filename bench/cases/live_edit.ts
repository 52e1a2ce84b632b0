/**
 * How long an edit of a large graph takes while it runs.
 *
 * @module
 */
import { equal } from "node:assert/strict";
import { Runtime } from "../../core/runtime.ts";
import { nodes } from "../../sluice.gen.ts";
import type { Benchmark } from "../benchmark.ts";
import { figure, median, quantile, type Row } from "../measure.ts";

/** Chains of so many nodes each, spread over so many worker lanes. */
const CHAINS = 10;
const LENGTH = 100;
const LANES = 3;

/** Edits of one run, and those before them. */
const EDITS = 300;
const WARMUP = 30;

/** Longest that an edit may take, nanoseconds. */
const LIMIT_NS = 5_000_000;

/** What is done, in turn. */
type Edit = (runtime: Runtime, turn: number) => Promise<unknown>;

export const liveEdit: Benchmark = {
  name: "live-edit",
  about:
    "An edit of a running graph of 1,000 nodes, in ten chains over three worker lanes that play a tone in real time: a " +
    "node replaced, a link and a node added, both removed. From the call of edit() until it is in effect.",
  async run({ runs }) {
    const medians: number[] = [];
    const tails: number[] = [];
    for (let k = 0; k < runs; k++) {
      const tookNs = await editTimes();
      medians.push(median(tookNs));
      tails.push(quantile(tookNs, 0.99));
    }
    return [row("median", medians), row("p99", tails)];
  },
};

/** @returns how long each edit took, nanoseconds */
async function editTimes(): Promise<number[]> {
  await using runtime = new Runtime({ mode: "live", native: "require", pools: { audio: { slotBytes: 4_096 } } });
  for (let chain = 0; chain < CHAINS; chain++) addChain(runtime, chain);
  await runtime.start();
  const tookNs: number[] = [];
  for (let turn = 0; turn < WARMUP + EDITS; turn++) {
    const startMs = performance.now();
    await EDIT_KINDS[turn % EDIT_KINDS.length](runtime, turn);
    if (turn >= WARMUP) tookNs.push((performance.now() - startMs) * 1e6);
  }
  const { nodes: all, links } = runtime.stats();
  equal(all.length, CHAINS * LENGTH, "nodes");
  for (const { id, dropped } of links) equal(dropped.unlinked, 0, `frames of link ${id}`);
  await runtime.stop();
  return tookNs;
}

const EDIT_KINDS: readonly Edit[] = [
  (runtime, turn) => {
    const spec = nodes.gain({ gainDb: -turn % 7 });
    // Not to wait for the next block, which comes every 21 ms.
    return runtime.edit((edit) => edit.replace(`gain-${turn % CHAINS}-50`, spec), { trialMs: 0 });
  },
  (runtime, turn) =>
    runtime.edit((edit) => {
      const meter = edit.add(nodes.levelMeter(), { id: "extra", lane: `lane-${turn % LANES}` });
      edit.connectByName(`gain-${turn % CHAINS}-20.audioOut`, `${meter.id}.audioIn`);
    }),
  (runtime) => runtime.edit((edit) => edit.remove("extra")),
];

function addChain(runtime: Runtime, chain: number): void {
  const lane = `lane-${chain % LANES}`;
  const tone = runtime.add(nodes.toneSource({ frequencyHz: 440, durationSeconds: 3_600 }), {
    id: `tone-${chain}`,
    lane,
  });
  let output = tone.outputs.audio as ReturnType<typeof addGain>["outputs"]["audioOut"];
  for (let k = 1; k < LENGTH - 1; k++) {
    const gain = addGain(runtime, `gain-${chain}-${k}`, lane);
    runtime.connect(output, gain.inputs.audioIn);
    output = gain.outputs.audioOut;
  }
  const meter = runtime.add(nodes.levelMeter(), { id: `meter-${chain}`, lane });
  runtime.connect(output, meter.inputs.audioIn);
}

function addGain(runtime: Runtime, id: string, lane: string) {
  return runtime.add(nodes.gain({ gainDb: -1 }), { id, lane });
}

function row(which: string, valuesNs: readonly number[]): Row {
  const resultNs = median(valuesNs);
  return {
    what: `edit of a running graph of ${CHAINS * LENGTH} nodes, ${which}`,
    peer: "",
    result: figure(resultNs),
    spread: `${figure(Math.min(...valuesNs))} to ${figure(Math.max(...valuesNs))}`,
    goal: `≤ ${LIMIT_NS / 1e6} ms`,
    hit: resultNs <= LIMIT_NS,
    detail: `${EDITS} edits a run`,
  };
}
