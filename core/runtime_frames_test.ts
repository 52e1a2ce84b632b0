/** What nodes may do with the frames of a running graph, and what the runtime does where they err. */
import { deepEqual, equal, ok, rejects, throws } from "node:assert/strict";
import { counting, filter, gathering, type Script, sink, source } from "../tests/fixtures/scripted.ts";
import type { AudioFrame } from "./frames/audio_frame.ts";
import { Runtime } from "./runtime.ts";

Deno.test("an asynchronous node keeps its frames until its promise settles", async () => {
  const got: number[] = [];
  await using runtime = new Runtime({ mode: "offline" });
  const from = runtime.add(source(counting(50)));
  const kept: AudioFrame[] = [];
  const slow = runtime.add(filter({
    async process(this: Script) {
      const frame = this.audioIn!.read();
      if (frame === undefined) return;
      kept.push(frame);
      await new Promise((resolve) => setTimeout(resolve, 0));
      got.push(frame.channel(0)[0]);
    },
  }, { isAsync: true }));
  const other: number[] = [];
  const sibling = runtime.add(sink(gathering(other)));
  runtime.connect(from.outputs.audioOut, slow.inputs.audioIn);
  runtime.connect(from.outputs.audioOut, sibling.inputs.audioIn);
  await runtime.start();
  const summary = await runtime.finished;
  const all = Array.from({ length: 50 }, (_, k) => k);
  deepEqual(got, all);
  deepEqual(other, all);
  equal(summary.pools[0].free, summary.pools[0].slots);
  throws(() => kept[0].release(), TypeError);
});

Deno.test("a node that changes a shared frame does not change its sibling's", async () => {
  const changed: number[] = [];
  const untouched: number[] = [];
  await using runtime = new Runtime({ mode: "offline" });
  const from = runtime.add(source(counting(20)));
  const changer = runtime.add(sink({
    process(this: Script) {
      for (let frame = this.audioIn!.read(); frame; frame = this.audioIn!.read()) {
        const own = frame.writable();
        own.channel(0)[0] += 1000;
        changed.push(own.channel(0)[0]);
      }
    },
  }));
  const reader = runtime.add(sink(gathering(untouched)));
  runtime.connect(from.outputs.audioOut, changer.inputs.audioIn);
  runtime.connect(from.outputs.audioOut, reader.inputs.audioIn);
  await runtime.start();
  const summary = await runtime.finished;
  deepEqual(changed, Array.from({ length: 20 }, (_, k) => k + 1000));
  deepEqual(untouched, Array.from({ length: 20 }, (_, k) => k));
  equal(summary.pools[0].free, summary.pools[0].slots);
});

Deno.test("a frame released twice or written after hand-over is refused, and nothing is lost", async () => {
  const messages: string[] = [];
  await using runtime = new Runtime({ mode: "offline" });
  const from = runtime.add(source(counting(1)));
  const bad = runtime.add(filter({
    process(this: Script) {
      const frame = this.audioIn!.read();
      if (frame === undefined) return;
      this.audioOut!.write(frame);
      for (const again of [() => frame.release(), () => this.audioOut!.write(frame)]) {
        try {
          again();
        } catch (error) {
          messages.push((error as Error).message);
        }
      }
    },
  }));
  const got: number[] = [];
  const to = runtime.add(sink(gathering(got)));
  runtime.connect(from.outputs.audioOut, bad.inputs.audioIn);
  runtime.connect(bad.outputs.audioOut, to.inputs.audioIn);
  await runtime.start();
  const summary = await runtime.finished;
  deepEqual(got, [0]);
  equal(messages.length, 2);
  ok(messages.every((message) => message.includes("it was released or written before")));
  equal(summary.pools[0].free, summary.pools[0].slots);
});

Deno.test("a frame that a node retains stays its own until it releases it", async () => {
  let kept: AudioFrame | undefined;
  const got: number[] = [];
  await using runtime = new Runtime({ mode: "offline" });
  const from = runtime.add(source(counting(30)));
  const to = runtime.add(sink({
    process(this: Script) {
      for (let frame = this.audioIn!.read(); frame; frame = this.audioIn!.read()) {
        kept ??= frame.retain();
        got.push(kept.channel(0)[0]);
      }
    },
    flush: () => kept!.release(),
  }));
  runtime.connect(from.outputs.audioOut, to.inputs.audioIn);
  await runtime.start();
  const summary = await runtime.finished;
  deepEqual(got, new Array(30).fill(0));
  equal(summary.pools[0].free, summary.pools[0].slots);
});

Deno.test("a source that is ticked several times at once overruns no link on its lane that drops", async () => {
  const got: number[] = [];
  await using runtime = new Runtime({ mode: "offline" });
  const from = runtime.add(source(counting(5000)));
  const to = runtime.add(sink(gathering(got)));
  const id = runtime.connect(from.outputs.audioOut, to.inputs.audioIn, { policy: "roll-off", capacity: 3 });
  await runtime.start();
  const link = (await runtime.finished).links.find((each) => each.id === id)!;
  deepEqual(got, Array.from({ length: 5000 }, (_, k) => k));
  equal(link.dropped.full, 0);
});

Deno.test("StreamInput.readLatest() counts what it skips, and marks the gap", async () => {
  const got: number[] = [];
  await using runtime = new Runtime({ mode: "offline" });
  const from = runtime.add(source(counting(40)));
  let waits = 0;
  const to = runtime.add(sink({
    process(this: Script) {
      if (waits++ < 3) return;
      const frame = this.audioIn!.readLatest();
      if (frame === undefined) return;
      const number = frame.channel(0)[0];
      equal(frame.discontinuity, number !== (got.at(-1) ?? -1) + 1, `gap before ${number}`);
      got.push(number);
    },
  }));
  const id = runtime.connect(from.outputs.audioOut, to.inputs.audioIn);
  await runtime.start();
  const link = (await runtime.finished).links.find((each) => each.id === id)!;
  equal(got.at(-1), 39);
  ok(link.dropped.skipped > 0);
  equal(link.read, got.length);
  equal(link.read + link.dropped.skipped, 40);
});

Deno.test("a write beyond the burst on a full lossless link is the node's fault", async () => {
  await using runtime = new Runtime({ mode: "offline" });
  const greedy = source({
    process(this: Script) {
      for (;;) {
        this.audioOut!.write(this.audioOut!.tryAcquire({ sampleRateHz: 1, channels: 1, sampleCount: 1 })!);
      }
    },
  });
  const from = runtime.add(greedy, { id: "greedy" });
  const to = runtime.add(sink(gathering([])));
  runtime.connect(from.outputs.audioOut, to.inputs.audioIn);
  await runtime.start();
  await rejects(runtime.finished, { code: "Busy", nodeId: "greedy", message: /is full; write at most "burst" frames/ });
});
