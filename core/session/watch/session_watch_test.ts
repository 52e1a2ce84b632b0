import { equal, match, rejects } from "node:assert/strict";
import { eachDriver } from "../../../tests/fixtures/each_driver.ts";
import { faulty } from "../../../tests/fixtures/faulty.ts";
import { numberedSource } from "../../../tests/fixtures/numbered.ts";
import { until } from "../../../tests/fixtures/waiting.ts";
import { tapLog } from "../../log.ts";
import { Runtime } from "../../runtime.ts";
import type { RuntimeOptions } from "../../runtime_options.ts";

/** Collects warnings from this call on. */
function warnings(): Disposable & { readonly all: string[] } {
  const all: string[] = [];
  const end = tapLog(({ level, message }) => {
    if (level === "warn" && !message.startsWith("Portable mode")) all.push(message);
  });
  return { all, [Symbol.dispose]: end };
}

for (const lane of ["main", "bad"]) {
  eachDriver(
    `a setup() on lane ${lane} that does not settle is told of, and the start can be stopped`,
    async (native) => {
      using said = warnings();
      // Only the findings of the watch may end the start.
      const limits: RuntimeOptions = { stuckAfterMs: 40, setupTimeoutMs: 900_000, stopTimeoutMs: 900_000 };
      const runtime = new Runtime({ mode: "offline", native, ...limits });
      const source = runtime.add(numberedSource({ count: 1 }));
      const bad = runtime.add(faulty({ how: "never returns from setup" }), { id: "bad", lane });
      runtime.connect(source.outputs.audio, bad.inputs.audioIn);
      const started = rejects(runtime.start(), { message: /^Cannot start: the graph was stopped before every node/ });
      await until(() => said.all.length > 0);
      match(
        said.all[0],
        /^Node "bad" \(faulty\) has not returned from setup\(\) for \d+ ms: it is busy, or awaits a promise of its own that has not settled, such as that of a fetch\(\), a timer or an event; it fails after 900000 ms, which "setupTimeoutMs" of the runtime can change$/,
      );
      let hasStopped = false;
      const stopped = runtime.stop().then(() => hasStopped = true);
      await until(() => hasStopped);
      await Promise.all([stopped, started]);
      equal(said.all.length, 2, said.all.join("\n"));
      match(
        said.all[1],
        /^Stopped before the graph was drained: Node "bad" .* has not returned from setup\(\) for \d+ ms$/,
      );
    },
  );
}
