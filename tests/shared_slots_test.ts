/** A slot that comes to one node, or to one lane, by several ways: each read has a reference of its own. */
import { deepEqual, equal, ok } from "node:assert/strict";
import type { AudioFrame } from "../core/frames/audio_frame.ts";
import type { StreamInput, StreamOutput } from "../core/ports/stream.ts";
import type { Processor } from "../core/processor.ts";
import type { NodeHandle } from "../core/registry/handle.ts";
import type { NodeSpec } from "../core/registry/node_type.ts";
import { Runtime } from "../core/runtime.ts";
import type { RunSummary } from "../core/stats.ts";
import { fixture, port } from "./fixtures/define.ts";
import { eachDriver } from "./fixtures/each_driver.ts";
import { checkingSink, collect, collected, numberedSource, pass } from "./fixtures/numbered.ts";
import { counting, filter, gathering, type Script, sink, source } from "./fixtures/scripted.ts";

/** More than any pool of these graphs has slots. */
const BLOCKS = 400;

/** How long what is to come may take on a busy machine, milliseconds. */
const PATIENCE_MS = 60_000;

interface Pair {
  x: StreamInput<AudioFrame>;
  y: StreamInput<AudioFrame>;
  a: StreamOutput<AudioFrame>;
  b: StreamOutput<AudioFrame>;
}

type Inputs = { x: AudioFrame; y: AudioFrame };
type Outputs = { a: AudioFrame; b: AudioFrame };

/** A node on main that reads by two inputs. */
function pair(process: (ports: Pair) => void | Promise<void>, isAsync = false): NodeSpec<NodeHandle<Inputs, Outputs>> {
  const make = (): Processor => ({
    process(this: unknown) {
      return process(this as Pair);
    },
  } as Processor);
  return fixture<NodeHandle<Inputs, Outputs>, Record<never, never>>(make, {
    type: "pair",
    lane: "main",
    isAsync,
    trigger: "all",
    ports: [
      port({ name: "x", direction: "input", kind: "audio" }),
      port({ name: "y", direction: "input", kind: "audio" }),
      port({ name: "a", direction: "output", kind: "audio", optional: true }),
      port({ name: "b", direction: "output", kind: "audio", optional: true }),
    ],
  })();
}

function assertAllFree({ outcome, pools }: RunSummary): void {
  equal(outcome, "completed");
  for (const { name, free, slots } of pools) equal(free, slots, `pool ${name} has all its slots again`);
}

/** What a node may do with a frame that it has read twice, and how often it gives the slot to its outputs. */
const USES: Record<string, (x: AudioFrame, y: AudioFrame, ports: Pair) => void> = {
  "lets both go": () => {},
  "releases one": (x) => x.release(),
  "releases both": (x, y) => {
    x.release();
    y.release();
  },
  "writes one": (x, _y, { a }) => a.write(x),
  "writes both": (x, y, { a, b }) => {
    a.write(x);
    b.write(y);
  },
  "writes one and releases the other": (x, y, { a }) => {
    a.write(x);
    y.release();
  },
  "writes what it may change and the other": (x, y, { a, b }) => {
    const own = x.writable();
    own.channel(0)[0] *= 2;
    a.write(own);
    b.write(y);
  },
  "retains one and releases both": (x, y) => {
    x.retain().release();
    x.release();
    y.release();
  },
};

for (const [what, use] of Object.entries(USES)) {
  for (const way of ["two links", "a diamond"] as const) {
    eachDriver(`a node that reads one slot by ${way} and ${what} keeps no slot`, async (native) => {
      const out: number[] = [];
      const other: number[] = [];
      await using runtime = new Runtime({ mode: "offline", native });
      const from = runtime.add(source(counting(BLOCKS)));
      const join = runtime.add(pair((ports) => {
        const x = ports.x.read();
        const y = ports.y.read();
        if (x !== undefined && y !== undefined) use(x, y, ports);
      }));
      const ends = [runtime.add(sink(gathering(out))), runtime.add(sink(gathering(other)))];
      runtime.connect(from.outputs.audioOut, join.inputs.x);
      if (way === "two links") runtime.connect(from.outputs.audioOut, join.inputs.y);
      else {
        const valve = runtime.add(filter(forwarding()));
        runtime.connect(from.outputs.audioOut, valve.inputs.audioIn);
        runtime.connect(valve.outputs.audioOut, join.inputs.y);
      }
      runtime.connect(join.outputs.a, ends[0].inputs.audioIn);
      runtime.connect(join.outputs.b, ends[1].inputs.audioIn);
      await runtime.start();
      assertAllFree(await runtime.finished);
      const numbers = Array.from({ length: BLOCKS }, (_, k) => k);
      const changed = what.startsWith("writes what");
      deepEqual(out, what.startsWith("writes") ? numbers.map((k) => changed ? 2 * k : k) : []);
      deepEqual(other, what.includes("both") && what.startsWith("writes") || changed ? numbers : []);
    });
  }
}

