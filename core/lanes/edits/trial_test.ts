import { deepEqual, rejects } from "node:assert/strict";
import { PHASE } from "../../../ffi/layout.gen.ts";
import { controlBytes, ControlPage } from "../../control_page.ts";
import type { Lane } from "../lane/lane.ts";
import type { NodeCell } from "../cells/node_cell.ts";
import { Trial } from "./trial.ts";

/** Returns the phases of a node without ports that is tried, and given up when its tick `begins`, or while it waits. */
async function phasesOf(givenUpWhen: "never" | "begins" | "waits"): Promise<number[]> {
  const sizes = { lanes: 1, links: 1, nodes: 1 };
  const page = ControlPage.format(new SharedArrayBuffer(controlBytes(sizes)), sizes);
  const phases: number[] = [];
  let givenUp = false;
  const tick = async () => {
    givenUp = givenUpWhen === "begins";
    await null;
    givenUp ||= givenUpWhen === "waits";
  };
  const setPhase = (phase: number) => void phases.push(phase);
  const calls = { seal() {}, wake() {}, endTick() {}, admit: () => true, tick, setPhase };
  const cell = { ...calls, number: 1, mode: "loop", inputs: [], outputs: [], notBeforeNs: 0 } as unknown as NodeCell;
  const lane = { index: 0, page, mode: "live", nowNs: () => 0 } as Lane;
  const trial = new Trial(cell, { inputs: [], outputs: [] }, lane);
  await trial.run(1, () => givenUp);
  return phases;
}

Deno.test("Trial.run() tells a node's phases until it is given up, since the record may be another node's then", async () => {
  deepEqual(await phasesOf("never"), [PHASE.await, PHASE.idle]);
  deepEqual(await phasesOf("waits"), [PHASE.await]);
  deepEqual(await phasesOf("begins"), []);
});

Deno.test("Trial.run() gives up a tick that awaits something for 2 s, and leaves one to go on that waits for room, or of a source", async () => {
  const input = { detach() {} };
  for (const [waitsForGraph, inputs] of [[false, [input]], [true, [input]], [false, []]] as const) {
    let nowNs = 0;
    let looks = 0;
    const tick = () => new Promise<void>(() => {});
    const calls = { seal() {}, wake() {}, admit: () => true, tick, setPhase() {} };
    const named = { id: "late", type: "lingering", number: 1, mode: "loop", inputs, outputs: [], notBeforeNs: 0 };
    const cell = { ...calls, ...named, waitsForGraph } as unknown as NodeCell;
    const sizes = { lanes: 1, links: 1, nodes: 1 };
    const page = ControlPage.format(new SharedArrayBuffer(controlBytes(sizes)), sizes);
    const lane = { index: 0, page, mode: "live", nowNs: () => nowNs += 100e6 } as Lane;
    const trial = new Trial(cell, { inputs: [], outputs: [] }, lane);
    const run = trial.run(250e6, () => ++looks > 50);
    if (waitsForGraph || inputs.length === 0) await run;
    else {
      await rejects(run, {
        code: "Timeout",
        nodeId: "late",
        message:
          'Cannot let node "late" (lingering) take its place: its first tick has awaited something for 2000 ms, and ' +
          "the promise has not settled; await in setup() what takes that long",
      });
    }
    deepEqual([trial.underWay !== undefined, looks < 50], [true, true]);
  }
});
