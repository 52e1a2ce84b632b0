/**
 * Nodes that never return from a method, in whichever: what waits for them settles in time and names them, other lanes
 * lose nothing, and every slot that is not free is told. `SLUICE_STALLS` runs of each; `SLUICE_STALLS_AT_ONCE` side by
 * side.
 */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { Runtime } from "../core/runtime.ts";
import { eachDriver } from "./fixtures/each_driver.ts";
import { Hold } from "./fixtures/hold.ts";
import { loosePass, numberedSource, pass } from "./fixtures/numbered.ts";
import { type Script, sink } from "./fixtures/scripted.ts";
import { stalling, type StallingIn } from "./fixtures/stalling.ts";
import { flow, untilUnlessFailed } from "./fixtures/waiting.ts";

const RUNS = Number(Deno.env.get("SLUICE_STALLS") ?? 1);
const AT_ONCE = Number(Deno.env.get("SLUICE_STALLS_AT_ONCE") ?? 4);

const EDIT = { timeoutMs: 3_000, trialMs: 50 };

/** Frames that other lanes pass on before and after. */
const FRAMES = 20;

/** What makes a node stall that is told to; its promise settles though the node does not return. */
const CALLS: { readonly [where in StallingIn]?: (runtime: Runtime, hold: string) => Promise<unknown> } = {
  process: (runtime) => disabled(runtime),
  await: (runtime) => runtime.edit((edit) => edit.bypass("bad"), EDIT),
  configChanged: (runtime) => runtime.setConfig("bad", "level", 1),
  snapshot: (runtime) => runtime.edit((edit) => void edit.replace("bad", stalling()), EDIT),
  restore: (runtime, hold) =>
    runtime.edit((edit) => void edit.replace("bad", stalling({ where: "restore", hold })), EDIT),
  setup: (runtime, hold) => runtime.edit((edit) => void edit.replace("bad", stalling({ where: "setup", hold })), EDIT),
  portsChanged: (runtime) => runtime.edit((edit) => void edit.addInput("bad", "more"), EDIT),
  flush: (runtime) => runtime.edit((edit) => edit.remove("bad"), EDIT),
  teardown: (runtime) => runtime.edit((edit) => edit.remove("bad"), EDIT),
};

/** Those in which the node that is there from the start stalls. */
const FROM_THE_START: readonly StallingIn[] = [
  "process",
  "await",
  "configChanged",
  "snapshot",
  "portsChanged",
  "flush",
  "teardown",
];

async function disabled(runtime: Runtime): Promise<void> {
  const state = () => runtime.stats().nodes.find(({ id }) => id === "bad")!.state;
  await untilUnlessFailed(runtime)(() => state() === "disabled");
}

/** Counts what it reads; `disorder` where a number is not the next one. */
function counting(found: { count: number; disorder: number }): Script & Record<string, unknown> {
  return {
    process(this: Script) {
      for (let frame = this.audioIn!.read(); frame; frame = this.audioIn!.read()) {
        const [low, high] = frame.channel(0);
        if (low + high * 65_536 !== found.count++) found.disorder++;
      }
    },
  };
}

async function stallOnce(native: "require" | "off", where: StallingIn): Promise<void> {
  using hold = new Hold();
  const found = { count: 0, disorder: 0 };
  const runtime = new Runtime({
    native,
    mode: "live",
    stuckAfterMs: 150,
    stopTimeoutMs: 1_000,
    pools: { audio: { slots: 600, slotBytes: 64 } },
  });
  const source = runtime.add(numberedSource({ count: 1e9, intervalMs: 1 }), { id: "source", lane: "source" });
  const other = runtime.add(pass(), { id: "other", lane: "other" });
  const counts = runtime.add(sink(counting(found)), { id: "counts" });
  const own = FROM_THE_START.includes(where) ? { where, hold: hold.path } : {};
  const bad = runtime.add(stalling(own), { id: "bad", lane: "bad", supervision: "disable" });
  const beside = runtime.add(pass(), { id: "beside", lane: "bad", supervision: { restart: { backoffMs: 1 } } });
  const behind = runtime.add(loosePass(), { id: "behind", lane: "other" });
  runtime.connect(source.outputs.audio, other.inputs.audioIn, { policy: "lossless" });
  runtime.connect(other.outputs.audioOut, counts.inputs.audioIn, { policy: "lossless" });
  runtime.connect(source.outputs.audio, bad.inputs.audioIn);
  runtime.connect(source.outputs.audio, beside.inputs.audioIn);
  runtime.connect(bad.outputs.audioOut, behind.inputs.audioIn);
  await runtime.start();
  await flow(runtime, "other", FRAMES);
  const said = await CALLS[where]!(runtime, hold.path).then(() => "", (error: Error) => error.message);
  if (where !== "process") match(said, /"bad"/, `${where}: ${said}`);
  await flow(runtime, "other", FRAMES);
  // Its neighbour goes on, in another thread where the node has kept theirs.
  await flow(runtime, "beside", FRAMES);
  await runtime.stop();
  const summary = await runtime.finished;
  const counted = (to: string) => summary.links.find((link) => link.to === to)!;
  const [first, last] = [counted("other.audioIn"), counted("counts.audioIn")];
  // Where the time for draining was too short, the rest is queued.
  const { framesOut } = summary.nodes.find(({ id }) => id === "source")!;
  deepEqual(
    [where, found.disorder, found.count, found.count + last.queued, first.read + first.queued],
    [where, 0, last.read, first.read, framesOut],
  );
  equal(counted("beside.audioIn").written, framesOut, where);
  // What no node reads any more is still queued; a frame may be so on several links of its output.
  const queued = summary.links.map((link) => link.queued);
  const most = queued.reduce((sum, frames) => sum + frames, 0);
  for (const { slots, free, quarantined } of summary.pools) {
    const held = slots - free - quarantined;
    ok(held >= Math.max(...queued) && held <= most, `${where}: ${held} slots are held, ${queued} frames queued`);
  }
}

eachDriver(
  "a node that stalls, in whichever method, is named in time, and other lanes lose nothing",
  async (native) => {
    const todo = Array.from({ length: RUNS }, () => Object.keys(CALLS) as StallingIn[]).flat();
    const work = async () => {
      for (let where = todo.pop(); where !== undefined; where = todo.pop()) await stallOnce(native, where);
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
  },
);
