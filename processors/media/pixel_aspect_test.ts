/** Pixels that are not square: what files say of them, and what files say again that are written; ffprobe judges. */
import assert from "node:assert/strict";
import { appSink } from "../../core/app/app_sink.ts";
import { appSource } from "../../core/app/app_source.ts";
import { tapLog } from "../../core/log.ts";
import { Runtime } from "../../core/runtime.ts";
import { nodes } from "../../sluice.gen.ts";
import { carry, ffmpeg, FOLDER, play, probe } from "./fixtures/media_files.ts";
import { readMediaInfo } from "./media_info.ts";

/** A few pictures of a DVD. */
function dvd(extension: string): string {
  const path = `${FOLDER}/dvd.${extension}`;
  const source = ["-f", "lavfi", "-i", "testsrc2=size=720x576:rate=25:duration=0.2", "-vf", "setsar=16/15"];
  ffmpeg(...source, "-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", path);
  assert.equal(probe(path, "stream=sample_aspect_ratio")[0], "16:15");
  return path;
}

/** One of which the container alone tells it. */
function toldByContainer(extension: string): string {
  const path = `${FOLDER}/container.${extension}`;
  const square = ["-bsf:v", "h264_metadata=sample_aspect_ratio=1/1"];
  ffmpeg("-i", dvd("mp4"), "-c", "copy", ...square, "-aspect", "4:3", "-v", "error", path);
  assert.equal(probe(path, "stream=sample_aspect_ratio")[0], "16:15");
  return path;
}

for (const extension of ["mp4", "mov", "mkv", "ts"]) {
  Deno.test(`readMediaInfo() tells pixels of 16:15 in .${extension}, and frames do`, async () => {
    const path = dvd(extension);
    const [{ width, height, pixelAspect }] = (await readMediaInfo(path)).tracks;
    assert.deepEqual([width, height, pixelAspect], [720, 576, "16:15"]);
    assert.equal((await play({ path }, "video_0")).video_0[0].pixelAspect, "16:15");
  });
}

Deno.test("readMediaInfo() tells an aspect that no size in whole pixels has, as the stream does", async () => {
  const path = `${FOLDER}/odd.mp4`;
  const source = ["-f", "lavfi", "-i", "testsrc2=size=702x576:rate=25:duration=0.1", "-vf", "setsar=12/11"];
  ffmpeg(...source, "-c:v", "libx264", "-pix_fmt", "yuv420p", path);
  assert.equal((await readMediaInfo(path)).tracks[0].pixelAspect, "12:11");
});

Deno.test("readMediaInfo() tells no aspect of square pixels", async () => {
  const path = `${FOLDER}/square.mp4`;
  ffmpeg(
    "-f",
    "lavfi",
    "-i",
    "testsrc2=size=64x48:rate=25:duration=0.1",
    "-c:v",
    "libx264",
    "-pix_fmt",
    "yuv420p",
    path,
  );
  assert.equal((await readMediaInfo(path)).tracks[0].pixelAspect, undefined);
});

for (const from of ["ts", "mkv"]) {
  for (const to of ["mp4", "mov", "mkv"]) {
    Deno.test(`MediaSink keeps pixels of 16:15 of .${from} in .${to}`, async () => {
      const path = `${FOLDER}/kept-${from}.${to}`;
      await carry(dvd(from), { path }, ["video_0"]);
      assert.deepEqual(probe(path, "stream=width,height,sample_aspect_ratio"), ["720,576,16:15"]);
    });
  }
}

Deno.test("MediaSink keeps pixels of 16:15 that the container alone tells, from one to another", async () => {
  for (const [from, to] of [["mp4", "mkv"], ["mkv", "mp4"], ["mov", "mov"]]) {
    const path = `${FOLDER}/kept-container-${from}.${to}`;
    await carry(toldByContainer(from), { path }, ["video_0"]);
    assert.deepEqual(probe(path, "stream=sample_aspect_ratio"), ["16:15"], path);
  }
});

Deno.test("MediaSink keeps pixels of VP9, whose stream tells none", async () => {
  const from = `${FOLDER}/vp9.webm`;
  const source = ["-f", "lavfi", "-i", "testsrc2=size=64x48:rate=25:duration=0.2", "-vf", "setsar=4/3"];
  ffmpeg(...source, "-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8", "-v", "error", from);
  for (const to of ["webm", "mp4"]) {
    const path = `${FOLDER}/kept-vp9.${to}`;
    await carry(from, { path }, ["video_0"]);
    assert.deepEqual(probe(path, "stream=codec_name,sample_aspect_ratio"), ["vp9,4:3"], path);
  }
});

