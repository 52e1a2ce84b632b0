import { deepEqual, equal, ok, rejects, throws } from "node:assert/strict";
import { collect, numberedSource, pass } from "../tests/fixtures/numbered.ts";
import { eachDriver } from "../tests/fixtures/each_driver.ts";
import { counting, filter, gathering, misbehaving, type Script, sink, source } from "../tests/fixtures/scripted.ts";
import { chooseDriver } from "./driver/open.ts";
import { tapLog } from "./log.ts";
import type { ProcessorContext } from "./processor.ts";
import { Runtime } from "./runtime.ts";

Deno.test("Runtime.connect() refuses a second link into an input, and names the first", async () => {
  await using runtime = new Runtime();
  runtime.add(source({}), { id: "a" });
  runtime.add(source({}), { id: "b" });
  runtime.add(sink({}), { id: "s" });
  runtime.connectByName("a.audioOut", "s.audioIn");
  throws(() => runtime.connectByName("b.audioOut", "s.audioIn"), {
    code: "DestinationOccupied",
    message:
      'Cannot link "b.audioOut" to "s.audioIn": the input is taken by link0 from "a.audioOut"; an input takes one link',
    linkId: "link0",
  });
});

Deno.test("Runtime.connect() refuses a port of a node of another runtime, though the ids are equal", async () => {
  await using one = new Runtime();
  await using other = new Runtime();
  const from = one.add(source({}), { id: "a" });
  one.add(sink({}), { id: "s" });
  const to = other.add(sink({}), { id: "s" });
  throws(() => one.connect(from.outputs.audioOut, to.inputs.audioIn), {
    code: "InvalidGraph",
    message: 'Cannot link "s.audioIn": it is a port of a node of another runtime; take the one that add() gave here',
  });
});

Deno.test("Runtime.connect() refuses several places for the policy latest, as a graph file does", async () => {
  await using runtime = new Runtime();
  const from = runtime.add(source({}), { id: "a" });
  const to = runtime.add(sink({}), { id: "s" });
  throws(() => runtime.connect(from.outputs.audioOut, to.inputs.audioIn, { policy: "latest", capacity: 8 }), {
    code: "InvalidGraph",
    message: 'Cannot link "a.audioOut" to "s.audioIn": capacity is 8, wanted 1: the policy "latest" has one place; ' +
      'for more, use "roll-off"',
  });
  runtime.connect(from.outputs.audioOut, to.inputs.audioIn, { policy: "latest", capacity: 1 });
});

Deno.test("Runtime.connect() refuses a loop and shows it", async () => {
  await using runtime = new Runtime();
  const a = runtime.add(pass(), { id: "a" });
  const b = runtime.add(pass(), { id: "b" });
  runtime.connect(a.outputs.audioOut, b.inputs.audioIn);
  throws(() => runtime.connect(b.outputs.audioOut, a.inputs.audioIn), {
    code: "CycleWithoutDelay",
    message: 'Cannot link "b.audioOut" to "a.audioIn": it closes a loop with no delay in it: "a" -> "b" -> "a"; ' +
      "put a node that delays on it, or take one of its links out",
  });
});

Deno.test("Runtime.connectByName() names what there is", async () => {
  await using runtime = new Runtime();
  runtime.add(pass(), { id: "first" });
  runtime.add(collect(), { id: "data" });
  throws(() => runtime.connectByName("frist.audioOut", "data.data"), {
    code: "NodeNotFound",
    message: 'Cannot find node "frist" (did you mean "first"?); nodes: "first" and "data"',
  });
  throws(() => runtime.connectByName("first.audioOut", "data.data"), {
    code: "TypeMismatch",
    expected: "DataFrame<unknown>",
    actual: "AudioFrame",
  });
  deepEqual(runtime.portInfo("first").map(({ name, optional }) => [name, optional]), [
    ["audioIn", false],
    ["audioOut", undefined],
  ]);
  throws(() => runtime.connectByName("first.out", "data.data"), { code: "PortNotFound" });
  throws(() => runtime.connectByName("first", "data.data"), { code: "InvalidGraph" });
});

