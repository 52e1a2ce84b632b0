/** Graphs that have come to a stop because a tick waits for room or a slot which nobody will give. */
import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import { isDeepStrictEqual } from "node:util";
import {
  type AudioFrame,
  type NodeHandle,
  type ProcessorContext,
  Runtime,
  type StreamInput,
  type StreamOutput,
} from "../mod.ts";
import { eachDriver } from "./fixtures/each_driver.ts";
import { fixture, port } from "./fixtures/define.ts";
import { counting, filter, gathering, numbers, type Script, SHAPE, sink, source } from "./fixtures/scripted.ts";
import { until } from "./fixtures/waiting.ts";

const FOR_EVER = 1_000_000_000;
const CAPACITY = 8;

/** Longer than two looks at the graph are apart. */
const LONG_MS = 1_800;

/** How long a graph that is at a stop may take to be told so, milliseconds: the machine may do much else. */
const PATIENCE_MS = 60_000;

/** Asynchronous ticks that take every slot that there is. */
const HOARDERS: { readonly [what: string]: Script["process"] } = {
  "one after the other": async function (this: Script) {
    for (;;) (await this.audioOut!.acquire(SHAPE)).retain();
  },
  "all at once": async function (this: Script) {
    await Promise.all(Array.from({ length: 1_000 }, () => this.audioOut!.acquire(SHAPE)));
  },
};

for (const [what, process] of Object.entries(HOARDERS)) {
  eachDriver(`a tick that waits in acquire() for slots that it keeps itself ends the run: ${what}`, async (native) => {
    await using runtime = new Runtime({ mode: "offline", native });
    const from = runtime.add(source(counting(FOR_EVER)));
    const hoarder = runtime.add(filter({ process }, { isAsync: true }), { id: "hoarder" });
    const to = runtime.add(sink(gathering([])));
    runtime.connect(from.outputs.audioOut, hoarder.inputs.audioIn);
    runtime.connect(hoarder.outputs.audioOut, to.inputs.audioIn);
    await runtime.start();
    await rejects(runtime.finished, { code: "PoolExhausted", message: /^The graph has come to a stop: node / });
  });
}

eachDriver("a tick that waits in ready() for a sink that never reads ends the run", async (native) => {
  await using runtime = new Runtime({ mode: "offline", native });
  const from = runtime.add(
    source({
      async process(this: Script) {
        for (;;) {
          await this.audioOut!.ready();
          this.audioOut!.write(await this.audioOut!.acquire(SHAPE));
        }
      },
    }, { isAsync: true }),
    { id: "from" },
  );
  const to = runtime.add(sink({ process() {} }), { id: "to" });
  runtime.connect(from.outputs.audioOut, to.inputs.audioIn);
  await runtime.start();
  await rejects(runtime.finished, { code: "InvalidGraph", linkId: "link0", message: /"to" does not read them/ });
});

eachDriver("a tick that waits in acquire() while another node waits for a promise is not at a stop", async (native) => {
  await using runtime = new Runtime({ mode: "offline", native, pools: { audio: { slots: 64 } } });
  const got: number[] = [];
  const from = runtime.add(
    source({
      async process(this: Script, context) {
        for (let k = 0; k < 20; k++) {
          const frame = await this.audioOut!.acquire(SHAPE);
          frame.channel(0)[0] = k;
          await this.audioOut!.ready();
          this.audioOut!.write(frame);
        }
        context.finish();
      },
    }, { isAsync: true }),
  );
  let slept = false;
  const late = sink(
    {
      async process(this: Script) {
        if (!slept) await new Promise((resolve) => setTimeout(resolve, LONG_MS));
        slept = true;
        for (let frame = this.audioIn!.read(); frame; frame = this.audioIn!.read()) got.push(frame.channel(0)[0]);
      },
    },
    undefined,
    { isAsync: true },
  );
  const to = runtime.add(late);
  runtime.connect(from.outputs.audioOut, to.inputs.audioIn, { capacity: 4 });
  await runtime.start();
  equal((await runtime.finished).outcome, "completed");
  ok(slept);
  deepEqual(got, numbers(20));
});

eachDriver("a node that a device drives is not at a stop while it waits for room", async (native) => {
  await using runtime = new Runtime({ mode: "offline", native });
  const got: number[] = [];
  const device = source({
    async process(this: Script) {
      for (let k = 0; k <= CAPACITY; k++) {
        await this.audioOut!.ready();
        const frame = await this.audioOut!.acquire(SHAPE);
        frame.channel(0)[0] = k;
        this.audioOut!.write(frame);
      }
    },
  }, { mode: "external", isAsync: true, outputs: [port({ name: "audioOut", direction: "output", kind: "audio" })] });
  const from = runtime.add(device, { id: "from" });
  const to = runtime.add(sink({ process() {} }), { id: "to" });
  runtime.connect(from.outputs.audioOut, to.inputs.audioIn, { policy: "lossless", capacity: CAPACITY });
  await runtime.start();
  await new Promise((resolve) => setTimeout(resolve, LONG_MS));
  await runtime.edit((edit) => void edit.replace("to", sink(gathering(got))));
  equal((await runtime.finished).outcome, "completed");
  deepEqual(got, numbers(CAPACITY + 1));
});

