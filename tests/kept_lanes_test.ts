/**
 * Lanes whose thread something keeps that a node has left behind, while the lane is in no call of it; and lanes that
 * only look as if.
 */
import { deepEqual, match, ok, rejects } from "node:assert/strict";
import { Runtime } from "../core/runtime.ts";
import type { Supervision } from "../core/graph/supervision.ts";
import { eachDriver } from "./fixtures/each_driver.ts";
import { Hold } from "./fixtures/hold.ts";
import { lingering, type Lingers } from "./fixtures/lingering.ts";
import { numberedSource, pass } from "./fixtures/numbered.ts";
import { type Script, sink } from "./fixtures/scripted.ts";
import { flow, sleep, until } from "./fixtures/waiting.ts";

const RESTART = { restart: { limit: 5, backoffMs: 1 } } as const;

const STUCK_AFTER_MS = 400;

/** The same where no lane is to be found kept: a busy machine may be late to wake one. */
const STUCK_LATE_MS = 600;

/** Longer than that, and than a lane may sleep beside. */
const PATIENCE_MS = 1_200;

/** What an edit may take that is no part of the question: long for a busy machine. */
const PATIENT = { timeoutMs: 60_000 };

/** The block at which nodes begin to keep their thread, and the one, just before, at which others begin to wait. */
const AT = 50;
const WAITS_AT = AT - 5;

eachDriver(
  "a node that keeps its thread after it has awaited something is stuck, and goes on in a new one",
  async (native) => {
    await using site = await siteWith(native, ["after a wait"]);
    const { runtime, told, laneTold } = site;
    await until(() => told.includes("restarted"));
    deepEqual(told, ["stuck", "failed", "restarting", "restarted"]);
    deepEqual(laneTold, ["fenced", "started", "replaced"]);
    match(site.errors.join(), /^Node "n0" \(lingering\) has kept lane "near" .*for \d+ ms without returning$/);
    await flow(runtime, "n0");
    await until(() => site.activities.length > 1);
    deepEqual(site.activities.slice(0, 2).map((kind) => kind === "stuck"), [true, false]);
  },
);

eachDriver("a lane that is kept by one of several nodes that have awaited something is replaced", async (native) => {
  await using site = await siteWith(native, ["after a wait", "waits", "none"]);
  const { runtime, told, laneTold } = site;
  await until(() => told.includes("restarted"));
  deepEqual(told, ["failed", "restarting", "restarted"]);
  deepEqual(laneTold, ["fenced", "started", "replaced"]);
  match(
    site.errors.join(),
    /^Lane "near" .*has been kept for \d+ ms by "n0" or "n1", which have awaited something$/,
  );
  site.hold.release();
  for (const id of ["n0", "n1", "n2"]) await flow(runtime, id);
});

eachDriver(
  "a node that was disabled since it kept its thread in an asynchronous tick awaits nothing",
  async (native) => {
    await using site = await siteWith(native, ["after a wait", "none"], "disable");
    const { runtime, told } = site;
    const figures = () => runtime.stats().nodes.find(({ id }) => id === "n0")!;
    await until(() => told.includes("disabled"));
    deepEqual(told, ["stuck", "failed", "disabled"]);
    await until(() => figures().activity.kind === "idle");
    await until(() => site.activities.length > 1);
    deepEqual(site.activities.slice(0, 2).map((kind) => kind === "stuck"), [true, false]);
  },
);

eachDriver("a lane that a callback of one of its nodes keeps is replaced", async (native) => {
  await using site = await siteWith(native, ["in a callback", "none"]);
  const { runtime, laneTold } = site;
  await until(() => laneTold.includes("replaced"));
  match(site.errors.join(), /^Lane "near" .*has been kept for \d+ ms by a callback of "n0" or "n1"$/);
  for (const id of ["n0", "n1"]) await flow(runtime, id);
});

Deno.test("what a lane holds comes back that was given up, though Deno ends its thread once the node returns", async () => {
  await using site = await siteWith("require", ["in a callback with a frame"]);
  const setAside = () => site.runtime.stats().pools.reduce((sum, { quarantined }) => sum + quarantined, 0);
  await until(() => site.laneTold.includes("replaced"));
  ok(setAside() > 0);
  // The worker is told to end a second after it was given up.
  await sleep(1_500);
  site.hold.release();
  await until(() => setAside() === 0);
  await flow(site.runtime, "n0");
});

eachDriver("a lane that is kept is told where it cannot be replaced", async (native) => {
  await using site = await siteWith(native, ["in a callback", "none"], "fail");
  const { runtime, laneTold } = site;
  await until(() => laneTold.length > 0);
  deepEqual(laneTold, ["warning"]);
  site.hold.release();
  for (const id of ["n0", "n1"]) await flow(runtime, id);
  deepEqual(laneTold, ["warning"], "it is told once");
});

eachDriver(
  "an edit is refused whose node keeps its thread in setup() after it has awaited something",
  async (native) => {
    await using site = await siteWith(native, ["none"]);
    const { runtime, hold, laneTold } = site;
    await flow(runtime, "n0");
    const edit = runtime.edit((edit) => void edit.replace("n0", lingering({ how: "in setup", hold: hold.path })));
    await rejects(edit, /Node "n0" \(lingering\) has kept lane "near"/);
    await until(() => laneTold.includes("replaced"));
    await flow(runtime, "n0");
  },
);

