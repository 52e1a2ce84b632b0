/** When nodes are ticked: modes, triggers, times of their own, and the order within a lane. */
import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import type { AudioFrame } from "../core/frames/audio_frame.ts";
import { NodeCell } from "../core/lanes/cells/node_cell.ts";
import { LocalLink } from "../core/links/local_link.ts";
import { RingLinkReader } from "../core/links/ring_link.ts";
import type { Processor, ProcessorContext } from "../core/processor.ts";
import type { NodeDescriptor } from "../core/descriptor/descriptor.ts";
import type { NodeHandle } from "../core/registry/handle.ts";
import type { NodeSpec } from "../core/registry/node_type.ts";
import { Runtime } from "../core/runtime.ts";
import { fixture, port } from "./fixtures/define.ts";
import { eachDriver } from "./fixtures/each_driver.ts";
import { checkingSink, collect, collected, pass } from "./fixtures/numbered.ts";
import { counting, filter, gathering, type Script, sink, source } from "./fixtures/scripted.ts";

type Ports = { a: AudioFrame; b: AudioFrame };

/** Ticks of a node that asks for one every 10 ms, after which nothing more is waited for: in a minute. */
const MOST_TICKS = 6_000;

/** A sink on main with two inputs. */
function join(
  process: (a: number | undefined, b: number | undefined) => void,
  parts: Partial<NodeDescriptor>,
): NodeSpec<NodeHandle<Ports, Record<never, never>>> {
  const make = (): Processor & Record<string, unknown> => ({
    process(this: { a: { read(): AudioFrame | undefined }; b: { read(): AudioFrame | undefined } }) {
      process(this.a.read()?.channel(0)[0], this.b.read()?.channel(0)[0]);
    },
  });
  return fixture<NodeHandle<Ports, Record<never, never>>, Record<never, never>>(make, {
    type: "join",
    lane: "main",
    ports: [
      port({ name: "a", direction: "input", kind: "audio" }),
      port({ name: "b", direction: "input", kind: "audio" }),
    ],
    ...parts,
  })();
}

function write(script: Script, value: number): void {
  const frame = script.audioOut!.tryAcquire({ sampleRateHz: 48_000, channels: 1, sampleCount: 1 })!;
  frame.channel(0)[0] = value;
  script.audioOut!.write(frame);
}

eachDriver('trigger "any" ticks when one input has a frame', async (native) => {
  const seen: [number | undefined, number | undefined][] = [];
  await using runtime = new Runtime({ mode: "offline", native });
  const a = runtime.add(source(counting(3)));
  const b = runtime.add(source(counting(1)), { id: "b" });
  const end = runtime.add(join((...pair) => void seen.push(pair), { trigger: "any" }));
  runtime.connect(a.outputs.audioOut, end.inputs.a);
  runtime.connect(b.outputs.audioOut, end.inputs.b);
  await runtime.start();
  await runtime.finished;
  deepEqual(seen.map(([first]) => first).filter((each) => each !== undefined), [0, 1, 2]);
  deepEqual(seen.map(([, second]) => second).filter((each) => each !== undefined), [0]);
});

eachDriver('trigger "all" ticks when every input that has not ended has a frame', async (native) => {
  const seen: [number | undefined, number | undefined][] = [];
  await using runtime = new Runtime({ mode: "offline", native });
  const a = runtime.add(source(counting(4)));
  const b = runtime.add(source(counting(2)), { id: "b" });
  const end = runtime.add(join((...pair) => void seen.push(pair), { trigger: "all" }));
  runtime.connect(a.outputs.audioOut, end.inputs.a);
  runtime.connect(b.outputs.audioOut, end.inputs.b);
  await runtime.start();
  await runtime.finished;
  deepEqual(seen, [[0, 0], [1, 1], [2, undefined], [3, undefined]]);
});

