import { equal } from "node:assert/strict";
import { Runtime } from "../core/runtime.ts";
import { driving } from "./fixtures/driving.ts";
import { eachDriver } from "./fixtures/each_driver.ts";
import { checkingSink } from "./fixtures/numbered.ts";
import { flow } from "./fixtures/waiting.ts";

eachDriver("what a node has counted goes on that a device drives, over move()", async (native) => {
  const runtime = new Runtime({ mode: "live", native });
  const from = runtime.add(driving(), { id: "from", lane: "near" });
  const sink = runtime.add(checkingSink(), { id: "sink", lane: "far" });
  runtime.connect(from.outputs.audioOut, sink.inputs.audio, { policy: "lossless", capacity: 1_000 });
  await runtime.start();
  for (let round = 0; round < 10; round++) {
    await flow(runtime, "sink", 20);
    await runtime.edit((edit) => edit.move("from", ["other", "near"][round % 2]));
  }
  await flow(runtime, "sink", 20);
  const { nodes, links: [{ written }] } = (await runtime.stop())!;
  equal(nodes.find(({ id }) => id === "from")!.framesOut, written);
});
