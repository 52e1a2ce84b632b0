/**
 * Plays what the microphone hears through a CLAP plugin to the speaker: the hall of Debian's package zam-plugins, or one of
 * Sluice's own where it is not installed. Wear headphones: the microphone would hear the speaker.
 *
 * Run it from the root: `deno run -A examples/microphone-clap-speaker.ts [--seconds N]`
 *
 * @module
 */
import { nodes, Runtime } from "../mod.ts";
import { clapPlugin, microphone, readOptions, run, speaker } from "./stand_ins.ts";

const options = readOptions("Plays what the microphone hears through the CLAP plugin ZamVerb. Wear headphones.");
await using runtime = new Runtime({ native: "require" });
const voice = runtime.add(microphone(), { id: "microphone" });
// The plugin has two channels, however many the microphone has.
const both = runtime.add(nodes.channelMapper({ channels: 2 }), { id: "both" });
const ears = runtime.add(speaker(), { id: "speaker" });
// It has a process of its own: a plugin that crashes is loaded again, and the rest goes on.
const hall = clapPlugin("ZamVerb", "the hall of Sluice is taken in its place")
  ? runtime.add(nodes.clap({ path: "ZamVerb", parameters: { "Wet / Dry": 40 } }), {
    id: "hall",
    supervision: { restart: {} },
  })
  : runtime.add(nodes.reverb({ roomSize: 0.8, wet: 0.3 }), { id: "hall" });
runtime.connect(voice.outputs.audio, both.inputs.audioIn);
runtime.connect(both.outputs.audioOut, hall.inputs.audioIn);
runtime.connect(hall.outputs.audioOut, ears.inputs.audio);
console.log("Speak; Ctrl-C ends");

const { nodes: ran } = await run(runtime, options);
for (const { id, framesIn, framesOut } of ran) console.log(`${id}: ${framesIn} blocks in, ${framesOut} out`);
