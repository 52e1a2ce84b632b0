/** What edits do with app sources and sinks, and what their scripts hear of it. */
import { deepEqual, equal, rejects } from "node:assert/strict";
import { appSink, appSource, type GraphEdit, nodes, Runtime } from "../mod.ts";
import { assertSpent } from "./fixtures/accounted.ts";
import { eachDriver } from "./fixtures/each_driver.ts";

/** Values from a script to itself. */
function loopback(native: "require" | "off") {
  const runtime = new Runtime({ native });
  const source = runtime.add(appSource.data<number>(), { id: "src" });
  const sink = runtime.add(appSink.data<number>(), { id: "snk" });
  runtime.connect(source.outputs.data, sink.inputs.data, { policy: "lossless" });
  return { runtime, source, sink };
}

for (const when of ["before the start", "while it runs"]) {
  eachDriver(`replace() refuses an app source and an app sink ${when}, and the graph goes on`, async (native) => {
    const { runtime, source, sink } = loopback(native);
    await using _ = runtime;
    if (when === "while it runs") await runtime.start();
    const mend = "it talks to the script; remove the node, and add and link this one, in one runtime.edit()";
    await rejects(runtime.replace("src", appSource.data()), {
      code: "Busy",
      message: `Cannot replace node "src" (app-source) by an app-source: ${mend}`,
    });
    await rejects(runtime.replace("snk", appSink.data()), {
      code: "Busy",
      message: `Cannot replace node "snk" (app-sink) by an app-sink: ${mend}`,
    });
    if (when !== "while it runs") await runtime.start();
    const pushed = source.push({ value: 7 });
    for await (const frame of sink) {
      equal(frame.value, 7);
      break;
    }
    await pushed;
  });
}

const REMOVED = { code: "Busy", message: 'Cannot push to "src": it was removed from the graph' };

eachDriver("a loop that removes its own sink has its frame until it comes back, and ends then", async (native) => {
  const { runtime, source, sink } = loopback(native);
  await using _ = runtime;
  await runtime.start();
  const pushed = source.push({ value: 1 });
  const heard: number[] = [];
  for await (const frame of sink) {
    await runtime.remove("snk");
    heard.push(frame.value);
  }
  deepEqual(heard, [1]);
  await pushed;
  assertSpent((await runtime.stop())!);
});

eachDriver("loops of a sink that was removed end at once, with frames left for it and without", async (native) => {
  for (const pushes of [0, 1]) {
    const { runtime, source, sink } = loopback(native);
    await using _ = runtime;
    await runtime.start();
    for (let k = 0; k < pushes; k++) await source.push({ value: k });
    const waiting = pushes === 0 ? sink[Symbol.asyncIterator]().next() : undefined;
    await runtime.remove("snk");
    equal((await waiting)?.done ?? true, true);
    for await (const _ of sink) throw new Error("a frame of a removed sink");
    assertSpent((await runtime.stop())!);
  }
});

eachDriver("push() of a source that was removed rejects, also of what waits for room", async (native) => {
  const { runtime, source, sink } = loopback(native);
  await using _ = runtime;
  await runtime.start();
  const pushes = Array.from(
    { length: 1_000 },
    (_, k) => source.push({ value: k }).then(() => "written", ({ message }) => message),
  );
  equal(await pushes[0], "written");
  await runtime.remove("src");
  const told = await Promise.all(pushes);
  deepEqual(told.filter((each) => each !== "written" && each !== REMOVED.message), []);
  equal(told.at(-1), REMOVED.message);
  await rejects(source.push({ value: 1 }), REMOVED);
  await rejects(source.writable.getWriter().write({ value: 2 }), REMOVED);
  await sink.readable.cancel();
});

eachDriver("removed before the start: loops end, and push() rejects, of before and of later", async (native) => {
  const { runtime, source, sink } = loopback(native);
  await using _ = runtime;
  const waiting = sink[Symbol.asyncIterator]().next();
  const pushed = rejects(source.push({ value: 1 }), REMOVED);
  await runtime.edit((edit) => (edit.remove("snk"), edit.remove("src")));
  await pushed;
  equal((await waiting).done, true);
  await runtime.start();
  for await (const _ of sink) throw new Error("a frame of a removed sink");
  await rejects(source.push({ value: 2 }), REMOVED);
});