/** Carries pictures that ffmpeg decodes to what ffmpeg encodes. */
async function throughFfmpeg(from: string, path: string, options: string[]): Promise<void> {
  await using runtime = new Runtime({ mode: "offline", native: "off" });
  runtime.add(nodes.ffmpegSource({ path: from }), { id: "from", lane: "main", ports: ["video_0"] });
  runtime.add(nodes.ffmpegSink({ path, options }), { id: "to", lane: "main", ports: ["video_0"] });
  runtime.connectByName("from.video_0", "to.video_0");
  await runtime.start();
  await runtime.finished;
}

Deno.test("FfmpegSource and FfmpegSink carry pixels of 16:15, the other way round where pictures are turned", async () => {
  const path = `${FOLDER}/through.mkv`;
  await throughFfmpeg(dvd("mkv"), path, ["-c:v", "mpeg4"]);
  assert.deepEqual(probe(path, "stream=width,height,sample_aspect_ratio"), ["720,576,16:15"]);
  const turned = `${FOLDER}/dvd-turned.mov`;
  ffmpeg("-i", dvd("mov"), "-c", "copy", "-metadata:s:v", "rotate=90", turned);
  const upright = `${FOLDER}/through-turned.mkv`;
  await throughFfmpeg(turned, upright, ["-c:v", "mpeg4"]);
  assert.deepEqual(probe(upright, "stream=width,height,sample_aspect_ratio"), ["576,720,15:16"]);
});

Deno.test("PipeSource and PipeSink carry pixels of 16:15 in YUV4MPEG2", async () => {
  const [from, to] = [`${FOLDER}/from.y4m`, `${FOLDER}/to.y4m`];
  ffmpeg("-i", dvd("mp4"), "-f", "yuv4mpegpipe", from);
  assert.equal((await readMediaInfo(from)).tracks[0].pixelAspect, "16:15");
  await using runtime = new Runtime({ mode: "offline", native: "off" });
  const source = runtime.add(nodes.pipeSource({ command: ["cat", from] }), { lane: "main" });
  const sink = runtime.add(nodes.pipeSink({ command: ["sh", "-c", `cat > ${to}`] }), { lane: "main" });
  runtime.connect(source.outputs.video, sink.inputs.video);
  await runtime.start();
  await runtime.finished;
  assert.deepEqual(probe(to, "stream=sample_aspect_ratio"), ["16:15"]);
});

for (const videoFormat of ["y4m", "raw"] as const) {
  Deno.test(`Process carries pixels of 16:15 to its program and back with videoFormat ${videoFormat}`, async () => {
    await using runtime = new Runtime({ mode: "offline", native: "off" });
    const shape = { pixelFormat: "i420", width: 4, height: 2, pixelAspect: "16:15", frameRate: 25 } as const;
    const source = runtime.add(appSource.video(shape), { id: "source" });
    const sink = runtime.add(appSink.video(), { id: "sink" });
    const cat = runtime.add(nodes.process({ command: ["cat"], videoFormat }));
    runtime.connect(source.outputs.video, cat.inputs.videoIn);
    runtime.connect(cat.outputs.videoOut, sink.inputs.video);
    await runtime.start();
    await source.push({ planes: [new Uint8Array(8), new Uint8Array(2), new Uint8Array(2)] });
    source.end();
    const aspects: unknown[] = [];
    for await (const { pixelAspect } of sink) aspects.push(pixelAspect);
    await runtime.finished;
    assert.deepEqual(aspects, ["16:15"]);
  });
}

Deno.test("ImageSink says once that PNG files do not keep pixels of 16:15", async () => {
  const said: string[] = [];
  const stop = tapLog(({ level, message }) => level === "warn" && said.push(message));
  await using runtime = new Runtime({ mode: "offline", native: "off" });
  const shape = { pixelFormat: "rgba8", width: 4, height: 2, pixelAspect: "16:15" } as const;
  const source = runtime.add(appSource.video(shape), { id: "source" });
  runtime.connect(source.outputs.video, runtime.add(nodes.imageSink({ path: `${FOLDER}/wide-%d.png` })).inputs.video);
  await runtime.start();
  for (let k = 0; k < 2; k++) await source.push({ planes: [new Uint8Array(32)] });
  source.end();
  await runtime.finished;
  stop();
  assert.equal(said.length, 1);
  assert.match(said[0], /^pictures have pixels of 16:15, which PNG files do not keep.* "scale" with squarePixels=true/);
});
