import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import { faulty } from "../tests/fixtures/faulty.ts";
import { numberedSource, pass } from "../tests/fixtures/numbered.ts";
import { counting, filter, gathering, misbehaving, type Script, sink, source } from "../tests/fixtures/scripted.ts";
import { fixture, port } from "../tests/fixtures/define.ts";
import type { AudioFrame } from "./frames/audio_frame.ts";
import { type LogEntry, tapLog } from "./log.ts";
import type { StreamInput } from "./ports/stream.ts";
import type { Processor, ProcessorContext } from "./processor.ts";
import type { NodeHandle, OutputRef } from "./registry/handle.ts";
import { Runtime } from "./runtime.ts";
import { rare } from "../tests/fixtures/rare.ts";

Deno.test("Runtime ends a live graph that has come to a stop, and names the link and what it waits for", async () => {
  await using runtime = new Runtime({ mode: "live" });
  const from = runtime.add(source(counting(100)), { id: "from" });
  const late = runtime.add(
    filter({
      process(this: Script) {
        // Needs 20 frames before it gives one, but its writer is held back by the sibling link.
        for (let frame = this.audioIn!.read(); frame; frame = this.audioIn!.read());
      },
    }),
    { id: "late" },
  );
  const join = runtime.add(
    fixture<NodeHandle<{ left: AudioFrame; right: AudioFrame }>>(() => ({
      process(this: { left: StreamInput<AudioFrame>; right: StreamInput<AudioFrame> }) {
        while (this.left.peek() && this.right.peek()) {
          this.left.read();
          this.right.read();
        }
      },
    } as unknown as Processor), {
      type: "join",
      lane: "main",
      ports: [
        port({ name: "left", direction: "input", kind: "audio" }),
        port({ name: "right", direction: "input", kind: "audio" }),
      ],
    })(),
    { id: "join" },
  );
  runtime.connect(from.outputs.audioOut, join.inputs.left, { policy: "lossless" });
  runtime.connect(from.outputs.audioOut, late.inputs.audioIn, { policy: "lossless" });
  runtime.connect(late.outputs.audioOut, join.inputs.right, { policy: "lossless" });
  await runtime.start();
  await rejects(runtime.finished, {
    code: "InvalidGraph",
    linkId: "link0",
    message: 'The graph has come to a stop: the link from "from.audioOut" to "join.left" is full with 8 frames, and ' +
      '"join" waits for "join.right"; raise the capacity of that link',
  });
});

rare(Deno.test)("Runtime ends a graph whose nodes keep every slot of a pool", async () => {
  await using runtime = new Runtime({ mode: "offline" });
  const from = runtime.add(source(counting(1000)), { id: "from" });
  const keeper = runtime.add(
    sink({
      process(this: Script) {
        for (let frame = this.audioIn!.read(); frame; frame = this.audioIn!.read()) frame.retain();
      },
    }),
    { id: "keeper" },
  );
  runtime.connect(from.outputs.audioOut, keeper.inputs.audioIn);
  await runtime.start();
  await rejects(runtime.finished, {
    code: "PoolExhausted",
    nodeId: "keeper",
    message:
      /^The graph has come to a stop: node "keeper" keeps \d+ frames, so that node "from" waits for a free slot of pool "audio"; a node that calls retain\(\) has to call release\(\)$/,
  });
  ok(runtime.summary()!.pools[0].exhausted > 0);
});

for (const how of ["close", "exit"] as const) {
  Deno.test(`Runtime.finished rejects when a node ends its worker, and names it: ${how}`, async () => {
    await using runtime = new Runtime({ mode: "live" });
    const from = runtime.add(numberedSource({ count: 1_000_000_000 }));
    const bad = runtime.add(misbehaving({ how }), { id: "bad", lane: "doomed" });
    runtime.connect(from.outputs.audio, bad.inputs.audioIn);
    await runtime.start();
    await rejects(runtime.finished, {
      code: "LaneCrashed",
      message: /^Lane "doomed" ended: node "bad" \(misbehaving\) called (close\(\)|Deno\.exit\(\d*\))$/,
    });
  });
}

rare(Deno.test)("Runtime takes no notice of what a node on a worker posts, beside one warning", async () => {
  const lines: LogEntry[] = [];
  const untap = tapLog((entry) => lines.push(entry));
  try {
    await using runtime = new Runtime({ mode: "offline" });
    const from = runtime.add(numberedSource({ count: 100 }));
    const bad = runtime.add(misbehaving({ how: "post" }), { id: "bad", lane: "talks" });
    runtime.connect(from.outputs.audio, bad.inputs.audioIn);
    await runtime.start();
    const { outcome, links } = await runtime.finished;
    deepEqual([outcome, links[0].read], ["completed", 100]);
    const told = lines.filter(({ message }) => message.includes("postMessage()"));
    equal(told.length, 1);
    ok(told[0].message.startsWith('A node of lane "talks" called postMessage(), which leads nowhere'));
  } finally {
    untap();
  }
});

Deno.test("RuntimeOptions.signal that aborts after a failure disturbs nobody", async () => {
  const abort = new AbortController();
  await using runtime = new Runtime({ mode: "offline", signal: abort.signal });
  const from = runtime.add(source(counting(5)));
  const to = runtime.add(sink({
    process: () => {
      throw new Error("no");
    },
  }));
  runtime.connect(from.outputs.audioOut, to.inputs.audioIn);
  await runtime.start();
  await rejects(runtime.finished);
  abort.abort();
  await rejects(runtime.setConfig(from.id, "x", 1));
});

