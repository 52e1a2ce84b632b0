/**
 * Feeds a graph from a script and reads it back: two seconds of noise go through a reverb on another thread.
 *
 * Run it from the root: `deno run -A examples/script.ts`
 *
 * @module
 */
import { appSink, appSource, nodes, Runtime } from "../mod.ts";

const SAMPLE_RATE_HZ = 48_000;
const BLOCK = 960;

await using runtime = new Runtime({ mode: "offline" });
const source = runtime.add(appSource.audio({ sampleRateHz: SAMPLE_RATE_HZ, channels: 1 }));
const reverb = runtime.add(nodes.reverb({ maxTailSeconds: 1 }));
const sink = runtime.add(appSink.audio());
runtime.connect(source.outputs.audio, reverb.inputs.audioIn);
runtime.connect(reverb.outputs.audioOut, sink.inputs.audio);
await runtime.start();

const feeding = feed();
let samples = 0;
let peak = 0;
for await (const frame of sink) {
  // The frame is ours until the next turn of the loop.
  samples += frame.sampleCount;
  for (const sample of frame.channel(0)) peak = Math.max(peak, Math.abs(sample));
}
await feeding;
const { outcome } = await runtime.finished;
console.log(`${outcome}: ${(samples / SAMPLE_RATE_HZ).toFixed(2)} s came back, peak ${peak.toFixed(3)}`);

async function feed(): Promise<void> {
  let seed = 1;
  for (let k = 0; k < 2 * SAMPLE_RATE_HZ / BLOCK; k++) {
    const samples = new Float32Array(BLOCK);
    for (let n = 0; n < BLOCK; n++) {
      seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
      samples[n] = seed / 0x8000_0000 - 1;
    }
    // Resolves when the graph has room for it.
    await source.push({ channels: [samples] });
  }
  source.end();
}
