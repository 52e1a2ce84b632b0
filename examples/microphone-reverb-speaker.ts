/**
 * Plays what the microphone hears, with a hall around it, to the speaker. Wear headphones: the microphone would hear the
 * speaker.
 *
 * Run it from the root: `deno run -A examples/microphone-reverb-speaker.ts [--seconds N]`
 *
 * @module
 */
import { nodes, Runtime } from "../mod.ts";
import { microphone, readOptions, run, speaker } from "./stand_ins.ts";

const options = readOptions("Plays what the microphone hears, with a hall around it. Wear headphones.");
await using runtime = new Runtime({ native: "require" });
const voice = runtime.add(microphone(), { id: "microphone" });
const hall = runtime.add(nodes.reverb({ roomSize: 0.8, wet: 0.3 }), { id: "reverb" });
const ears = runtime.add(speaker(), { id: "speaker" });
runtime.connect(voice.outputs.audio, hall.inputs.audioIn);
runtime.connect(hall.outputs.audioOut, ears.inputs.audio);
console.log("Speak; Ctrl-C ends");

const { nodes: ran } = await run(runtime, options);
for (const { id, figures } of ran) {
  if (figures?.latencyMs === undefined) continue;
  const { frames, latencyMs, driftPpm, xruns } = figures;
  console.log(
    `${id}: ${frames} samples, ${latencyMs.toFixed(0)} ms late, ${driftPpm.toFixed(0)} ppm, ${xruns} dropouts`,
  );
}
