/**
 * A hop inside a lane: from one node to the next.
 *
 * @module
 */
import type { Benchmark } from "../benchmark.ts";
import { runChain } from "../graph.ts";
import { compare, figure, median, type Row } from "../measure.ts";
import { runPeerChain } from "../peers/chain_peer.ts";
import { GSTREAMER_MISSING, hasGStreamer, identityHop } from "../peers/gstreamer.ts";

const PASSES = 20;
const HOPS = PASSES + 1;
const FRAMES = 100_000;
const WARMUP = 40_000;
const FRAME_LIMIT_NS = 70;

export const inLane: Benchmark = {
  name: "in-lane",
  about:
    "A hop between two nodes of one lane, of 21 in a chain: frame, reference count, lossless policy, all counters. The " +
    "source writes a frame a tick unless it says otherwise; the lane ticks it again while its link (8 frames) has room.",
  async run({ runs, skip }) {
    const rows: Row[] = [];
    for (const classes of [1, 4, 20]) {
      const peer = "RxJS map";
      const theirs = () => hopOfPeer("rxjs", classes, 300_000);
      rows.push(
        await compare(runs, {
          what: `in-lane hop, ${classes} processor class${classes > 1 ? "es" : ""}`,
          peer,
          goal: { of: "cost", limit: classes <= 4 ? 2 : 3 },
          ours: () => calmHop(classes),
          theirs,
        }),
      );
    }
    rows.push(
      await compare(runs, {
        what: "in-lane hop, 4 processor classes, 8 frames a tick",
        peer: "RxJS map",
        ours: () => calmHop(4, 8),
        theirs: () => hopOfPeer("rxjs", 4, 300_000),
      }),
    );
    rows.push(await wholeFrame(runs));
    if (hasGStreamer()) {
      for (const [classes, limit] of [[4, 10], [20, 6]] as const) {
        rows.push(
          await compare(runs, {
            what: `in-lane hop, ${classes} processor classes`,
            peer: "GStreamer identity",
            goal: { of: "speed", limit },
            ours: () => hop(classes),
            theirs: identityHop,
          }),
        );
      }
    } else skip(GSTREAMER_MISSING);
    for (
      const [peer, module, frames] of [["Node streams", "node_streams", 20_000], [
        "Web streams",
        "web_streams",
        5_000,
      ]] as const
    ) {
      rows.push(
        await compare(runs, {
          what: "in-lane hop, 4 processor classes",
          peer: `${peer} (Deno)`,
          of: "speed",
          ours: () => hop(4),
          theirs: () => hopOfPeer(module, 4, frames),
        }),
      );
    }
    return rows;
  },
};

async function hop(classes: number): Promise<number> {
  const { nsPerFrame } = await runChain({ passes: PASSES, classes, frames: FRAMES, warmup: WARMUP });
  return nsPerFrame / HOPS;
}

/** What a hop costs in the stretches that other work of the machine has left alone: the peer is timed alike. */
async function calmHop(classes: number, perTick = 1): Promise<number> {
  const { seen } = await runChain({ passes: PASSES, classes, frames: FRAMES, warmup: WARMUP, perTick });
  return seen.calmNs / HOPS;
}

/** Between a source and a sink: the frame is made, written, read and given back to its pool. */
async function wholeFrame(runs: number): Promise<Row> {
  const times: number[] = [];
  for (let k = 0; k < runs; k++) {
    const { seen } = await runChain({ passes: 0, classes: 1, frames: 1_000_000, warmup: 200_000, perTick: 8 });
    times.push(seen.calmNs);
  }
  return {
    what: "a frame made, sent and freed, 8 frames a tick",
    peer: "",
    result: figure(median(times)),
    spread: `${figure(Math.min(...times))} to ${figure(Math.max(...times))}`,
    goal: `≤ ${FRAME_LIMIT_NS} ns`,
    hit: median(times) <= FRAME_LIMIT_NS,
    detail: "",
  };
}

async function hopOfPeer(
  module: "rxjs" | "node_streams" | "web_streams",
  classes: number,
  frames: number,
): Promise<number> {
  return await runPeerChain(module, { passes: PASSES, classes, frames, warmup: frames / 4 }) / HOPS;
}
