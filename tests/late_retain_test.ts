/** A node that retains a frame which it has given back. */
import { rejects } from "node:assert/strict";
import { Runtime } from "../mod.ts";
import { eachDriver } from "./fixtures/each_driver.ts";
import { numberedSource } from "./fixtures/numbered.ts";
import { counting, filter, gathering, type Script, sink, source } from "./fixtures/scripted.ts";

for (const lanes of ["one lane", "two lanes"]) {
  eachDriver(`retain() after release() fails the node that calls it, and no other: ${lanes}`, async (native) => {
    await using runtime = new Runtime({ mode: "offline", native });
    const late = runtime.add(
      filter({
        process(this: Script) {
          for (let frame = this.audioIn!.read(); frame; frame = this.audioIn!.read()) {
            frame.release();
            frame.retain();
            this.audioOut!.write(frame);
          }
        },
      }),
      { id: "late" },
    );
    const to = runtime.add(sink(gathering([])));
    runtime.connect(late.outputs.audioOut, to.inputs.audioIn);
    if (lanes === "one lane") {
      const from = runtime.add(source(counting(500)));
      runtime.connect(from.outputs.audioOut, late.inputs.audioIn);
    } else {
      const from = runtime.add(numberedSource({ count: 500 }), { lane: "far" });
      runtime.connect(from.outputs.audio, late.inputs.audioIn);
    }
    await runtime.start();
    await rejects(runtime.finished, {
      code: "NodeFailed",
      nodeId: "late",
      message: /Cannot retain a frame of pool "audio": it was released or written before/,
    });
  });
}
