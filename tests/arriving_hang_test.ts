/**
 * A node that keeps its thread while an edit brings it to another lane: it is told as stuck, and the one that is there
 * runs.
 */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { Runtime } from "../core/runtime.ts";
import type { Supervision } from "../core/graph/supervision.ts";
import { eachDriver } from "./fixtures/each_driver.ts";
import { Hold } from "./fixtures/hold.ts";
import { checkingSink, numberedSource } from "./fixtures/numbered.ts";
import { staying, type StaysIn } from "./fixtures/staying.ts";
import { flow, until } from "./fixtures/waiting.ts";

const STUCK_AFTER_MS = 500;

/** How long an edit may take: more than any machine needs to tell that a node is stuck. */
const TIMES = { timeoutMs: 60_000, trialMs: 5_000 };

interface Chain {
  readonly runtime: Runtime;
  /** Kinds of the events of the node that is replaced, without its states and what it does. */
  readonly events: string[];
}

/** Numbered blocks, which `middle` on lane "near" hands on from main to main. */
function chain(native: "require" | "off", where: StaysIn, hold: string, supervision: Supervision = "fail"): Chain {
  const runtime = new Runtime({ mode: "live", native, stuckAfterMs: STUCK_AFTER_MS, stopTimeoutMs: 500 });
  const source = runtime.add(numberedSource({ count: 0xffffffff, intervalMs: 1 }), { id: "source" });
  const middle = runtime.add(staying({ where, hold }), { id: "middle", lane: "near", supervision });
  const sink = runtime.add(checkingSink(), { id: "sink" });
  runtime.connect(source.outputs.audio, middle.inputs.audioIn, { policy: "lossless", capacity: 64 });
  runtime.connect(middle.outputs.audioOut, sink.inputs.audio, { policy: "lossless", capacity: 64 });
  const events: string[] = [];
  runtime.events.on("node:middle", ({ kind }) => {
    if (kind !== "state" && kind !== "activity") events.push(kind);
  });
  return { runtime, events };
}

for (const where of ["setup", "restore", "process"] as const) {
  eachDriver(
    `a node that keeps its new lane in ${where}() is stuck: its edit is refused, and the old one goes on`,
    async (native) => {
      using hold = new Hold();
      const { runtime, events } = chain(native, "nothing", hold.path);
      await runtime.start();
      await flow(runtime, "sink");
      const { written: before } = runtime.stats().links[0];
      const told = await runtime.edit(
        (edit) => void edit.replace("middle", staying({ where, hold: hold.path }), { lane: "other" }),
        TIMES,
      ).then(() => "", (error) => (error as Error).message);
      match(told, /^Node "middle" \(staying\) has kept lane "other" .*for \d+ ms without returning$/);
      equal(runtime.stats().nodes.find(({ id }) => id === "middle")!.lane, "near");
      await flow(runtime, "sink");
      // Its frames wait for it, and are all there.
      ok(runtime.stats().links[0].written > before);
      deepEqual(events, ["stuck"]);
      hold.release();
      await until(() => runtime.stats().pools.every(({ quarantined }) => quarantined === 0));
      for (const { id, written, read } of (await runtime.stop())!.links) equal(written, read, id);
    },
  );
}

eachDriver(
  "a node that runs is not told as stuck for what is made ready on another lane in its place",
  async (native) => {
    using hold = new Hold();
    const { runtime } = chain(native, "nothing", hold.path);
    await runtime.start();
    await flow(runtime, "sink");
    const kinds = new Set<string>();
    const look = () => kinds.add(runtime.stats().nodes.find(({ id }) => id === "middle")!.activity.kind);
    runtime.events.on("node:middle", (event) => void (event.kind === "activity" && kinds.add(event.activity.kind)));
    let isOver = false;
    const edited = runtime.edit(
      (edit) => void edit.replace("middle", staying({ where: "setup", hold: hold.path }), { lane: "other" }),
      TIMES,
    ).catch(() => {}).finally(() => isOver = true);
    await until(() => {
      look();
      return isOver;
    });
    await edited;
    for (const untilMs = performance.now() + 2 * STUCK_AFTER_MS; performance.now() < untilMs;) {
      look();
      await flow(runtime, "sink", 1);
    }
    ok(!kinds.has("stuck"), [...kinds].join());
    hold.release();
    await runtime.stop();
  },
);

eachDriver(
  "a node that keeps the lane that it leaves in snapshot() is stuck, and has failed itself",
  async (native) => {
    using hold = new Hold("later");
    const { runtime, events } = chain(native, "snapshot", hold.path, { restart: { backoffMs: 1 } });
    await runtime.start();
    await flow(runtime, "sink");
    hold.begin();
    const told = await runtime.edit((edit) => edit.move("middle", "other"), TIMES)
      .then(() => "", (error) => (error as Error).message);
    match(told, /^Node "middle" \(staying\) has kept lane "near" .*for \d+ ms without returning$/);
    hold.release();
    await flow(runtime, "sink");
    await until(() => events.includes("restarted"));
    deepEqual(events, ["stuck", "failed", "restarting", "restarted"]);
    equal(runtime.stats().nodes.find(({ id }) => id === "middle")!.lane, "near");
    await runtime.stop();
  },
);
