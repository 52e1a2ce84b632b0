/**
 * Draws the camera by a shader that follows the time, and shows it in a window, or records it.
 *
 * Run it from the root: `deno run -A examples/shader-camera.ts [FILE.mp4] [--seconds N]`
 *
 * @module
 */
import { nodes, Runtime } from "../mod.ts";
import { addCamera, addDisplay, readOptions, run } from "./stand_ins.ts";

/** Waves through the picture, whose colours turn from left to right. */
const CODE = `struct Uniforms { height: f32, tint: vec3f }
fn shade(uv: vec2f) -> vec4f {
  let wave = uniforms.height * sin(20.0 * uv.x + 4.0 * time);
  let colour = textureSample(video, videoSampler, uv + vec2f(0.0, wave));
  return vec4f(mix(colour.rgb, colour.rgb * uniforms.tint, uv.x), 1.0);
}`;

const options = readOptions("Draws the camera by a shader, and shows it in a window or records it.", "");
await using runtime = new Runtime({ native: "require" });
const uniforms = { height: 0.02, tint: [1, 0.6, 0.3] };
// One lane: textures go from stage to stage. Cameras give YUV, the pattern gives RGBA.
const lane = "gpu";
const colours = runtime.add(nodes.gpuConvert({ pixelFormat: "rgba8" }), { id: "colours", lane });
const shader = runtime.add(nodes.shader({ code: CODE, uniforms }), { id: "shader", lane });
runtime.connect(addCamera(runtime), colours.inputs.videoIn);
runtime.connect(colours.outputs.videoOut, shader.inputs.videoIn);
if (options.file === "") {
  runtime.connect(shader.outputs.videoOut, addDisplay(runtime, "Shader"));
} else {
  const convert = runtime.add(nodes.gpuConvert({ pixelFormat: "i420" }), { id: "convert", lane });
  const h264 = runtime.add(nodes.h264Encode({}), { id: "h264" });
  const mp4 = runtime.add(nodes.mediaSink({ path: options.file }), { id: "file", ports: ["video_0"] });
  runtime.connect(shader.outputs.videoOut, convert.inputs.videoIn);
  runtime.connect(convert.outputs.videoOut, h264.inputs.video);
  runtime.connect(h264.outputs.encoded, mp4.inputs.video[0], { policy: "lossless", capacity: 30 });
}
console.log("Ctrl-C ends");

const { nodes: ran } = await run(runtime, options);
const pictures = ran.find(({ id }) => id === "shader")?.figures?.frames;
console.log(`${pictures} pictures were drawn`);
