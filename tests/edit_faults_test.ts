/** Edits that are given up, and edits of nodes that fail, misbehave when they go, or have failed before. */
import { deepEqual, equal, rejects } from "node:assert/strict";
import type { SluiceEvent } from "../core/events/event.ts";
import type { Processor, ProcessorContext } from "../core/processor.ts";
import { Runtime } from "../core/runtime.ts";
import type { RuntimeStats } from "../core/stats.ts";
import type { Supervision } from "../core/graph/supervision.ts";
import { assertSpent } from "./fixtures/accounted.ts";
import { eachDriver } from "./fixtures/each_driver.ts";
import { faulty } from "./fixtures/faulty.ts";
import { leaving } from "./fixtures/leaving.ts";
import { checkingSink, collect, collected, numberedSource, pass } from "./fixtures/numbered.ts";
import { filter, gathering, type Script, sink, source } from "./fixtures/scripted.ts";

type Filter = ReturnType<typeof leaving> | ReturnType<typeof faulty> | ReturnType<typeof pass>;

/** source → middle → sink → found; it does not end by itself. */
function chain(native: "require" | "off", middle: Filter, lane: string, supervision?: Supervision): Runtime {
  collected.length = 0;
  const runtime = new Runtime({ mode: "live", native });
  runtime.add(numberedSource({ count: 0xffffffff, intervalMs: 1 }), { id: "source", lane: "far" });
  runtime.add(middle as ReturnType<typeof pass>, { id: "middle", lane, supervision });
  const sink = runtime.add(checkingSink(), { id: "sink", lane: "far" });
  const found = runtime.add(collect(), { id: "found" });
  runtime.connectByName("source.audio", "middle.audioIn", { policy: "lossless" });
  runtime.connectByName("middle.audioOut", "sink.audio", { policy: "lossless" });
  runtime.connect(sink.outputs.findings, found.inputs.data);
  return runtime;
}