Deno.test("Runtime.connect() refuses a capacity or a policy that cannot be", async () => {
  await using runtime = new Runtime({ mode: "offline" });
  const from = runtime.add(source({}));
  const to = runtime.add(sink({}));
  for (const capacity of [0, -1, 1.5, 70_000, NaN]) {
    throws(() => runtime.connect(from.outputs.audioOut, to.inputs.audioIn, { capacity }), { code: "InvalidGraph" });
  }
  throws(() => runtime.connect(from.outputs.audioOut, to.inputs.audioIn, { capacity: 3 }), /up to 4 frames at once/);
  throws(
    () => runtime.connect(from.outputs.audioOut, to.inputs.audioIn, { policy: "lossy" as "latest" }),
    { message: /policy is "lossy", wanted "roll-off", "latest", "drop-newest" and "lossless"/ },
  );
});

Deno.test("Runtime.add() gives ids, and refuses bad and taken ones", async () => {
  await using runtime = new Runtime();
  equal(runtime.add(pass()).id, "pass");
  equal(runtime.add(pass()).id, "pass-2");
  throws(() => runtime.add(pass(), { id: "pass" }), { code: "InvalidGraph" });
  for (const id of ["", "a.b", "1a", "a b", "x".repeat(65)]) {
    throws(() => runtime.add(pass(), { id }), { code: "InvalidGraph" });
  }
});

Deno.test("Runtime.start() refuses an offline graph that is empty, or has a required input with no link", async () => {
  await using empty = new Runtime({ mode: "offline" });
  await rejects(empty.start(), { code: "InvalidGraph", message: "Cannot start: the graph has no nodes; add one" });
  await using runtime = new Runtime({ mode: "offline" });
  runtime.add(pass(), { id: "p" });
  await rejects(runtime.start(), {
    code: "InvalidGraph",
    message: 'Cannot start: input "p.audioIn" (AudioFrame) is required and has no link; link an output to it',
  });
});

Deno.test("Runtime.start() refuses an announced format that an input does not take, before any tick", async () => {
  await using runtime = new Runtime();
  let ticks = 0;
  const from = runtime.add(
    source({
      setup(this: Script) {
        this.audioOut!.announce({ kind: "audio", sampleRateHz: 44_100, channels: 2 });
      },
      process: () => void ticks++,
    }),
    { id: "from" },
  );
  const to = runtime.add(sink({}, { sampleRateHz: 48_000 }), { id: "to" });
  runtime.connect(from.outputs.audioOut, to.inputs.audioIn);
  await rejects(runtime.start(), {
    code: "TypeMismatch",
    message: 'Cannot send "from.audioOut" to "to.audioIn": it carries audio 44100 Hz, 2 channels, wanted 48000 Hz',
    expected: "48000 Hz",
    actual: "audio 44100 Hz, 2 channels",
  });
  equal(ticks, 0);
});

Deno.test("Runtime ends with an error when the first frame's format clashes with what the input takes", async () => {
  await using runtime = new Runtime({ mode: "offline" });
  const from = runtime.add(source(counting(3)), { id: "from" });
  const to = runtime.add(sink(gathering([]), { channels: [2, 6] }), { id: "to" });
  runtime.connect(from.outputs.audioOut, to.inputs.audioIn);
  await runtime.start();
  await rejects(runtime.finished, {
    code: "TypeMismatch",
    nodeId: "to",
    message:
      'Cannot send "from.audioOut" to "to.audioIn": it carries audio 48000 Hz, 1 channel, wanted 2 or 6 channels',
    expected: "2 or 6 channels",
    actual: "audio 48000 Hz, 1 channel",
  });
});

Deno.test("Runtime runs a graph to its end in order, with the tails", async () => {
  const got: number[] = [];
  const log: string[] = [];
  await using runtime = new Runtime({ mode: "offline" });
  const from = runtime.add(source(counting(100)));
  let tail = 3;
  const middle = runtime.add(filter({
    process(this: Script) {
      for (let frame = this.audioIn!.read(); frame; frame = this.audioIn!.read()) this.audioOut!.write(frame);
    },
    flush(this: Script) {
      log.push("flush");
      const frame = this.audioOut!.tryAcquire({ sampleRateHz: 48_000, channels: 1, sampleCount: 1 })!;
      frame.channel(0)[0] = -tail;
      this.audioOut!.write(frame);
      return --tail > 0;
    },
    teardown: (context: ProcessorContext) => void log.push(`middle down ${context.signal.aborted}`),
  }));
  const to = runtime.add(sink({ ...gathering(got), flush: () => void log.push("sink flush") }));
  runtime.connect(from.outputs.audioOut, middle.inputs.audioIn, { capacity: 4 });
  runtime.connect(middle.outputs.audioOut, to.inputs.audioIn, { capacity: 1 });
  await runtime.start();
  const summary = await runtime.finished;
  deepEqual(got, [...Array.from({ length: 100 }, (_, k) => k), -3, -2, -1]);
  deepEqual(log, ["flush", "flush", "flush", "sink flush", "middle down false"]);
  equal(summary.outcome, "completed");
  deepEqual(summary.links.map(({ written, read, queued }) => [written, read, queued]), [[100, 100, 0], [103, 103, 0]]);
  deepEqual(summary.nodes.map((node) => node.state), ["ended", "ended", "ended"]);
});

