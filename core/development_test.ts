/** What goes wrong with frames: named by development mode, and harmless without it. */
import { equal, match, ok, rejects, throws } from "node:assert/strict";
import type { AudioFrame } from "./frames/audio_frame.ts";
import { checkedClass, guardFrame } from "./frames/checked_frame.ts";
import { EncodedFrame } from "./frames/encoded_frame.ts";
import type { ProcessorContext } from "./processor.ts";
import { Runtime } from "./runtime.ts";
import type { RuntimeOptions } from "./runtime_options.ts";
import type { RunSummary } from "./stats.ts";
import { bench } from "../tests/fixtures/slots.ts";
import { counting, filter, gathering, sink, source } from "../tests/fixtures/scripted.ts";
import type { StreamInput, StreamOutput } from "./ports/stream.ts";

interface Ports {
  readonly audioIn: StreamInput<AudioFrame>;
  readonly audioOut: StreamOutput<AudioFrame>;
}

const OFFLINE: RuntimeOptions = { mode: "offline", native: "off" };

/** Runs source -> filter -> sink, all on main. */
async function runFilter(
  process: (this: Ports) => void,
  options: RuntimeOptions = {},
): Promise<{ read: number[]; summary: RunSummary }> {
  await using runtime = new Runtime({ ...OFFLINE, development: true, ...options });
  const read: number[] = [];
  const from = runtime.add(source(counting(3)));
  const through = runtime.add(filter({ process } as never));
  const to = runtime.add(sink(gathering(read)));
  runtime.connect(from.outputs.audioOut, through.inputs.audioIn);
  runtime.connect(through.outputs.audioOut, to.inputs.audioIn);
  await runtime.start();
  return { read, summary: await runtime.finished };
}

for (const development of [false, true]) {
  Deno.test(`frames pass as ever (development: ${development})`, async () => {
    const { read, summary } = await runFilter(function () {
      for (let frame = this.audioIn.read(); frame; frame = this.audioIn.read()) {
        const own = frame.writable();
        own.channel(0)[0] += 10;
        this.audioOut.write(own);
      }
    }, { development });
    equal(read.join(), "10,11,12");
    for (const pool of summary.pools) equal(pool.free, pool.slots);
  });
}

Deno.test("development mode makes a new frame object for each read", async () => {
  const seen = new Set<AudioFrame>();
  await runFilter(function () {
    for (let frame = this.audioIn.read(); frame; frame = this.audioIn.read()) seen.add(frame);
  });
  equal(seen.size, 3);
});

Deno.test("development mode refuses a frame after release()", async () => {
  await rejects(
    runFilter(function () {
      const frame = this.audioIn.read();
      if (frame === undefined) return;
      frame.release();
      frame.channel(0);
    }),
    /Cannot use "channel" of a frame in node "scripted-filter" \(from "scripted-filter.audioIn", slot \d+ of pool "audio"\): the node has released it/,
  );
});

Deno.test("development mode refuses a frame that was handed over", async () => {
  await rejects(
    runFilter(function () {
      const frame = this.audioIn.read();
      if (frame === undefined) return;
      this.audioOut.write(frame);
      frame.ptsNs = 5;
    }),
    /Cannot use "ptsNs" of a frame in node "scripted-filter".*the node has written it on/,
  );
});

for (
  const [what, set] of [
    ["ptsNs", (frame: AudioFrame) => frame.ptsNs = NaN],
    ["durationNs", (frame: AudioFrame) => frame.durationNs = Infinity],
  ] as const
) {
  Deno.test(`development mode refuses a time that is none as ${what} of a frame`, async () => {
    await rejects(
      runFilter(function () {
        const frame = this.audioIn.read();
        if (frame !== undefined) set(frame);
      }),
      new RegExp(`Cannot set "${what}" of a frame in node "scripted-filter" .* wanted a finite number of nanoseconds`),
    );
  });
}

Deno.test("development mode refuses a time that is none as dtsNs of an encoded frame", () => {
  const { pool } = bench(1);
  const frame = new (checkedClass(EncodedFrame))(pool, pool.takeSlot(), pool.ledger) as EncodedFrame;
  frame.shape({ codec: "h264", maxBytes: 1 });
  frame.owned = 1;
  guardFrame(frame, { nodeId: "encoder", port: "out" }, "acquired");
  throws(() => frame.dtsNs = NaN, {
    name: "TypeError",
    message: 'Cannot set "dtsNs" of a frame in node "encoder" (from "encoder.out") to NaN, ' +
      "wanted a finite number of nanoseconds",
  });
  equal(frame.dtsNs, 0);
});

Deno.test("development mode refuses a frame after its tick, and one that was only peeked at", async () => {
  let kept: AudioFrame | undefined;
  await rejects(
    runFilter(function () {
      if (kept !== undefined) kept.sampleCount;
      kept ??= this.audioIn.read();
    }),
    /Cannot use "sampleCount".*the tick that had it is over; call retain\(\)/,
  );
  let looked: AudioFrame | undefined;
  await rejects(
    runFilter(function () {
      looked = this.audioIn.peek();
      this.audioIn.read()?.release();
      looked?.release();
    }),
    /it was released or written before/,
  );
});

Deno.test("a frame that was retained may be used after its tick in development mode", async () => {
  let kept: AudioFrame | undefined;
  let sum = 0;
  await runFilter(function () {
    if (kept !== undefined) {
      sum += kept.channel(0)[0];
      kept.release();
    }
    kept = this.audioIn.read()?.retain();
  });
  equal(sum, 1);
});

