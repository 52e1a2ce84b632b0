/** Edits that were asked for before `stop()`, and come into effect while the graph drains. */
import { deepEqual, equal } from "node:assert/strict";
import { Runtime } from "../core/runtime.ts";
import { assertSpent } from "./fixtures/accounted.ts";
import { eachDriver } from "./fixtures/each_driver.ts";
import { laden } from "./fixtures/laden.ts";
import { numberedSource } from "./fixtures/numbered.ts";
import { gathering, type Script, sink } from "./fixtures/scripted.ts";
import { until } from "./fixtures/waiting.ts";

const NONE = { full: 0, skipped: 0, unlinked: 0, laneLost: 0 };

const ENDLESS = { count: 1e9, intervalMs: 1 };

/** Takes its time for `setup()`, and for its first tick. */
function holding(setUp: Promise<void>, drained: Promise<void>): Script & Record<string, unknown> {
  return {
    setup: () => setUp,
    async process(this: Script) {
      await drained;
      for (let frame = this.audioIn!.read(); frame; frame = this.audioIn!.read()) frame.release();
    },
  };
}

eachDriver("a source on a lane that an edit starts after stop() ends as those before it", async (native) => {
  const runtime = new Runtime({ mode: "live", native, pools: { audio: { slots: 400, slotBytes: 64 } } });
  const setUp = Promise.withResolvers<void>();
  const drained = Promise.withResolvers<void>();
  const first = runtime.add(numberedSource(ENDLESS), { id: "first" });
  const holds = runtime.add(sink(holding(Promise.resolve(), drained.promise), {}, { isAsync: true }), { id: "holds" });
  runtime.connect(first.outputs.audio, holds.inputs.audioIn, { policy: "lossless" });
  await runtime.start();
  // Its tick holds the graph from then on.
  await until(() => runtime.stats().links[0].written > 0);
  const before = runtime.edit((edit) => {
    const late = edit.add(sink(holding(setUp.promise, drained.promise), {}, { isAsync: true }), { id: "late" });
    edit.connect(first.outputs.audio, late.inputs.audioIn, { policy: "lossless" });
  });
  const got: number[] = [];
  const behind = runtime.edit((edit) => {
    const second = edit.add(numberedSource(ENDLESS), { id: "second", lane: "fresh" });
    const heard = edit.add(sink(gathering(got)), { id: "heard" });
    edit.connect(second.outputs.audio, heard.inputs.audioIn, { policy: "lossless" });
  });
  const stopped = runtime.stop();
  setUp.resolve();
  await Promise.all([before, behind]);
  drained.resolve();
  const summary = (await stopped)!;
  equal(summary.outcome, "stopped");
  deepEqual(summary.nodes.filter(({ state }) => state !== "ended"), []);
  assertSpent(summary);
});

eachDriver("a node that is moved while stop() is called has what waits for it", async (native) => {
  for (let round = 0; round < 6; round++) {
    await using runtime = new Runtime({ mode: "offline", native });
    const source = runtime.add(numberedSource({ count: ENDLESS.count }), { id: "source" });
    const stays = runtime.add(laden({ workUs: 500 }), { id: "stays" });
    const goes = runtime.add(laden({ workUs: 500 }), { id: "goes" });
    const after = runtime.add(laden({ workUs: 500 }), { id: "after" });
    runtime.connect(source.outputs.audio, stays.inputs.audioIn);
    runtime.connect(stays.outputs.audioOut, goes.inputs.audioIn);
    runtime.connect(goes.outputs.audioOut, after.inputs.audioIn);
    await runtime.start();
    const committed = Promise.withResolvers<void>();
    runtime.events.on("graph", () => committed.resolve());
    const moved = runtime.move(round % 2 === 0 ? "goes" : "after", "far");
    await committed.promise;
    const { links } = (await runtime.stop())!;
    await moved;
    for (const { read, written, dropped, queued } of links) {
      deepEqual({ read, dropped, queued }, { read: written, dropped: NONE, queued: 0 });
    }
    equal(new Set(links.map(({ written }) => written)).size, 1);
  }
});
