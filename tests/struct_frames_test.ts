import assert from "node:assert/strict";
import type { DataFrame } from "../core/frames/data_frame.ts";
import { Runtime } from "../core/runtime.ts";
import { ProcessorHarness } from "../testing.ts";
import { appSink } from "../core/app/app_sink.ts";
import { nodes } from "../sluice.gen.ts";
import { eachDriver } from "./fixtures/each_driver.ts";
import type { Motion } from "./fixtures/structs/imus.ts";
import { nodes as imus } from "./fixtures/structs/sluice.gen.ts";

const READING = {
  sensor: 1,
  timeNs: 0,
  acceleration: [1, 2, 3],
  temperature: 20,
  count: 7,
  offset: -1,
  gain: 2,
  sign: -3,
  isValid: true,
  place: { x: 1, y: 2, isKnown: true },
  trail: [{ x: 3, y: 4, isKnown: false }, { x: 5, y: 6, isKnown: true }],
  type: 9,
};

for (const native of ["off", "auto"] as const) {
  for (const lanes of [["a", "a", "a"], ["a", "b", "main"]]) {
    Deno.test(`a DataFrame of a struct travels as bytes over lanes ${lanes.join(" ")}, native ${native}`, async () => {
      await using runtime = new Runtime({ mode: "offline", native });
      const source = runtime.add(imus.imuSource({ count: 1000 }), { lane: lanes[0] });
      const filter = runtime.add(imus.imuDoubler(), { lane: lanes[1] });
      const check = runtime.add(imus.imuCheck({ count: 1000 }), { lane: lanes[2] });
      runtime.connect(source.outputs.readings, filter.inputs.readingsIn);
      runtime.connect(filter.outputs.readingsOut, check.inputs.readings);
      await runtime.start();
      const { outcome } = await runtime.finished;
      assert.equal(outcome, "completed");
    });
  }
}

Deno.test("a struct's value is a view in the node, and a plain copy in the harness", async () => {
  await using harness = await ProcessorHarness.create(imus.imuDoubler());
  harness.pushData("readingsIn", READING);
  await harness.run();
  const [value] = harness.takeData("readingsOut");
  assert.deepEqual(value, { ...READING, count: 14, acceleration: [2, 4, 6] });
});

eachDriver("a struct that has gone through flow nodes is read by a node that knows nothing of it", async (native) => {
  await using runtime = new Runtime({ mode: "offline", native });
  const source = runtime.add(imus.imuSource({ count: 10 }), { lane: "a" });
  const delay = runtime.add(nodes.delay<DataFrame<Motion>>({ delayFrames: 2 }), { lane: "b" });
  const valve = runtime.add(nodes.valve(), { lane: "a" });
  const sink = runtime.add(appSink.data<Motion>());
  // From the end on: what the first links carry is known only once the last one is made.
  runtime.connect(valve.outputs.frameOut, sink.inputs.data);
  runtime.connect(delay.outputs.frameOut, valve.inputs.frameIn);
  runtime.connect(source.outputs.readings, delay.inputs.frameIn);
  await runtime.start();
  const counts: number[] = [];
  for await (const frame of sink) counts.push(frame.value.count);
  assert.equal(counts.length, 10);
  assert.equal((await runtime.finished).outcome, "completed");
});
