/** What a node writes after it has ended is lost, and the log says so. */
import { deepEqual, equal, match } from "node:assert/strict";
import { tapLog } from "../core/log.ts";
import type { ProcessorContext } from "../core/processor.ts";
import type { NodeDescriptor } from "../core/descriptor/descriptor.ts";
import { Runtime } from "../core/runtime.ts";
import { ProcessorHarness } from "../testing.ts";
import { eachDriver } from "./fixtures/each_driver.ts";
import { counting, gathering, type Script, SHAPE, sink, source } from "./fixtures/scripted.ts";

const EXTERNAL: Partial<NodeDescriptor> = { mode: "external", isAsync: true };

/** Keeps warnings of nodes, until it is disposed of. */
function warnings(): Disposable & { readonly told: string[] } {
  const told: string[] = [];
  const untap = tapLog(({ level, nodeId, message }) => {
    if (level === "warn" && nodeId !== undefined) told.push(`${nodeId}: ${message}`);
  });
  return { told, [Symbol.dispose]: untap };
}

function write(script: Script): void {
  const frame = script.audioOut!.tryAcquire(SHAPE);
  if (frame !== undefined) script.audioOut!.write(frame);
}

/** Runs a node to its end, and writes from outside more often than its output has slots. */
async function late(process: (script: Script, context: ProcessorContext) => unknown, parts = EXTERNAL) {
  using log = warnings();
  let self: Script | undefined;
  const node = source({
    process(this: Script, context: ProcessorContext) {
      self = this;
      return process(this, context) as void;
    },
  }, parts);
  await using harness = await ProcessorHarness.create(node);
  await harness.run();
  if (!harness.finished) {
    harness.stop();
    await harness.run();
  }
  equal(harness.finished, true);
  const written = harness.takeAudio("audioOut").length;
  for (let k = 0; k < 5_000; k++) write(self!);
  equal(harness.takeAudio("audioOut").length, 0);
  return { told: log.told, written };
}

Deno.test("an external node whose process() returns with nothing written is told that it has ended", async () => {
  const { told, written } = await late(async () => {});
  equal(written, 0);
  equal(told.length, 2);
  match(
    told[0],
    /process\(\) is over and has written nothing, and with it the node: .* waits until context\.signal aborts/,
  );
  match(
    told[1],
    /Output "audioOut" was written to after the node had ended: .* let it wait until context\.signal aborts$/,
  );
});

Deno.test("what an external node writes after its promise has settled is lost, which the log says once", async () => {
  const { told, written } = await late(async (script) => await write(script));
  equal(written, 1);
  equal(told.length, 1);
  match(told[0], /Output "audioOut" was written to after the node had ended: this frame and all later ones are lost/);
});

Deno.test("an external node that calls finish() with nothing written, or is told to end, is warned of nothing", async () => {
  const finished = await late(async (_script, context) => await context.finish(), EXTERNAL);
  deepEqual(finished.told.filter((line) => line.includes("is over")), []);
  const stopped = await late((_script, { signal }) =>
    new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve()))
  );
  deepEqual(stopped.told, []);
});

Deno.test("what another node writes after its end is lost, too, and the log says so", async () => {
  const { told } = await late((script, context) => {
    write(script);
    context.finish();
  }, {});
  equal(told.length, 1);
  match(told[0], /Output "audioOut" was written to after the node had ended: .* write in process\(\) and flush\(\)/);
});

Deno.test("what a node writes behind the end of an output alone is lost, and the log says so", async () => {
  using log = warnings();
  const node = source({
    process(this: Script, context: ProcessorContext) {
      write(this);
      this.audioOut!.end();
      write(this);
      context.finish();
    },
  });
  await using harness = await ProcessorHarness.create(node);
  await harness.run();
  equal(harness.takeAudio("audioOut").length, 1);
  equal(log.told.length, 1);
  match(log.told[0], /Output "audioOut" was written to after its end\(\): .* are lost; write before it/);
});

for (const policy of ["lossless", "drop-newest"] as const) {
  eachDriver(
    `a callback that writes to a ${policy} link after its node has ended is told, and the rest runs on`,
    async (native) => {
      using log = warnings();
      const seen: number[] = [];
      const { promise: ended, resolve: end } = Promise.withResolvers<void>();
      let self: Script | undefined;
      await using runtime = new Runtime({ mode: "live", native });
      const device = runtime.add(
        source({
          setup(this: Script) {
            self = this;
          },
          process: () => Promise.resolve(),
        }, EXTERNAL),
        { id: "device" },
      );
      const quiet = runtime.add(sink({ process() {}, flush: () => end() }), { id: "quiet" });
      runtime.connect(device.outputs.audioOut, quiet.inputs.audioIn, { policy, capacity: 4 });
      const other = runtime.add(source(counting(3)), { id: "other" });
      const sunk = runtime.add(sink(gathering(seen)), { id: "sunk" });
      runtime.connect(other.outputs.audioOut, sunk.inputs.audioIn, { policy: "lossless" });
      await runtime.start();
      await ended;
      for (let k = 0; k < 100; k++) write(self!);
      equal((await runtime.finished)!.outcome, "completed");
      deepEqual(seen, [0, 1, 2]);
      deepEqual(log.told.map((line) => line.split(": ", 2)[0]), ["device", "device"]);
    },
  );
}
