/** With as many slots as a graph is said to need, and not one more, an offline graph comes to its end. */
import { equal, ok } from "node:assert/strict";
import { nodes } from "../mod.ts";
import type { AudioFrame } from "../core/frames/audio_frame.ts";
import type { InputRef, OutputRef } from "../core/registry/handle.ts";
import { Runtime } from "../core/runtime.ts";
import { assertSpent } from "./fixtures/accounted.ts";
import { eachDriver } from "./fixtures/each_driver.ts";
import { checkingSink, collect, numberedSource, pass } from "./fixtures/numbered.ts";

const GRAPHS = Deno.env.get("SLUICE_DEEP") === "1" ? 60 : 3;

const BLOCKS = 400;

/** A graph by its number: sources, then nodes that pass frames on or change them, each on one of some lanes. */
function build(seed: number, native: "require" | "off", slots: number): Runtime {
  let state = seed * 2_654_435_761 % 2 ** 32;
  const below = (most: number) => (state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32) % 9_973 % most;
  const runtime = new Runtime({ mode: "offline", native, pools: { audio: { slots } } });
  const lanes = ["main", "x", "y"];
  const outputs: OutputRef<AudioFrame>[] = [];
  for (let k = 0; k <= below(2); k++) {
    const source = runtime.add(numberedSource({ count: BLOCKS, perTick: 1 + below(8) }), { lane: lanes[below(3)] });
    outputs.push(source.outputs.audio);
  }
  const read = new Set<number>();
  const connect = (to: InputRef<AudioFrame>) => {
    const from = below(outputs.length);
    read.add(from);
    runtime.connect(outputs[from], to, { capacity: 8 + below(3) });
  };
  for (let k = 2 + below(6); k > 0; k--) {
    const lane = lanes[below(3)];
    if (below(2) === 0) {
      const node = runtime.add(pass(), { lane });
      connect(node.inputs.audioIn);
      outputs.push(node.outputs.audioOut);
    } else {
      // It copies what others read too.
      const node = runtime.add(nodes.gain({ gainDb: -6 }), { lane });
      connect(node.inputs.audioIn);
      outputs.push(node.outputs.audioOut);
    }
  }
  for (const [k, output] of outputs.entries()) {
    if (read.has(k) && below(2) === 0) continue;
    const sink = runtime.add(checkingSink({ perTick: below(4) }), { lane: lanes[below(3)] });
    runtime.connect(output, sink.inputs.audio);
    runtime.connect(sink.outputs.findings, runtime.add(collect()).inputs.data);
  }
  return runtime;
}

eachDriver(`${GRAPHS} offline graphs end with exactly the slots that they need`, async (native) => {
  for (let seed = 1; seed <= GRAPHS; seed++) {
    await using short = build(seed, native, 1);
    const refusal = await short.start().then(() => undefined, (error: Error) => error);
    const slots = Number(/the graph needs (\d+) /.exec(refusal!.message)?.[1]);
    ok(slots > 1, `${refusal}`);
    await using runtime = build(seed, native, slots);
    await runtime.start();
    const summary = await runtime.finished;
    equal(summary.outcome, "completed", `graph ${seed}`);
    assertSpent(summary, `graph ${seed}`);
    for (const { read, id, to } of summary.links) {
      if (to.endsWith(".data")) continue;
      equal(read, BLOCKS, `graph ${seed}, link ${id}`);
    }
  }
});
