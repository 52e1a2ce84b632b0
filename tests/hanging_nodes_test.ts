/**
 * A node that never gives its lane's thread back, under each policy: each run is a process of its own, which leaves the
 * thread behind when it ends.
 */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import type { RuntimeOptions } from "../core/runtime_options.ts";
import { eachDriver } from "./fixtures/each_driver.ts";
import type { Fault } from "./fixtures/faulty.ts";
import type { HangingEdit } from "./fixtures/hanging_edit.ts";
import type { HangingRun } from "./fixtures/hanging_run.ts";

const COUNT = 1_500;

/** A run that has not ended by then is ended, milliseconds: it would not end at all. */
const LATE_MS = 120_000;
const RESTART = { restart: { limit: 1, backoffMs: 1 } };

async function run(
  how: Fault | "hangs in a native stage",
  supervision: unknown,
  native: "require" | "off",
  limits: RuntimeOptions & { readonly ownLimitMs?: number } = {},
): Promise<HangingRun & { readonly log: string }> {
  const script = new URL("./fixtures/hanging_run.ts", import.meta.url).pathname;
  const args = [
    "run",
    "-A",
    "--quiet",
    script,
    how,
    JSON.stringify(supervision),
    native,
    "bad",
    JSON.stringify(limits),
  ];
  const signal = AbortSignal.timeout(LATE_MS);
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), { args, stderr: "piped", signal }).output();
  const line = new TextDecoder().decode(stdout).trim().split("\n").at(-1)!;
  const log = new TextDecoder().decode(stderr);
  ok(line.startsWith("{"), log);
  return { ...JSON.parse(line), log };
}

/** For what takes long and depends on no driver. */
function onOneDriver(name: string, body: (native: "require" | "off") => Promise<void>): void {
  Deno.test(name, () => body(Deno.env.get("SLUICE_NATIVE") === "off" ? "off" : "require"));
}

onOneDriver("fail: a node that hangs is told as stuck, and the graph can be stopped at once", async (native) => {
  const { outcome, events, laneEvents, activity, state, quarantined, log } = await run("hangs", "fail", native);
  deepEqual([outcome, state], ["stopped", "running"]);
  ok(quarantined > 0, "what the lane holds is set aside");
  deepEqual(events, ["stuck"]);
  deepEqual(laneEvents, ["started", "warning"]);
  match(
    log,
    /Node "bad" .*; its thread is replaced only where .*; the run fails once that has lasted 30000 ms, which "callTimeoutMs" can change/,
  );
  match(log, /Stopped before the graph was drained: Node "bad" \(faulty\) has kept lane "bad" /);
  match(log, /Lane "bad".* does not close: a call of "bad" has not returned\. Its memory is set aside;/);
  ok(activity?.kind === "stuck" && activity.forMs >= 1_000, JSON.stringify(activity));
});

eachDriver("fail: a node that hangs for callTimeoutMs ends the run, which names it", async (native) => {
  const { outcome, error, events } = await run("hangs", "fail", native, { callTimeoutMs: 1_500 });
  equal(outcome, "failed");
  match(error!, /^Node "bad" \(faulty\) has kept lane "bad" .*for \d+ ms without returning$/);
  deepEqual(events, ["stuck"]);
});

for (
  const [what, limits] of [
    ["callTimeoutMs is shorter", { callTimeoutMs: 700, stuckAfterMs: 60_000 }],
    ["its own is all there is", { ownLimitMs: 700, stuckAfterMs: 0 }],
  ] as const
) {
  onOneDriver(`fail: a node that hangs is not waited for until it is stuck where ${what}`, async (native) => {
    const { outcome, error, events } = await run("hangs", "fail", native, limits);
    equal(outcome, "failed");
    match(error!, /^Node "bad" \(faulty\) has kept lane "bad" .*for \d{3,4} ms without returning$/);
    deepEqual(events, ["stuck"]);
  });
}

eachDriver("restart: a node that hangs goes on in a new thread, with its neighbour", async (native) => {
  const found = await run("loops", RESTART, native);
  const { outcome, events, laneEvents, activity, state, restarts, quarantined, unaccounted, behind, beside } = found;
  deepEqual([outcome, state, restarts], ["completed", "ended", 1]);
  deepEqual([found.errors, found.errorEvents], [1, 1]);
  deepEqual(events, ["stuck", "failed", "restarting", "restarted"]);
  deepEqual(laneEvents, ["started", "fenced", "started", "replaced", "closed"]);
  equal(activity?.kind, "stuck");
  deepEqual(unaccounted, []);
  ok(quarantined > 0, "what the thread holds is set aside");
  deepEqual([beside!.received, beside!.corrupt, beside!.missing], [COUNT, 0, 0]);
  const { received, missing, corrupt, disordered, unflagged } = behind!;
  deepEqual([received + missing, corrupt, disordered, unflagged], [COUNT, 0, 0, 0]);
  ok(missing > 0 && missing < 200, `${missing} blocks went with the thread`);
});

