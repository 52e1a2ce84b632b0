/** Who keeps frames: named where slots run out, and at the end of a run. */
import { deepEqual, equal, rejects } from "node:assert/strict";
import { eachDriver } from "../tests/fixtures/each_driver.ts";
import { counting, filter, gathering, type Script, SHAPE, sink, source } from "../tests/fixtures/scripted.ts";
import type { AudioFrame } from "./frames/audio_frame.ts";
import { configureLog } from "./log.ts";
import type { NodeDescriptor } from "./descriptor/descriptor.ts";
import { Runtime } from "./runtime.ts";
import type { RuntimeOptions } from "./runtime_options.ts";
import type { RunSummary } from "./stats.ts";

/** Keeps the first frames, or all; gives them back in `teardown()` if told so. */
function keeping(most = Infinity, givesBack = false, parts: Partial<NodeDescriptor> = {}): ReturnType<typeof sink> {
  const kept: AudioFrame[] = [];
  return sink(
    {
      process(this: Script) {
        for (let frame = this.audioIn!.read(); frame; frame = this.audioIn!.read()) {
          if (kept.length < most) kept.push(frame.retain());
        }
      },
      teardown: () => givesBack ? kept.splice(0).forEach((frame) => frame.release()) : undefined,
    },
    undefined,
    parts,
  );
}

/** Runs a source into one that keeps and one that does not. @returns what was logged as well */
async function run(
  keeper: ReturnType<typeof sink>,
  blocks: number,
  options: RuntimeOptions,
): Promise<{ summary: RunSummary; log: string }> {
  const lines: string[] = [];
  configureLog({ setting: { level: "warn", json: false }, write: (line) => lines.push(line), terminal: false });
  try {
    await using runtime = new Runtime({ mode: "offline", ...options });
    const from = runtime.add(source(counting(blocks)), { id: "from" });
    runtime.connect(from.outputs.audioOut, runtime.add(keeper, { id: "keeper" }).inputs.audioIn);
    runtime.connect(from.outputs.audioOut, runtime.add(sink(gathering([])), { id: "other" }).inputs.audioIn);
    await runtime.start();
    const summary = await runtime.finished;
    return { summary, log: lines.join("").replaceAll(/^\S+ /gm, "") };
  } finally {
    configureLog();
  }
}

for (const development of [false, true]) {
  for (const isAsync of [false, true]) {
    const how = `development: ${development}, asynchronous: ${isAsync}`;
    eachDriver(`a short run ends with a warning of what a node has kept (${how})`, async (native) => {
      const { summary, log } = await run(keeping(5, false, { isAsync }), 20, { native, development });
      deepEqual(summary.nodes.map(({ id, kept }) => `${id} ${kept}`), ["from 0", "keeper 5", "other 0"]);
      equal(
        log,
        'warn  runtime: The run has ended, and node "keeper" keeps 5 frames: in a longer run the slots of their pool ' +
          "may run out; what retain() keeps, release() has to give back, at the latest in teardown()\n",
      );
    });

    eachDriver(`a node that gives back what it kept is told of by nothing (${how})`, async (native) => {
      const { summary, log } = await run(keeping(5, true, { isAsync }), 20, { native, development });
      equal(summary.nodes[1].kept, 0);
      equal(log, "");
    });
  }
}

eachDriver("where slots run out, the nodes are named that keep frames, and how many", async (native) => {
  await using runtime = new Runtime({ mode: "offline", native });
  const from = runtime.add(source(counting(1e9)), { id: "from" });
  const few = runtime.add(keeping(3), { id: "few" });
  const all = runtime.add(keeping(), { id: "all" });
  for (const { inputs } of [few, all]) runtime.connect(from.outputs.audioOut, inputs.audioIn);
  await runtime.start();
  await rejects(runtime.finished, {
    code: "PoolExhausted",
    nodeId: "all",
    message:
      /^The graph has come to a stop: node "all" keeps \d{3} frames and node "few" keeps 3, so that node "from" /,
  });
});

eachDriver("where a tick under way has all slots in hand, its node is named", async (native) => {
  await using runtime = new Runtime({ mode: "offline", native });
  const hoarder = filter({
    async process(this: Script) {
      await Promise.all(Array.from({ length: 1_000 }, () => this.audioOut!.acquire(SHAPE)));
    },
  }, { isAsync: true });
  const from = runtime.add(source(counting(1e9)), { id: "from" });
  const hoards = runtime.add(hoarder, { id: "hoarder" });
  const to = runtime.add(sink(gathering([])), { id: "to" });
  runtime.connect(from.outputs.audioOut, hoards.inputs.audioIn);
  runtime.connect(hoards.outputs.audioOut, to.inputs.audioIn);
  await runtime.start();
  await rejects(runtime.finished, {
    code: "PoolExhausted",
    nodeId: "hoarder",
    message: /^The graph has come to a stop: node "hoarder" keeps \d{3} frames, so that node "/,
  });
});