Deno.test("Runtime.stop() ends a source that never would, and drains what it wrote", async () => {
  const got: number[] = [];
  let flushed = 0;
  await using runtime = new Runtime({ mode: "offline" });
  const from = runtime.add(source(counting(Infinity)));
  const to = runtime.add(sink({ ...gathering(got), flush: () => void flushed++ }));
  runtime.connect(from.outputs.audioOut, to.inputs.audioIn);
  await runtime.start();
  while (runtime.stats().links[0].read < 1000) await new Promise((resolve) => setTimeout(resolve, 1));
  const summary = (await runtime.stop())!;
  equal(summary.outcome, "stopped");
  equal(summary.links[0].written, got.length);
  equal(summary.links[0].queued, 0);
  equal(flushed, 1);
});

Deno.test("RuntimeOptions.signal stops the graph", async () => {
  const abort = new AbortController();
  await using runtime = new Runtime({ signal: abort.signal });
  const from = runtime.add(numberedSource({ count: 1_000_000_000 }));
  const to = runtime.add(sink(gathering([])));
  runtime.connect(from.outputs.audio, to.inputs.audioIn);
  await runtime.start();
  abort.abort();
  equal((await runtime.finished).outcome, "stopped");
  await rejects(runtime.start(), {
    code: "Busy",
    message: 'Cannot start: option "signal" was aborted, which ends the runtime; make a new Runtime',
  });
});

Deno.test("Runtime.finished rejects with the node that threw, and every teardown runs once", async () => {
  const down: string[] = [];
  await using runtime = new Runtime({ mode: "offline" });
  const from = runtime.add(source({
    ...counting(10),
    teardown: (context: ProcessorContext) => void down.push(`source ${context.signal.aborted}`),
  }));
  const to = runtime.add(
    sink({
      process() {
        throw new TypeError("no more");
      },
      teardown: (context: ProcessorContext) => void down.push(`sink ${context.signal.aborted}`),
    }),
    { id: "to" },
  );
  runtime.connect(from.outputs.audioOut, to.inputs.audioIn);
  await runtime.start();
  await rejects(runtime.finished, {
    code: "NodeFailed",
    nodeId: "to",
    message: 'Node "to" (scripted-sink) failed in process(): no more',
  });
  deepEqual(down.map((line) => line.split(" ")[0]).sort(), ["sink", "source"]);
  const summary = runtime.summary()!;
  equal(summary.outcome, "failed");
  equal(summary.nodes.find((node) => node.id === "to")!.state, "failed");
  equal(summary.nodes.find((node) => node.id === "to")!.errors, 1);
});

Deno.test("Runtime.start() rejects with what setup() threw, and tears down those that were opened", async () => {
  const down: string[] = [];
  await using runtime = new Runtime();
  const from = runtime.add(source({ process() {}, teardown: () => void down.push("source") }));
  const to = runtime.add(
    sink({
      setup: () => Promise.reject(new Error("no device")),
      process() {},
      teardown: () => void down.push("sink"),
    }),
    { id: "to" },
  );
  runtime.connect(from.outputs.audioOut, to.inputs.audioIn);
  await rejects(runtime.start(), {
    code: "NodeFailed",
    message: 'Node "to" (scripted-sink) failed in setup(): no device',
  });
  deepEqual(down, ["source", "sink"]);
  await rejects(runtime.finished, { code: "NodeFailed" });
});

for (const how of ["throw", "reject", "reject-later", "error-later"] as const) {
  Deno.test(`Runtime.finished rejects when a node on a worker lane fails: ${how}`, async () => {
    await using runtime = new Runtime({ mode: "live" });
    const from = runtime.add(numberedSource({ count: 1_000_000_000 }));
    const bad = runtime.add(misbehaving({ how }), { id: "bad" });
    runtime.connect(from.outputs.audio, bad.inputs.audioIn);
    await runtime.start();
    await rejects(runtime.finished, { code: "NodeFailed", message: /on purpose/ });
  });
}

