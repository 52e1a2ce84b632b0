/** Nodes that go to other lanes while the graph runs: what they take along, and what the links between them keep. */
import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import { Runtime } from "../core/runtime.ts";
import type { LinkPolicy } from "../core/links/policy.ts";
import type { Supervision } from "../core/graph/supervision.ts";
import type { RunSummary } from "../core/stats.ts";
import { eachDriver } from "./fixtures/each_driver.ts";
import { checkingSink, collect, collected, numberedSource, pass } from "./fixtures/numbered.ts";
import { valueSink, valueSource } from "./fixtures/edited.ts";
import { faulty } from "./fixtures/faulty.ts";
import { Hold } from "./fixtures/hold.ts";
import { filter } from "./fixtures/scripted.ts";
import { assertAccounted, assertSpent } from "./fixtures/accounted.ts";
import { flow, FRAMES_BETWEEN, until } from "./fixtures/waiting.ts";

/** Blocks that no test sees the end of. */
const ENDLESS = 1e9;

/** Moves of one run. */
const MOVES = Deno.env.get("SLUICE_DEEP") === "1" ? 30 : 15;

const LANES = ["main", "near", "far"];

/** source → middle → sink → found, on lanes of their own choice; it does not end by itself. */
function chain(
  native: "require" | "off",
  policy: LinkPolicy,
  lanes: readonly string[],
): Runtime {
  const runtime = new Runtime({ mode: "live", native, pools: { audio: { slots: 4_000, slotBytes: 64 } } });
  // Where frames may be dropped, more at once than a link holds.
  const perTick = policy === "lossless" ? 8 : 24;
  const source = runtime.add(numberedSource({ count: ENDLESS, perTick, intervalMs: 0.5 }), {
    id: "source",
    lane: lanes[0],
  });
  const middle = runtime.add(pass(), { id: "middle", lane: lanes[1] });
  const sink = runtime.add(checkingSink(), { id: "sink", lane: lanes[2] });
  const found = runtime.add(collect(), { id: "found", lane: "main" });
  const capacity = policy === "latest" ? 1 : 16;
  runtime.connect(source.outputs.audio, middle.inputs.audioIn, { policy, capacity });
  runtime.connect(middle.outputs.audioOut, sink.inputs.audio, { policy, capacity });
  runtime.connect(sink.outputs.findings, found.inputs.data);
  return runtime;
}

for (const policy of ["lossless", "roll-off", "drop-newest", "latest"] as const) {
  eachDriver(`move() loses and reorders no frame of a ${policy} link`, async (native) => {
    collected.length = 0;
    const runtime = chain(native, policy, ["near", "main", "far"]);
    await runtime.start();
    let choice = 7;
    for (let k = 0; k < MOVES; k++) {
      choice = (choice * 1_103_515_245 + 12_345) % 2_147_483_648;
      const places = [choice >>> 4, choice >>> 8, choice >>> 12].map((bits) => LANES[bits % 3]);
      const before = runtime.stats().links.map(({ id, written }) => [id, written] as const);
      await runtime.edit((edit) => {
        // One node, two that are joined by a link, or all three.
        for (const [place, id] of ["source", "middle", "sink"].entries()) {
          if (place <= k % 3) edit.move(id, places[place]);
        }
      });
      await flow(runtime, "sink");
      for (const [id, written] of before) {
        ok(runtime.stats().links.find((link) => link.id === id)!.written >= written);
      }
      if (k % 10 !== 0) continue;
      await runtime.pause();
      assertAccounted(runtime.stats());
      await runtime.resume();
    }
    const summary = (await runtime.stop())!;
    assertSpent(summary);
    const [{ received, last, corrupt, disordered, missing, unflagged, falselyFlagged }] = collected;
    deepEqual({ corrupt, disordered, unflagged, falselyFlagged }, {
      corrupt: 0,
      disordered: 0,
      unflagged: 0,
      falselyFlagged: 0,
    });
    equal(
      missing,
      summary.links[0].dropped.full + summary.links[1].dropped.full - (summary.links[0].written - 1 - last),
    );
    if (policy === "lossless") equal(missing, 0);
    ok(received >= MOVES * FRAMES_BETWEEN);
    equal(summary.nodes.find(({ id }) => id === "sink")!.framesIn, received);
    for (const { name, slots, free } of summary.pools) equal(free, slots, `pool ${name}`);
  });
}