eachDriver("a pull node is ticked at the times that it asks for, whatever its input has", async (native) => {
  type Tick = { atNs: number; askedNs: number; queued: number };
  const ticks: Tick[] = [];
  let askedNs = 0;
  await using runtime = new Runtime({ mode: "live", native });
  const from = runtime.add(source({
    process(this: Script, context: ProcessorContext) {
      write(this, 0);
      context.waitUntilNs(context.nowNs() + 1e6);
    },
  }));
  const done = Promise.withResolvers<Tick[]>();
  const end = runtime.add(sink(
    {
      process(this: Script, context: ProcessorContext) {
        let queued = 0;
        while (this.audioIn!.read()) queued++;
        ticks.push({ atNs: context.nowNs(), askedNs, queued });
        // A lane that is late may find one frame only, and then another time.
        const enough = ticks.length >= 6 && ticks.slice(1).some((tick) => tick.queued > 1);
        if (enough || ticks.length === MOST_TICKS) done.resolve([...ticks]);
        context.waitUntilNs(askedNs = context.nowNs() + 10e6);
      },
    },
    undefined,
    { mode: "pull" },
  ));
  runtime.connect(from.outputs.audioOut, end.inputs.audioIn, { policy: "lossless", capacity: 64 });
  await runtime.start();
  const later = (await done.promise).slice(1);
  await runtime.stop();
  for (const { atNs, askedNs } of later) ok(atNs >= askedNs, "never before its time");
  ok(later.some(({ queued }) => queued > 1), "it reads what has gathered");
});

eachDriver("a pull node in an offline graph is ticked by its frames, without a clock", async (native) => {
  const seen: number[] = [];
  let ticks = 0;
  await using runtime = new Runtime({ mode: "offline", native });
  const from = runtime.add(source(counting(20)));
  const end = runtime.add(sink(
    {
      process(this: Script, context: ProcessorContext) {
        ticks++;
        const frame = this.audioIn!.read();
        if (frame) seen.push(frame.channel(0)[0]);
        context.waitUntilNs(context.nowNs() + 3600e9);
      },
    },
    undefined,
    { mode: "pull" },
  ));
  runtime.connect(from.outputs.audioOut, end.inputs.audioIn);
  await runtime.start();
  await runtime.finished;
  deepEqual(seen, Array.from({ length: 20 }, (_, k) => k));
  equal(ticks, 20);
});

eachDriver("a push node that leaves its frame is ticked again at the time that it asked for", async (native) => {
  const ticks: { atNs: number; dueNs: number }[] = [];
  let dueNs = 0;
  await using runtime = new Runtime({ mode: "live", native });
  const from = runtime.add(source(counting(1)));
  const end = runtime.add(sink({
    process(this: Script, context: ProcessorContext) {
      ticks.push({ atNs: context.nowNs(), dueNs });
      if (ticks.length === 1) context.waitUntilNs(dueNs = context.nowNs() + 20e6);
      else this.audioIn!.read();
    },
  }));
  runtime.connect(from.outputs.audioOut, end.inputs.audioIn, { policy: "lossless" });
  await runtime.start();
  const summary = await runtime.finished;
  equal(summary.outcome, "completed");
  // The end of the source may wake it once more before its time.
  ok(ticks.length === 2 || ticks.length === 3, `${ticks.length} ticks`);
  ok(ticks[0].atNs < dueNs);
  equal(summary.links[0].read, 1);
});

eachDriver("a push node that has asked for a time ends with its last frames, if their end is there", async (native) => {
  const ended = Promise.withResolvers<void>();
  let reads = 0;
  await using runtime = new Runtime({ mode: "live", native });
  const from = runtime.add(source(counting(3)), { id: "from" });
  const end = runtime.add(sink({
    async process(this: Script, context: ProcessorContext) {
      context.waitUntilNs(context.nowNs() + 3600e9);
      if (reads === 0) await ended.promise;
      while (this.audioIn!.read() !== undefined && ++reads !== 1);
    },
  }));
  runtime.connect(from.outputs.audioOut, end.inputs.audioIn, { policy: "lossless", capacity: 8 });
  runtime.events.on("node:from", (event) => "state" in event && event.state === "ended" && ended.resolve());
  await runtime.start();
  equal((await runtime.finished).outcome, "completed");
  equal(reads, 3);
});

