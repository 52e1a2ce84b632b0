import assert from "node:assert/strict";
import { Runtime } from "../../core/runtime.ts";
import { nodes } from "../../sluice.gen.ts";
import { eachDriver } from "../../tests/fixtures/each_driver.ts";
import { WavReader } from "../file/wav_reader.ts";
import { PcmBlock } from "../file/pcm.ts";
import { decibelsToFactor } from "./decibels.ts";
import { peak } from "./fixtures/test_signals.ts";

eachDriver(
  "a chain of gate, equaliser, compressor, echo, voice activity and limiter runs to the end of its tail",
  async (native) => {
    const path = Deno.makeTempFileSync({ suffix: ".wav" });
    await using runtime = new Runtime({ mode: "offline", native });
    const chain = [
      runtime.add(nodes.noiseGate()),
      runtime.add(nodes.equaliser({ bands: [{ type: "high-pass", frequencyHz: 80 }] })),
      runtime.add(nodes.compressor({ makeupDb: 24 })),
      runtime.add(nodes.echo({ delayMs: 100, feedback: 0 })),
      runtime.add(nodes.voiceActivity()),
      runtime.add(nodes.limiter({ ceilingDb: -3 })),
    ];
    const source = runtime.add(nodes.chordSource({ durationSeconds: 0.5, channels: 2 }));
    let before = source.outputs.audio;
    for (const node of chain) {
      runtime.connect(before, node.inputs.audioIn);
      before = node.outputs.audioOut;
    }
    runtime.connect(before, runtime.add(nodes.wavSink({ path })).inputs.audio);
    await runtime.start();
    await runtime.finished;
    using reader = WavReader.open(path);
    assert.equal(reader.sampleCount, 24_000 + 4800);
    const block = new PcmBlock("f32", 2, reader.sampleCount);
    reader.read(block, reader.sampleCount);
    const samples = new Float32Array(reader.sampleCount);
    block.decode(1, samples, samples.length);
    const ceiling = decibelsToFactor(-3);
    assert.ok(peak(samples) <= ceiling * (1 + 1e-6) && peak(samples) > 0.95 * ceiling, `${peak(samples)}`);
    Deno.removeSync(path);
  },
);
