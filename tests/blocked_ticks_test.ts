/** Graphs that have come to a stop because a tick waits for room or a slot which nobody will give. */
import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import { Runtime } from "../mod.ts";
import { eachDriver } from "./fixtures/each_driver.ts";
import { counting, filter, gathering, type Script, sink, source } from "./fixtures/scripted.ts";

const SHAPE = { sampleRateHz: 48_000, channels: 1, sampleCount: 1 };
const FOR_EVER = 1_000_000_000;

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
        // Longer than two looks at the graph are apart.
        if (!slept) await new Promise((resolve) => setTimeout(resolve, 1_800));
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
  deepEqual(got, Array.from({ length: 20 }, (_, k) => k));
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
