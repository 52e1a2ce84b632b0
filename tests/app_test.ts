import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import type { DataFrame } from "../core/frames/data_frame.ts";
import { Runtime } from "../core/runtime.ts";
import { nodes } from "../mod.ts";
import { eachDriver } from "./fixtures/each_driver.ts";
import { faulty } from "./fixtures/faulty.ts";
import type { Motion } from "./fixtures/structs/imus.ts";
import { nodes as imus } from "./fixtures/structs/sluice.gen.ts";
import { appSink } from "../core/app/app_sink.ts";
import { appSource } from "../core/app/app_source.ts";

function block(...samples: number[]) {
  return { channels: [Float32Array.from(samples)] };
}

eachDriver("appSource.audio() and appSink.audio() carry blocks through a worker lane and back", async (native) => {
  await using runtime = new Runtime({ mode: "offline", native });
  const source = runtime.add(appSource.audio({ sampleRateHz: 1000, channels: 1 }));
  const gain = runtime.add(nodes.gain({ gainDb: 0 }));
  const sink = runtime.add(appSink.audio());
  runtime.connect(source.outputs.audio, gain.inputs.audioIn);
  runtime.connect(gain.outputs.audioOut, sink.inputs.audio);
  await runtime.start();
  const feed = (async () => {
    for (let k = 0; k < 50; k++) await source.push(block(k, k + 0.5));
    source.end();
  })();
  const seen: [number, number, number][] = [];
  for await (const frame of sink) seen.push([frame.channel(0)[0], frame.channel(0)[1], frame.ptsNs]);
  await feed;
  deepEqual(seen, Array.from({ length: 50 }, (_, k) => [k, k + 0.5, k * 2e6]));
  const summary = await runtime.finished;
  equal(summary.outcome, "completed");
  for (const pool of summary.pools) equal(pool.free, pool.slots);
});

eachDriver("push() waits while lossless links are full, and resolves in order", async (native) => {
  await using runtime = new Runtime({ mode: "offline", native });
  const source = runtime.add(appSource.data<number>());
  const sink = runtime.add(appSink.data<number>());
  runtime.connect(source.outputs.data, sink.inputs.data, { capacity: 2 });
  await runtime.start();
  const admitted: number[] = [];
  const pushes = [0, 1, 2, 3, 4, 5].map((value) => source.push({ value }).then(() => void admitted.push(value)));
  source.end();
  const frames = sink[Symbol.asyncIterator]();
  const first = await frames.next();
  equal(first.value.value, 0);
  // One is in the script's hands and two fit the link.
  while (admitted.length < 3) await new Promise((resolve) => setTimeout(resolve, 0));
  await new Promise((resolve) => setTimeout(resolve, 5));
  deepEqual(admitted, [0, 1, 2]);
  const rest: number[] = [];
  for await (const frame of frames) rest.push(frame.value);
  deepEqual(rest, [1, 2, 3, 4, 5]);
  await Promise.all(pushes);
  deepEqual(admitted, [0, 1, 2, 3, 4, 5]);
});

const MOTION: Motion = {
  sensor: 1,
  timeNs: 0,
  acceleration: [1, 2, 3],
  temperature: 20,
  count: 7,
  offset: -1,
  gain: 2,
  sign: -3,
  isValid: true,
  place: { x: 1, y: 2, isKnown: true },
  trail: [{ x: 3, y: 4, isKnown: false }, { x: 5, y: 6, isKnown: true }],
  type: 9,
};

