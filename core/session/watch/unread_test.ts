import { deepEqual, equal, match } from "node:assert/strict";
import { nodes } from "../../../sluice.gen.ts";
import { eachDriver } from "../../../tests/fixtures/each_driver.ts";
import { inTime } from "../../../tests/fixtures/waiting.ts";
import { appSink } from "../../app/app_sink.ts";
import { appSource } from "../../app/app_source.ts";
import { tapLog } from "../../log.ts";
import { Runtime } from "../../runtime.ts";

const FORMAT = { sampleRateHz: 48_000, channels: 1 };
const block = () => ({ channels: [new Float32Array(480)] });

/** Collects warnings from this call on. */
function warnings(): Disposable & { readonly all: string[]; readonly first: Promise<string> } {
  const first = Promise.withResolvers<string>();
  const all: string[] = [];
  const end = tapLog(({ level, message }) => {
    // On a busy machine any setup() may take as long as this test waits for a node.
    if (level !== "warn" || message.startsWith("Portable mode") || message.includes("setup()")) return;
    all.push(message);
    first.resolve(message);
  });
  return { all, first: first.promise, [Symbol.dispose]: end };
}

eachDriver("a script that pushes before it reads is told so, once, and may still read", async (native) => {
  using said = warnings();
  await using runtime = new Runtime({ mode: "offline", native, stuckAfterMs: 60 });
  const source = runtime.add(appSource.audio(FORMAT), { id: "source" });
  const gain = runtime.add(nodes.gain({}), { id: "gain", lane: "dsp" });
  const sink = runtime.add(appSink.audio(), { id: "sink" });
  runtime.connect(source.outputs.audio, gain.inputs.audioIn);
  runtime.connect(gain.outputs.audioOut, sink.inputs.audio);
  await runtime.start();
  const pushed = Promise.all(Array.from({ length: 40 }, () => source.push(block()))).then(() => source.end());
  match(
    await inTime(said.first, runtime),
    /^The script has not begun to read "sink", so that "gain" has waited for \d+ ms: the link between them is full with \d+ frames, and push\(\) waits, too, .*; read it \("for await \(const frame of …\)"\) while you push$/,
  );
  let read = 0;
  for await (const _ of sink) read++;
  await pushed;
  equal(read, 40);
  equal((await runtime.finished).outcome, "completed");
  equal(said.all.length, 1, said.all.join("\n"));
});

eachDriver("nothing is said of a sink that is read, however slowly, nor of one whose link drops", async (native) => {
  using said = warnings();
  await using runtime = new Runtime({ mode: "offline", native, stuckAfterMs: 40 });
  const source = runtime.add(appSource.audio(FORMAT));
  const slow = runtime.add(appSink.audio());
  const never = runtime.add(appSink.audio());
  runtime.connect(source.outputs.audio, slow.inputs.audio, { capacity: 2 });
  runtime.connect(source.outputs.audio, never.inputs.audio, { policy: "roll-off", capacity: 2 });
  await runtime.start();
  const pushed = Promise.all(Array.from({ length: 6 }, () => source.push(block())));
  let read = 0;
  for await (const _ of slow) {
    // Longer than the wait of a writer before its report.
    await new Promise((resolve) => setTimeout(resolve, 100));
    if (++read === 6) break;
  }
  await pushed;
  await never.readable.cancel();
  await runtime.stop();
  deepEqual(said.all, []);
});
