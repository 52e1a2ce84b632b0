/** Pictures stay where their source has put them, over any number of nodes and lanes: only their slots change hands. */
import { deepEqual } from "node:assert/strict";
import { Runtime } from "../core/runtime.ts";
import { eachDriver } from "./fixtures/each_driver.ts";
import { placedPass, placedSink, placedSource } from "./fixtures/pictures.ts";

const COUNT = 500;

eachDriver("the pixels of 1080p RGBA pictures stay in place through five nodes on two lanes", async (native) => {
  await using runtime = new Runtime({ native, mode: "offline" });
  const source = runtime.add(placedSource({ width: 1920, height: 1080, count: COUNT }), { lane: "one" });
  const passes = ["one", "one", "two"].map((lane) => runtime.add(placedPass(), { lane }));
  const sink = runtime.add(placedSink(), { lane: "two" });
  runtime.connect(source.outputs.video, passes[0].inputs.videoIn);
  runtime.connect(passes[0].outputs.videoOut, passes[1].inputs.videoIn);
  runtime.connect(passes[1].outputs.videoOut, passes[2].inputs.videoIn);
  runtime.connect(passes[2].outputs.videoOut, sink.inputs.video);
  await runtime.start();
  const { nodes } = await runtime.finished;
  const { figures } = nodes.find(({ id }) => id === sink.id)!;
  deepEqual({ ...figures }, { received: COUNT, moved: 0, changed: 0 });
});
