/** Views of frames that a script keeps when their runtime has ended. */
import { deepEqual, equal } from "node:assert/strict";
import { appSink, appSource, Runtime } from "../mod.ts";
import { eachDriver } from "./fixtures/each_driver.ts";

const MONO = { sampleRateHz: 48_000, channels: 1 };

/** Sends blocks of ones through a runtime of its own. @param heard is given what comes out, one channel each */
async function sendOnes(
  native: "require" | "off",
  blocks: number,
  heard: (channel: Float32Array) => void,
): Promise<void> {
  await using runtime = new Runtime({ mode: "offline", native });
  const source = runtime.add(appSource.audio(MONO));
  const sink = runtime.add(appSink.audio());
  runtime.connect(source.outputs.audio, sink.inputs.audio);
  await runtime.start();
  const hearing = (async () => {
    for await (const frame of sink) heard(frame.channel(0));
  })();
  for (let k = 0; k < blocks; k++) await source.push({ channels: [new Float32Array(64).fill(1)] });
  source.end();
  await hearing;
  equal((await runtime.finished).outcome, "completed");
}

eachDriver("views that are kept over the end of a runtime do not reach the frames of the next", async (native) => {
  const kept: Float32Array[] = [];
  await sendOnes(native, 8, (channel) => kept.push(channel));
  equal(kept.length, 8);
  const whole: boolean[] = [];
  await sendOnes(native, 100, (channel) => {
    for (const view of kept) view.fill(99);
    whole.push(channel.every((sample) => sample === 1));
  });
  deepEqual(whole, Array(100).fill(true));
});