eachDriver("a push node that asks for a time in an offline graph is ticked again at once", async (native) => {
  let ticks = 0;
  await using runtime = new Runtime({ mode: "offline", native });
  const from = runtime.add(source(counting(1)));
  const end = runtime.add(sink({
    process(this: Script, context: ProcessorContext) {
      if (++ticks < 5) context.waitUntilNs(context.nowNs() + 3600e9);
      else this.audioIn!.read();
    },
  }));
  runtime.connect(from.outputs.audioOut, end.inputs.audioIn);
  await runtime.start();
  await runtime.finished;
  equal(ticks, 5);
});

eachDriver("flush() is called again at the time that it asks for", async (native) => {
  let askedNs = 0;
  let calledNs = 0;
  await using runtime = new Runtime({ mode: "live", native });
  const from = runtime.add(source(counting(1)));
  const end = runtime.add(sink({
    process(this: Script) {
      this.audioIn!.read();
    },
    flush(context: ProcessorContext) {
      calledNs = context.nowNs();
      if (askedNs > 0) return false;
      context.waitUntilNs(askedNs = calledNs + 20e6);
      return true;
    },
  }));
  runtime.connect(from.outputs.audioOut, end.inputs.audioIn);
  await runtime.start();
  await runtime.finished;
  ok(calledNs >= askedNs && askedNs > 0);
});

eachDriver("an external node drives itself by ready() and ends with its promise", async (native) => {
  collected.length = 0;
  const seen: number[] = [];
  let calls = 0;
  await using runtime = new Runtime({ mode: "offline", native });
  const from = runtime.add(source({
    async process(this: Script) {
      calls++;
      for (let k = 0; k < 50; k++) {
        await this.audioOut!.ready();
        write(this, k);
      }
    },
  }, { mode: "external", isAsync: true }));
  const end = runtime.add(sink(gathering(seen)));
  runtime.connect(from.outputs.audioOut, end.inputs.audioIn);
  await runtime.start();
  await runtime.finished;
  equal(calls, 1);
  deepEqual(seen, Array.from({ length: 50 }, (_, k) => k));
});

eachDriver("what an external node writes reaches another lane while its own sleeps", async (native) => {
  collected.length = 0;
  await using runtime = new Runtime({ mode: "live", native });
  const gate = Promise.withResolvers<void>();
  const from = runtime.add(source({
    async process(this: Script, context: ProcessorContext) {
      write(this, 0);
      write(this, 1);
      gate.resolve();
      await new Promise((resolve) => context.signal.addEventListener("abort", resolve));
    },
  }, { mode: "external", isAsync: true }));
  const end = runtime.add(checkingSink(), { lane: "a" });
  const findings = runtime.add(collect());
  const link = runtime.connect(from.outputs.audioOut, end.inputs.audio, { policy: "lossless" });
  runtime.connect(end.outputs.findings, findings.inputs.data, { policy: "lossless" });
  await runtime.start();
  await gate.promise;
  const frames = () => runtime.stats().links.find((each) => each.id === link)!;
  while (frames().read < 2) await new Promise((resolve) => setTimeout(resolve, 1));
  const summary = await runtime.stop();
  equal(summary!.outcome, "stopped");
  equal(collected[0].received, 2);
});

eachDriver("stop() aborts the signal of an external node, whose end of stream follows", async (native) => {
  const seen: number[] = [];
  let aborted = false;
  const first = Promise.withResolvers<void>();
  await using runtime = new Runtime({ mode: "live", native });
  const from = runtime.add(source({
    async process(this: Script, context: ProcessorContext) {
      write(this, 7);
      first.resolve();
      // It rejects when it is told to end: no failure.
      await new Promise((_, reject) => context.signal.addEventListener("abort", () => reject(context.signal.reason)));
    },
    flush(context: ProcessorContext) {
      aborted = context.signal.aborted;
    },
  }, { mode: "external", isAsync: true }));
  const end = runtime.add(sink(gathering(seen)));
  runtime.connect(from.outputs.audioOut, end.inputs.audioIn);
  await runtime.start();
  await first.promise;
  const summary = await runtime.stop();
  equal(summary!.outcome, "stopped");
  deepEqual(seen, [7]);
  equal(aborted, true);
});

