/** Ages and tick times of a live graph whose delays are known. */
import { deepEqual, ok } from "node:assert/strict";
import type { AudioFrame } from "../core/frames/audio_frame.ts";
import type { StreamInput, StreamOutput } from "../core/ports/stream.ts";
import type { NodeHandle } from "../core/registry/handle.ts";
import { nodes, Runtime } from "../mod.ts";
import { fixture, port } from "./fixtures/define.ts";

const DELAY_MS = 200;

/** A figure of a histogram is off by half a bucket at most. */
const BUCKET = 0.9;

/** Longest that a busy machine may add, milliseconds. */
const LATE_MS = 2_000;

function tone(durationSeconds: number, blockSize = 960) {
  return nodes.toneSource({ durationSeconds, blockSize });
}

for (const lane of ["main", "other"]) {
  Deno.test(`Runtime.latencies() counts what waits in a delay, with the sink on lane ${lane}`, async () => {
    await using runtime = new Runtime({ mode: "live" });
    const a = runtime.add(tone(0.6), { id: "a", lane: "main" });
    const later = runtime.add(nodes.delay({ delayMs: DELAY_MS }), { id: "later", lane: "main" });
    const meter = runtime.add(nodes.levelMeter(), { id: "meter", lane });
    runtime.connect(a.outputs.audio, later.inputs.frameIn, { capacity: 64 });
    runtime.connect(later.outputs.frameOut, meter.inputs.audioIn, { capacity: 64 });
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

/** Writes a block for each that comes in by `first`, which it dates by the one that it reads last. */
class Join {
  first!: StreamInput<AudioFrame>;
  second!: StreamInput<AudioFrame>;
  audioOut!: StreamOutput<AudioFrame>;
  readonly #last: "first" | "second";

  constructor(last: "first" | "second") {
    this.#last = last;
  }

  process(): void {
    if (this.first.queued === 0 || this.second.queued === 0) return;
    for (const name of this.#last === "first" ? ["second", "first"] as const : ["first", "second"] as const) {
      this[name].readLatest();
    }
    const block = this.audioOut.tryAcquire({ sampleRateHz: 48_000, channels: 1, sampleCount: 1 });
    if (block !== undefined) this.audioOut.write(block);
  }
}

type JoinHandle = NodeHandle<{ first: AudioFrame; second: AudioFrame }, { audioOut: AudioFrame }>;

function join(last: "first" | "second") {
  return fixture<JoinHandle>(() => new Join(last), {
    type: "join",
    trigger: "all",
    lane: "main",
    ports: [
      port({ name: "first", direction: "input", kind: "audio" }),
      port({ name: "second", direction: "input", kind: "audio" }),
      port({ name: "audioOut", direction: "output", kind: "audio" }),
    ],
  })();
}

for (const last of ["first", "second"] as const) {
  Deno.test(`Runtime.latencies() tells ways apart that join, whichever dates what comes out: ${last}`, async () => {
    await using runtime = new Runtime({ mode: "live" });
    const a = runtime.add(tone(1, 48), { id: "a" });
    const b = runtime.add(tone(1, 48), { id: "b" });
    const later = runtime.add(nodes.delay({ delayMs: DELAY_MS }), { id: "later" });
    const joined = runtime.add(join(last), { id: "joined" });
    const meter = runtime.add(nodes.levelMeter(), { id: "meter" });
    const alone = runtime.add(nodes.levelMeter(), { id: "alone" });
    runtime.connect(a.outputs.audio, later.inputs.frameIn, { capacity: 1_024 });
    runtime.connect(later.outputs.frameOut, joined.inputs.first);
    runtime.connect(b.outputs.audio, joined.inputs.second, { policy: "latest" });
    runtime.connect(b.outputs.audio, alone.inputs.audioIn);
    runtime.connect(joined.outputs.audioOut, meter.inputs.audioIn);
    deepEqual(runtime.latencies().filter(({ latency }) => latency !== undefined), []);
    await runtime.start();
    await runtime.finished;
    const found = new Map(runtime.latencies().map(({ source, sink, latency }) => [`${source} ${sink}`, latency]));
    deepEqual([...found.keys()], ["a meter", "b meter", "b alone"]);
    const ns = (way: string) => found.get(way)!.p50Ns;
    ok(found.get("b alone")!.samples > 0);
    ok(ns("a meter") >= BUCKET * DELAY_MS * 1e6 && ns("a meter") <= (DELAY_MS + LATE_MS) * 1e6, `${ns("a meter")} ns`);
    const apartMs = (ns("a meter") - ns("b meter")) / 1e6;
    ok(apartMs > DELAY_MS / 2 && apartMs < DELAY_MS + LATE_MS, `${apartMs} ms`);
  });
}
