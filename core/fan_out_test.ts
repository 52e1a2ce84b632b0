import { deepEqual, equal, ok } from "node:assert/strict";
import { counting, gathering, type Script, sink, source } from "../tests/fixtures/scripted.ts";
import type { ProcessorContext } from "./processor.ts";
import { Runtime } from "./runtime.ts";

const COUNT = 200;
const ALL = Array.from({ length: COUNT }, (_, k) => k);

/** Takes one frame in every `n`-th tick that it is given. */
function slow(into: number[], n: number): Script & Record<string, unknown> {
  let tick = 0;
  return {
    process(this: Script) {
      if (tick++ % n !== 0) return;
      const frame = this.audioIn!.read();
      if (frame) into.push(frame.channel(0)[0]);
    },
  };
}

Deno.test("a full lossless link holds its writer back, and with it the writer's other links, which drop nothing", async () => {
  const slowly: number[] = [];
  const all: number[] = [];
  await using runtime = new Runtime({ mode: "live" });
  const from = runtime.add(source(counting(COUNT)));
  const patient = runtime.add(sink(slow(slowly, 1)), { id: "patient" });
  const quick = runtime.add(sink(gathering(all)), { id: "quick" });
  const lossless = runtime.connect(from.outputs.audioOut, patient.inputs.audioIn, { policy: "lossless", capacity: 4 });
  const dropping = runtime.connect(from.outputs.audioOut, quick.inputs.audioIn, { policy: "roll-off", capacity: 4 });
  await runtime.start();
  const { links } = await runtime.finished;
  deepEqual(slowly, ALL);
  deepEqual(all, ALL, "the roll-off link kept up, because its writer was held back");
  for (const id of [lossless, dropping]) equal(links.find((link) => link.id === id)!.dropped.full, 0);
});

Deno.test("a full link that drops does not hold its writer back: its siblings get every frame", async () => {
  const few: number[] = [];
  const newest: number[] = [];
  const all: number[] = [];
  await using runtime = new Runtime({ mode: "live" });
  const from = runtime.add(source(counting(COUNT)));
  const lazy = runtime.add(sink(slow(few, 5)), { id: "lazy" });
  const last = runtime.add(sink(slow(newest, 5)), { id: "last" });
  const quick = runtime.add(sink(gathering(all)), { id: "quick" });
  const first = runtime.connect(from.outputs.audioOut, lazy.inputs.audioIn, { policy: "drop-newest", capacity: 2 });
  const second = runtime.connect(from.outputs.audioOut, last.inputs.audioIn, { policy: "latest" });
  runtime.connect(from.outputs.audioOut, quick.inputs.audioIn, { policy: "lossless", capacity: 4 });
  await runtime.start();
  const { links, pools } = await runtime.finished;
  deepEqual(all, ALL);
  for (const [id, got] of [[first, few], [second, newest]] as const) {
    const link = links.find((each) => each.id === id)!;
    equal(link.written, COUNT);
    equal(link.read, got.length);
    equal(link.read + link.dropped.full + link.dropped.skipped, COUNT);
    equal(link.queued, 0);
    ok(link.dropped.full > 0);
  }
  equal(pools[0].free, pools[0].slots);
});

Deno.test("a node that ends before its writer goes on taking frames away, and they are counted", async () => {
  const got: number[] = [];
  const all: number[] = [];
  await using runtime = new Runtime({ mode: "offline" });
  const from = runtime.add(source(counting(COUNT)));
  const leaver = runtime.add(sink({
    process(this: Script, context: ProcessorContext) {
      const frame = this.audioIn!.read();
      if (frame) got.push(frame.channel(0)[0]);
      if (got.length === 5) context.finish();
    },
  }));
  const stayer = runtime.add(sink(gathering(all)));
  const left = runtime.connect(from.outputs.audioOut, leaver.inputs.audioIn);
  runtime.connect(from.outputs.audioOut, stayer.inputs.audioIn);
  await runtime.start();
  const { links, pools } = await runtime.finished;
  deepEqual(got, [0, 1, 2, 3, 4]);
  deepEqual(all, ALL);
  const link = links.find((each) => each.id === left)!;
  deepEqual([link.written, link.read, link.dropped.skipped, link.queued], [COUNT, 5, COUNT - 5, 0]);
  equal(pools[0].free, pools[0].slots);
});

for (const order of [["lossless", "roll-off"], ["roll-off", "lossless"]] as const) {
  Deno.test(`a write that a full lossless link refuses reaches no other link: ${order.join(", then ")}`, async () => {
    let refused = 0;
    let ticks = 0;
    await using runtime = new Runtime({ mode: "offline" });
    const from = runtime.add(source({
      process(this: Script, context: ProcessorContext) {
        if (++ticks === 20) context.finish();
        for (let k = 0; k < 10; k++) {
          const frame = this.audioOut!.tryAcquire({ sampleRateHz: 1, channels: 1, sampleCount: 1 })!;
          try {
            this.audioOut!.write(frame);
          } catch (error) {
            equal((error as { code?: string }).code, "Busy");
            refused++;
            frame.release();
          }
        }
      },
    }));
    const links = order.map((policy) => {
      const to = runtime.add(sink(gathering([])), { id: `reads-${policy}` });
      return runtime.connect(from.outputs.audioOut, to.inputs.audioIn, { policy, capacity: 4 });
    });
    await runtime.start();
    const summary = await runtime.finished;
    ok(refused >= 6 * 19, `${refused} refused`);
    for (const link of summary.links.filter(({ id }) => links.includes(id))) {
      equal(link.written, 200 - refused, link.policy);
      deepEqual([link.read, link.dropped.full], [link.written, 0], link.policy);
    }
    equal(summary.nodes.find(({ id }) => id === from.id)!.framesOut, 200 - refused);
    equal(summary.pools[0].free, summary.pools[0].slots);
  });
}
