/** What the interface of a runtime promises, step by step as a person builds a graph. */
import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import { Runtime } from "../core/runtime.ts";
import { nodes } from "../sluice.gen.ts";
import { eachDriver } from "./fixtures/each_driver.ts";

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

eachDriver("connect and disconnect while running", async (native) => {
  await using runtime = new Runtime({ native });
  const tone = runtime.add(nodes.toneSource());
  const mixer = runtime.add(nodes.mixer());
  await runtime.start();
  const link = await runtime.connect(tone.outputs.audio, mixer.inputs.audioIn[0]);
  await sleep(100);
  equal(runtime.stats().links[0].id, link);
  await runtime.disconnect(link);
  const { nodes: figures, links } = runtime.stats();
  deepEqual(links, []);
  ok(figures.find(({ id }) => id === mixer.id)!.framesIn > 0, "the mixer has read what the tone wrote");
  deepEqual(figures.map(({ state }) => state), ["running", "running"]);
  const summary = (await runtime.stop())!;
  equal(summary.outcome, "stopped");
  deepEqual(summary.nodes.map(({ state }) => state), ["ended", "ended"]);
  ok(summary.nodes[1].framesIn > 0);
});
