import assert from "node:assert/strict";
import { Runtime } from "../core/runtime.ts";
import { ProcessorHarness } from "../testing.ts";
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
