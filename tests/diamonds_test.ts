/** Offline graphs that part and join again: a full link grows where the node at the join waits for another one. */
import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import { type ProcessorContext, Runtime } from "../mod.ts";
import { nodes } from "../sluice.gen.ts";
import { tapLog } from "../core/log.ts";
import { assertCounted, assertSpent } from "./fixtures/accounted.ts";
import { eachDriver } from "./fixtures/each_driver.ts";
import { type Script, sink, source } from "./fixtures/scripted.ts";
import { inTime, sleep, until } from "./fixtures/waiting.ts";

const BLOCK = { sampleRateHz: 8000, blockSize: 16 };

/** Counts the samples that come, and notes the loudest. */
function measuring(seen: { samples: number; peak: number }): Script & Record<string, unknown> {
  return {
    process(this: Script) {
      for (let block = this.audioIn!.read(); block; block = this.audioIn!.read()) {
        seen.samples += block.sampleCount;
        seen.peak = Math.max(seen.peak, ...block.channel(0));
      }
    },
  };
}

/** A tone that goes to a mixer directly, and by way of a node that keeps a tenth of a second. */
function diamond(
  runtime: Runtime,
  lanes: { readonly source: string; readonly mixer: string },
): { samples: number; peak: number } {
  const seen = { samples: 0, peak: 0 };
  const tone = runtime.add(nodes.toneSource({ ...BLOCK, durationSeconds: 1 }), { id: "tone", lane: lanes.source });
  const keeps = runtime.add(nodes.rebuffer({ size: 800 }), { id: "keeps", lane: lanes.source });
  const mixer = runtime.add(nodes.mixer(), { id: "mixer", lane: lanes.mixer });
  const end = runtime.add(sink(measuring(seen)), { id: "end" });
  runtime.connect(tone.outputs.audio, mixer.inputs.audioIn[0]);
  runtime.connect(tone.outputs.audio, keeps.inputs.frameIn);
  runtime.connect(keeps.outputs.frameOut, mixer.inputs.audioIn[1]);
  runtime.connect(mixer.outputs.audioOut, end.inputs.audioIn);
  return seen;
}

for (
  const [where, lanes] of [
    ["one lane", { source: "main", mixer: "main" }],
    ["two lanes", { source: "far", mixer: "main" }],
  ] as const
) {
  eachDriver(`the link beside a branch that keeps much grows on ${where}, and the run ends right`, async (native) => {
    const told: string[] = [];
    const untap = tapLog(({ level, message }) => void (level !== "debug" && told.push(message)));
    await using runtime = new Runtime({ mode: "offline", native });
    const seen = diamond(runtime, lanes);
    await runtime.start();
    const summary = await inTime(runtime.finished);
    equal(seen.samples, 8000);
    assertCounted(summary);
    assertSpent(summary);
    const [direct] = summary.links;
    // The source's own lane may run ahead of the mixer's.
    ok(where === "one lane" ? direct.capacity === 64 : direct.capacity >= 64, `${direct.capacity}`);
    ok(direct.highWater >= 50 && direct.highWater <= direct.capacity, `${direct.highWater} of ${direct.capacity}`);
    untap();
    deepEqual(told, [
      'The link from "tone.audio" to "mixer.audioIn_0" was full with 8 frames while "mixer" waited for ' +
      '"mixer.audioIn_1": it holds more from now on, as far as "memory.limit" goes; its "capacity" says how many from ' +
      "the start",
    ]);
  });
}

eachDriver("the link beside a program grows, and the run ends right", async (native) => {
  const seen = { samples: 0, peak: 0 };
  await using runtime = new Runtime({ mode: "offline", native });
  const tone = runtime.add(nodes.toneSource({ ...BLOCK, durationSeconds: 8 }), { id: "tone" });
  const program = runtime.add(nodes.process({ command: ["cat"] }), { id: "program" });
  const mixer = runtime.add(nodes.mixer(), { id: "mixer" });
  const end = runtime.add(sink(measuring(seen)), { id: "end" });
  runtime.connect(tone.outputs.audio, mixer.inputs.audioIn[0]);
  runtime.connect(tone.outputs.audio, program.inputs.audioIn);
  runtime.connect(program.outputs.audioOut, mixer.inputs.audioIn[1]);
  runtime.connect(mixer.outputs.audioOut, end.inputs.audioIn);
  await runtime.start();
  const summary = await inTime(runtime.finished);
  equal(seen.samples, 64_000);
  // The program hands on what it is given, so that the mix is twice the tone.
  ok(Math.abs(seen.peak - 1) < 1e-3, `${seen.peak}`);
  assertSpent(summary);
});

eachDriver("a link that cannot grow within the budget ends the run, and the error says why", async (native) => {
  await using runtime = new Runtime({ mode: "offline", native, pools: { audio: { slots: 120 } } });
  diamond(runtime, { source: "main", mixer: "main" });
  await runtime.start();
  await rejects(inTime(runtime.finished), (error: Error & { code: string; port: string }) => {
    deepEqual([error.code, error.port], ["InvalidGraph", "audioIn_0"]);
    match(
      error.message,
      /^The graph has come to a stop: the link from "tone.audio" to "mixer.audioIn_0" is full with \d+ frames/,
    );
    match(
      error.message,
      /"mixer" waits for "mixer.audioIn_1"; it cannot hold more: Cannot grow link "link0": pool "audio"/,
    );
    return true;
  });
});

eachDriver("a link does not grow that holds nothing back which its reader waits for", async (native) => {
  const [gate, seen] = [Promise.withResolvers<void>(), { samples: 0, peak: 0 }];
  await using runtime = new Runtime({ mode: "offline", native });
  const tone = runtime.add(nodes.toneSource({ ...BLOCK, durationSeconds: 0.2 }), { id: "tone" });
  const slow = runtime.add(source({ process: waiting(gate.promise) }, { isAsync: true }), { id: "slow" });
  const mixer = runtime.add(nodes.mixer(), { id: "mixer" });
  const end = runtime.add(sink(measuring(seen)), { id: "end" });
  runtime.connect(tone.outputs.audio, mixer.inputs.audioIn[0]);
  runtime.connect(slow.outputs.audioOut, mixer.inputs.audioIn[1]);
  runtime.connect(mixer.outputs.audioOut, end.inputs.audioIn);
  await runtime.start();
  await until(() => runtime.stats().links[0].queued === 8);
  // It would have grown by then.
  await sleep(300);
  equal(runtime.stats().links[0].capacity, 8);
  gate.resolve();
  assertSpent(await inTime(runtime.finished));
});

/** The tick of a source that waits, and then ends. */
function waiting(gate: Promise<void>): (context: ProcessorContext) => Promise<void> {
  return async (context) => {
    await gate;
    context.finish();
  };
}