eachDriver("an app source whose place another node takes rejects; one that is restarted goes on", async (native) => {
  const runtime = new Runtime({ native });
  await using _ = runtime;
  const source = runtime.add(appSource.audio({ sampleRateHz: 48_000, channels: 1 }), { id: "src" });
  const meter = runtime.add(nodes.levelMeter());
  runtime.connect(source.outputs.audio, meter.inputs.audioIn, { policy: "lossless" });
  await runtime.start();
  const block = { channels: [new Float32Array(480)] };
  await source.push(block);
  await runtime.restartNode("src");
  await source.push(block);
  await runtime.replace("src", nodes.toneSource({ channels: 1 }));
  await rejects(source.push(block), REMOVED);
});

eachDriver("what is pushed while a source is restarted comes once and in order", async (native) => {
  const { runtime, source, sink } = loopback(native);
  await using _ = runtime;
  await runtime.start();
  const reading = Array.fromAsync(sink, ({ value }) => value as number);
  const pushed: Promise<void>[] = [];
  for (let round = 0; round < 5; round++) {
    for (let k = 0; k < 20; k++) pushed.push(source.push({ value: pushed.length }));
    await runtime.restartNode("src");
  }
  source.end();
  await Promise.all(pushed);
  deepEqual(await reading, Array.from(pushed.keys()));
});

eachDriver(
  "a source and a sink that are added to a running graph, by add() or by an edit, carry what is pushed",
  async (native) => {
    await using runtime = new Runtime({ native });
    await runtime.start();
    const alone = { source: runtime.add(appSource.data<number>()), sink: runtime.add(appSink.data<number>()) };
    const early = alone.source.push({ value: 0 });
    const linked = runtime.connect(alone.source.outputs.data, alone.sink.inputs.data, { policy: "lossless" });
    const together = await runtime.edit((edit) => {
      const source = edit.add(appSource.data<number>());
      const sink = edit.add(appSink.data<number>());
      edit.connect(source.outputs.data, sink.inputs.data, { policy: "lossless" });
      return { source, sink };
    });
    await linked;
    await early;
    for (const { source, sink } of [alone, together]) {
      const reading = Array.fromAsync(sink, ({ value }) => value);
      for (let k = 1; k < 4; k++) await source.push({ value: k });
      source.end();
      deepEqual((await reading).filter((value) => value !== 0), [1, 2, 3]);
    }
    assertSpent((await runtime.stop())!);
  },
);

eachDriver(
  "what an edit was to add hears why it was refused, and what it did add hears that it was removed",
  async (native) => {
    await using runtime = new Runtime({ native });
    await runtime.start();
    const added = (graph: Pick<GraphEdit, "add">) => ({
      source: graph.add(appSource.data<number>(), { id: "src" }),
      sink: graph.add(appSink.data<number>(), { id: "snk" }),
    });
    const made: ReturnType<typeof added>[] = [];
    const failure = new Error("no");
    await rejects(
      runtime.edit((edit) => {
        made.push(added(edit));
        throw failure;
      }),
      failure,
    );
    const [{ source, sink }] = made;
    await rejects(source.push({ value: 1 }), failure);
    await rejects(sink[Symbol.asyncIterator]().next(), failure);
    const { source: second, sink: loop } = added(runtime);
    const reading = Array.fromAsync(loop);
    await runtime.edit((edit) => (edit.remove("src"), edit.remove("snk")));
    await rejects(second.push({ value: 2 }), REMOVED);
    deepEqual(await reading, []);
    const third = runtime.add(appSource.data<number>());
    const refused = rejects(third.push({ value: 3 }), { code: "Busy" });
    const stopping = runtime.stop();
    await rejects(Promise.resolve(third), { code: "Busy" });
    await refused;
    await stopping;
  },
);

eachDriver("a sink that an edit was to add beside a node whose setup() fails hears of that", async (native) => {
  await using runtime = new Runtime({ native });
  await runtime.start();
  let sink: AsyncIterable<unknown> | undefined;
  await rejects(
    runtime.edit((edit) => {
      sink = edit.add(appSink.data());
      edit.add(nodes.wavSource({ path: "no such file.wav" }));
    }),
    { code: "InvalidConfig" },
  );
  await rejects(Array.fromAsync(sink!), { code: "InvalidConfig" });
});
