/** A processor in TypeScript that draws on the graphics processor, by WebGPU. */
import { equal, match, notEqual, rejects } from "node:assert/strict";
import { appSink } from "../../core/app/app_sink.ts";
import { appSource } from "../../core/app/app_source.ts";
import type { PixelFormat } from "../../core/frames/format.ts";
import type { VideoFrame } from "../../core/frames/video_frame.ts";
import { Runtime } from "../../core/runtime.ts";
import { sharedGpu } from "../../gpu.ts";
import { ROOT } from "../../tools/root.ts";
import { gpuNegative } from "../fixtures/gpu_negative.ts";
import { drawn, gpu, texture } from "../fixtures/plugins/gpu.ts";
import { compareBytes, copyPicture, end } from "../fixtures/plugins/media.ts";

/** Runs the node on a worker lane or on this thread. */
async function negatives(lane: string, pixelFormat: PixelFormat, losesAfter = 0) {
  const [width, height] = [37, 19];
  const picture = drawn(pixelFormat, width, height, texture);
  await using runtime = new Runtime({ native: "require", mode: "offline" });
  const source = runtime.add(appSource.video({ pixelFormat, width, height, frameRate: 25 }));
  const node = runtime.add(gpuNegative({ losesAfter }), { lane });
  const sink = runtime.add(appSink.video());
  runtime.connect(source.outputs.video, node.inputs.videoIn, { capacity: 4 });
  runtime.connect(node.outputs.videoOut, sink.inputs.video, { capacity: 4 });
  await runtime.start();
  for (let k = 0; k < 3; k++) await source.push({ planes: [...picture.planes] });
  source.end();
  const found = await Array.fromAsync(sink, copyPicture);
  await end(runtime);
  equal(found.length, 3);
  const wanted = picture.planes[0].map((level, at) => at % 4 === 3 ? level : 255 - level);
  for (const { planes } of found) equal(compareBytes(planes[0], wanted).most, 0);
}

gpu("a processor inverts pictures by the device of its thread, and goes on where it is lost", async () => {
  await negatives("worker", "rgba8", 2);
  await negatives("main", "bgra8");
});

gpu("sharedGpu() gives all the same device, and another one once it is lost", async () => {
  const [first, second] = await Promise.all([sharedGpu(), sharedGpu()]);
  equal(first, second);
  first.device.destroy();
  await first.device.lost;
  notEqual(await sharedGpu(), first);
});

gpu("SharedGpu refuses pictures in YUV, and textures of another size", async () => {
  const { upload, readBack, device } = await sharedGpu();
  const yuv = { width: 4, height: 4, pixelFormat: "nv12" } as VideoFrame;
  const rgba = { width: 4, height: 4, pixelFormat: "rgba8" } as VideoFrame;
  const small = device.createTexture({ size: [2, 4], format: "rgba8unorm", usage: 1 });
  const shared = await sharedGpu();
  const refuse = (call: () => unknown, wanted: RegExp) =>
    rejects(async () => await call(), (error: Error) => (match(error.message, wanted), true));
  await refuse(
    () => upload.call(shared, yuv),
    /^Cannot upload a picture in nv12: wanted rgba8 or bgra8; put "gpu-convert"/,
  );
  await refuse(
    () => readBack.call(shared, small, rgba),
    /the texture is 2 × 4 in rgba8unorm, wanted 4 × 4 in rgba8unorm$/,
  );
});

gpu("sharedGpu() says what to install where there is no graphics processor", async () => {
  const code = `import { sharedGpu } from ${JSON.stringify(`${ROOT}gpu.ts`)};
    await sharedGpu().catch(({ code, message }) => console.log(code, message));`;
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", "--no-check", code],
    env: { VK_ICD_FILENAMES: "/none", VK_DRIVER_FILES: "/none", DENO_WEBGPU_BACKEND: "vulkan", NO_COLOR: "1" },
    stderr: "null",
  }).output();
  match(new TextDecoder().decode(stdout), /^NativeUnavailable .*"apt-get install mesa-vulkan-drivers"$/m);
});
