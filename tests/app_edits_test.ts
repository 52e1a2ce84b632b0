/** What edits do with app sources and sinks, and what their scripts hear of it. */
import { deepEqual, equal, rejects } from "node:assert/strict";
import { appSink, appSource, Runtime } from "../mod.ts";
import { eachDriver } from "./fixtures/each_driver.ts";

/** Values from a script to itself. */
function loopback(native: "require" | "off") {
  const runtime = new Runtime({ native });
  const source = runtime.add(appSource.data<number>(), { id: "src" });
  const sink = runtime.add(appSink.data<number>(), { id: "snk" });
  runtime.connect(source.outputs.data, sink.inputs.data, { policy: "lossless" });
  return { runtime, source, sink };
}

for (const when of ["before the start", "while it runs"]) {
  eachDriver(`replace() refuses an app source and an app sink ${when}, and the graph goes on`, async (native) => {
    const { runtime, source, sink } = loopback(native);
    await using _ = runtime;
    if (when === "while it runs") await runtime.start();
    const mend = "by an edit: it talks to the script; add it before the start, by runtime.add()";
    await rejects(runtime.replace("src", appSource.data()), {
      code: "Busy",
      message: `Cannot replace node "src" (app-source) by an app-source ${mend}`,
    });
    await rejects(runtime.replace("snk", appSink.data()), {
      code: "Busy",
      message: `Cannot replace node "snk" (app-sink) by an app-sink ${mend}`,
    });
    if (when !== "while it runs") await runtime.start();
    const pushed = source.push({ value: 7 });
    for await (const frame of sink) {
      equal(frame.value, 7);
      break;
    }
    await pushed;
  });
}
