/**
 * Shows the camera in a window, as in a mirror, with its time and its rate.
 *
 * Run it from the root: `deno run -A examples/camera-display.ts [--seconds N]`
 *
 * @module
 */
import { nodes, Runtime } from "../mod.ts";
import { addCamera, addDisplay, readOptions, run } from "./stand_ins.ts";

const options = readOptions("Shows the camera in a window, as in a mirror.");
await using runtime = new Runtime({ native: "require" });
const mirror = runtime.add(nodes.scale({ flip: "horizontal" }), { id: "mirror" });
const words = runtime.add(nodes.overlay({ text: "{time}  {rate}/s" }), { id: "words" });
runtime.connect(addCamera(runtime), mirror.inputs.videoIn);
runtime.connect(mirror.outputs.videoOut, words.inputs.videoIn);
runtime.connect(words.outputs.videoOut, addDisplay(runtime, "Mirror"));
console.log("Ctrl-C ends");

const { nodes: ran } = await run(runtime, options);
const frames = ran.find(({ id }) => id === "words")?.figures?.frames;
console.log(`${frames} pictures came`);
