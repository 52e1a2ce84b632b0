/** What a lane at rest is given back is free for all at once. */
import { equal } from "node:assert/strict";
import type { AudioFrame } from "../core/frames/audio_frame.ts";
import { Runtime } from "../core/runtime.ts";
import { eachDriver } from "./fixtures/each_driver.ts";
import { checkingSink, numberedSource, pass } from "./fixtures/numbered.ts";
import { filter, type Script } from "./fixtures/scripted.ts";
import { flow, sleep, until } from "./fixtures/waiting.ts";

/** Longer than a graph takes to come to rest. */
const SLOW_MS = 500;

eachDriver(
  "a slot that a node gives back in teardown() is free, though its lane has come to rest before",
  async (native) => {
    await using runtime = new Runtime({ mode: "live", native });
    let kept: AudioFrame | undefined;
    const keeping = filter({
      process(this: Script) {
        for (let frame = this.audioIn!.read(); frame; frame = this.audioIn!.read()) kept ??= frame.retain();
      },
      async teardown() {
        await sleep(SLOW_MS);
        kept?.release();
      },
    });
    runtime.add(numberedSource({ count: 1e9, perTick: 8 }), { id: "source", lane: "main" });
    runtime.add(keeping, { id: "leaves" });
    runtime.add(pass(), { id: "stays", lane: "near" });
    for (const id of ["leaves", "stays"]) runtime.connectByName("source.audio", `${id}.audioIn`);
    await runtime.start();
    await flow(runtime, "leaves");
    await flow(runtime, "stays");
    const removed = runtime.edit((edit) => edit.remove("leaves"));
    await until(() => runtime.stats().nodes.length === 2);
    await runtime.pause();
    await removed;
    const { links: [link], pools: [pool] } = runtime.stats();
    equal(pool.slots - pool.free, link.queued);
    await runtime.stop();
  },
);

eachDriver(
  "what a node has written in its first tick on its new lane is in its link though the graph is paused at once",
  async (native) => {
    await using runtime = new Runtime({ mode: "live", native });
    runtime.add(numberedSource({ count: 1e9, perTick: 8, intervalMs: 1 }), { id: "source", lane: "far" });
    runtime.add(pass(), { id: "middle", lane: "near" });
    runtime.add(checkingSink(), { id: "sink", lane: "far" });
    runtime.connectByName("source.audio", "middle.audioIn");
    runtime.connectByName("middle.audioOut", "sink.audio");
    await runtime.start();
    for (let turn = 0; turn < 20; turn++) {
      await flow(runtime, "sink");
      await runtime.edit(
        (edit) => void edit.replace("middle", pass(), { lane: turn % 2 === 0 ? "main" : "near" }),
        { timeoutMs: 60_000 },
      );
      await runtime.pause();
      const { links, pools: [pool] } = runtime.stats();
      const queued = links.map((link) => link.queued);
      const taken = pool.slots - pool.free;
      equal(taken, queued.reduce((a, b) => a + b), `turn ${turn}: ${taken} slots taken, ${queued} queued`);
      await runtime.resume();
    }
    await runtime.stop();
  },
);