eachDriver("an external node that fails while it is not told to end fails the graph", async (native) => {
  await using runtime = new Runtime({ mode: "live", native });
  const from = runtime.add(source({
    process: () => Promise.reject(new DOMException("gone", "AbortError")),
  }, { mode: "external", isAsync: true }));
  const end = runtime.add(sink(gathering([])));
  runtime.connect(from.outputs.audioOut, end.inputs.audioIn);
  await runtime.start();
  await rejects(runtime.finished, /"scripted-source" \(scripted-source\) failed in process\(\): gone/);
});

eachDriver("nodes end from the sink upwards when nobody reads what they write", async (native) => {
  await using runtime = new Runtime({ mode: "live", native });
  let written = 0;
  const from = runtime.add(source({
    process(this: Script) {
      write(this, written++);
    },
  }));
  const middle = runtime.add(filter({
    process(this: Script) {
      for (let frame = this.audioIn!.read(); frame; frame = this.audioIn!.read()) this.audioOut!.write(frame);
    },
  }));
  const end = runtime.add(sink({
    process(this: Script, context: ProcessorContext) {
      if (this.audioIn!.read()?.channel(0)[0] === 10) context.finish();
    },
  }));
  runtime.connect(from.outputs.audioOut, middle.inputs.audioIn, { policy: "lossless" });
  runtime.connect(middle.outputs.audioOut, end.inputs.audioIn, { policy: "lossless" });
  await runtime.start();
  const summary = await runtime.finished;
  equal(summary.outcome, "completed");
  for (const link of summary.links) equal(link.queued, 0);
  for (const pool of summary.pools) equal(pool.free, pool.slots);
});

eachDriver("a node goes on as long as one of its links has a reader", async (native) => {
  const seen: number[] = [];
  await using runtime = new Runtime({ mode: "offline", native });
  const from = runtime.add(source(counting(100)));
  const short = runtime.add(sink({
    process(this: Script, context: ProcessorContext) {
      this.audioIn!.read();
      context.finish();
    },
  }));
  const long = runtime.add(sink(gathering(seen)), { id: "long" });
  runtime.connect(from.outputs.audioOut, short.inputs.audioIn);
  runtime.connect(from.outputs.audioOut, long.inputs.audioIn);
  await runtime.start();
  await runtime.finished;
  equal(seen.length, 100);
});

eachDriver("a frame passes a chain in one sweep, in whatever order the nodes were added", async (native) => {
  const events: string[] = [];
  await using runtime = new Runtime({ mode: "offline", native });
  const end = runtime.add(sink({
    process(this: Script) {
      for (let frame = this.audioIn!.read(); frame; frame = this.audioIn!.read()) {
        events.push(`sink ${frame.channel(0)[0]}`);
      }
    },
  }));
  const pass = (name: string) =>
    runtime.add(
      filter({
        process(this: Script) {
          for (let frame = this.audioIn!.read(); frame; frame = this.audioIn!.read()) {
            events.push(`${name} ${frame.channel(0)[0]}`);
            this.audioOut!.write(frame);
          }
        },
      }),
      { id: name },
    );
  const second = pass("second");
  const first = pass("first");
  const from = runtime.add(source(counting(3)));
  runtime.connect(second.outputs.audioOut, end.inputs.audioIn);
  runtime.connect(first.outputs.audioOut, second.inputs.audioIn);
  runtime.connect(from.outputs.audioOut, first.inputs.audioIn);
  await runtime.start();
  await runtime.finished;
  // The source may be ticked several times in a sweep: what it wrote goes through each node in turn.
  const sweeps: string[] = [];
  for (let rest = [0, 1, 2]; rest.length > 0;) {
    const from = sweeps.length;
    const count = events.slice(from).findIndex((event) => !event.startsWith("first"));
    const passed = rest.slice(0, count);
    rest = rest.slice(count);
    ok(count > 0, events.join(", "));
    for (const name of ["first", "second", "sink"]) sweeps.push(...passed.map((number) => `${name} ${number}`));
  }
  deepEqual(events, sweeps);
});