eachDriver("a node of an edit that goes on without the lane is torn down when the lane comes back", async (native) => {
  await using site = await siteWith(native, ["when told"]);
  const { runtime, hold, laneTold } = site;
  await flow(runtime, "n0");
  const calls = await Deno.makeTempFile({ prefix: "sluice-calls-" });
  const edit = runtime.edit((edit) => {
    edit.reconfigure("n0", { told: 1 });
    edit.add(lingering({ how: "waits", hold: hold.path, calls }), { id: "new", lane: "near", supervision: RESTART });
    edit.connectByName("source.audio", "new.audioIn");
  }, PATIENT);
  // It has settled once the lane has been silent for long, which is before the lane is given up.
  await edit.catch(() => {});
  hold.release();
  await until(() => laneTold.includes("replaced"));
  await flow(runtime, "new");
  match(await Deno.readTextFile(calls), laneTold.includes("fenced") ? /^st?s$/ : /^sts$/);
  await Deno.remove(calls);
});

eachDriver("a node that keeps its thread in configChanged() is stuck", async (native) => {
  await using site = await siteWith(native, ["when told"]);
  const { runtime, told } = site;
  await flow(runtime, "n0");
  await rejects(runtime.setConfig("n0", "told", 1), /Node "n0" \(lingering\) has kept lane "near"/);
  await until(() => told.includes("restarted"));
  deepEqual(told, ["stuck", "failed", "restarting", "restarted"]);
  await flow(runtime, "n0");
});

eachDriver("a lane whose nodes wait for promises is not kept, whatever else is done with it", async (native) => {
  await using site = await siteWith(native, ["waits", "none"], RESTART, STUCK_LATE_MS);
  const { runtime, hold, told, laneTold } = site;
  const activity = () => runtime.stats().nodes.find(({ id }) => id === "n0")!.activity;
  await until(() => activity().kind === "awaiting");
  // The lane parks for as long as it may.
  await sleep(PATIENCE_MS);
  // Nobody looks.
  keepBusy(PATIENCE_MS);
  await sleep(PATIENCE_MS / 4);
  const paused = runtime.pause();
  // A node is made ready there, and waits too.
  const edit = runtime.edit((edit) => {
    edit.add(lingering({ how: "waits in setup", hold: hold.path }), { id: "late", lane: "near", supervision: RESTART });
    edit.connectByName("source.audio", "late.audioIn");
  }, PATIENT);
  await sleep(PATIENCE_MS);
  void runtime.resume();
  await paused;
  await sleep(PATIENCE_MS);
  deepEqual(activity(), { kind: "awaiting" });
  site.hold.release();
  await edit;
  for (const id of ["n0", "n1", "late"]) await flow(runtime, id);
  deepEqual([told, laneTold, site.errors], [[], [], []]);
});

/** A graph whose nodes "n0", "n1" and so on stand side by side on lane "near". */
async function siteWith(
  native: "require" | "off",
  hows: readonly (Lingers | "none")[],
  supervision: Supervision = RESTART,
  stuckAfterMs = STUCK_AFTER_MS,
) {
  const hold = new Hold();
  const runtime = new Runtime({ mode: "live", native, stuckAfterMs, stopTimeoutMs: 500 });
  const from = runtime.add(numberedSource({ count: 0xffffffff, intervalMs: 1 }), { id: "source", lane: "main" });
  for (const [k, how] of hows.entries()) {
    const type = how === "none" ? pass() : lingering({ how, at: how === "waits" ? WAITS_AT : AT, hold: hold.path });
    const node = runtime.add(type, { id: `n${k}`, lane: "near", supervision });
    const to = runtime.add(sink({ process: readAll }), { id: `to${k}` });
    // No block is left out: each begins at one.
    runtime.connect(from.outputs.audio, node.inputs.audioIn, { policy: "lossless" });
    runtime.connect(node.outputs.audioOut, to.inputs.audioIn, { policy: "drop-newest" });
  }
  const told: string[] = [];
  const activities: string[] = [];
  const laneTold: string[] = [];
  const errors: string[] = [];
  runtime.events.on("node:n0", (event) => {
    if (event.group !== "node" || event.kind === "state") return;
    if (event.kind === "activity") activities.push(event.activity.kind);
    else told.push(event.kind);
  });
  // But for its first start.
  runtime.events.on(
    "lane:near",
    ({ kind }) => void ((laneTold.length > 0 || kind !== "started") && laneTold.push(kind)),
  );
  runtime.events.on("error", (event) => void (event.group === "error" && errors.push(event.error.message)));
  await runtime.start();
  return {
    runtime,
    hold,
    told,
    activities,
    laneTold,
    errors,
    async [Symbol.asyncDispose]() {
      hold.release();
      // Without the library nobody knows of a thread that Deno has ended before it could leave.
      if (native === "require") await until(() => runtime.stats().pools.every(({ quarantined }) => quarantined === 0));
      await runtime[Symbol.asyncDispose]();
    },
  };
}

function readAll(this: Script): void {
  while (this.audioIn!.read());
}

/** Keeps this thread. */
function keepBusy(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}
