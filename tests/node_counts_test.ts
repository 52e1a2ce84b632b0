/**
 * What a node has counted, where an edit puts another in its place: it goes on, as what its links have counted does.
 */
import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import type { GraphEdit } from "../core/live/graph_edit.ts";
import type { ProcessorContext } from "../core/processor.ts";
import { Runtime } from "../core/runtime.ts";
import { port } from "./fixtures/define.ts";
import { dying } from "./fixtures/dying.ts";
import { eachDriver } from "./fixtures/each_driver.ts";
import { faulty } from "./fixtures/faulty.ts";
import { Hold } from "./fixtures/hold.ts";
import { checkingSink, numberedSource, pass } from "./fixtures/numbered.ts";
import { quitting } from "./fixtures/quitting.ts";
import { type Script, SHAPE, source } from "./fixtures/scripted.ts";
import { staying } from "./fixtures/staying.ts";
import { flow, sleep, until } from "./fixtures/waiting.ts";

const EDITS = 3;

/** Edits by which a node gives its place to another one of its type. */
const CHANGES: readonly (readonly [what: string, change: (edit: GraphEdit, round: number) => void])[] = [
  ["replace() by one of its type", (edit) => void edit.replace("middle", faulty({ how: "none" }))],
  ["replace() without its state", (edit) => {
    edit.replace("middle", faulty({ how: "none" }), { startsAnew: true });
  }],
  ["reconfigure() with what is not live", (edit, round) => edit.reconfigure("middle", { every: 500 + round })],
  ["replace() on another lane", (edit, round) => {
    edit.replace("middle", faulty({ how: "none" }), { lane: ["near", "other"][round % 2] });
  }],
  ["move()", (edit, round) => edit.move("middle", ["near", "other"][round % 2])],
];

function chain(native: "require" | "off", lane: string): Runtime {
  const runtime = new Runtime({ mode: "live", native });
  const source = runtime.add(numberedSource({ count: 0xffffffff, intervalMs: 1 }), { id: "source", lane: "far" });
  const middle = runtime.add(faulty({ how: "none" }), { id: "middle", lane });
  const sink = runtime.add(checkingSink(), { id: "sink", lane: "far" });
  runtime.connect(source.outputs.audio, middle.inputs.audioIn, { policy: "lossless" });
  runtime.connect(middle.outputs.audioOut, sink.inputs.audio, { policy: "lossless" });
  return runtime;
}

for (const [what, change] of CHANGES) {
  eachDriver(`what a node has counted goes on over ${what}`, async (native) => {
    const runtime = chain(native, "near");
    await runtime.start();
    let before = 0;
    const fallen: string[] = [];
    const look = () => {
      const { framesIn } = runtime.stats().nodes.find(({ id }) => id === "middle")!;
      if (framesIn < before) fallen.push(`${framesIn} frames after ${before}`);
      before = framesIn;
    };
    const looking = setInterval(look);
    try {
      for (let round = 1; round <= EDITS; round++) {
        await flow(runtime, "sink", 20);
        await runtime.edit((edit) => change(edit, round));
      }
      await flow(runtime, "sink", 20);
    } finally {
      clearInterval(looking);
    }
    deepEqual(fallen, []);
    const { nodes, links: [from, to] } = (await runtime.stop())!;
    const { framesIn, framesOut } = nodes.find(({ id }) => id === "middle")!;
    deepEqual([framesIn, framesOut], [from.read, to.written]);
  });
}

/** Writes a block each millisecond, in one tick. */
function driven() {
  return source({
    async process(this: Script, { signal }: ProcessorContext) {
      for (; !signal.aborted; await sleep(1)) this.audioOut!.write(this.audioOut!.tryAcquire(SHAPE)!);
    },
  }, { mode: "external", isAsync: true, outputs: [port({ name: "audioOut", direction: "output", kind: "audio" })] });
}

