/** Links that are removed as the run ends: their last counts are told, whatever ends it. */
import { deepEqual, equal } from "node:assert/strict";
import { Runtime } from "../core/runtime.ts";
import { eachDriver } from "./fixtures/each_driver.ts";
import { numberedSource } from "./fixtures/numbered.ts";
import { passing, sink } from "./fixtures/scripted.ts";
import { unhurried } from "./fixtures/unhurried.ts";
import { flow } from "./fixtures/waiting.ts";

/** Runs of each kind. */
const RUNS = Number(Deno.env.get("SLUICE_LAST_COUNTS") ?? 2);

const SINKS = 6;

/** Lanes of the sinks: those of links within a lane, and of links between two. */
const LANES = ["source", "near", "main"];

/** What ends the run, in the moment in which the edit comes into effect. */
const ENDS = ["stop", "failure"] as const;

eachDriver(
  "links that an edit removes while the run is stopped, or fails, have their last counts told",
  async (native) => {
    for (const end of ENDS) for (let run = 0; run < RUNS; run++) await runOnce(native, end, run % 2 === 0);
  },
);

/** @param removesNodes whether the nodes go as well */
async function runOnce(native: "require" | "off", end: typeof ENDS[number], removesNodes: boolean): Promise<void> {
  let fails = false;
  const runtime = new Runtime({ mode: "live", native, stopTimeoutMs: 1 });
  const source = runtime.add(numberedSource({ count: 1e9, intervalMs: 0.1 }), { id: "source", lane: "source" });
  const links = await Promise.all(Array.from({ length: SINKS }, (_, k) => {
    const slow = runtime.add(unhurried(), { id: `slow-${k}`, lane: LANES[k % LANES.length] });
    return runtime.connect(source.outputs.audio, slow.inputs.audioIn);
  }));
  const fail = () => {
    if (fails) throw new Error("on purpose");
  };
  const last = runtime.add(sink(passing(fail)), { id: "last" });
  runtime.connect(source.outputs.audio, last.inputs.audioIn);
  const unaccounted = new Map<string, number>();
  const written = new Set<number>();
  using _ = runtime.events.on("link:*", (event) => {
    if (event.group !== "link") return;
    if (event.kind === "removed" && end === "stop") runtime.stop().catch(() => {});
    if (event.kind === "removed") fails = true;
    if (event.kind !== "closed") return;
    equal(unaccounted.has(event.linkId), false);
    const dropped = Object.values(event.dropped).reduce((sum, frames) => sum + frames, 0);
    unaccounted.set(event.linkId, event.written - event.read - dropped);
    written.add(event.written);
  });
  await runtime.start();
  await flow(runtime, "last", 20);
  const edited = runtime.edit((edit) => {
    for (const link of links) edit.disconnect(link);
    if (removesNodes) { for (let k = 0; k < SINKS; k++) edit.remove(`slow-${k}`); }
  });
  // It is in effect everywhere: nothing was cut off.
  await edited;
  await runtime.finished.catch(() => {});
  deepEqual([...unaccounted].sort(), links.map((link) => [link, 0]).sort());
  // The source has written to all of them, and lost all of them at once.
  equal(written.size, 1, `frames written: ${[...written]}`);
  equal(runtime.stats().links.length, 1);
}
