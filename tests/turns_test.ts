/** Asynchronous nodes that work all the time, and the nodes beside them. */
import { equal } from "node:assert/strict";
import { Runtime } from "../core/runtime.ts";
import { eachDriver } from "./fixtures/each_driver.ts";
import { checkingSink, numberedSource } from "./fixtures/numbered.ts";
import { tireless } from "./fixtures/tireless.ts";
import { flow } from "./fixtures/waiting.ts";

for (const mode of ["push", "pull", "loop"] as const) {
  for (const inputs of [1, 2]) {
    eachDriver(
      `a node that never waits lets others of its lane run, and reads all (${mode}, ${inputs} inputs)`,
      async (native) => {
        const runtime = new Runtime({ mode: "live", native });
        const source = runtime.add(numberedSource({ count: 1e9, perTick: 8 }), { id: "source", lane: "far" });
        const node = runtime.add(tireless[mode](), { id: "tireless", lane: "near" });
        const beside = runtime.add(checkingSink(), { id: "beside", lane: "near" });
        const link = { policy: "lossless", capacity: 64 } as const;
        runtime.connect(source.outputs.audio, node.inputs.audioIn, link);
        if (inputs === 2) runtime.connect(source.outputs.audio, node.inputs.more, link);
        runtime.connect(source.outputs.audio, beside.inputs.audio, { policy: "roll-off" });
        await runtime.start();
        await flow(runtime, "tireless");
        await flow(runtime, "beside");
        await flow(runtime, "tireless");
        const ended = runtime.stop();
        await ended;
        const { links } = await runtime.finished;
        for (const { to, written, read, dropped } of links.filter(({ to }) => to.startsWith("tireless."))) {
          equal(written, read + dropped.skipped + dropped.unlinked, to);
          equal(dropped.full, 0, to);
        }
      },
    );
  }
}
