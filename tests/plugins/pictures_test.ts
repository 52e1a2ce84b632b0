/** The test pattern, scaling and JPEG, with answers that are known or ffmpeg's. */
import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import { appSink } from "../../core/app/app_sink.ts";
import {
  addRow,
  compareBytes,
  copyPicture,
  end,
  ffmpeg,
  media,
  rawVideo,
  readCode,
  type Row,
  runPictures,
  runtimeOf,
  runUnits,
} from "../fixtures/plugins/media.ts";

const GREY: Row = { "video.convert#grey": { pixelFormat: "i420" } };

media("pattern-source: every frame has its number, its times, and a beep with each flash", async (registry) => {
  await using runtime = runtimeOf(registry);
  const config = { width: 200, height: 66, frameRate: 29.97, durationSeconds: 2.5, flashSeconds: 0.5 };
  runtime.addByType("org.sluice.video.pattern-source", config, { id: "source", lane: "media" });
  const [pictures, sound] = [
    runtime.add(appSink.video(), { id: "pictures" }),
    runtime.add(appSink.audio(), { id: "sound" }),
  ];
  runtime.connectByName("source.video", "pictures.video", { policy: "lossless", capacity: 4 });
  runtime.connectByName("source.audio", "sound.audio", { policy: "lossless", capacity: 4 });
  await runtime.start();
  const flashes: number[] = [];
  const seen = (async () => {
    let frame = 0;
    for await (const picture of pictures) {
      equal(picture.ptsNs, Math.round(frame * 1e9 / 29.97));
      const { planes: [rgba] } = copyPicture(picture);
      equal(readCode(rgba.filter((_, k) => k % 4 === 0), 200, 66), frame);
      // The flash is white where the last bar is black.
      if (rgba[4 * (60 * 200 + 190)] === 255) flashes.push(picture.ptsNs);
      frame++;
    }
    return frame;
  })();
  const beeps: number[] = [];
  let [silent, samples] = [0, 0];
  for await (const block of sound) {
    equal(Math.round(block.ptsNs * 48e-6), samples);
    for (const sample of block.channel(0)) {
      if (sample === 0) silent++;
      else {
        if (silent > 1_000) beeps.push(samples * 1e9 / 48_000);
        silent = 0;
      }
      samples++;
    }
  }
  equal(await seen, 75);
  equal(samples, Math.ceil(75 * 48_000 / 29.97));
  equal(flashes.length, 4);
  equal(beeps.length, 4);
  beeps.forEach((ns, k) => ok(ns >= flashes[k] && ns - flashes[k] < 1e9 / 48_000, `${flashes[k]} and ${ns}`));
  await end(runtime);
});

media("scale: a smaller picture of each format is ffmpeg's within a few levels", async (registry) => {
  const pattern: Row = { "video.pattern-source": { pattern: "ramp", width: 640, height: 360, durationSeconds: 0.034 } };
  for (const [pixelFormat, name] of [["rgba8", "rgba"], ["nv12", "nv12"], ["i420", "yuv420p"]]) {
    const row: Row = { ...pattern, "video.convert": { pixelFormat } };
    const whole = await runPictures(registry, row);
    const { pictures: [small] } = await runPictures(registry, {
      ...row,
      "video.scale": { width: 320, filter: "bicubic" },
    });
    deepEqual([small.width, small.height, small.pixelFormat], [320, 180, pixelFormat]);
    const input = ["-f", "rawvideo", "-pix_fmt", name, "-s", "640x360", "-i", "pipe:0"];
    const theirs = await ffmpeg([
      ...input,
      "-vf",
      "scale=320:180:flags=bicubic+accurate_rnd+full_chroma_int",
      "-f",
      "rawvideo",
    ], rawVideo(whole.pictures));
    const { psnr } = compareBytes(rawVideo([small]), theirs);
    ok(psnr > 35, `${pixelFormat}: ${psnr} dB`);
  }
}, { needsFfmpeg: true });