Deno.test("development mode finds a frame that was changed through a view after it was written", async () => {
  await rejects(
    runFilter(function () {
      for (let frame = this.audioIn.read(); frame; frame = this.audioIn.read()) {
        const samples = frame.channel(0);
        this.audioOut.write(frame);
        samples[0] = 99;
      }
    }),
    /Cannot read a frame of "scripted-filter.audioOut": its payload was changed after it was written/,
  );
});

Deno.test("development mode names the node that changes a frame which a sibling reads", async () => {
  await using runtime = new Runtime({ ...OFFLINE, development: true });
  const from = runtime.add(source(counting(3)));
  const bad = runtime.add(
    sink({
      process(this: Ports) {
        const frame = this.audioIn.read();
        if (frame !== undefined) frame.channel(0)[0] = 99;
      },
    } as never),
    { id: "bad" },
  );
  const good = runtime.add(sink(gathering([])), { id: "good" });
  runtime.connect(from.outputs.audioOut, bad.inputs.audioIn);
  runtime.connect(from.outputs.audioOut, good.inputs.audioIn);
  await runtime.start();
  await rejects(
    runtime.finished,
    /Node "bad" changed a frame that it read from "bad.audioIn" while others read it too/,
  );
});

Deno.test("development mode finds that the polarity of a shared frame was inverted", async () => {
  for (const sampleCount of [1, 2, 64]) {
    await using runtime = new Runtime({ ...OFFLINE, development: true });
    const from = runtime.add(source({
      process(this: Ports, context: ProcessorContext) {
        const frame = this.audioOut.tryAcquire({ sampleRateHz: 48_000, channels: 1, sampleCount })!;
        frame.channel(0).fill(0.5);
        this.audioOut.write(frame);
        context.finish();
      },
    } as never));
    const bad = runtime.add(
      sink({
        process(this: Ports) {
          const samples = this.audioIn.read()?.channel(0);
          samples?.forEach((sample, k) => samples[k] = -sample);
        },
      } as never),
      { id: "bad" },
    );
    const good = runtime.add(sink(gathering([])), { id: "good" });
    runtime.connect(from.outputs.audioOut, bad.inputs.audioIn);
    runtime.connect(from.outputs.audioOut, good.inputs.audioIn);
    await runtime.start();
    await rejects(runtime.finished, /Node "bad" changed a frame that it read/, `${sampleCount} samples`);
  }
});

Deno.test("development mode destroys a payload when its last reference goes", async () => {
  let samples: Float32Array | undefined;
  await runFilter(function () {
    const frame = this.audioIn.read();
    if (frame === undefined) return;
    samples = frame.channel(0);
    frame.release();
    ok(Number.isNaN(samples[0]));
  });
  ok(samples !== undefined);
});

for (const development of [false, true]) {
  Deno.test(`a frame released twice, or written twice, is refused (development: ${development})`, async () => {
    for (const last of ["release", "write"] as const) {
      await rejects(
        runFilter(function () {
          const frame = this.audioIn.read();
          if (frame === undefined) return;
          frame.release();
          if (last === "release") frame.release();
          else this.audioOut.write(frame);
        }, { development }),
        /released/,
      );
    }
  });

  Deno.test(`a frame kept over the end of its runtime is refused (development: ${development})`, async () => {
    let kept: AudioFrame | undefined;
    await runFilter(function () {
      kept ??= this.audioIn.read()?.retain();
      this.audioIn.read();
    }, { development });
    for (const use of [() => kept!.channel(0), () => kept!.ptsNs, () => kept!.retain(), () => kept!.writable()]) {
      throws(use, /^TypeError: Cannot use a frame of pool "audio": the runtime that it belongs to has ended$/);
    }
    kept!.release();
  });
}

Deno.test("a node may choose a pool of any name, and an unknown one is refused with those there are", async () => {
  await using runtime = new Runtime({ ...OFFLINE, pools: { big: { slotBytes: 4096, slots: 128 } } });
  const from = runtime.add(source(counting(2)), { pool: "big" });
  const to = runtime.add(sink(gathering([])));
  runtime.connect(from.outputs.audioOut, to.inputs.audioIn);
  throws(() => runtime.add(source(counting(1)), { pool: "bog" }), {
    code: "InvalidConfig",
    message: /the pool "bog": the pools are .*"audio".*"data".*"big"/,
  });
  await runtime.start();
  const { pools } = await runtime.finished;
  equal(
    pools.map(({ name, slots, free, slotBytes }) => [name, slots, free, slotBytes].join()).join(" "),
    "big,128,128,4096",
  );
});

Deno.test("a pool that is too small for the graph is refused at the start", async () => {
  await using runtime = new Runtime({ ...OFFLINE, pools: { audio: { slots: 3 } } });
  const from = runtime.add(source(counting(1)));
  const to = runtime.add(sink(gathering([])));
  runtime.connect(from.outputs.audioOut, to.inputs.audioIn);
  await rejects(runtime.start(), (error: Error) => {
    match(error.message, /pool "audio" has 3 slots, but the graph needs \d+/);
    return true;
  });
});

Deno.test("a reader that never reads costs its writer nothing but counted drops", async () => {
  await using runtime = new Runtime({ mode: "live", native: "off" });
  const from = runtime.add(source(counting(500)));
  const to = runtime.add(sink({ process() {} } as never));
  runtime.connect(from.outputs.audioOut, to.inputs.audioIn, { policy: "drop-newest", capacity: 3 });
  await runtime.start();
  const { links: [link], pools } = await runtime.finished;
  equal(link.written, 500);
  equal(link.read, 0);
  equal(link.dropped.full + link.dropped.skipped + link.dropped.unlinked, 500);
  for (const pool of pools) equal(pool.free, pool.slots);
});
