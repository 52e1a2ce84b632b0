/**
 * What waits in the links of nodes that go to another lane is given back where the thread of the lane that they leave is
 * given up before it has said that they have left.
 */
import { equal, rejects } from "node:assert/strict";
import { Runtime } from "../core/runtime.ts";
import { assertSpent } from "./fixtures/accounted.ts";
import { slow } from "./fixtures/bursting.ts";
import { eachDriver } from "./fixtures/each_driver.ts";
import { Hold } from "./fixtures/hold.ts";
import { lingering } from "./fixtures/lingering.ts";
import { numberedSource } from "./fixtures/numbered.ts";
import { gathering, sink } from "./fixtures/scripted.ts";
import { flow, until } from "./fixtures/waiting.ts";

const SUPERVISION = { restart: { limit: 5, backoffMs: 1 } };
const CAPACITY = 64;
const SLOTS = 600;

eachDriver(
  "what rests in links that a lane was about to hand over is given back where its thread is given up",
  async (native) => {
    using hold = new Hold();
    const pools = { audio: { slotBytes: 64, slots: SLOTS } };
    await using runtime = new Runtime({ mode: "live", native, stuckAfterMs: 500, stopTimeoutMs: 500, pools });
    const from = runtime.add(numberedSource({ count: 0xffffffff }), {
      id: "from",
      lane: "near",
      supervision: SUPERVISION,
    });
    const reading = runtime.add(slow({}), { id: "slow", lane: "near", supervision: SUPERVISION });
    const end = runtime.add(sink(gathering([])), { id: "end" });
    runtime.connect(from.outputs.audio, reading.inputs.audioIn, { policy: "lossless", capacity: CAPACITY });
    runtime.connect(reading.outputs.audioOut, end.inputs.audioIn);
    const beside = runtime.add(numberedSource({ count: 0xffffffff, intervalMs: 1 }), { id: "beside" });
    const told = runtime.add(lingering({ how: "when told", hold: hold.path }), {
      id: "told",
      lane: "near",
      supervision: SUPERVISION,
    });
    const other = runtime.add(sink(gathering([])), { id: "other" });
    runtime.connect(beside.outputs.audio, told.inputs.audioIn);
    runtime.connect(told.outputs.audioOut, other.inputs.audioIn);
    let isGivenUp = false;
    runtime.events.on("lane:near", ({ kind }) => isGivenUp ||= kind === "fenced");
    await runtime.start();
    const link = () => runtime.stats().links[0];
    await until(() => link().queued > CAPACITY / 2);
    const edit = runtime.edit((edit) => {
      edit.move("from", "there");
      edit.move("slow", "there");
      edit.reconfigure("told", { told: 1 });
    });
    await rejects(edit, /The edit is in effect, but .*"told" \(lingering\) has kept lane "near"/);
    await until(() => isGivenUp);
    hold.release();
    await until(() => runtime.stats().pools.every(({ quarantined }) => quarantined === 0));
    equal(runtime.stats().nodes.find(({ id }) => id === "slow")!.lane, "there");
    for (const id of ["slow", "told"]) await flow(runtime, id);
    assertSpent((await runtime.stop())!);
  },
);
