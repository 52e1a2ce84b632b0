/** A tick that ends after its lane has: nothing of the graph's memory is touched any more. */
import { equal } from "node:assert/strict";
import { Runtime } from "../core/runtime.ts";
import { nodes } from "../sluice.gen.ts";
import { eachDriver } from "./fixtures/each_driver.ts";
import { type Script, SHAPE, source } from "./fixtures/scripted.ts";

eachDriver(
  "a frame that is written as the graph is disposed of goes nowhere, and its tick ends quietly",
  async (native) => {
    const [began, torn, last] = [0, 0, 0].map(() => Promise.withResolvers<void>());
    const ended: string[] = [];
    const runtime = new Runtime({ mode: "offline", native });
    const from = runtime.add(source({
      async process(this: Script) {
        began.resolve();
        await torn.promise;
        this.audioOut!.write(this.audioOut!.tryAcquire(SHAPE)!);
        await last.promise;
        ended.push("tick");
      },
      teardown: () => torn.resolve(),
    }));
    // A link between lanes keeps what was written until the tick has ended.
    const gain = runtime.add(nodes.gain({}), { lane: "dsp" });
    runtime.connect(from.outputs.audioOut, gain.inputs.audioIn);
    await runtime.start();
    const failed = runtime.finished.catch(() => ended.push("run"));
    await began.promise;
    await runtime[Symbol.asyncDispose]();
    await failed;
    last.resolve();
    // What a rejection would be reported in comes after this.
    await new Promise((resolve) => setTimeout(resolve, 0));
    equal(ended.join(), "run,tick");
  },
);
