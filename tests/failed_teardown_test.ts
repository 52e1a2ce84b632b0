/**
 * What a node that has failed does in teardown(), where the run ends meanwhile or an edit removes the one in its place.
 */
import { deepEqual, equal, rejects } from "node:assert/strict";
import { Runtime } from "../core/runtime.ts";
import type { Supervision } from "../core/graph/supervision.ts";
import { eachDriver } from "./fixtures/each_driver.ts";
import { numberedSource } from "./fixtures/numbered.ts";
import { filter, type Script } from "./fixtures/scripted.ts";
import { sleep, until } from "./fixtures/waiting.ts";

const RESTART: Supervision = { restart: { backoffMs: 1 } };

/** Longer than anything else takes in these graphs, milliseconds. */
const SLOW_MS = 200;

/** How long a failed node's teardown() is waited for, milliseconds. */
const TEAR_DOWN_TIMEOUT_MS = 2_000;

/** A live source on main, a node behind it, and one that fails as well, and with it the run, when it is told to. */
function graph(native: "require" | "off", script: Script & Record<string, unknown>, supervision: Supervision) {
  const runtime = new Runtime({ mode: "live", native });
  runtime.add(numberedSource({ count: 0xffffffff, intervalMs: 1 }), { id: "source", lane: "main" });
  runtime.add(filter(script), { id: "bad", supervision });
  let ends = false;
  const calls: string[] = [];
  const process = function (this: Script) {
    read.call(this);
    if (ends) fail();
  };
  runtime.add(filter({ process, teardown: () => void calls.push("last") }), { id: "last" });
  for (const id of ["bad", "last"]) runtime.connectByName("source.audio", `${id}.audioIn`);
  const end = () => {
    ends = true;
    return rejects(runtime.finished, { code: "NodeFailed", nodeId: "last" });
  };
  return { runtime, calls, end };
}

function fail(): void {
  throw new Error("on purpose");
}

function read(this: Script): void {
  while (this.audioIn!.read());
}

for (const supervision of ["disable", RESTART] as const) {
  const how = supervision === "disable" ? "is disabled" : "is to be restarted";
  eachDriver(`teardown() of a failed node that ${how} is waited for when the run fails`, async (native) => {
    const teardown = async () => {
      calls.push("begun");
      await sleep(SLOW_MS);
      calls.push("over");
    };
    const { runtime, calls, end } = graph(native, { process: fail, teardown }, supervision);
    await runtime.start();
    await until(() => calls.length > 0);
    await end();
    deepEqual(calls, ["begun", "over", "last"]);
  });
}

eachDriver(
  "teardown() of a failed node that never returns is waited for no longer when the run fails",
  async (native) => {
    const { setTimeout } = globalThis;
    const never = () => (calls.push("begun"), new Promise<void>(() => {}));
    const { runtime, calls, end } = graph(native, { process: fail, teardown: never }, "disable");
    let closed = false;
    runtime.events.on("lane:main", ({ kind }) => void (closed ||= kind === "closed"));
    globalThis.setTimeout =
      ((run: () => void, ms: number) =>
        setTimeout(run, ms === TEAR_DOWN_TIMEOUT_MS ? SLOW_MS : ms)) as unknown as typeof setTimeout;
    try {
      await runtime.start();
      await until(() => calls.length > 0);
      await end();
    } finally {
      globalThis.setTimeout = setTimeout;
    }
    deepEqual([calls, closed], [["begun", "last"], true]);
  },
);

eachDriver("the end of a failed node is not taken for that of the one in its place", async (native) => {
  let setups = 0;
  let isTorn = false;
  let removed: Promise<unknown> | undefined;
  const script = {
    setup() {
      if (++setups === 2) removed = runtime.edit((edit) => edit.remove("bad")).then(() => equal(isTorn, true));
    },
    process(this: Script) {
      if (setups === 1) fail();
      read.call(this);
    },
    async teardown() {
      if (setups === 1) return;
      await sleep(SLOW_MS);
      isTorn = true;
    },
  };
  const { runtime } = graph(native, script, RESTART);
  await runtime.start();
  await until(() => removed !== undefined);
  await removed;
  await runtime.stop();
});
