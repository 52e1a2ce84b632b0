/**
 * Handing a block of audio to a reader: by a link, against a queue with a lock that keeps copies.
 *
 * @module
 */
import { equal } from "node:assert/strict";
import type { Benchmark } from "../benchmark.ts";
import { runChain } from "../graph.ts";
import { compare } from "../measure.ts";

const SAMPLES = 480;
const BLOCKS = 1_000_000;
const CAPACITY = 8;

export const linkWrite: Benchmark = {
  name: "link-write",
  about:
    "A block of 480 samples written by one node and read by the next, 8 at a time, scheduler included; against a copy of " +
    "the block put into an array behind a lock (compare-exchange, store) and taken out of it.",
  async run({ runs }) {
    const theirs = makeLockedQueue();
    return [
      await compare(runs, {
        what: "link write and read",
        peer: "lock and copy",
        goal: { of: "speed", limit: 1.5 },
        ours: hop,
        theirs: () => time(theirs),
      }),
    ];
  },
};

/** One burst: writes and reads `CAPACITY` blocks, whose first samples count from `first`. @returns their sum */
type Burst = (first: number) => number;

async function hop(): Promise<number> {
  const chain = { passes: 20, classes: 4, frames: 60_000, warmup: 40_000, perTick: CAPACITY, samples: SAMPLES };
  return (await runChain(chain)).nsPerFrame / 21;
}

function makeLockedQueue(): Burst {
  const lock = new Int32Array(new SharedArrayBuffer(4));
  const queue: Float32Array[] = [];
  const block = new Float32Array(SAMPLES);
  const enter = () => {
    while (Atomics.compareExchange(lock, 0, 0, 1) !== 0);
  };
  const leave = () => void Atomics.store(lock, 0, 0);
  return (first) => {
    for (let k = 0; k < CAPACITY; k++) {
      block[0] = first + k;
      enter();
      queue.push(block.slice());
      leave();
    }
    let sum = 0;
    for (;;) {
      enter();
      const own = queue.shift();
      leave();
      if (own === undefined) return sum;
      sum += own[0];
    }
  };
}

function time(burst: Burst): number {
  let sum = 0;
  const fromMs = performance.now();
  for (let k = 0; k < BLOCKS; k += CAPACITY) sum += burst(k % 65_536);
  const nsPerBlock = (performance.now() - fromMs) * 1e6 / BLOCKS;
  let wanted = 0;
  for (let k = 0; k < BLOCKS; k++) wanted += (k - k % CAPACITY) % 65_536 + k % CAPACITY;
  equal(sum, wanted, "sum of the first samples");
  return nsPerBlock;
}
