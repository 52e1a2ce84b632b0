/** A lane that ends while another one, which has ended before it, is given its new thread. */
import { deepEqual, equal } from "node:assert/strict";
import { Runtime } from "../core/runtime.ts";
import { dying } from "./fixtures/dying.ts";
import { eachDriver } from "./fixtures/each_driver.ts";
import { Hold } from "./fixtures/hold.ts";
import { numberedSource } from "./fixtures/numbered.ts";
import { gathering, sink } from "./fixtures/scripted.ts";

/** For how long the one lane keeps the other from its new thread, milliseconds. */
const KEPT_MS = 200;

eachDriver(
  "a lane that ends while it is to take part in the replacement of another is replaced after it",
  async (native) => {
    using first = new Hold();
    using second = new Hold();
    const runtime = new Runtime({ mode: "live", native, stuckAfterMs: 0 });
    const supervision = { restart: { backoffMs: 1 } };
    const got: number[] = [];
    const replaced: string[] = [];
    const source = runtime.add(numberedSource({ count: 1e9, intervalMs: 1 }), { id: "source" });
    const near = runtime.add(dying({ hold: first.path }), { id: "near", lane: "near", supervision });
    const far = runtime.add(dying({ hold: second.path }), { id: "far", lane: "far", supervision });
    const to = runtime.add(sink(gathering(got)), { id: "to" });
    runtime.connect(source.outputs.audio, near.inputs.audioIn, { policy: "drop-newest" });
    runtime.connect(near.outputs.audioOut, far.inputs.audioIn, { policy: "lossless" });
    // What the second lane waits for comes from main, whatever becomes of the first.
    const aside = runtime.add(dying({ hold: second.path }), { id: "aside", lane: "far", supervision });
    runtime.connect(source.outputs.audio, aside.inputs.audioIn, { policy: "drop-newest" });
    const end = runtime.add(sink(gathering([])), { id: "end" });
    runtime.connect(far.outputs.audioOut, to.inputs.audioIn, { policy: "lossless" });
    runtime.connect(aside.outputs.audioOut, end.inputs.audioIn, { policy: "lossless" });
    const reopened = Promise.withResolvers<void>();
    let starts = 0;
    using _listening = runtime.events.on("lane:*", (event) => {
      if (event.group !== "lane") return;
      if (event.kind === "replaced") replaced.push(event.lane);
      if (event.kind === "started" && event.lane === "near" && ++starts === 2) reopened.resolve();
    });
    await runtime.start();
    let ended = false;
    runtime.finished.catch(() => {}).finally(() => ended = true);
    await until(() => first.sinceMs !== undefined && second.sinceMs !== undefined);
    first.release();
    await reopened.promise;
    await new Promise((resolve) => setTimeout(resolve, KEPT_MS));
    second.release();
    await until(() => got.length > 20 || ended);
    const summary = (await runtime.stop())!;
    equal(summary.outcome, "stopped");
    deepEqual(replaced, ["near", "far"]);
  },
);

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 1));
}