Deno.test("Runtime.stop() while a node is in setup() ends the start within the time limit", async () => {
  await using runtime = new Runtime({ stopTimeoutMs: 50 });
  runtime.add(source({ setup: () => new Promise<void>(() => {}), process() {} }), { id: "stuck" });
  const starting = runtime.start();
  const stopped = runtime.stop();
  await rejects(starting, { code: "Busy", message: /stopped before every node had returned from setup/ });
  equal((await stopped)!.outcome, "stopped");
});

Deno.test("Runtime.start() names the node that fails while another lane is still opening", async () => {
  await using runtime = new Runtime({ stopTimeoutMs: 50 });
  runtime.add(faulty({ how: "never returns from setup" }), { id: "slow", lane: "far" });
  runtime.add(faulty({ how: "leaves a rejection in setup" }), { id: "broken", lane: "near" });
  await rejects(runtime.start(), { code: "NodeFailed", nodeId: "broken" });
  await rejects(runtime.finished, { code: "NodeFailed", nodeId: "broken" });
});

Deno.test("Runtime.stop() while nodes are opened keeps the graph from running", async () => {
  let ticks = 0;
  await using runtime = new Runtime();
  runtime.add(source({ setup: () => new Promise<void>((go) => setTimeout(go, 20)), process: () => void ticks++ }));
  const starting = runtime.start();
  const stopped = runtime.stop();
  await rejects(starting, { code: "Busy" });
  equal((await stopped)!.outcome, "stopped");
  equal(ticks, 0);
});

Deno.test("Runtime reports a node that detaches the memory it was given, and goes on living", async () => {
  await using runtime = new Runtime({ mode: "offline", native: "auto" });
  const from = runtime.add(
    source({
      process(this: Script, context: ProcessorContext) {
        const frame = this.audioOut!.tryAcquire({ sampleRateHz: 1, channels: 1, sampleCount: 1 })!;
        const { buffer } = frame.channel(0);
        if (buffer instanceof ArrayBuffer) structuredClone(buffer, { transfer: [buffer] });
        else throw new Error("nothing to detach");
        context.finish();
      },
    }),
    { id: "vandal" },
  );
  const to = runtime.add(sink(gathering([])));
  runtime.connect(from.outputs.audioOut, to.inputs.audioIn);
  await runtime.start();
  await rejects(runtime.finished, { code: "NodeFailed" });
});

Deno.test("Runtime cannot be started once it was disposed of", async () => {
  const runtime = new Runtime();
  runtime.add(source(counting(1)));
  await runtime[Symbol.asyncDispose]();
  await rejects(runtime.start(), { code: "Busy", message: /was disposed of/ });
});

Deno.test("Runtime.start() refuses links that no pool could serve, with what to change", async () => {
  await using runtime = new Runtime({ mode: "offline" });
  const from = runtime.add(source(counting(1)));
  const to = runtime.add(sink(gathering([])));
  runtime.connect(from.outputs.audioOut, to.inputs.audioIn, { capacity: 65_536 });
  await rejects(runtime.start(), {
    code: "InvalidConfig",
    key: "pools.audio",
    message: /pool "audio" would need \d+ slots of 65536 bytes, \d+ MiB, more than 8192 MiB; lower the capacity/,
  });
});

rare(Deno.test)("Runtime runs a chain of 1,000 nodes over 4 lanes", async () => {
  const got: number[] = [];
  await using runtime = new Runtime({ mode: "offline" });
  const from = runtime.add(numberedSource({ count: 20 }), { lane: "lane0" });
  let last = from.outputs.audio as OutputRef<AudioFrame>;
  for (let k = 0; k < 1000; k++) {
    const next = runtime.add(pass(), { lane: `lane${k % 4}` });
    runtime.connect(last, next.inputs.audioIn);
    last = next.outputs.audioOut;
  }
  const to = runtime.add(sink(gathering(got)));
  runtime.connect(last, to.inputs.audioIn);
  await runtime.start();
  const { pools } = await runtime.finished;
  deepEqual(got, Array.from({ length: 20 }, (_, k) => k));
  equal(pools[0].free, pools[0].slots);
});

Deno.test("a node that retains and releases a frame in one tick loses no slot, also beside a sibling that reads it", async () => {
  const got: number[] = [];
  await using runtime = new Runtime({ mode: "offline" });
  const from = runtime.add(source(counting(500)));
  const balanced = runtime.add(sink({
    process(this: Script) {
      for (let frame = this.audioIn!.read(); frame; frame = this.audioIn!.read()) {
        frame.retain();
        frame.release();
      }
    },
  }));
  let kept: AudioFrame | undefined;
  const keeper = runtime.add(sink({
    process(this: Script) {
      for (let frame = this.audioIn!.read(); frame; frame = this.audioIn!.read()) {
        kept?.release();
        kept = frame.retain();
      }
    },
    flush: () => kept!.release(),
  }));
  const early = runtime.add(sink({
    process(this: Script) {
      for (let frame = this.audioIn!.read(); frame; frame = this.audioIn!.read()) {
        got.push(frame.channel(0)[0]);
        frame.release();
      }
    },
  }));
  for (const to of [balanced, keeper, early]) runtime.connect(from.outputs.audioOut, to.inputs.audioIn);
  await runtime.start();
  const { pools } = await runtime.finished;
  deepEqual(got, Array.from({ length: 500 }, (_, k) => k));
  equal(pools[0].free, pools[0].slots);
});
