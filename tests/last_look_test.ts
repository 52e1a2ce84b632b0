/** A node that leaves frames where they are is shown all that came before it ends. */
import { equal } from "node:assert/strict";
import type { ProcessorContext } from "../core/processor.ts";
import { Runtime } from "../core/runtime.ts";
import { belated } from "./fixtures/belated.ts";
import { eachDriver } from "./fixtures/each_driver.ts";
import { type Script, SHAPE, source } from "./fixtures/scripted.ts";

eachDriver("a tick that takes nothing is not the last one where its writers end meanwhile", async (native) => {
  await using runtime = new Runtime({ mode: "offline", native });
  let written = 0;
  const from = runtime.add(source({
    async process(this: Script, context: ProcessorContext) {
      this.audioOut!.write(this.audioOut!.tryAcquire(SHAPE)!);
      if (++written === 2) context.finish();
      // The other node's tick begins.
      await new Promise((resolve) => setTimeout(resolve, 50));
    },
  }));
  const to = runtime.add(belated(), { lane: "dsp" });
  runtime.connect(from.outputs.audioOut, to.inputs.audioIn, { policy: "lossless" });
  await runtime.start();
  const { links: [{ read, dropped }] } = await runtime.finished;
  equal(dropped.skipped + dropped.unlinked, 0);
  equal(read, 2);
});