Deno.test("Runtime tells a node whose value cannot cross lanes", async () => {
  await using runtime = new Runtime({ mode: "offline" });
  const from = runtime.add(numberedSource({ count: 10 }));
  const bad = runtime.add(misbehaving({ how: "bad-value" }), { id: "bad" });
  const to = runtime.add(collect());
  runtime.connect(from.outputs.audio, bad.inputs.audioIn);
  runtime.connectByName(bad.outputs.data.address, to.inputs.data.address);
  await runtime.start();
  await rejects(runtime.finished, { nodeId: "bad", message: /Cannot send a value to another lane/ });
});

Deno.test("Runtime.setConfig() checks the value, and that the key is live", async () => {
  const seen: unknown[] = [];
  const live = source({ ...counting(Infinity), level: 0, configChanged: (key: string) => void seen.push(key) }, {
    config: {
      type: "object",
      properties: { level: { type: "number", maximum: 6, "x-live": true }, size: { type: "integer" } },
      required: [],
      additionalProperties: false,
    },
  });
  await using runtime = new Runtime();
  runtime.add(live, { id: "n" });
  await runtime.setConfig("n", "size", 3);
  await runtime.start();
  await runtime.setConfig("n", "level", 5);
  deepEqual(seen, ["level"]);
  await rejects(runtime.setConfig("n", "level", 7), { code: "InvalidConfig" });
  await rejects(runtime.setConfig("n", "levle", 1), { code: "InvalidConfig" });
  await rejects(runtime.setConfig("n", "size", 4), {
    code: "InvalidConfig",
    key: "size",
    message:
      'Cannot change "size" of node "n" (scripted-source) while it runs: the node must be replaced, as edit.reconfigure() does',
  });
  await rejects(runtime.setConfig("m", "level", 1), { code: "NodeNotFound" });
});

Deno.test("Runtime.start() refuses pools that are too small for the links", async () => {
  await using runtime = new Runtime({ mode: "offline", pools: { audio: { slots: 8 } } });
  const from = runtime.add(source(counting(1)));
  const to = runtime.add(sink(gathering([])));
  runtime.connect(from.outputs.audioOut, to.inputs.audioIn);
  await rejects(runtime.start(), { code: "PoolExhausted", message: /pool "audio" has 8 slots, but the graph needs/ });
});

Deno.test("Runtime.start() is refused once it was called", async () => {
  await using runtime = new Runtime({ mode: "offline" });
  runtime.add(source(counting(1)));
  await runtime.start();
  await rejects(runtime.start(), { code: "Busy" });
  await runtime.finished;
});

Deno.test("a source in a live graph keeps to the clock", async () => {
  const times: number[] = [];
  await using runtime = new Runtime({ mode: "live" });
  let next = 0;
  let startNs = 0;
  const from = runtime.add(source({
    process(context: ProcessorContext) {
      if (next === 0) startNs = context.nowNs();
      times.push(context.nowNs() - startNs - next * 5e6);
      next++;
      context.waitUntilNs(startNs + next * 5e6);
      if (next === 10) context.finish();
    },
  }));
  ok(from.id);
  await runtime.start();
  await runtime.finished;
  equal(times.length, 10);
  ok(times.every((late) => late >= 0), `never early: ${times}`);
});

Deno.test("two runtimes run at once", async () => {
  const results = await Promise.all([1, 2, 3].map(async (n) => {
    const got: number[] = [];
    await using runtime = new Runtime({ mode: "offline" });
    const from = runtime.add(numberedSource({ count: n * 1000 }), { lane: "x" });
    const to = runtime.add(sink(gathering(got)));
    runtime.connect(from.outputs.audio, to.inputs.audioIn);
    await runtime.start();
    await runtime.finished;
    return got.length;
  }));
  deepEqual(results, [1000, 2000, 3000]);
});

Deno.test("Runtime.start() warns of a lane that no node uses, and names the one that was meant", async () => {
  const lines: string[] = [];
  const end = tapLog(({ message }) => lines.push(message));
  try {
    await using runtime = new Runtime({ lanes: { mian: {} } });
    runtime.add(source({ process() {} }), { id: "a", lane: "main" });
    runtime.add(sink({ process() {} }), { id: "s", lane: "main" });
    runtime.connectByName("a.audioOut", "s.audioIn");
    await runtime.start();
  } finally {
    end();
  }
  deepEqual(lines, ['No node uses lane "mian" (did you mean "main"?)']);
});

