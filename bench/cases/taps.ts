/**
 * The cost of a link's viewers to the graph.
 *
 * @module
 */
import { ok } from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { Taps } from "../../control/taps/taps.ts";
import { nodes, Runtime } from "../../mod.ts";
import type { Benchmark, BenchOptions } from "../benchmark.ts";
import { compare, type Row } from "../measure.ts";

const VIEWERS = 5;

/** The length of a run, and of the wait before it, milliseconds. */
const RUN_MS = 2_000;
const SETTLE_MS = 300;

/** The fewest pairs: threads' times differ by some percent from run to run. */
const LEAST_PAIRS = 9;

const LIMIT = 1.03;

export const taps: Benchmark = {
  name: "taps",
  about:
    `${VIEWERS} viewers of a link that runs in real time, and none, in turn: the processor time of the graph's own threads ` +
    "for each frame. The thread of the taps, which others pay for, is not among them.",
  async run({ runs, skip }: BenchOptions): Promise<Row[]> {
    if (Deno.build.os !== "linux") {
      skip("taps: only Linux tells the time of each thread");
      return [];
    }
    return [
      await viewed("48 kHz, blocks of 480 samples", "levels", "gain.audioOut", runs, (runtime) => {
        const tone = runtime.add(nodes.toneSource({ frequencyHz: 1_000, blockSize: 480 }));
        const gain = runtime.add(nodes.gain({ gainDb: -3 }));
        const meter = runtime.add(nodes.levelMeter());
        runtime.connect(tone.outputs.audio, gain.inputs.audioIn);
        runtime.connect(gain.outputs.audioOut, meter.inputs.audioIn);
      }),
      await viewed("1920 × 1080, 30 a second", "images", "convert.videoOut", runs, (runtime) => {
        const pattern = runtime.add(nodes.patternSource({ width: 1920, height: 1080, frameRate: 30 }));
        const convert = runtime.add(nodes.convert({ pixelFormat: "i420" }));
        const valve = runtime.add(nodes.valve({ open: false }));
        runtime.connect(pattern.outputs.video, convert.inputs.videoIn);
        runtime.connect(convert.outputs.videoOut, valve.inputs.frameIn as never);
      }),
    ];
  },
};

async function viewed(
  media: string,
  view: string,
  output: string,
  runs: number,
  build: (runtime: Runtime) => void,
): Promise<Row> {
  await using runtime = new Runtime({ mode: "live" });
  build(runtime);
  await runtime.start();
  using taps = new Taps(runtime);
  await sleep(2 * RUN_MS);
  const threads = runtime.stats().lanes.map(({ threadId }) => threadId).filter((id) => id !== Deno.pid);
  return await compare(Math.max(runs, LEAST_PAIRS), {
    what: `${VIEWERS} viewers of ${view}, ${media}: processor time of the graph's threads for a frame`,
    peer: "no viewers",
    goal: { of: "cost", limit: LIMIT },
    async ours() {
      let readings = 0;
      const open = [];
      for (let k = 0; k < VIEWERS; k++) {
        open.push(await taps.open({ output }, { reading: () => readings++, ended: (reason) => ok(false, reason) }));
      }
      const cost = await costOfFrame(runtime, threads, output);
      ok(readings > VIEWERS, `${readings} readings came`);
      for (const tap of open) await tap.close();
      return cost;
    },
    theirs: () => costOfFrame(runtime, threads, output),
  });
}

/** @returns nanoseconds of all threads for each frame of the output's node */
async function costOfFrame(runtime: Runtime, threads: readonly number[], output: string): Promise<number> {
  await sleep(SETTLE_MS);
  const [node] = output.split(".");
  const frames = () => runtime.stats().nodes.find(({ id }) => id === node)!.framesOut;
  const before = { ns: timeOf(threads), frames: frames() };
  await sleep(RUN_MS);
  return (timeOf(threads) - before.ns) / (frames() - before.frames);
}

/** @returns how long threads were on a processor, nanoseconds */
function timeOf(threads: readonly number[]): number {
  const times = threads.map((id) => Deno.readTextFileSync(`/proc/self/task/${id}/schedstat`).split(" ", 1)[0]);
  return times.reduce((sum, time) => sum + Number(time), 0);
}
