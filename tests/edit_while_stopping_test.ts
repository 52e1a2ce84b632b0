/** Edits that were asked for before `stop()`, and come into effect while the graph drains. */
import { deepEqual, equal } from "node:assert/strict";
import { Runtime } from "../core/runtime.ts";
import { assertSpent } from "./fixtures/accounted.ts";
import { eachDriver } from "./fixtures/each_driver.ts";
import { numberedSource } from "./fixtures/numbered.ts";
import { gathering, type Script, sink } from "./fixtures/scripted.ts";

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