async function flow(runtime: Runtime, id = "sink"): Promise<void> {
  const read = () => {
    const { framesIn, framesOut } = runtime.stats().nodes.find((node) => node.id === id)!;
    return framesIn + framesOut;
  };
  const before = read();
  while (read() < before + 20) {
    equal(runtime.summary()?.error, undefined, "the run has failed");
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

function told(runtime: Runtime, kind: string): Promise<SluiceEvent> {
  return new Promise((resolve) => {
    const listening = runtime.events.on("node:middle", (event) => {
      if (event.kind !== kind) return;
      listening[Symbol.dispose]();
      resolve(event);
    });
  });
}

for (const lane of ["main", "near"]) {
  eachDriver(`an edit that was given up lets go of the nodes that the next one holds (${lane})`, async (native) => {
    const runtime = chain(native, pass(), lane);
    await runtime.start();
    await flow(runtime);
    await rejects(
      runtime.edit((edit) => {
        edit.add(leaving({ setupMs: 300 }), { id: "slow", lane });
        edit.connectByName("source.audio", "slow.audioIn");
        edit.replace("middle", pass());
      }, { timeoutMs: 100 }),
      { code: "Timeout" },
    );
    await runtime.edit((edit) => void edit.replace("middle", leaving({ firstTickMs: 600 })));
    await flow(runtime);
    assertSpent((await runtime.stop())!);
    deepEqual([collected[0].missing, collected[0].disordered], [0, 0]);
  });
}

eachDriver("what was disabled is neither replaced, moved nor bypassed, and the rest goes on", async (native) => {
  const runtime = chain(native, faulty({ how: "throws", every: 50 }), "near", "disable");
  await runtime.start();
  await told(runtime, "disabled");
  const busy = {
    code: "Busy",
    nodeId: "middle",
    message: 'Cannot replace, move or bypass node "middle": node "middle" is disabled, and what it writes has ended; ' +
      "remove it, and add another with links of its own",
  };
  await rejects(runtime.edit((edit) => void edit.replace("middle", pass())), busy);
  await rejects(runtime.edit((edit) => edit.bypass("middle")), busy);
  await rejects(runtime.edit((edit) => edit.move("middle", "main")), busy);
  await flow(runtime, "source");
  equal(runtime.stats().nodes.find(({ id }) => id === "middle")!.state, "disabled");
  assertSpent((await runtime.stop())!);
});

eachDriver("a node that is disabled while an edit makes another one ready in its place keeps it", async (native) => {
  const runtime = chain(native, faulty({ how: "throws", every: 200 }), "main", "disable");
  await runtime.start();
  const disabled = told(runtime, "disabled");
  await rejects(
    runtime.edit((edit) => {
      edit.add(filter({ setup: async () => void await disabled, process() {} }), { id: "slow" });
      edit.connectByName("source.audio", "slow.audioIn");
      edit.replace("middle", pass());
    }, { timeoutMs: 60_000 }),
    { code: "Busy", nodeId: "middle" },
  );
  equal(runtime.stats().nodes.find(({ id }) => id === "middle")!.state, "disabled");
  assertSpent((await runtime.stop())!);
});

for (
  const [how, told] of [
    ["exits in teardown", ["crashed"]],
    ["closes in teardown", ["crashed"]],
    ["exits when its lane closes", ["crashed", "closed"]],
  ] as const
) {
  eachDriver(
    `a lane that a node which moves away from it ends (${how}) is gone before the next edit`,
    async (native) => {
      const runtime = chain(native, leaving({ how }), "near", "disable");
      const events: string[] = [];
      using _ = runtime.events.on("lane:near", ({ kind }) => void events.push(kind));
      await runtime.start();
      await flow(runtime);
      await runtime.edit((edit) => void edit.replace("middle", pass(), { lane: "other" }));
      await flow(runtime);
      await runtime.edit((edit) => edit.bypass("middle"));
      await flow(runtime);
      deepEqual(runtime.stats().lanes.map(({ name }) => name), ["main", "far", "other"]);
      deepEqual(events, ["started", ...told]);
      assertSpent((await runtime.stop())!);
      deepEqual([collected[0].missing, collected[0].disordered], [0, 0]);
    },
  );
}

eachDriver("a failed node that never returns from teardown() is restarted without it", async (native) => {
  const runtime = chain(native, leaving({ how: "fails once and never returns from teardown" }), "near", {
    restart: { limit: 10, backoffMs: 1 },
  });
  const events: string[] = [];
  using _ = runtime.events.on("node:middle", ({ kind }) => void events.push(kind));
  await runtime.start();
  await told(runtime, "restarted");
  await flow(runtime);
  deepEqual(events.filter((kind) => kind !== "state"), ["failed", "restarting", "restarted"]);
  assertSpent((await runtime.stop())!);
});

for (
  const [how, message] of [
    [
      "gives its state later",
      /^Cannot carry over the state of node "middle" \(leaving\): its snapshot\(\) gave a promise/,
    ],
    [
      "takes its state later",
      /^Cannot carry over the state of node "middle" \(leaving\): its restore\(\) gave a promise/,
    ],
  ] as const
) {
  eachDriver(`replace() refuses a node that ${how}`, async (native) => {
    const gives = how === "gives its state later";
    const runtime = chain(native, leaving(gives ? { how } : {}), "near");
    await runtime.start();
    await flow(runtime);
    await rejects(runtime.edit((edit) => void edit.replace("middle", leaving(gives ? {} : { how }))), {
      code: "NodeFailed",
      call: gives ? "snapshot()" : "restore()",
      nodeId: "middle",
      message,
    });
    await flow(runtime);
    await runtime.stop();
    deepEqual([collected[0].missing, collected[0].disordered], [0, 0]);
  });
}

eachDriver("an edit that is refused while a lane waits for frames to lend lends none", async (native) => {
  const count = 1_000;
  const got: number[] = [];
  const opened = Promise.withResolvers<void>();
  const pools = { audio: { slots: 500, slotBytes: 64 } };
  const runtime = new Runtime({ mode: "live", native, pools });
  const from = runtime.add(numberedSource({ count, perTick: 4 }), { id: "source", lane: "near" });
  const middle = runtime.add(pass(), { id: "middle", lane: "near" });
  const reading = gathering(got);
  const to = runtime.add(
    sink(
      {
        async process(this: Script, context: ProcessorContext) {
          await opened.promise;
          await reading.process!.call(this as Processor, context);
        },
      },
      undefined,
      { isAsync: true },
    ),
    { id: "sink" },
  );
  const stubborn = runtime.add(
    filter({
      process() {},
      snapshot() {
        throw new Error("no snapshot, on purpose");
      },
    }),
    { id: "stubborn" },
  );
  let over = false;
  const idle = runtime.add(
    source({
      process(context: ProcessorContext) {
        context.waitUntilNs(context.nowNs() + 1e6);
        if (over) context.finish();
      },
    }),
    { id: "idle" },
  );
  const end = runtime.add(sink(gathering([])), { id: "end" });
  runtime.connect(from.outputs.audio, middle.inputs.audioIn, { policy: "lossless" });
  runtime.connect(middle.outputs.audioOut, to.inputs.audioIn, { policy: "lossless" });
  runtime.connect(idle.outputs.audioOut, stubborn.inputs.audioIn);
  runtime.connect(stubborn.outputs.audioOut, end.inputs.audioIn);
  await runtime.start();
  // The middle has something to read, and no room.
  const isFull = ([first, second]: RuntimeStats["links"]) => first.queued > 0 && second.queued === second.capacity;
  while (!isFull(runtime.stats().links)) {
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  await rejects(
    runtime.edit((edit) => {
      edit.replace("stubborn", pass(), { lane: "other" });
      edit.replace("middle", faulty({ how: "none" }), { lane: "other", startsAnew: true });
    }, { trialMs: 5_000 }),
    { code: "NodeFailed", message: /^Node "stubborn" \(scripted-filter\) failed in snapshot\(\): no snapshot/ },
  );
  over = true;
  opened.resolve();
  assertSpent(await runtime.finished);
  equal(got.length, count);
});