eachDriver("disable: without a node that hangs the graph comes to its end", async (native) => {
  const { outcome, events, state, unaccounted, behind, beside } = await run("hangs", "disable", native);
  deepEqual([outcome, state], ["completed", "disabled"]);
  deepEqual(events, ["stuck", "failed", "disabled"]);
  deepEqual(unaccounted, []);
  deepEqual([beside!.received, behind!.corrupt], [COUNT, 0]);
  ok(behind!.last < 1_000, "what came before the hang was heard");
});

onOneDriver("fail: a node that hangs in setup ends the start, which names it", async (native) => {
  const { outcome, error } = await run("hangs in setup", "fail", native);
  equal(outcome, "failed");
  match(
    error!,
    /^Node "bad" \(faulty\) did not return from setup\(\) within 1000 ms.* raise "setupTimeoutMs" of the runtime$/,
  );
});

onOneDriver("restart: a node that hangs in setup fails the run after its last restart", async (native) => {
  const { outcome, error, restarts } = await run("hangs in setup", RESTART, native);
  deepEqual([outcome, restarts], ["failed", 0]);
  match(error!, /^Node "(bad|next)" failed again after a restart within 60 s: .*"bad"/);
});

eachDriver("disable: a graph runs without a node that hangs in setup", async (native) => {
  const { outcome, state, unaccounted, behind, beside } = await run("hangs in setup", "disable", native);
  deepEqual([outcome, state], ["completed", "disabled"]);
  deepEqual(unaccounted, []);
  deepEqual([beside!.received, behind!.received], [COUNT, 0]);
});

Deno.test({
  name: "native: a native stage that never returns is told as stuck, with its thread, and its slots are set aside",
  ignore: Deno.env.get("SLUICE_NATIVE") === "off",
  fn: async () => {
    const { outcome, events, activity, quarantined, log } = await run("hangs in a native stage", "fail", "require");
    deepEqual([outcome, events, activity?.kind], ["stopped", ["stuck"], "stuck"]);
    ok(quarantined > 0);
    match(
      log,
      /Node "bad" \(native-fault\) has kept lane "stage" \(thread \d+\) for .* nothing can end a native stage/,
    );
    match(
      log,
      /Lane "stage" \(thread \d+\) does not close: a call of "bad" has not returned\. .* until Deno\.exit\(\) or a signal/,
    );
  },
});

/** Where a node hangs in an edit, and what is told of the one that is there: then, and when it ends its lane itself. */
const IN_EDITS = [
  ["setup", "disable", ["stuck", "restarted", "failed", "disabled"], "disabled"],
  ["tick", "disable", ["stuck", "restarted", "failed", "disabled"], "disabled"],
  ["snapshot", RESTART, ["stuck", "failed", "restarting", "restarted"], "running"],
] as const;

for (const [where, supervision, told, becomes] of IN_EDITS) {
  eachDriver(`an edit in which a node hangs (${where}) is refused, and what was there goes on`, async (native) => {
    const script = new URL("./fixtures/hanging_edit.ts", import.meta.url).pathname;
    const args = ["run", "-A", "--no-check", script, where, JSON.stringify(supervision), native];
    const signal = AbortSignal.timeout(LATE_MS);
    const { stdout, stderr } = await new Deno.Command(Deno.execPath(), { args, stderr: "piped", signal }).output();
    const line = new TextDecoder().decode(stdout).trim();
    ok(line.startsWith("{"), new TextDecoder().decode(stderr));
    const { error, events, laneEvents, state, errors } = JSON.parse(line) as HangingEdit;
    match(error, /^Node "middle" \((faulty|leaving)\) has kept lane "near" .*for \d+ ms without returning$/);
    deepEqual(events, told);
    const again = where === "snapshot" ? [] : ["crashed", "started", "replaced"];
    deepEqual(laneEvents, ["started", "fenced", "started", "replaced", ...again]);
    deepEqual([state, errors], [becomes, 1]);
  });
}
