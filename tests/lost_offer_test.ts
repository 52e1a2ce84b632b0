/** The frames of a node that goes to a lane that hangs before it takes the node: all of them come through the old one. */
import { deepEqual, rejects } from "node:assert/strict";
import { appSink } from "../core/app/app_sink.ts";
import { appSource } from "../core/app/app_source.ts";
import type { AudioFrame } from "../core/frames/audio_frame.ts";
import { Runtime } from "../core/runtime.ts";
import { assertSpent } from "./fixtures/accounted.ts";
import { eachDriver } from "./fixtures/each_driver.ts";
import { faulty } from "./fixtures/faulty.ts";
import { Hold } from "./fixtures/hold.ts";
import { filter, type Script } from "./fixtures/scripted.ts";
import { sleep, until } from "./fixtures/waiting.ts";

const SHAPE = { sampleRateHz: 1_000, channels: 1 };
const SUPERVISION = { restart: { limit: 5, backoffMs: 1 } };
const SLOTS = 200;
const COUNT = 5;

eachDriver("a node that is replaced on a lane that hangs before it takes it goes on where it was", async (native) => {
  using fuse = new Hold();
  const gate = Promise.withResolvers<void>();
  await using runtime = new Runtime({
    mode: "live",
    native,
    stuckAfterMs: 1_000,
    pools: { audio: { slotBytes: 64, slots: SLOTS } },
  });
  const from = runtime.add(appSource.audio(SHAPE));
  const waiting = filter({
    async process(this: Script): Promise<void> {
      const frame = this.audioIn!.read();
      if (frame === undefined) return;
      this.audioOut!.write(frame);
      await gate.promise;
    },
  }, { isAsync: true });
  const middle = runtime.add(waiting, { id: "middle", lane: "main" });
  const to = runtime.add(appSink.audio());
  const trigger = runtime.add(appSource.audio(SHAPE));
  const napping = faulty({ how: "naps once", every: 1, fuse: fuse.path });
  const nap = runtime.add(napping, { id: "nap", lane: "other", supervision: SUPERVISION });
  const end = runtime.add(appSink.audio());
  runtime.connect(from.outputs.audio, middle.inputs.audioIn);
  runtime.connect(middle.outputs.audioOut, to.inputs.audio);
  runtime.connect(trigger.outputs.audio, nap.inputs.audioIn);
  runtime.connect(nap.outputs.audioOut, end.inputs.audio);
  const seen: number[] = [];
  const reading = (async () => {
    for await (const frame of to) seen.push((frame as AudioFrame).channel(0)[0]);
  })();
  const emptying = (async () => {
    for await (const _ of end);
  })();
  await runtime.start();
  await from.push({ channels: [Float32Array.of(0, 0)] });
  await until(() => seen.length === 1);
  // Lane "other" makes a node ready, and main waits for the tick of the old one; then "nap" keeps "other".
  const edit = runtime.edit((edit) => {
    edit.replace("middle", faulty({ how: "none" }), { lane: "other", startsAnew: true });
  }, { timeoutMs: 5_000 });
  const refused = rejects(edit);
  await sleep(400);
  await trigger.push({ channels: [Float32Array.of(0, 0)] });
  await sleep(200);
  for (let k = 1; k < COUNT; k++) await from.push({ channels: [Float32Array.of(k, 0)] });
  gate.resolve();
  await refused;
  await until(() => seen.length === COUNT);
  deepEqual(seen, Array.from({ length: COUNT }, (_, k) => k));
  await until(() => runtime.stats().nodes.find(({ id }) => id === "nap")!.restarts === 1);
  fuse.release();
  await until(() => {
    const [{ free, quarantined }] = runtime.stats().pools;
    return free === SLOTS && quarantined === 0;
  });
  from.end();
  trigger.end();
  await Promise.all([reading, emptying]);
  assertSpent(await runtime.finished);
});
