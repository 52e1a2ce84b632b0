import { deepEqual, equal, match, rejects } from "node:assert/strict";
import { eachDriver } from "../../../tests/fixtures/each_driver.ts";
import { faultyLater } from "../../../tests/fixtures/faulty.ts";
import { checkingSink, numberedSource } from "../../../tests/fixtures/numbered.ts";
import { counting, filter, gathering, type Script, sink, source } from "../../../tests/fixtures/scripted.ts";
import { inTime } from "../../../tests/fixtures/waiting.ts";
import { type LogEntry, tapLog } from "../../log.ts";
import { Runtime } from "../../runtime.ts";
import type { RuntimeOptions } from "../../runtime_options.ts";
import type { Supervision } from "../../graph/supervision.ts";

/** A graph in which one node, at its tenth block, awaits a promise that never settles. */
function awaiting(options: RuntimeOptions, supervision: Supervision = "fail"): Runtime {
  const runtime = new Runtime({ stuckAfterMs: 700, callTimeoutMs: 900, ...options });
  const from = runtime.add(numberedSource({ count: 15 }), { id: "from" });
  const bad = runtime.add(faultyLater({ how: "never settles", every: 10 }), { id: "bad", lane: "bad", supervision });
  const to = runtime.add(checkingSink(), { id: "to" });
  runtime.connect(from.outputs.audio, bad.inputs.audioIn);
  runtime.connect(bad.outputs.audioOut, to.inputs.audio);
  return runtime;
}

eachDriver("a node whose promise never settles fails after callTimeoutMs, and was told of before", async (native) => {
  const lines: string[] = [];
  using taps = new DisposableStack();
  taps.defer(tapLog(({ message }: LogEntry) => message.includes("awaited") ? void lines.push(message) : undefined));
  await using runtime = awaiting({ mode: "offline", native });
  await runtime.start();
  await rejects(inTime(runtime.finished), {
    code: "Timeout",
    nodeId: "bad",
    message: 'Node "bad" (faulty-later) failed in process(): it has awaited something for 900 ms, in which it has ' +
      'neither read nor written, and the promise has not settled; raise "callTimeoutMs" if that may be',
  });
  match(
    lines[0],
    /^Node "bad" \(faulty-later\) has awaited something in process\(\) for \d+ ms, .* it fails after 900 ms/,
  );
});

eachDriver("a node whose promise never settles is restarted, if that was chosen", async (native) => {
  await using runtime = awaiting({ mode: "offline", native }, { restart: { limit: 1, backoffMs: 1 } });
  await runtime.start();
  const { outcome, nodes } = await inTime(runtime.finished);
  const { restarts, errors, state } = nodes.find(({ id }) => id === "bad")!;
  deepEqual([outcome, restarts, errors, state], ["completed", 1, 1, "ended"]);
});

Deno.test("a live graph tells of a promise that does not settle, and goes on", async () => {
  const told = Promise.withResolvers<string>();
  using taps = new DisposableStack();
  taps.defer(tapLog(({ message }: LogEntry) => message.includes("awaited") ? told.resolve(message) : undefined));
  await using runtime = awaiting({ mode: "live", callTimeoutMs: undefined, stopTimeoutMs: 10 });
  await runtime.start();
  match(
    await inTime(told.promise, runtime),
    /^Node "bad" .* has awaited something .*; a promise that never settles keeps it so for ever$/,
  );
  equal((await runtime.stop())!.outcome, "stopped");
});

Deno.test("a call may take longer than callTimeoutMs as long as it reads or writes, or waits for room", async () => {
  await using runtime = new Runtime({ mode: "offline", stuckAfterMs: 500, callTimeoutMs: 1_000 });
  const from = runtime.add(source(counting(8)), { id: "from" });
  const slow = runtime.add(
    filter({
      async process(this: Script) {
        for (let frame = this.audioIn!.read(); frame; frame = this.audioIn!.read()) {
          await new Promise((resolve) => setTimeout(resolve, 160));
          await this.audioOut!.ready();
          this.audioOut!.write(frame);
        }
      },
    }, { isAsync: true }),
    { id: "slow" },
  );
  const values: number[] = [];
  const to = runtime.add(sink(gathering(values)), { id: "to" });
  runtime.connect(from.outputs.audioOut, slow.inputs.audioIn);
  runtime.connect(slow.outputs.audioOut, to.inputs.audioIn);
  await runtime.start();
  await runtime.finished;
  equal(values.length, 8);
});
