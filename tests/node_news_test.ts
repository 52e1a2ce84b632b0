/** What nodes tell of themselves reaches the control isolate: figures, formats, events, log lines of worker lanes. */
import { deepEqual, equal } from "node:assert/strict";
import { type LogEntry, tapLog } from "../core/log.ts";
import { viewRuntime } from "../core/runtime_view.ts";
import { appSource, type ProcessorContext, Runtime } from "../mod.ts";
import { eachDriver } from "./fixtures/each_driver.ts";
import { numberedSource } from "./fixtures/numbered.ts";
import { type Script, sink, source } from "./fixtures/scripted.ts";
import { talkative } from "./fixtures/talkative.ts";
import { until } from "./fixtures/waiting.ts";
import { rare } from "./fixtures/rare.ts";

/** Blocks that the source sends. */
const COUNT = 5;

function build(
  native: "require" | "off",
  lane: "ears" | "main",
  config: { lines?: number; events?: number } = {},
): Runtime {
  const runtime = new Runtime({ mode: "offline", native });
  const source = runtime.add(numberedSource({ count: COUNT }), { id: "source", lane: "feed" });
  const sink = runtime.add(talkative(config), { id: "sink", lane });
  runtime.connect(source.outputs.audio, sink.inputs.audio);
  return runtime;
}

for (const lane of ["ears", "main"] as const) {
  eachDriver(
    `context.report() and formats reach stats() from lane "${lane}", the last ones at the end`,
    async (native) => {
      await using runtime = build(native, lane);
      await runtime.start();
      const { nodes, links } = await runtime.finished;
      deepEqual(nodes.map(({ id, figures }) => [id, figures]), [["source", undefined], ["sink", { frames: COUNT }]]);
      deepEqual(links[0].format, { kind: "audio", sampleRateHz: 48_000, channels: 1 });
      const view = viewRuntime(runtime);
      deepEqual(view.session!.figures(view.nodes[1]), { frames: COUNT });
      equal(view.session!.format(view.links[0])!.kind, "audio");
    },
  );
}

for (const lane of ["ears", "main"] as const) {
  rare(eachDriver)(
    `figures on lane "${lane}" are those of the newest instance, also once it is paused`,
    async (native) => {
      await using runtime = new Runtime({ mode: "live", native });
      const push = runtime.add(appSource.audio({ sampleRateHz: 48_000, channels: 1 }), { id: "source" });
      const sink = runtime.add(talkative({}), { id: "sink", lane });
      runtime.connect(push.outputs.audio, sink.inputs.audio, { policy: "lossless" });
      await runtime.start();
      let pushed = 0;
      const shown = () => runtime.stats().nodes[1].figures;
      const send = async (count: number) => {
        for (let k = 0; k < count; k++) await push.push({ channels: [new Float32Array(1)] });
        pushed += count;
        await until(() => runtime.stats().nodes[1].framesIn === pushed);
      };
      await send(2);
      // What the first instance has said last is not told yet.
      await runtime.replace("sink", talkative({}), { startsAnew: true });
      equal(shown(), undefined);
      await send(3);
      await runtime.pause();
      deepEqual(shown(), { frames: 3 });
      await runtime.resume();
      await send(1);
      await runtime.replace("sink", talkative({}), { startsAnew: true });
      await runtime.stop();
      equal(shown(), undefined);
    },
  );
}

eachDriver(
  "a node that is built anew after a failure has no figures until its new instance reports",
  async (native) => {
    await using runtime = new Runtime({ mode: "live", native });
    const push = runtime.add(appSource.audio({ sampleRateHz: 48_000, channels: 1 }), { id: "source" });
    let heard = 0;
    const script = {
      process(this: Script, context: ProcessorContext) {
        while (this.audioIn!.read() !== undefined) {
          if (++heard === 1) context.report({ before: 1 });
          if (heard === 2) throw new Error("once");
        }
      },
    };
    const failing = runtime.add(sink(script), {
      id: "sink",
      supervision: { restart: { limit: 1, backoffMs: 1 } },
    });
    runtime.connect(push.outputs.audio, failing.inputs.audioIn, { policy: "lossless" });
    await runtime.start();
    const shown = () => runtime.stats().nodes[1].figures;
    const send = () => push.push({ channels: [new Float32Array(1)] });
    await send();
    await until(() => shown() !== undefined);
    await send();
    await send();
    await until(() => heard === 3);
    // What a lane has told before it pauses has come by then.
    await runtime.pause();
    equal(shown(), undefined);
  },
);

for (const lane of ["ears", "main"] as const) {
  eachDriver(`context.log reaches those who tap the log, from lane "${lane}"`, async (native) => {
    const entries: LogEntry[] = [];
    const end = tapLog((entry) => entries.push(entry));
    await using runtime = build(native, lane, { lines: 1 });
    await runtime.start();
    await runtime.finished;
    end();
    const own = entries.filter(({ nodeId }) => nodeId === "sink");
    equal(own.length, 1 + COUNT);
    deepEqual([own[0].level, own[0].category, own[0].message, own[0].fields?.lines], ["warn", "node", "setting up", 1]);
    if (lane === "ears") equal(own[0].fields!.error, "inner");
    equal(own.at(-1)!.message, `line 0 of frame ${COUNT}`);
  });
}

for (const lane of ["ears", "main"] as const) {
  eachDriver(`context.emit() reaches the event bus from lane "${lane}", in order`, async (native) => {
    await using runtime = build(native, lane, { events: 2 });
    const heard: unknown[] = [];
    runtime.events.on("node:sink", (event) => {
      if (event.group === "node" && event.kind === "custom") heard.push([event.name, event.data]);
    });
    await runtime.start();
    await runtime.finished;
    const expected = Array.from({ length: COUNT }, (_, n) => [0, 1].map((k) => ["heard", { frame: n + 1, k }])).flat();
    deepEqual(heard, expected);
  });
}

rare(eachDriver)(
  "the lane tells of the events that it left out while it runs, with no later one to tell it by",
  async (native) => {
    await using runtime = new Runtime({ mode: "live", native });
    let emitted = 0;
    runtime.add(source({
      process(context: ProcessorContext) {
        while (emitted < 3_000) context.emit("beat", emitted++);
        context.waitUntilNs(context.nowNs() + 5e6);
      },
    }));
    let heard = 0;
    let lost = 0;
    const complete = Promise.withResolvers<void>();
    runtime.events.on("*", (event) => {
      if (event.kind === "custom") heard++;
      if (event.kind === "overflow") lost += event.lost;
      if (heard + lost >= 3_000) complete.resolve();
    }, { capacity: 10_000 });
    await runtime.start();
    await complete.promise;
    deepEqual([heard + lost, lost > 0], [3_000, true]);
  },
);

for (const lane of ["ears", "main"] as const) {
  rare(eachDriver)(`lane "${lane}" tells of the events that it left out last before it closes`, async (native) => {
    await using runtime = build(native, lane, { events: 900 });
    let heard = 0;
    let lost = 0;
    runtime.events.on("*", (event) => {
      if (event.kind === "custom") heard++;
      if (event.kind === "overflow") lost += event.lost;
    }, { capacity: 10_000 });
    await runtime.start();
    await runtime.finished;
    deepEqual([heard + lost, lost > 0], [900 * COUNT, true]);
  });
}