eachDriver("push() refuses a value that the input behind it does not take, and the graph goes on", async (native) => {
  await using runtime = new Runtime({ mode: "offline", native });
  const source = runtime.add(appSource.data<Motion>(), { id: "source" });
  const pass = runtime.add(nodes.valve<DataFrame<Motion>>());
  const doubler = runtime.add(imus.imuDoubler(), { id: "doubler" });
  const sink = runtime.add(appSink.data<Motion>());
  runtime.connect(source.outputs.data, pass.inputs.frameIn);
  runtime.connect(pass.outputs.frameOut, doubler.inputs.readingsIn);
  runtime.connect(doubler.outputs.readingsOut, sink.inputs.data);
  const early = rejects(source.push({ value: { ...MOTION, sensor: 300 } }), {
    code: "TypeMismatch",
    message: 'Cannot push to "source": "value.sensor" is 300, wanted a whole number from 0 to 255; ' +
      '"valve.frameIn" takes Motion',
    key: "value.sensor",
    expected: "a whole number from 0 to 255",
    actual: "300",
  });
  await runtime.start();
  await early;
  const wrong: readonly (readonly [unknown, string])[] = [
    [{ ...MOTION, acceleration: [1, 2] }, "value.acceleration"],
    [{ ...MOTION, place: { x: 1, y: "2", isKnown: true } }, "value.place.y"],
    [{ ...MOTION, trail: [MOTION.place, null] }, "value.trail.1"],
    [{ ...MOTION, isValid: undefined }, "value.isValid"],
    ["motion", "value"],
  ];
  for (const [value, key] of wrong) {
    await rejects(source.push({ value: value as Motion }), { code: "TypeMismatch", key });
  }
  const pushed = source.push({ value: { ...MOTION, acceleration: new Float32Array([1, 2, 3]) } }).then(source.end);
  const sensors: number[] = [];
  for await (const { value } of sink) sensors.push(value.sensor);
  await pushed;
  deepEqual(sensors, [1]);
  equal((await runtime.finished).outcome, "completed");
});

eachDriver("push() takes any value where no input behind it says what it wants", async (native) => {
  await using runtime = new Runtime({ mode: "offline", native });
  const source = runtime.add(appSource.data());
  const sink = runtime.add(appSink.data());
  runtime.connect(source.outputs.data, sink.inputs.data);
  await runtime.start();
  const pushed = source.push({ value: "anything" }).then(source.end);
  for await (const { value } of sink) equal(value, "anything");
  await pushed;
});

eachDriver("leaving the loop early ends the graph and rejects later pushes", async (native) => {
  await using runtime = new Runtime({ mode: "offline", native });
  const source = runtime.add(appSource.data<number>());
  const sink = runtime.add(appSink.data<number>());
  runtime.connect(source.outputs.data, sink.inputs.data, { capacity: 1 });
  await runtime.start();
  const feed = (async () => {
    for (let value = 0;; value++) await source.push({ value });
  })();
  for await (const frame of sink) {
    if (frame.value === 3) break;
  }
  await rejects(feed, {
    code: "Busy",
    message: 'Cannot push to "app-source": nobody reads what the node writes',
  });
  const summary = await runtime.finished;
  equal(summary.outcome, "completed");
  for (const pool of summary.pools) equal(pool.free, pool.slots);
});

eachDriver("closing a sink that waits for a frame ends an endless source on another lane", async (native) => {
  await using runtime = new Runtime({ mode: "live", native });
  const tone = runtime.add(nodes.toneSource());
  const sink = runtime.add(appSink.audio());
  runtime.connect(tone.outputs.audio, sink.inputs.audio);
  await runtime.start();
  let blocks = 0;
  for await (const frame of sink) {
    ok(frame.sampleCount > 0);
    if (++blocks === 3) break;
  }
  equal((await runtime.finished).outcome, "completed");
});

eachDriver("the loop and push() throw what failed the graph", async (native) => {
  await using runtime = new Runtime({ mode: "offline", native });
  const source = runtime.add(appSource.audio({ sampleRateHz: 48_000, channels: 1 }));
  const sink = runtime.add(appSink.audio());
  runtime.connect(source.outputs.audio, sink.inputs.audio);
  await runtime.start();
  await source.push(block(1));
  source.abort(new Error("the cable was pulled"));
  await rejects(source.push(block(2)), /the cable was pulled/);
  await rejects(async () => {
    for await (const _ of sink);
  }, /"app-source" \(app-source\) failed in process\(\): the cable was pulled/);
  await rejects(runtime.finished, /the cable was pulled/);
});

eachDriver("a push that waits when a node of another lane fails throws what it failed with", async (native) => {
  await using runtime = new Runtime({ mode: "offline", native });
  const source = runtime.add(appSource.audio({ sampleRateHz: 48_000, channels: 1 }));
  const bad = runtime.add(faulty({ how: "throws", every: 10 }), { id: "bad", lane: "far" });
  const sink = runtime.add(appSink.audio());
  runtime.connect(source.outputs.audio, bad.inputs.audioIn);
  runtime.connect(bad.outputs.audioOut, sink.inputs.audio);
  await runtime.start();
  const finished = rejects(runtime.finished, /"bad" \(faulty\) failed in process\(\)/);
  const reading = Array.fromAsync(sink, () => {}).catch(() => {});
  await rejects(async () => {
    for (let k = 0;; k++) await source.push(block(k, 0));
  }, /"bad" \(faulty\) failed in process\(\)/);
  await reading;
  await finished;
});

