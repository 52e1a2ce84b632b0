/** Runs that end because edits take out what ran last. */
import { deepEqual, equal } from "node:assert/strict";
import type { GraphMode } from "../core/links/policy.ts";
import { Runtime } from "../core/runtime.ts";
import { nodes } from "../sluice.gen.ts";
import { assertSpent } from "./fixtures/accounted.ts";
import { eachDriver } from "./fixtures/each_driver.ts";
import { counting, filter, gathering, numbers, passing, sink, source } from "./fixtures/scripted.ts";
import { flow, inTime, until } from "./fixtures/waiting.ts";

const states = (runtime: Runtime) => runtime.stats().nodes.map(({ id, state }) => `${id} ${state}`).join(", ");

const tone = (lane: string) => [nodes.toneSource({ blockSize: 64 }), { id: "tone", lane }] as const;

/** A source of four frames that ends, and one that does not, each with a sink of its own. */
async function startWithTwo(native: "require" | "off", mode: GraphMode, got: number[]): Promise<Runtime> {
  const runtime = new Runtime({ mode, native });
  const brief = runtime.add(source(counting(4)), { id: "brief" });
  const first = runtime.add(sink(gathering(got)), { id: "first" });
  const long = runtime.add(...tone("near"));
  const second = runtime.add(sink(passing()), { id: "second" });
  runtime.connect(brief.outputs.audioOut, first.inputs.audioIn);
  runtime.connect(long.outputs.audio, second.inputs.audioIn);
  await runtime.start();
  await until(() => states(runtime) === "brief ended, first ended, tone running, second running");
  await flow(runtime, "second", 3);
  return runtime;
}

for (const mode of ["live", "offline"] as const) {
  eachDriver(`a run that is ${mode} ends when its last running source is removed`, async (native) => {
    const got: number[] = [];
    await using runtime = await startWithTwo(native, mode, got);
    await runtime.edit((edit) => {
      edit.remove("tone");
      edit.remove("second");
    });
    const summary = await inTime(runtime.finished);
    equal(summary.outcome, "completed");
    deepEqual(summary.nodes.map(({ id, state }) => [id, state]), [["brief", "ended"], ["first", "ended"]]);
    assertSpent(summary);
    deepEqual(got, numbers(4));
  });
}

eachDriver("a live run drains the nodes behind its last running source when that is removed", async (native) => {
  await using runtime = await startWithTwo(native, "live", []);
  await runtime.remove("tone");
  const summary = await inTime(runtime.finished);
  equal(summary.outcome, "completed");
  deepEqual(summary.nodes.map(({ state }) => state), ["ended", "ended", "ended"]);
});

eachDriver("a run goes on whose last running source is removed where the next edit adds another", async (native) => {
  await using runtime = await startWithTwo(native, "live", []);
  const removed = runtime.remove("tone");
  const added = runtime.edit((edit) => {
    edit.add(nodes.toneSource({ blockSize: 64 }), { id: "other" });
    edit.connectByName("other.audio", "second.audioIn");
  });
  await Promise.all([removed, added]);
  await flow(runtime, "second", 3);
  equal(runtime.summary(), undefined);
  assertSpent((await runtime.stop())!);
});

eachDriver("a run of which nothing has ended goes on when every source is removed", async (native) => {
  await using runtime = new Runtime({ mode: "live", native });
  const before = runtime.add(...tone("near"));
  const last = runtime.add(sink(passing()), { id: "last" });
  runtime.connect(before.outputs.audio, last.inputs.audioIn);
  await runtime.start();
  await runtime.remove("tone");
  const after = await runtime.add(...tone("near"));
  await runtime.connect(after.outputs.audio, last.inputs.audioIn);
  await flow(runtime, "last", 3);
  assertSpent((await runtime.stop())!);
});

eachDriver("a run whose sources have ended ends when a loop that goes on without any is cut", async (native) => {
  await using runtime = new Runtime({ mode: "live", native });
  const brief = runtime.add(source(counting(4)), { id: "brief" });
  const first = runtime.add(sink(passing()), { id: "first" });
  const loop = runtime.add(filter(passing()), { id: "loop" });
  const delay = runtime.add(filter(passing(), { type: "delay", delays: true }), { id: "delay" });
  runtime.connect(brief.outputs.audioOut, first.inputs.audioIn);
  runtime.connect(loop.outputs.audioOut, delay.inputs.audioIn);
  const back = runtime.connect(delay.outputs.audioOut, loop.inputs.audioIn);
  await runtime.start();
  await until(() => states(runtime) === "brief ended, first ended, loop running, delay running");
  await runtime.disconnect(await back);
  equal((await inTime(runtime.finished)).outcome, "completed");
});
