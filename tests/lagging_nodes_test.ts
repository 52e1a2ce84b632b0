/** Asynchronous nodes that never catch up with their source: edits and pauses come between two of their frames. */
import { deepEqual, equal, ok } from "node:assert/strict";
import { Runtime } from "../core/runtime.ts";
import { sumDrops } from "../core/stats.ts";
import type { GraphEdit } from "../core/live/graph_edit.ts";
import { assertSpent } from "./fixtures/accounted.ts";
import { eachDriver } from "./fixtures/each_driver.ts";
import { laggard, taken, toiler } from "./fixtures/lagging.ts";
import { checkingSink, collect, collected, numberedSource } from "./fixtures/numbered.ts";
import { flow } from "./fixtures/waiting.ts";

/** Blocks that no test sees the end of. */
const ENDLESS = 1e9;

/** How long a node may keep its lane in these runs, milliseconds: less than a whole run of them takes. */
const STUCK_AFTER_MS = 5_000;

/** How a node takes long, the frames that are seen to flow between two edits, and the links: full ones are a rest. */
const WAYS = [
  { by: "sleep", frames: 20, intervalMs: 0, link: { policy: "lossless", capacity: 200 } },
  { by: "work", frames: 5, intervalMs: 1, link: { policy: "roll-off", capacity: 20 } },
  { by: "work alone", frames: 5, intervalMs: 1, link: { policy: "roll-off", capacity: 20 } },
] as const;

type Way = (typeof WAYS)[number];

function edits(by: Way["by"]): readonly ((edit: GraphEdit) => void)[] {
  return [
    (edit) => edit.bypass("slow"),
    (edit) => edit.bypass("slow", false),
    (edit) => void edit.replace("slow", laggard({ by })),
    (edit) => edit.move("slow", "far"),
    (edit) => edit.move("slow", "main"),
    (edit) => void edit.replace("slow", laggard({ by }), { lane: "near" }),
  ];
}

function behindSource(native: "require" | "off", lane: string, { by, intervalMs, link }: Way): Runtime {
  const runtime = new Runtime({ native, mode: "live", stuckAfterMs: STUCK_AFTER_MS, stopTimeoutMs: 60_000 });
  const source = runtime.add(numberedSource({ count: ENDLESS, intervalMs }), { id: "source", lane: "source" });
  const slow = runtime.add(laggard({ by }), { id: "slow", lane });
  const sink = runtime.add(checkingSink(), { id: "sink", lane: "main" });
  const found = runtime.add(collect(), { id: "found", lane: "main" });
  runtime.connect(source.outputs.audio, slow.inputs.audioIn, link);
  runtime.connect(slow.outputs.audioOut, sink.inputs.audio, link);
  runtime.connect(sink.outputs.findings, found.inputs.data);
  return runtime;
}

async function assertNoneLost(runtime: Runtime, { link }: Way): Promise<void> {
  await runtime.stop();
  const summary = await runtime.finished;
  assertSpent(summary);
  const { received, disordered, corrupt } = collected[0];
  const written = summary.nodes.find(({ id }) => id === "source")!.framesOut;
  const dropped = summary.links.map((link) => sumDrops(link.dropped)).reduce((sum, each) => sum + each);
  deepEqual([received + dropped, disordered, corrupt], [written, 0, 0]);
  if (link.policy === "lossless") equal(dropped, 0);
}

for (const way of WAYS) {
  const what = `an asynchronous node that cannot keep up (by ${way.by})`;

  eachDriver(`${what} is edited between two frames, and loses none`, async (native) => {
    collected.length = 0;
    const runtime = behindSource(native, "near", way);
    await runtime.start();
    for (const change of edits(way.by)) {
      await flow(runtime, "sink", way.frames);
      await runtime.edit(change);
    }
    await assertNoneLost(runtime, way);
  });

  eachDriver(`${what} is paused between two frames`, async (native) => {
    collected.length = 0;
    const runtime = behindSource(native, "main", way);
    await runtime.start();
    await flow(runtime, "sink", way.frames);
    const before = taken.count;
    await runtime.pause();
    ok(taken.count - before <= 1, `${taken.count - before} frames were taken after the call`);
    await runtime.resume();
    await assertNoneLost(runtime, way);
  });
}

eachDriver("what an external node writes arrives, though it works all the time", async (native) => {
  const runtime = new Runtime({ native, mode: "live", stuckAfterMs: STUCK_AFTER_MS });
  const source = runtime.add(toiler(), { lane: "source" });
  const sink = runtime.add(laggard(), { id: "sink", lane: "main" });
  runtime.connect(source.outputs.audio, sink.inputs.audioIn);
  await runtime.start();
  await flow(runtime, "sink", 20);
  await runtime.stop();
  assertSpent(await runtime.finished);
});
