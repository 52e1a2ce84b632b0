import { deepEqual, equal, ok } from "node:assert/strict";
import { checkingSink, collect, numberedSource, pass } from "../tests/fixtures/numbered.ts";
import { counting, gathering, sink, source } from "../tests/fixtures/scripted.ts";
import { Runtime } from "./runtime.ts";

Deno.test("Runtime.latencies() measures from each source to each sink that it reaches", async () => {
  await using runtime = new Runtime({ mode: "offline" });
  const a = runtime.add(source(counting(500)), { id: "a" });
  const b = runtime.add(source(counting(10)), { id: "b" });
  const middle = runtime.add(pass(), { id: "middle", lane: "x" });
  const first = runtime.add(sink(gathering([])), { id: "first" });
  const second = runtime.add(sink(gathering([])), { id: "second" });
  runtime.connect(a.outputs.audioOut, middle.inputs.audioIn);
  runtime.connect(middle.outputs.audioOut, first.inputs.audioIn);
  runtime.connect(b.outputs.audioOut, second.inputs.audioIn);
  await runtime.start();
  const summary = await runtime.finished;
  const found = runtime.latencies();
  deepEqual(found.map((path) => `${path.source} ${path.sink}`), ["a first", "b second"]);
  for (const { latency } of found) {
    ok(latency !== undefined && latency.samples > 0);
    ok(latency.p50Ns > 0 && latency.p50Ns <= latency.p99Ns, JSON.stringify(latency));
    ok(latency.p99Ns < 2 * summary.elapsedNs);
  }
  ok(summary.nodes.every((node) => node.tick.samples > 0));
  ok(summary.links.every((link) => link.ageNs > 0));
});

for (const lane of ["main", "other"]) {
  Deno.test(`LinkStats has the most frames that were queued, and their age, with the reader on lane ${lane}`, async () => {
    await using runtime = new Runtime({ mode: "offline" });
    const from = runtime.add(numberedSource({ count: 800, perTick: 8 }), { lane: "main" });
    const to = runtime.add(checkingSink(), { lane });
    const findings = runtime.add(collect());
    const id = runtime.connect(from.outputs.audio, to.inputs.audio, { capacity: 16 });
    runtime.connect(to.outputs.findings, findings.inputs.data);
    await runtime.start();
    const { links, elapsedNs } = await runtime.finished;
    const { highWater, ageNs, written } = links.find((link) => link.id === id)!;
    equal(written, 800);
    // From a ring the reader takes frames while they are written.
    ok(highWater >= (lane === "main" ? 8 : 1) && highWater <= 16, `${highWater} frames`);
    ok(ageNs > 0 && ageNs <= elapsedNs, `${ageNs} of ${elapsedNs} ns`);
  });
}
