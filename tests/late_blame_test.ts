/** What a late lane's node that has gone does is not taken for what keeps the lane that has its name now. */
import { match, rejects } from "node:assert/strict";
import { Runtime } from "../core/runtime.ts";
import { eachDriver } from "./fixtures/each_driver.ts";
import { Hold } from "./fixtures/hold.ts";
import { leaving } from "./fixtures/leaving.ts";
import { lingering } from "./fixtures/lingering.ts";
import { numberedSource } from "./fixtures/numbered.ts";
import { flow, until } from "./fixtures/waiting.ts";

const LIMITS_MS = [10_000, 5_000];
const PATIENT = { timeoutMs: 60_000 };

eachDriver("a lane that is kept is not put down to a node that a late lane of its name tears down", async (native) => {
  const { setTimeout } = globalThis;
  using hold = new Hold();
  const runtime = new Runtime({ mode: "live", native, stuckAfterMs: 200, stopTimeoutMs: 500 });
  runtime.add(numberedSource({ count: 0xffffffff, intervalMs: 1 }), { id: "source", lane: "main" });
  runtime.add(leaving({ teardownMs: 2 ** 30 }), { id: "a", lane: "near" });
  runtime.connectByName("source.audio", "a.audioIn");
  const errors: string[] = [];
  const told: string[] = [];
  runtime.events.on("error", (event) => void (event.group === "error" && errors.push(event.error.message)));
  runtime.events.on("lane:near", ({ kind }) => void told.push(kind));
  await runtime.start();
  await flow(runtime, "a");
  globalThis.setTimeout = ((run: () => void, ms: number) =>
    setTimeout(run, LIMITS_MS.includes(ms) ? ms / 20 : ms)) as unknown as typeof setTimeout;
  try {
    await rejects(
      runtime.edit((edit) =>
        edit.remove("a"), PATIENT),
      { code: "Timeout", nodeId: "a" },
    );
    await runtime.edit(() => {});
  } finally {
    globalThis.setTimeout = setTimeout;
  }
  await runtime.edit((edit) => {
    edit.add(lingering({ how: "in a callback when told", hold: hold.path }), {
      id: "b",
      lane: "near",
      supervision: { restart: { limit: 5, backoffMs: 1 } },
    });
    edit.connectByName("source.audio", "b.audioIn", { policy: "lossless" });
  }, PATIENT);
  await flow(runtime, "b");
  await runtime.setConfig("b", "told", 1);
  await until(() => told.includes("replaced"));
  hold.release();
  await runtime.stop();
  match(errors.join(), /^Node "b" \(lingering\) has kept lane "near"/);
});