eachDriver(
  "move() is refused where the state cannot be sent, unless the node starts anew, and it goes on where it is",
  async (native) => {
    collected.length = 0;
    const runtime = chain(native, "lossless", ["near", "main", "far"]);
    const stubborn = filter({
      process() {
        for (let frame = this.audioIn!.read(); frame; frame = this.audioIn!.read()) this.audioOut!.write(frame);
      },
      snapshot: () => () => 1,
    });
    await runtime.edit((edit) => void edit.replace("middle", stubborn));
    await runtime.start();
    await flow(runtime, "sink");
    await rejects(runtime.edit((edit) => void edit.replace("middle", pass(), { lane: "near" })), {
      code: "NodeFailed",
      call: "snapshot()",
      message:
        'Cannot move node "middle" (scripted-filter) to another lane: what its snapshot() gave cannot be sent there: ' +
        "()=>1 could not be cloned.; return plain values, arrays, maps and buffers",
    });
    await flow(runtime, "sink");
    const laneOf = () => runtime.stats().nodes.find(({ id }) => id === "middle")!.lane;
    equal(laneOf(), "main");
    // One that starts anew needs none.
    await runtime.edit((edit) => void edit.replace("middle", pass(), { lane: "near", startsAnew: true }));
    await flow(runtime, "sink");
    equal(laneOf(), "near");
    await runtime.stop();
    equal(collected[0].missing, 0);
  },
);

eachDriver("move() takes along values that were queued by reference", async (native) => {
  const runtime = new Runtime({ mode: "live", native });
  const values = runtime.add(valueSource(), { id: "source", lane: "main" });
  const reads = runtime.add(valueSink(), { id: "sink", lane: "main" });
  runtime.connect(values.outputs.out, reads.inputs.in, { policy: "lossless", capacity: 32 });
  await runtime.start();
  for (let k = 1; k <= MOVES; k++) {
    await flow(runtime, "sink", 20);
    await runtime.edit((edit) => edit.move(k % 2 === 0 ? "source" : "sink", LANES[(k >> 1) % 3]));
  }
  const { nodes, links, pools } = (await runtime.stop())!;
  const { framesIn, figures } = nodes.find(({ id }) => id === "sink")!;
  deepEqual(figures, { read: framesIn, disordered: 0 });
  equal(links[0].written, links[0].read);
  for (const { name, slots, free } of pools) equal(free, slots, `pool ${name}`);
});

const SOON: Supervision = { restart: { limit: 10, backoffMs: 1, maxBackoffMs: 1 } };

/**
 * Moves the middle of a chain, while a lane ends that has said it is ready for that and has not yet done it.
 *
 * @param lane that ends
 */
async function moveMeanwhile(native: "require" | "off", lane: string, from: string, to: string): Promise<RunSummary> {
  collected.length = 0;
  const runtime = chain(native, "roll-off", ["main", "near", "main"]);
  using fuse = new Hold();
  await runtime.edit((edit) => {
    edit.remove("middle");
    edit.add(faulty({ how: "arms mines when it moves" }), { id: "middle", lane: from, supervision: SOON });
    edit.connectByName("source.audio", "middle.audioIn", { policy: "roll-off", capacity: 16 });
    edit.connectByName("middle.audioOut", "sink.audio", { policy: "roll-off", capacity: 16 });
    edit.add(faulty({ how: "is a mine", fuse: fuse.path }), { id: "mine", lane, supervision: SOON });
    edit.connectByName("source.audio", "mine.audioIn", { policy: "roll-off", capacity: 16 });
  });
  await runtime.start();
  await flow(runtime, "sink");
  await flow(runtime, "mine");
  // From then on there is no way back, and the lane has not applied it: the mine keeps it.
  using _committed = runtime.events.on("graph", ({ kind }) => {
    if (kind === "edited") fuse.release();
  });
  await runtime.edit((edit) => edit.move("middle", to));
  await until(() => runtime.stats().nodes.find(({ id }) => id === "mine")!.restarts === 1);
  await flow(runtime, "mine");
  await flow(runtime, "sink");
  const summary = (await runtime.stop())!;
  assertSpent(summary);
  equal(collected[0].disordered + collected[0].corrupt, 0);
  return summary;
}

eachDriver("move() to a lane that ends before the node has arrived: it is restarted there", async (native) => {
  const { nodes } = await moveMeanwhile(native, "far", "main", "far");
  const { lane, restarts } = nodes.find(({ id }) => id === "middle")!;
  deepEqual([lane, restarts], ["far", 1]);
});

for (const to of ["main", "far"]) {
  eachDriver(`move() to ${to} from a lane that ends before it has let go of the node: it goes on`, async (native) => {
    const { nodes } = await moveMeanwhile(native, "near", "near", to);
    const { lane, restarts } = nodes.find(({ id }) => id === "middle")!;
    deepEqual([lane, restarts], [to, 0]);
  });
}
