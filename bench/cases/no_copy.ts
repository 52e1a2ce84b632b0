/**
 * Frames of 1080p RGBA size through five nodes on two lanes: not one byte of payload is copied, and no memory is
 * allocated for a frame.
 *
 * @module
 */
import type { Benchmark } from "../benchmark.ts";
import type { Row } from "../measure.ts";
import type { HeapAnswer } from "../peers/heap_child.ts";

const FRAMES = 1_000_000;

/** Frames before these: V8 compiles and collects feedback meanwhile. */
const WARMUP = 200_000;

/** Growth of both heaps together that counts as none, bytes: what V8 still compiles and notes. */
const FIXED_TOTAL_BYTES = 512 * 1024;

export const noCopy: Benchmark = {
  name: "no-copy",
  about:
    "1,000,000 frames of 1920 × 1080 × 4 bytes through 5 nodes on 2 lanes, after 200,000 to warm up: the payload's " +
    "address is compared at the end; heaps are measured after a forced collection, before the first of the million and " +
    "after the last.",
  async run() {
    const { stdout, code, stderr } = await new Deno.Command(Deno.execPath(), {
      args: [
        "run",
        "-A",
        "--v8-flags=--expose-gc",
        new URL("../peers/heap_child.ts", import.meta.url).pathname,
        `${FRAMES}`,
        `${WARMUP}`,
      ],
    }).output();
    if (code !== 0) throw new Error(`The run of 1080p frames failed: ${new TextDecoder().decode(stderr)}`);
    const answer = JSON.parse(new TextDecoder().decode(stdout)) as HeapAnswer;
    const growth = [answer.sourceGrowthBytes, answer.sinkGrowthBytes];
    const row = { peer: "", spread: "", detail: `${(answer.nsPerFrame / 4).toFixed(0)} ns a hop` };
    return [
      {
        ...row,
        what: "frames of the size of 1080p RGBA, 5 nodes on 2 lanes: payloads that moved",
        result: `${answer.moved}`,
        goal: "0",
        hit: answer.moved === 0,
      },
      {
        ...row,
        what: "the same: growth of the two heaps over 1,000,000 frames",
        result: `${growth.map((bytes) => (bytes / 1024).toFixed(0)).join(" and ")} KiB`,
        goal: "≤ 512 KiB in all",
        // A heap that shrank makes up for nothing in the other isolate.
        hit: growth.reduce((sum, bytes) => sum + Math.max(0, bytes), 0) <= FIXED_TOTAL_BYTES,
      },
    ] satisfies Row[];
  },
};