for (const order of ["source first", "sink first"]) {
  Deno.test(`a graph at a stop is told of by the link that holds the others back: ${order}`, async () => {
    await using runtime = new Runtime({ mode: "offline" });
    const addFrom = () => runtime.add(source(counting(FOR_EVER)), { id: "from" });
    const early = order === "source first" ? addFrom() : undefined;
    const to = runtime.add(sink({ process() {} }), { id: "to" });
    const between = runtime.add(
      filter({
        process(this: Script) {
          for (let frame = this.audioIn!.read(); frame; frame = this.audioIn!.read()) this.audioOut!.write(frame);
        },
      }),
      { id: "middle" },
    );
    const from = early ?? addFrom();
    runtime.connect(from.outputs.audioOut, between.inputs.audioIn);
    runtime.connect(between.outputs.audioOut, to.inputs.audioIn);
    await runtime.start();
    await rejects(runtime.finished, {
      code: "InvalidGraph",
      linkId: "link1",
      message: 'The graph has come to a stop: the link from "middle.audioOut" to "to.audioIn" is full with 8 frames, ' +
        'and "to" does not read them; raise the capacity of that link',
    });
  });
}

/**
 * Writes `CAPACITY` frames to its first output, waits for more room there, then for something else, and writes to the
 * other.
 */
function twoOutputs(patient: boolean) {
  return fixture<NodeHandle<Record<never, never>, { a: AudioFrame; b: AudioFrame }>, Record<never, never>>(() => {
    const script = {
      a: undefined as unknown as StreamOutput<AudioFrame>,
      b: undefined as unknown as StreamOutput<AudioFrame>,
      async process(context: ProcessorContext) {
        const { a, b } = script;
        for (let k = 0; k < CAPACITY; k++) a.write(a.tryAcquire(SHAPE)!);
        const signal = AbortSignal.timeout(50);
        if (patient) await Promise.race([a.ready(), new Promise((resolve) => setTimeout(resolve, 50))]);
        else await rejects(a.ready({ signal }), { name: "TimeoutError" });
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, patient ? PATIENCE_MS : LONG_MS);
          context.signal.addEventListener("abort", () => (clearTimeout(timer), resolve()));
        });
        if (context.signal.aborted) return;
        for (let k = 0; k < CAPACITY; k++) b.write(b.tryAcquire(SHAPE)!);
        context.finish();
      },
    };
    return script;
  }, {
    type: "two-outputs",
    mode: "loop",
    lane: "main",
    isAsync: true,
    ports: [
      port({ name: "a", direction: "output", kind: "audio", burst: CAPACITY }),
      port({ name: "b", direction: "output", kind: "audio", burst: CAPACITY }),
    ],
  })();
}

/** Reads from both inputs at once. */
function join(pairs: number[]) {
  return fixture<NodeHandle<{ x: AudioFrame; y: AudioFrame }, Record<never, never>>, Record<never, never>>(() => {
    const script = {
      x: undefined as unknown as StreamInput<AudioFrame>,
      y: undefined as unknown as StreamInput<AudioFrame>,
      process() {
        while (script.x.queued > 0 && script.y.queued > 0) {
          const first = script.x.read();
          if (first === undefined || script.y.read() === undefined) return;
          pairs.push(first.sequence);
        }
      },
    };
    return script;
  }, {
    type: "join",
    trigger: "all",
    lane: "main",
    ports: [
      port({ name: "x", direction: "input", kind: "audio" }),
      port({ name: "y", direction: "input", kind: "audio" }),
    ],
  })();
}

function joined(native: "require" | "off", patient: boolean, pairs: number[]): Runtime {
  const runtime = new Runtime({ mode: "live", native });
  const from = runtime.add(twoOutputs(patient), { id: "source" });
  const to = runtime.add(join(pairs), { id: "join" });
  runtime.connect(from.outputs.a, to.inputs.x, { policy: "lossless", capacity: CAPACITY });
  runtime.connect(from.outputs.b, to.inputs.y, { policy: "lossless", capacity: CAPACITY });
  return runtime;
}

eachDriver("a tick that takes its ready() back and waits for something else is not at a stop", async (native) => {
  const pairs: number[] = [];
  await using runtime = joined(native, false, pairs);
  await runtime.start();
  equal((await runtime.finished).outcome, "completed");
  equal(pairs.length, CAPACITY);
});

eachDriver("a tick that takes its ready() back is told of as awaiting, and no longer as blocked", async (native) => {
  await using runtime = new Runtime({ mode: "live", native });
  const [left, goOn] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const cancel = new AbortController();
  const from = source({
    async process(this: Script, context) {
      const port = this.audioOut!;
      for (let k = 0; k < CAPACITY; k++) port.write(await port.acquire(SHAPE));
      await rejects(port.ready({ signal: cancel.signal }), { name: "AbortError" });
      left.resolve();
      await goOn.promise;
      context.finish();
    },
  }, { isAsync: true });
  const to = runtime.add(sink({ process() {} }), { id: "to" });
  const { outputs } = runtime.add(from, { id: "from" });
  runtime.connect(outputs.audioOut, to.inputs.audioIn, { policy: "lossless", capacity: CAPACITY });
  const activity = () => runtime.stats().nodes.find(({ id }) => id === "from")!.activity;
  await runtime.start();
  await until(() => isDeepStrictEqual(activity(), { kind: "blocked", on: "link", name: "link0" }));
  cancel.abort();
  await left.promise;
  deepEqual(activity(), { kind: "awaiting" });
  goOn.resolve();
  // Nobody reads what it has written.
  await rejects(runtime.finished, { code: "InvalidGraph" });
});

eachDriver("a graph at a stop says how a tick that has left its ready() takes it back", async (native) => {
  await using runtime = joined(native, true, []);
  await runtime.start();
  await rejects(runtime.finished, {
    code: "InvalidGraph",
    message:
      'The graph has come to a stop: the link from "source.a" to "join.x" is full with 8 frames, and "join" waits for ' +
      '"join.y"; raise the capacity of that link; if a tick of "source" has left that wait for another one, as ' +
      "Promise.race() does, let it take it back: ready({ signal }), and abort",
  });
});