Deno.test("Runtime.start() is refused while the graph runs, and begins another run after its end", async () => {
  await using runtime = new Runtime({ mode: "offline" });
  const from = runtime.add(source(counting(1)));
  await runtime.start();
  await rejects(runtime.start(), {
    code: "Busy",
    message: "Cannot start: the graph was started; runtime.finished tells of its end",
  });
  const first = runtime.finished;
  await first;
  const got: number[] = [];
  const to = runtime.add(sink(gathering(got)));
  runtime.connect(from.outputs.audioOut, to.inputs.audioIn);
  equal(runtime.summary()?.nodes.length, 1);
  await runtime.start();
  equal(runtime.summary(), undefined);
  equal((await runtime.finished).nodes.length, 2);
  equal((await first).nodes.length, 1);
});

Deno.test("Runtime.clock is the clock of the nodes, and stands still in pauses", async () => {
  await using runtime = new Runtime({ mode: "live" });
  const before = runtime.clock.nowNs();
  const seen: number[] = [];
  const told = Promise.withResolvers<void>();
  runtime.add(
    source({
      process(context) {
        seen.push(context.nowNs());
        if (seen.length === 2) told.resolve();
      },
    }),
    { id: "a" },
  );
  runtime.add(sink({}), { id: "s" });
  runtime.connectByName("a.audioOut", "s.audioIn");
  await runtime.start();
  await told.promise;
  const during = runtime.clock.nowNs();
  ok(before <= seen[0] && seen[1] <= during, `${before} ${seen} ${during}`);
  await runtime.pause();
  const { driver: wall } = chooseDriver("off");
  const held = runtime.clock.nowNs();
  const heldAtNs = wall.nowNs();
  await new Promise((resolve) => setTimeout(resolve, 20));
  equal(runtime.clock.nowNs(), held);
  await runtime.resume();
  const resumed = runtime.clock.nowNs();
  const leftOutMs = (wall.nowNs() - heldAtNs - (resumed - held)) / 1e6;
  ok(resumed >= held && leftOutMs >= 19, `${leftOutMs} ms`);
  await runtime.stop();
  ok(runtime.clock.nowNs() >= resumed);
});

eachDriver("Runtime.clock goes on at the next start where it was, on lanes too", async (native) => {
  await using runtime = new Runtime({ native });
  const { driver: wall } = chooseDriver(native);
  const seen: number[] = [];
  const isTold: (() => void)[] = [];
  const told = [0, 1].map(() => new Promise<void>((resolve) => isTold.push(resolve)));
  let isOpen = false;
  runtime.add(
    source({
      setup: (context) => void seen.push(context.nowNs()),
      process(context) {
        if (isOpen) return;
        isOpen = true;
        seen.push(context.nowNs());
        isTold.shift()!();
      },
    }),
    { id: "a" },
  );
  runtime.add(sink({}), { id: "s" });
  runtime.connectByName("a.audioOut", "s.audioIn");
  await runtime.start();
  await told[0];
  await runtime.pause();
  await new Promise((resolve) => setTimeout(resolve, 50));
  await runtime.resume();
  await runtime.stop();
  const stoppedAtNs = wall.nowNs();
  const stopped = runtime.clock.nowNs();
  isOpen = false;
  await runtime.start();
  await told[1];
  const started = runtime.clock.nowNs();
  const { elapsedNs } = runtime.stats();
  const lastedNs = wall.nowNs() - stoppedAtNs;
  const [, , opened, ran] = seen;
  ok(stopped <= opened && opened <= ran && ran <= started, `${stopped} ${opened} ${ran} ${started}`);
  ok(started - stopped <= lastedNs + 1e6, `${started - stopped} ${lastedNs}`);
  ok(elapsedNs >= 0 && elapsedNs <= lastedNs + 1e6, `${elapsedNs} ${lastedNs}`);
});

Deno.test("events tell their time by Runtime.clock, also in and after pauses", async () => {
  await using runtime = new Runtime();
  runtime.add(source({ process() {} }), { id: "a", lane: "main" });
  await runtime.start();
  await runtime.pause();
  await new Promise((resolve) => setTimeout(resolve, 20));
  for (const topic of ["my:pause", "my:run"]) {
    const before = runtime.clock.nowNs();
    const heard = new Promise<number>((resolve) => void runtime.events.on(topic, ({ timeNs }) => resolve(timeNs)));
    runtime.events.emit(topic);
    const after = runtime.clock.nowNs();
    const timeNs = await heard;
    ok(before <= timeNs && timeNs <= after, `${topic}: ${before} ${timeNs} ${after}`);
    await runtime.resume();
  }
});
