/**
 * From a TypeScript node on one worker lane to one on another: the whole path.
 *
 * @module
 */
import type { Benchmark } from "../benchmark.ts";
import { runChain } from "../graph.ts";
import { compare, type Row } from "../measure.ts";
import { GSTREAMER_MISSING, hasGStreamer, queueHop } from "../peers/gstreamer.ts";
import { postMessages } from "../peers/post_message.ts";

const FRAMES = 300_000;
const WARMUP = 100_000;

export const laneToLane: Benchmark = {
  name: "lane-to-lane",
  about:
    "A frame from a TypeScript node to one on another lane, whole path: slot from the pool, header, reference count, " +
    "ring, statistics, slot back. Singly: one frame in a tick of the source.",
  async run({ runs, skip }) {
    const rows: Row[] = [];
    if (hasGStreamer()) {
      for (const [perTick, limit] of [[1, 4], [32, 8]] as const) {
        for (const portable of [false, true]) {
          rows.push(
            await compare(runs, {
              what: title(perTick, portable),
              peer: "GStreamer queue",
              of: "speed",
              ...(!portable && { goal: { of: "speed", limit } }),
              ours: () => acrossLanes(perTick, portable),
              theirs: queueHop,
            }),
          );
        }
      }
    } else skip(GSTREAMER_MISSING);
    for (
      const [what, peer] of [["small", "postMessage, a number"], ["transfer", "postMessage, 4 kB transferred"]] as const
    ) {
      rows.push(
        await compare(runs, {
          what: title(1, false),
          peer: `worker_threads ${peer}`,
          of: "speed",
          ours: () => acrossLanes(1, false),
          theirs: () => postMessages(what),
        }),
      );
    }
    return rows;
  },
};

function title(perTick: number, portable: boolean): string {
  return `lane to lane, ${perTick === 1 ? "singly" : `batches of ${perTick}`}${portable ? ", portable mode" : ""}`;
}

async function acrossLanes(perTick: number, portable: boolean): Promise<number> {
  const { nsPerFrame } = await runChain({
    passes: 0,
    classes: 1,
    frames: FRAMES,
    warmup: WARMUP,
    perTick,
    portable,
    lanes: ["bench-a", "bench-b"],
    capacity: 256,
  });
  return nsPerFrame;
}
