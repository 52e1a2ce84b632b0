/** Bypasses of nodes that convert: one that the nodes behind need is refused, and the graph goes on. */
import { equal, ok, rejects } from "node:assert/strict";
import { resampler, toneSource } from "../../sluice.gen.ts";
import { opusEncode } from "../../stages.gen.ts";
import { addRow, media, runtimeOf } from "../fixtures/plugins/media.ts";
import { flow } from "../fixtures/waiting.ts";

const PATTERN = { width: 160, height: 120, frameRate: 200 };

media("a converter that an encoder needs is not bypassed, by what its source is known to give", async (registry) => {
  await using runtime = runtimeOf(registry, { mode: "live" });
  addRow(registry, runtime, {
    "pattern-source#source": PATTERN,
    "scale#scale": { width: 80 },
    "convert#convert": {},
    "frame-rate#rate": { frameRate: 100 },
    "h264-encode#encode": {},
  });
  await runtime.start();
  await flow(runtime, "encode", 3);
  await rejects(runtime.bypass("convert"), {
    code: "TypeMismatch",
    nodeId: "convert",
    message: 'Cannot bypass node "convert" (convert): "encode.video" would get pixelFormat rgba8, ' +
      "wanted i420 or nv12; replace the node in place of that",
  });
  // What is passed by on the way changes nothing of that.
  await runtime.bypass("scale");
  await runtime.bypass("rate");
  await rejects(runtime.bypass("convert"), { code: "TypeMismatch" });
  equal(runtime.graph().nodes.convert.bypassed, undefined);
  await runtime.bypass("scale", false);
  await flow(runtime, "encode", 3);
  await runtime.stop();
});

media("a resampler that an encoder needs is not bypassed, by the rate that came", async (registry) => {
  await using runtime = runtimeOf(registry, { mode: "live" });
  const tone = runtime.add(toneSource({ sampleRateHz: 44_100 }), { id: "tone" });
  const resample = runtime.add(resampler({ sampleRateHz: 48_000 }), { id: "resample" });
  const encode = runtime.add(opusEncode(), { id: "encode" });
  runtime.connect(tone.outputs.audio, resample.inputs.audioIn);
  runtime.connect(resample.outputs.audioOut, encode.inputs.audio);
  await runtime.start();
  await flow(runtime, "encode", 3);
  await rejects(runtime.bypass("resample"), { message: /"encode.audio" would get sampleRateHz 44100, wanted 48000/ });
  await flow(runtime, "encode", 3);
  await runtime.stop();
});

media("a bypass ends only where the node gives what is taken behind it", async (registry) => {
  await using runtime = runtimeOf(registry, { mode: "live" });
  const row = { "pattern-source#source": PATTERN, "convert#convert": {}, "jpeg-encode#encode": {} };
  addRow(registry, runtime, row);
  await runtime.edit((edit) => edit.bypass("convert"));
  await runtime.start();
  await flow(runtime, "encode", 3);
  await rejects(runtime.bypass("convert", false), {
    message:
      /Cannot end the bypass of node "convert" .*: "encode.video" would get pixelFormat i420, wanted rgba8 or bgra8/,
  });
  ok(runtime.graph().nodes.convert.bypassed);
  await flow(runtime, "encode", 3);
  await runtime.stop();
});