eachDriver("a node where branches meet runs once all of them have", async (native) => {
  const seen: [number | undefined, number | undefined][] = [];
  const pass = {
    process(this: Script) {
      for (let frame = this.audioIn!.read(); frame; frame = this.audioIn!.read()) this.audioOut!.write(frame);
    },
  };
  await using runtime = new Runtime({ mode: "offline", native });
  const end = runtime.add(join((...pair) => void seen.push(pair), { trigger: "any" }));
  const from = runtime.add(source(counting(5)));
  const long = [1, 2, 3].map((k) => runtime.add(filter({ ...pass }), { id: `long${k}` }));
  runtime.connect(from.outputs.audioOut, end.inputs.a);
  runtime.connect(from.outputs.audioOut, long[0].inputs.audioIn);
  runtime.connect(long[0].outputs.audioOut, long[1].inputs.audioIn);
  runtime.connect(long[1].outputs.audioOut, long[2].inputs.audioIn);
  runtime.connect(long[2].outputs.audioOut, end.inputs.b);
  await runtime.start();
  await runtime.finished;
  deepEqual(seen, [0, 1, 2, 3, 4].map((k) => [k, k]));
});

Deno.test("a lane with 1,000 idle links, half of them from another lane, does as much work as one without", async () => {
  const counts = [await workOf(0), await workOf(1000)];
  // How often main gives way to others depends on how fast it is.
  const more = Math.abs(counts[0].words - counts[1].words);
  ok(more < 500, `${counts[0].words} and ${counts[1].words} atomic accesses while 2,000 frames pass`);
  deepEqual(counts.map(({ looks }) => looks.busy > 0), [true, true], "looks at links are counted");
  deepEqual(counts.map(({ looks }) => looks.idle), [0, 0], "looks at idle links and their nodes");
});

/** Looks at the ends of links on this lane, and whether nodes ask if they are to run, by whether they are idle. */
function countLooks(isCounting: () => boolean): { looks: { busy: number; idle: number }; restore: () => void } {
  const looks = { busy: 0, idle: 0 };
  const restores: (() => void)[] = [];
  const watch = <T extends object>(prototype: T, nodeOf: (each: T) => string, methods: readonly (keyof T)[]) => {
    for (const method of methods) {
      const original = prototype[method] as (...values: unknown[]) => unknown;
      ok(typeof original === "function", String(method));
      prototype[method] = function (this: T, ...values: unknown[]) {
        if (isCounting()) looks[nodeOf(this).startsWith("idle") ? "idle" : "busy"]++;
        return original.apply(this, values);
      } as T[keyof T];
      restores.push(() => void (prototype[method] = original as T[keyof T]));
    }
  };
  watch(LocalLink.prototype, ({ plan }) => plan.toNode, ["hasFrames", "available", "peek", "take", "ended"]);
  watch(RingLinkReader.prototype, ({ plan }) => plan.toNode, ["hasFrames", "available", "peek", "take", "ended"]);
  watch(NodeCell.prototype, ({ id }) => id, ["triggered", "inputsEnded", "admit"]);
  return { looks, restore: () => restores.forEach((each) => each()) };
}

