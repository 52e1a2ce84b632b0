/** Where links are in their life, as statistics tell it. */
import { deepEqual, equal } from "node:assert/strict";
import { Runtime } from "../core/runtime.ts";
import { appSink, appSource, nodes } from "../mod.ts";
import { eachDriver } from "./fixtures/each_driver.ts";
import { until } from "./fixtures/waiting.ts";

for (const lane of ["main", "worker"]) {
  eachDriver(`LinkStats.state of links to lane ${lane} goes from open over ended to closed`, async (native) => {
    await using runtime = new Runtime({ mode: "offline", native });
    const source = runtime.add(appSource.data<number>());
    const pass = runtime.add(nodes.delay({ delayFrames: 0 }), { lane });
    const sink = runtime.add(appSink.data());
    runtime.connect(source.outputs.data, pass.inputs.frameIn);
    runtime.connect(pass.outputs.frameOut, sink.inputs.data);
    await runtime.start();
    const states = () => runtime.stats().links.map(({ state }) => state);
    deepEqual(states(), ["open", "open"]);
    for (const value of [1, 2, 3]) await source.push({ value });
    deepEqual(states(), ["open", "open"]);
    source.end();
    // The node between reads all and ends; what it wrote waits for the script.
    await until(() => states()[1] === "ended");
    await until(() => states()[0] === "closed");
    deepEqual(states(), ["closed", "ended"]);
    const seen: unknown[] = [];
    for await (const frame of sink) seen.push(frame.value);
    deepEqual(seen, [1, 2, 3]);
    const { links } = await runtime.finished;
    deepEqual(links.map(({ state }) => state), ["closed", "closed"]);
    deepEqual(states(), ["closed", "closed"]);
  });

  eachDriver(`LinkStats.state of links to lane ${lane} is closed once the reader has left`, async (native) => {
    await using runtime = new Runtime({ mode: "live", native });
    const source = runtime.add(appSource.data<number>());
    const kept = runtime.add(nodes.valve(), { lane, id: "kept" });
    const left = runtime.add(appSink.data(), { id: "left" });
    const sink = runtime.add(appSink.data());
    runtime.connect(source.outputs.data, left.inputs.data);
    runtime.connect(source.outputs.data, kept.inputs.frameIn);
    runtime.connect(kept.outputs.frameOut, sink.inputs.data);
    await runtime.start();
    await source.push({ value: 1 });
    for await (const _ of left) break;
    const states = () => runtime.stats().links.map(({ state }) => state);
    await until(() => states()[0] === "closed");
    // The writer goes on for the one that still reads.
    deepEqual(states(), ["closed", "open", "open"]);
    await source.push({ value: 2 });
    source.end();
    const seen: unknown[] = [];
    for await (const frame of sink) seen.push(frame.value);
    deepEqual(seen, [1, 2]);
    equal((await runtime.finished).links.every(({ state }) => state === "closed"), true);
  });
}
