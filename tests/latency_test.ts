/** Ages and tick times of a live graph whose delays are known. */
import { deepEqual, equal, ok } from "node:assert/strict";
import { nodes, Runtime } from "../mod.ts";

const DELAY_MS = 200;

/** A figure of a histogram is off by half a bucket at most. */
const BUCKET = 0.9;

/** Longest that a busy machine may add, milliseconds. */
const LATE_MS = 2_000;

function tone(durationSeconds: number) {
  return nodes.toneSource({ durationSeconds, blockSize: 960 });
}

for (const lane of ["main", "other"]) {
  Deno.test(`Runtime.latencies() counts what waits in a delay, with the sink on lane ${lane}`, async () => {
    await using runtime = new Runtime({ mode: "live" });
    const a = runtime.add(tone(0.6), { id: "a", lane: "main" });
    const later = runtime.add(nodes.audioDelay({ delayMs: DELAY_MS }), { id: "later", lane: "main" });
    const meter = runtime.add(nodes.levelMeter(), { id: "meter", lane });
    runtime.connect(a.outputs.audio, later.inputs.audioIn, { capacity: 64 });
    runtime.connect(later.outputs.audioOut, meter.inputs.audioIn, { capacity: 64 });
    await runtime.start();
    const summary = await runtime.finished;
    const [{ source, sink, latency }] = runtime.latencies();
    deepEqual([source, sink], ["a", "meter"]);
    ok(latency!.p50Ns >= BUCKET * DELAY_MS * 1e6, `${latency!.p50Ns} ns`);
    ok(latency!.p50Ns <= (DELAY_MS + LATE_MS) * 1e6, `${latency!.p50Ns} ns`);
    for (const { id, tick } of summary.nodes) {
      ok(tick.samples > 0 && tick.p50Ns < DELAY_MS * 1e6 / 2, `a tick of ${id} takes ${tick.p50Ns} ns, as it waits`);
    }
  });
}

Deno.test("Runtime.latencies() gives no figure for a sink that several sources reach", async () => {
  await using runtime = new Runtime({ mode: "live" });
  const a = runtime.add(tone(0.3), { id: "a" });
  const b = runtime.add(tone(0.3), { id: "b" });
  const later = runtime.add(nodes.audioDelay({ delayMs: DELAY_MS }), { id: "later" });
  const mixer = runtime.add(nodes.mixer(), { id: "mixer" });
  const meter = runtime.add(nodes.levelMeter(), { id: "meter" });
  const alone = runtime.add(nodes.levelMeter(), { id: "alone" });
  runtime.connect(a.outputs.audio, later.inputs.audioIn, { capacity: 64 });
  runtime.connect(later.outputs.audioOut, mixer.inputs.audioIn[0]);
  runtime.connect(b.outputs.audio, mixer.inputs.audioIn[1]);
  runtime.connect(b.outputs.audio, alone.inputs.audioIn);
  runtime.connect(mixer.outputs.audioOut, meter.inputs.audioIn);
  await runtime.start();
  await runtime.finished;
  const found = runtime.latencies();
  deepEqual(found.map(({ source, sink }) => `${source} ${sink}`), ["a meter", "b meter", "b alone"]);
  deepEqual(found.map(({ latency }) => latency !== undefined), [false, false, true]);
  equal(found[2].latency!.samples > 0, true);
});