/** What main does while frames pass a busy link and others are idle: ticks, atomic accesses, looks at links. */
async function workOf(idle: number) {
  await using runtime = new Runtime({ mode: "offline", native: "off" });
  const opened = Promise.withResolvers<void>();
  let words = 0;
  let counting = false;
  const { load } = Atomics;
  const count = <T>(value: T): T => {
    if (counting) words++;
    return value;
  };
  let next = 0;
  const from = runtime.add(source({
    process(this: Script, context: ProcessorContext) {
      // By then every node has had the tick of its start.
      if (next === 100) counting = true;
      write(this, next++);
      if (next === 2100) context.finish();
    },
  }));
  const end = runtime.add(sink({
    process(this: Script) {
      for (let frame = this.audioIn!.read(); frame; frame = this.audioIn!.read()) {
        if (frame.channel(0)[0] !== 2099) continue;
        counting = false;
        opened.resolve();
      }
    },
  }));
  runtime.connect(from.outputs.audioOut, end.inputs.audioIn);
  const quiet = runtime.add(
    source({
      process: (context: ProcessorContext) =>
        new Promise<void>((resolve) => context.signal.addEventListener("abort", () => resolve())),
    }, { mode: "external", isAsync: true }),
    { id: "quiet" },
  );
  const far = runtime.add(pass(), { id: "far", lane: "far" });
  runtime.connect(quiet.outputs.audioOut, far.inputs.audioIn);
  for (let k = 0; k < Math.max(2, idle); k++) {
    const idler = runtime.add(sink(gathering([])), { id: `idle${k}` });
    runtime.connect((k % 2 === 0 ? quiet : far).outputs.audioOut, idler.inputs.audioIn);
  }
  const { looks, restore } = countLooks(() => counting);
  Atomics.load = ((array: Int32Array, at: number) => count(load(array, at))) as typeof load;
  try {
    await runtime.start();
    await opened.promise;
    const { ticks } = runtime.stats().nodes.find((node) => node.id === from.id)!;
    for (const node of runtime.stats().nodes) {
      if (node.id.startsWith("idle")) equal(node.ticks, 0);
    }
    return { words, ticks, looks };
  } finally {
    Atomics.load = load;
    restore();
    await runtime.stop();
  }
}

eachDriver(
  "a tick that begins later than it asked for, by more than its period, is counted as late",
  async (native) => {
    let ticks = 0;
    await using runtime = new Runtime({ native });
    runtime.add(
      source({
        process(this: Script, context: ProcessorContext) {
          if (++ticks === 10) return context.finish();
          const dueNs = context.nowNs() + 1e6;
          context.waitUntilNs(dueNs);
          // Keeps the lane busy until its own next tick is many periods late.
          if (ticks === 5) { while (context.nowNs() < dueNs + 20e6); }
        },
      }),
      { id: "clocked" },
    );
    await runtime.start();
    const { nodes } = await runtime.finished;
    ok(nodes[0].lateTicks >= 1 && nodes[0].lateTicks < nodes[0].ticks, `${nodes[0].lateTicks} of ${nodes[0].ticks}`);
  },
);

eachDriver("an offline graph has no late ticks", async (native) => {
  let ticks = 0;
  await using runtime = new Runtime({ native, mode: "offline" });
  runtime.add(source({
    process(this: Script, context: ProcessorContext) {
      if (++ticks === 10) return context.finish();
      context.waitUntilNs(1);
    },
  }));
  await runtime.start();
  equal((await runtime.finished).nodes[0].lateTicks, 0);
});

eachDriver("an asynchronous tick has no more frames of a link in hand at once than pools count on", async (native) => {
  const [capacity, count] = [4, 40];
  const most: number[] = [];
  let received = 0;
  await using runtime = new Runtime({ mode: "offline", native });
  const from = runtime.add(source(counting(count)));
  const end = runtime.add(sink(
    {
      async process(this: Script) {
        const held: AudioFrame[] = [];
        // The writer goes on meanwhile: more is queued each time.
        for (let look = 0; look < 5; look++) {
          for (let frame = this.audioIn!.read(); frame !== undefined; frame = this.audioIn!.read()) held.push(frame);
          await new Promise((resolve) => setTimeout(resolve, 1));
        }
        most.push(held.length);
        received += held.length;
        // What it has given back it may take again in the same tick.
        for (const frame of held) frame.release();
        const next = this.audioIn!.read();
        if (next !== undefined) received++;
      },
    },
    undefined,
    { isAsync: true },
  ));
  runtime.connect(from.outputs.audioOut, end.inputs.audioIn, { policy: "lossless", capacity });
  await runtime.start();
  await runtime.finished;
  equal(received, count);
  equal(Math.max(...most), capacity);
});