eachDriver("push() refuses a block that does not fit, and the graph goes on", async (native) => {
  await using runtime = new Runtime({ mode: "offline", native });
  const source = runtime.add(appSource.audio({ sampleRateHz: 48_000, channels: 2 }));
  const sink = runtime.add(appSink.audio());
  runtime.connect(source.outputs.audio, sink.inputs.audio);
  await runtime.start();
  await rejects(source.push(block(1)), { message: "Cannot push a block of 1 channels: wanted 2" });
  const uneven = { channels: [new Float32Array(1), new Float32Array(2)] };
  await rejects(source.push(uneven), /whose channels have 1 and 2 samples/);
  const huge = { channels: [new Float32Array(1e6), new Float32Array(1e6)] };
  await rejects(source.push(huge), /Cannot acquire an audio frame of 2 × 1000000 samples/);
  void source.push({ channels: [Float32Array.of(1), Float32Array.of(2)] });
  source.end();
  await rejects(source.push(block(1)), { message: "Cannot push: end() was called before" });
  let seen = 0;
  for await (const frame of sink) seen += frame.channel(1)[0];
  equal(seen, 2);
  equal((await runtime.finished).outcome, "completed");
});

eachDriver("stop() ends the source, and the sink gives what was pushed before", async (native) => {
  await using runtime = new Runtime({ mode: "live", native });
  const source = runtime.add(appSource.data<string>());
  const sink = runtime.add(appSink.data<string>());
  runtime.connect(source.outputs.data, sink.inputs.data);
  await runtime.start();
  await source.push({ value: "last", ptsNs: 7 });
  const stopped = runtime.stop();
  const seen: string[] = [];
  for await (const frame of sink) seen.push(`${frame.value} ${frame.ptsNs}`);
  deepEqual(seen, ["last 7"]);
  equal((await stopped)?.outcome, "stopped");
  await rejects(source.push({ value: "late" }), { code: "Busy" });
});

eachDriver("writable and readable carry web streams", async (native) => {
  await using runtime = new Runtime({ mode: "offline", native });
  const source = runtime.add(appSource.data<number>());
  const sink = runtime.add(appSink.data<number>());
  runtime.connect(source.outputs.data, sink.inputs.data, { capacity: 1 });
  await runtime.start();
  const values = ReadableStream.from([1, 2, 3, 4].map((value) => ({ value })));
  const piped = values.pipeTo(source.writable);
  const seen: number[] = [];
  await sink.readable.pipeTo(new WritableStream({ write: (frame) => void seen.push(frame.value) }));
  await piped;
  deepEqual(seen, [1, 2, 3, 4]);
  equal((await runtime.finished).outcome, "completed");
});

eachDriver("a stream that breaks off fails the graph", async (native) => {
  await using runtime = new Runtime({ mode: "offline", native });
  const source = runtime.add(appSource.data<number>());
  const sink = runtime.add(appSink.data<number>());
  runtime.connect(source.outputs.data, sink.inputs.data);
  await runtime.start();
  const broken = new ReadableStream({ start: (controller) => controller.error(new Error("no more")) });
  await rejects(broken.pipeTo(source.writable), /no more/);
  await rejects(runtime.finished, (error: Error) => {
    match(error.message, /no more/);
    return true;
  });
  await rejects(Promise.resolve(sink.readable.getReader().read()), /no more/);
});

eachDriver("examples/script.ts runs, and the page about it shows its text", async (native) => {
  const root = new URL("..", import.meta.url);
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", "examples/script.ts"],
    cwd: root,
    env: native === "off" ? { SLUICE_NATIVE: "off" } : {},
  }).output();
  equal(code, 0, new TextDecoder().decode(stderr));
  equal(new TextDecoder().decode(stdout), "completed: 3.00 s came back, peak 1.218\n");
  const page = await Deno.readTextFile(new URL("docs/writing_processors.md", root));
  const shown = page.split("<!-- examples/script.ts -->")[1].split("```ts\n")[1].split("```")[0];
  ok((await Deno.readTextFile(new URL("examples/script.ts", root))).includes(shown));
});
