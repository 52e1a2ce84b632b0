/**
 * Runs large frames through five nodes on two lanes, and prints what happened to the heaps. Needs `--expose-gc`.
 *
 * @module
 */
import { runChain } from "../graph.ts";

/** What is printed, as JSON. */
export interface HeapAnswer {
  readonly moved: number;
  readonly nsPerFrame: number;
  readonly sourceGrowthBytes: number;
  readonly sinkGrowthBytes: number;
}

/** Frames that are measured, after those that warm up. */
const [frames, warmup] = Deno.args.map(Number);
if ((globalThis as { gc?: () => void }).gc === undefined) throw new TypeError("Run with --v8-flags=--expose-gc");

const { seen, source, nsPerFrame } = await runChain({
  passes: 3,
  classes: 3,
  frames,
  warmup,
  samples: 1920 * 1080,
  lanes: ["bench-a", "bench-a", "bench-a", "bench-b"],
  capacity: 4,
  pool: { slotBytes: 1920 * 1080 * 4 },
  heap: true,
});
const answer: HeapAnswer = {
  moved: seen.moved,
  nsPerFrame,
  sourceGrowthBytes: source!.heapGrowthBytes,
  sinkGrowthBytes: seen.heapGrowthBytes,
};
console.log(JSON.stringify(answer));