media("scale: cuts, turns and mirrors are ffmpeg's, byte for byte", async (registry) => {
  const pattern: Row = { "video.pattern-source": { width: 130, height: 70, durationSeconds: 0.034 } };
  const cases: [Record<string, unknown>, string][] = [
    [{ cropLeft: 10, cropTop: 6, cropWidth: 100, cropHeight: 40 }, "crop=100:40:10:6"],
    [{ rotate: 90 }, "transpose=clock"],
    [{ rotate: 180 }, "hflip,vflip"],
    [{ rotate: 270, flip: "horizontal" }, "transpose=cclock,hflip"],
    [{ flip: "vertical" }, "vflip"],
  ];
  for (const [pixelFormat, name] of [["bgra8", "bgra"], ["nv12", "nv12"], ["i420", "yuv420p"]]) {
    const row: Row = { ...pattern, "video.convert": { pixelFormat } };
    const whole = rawVideo((await runPictures(registry, row)).pictures);
    for (const [config, filter] of cases) {
      // ffmpeg cannot cut or turn NV12 itself.
      const [there, back] = name === "nv12" ? ["format=yuv420p,", ",format=nv12"] : ["", ""];
      const input = ["-f", "rawvideo", "-pix_fmt", name, "-s", "130x70", "-i", "pipe:0"];
      const theirs = await ffmpeg([...input, "-vf", there + filter + back, "-f", "rawvideo"], whole);
      const { pictures } = await runPictures(registry, { ...row, "video.scale": config });
      equal(compareBytes(rawVideo(pictures), theirs).most, 0, `${name}, ${filter}`);
    }
  }
}, { needsFfmpeg: true });

media("scale refuses a part that is not in the picture, and a picture that no slot takes", async (registry) => {
  const small = { width: 64, height: 48, durationSeconds: 0.1 };
  const cases: [Row, RegExp][] = [
    [
      { "video.pattern-source": small, "video.scale": { cropLeft: 60, cropWidth: 8 } },
      /64 × 48 has no part of 8 × 48 at 60, 0/,
    ],
    [
      { "video.pattern-source": small, "video.scale": { width: 4_096, height: 4_096 } },
      /4096 × 4096 in rgba8: .*; raise slotBytes/,
    ],
  ];
  for (const [row, wanted] of cases) {
    await using runtime = runtimeOf(registry);
    addRow(registry, runtime, row);
    await runtime.start();
    await rejects(runtime.finished, (error: Error) => (match(error.message, wanted), true));
  }
});

media("frames of 2160p pass where the pool has slots for them", async (registry) => {
  const row: Row = { "video.pattern-source": { width: 3_840, height: 2_160, durationSeconds: 0.1 } };
  const pools = { video: { slotBytes: 3_840 * 2_160 * 4 } };
  const { pictures } = await runPictures(registry, { ...row, "video.scale": { width: 320 }, ...GREY }, { pools });
  deepEqual(pictures.map(({ planes: [luma] }) => readCode(luma, 320, 180)), [0, 1, 2]);
});

media(
  "jpeg: ffmpeg decodes what is encoded, jpeg-decode gives the same, and both are near the picture",
  async (registry) => {
    const row: Row = { "video.pattern-source": { width: 322, height: 182, durationSeconds: 0.1 } };
    const { pictures } = await runPictures(registry, row);
    const encoder: Row = { ...row, "codecs.jpeg-encode": { quality: 95 } };
    const { units } = await runUnits(registry, encoder);
    equal(units.length, 3);
    const { pictures: decoded } = await runPictures(registry, { ...encoder, "codecs.jpeg-decode": {} });
    for (const [k, { bytes, keyframe }] of units.entries()) {
      deepEqual([keyframe, bytes[0], bytes[1], ...bytes.subarray(-2)], [true, 0xff, 0xd8, 0xff, 0xd9]);
      const theirs = await ffmpeg(["-f", "mjpeg", "-i", "pipe:0", "-f", "rawvideo", "-pix_fmt", "rgba"], bytes);
      const [found, original] = [rawVideo([decoded[k]]), rawVideo([pictures[k]])];
      ok(compareBytes(found, theirs).psnr > 38, `${compareBytes(found, theirs).psnr} dB beside ffmpeg`);
      ok(compareBytes(found, original).psnr > 30, `${compareBytes(found, original).psnr} dB`);
    }
  },
  { needsFfmpeg: true },
);
