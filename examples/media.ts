/**
 * Turns the sound of a media file down, and leaves its pictures as they are.
 *
 * Run it from the root, after `deno task demo`: `deno run -A examples/media.ts out/demo.mp4 out/quiet.mp4`
 *
 * @module
 */
import { readMedia } from "../media.ts";
import { nodes, Runtime } from "../mod.ts";

const [path, copy] = Deno.args;

// From here on links from the file go by its codecs and its colours.
const { container, tracks } = await readMedia(path);
console.log(`${container}: ${tracks.map(({ name, codec }) => `${name} ${codec}`).join(", ")}`);
await using runtime = new Runtime({ mode: "offline" });
// The tracks are elements of dynamic ports, which are named where the node is added.
const clip = runtime.add(nodes.mediaSource({ path }), { ports: ["video_0", "audio_0"] });
const gain = runtime.add(nodes.gain({ gainDb: -3 }));
const file = runtime.add(nodes.mediaSink({ path: copy }), { ports: ["video_0", "audio_0"] });
runtime.connect(clip.outputs.video[0], file.inputs.video[0]);
// What is encoded is decoded for the gain, and encoded again for the file.
runtime.connect(clip.outputs.audio[0], gain.inputs.audioIn, { convert: "auto" });
runtime.connect(gain.outputs.audioOut, file.inputs.audio[0], { convert: "auto" });
await runtime.start();
const { outcome } = await runtime.finished;
console.log(`${outcome}: ${copy}`);
