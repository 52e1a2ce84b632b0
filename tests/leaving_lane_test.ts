/** A lane that a node ends tears down what edits have taken out of it, and what it has made ready for one. */
import { equal, rejects } from "node:assert/strict";
import { Runtime } from "../core/runtime.ts";
import { eachDriver } from "./fixtures/each_driver.ts";
import { Hold } from "./fixtures/hold.ts";
import { leaving } from "./fixtures/leaving.ts";
import { numberedSource } from "./fixtures/numbered.ts";
import { quitting } from "./fixtures/quitting.ts";
import { filter } from "./fixtures/scripted.ts";
import { flow, until } from "./fixtures/waiting.ts";

const RESTART = { restart: { backoffMs: 1 } } as const;

/** Longer than a thread that ends lives on, and less than it leaves to its nodes. */
const SLOW_MS = 200;

/** "quits" on lane "near", and a file in which nodes note that they are set up and torn down. */
async function noted(native: "require" | "off") {
  const path = await Deno.makeTempFile();
  const hold = new Hold();
  const runtime = new Runtime({ mode: "live", native });
  runtime.add(numberedSource({ count: 0xffffffff, intervalMs: 1 }), { id: "source", lane: "far" });
  runtime.add(quitting({ hold: hold.path }), { id: "quits", lane: "near", supervision: RESTART });
  runtime.connectByName("source.audio", "quits.audioIn");
  let isReplaced = false;
  runtime.events.on("lane:near", ({ kind }) => void (isReplaced ||= kind === "replaced"));
  return {
    runtime,
    path,
    notes: () => Deno.readTextFileSync(path),
    quit: async () => {
      hold.release();
      // Whatever this thread says of it comes after the lane has ended.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 4 * SLOW_MS);
      await until(() => isReplaced);
      equal(Deno.readTextFileSync(path), "st");
    },
    [Symbol.asyncDispose]: () => Deno.remove(path),
  };
}

eachDriver("a node that an edit removes is torn down though its lane ends meanwhile", async (native) => {
  await using site = await noted(native);
  const { runtime, path, quit } = site;
  runtime.add(leaving({ teardownMs: SLOW_MS, ledger: path }), { id: "a", lane: "near", supervision: RESTART });
  runtime.connectByName("source.audio", "a.audioIn");
  await runtime.start();
  await flow(runtime, "a");
  const removed = runtime.edit((edit) => edit.remove("a")).catch(() => {});
  await until(() => runtime.stats().nodes.every(({ id }) => id !== "a"));
  await quit();
  await removed;
  await runtime.stop();
});

eachDriver("what an edit has set up is torn down though its lane ends before the edit takes place", async (native) => {
  await using site = await noted(native);
  const { runtime, path, notes, quit } = site;
  await runtime.start();
  await flow(runtime, "quits");
  const refused = rejects(
    runtime.edit((edit) => {
      edit.add(leaving({ teardownMs: SLOW_MS, ledger: path }), { id: "a", lane: "near" });
      const setup = () => new Promise<void>(() => {});
      edit.add(filter({ setup, process() {} }, { isAsync: true }), { id: "waits" });
      for (const id of ["a", "waits"]) edit.connectByName("source.audio", `${id}.audioIn`);
    }),
    { code: "LaneCrashed" },
  );
  await until(() => notes() === "s");
  await quit();
  await refused;
  await runtime.stop();
});

for (const how of ["exits in setup", "exits in restore"] as const) {
  eachDriver(`a node of an edit that ${how} is the one that the error names`, async (native) => {
    const runtime = new Runtime({ mode: "live", native });
    runtime.add(numberedSource({ count: 0xffffffff, intervalMs: 1 }), { id: "source", lane: "far" });
    for (const id of ["a", "b"]) {
      runtime.add(leaving(), { id, lane: "near" });
      runtime.connectByName("source.audio", `${id}.audioIn`);
    }
    await runtime.start();
    await flow(runtime, "b");
    const edited = runtime.edit((edit) => edit.replace("b", leaving({ how })));
    const named = { code: "LaneCrashed", message: /^Lane "near" ended: node "b" \(leaving\) called Deno\.exit\(3\)/ };
    await Promise.all([rejects(edited), rejects(runtime.finished, named)]);
  });
}