eachDriver(
  "what a node has counted goes on that a device drives, and that runs until another is in its place",
  async (native) => {
    const runtime = new Runtime({ mode: "live", native });
    const from = runtime.add(driven(), { id: "from" });
    const sink = runtime.add(checkingSink(), { id: "sink" });
    runtime.connect(from.outputs.audioOut, sink.inputs.audio, { policy: "lossless", capacity: 1_000 });
    await runtime.start();
    for (let round = 0; round < EDITS; round++) {
      await flow(runtime, "sink", 20);
      await runtime.edit((edit) => void edit.replace("from", driven()));
    }
    await flow(runtime, "sink", 20);
    const { nodes, links: [{ written }] } = (await runtime.stop())!;
    equal(nodes.find(({ id }) => id === "from")!.framesOut, written);
  },
);

eachDriver("a node of another type that takes a node's place counts from 0", async (native) => {
  const runtime = chain(native, "near");
  await runtime.start();
  await flow(runtime, "middle");
  const { read: before } = runtime.stats().links[0];
  await runtime.edit((edit) => void edit.replace("middle", pass()));
  await flow(runtime, "sink", 20);
  const { nodes, links: [{ read }] } = (await runtime.stop())!;
  const { framesIn } = nodes.find(({ id }) => id === "middle")!;
  ok(framesIn <= read - before, `${framesIn} of ${read}`);
});

eachDriver("failures of a node count from 0 where one of another type takes its place", async (native) => {
  using first = new Hold();
  using second = new Hold();
  const runtime = new Runtime({ mode: "live", native, stuckAfterMs: 0 });
  runtime.add(numberedSource({ count: 0xffffffff, intervalMs: 1 }), { id: "source", lane: "main" });
  runtime.add(dying({ hold: first.path }), { id: "a", lane: "near", supervision: { restart: { backoffMs: 1 } } });
  runtime.connectByName("source.audio", "a.audioIn");
  let threads = 1;
  runtime.events.on("lane:near", ({ kind }) => void (threads += kind === "replaced" ? 1 : 0));
  const errors = () => runtime.stats().nodes.find(({ id }) => id === "a")!.errors;
  await runtime.start();
  await until(() => first.sinceMs !== undefined);
  first.release();
  await until(() => threads === 2);
  await flow(runtime, "a");
  equal(errors(), 1);
  await runtime.edit((edit) => {
    edit.replace("a", pass());
    edit.add(quitting({ hold: second.path }), { id: "b", lane: "near", supervision: "disable" });
    edit.connectByName("source.audio", "b.audioIn");
  });
  await flow(runtime, "b");
  equal(errors(), 0);
  second.release();
  await until(() => threads === 3);
  await flow(runtime, "a");
  equal(errors(), 1);
  await runtime.stop();
});

eachDriver("what an edit that was given up still counts is not added to what another node counts", async (native) => {
  using hold = new Hold();
  const runtime = new Runtime({ mode: "live", native });
  runtime.add(numberedSource({ count: 0xffffffff, intervalMs: 1 }), { id: "source", lane: "main" });
  runtime.add(staying({ where: "nothing", hold: hold.path }), { id: "old", lane: "near" });
  runtime.connectByName("source.audio", "old.audioIn");
  await runtime.start();
  await flow(runtime, "old");
  const replaced = runtime.edit((edit) => void edit.replace("old", staying({ where: "setup", hold: hold.path })), {
    timeoutMs: 300,
  });
  await rejects(replaced, { code: "Timeout" });
  await runtime.edit((edit) => {
    edit.add(pass(), { id: "other", lane: "main" });
    edit.connectByName("source.audio", "other.audioIn");
  });
  await flow(runtime, "other", 20);
  hold.release();
  await flow(runtime, "old", 20);
  const { nodes, links } = (await runtime.stop())!;
  const { read } = links.find(({ to }) => to === "other.audioIn")!;
  equal(nodes.find(({ id }) => id === "other")!.framesIn, read);
});