eachDriver("what a node has retained is released through its own object, not that of a later read", async (native) => {
  for (const isAsync of [false, true]) {
    const kept: AudioFrame[] = [];
    let matched = 0;
    await using runtime = new Runtime({ mode: "offline", native });
    const from = runtime.add(source(counting(60)));
    const keeper = runtime.add(pair(({ x, y }) => {
      for (const frame of x.drain()) kept.push(frame.retain());
      for (const frame of y.drain()) {
        const known = kept.shift()!;
        if (known.channel(0)[0] === frame.channel(0)[0]) matched++;
        known.release();
      }
    }, isAsync));
    const valve = runtime.add(filter(forwarding()));
    runtime.connect(from.outputs.audioOut, keeper.inputs.x);
    runtime.connect(from.outputs.audioOut, valve.inputs.audioIn);
    runtime.connect(valve.outputs.audioOut, keeper.inputs.y);
    await runtime.start();
    assertAllFree(await runtime.finished);
    equal(matched, 60);
  }
});

eachDriver(
  "what a node takes for writable() from an asynchronous one goes at the end of its own tick",
  async (native) => {
    const COUNT = 3;
    let ticks = 0;
    let letGo = false;
    await using runtime = new Runtime({ mode: "offline", native });
    const from = runtime.add(source(counting(COUNT)));
    const slow = runtime.add(filter({
      async process(this: Script) {
        const frame = this.audioIn!.read();
        if (frame === undefined) return;
        this.audioOut!.write(frame);
        if (++ticks < COUNT) return;
        // Its last tick goes on until the others have let go of all that it wrote.
        const isHeld = () => {
          const [{ free, slots }] = runtime.stats().pools;
          return free < slots;
        };
        const untilMs = performance.now() + PATIENCE_MS;
        while (isHeld() && performance.now() < untilMs) await new Promise((resolve) => setTimeout(resolve, 1));
        letGo = !isHeld();
      },
    }, { isAsync: true }));
    const ends = [0, 1].map(() =>
      runtime.add(sink({
        process(this: Script) {
          for (let frame = this.audioIn!.read(); frame; frame = this.audioIn!.read()) frame.writable();
        },
      }))
    );
    runtime.connect(from.outputs.audioOut, slow.inputs.audioIn, { capacity: 8 });
    for (const end of ends) runtime.connect(slow.outputs.audioOut, end.inputs.audioIn);
    await runtime.start();
    assertAllFree(await runtime.finished);
    ok(letGo, "in the tick of the one that wrote");
  },
);

eachDriver("a diamond over another lane keeps no slot", async (native) => {
  collected.length = 0;
  await using runtime = new Runtime({ mode: "offline", native });
  const from = runtime.add(numberedSource({ count: BLOCKS }), { lane: "a" });
  const middle = runtime.add(pass(), { lane: "b" });
  const join = runtime.add(pair(({ x, y, a, b }) => {
    const one = x.read();
    const other = y.read();
    if (one !== undefined) a.write(one);
    if (other !== undefined) b.write(other);
  }));
  const results = runtime.add(collect());
  runtime.connect(from.outputs.audio, join.inputs.x);
  runtime.connect(from.outputs.audio, middle.inputs.audioIn);
  runtime.connect(middle.outputs.audioOut, join.inputs.y);
  const check = runtime.add(checkingSink(), { lane: "a" });
  const last = runtime.add(sink(gathering([])));
  runtime.connect(join.outputs.a, check.inputs.audio);
  runtime.connect(join.outputs.b, last.inputs.audioIn);
  runtime.connect(check.outputs.findings, results.inputs.data);
  await runtime.start();
  assertAllFree(await runtime.finished);
  const [{ received, corrupt, missing }] = collected;
  deepEqual({ received, corrupt, missing }, { received: BLOCKS, corrupt: 0, missing: 0 });
});

function forwarding(): Script & Record<string, unknown> {
  return {
    process(this: Script) {
      for (let frame = this.audioIn!.read(); frame; frame = this.audioIn!.read()) this.audioOut!.write(frame);
    },
  };
}
