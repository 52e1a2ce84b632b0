/**
 * What a node costs in a graph of 10,000, against one in a graph of 100.
 *
 * @module
 */
import type { Benchmark } from "../benchmark.ts";
import { runChain } from "../graph.ts";
import { compare } from "../measure.ts";

/** Hops of one run, whatever the length of the chain. */
const HOPS = 4_000_000;

export const manyNodes: Benchmark = {
  name: "many-nodes",
  about:
    "The cost of a hop in a chain of 10,000 nodes on one lane against one of 100, with as many hops in all; with " +
    "links of the usual 8 frames, and of one, so that each hop is a tick of its own.",
  async run({ runs }) {
    return [
      await compare(runs, {
        what: "cost a node in a graph of 10,000",
        peer: "a graph of 100",
        goal: { of: "cost", limit: 2 },
        ours: () => hop(10_000),
        theirs: () => hop(100),
      }),
      await compare(Math.min(runs, 3), {
        what: "the same, links of one frame",
        peer: "a graph of 100",
        ours: () => hop(10_000, 1),
        theirs: () => hop(100, 1),
      }),
    ];
  },
};

async function hop(nodes: number, capacity?: number): Promise<number> {
  const frames = HOPS / nodes;
  const { nsPerFrame } = await runChain({
    passes: nodes - 2,
    classes: 4,
    frames,
    // The chain holds many frames at once: what counts is the time from the first frame's start to the last one's end.
    warmup: 0,
    capacity,
    pool: { slotBytes: 64 },
  });
  return nsPerFrame / (nodes - 1);
}
