/** The last calls of nodes that an edit takes out of the graph, flush() and teardown(), where these keep the thread. */
import { deepEqual, equal, notEqual, rejects } from "node:assert/strict";
import type { SluiceEvent } from "../core/events/event.ts";
import { Runtime } from "../core/runtime.ts";
import type { Supervision } from "../core/graph/supervision.ts";
import { eachDriver } from "./fixtures/each_driver.ts";
import { Hold } from "./fixtures/hold.ts";
import { leaving, type LeavingConfig } from "./fixtures/leaving.ts";
import { checkingSink, numberedSource, pass } from "./fixtures/numbered.ts";
import { flow, sleep, until } from "./fixtures/waiting.ts";

/** What edits may take that are no part of the question. */
const PATIENT = { timeoutMs: 60_000 };

/**
 * "middle" and "other", both on lane "near", read what a source on main sends; a sink there reads what "middle" writes.
 */
function graph(
  native: "require" | "off",
  middle: LeavingConfig,
  { stuckAfterMs, supervision = "fail" }: { readonly stuckAfterMs: number; readonly supervision?: Supervision },
): Runtime {
  const runtime = new Runtime({ mode: "live", native, stuckAfterMs, stopTimeoutMs: 500 });
  runtime.add(numberedSource({ count: 0xffffffff, intervalMs: 1 }), { id: "source", lane: "main" });
  runtime.add(leaving(middle), { id: "middle", lane: "near", supervision });
  runtime.add(pass(), { id: "other", lane: "near", supervision });
  runtime.add(checkingSink(), { id: "sink", lane: "main" });
  runtime.connectByName("source.audio", "middle.audioIn");
  runtime.connectByName("source.audio", "other.audioIn");
  runtime.connectByName("middle.audioOut", "sink.audio");
  return runtime;
}

/** Kinds of events of lane "near" and of its nodes that tell of something wrong. */
function listen(runtime: Runtime): string[] {
  const told: string[] = [];
  const kinds = ["stuck", "fenced", "replaced", "failed", "restarted", "disabled"];
  runtime.events.on("*", (event: SluiceEvent) => {
    if (kinds.includes(event.kind)) told.push(`${event.topic} ${event.kind}`);
  });
  return told;
}

eachDriver("a node runs on its new lane while teardown() of what it was keeps the old one", async (native) => {
  using hold = new Hold();
  const runtime = graph(native, { how: "keeps its thread in teardown", hold: hold.path }, { stuckAfterMs: 100 });
  const told = listen(runtime);
  await runtime.start();
  await flow(runtime, "sink");
  const moved = runtime.edit((edit) => void edit.replace("middle", pass(), { lane: "far" }), PATIENT);
  await until(() => hold.sinceMs !== undefined);
  await flow(runtime, "middle");
  await flow(runtime, "sink");
  await until(() => told.length > 0);
  notEqual(runtime.stats().nodes.find(({ id }) => id === "middle")!.activity.kind, "stuck");
  hold.release();
  await moved;
  deepEqual(told, ["node:middle stuck"]);
  await flow(runtime, "other");
  await runtime.stop();
});

/** What an edit does with "middle", and the call of it that keeps the thread. */
const ENDS = [
  ["removed", "flush"],
  ["removed", "teardown"],
  ["moved", "teardown"],
  ["replaced", "teardown"],
] as const;

for (const [what, where] of ENDS) {
  eachDriver(
    `${where}() of a ${what} node that keeps the thread is stuck, and the lane gets another`,
    async (native) => {
      using hold = new Hold();
      const how = `keeps its thread in ${where}` as const;
      const runtime = graph(native, { how, hold: hold.path }, { stuckAfterMs: 500, supervision: "disable" });
      const told = listen(runtime);
      await runtime.start();
      await flow(runtime, "other");
      const edited = runtime.edit((edit) => {
        if (what === "removed") { for (const id of ["middle", "sink"]) edit.remove(id); }
        else if (what === "moved") edit.move("middle", "far");
        else edit.replace("middle", pass());
      }, PATIENT);
      const kept = /^The edit is in effect, but .*Node "middle" \(leaving\) has kept lane "near" .*without returning$/;
      if (what === "replaced") await edited;
      else await rejects(edited, { code: "NodeFailed", nodeId: "middle", message: kept });
      await until(() => told.includes("lane:near replaced"));
      await flow(runtime, "other");
      if (what !== "removed") await flow(runtime, "middle");
      const again = what === "replaced" ? ["node:middle restarted"] : [];
      deepEqual(told.slice(0, 3), ["node:middle stuck", "lane:near fenced", "lane:near replaced"]);
      await until(() => told.length === 4 + again.length);
      deepEqual(told.slice(3).sort(), [...again, "node:other restarted"]);
      equal(runtime.stats().nodes.find(({ id }) => id === "other")!.errors, 0);
      // Another edit of that lane.
      await runtime.edit((edit) => edit.remove("other"), PATIENT);
      hold.release();
      await runtime.stop();
    },
  );
}

eachDriver("a lane is not replaced that is kept by the teardown() of the last node that was on it", async (native) => {
  using hold = new Hold();
  const runtime = new Runtime({ mode: "live", native, stuckAfterMs: 100 });
  runtime.add(numberedSource({ count: 0xffffffff, intervalMs: 1 }), { id: "source", lane: "main" });
  const how = "keeps its thread in teardown";
  runtime.add(leaving({ how, hold: hold.path }), { id: "a", lane: "near", supervision: "disable" });
  runtime.connectByName("source.audio", "a.audioIn");
  const told = listen(runtime);
  await runtime.start();
  await flow(runtime, "a");
  const removed = runtime.edit((edit) => edit.remove("a"), PATIENT);
  await until(() => told.length > 0);
  // For a thread that is to be replaced a second is waited, and as long for what it has said.
  await sleep(2_500);
  hold.release();
  await removed;
  deepEqual(told, ["node:a stuck"]);
  await runtime.stop();
});

eachDriver("an edit names the node whose teardown() keeps a lane from being ready for it", async (native) => {
  using hold = new Hold();
  const runtime = graph(native, { how: "keeps its thread in teardown", hold: hold.path }, { stuckAfterMs: 100 });
  const told = listen(runtime);
  await runtime.start();
  await flow(runtime, "sink");
  await runtime.edit((edit) => void edit.replace("middle", pass()), PATIENT);
  await until(() => told.length > 0);
  const { activity } = runtime.stats().nodes.find(({ id }) => id === "middle")!;
  equal(activity.kind, "stuck");
  const message = /lane "near" was not ready within 300 ms: "middle" has not returned from flush\(\) or teardown\(\)$/;
  await rejects(runtime.edit((edit) => edit.remove("other"), { timeoutMs: 300 }), { code: "Timeout", message });
  hold.release();
  await runtime.edit((edit) => edit.remove("other"), PATIENT);
  // The thread of nodes that are to fail is not replaced.
  deepEqual(told, ["node:middle stuck"]);
  await runtime.stop();
});
