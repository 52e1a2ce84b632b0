import { deepEqual } from "node:assert/strict";
import { type Script, sink, source } from "../../tests/fixtures/scripted.ts";
import { Runtime } from "../runtime.ts";

/** The most rounds to wait; the reader ends long before. */
const MOST_ROUNDS = 10_000;

Deno.test("StreamOutput.end() ends the readers of one output, after what is queued, before its node ends", async () => {
  const said: string[] = [];
  let rounds = 0;
  await using runtime = new Runtime({ mode: "offline", native: "off" });
  const from = runtime.add(source({
    process(this: Script, context) {
      if (rounds++ === 0) {
        for (let k = 0; k < 2; k++) {
          const block = this.audioOut!.tryAcquire({ sampleRateHz: 48_000, channels: 1, sampleCount: 1 })!;
          this.audioOut!.write(block);
        }
        this.audioOut!.end();
      }
      if (!said.includes("reader ends") && rounds < MOST_ROUNDS) return;
      said.push("writer ends");
      context.finish();
    },
  }));
  const to = runtime.add(sink({
    process(this: Script) {
      for (const _ of this.audioIn!.drain()) said.push("read");
    },
    flush: () => void said.push("reader ends"),
  }));
  runtime.connect(from.outputs.audioOut, to.inputs.audioIn);
  await runtime.start();
  await runtime.finished;
  deepEqual(said.slice(0, 3), ["read", "read", "reader ends"]);
});
