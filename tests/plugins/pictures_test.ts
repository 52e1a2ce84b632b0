/** The test pattern, scaling and JPEG, with answers that are known or ffmpeg's. */
import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import { crc32, deflateSync } from "node:zlib";
import { appSink } from "../../core/app/app_sink.ts";
import { appSource } from "../../core/app/app_source.ts";
import type { NodeRegistry } from "../../core/registry/node_registry.ts";
import type { NodeType } from "../../core/registry/node_type.ts";
import { tapLog } from "../../core/log.ts";
import { encodePng } from "../../processors/media/png.ts";
import {
  addRow,
  compareBytes,
  concat,
  copyPicture,
  end,
  ffmpeg,
  media,
  planeSize,
  rawVideo,
  readCode,
  type Row,
  runPictures,
  runtimeOf,
  runUnits,
} from "../fixtures/plugins/media.ts";
import { rare } from "../fixtures/rare.ts";

const GREY: Row = { "convert#grey": { pixelFormat: "i420" } };

media("pattern-source: every frame has its number, its times, and a beep with each flash", async (registry) => {
  await using runtime = runtimeOf(registry);
  const config = { width: 200, height: 66, frameRate: 29.97, durationSeconds: 2.5, flashSeconds: 0.5 };
  runtime.addByType("pattern-source", config, { id: "source", lane: "media" });
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

media("pattern-source that is replaced, and moved, goes on with the next picture", async (registry) => {
  await using runtime = runtimeOf(registry);
  const config = { width: 200, height: 66, durationSeconds: 1 };
  runtime.addByType("pattern-source", config, { id: "source", lane: "media" });
  const sink = runtime.add(appSink.video(), { id: "pictures" });
  runtime.connectByName("source.video", "pictures.video", { policy: "lossless", capacity: 4 });
  await runtime.start();
  const numbers: (number | undefined)[] = [];
  for await (const picture of sink) {
    const { planes: [rgba] } = copyPicture(picture);
    numbers.push(readCode(rgba.filter((_, k) => k % 4 === 0), 200, 66));
    const type = registry.get("pattern-source") as unknown as NodeType<Record<string, unknown>>;
    if (numbers.length === 3) await runtime.edit((edit) => edit.replace("source", type(config)));
    if (numbers.length === 9) await runtime.move("source", "aside");
  }
  deepEqual(numbers, Array.from({ length: 30 }, (_, k) => k));
  await end(runtime);
});

media(
  "pattern-source: the rings of a zone plate are as fine as they are far out, and all of them move",
  async (registry) => {
    const [width, height] = [256, 128];
    const config = { pattern: "zone-plate", width, height, frameRate: 30, durationSeconds: 0.2 };
    const { pictures } = await runPictures(registry, { "pattern-source": config });
    equal(pictures.length, 6);
    for (const [frame, { planes: [rgba] }] of pictures.entries()) {
      // Below the box that moves.
      for (let y = 100; y < height; y++) {
        for (let x = 0; x < width; x++) {
          const periods = ((x - width / 2) ** 2 + (y - height / 2) ** 2) / (8 * width) + frame / 32;
          const wanted = 127.5 * (1 + Math.cos(2 * Math.PI * periods));
          const found = rgba[4 * (y * width + x)];
          ok(Math.abs(found - wanted) < 8, `${found} at ${x}, ${y} of frame ${frame}: wanted ${wanted}`);
        }
      }
    }
  },
);

media("scale: a smaller picture of each format is ffmpeg's within a few levels", async (registry) => {
  const pattern: Row = { "pattern-source": { pattern: "ramp", width: 640, height: 360, durationSeconds: 0.034 } };
  for (const [pixelFormat, name] of [["rgba8", "rgba"], ["nv12", "nv12"]]) {
    const row: Row = { ...pattern, "convert": { pixelFormat } };
    const whole = await runPictures(registry, row);
    const { pictures: [small] } = await runPictures(registry, {
      ...row,
      "scale": { width: 320, filter: "bicubic" },
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
  const pattern: Row = { "pattern-source": { width: 130, height: 70, durationSeconds: 0.034 } };
  const crop = { cropLeft: 10, cropTop: 6, cropWidth: 100, cropHeight: 40 };
  const cases: [string, string, Record<string, unknown>, string][] = [
    ["bgra8", "bgra", { ...crop, rotate: 180 }, "crop=100:40:10:6,hflip,vflip"],
    ["i420", "yuv420p", { ...crop, rotate: 270, flip: "horizontal" }, "crop=100:40:10:6,transpose=cclock,hflip"],
    // ffmpeg cannot turn NV12 itself.
    ["nv12", "nv12", { rotate: 90 }, "format=yuv420p,transpose=clock,format=nv12"],
  ];
  for (const [pixelFormat, name, config, filter] of cases) {
    const row: Row = { ...pattern, "convert": { pixelFormat } };
    const whole = rawVideo((await runPictures(registry, row)).pictures);
    const input = ["-f", "rawvideo", "-pix_fmt", name, "-s", "130x70", "-i", "pipe:0"];
    const theirs = await ffmpeg([...input, "-vf", filter, "-f", "rawvideo"], whole);
    const { pictures } = await runPictures(registry, { ...row, "scale": config });
    equal(compareBytes(rawVideo(pictures), theirs).most, 0, `${name}, ${filter}`);
  }
}, { needsFfmpeg: true });

media("scale refuses a part that is not in the picture, and a picture that no slot takes", async (registry) => {
  const small = { width: 64, height: 48, durationSeconds: 0.1 };
  const cases: [Row, RegExp][] = [
    [
      { "pattern-source": small, "scale": { cropLeft: 60, cropWidth: 8 } },
      /64 × 48 has no part of 8 × 48 at 60, 0/,
    ],
    [
      { "pattern-source": small, "scale": { width: 4_096, height: 4_096 } },
      /4096 × 4096 in rgba8: .*, or set slotBytes of the output's pool$/,
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
  const row: Row = { "pattern-source": { width: 3_840, height: 2_160, durationSeconds: 0.1 } };
  const pools = { video: { slotBytes: 3_840 * 2_160 * 4 } };
  const { pictures } = await runPictures(registry, { ...row, "scale": { width: 320 }, ...GREY }, { pools });
  deepEqual(pictures.map(({ planes: [luma] }) => readCode(luma, 320, 180)), [0, 1, 2]);
});

media(
  "jpeg: ffmpeg decodes what is encoded, jpeg-decode gives the same, and both are near the picture",
  async (registry) => {
    const row: Row = { "pattern-source": { width: 322, height: 182, durationSeconds: 0.1 } };
    const { pictures } = await runPictures(registry, row);
    const encoder: Row = { ...row, "jpeg-encode": { quality: 95 } };
    const { units } = await runUnits(registry, encoder);
    equal(units.length, 3);
    const { pictures: decoded } = await runPictures(registry, { ...encoder, "jpeg-decode": {} });
    for (const [k, { bytes, keyframe }] of units.entries()) {
      deepEqual([keyframe, bytes[0], bytes[1], ...bytes.subarray(-2)], [true, 0xff, 0xd8, 0xff, 0xd9]);
      const theirs = await ffmpeg(
        ["-v", "error", "-f", "mjpeg", "-i", "pipe:0", "-f", "rawvideo", "-pix_fmt", "rgba"],
        bytes,
      );
      const [found, original] = [rawVideo([decoded[k]]), rawVideo([pictures[k]])];
      ok(compareBytes(found, theirs).psnr > 38, `${compareBytes(found, theirs).psnr} dB beside ffmpeg`);
      ok(compareBytes(found, original).psnr > 30, `${compareBytes(found, original).psnr} dB`);
    }
  },
  { needsFfmpeg: true },
);

media("frame-rate drops and repeats by time, and keeps to its places", async (registry) => {
  for (
    const [from, to, wanted] of [
      [30, 10, [0, 3, 6, 9, 12, 15]],
      [10, 30, [0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4, 5, 5, 5]],
      [25, 30, [0, 0, 1, 2, 3, 4, 5, 5, 6, 7, 8, 9]],
    ] as const
  ) {
    const durationSeconds = from === 30 ? 0.6 : from === 10 ? 0.6 : 0.4;
    const row: Row = { "pattern-source": { width: 128, height: 64, frameRate: from, durationSeconds } };
    const { pictures, figures } = await runPictures(registry, { ...row, "frame-rate": { frameRate: to } });
    deepEqual(
      pictures.map(({ planes: [rgba] }) => readCode(rgba.filter((_, k) => k % 4 === 0), 128, 64)),
      wanted,
    );
    deepEqual(pictures.map(({ ptsNs }) => ptsNs), wanted.map((_, k) => Math.round(k * 1e9 / to)));
    const made = Math.round(from * durationSeconds);
    deepEqual(figures("frame-rate"), {
      dropped: made - new Set(wanted).size - (from > to ? 1 : 0),
      repeated: wanted.length - new Set(wanted).size,
    });
  }
});

media("overlay writes the time of each picture in each format, and changes nothing elsewhere", async (registry) => {
  const row: Row = { "pattern-source": { pattern: "ramp", width: 320, height: 180, durationSeconds: 0.1 } };
  for (const pixelFormat of ["rgba8", "nv12", "i420"]) {
    const base: Row = { ...row, "convert": { pixelFormat } };
    const { pictures: plain } = await runPictures(registry, base);
    const config = { text: "{time}\n#{frame}", position: "top-right", size: 20, opacity: 1 };
    const { pictures } = await runPictures(registry, { ...base, "overlay": config });
    const pixel = pixelFormat === "rgba8" ? 4 : 1;
    const level = (k: number, x: number, y: number) => pictures[k].planes[0][(y * 320 + x) * pixel];
    const [white, black] = pixelFormat === "rgba8" ? [255, 0] : [235, 16];
    // The ground reaches 5 pixels beyond 12 letters of 10 pixels, which end 10 pixels before the edge.
    const inside = (x: number, y: number) => x >= 185 && x < 315 && y >= 5 && y < 55;
    const drawn = [0, 1, 2].map((k) => {
      const levels: number[] = [];
      for (let y = 0; y < 180; y++) {
        for (let x = 0; x < 320; x++) {
          if (inside(x, y)) levels.push(level(k, x, y));
          else if (level(k, x, y) !== plain[k].planes[0][(y * 320 + x) * pixel]) {
            equal(level(k, x, y), plain[k].planes[0][(y * 320 + x) * pixel], `${pixelFormat}: ${x}, ${y}`);
          }
        }
      }
      return levels;
    });
    for (const levels of drawn) {
      ok(levels.filter((found) => found > white - 20).length > 100, "letters are white");
      ok(levels.filter((found) => found <= black + 1).length > 3_000, "the ground is black");
    }
    ok(drawn[0].some((found, at) => found !== drawn[1][at]), "each picture has its own text");
  }
});

rare(media)("overlay counts the pictures before which others are missing", async (registry) => {
  const texts = ["{drops}", "0", "1", "2"];
  const drawn = await Promise.all(texts.map(async (text) => {
    await using runtime = runtimeOf(registry);
    const format = { pixelFormat: "rgba8", width: 64, height: 32, frameRate: 25 } as const;
    const source = runtime.add(appSource.video(format), { id: "source" });
    const sink = runtime.add(appSink.video(), { id: "sink" });
    const last = addRow(registry, runtime, { "overlay": { text, size: 24 } }, "source.video");
    runtime.connectByName(last, "sink.video", { policy: "lossless", capacity: 4 });
    await runtime.start();
    const sent = (async () => {
      for (const discontinuity of [false, true, false, true]) {
        await source.push({ planes: [new Uint8Array(64 * 32 * 4)], discontinuity });
      }
      source.end();
    })();
    const pictures: Uint8Array[] = [];
    for await (const picture of sink) pictures.push(copyPicture(picture).planes[0]);
    await sent;
    await end(runtime);
    return pictures;
  }));
  const [counted, ...numbers] = drawn;
  equal(counted.length, 4);
  for (const [k, drops] of [0, 1, 1, 2].entries()) {
    equal(compareBytes(counted[k], numbers[drops][k]).most, 0, `picture ${k}`);
  }
  ok(compareBytes(numbers[1][0], numbers[2][0]).most > 0, "numbers differ");
});

/** Draws an image over pictures of one colour, 64 × 40 in RGBA. */
async function stamped(registry: NodeRegistry, config: object, level = 0): Promise<Uint8Array> {
  await using runtime = runtimeOf(registry);
  const format = { pixelFormat: "rgba8", width: 64, height: 40, frameRate: 25 } as const;
  const source = runtime.add(appSource.video(format), { id: "source" });
  const sink = runtime.add(appSink.video(), { id: "sink" });
  const last = addRow(registry, runtime, { "overlay": { text: "", ...config } }, "source.video");
  runtime.connectByName(last, "sink.video", { policy: "lossless", capacity: 4 });
  await runtime.start();
  await source.push({ planes: [Uint8Array.from({ length: 64 * 40 * 4 }, (_, k) => k % 4 === 3 ? 255 : level)] });
  source.end();
  const [picture] = await Array.fromAsync(sink, copyPicture);
  await end(runtime);
  return picture.planes[0];
}

media("overlay draws an image in each format by its alpha, and changes nothing elsewhere", async (registry) => {
  const folder = await Deno.makeTempDir();
  const [width, height] = [20, 14];
  const bytes = Uint8Array.from({ length: 4 * width * height }, (_, k) => (k * 37 + (k >> 5) * 91) % 256);
  await Deno.writeFile(`${folder}/a.png`, encodePng({ width, height, bytes }, 4 * width, 6));
  const config = { text: "", image: `${folder}/a.png`, imagePosition: "bottom-right", imageOpacity: 0.5 };
  // It ends 4 pixels before the edges.
  const [left, top] = [160 - width - 4, 90 - height - 4];
  const colour = (x: number, y: number) => {
    const [red, green, blue, alpha] = bytes.subarray(4 * (y * width + x));
    return { red, green, blue, part: Math.round(alpha * 128 / 255) / 255 };
  };
  /** Luma, and the differences of chroma by alpha, of ITU-R BT.709. */
  const yuv = (x: number, y: number) => {
    const { red, green, blue, part } = colour(x, y);
    const luma = 0.2126 * red + 0.7152 * green + 0.0722 * blue;
    const chroma = (level: number, most: number) => part * (128 + 224 / 255 * (level - luma) / most);
    return { luma: 16 + 219 / 255 * luma, cb: chroma(blue, 1.8556), cr: chroma(red, 1.5748), part };
  };
  for (const pixelFormat of ["rgba8", "bgra8", "nv12", "i420"] as const) {
    const base: Row = {
      "pattern-source": { pattern: "ramp", width: 160, height: 90, durationSeconds: 0.034 },
      "convert": { pixelFormat },
    };
    const { pictures: [{ planes: plain }] } = await runPictures(registry, base);
    const { pictures: [{ planes }] } = await runPictures(registry, { ...base, "overlay": config });
    /** Compares one level with how it is mixed. */
    const check = (plane: number, at: number, level: number, part: number, off: number) => {
      const wanted = plain[plane][at] * (1 - part) + level * part;
      ok(
        Math.abs(planes[plane][at] - wanted) <= off,
        `${pixelFormat} ${plane}: ${at} is ${planes[plane][at]}, wanted ${wanted}`,
      );
      plain[plane][at] = planes[plane][at];
    };
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const at = (top + y) * 160 + left + x;
        const { red, green, blue, part } = colour(x, y);
        if (pixelFormat === "nv12" || pixelFormat === "i420") check(0, at, yuv(x, y).luma, part, 1.5);
        else {[...pixelFormat === "rgba8" ? [red, green, blue] : [blue, green, red], 255].forEach((level, k) =>
            check(0, 4 * at + k, level, part, 0.501)
          );}
        if (plain.length === 1 || x % 2 === 1 || y % 2 === 1) continue;
        const four = [yuv(x, y), yuv(x + 1, y), yuv(x, y + 1), yuv(x + 1, y + 1)];
        const sum = (key: "cb" | "cr" | "part") => four.reduce((sum, each) => sum + each[key], 0);
        const place = (top + y) / 2 * 80 + (left + x) / 2;
        const [blueAt, redAt] = pixelFormat === "nv12"
          ? [[1, 2 * place], [1, 2 * place + 1]]
          : [[1, place], [2, place]];
        check(blueAt[0], blueAt[1], sum("cb") / sum("part"), sum("part") / 4, 1.5);
        check(redAt[0], redAt[1], sum("cr") / sum("part"), sum("part") / 4, 1.5);
      }
    }
    planes.forEach((plane, k) =>
      equal(compareBytes(plane, plain[k]).most, 0, `${pixelFormat}, elsewhere in plane ${k}`)
    );
  }
  await Deno.remove(folder, { recursive: true });
});

rare(media)("overlay reads PNG files of each kind, and scales them", async (registry) => {
  const folder = await Deno.makeTempDir();
  for (const kind of ["rgb24", "gray", "ya8", "pal8", "rgba64be"]) {
    const source = ["-f", "lavfi", "-i", "testsrc2=size=24x16:duration=0.04,format=rgba,colorchannelmixer=aa=0.6"];
    const png = await ffmpeg([...source, "-frames:v", "1", "-pix_fmt", kind, "-f", "image2pipe", "-c:v", "png"]);
    const pixels = await ffmpeg(["-f", "png_pipe", "-i", "pipe:0", "-f", "rawvideo", "-pix_fmt", "rgba"], png);
    await Deno.writeFile(`${folder}/a.png`, png);
    const found = await stamped(registry, { image: `${folder}/a.png`, imagePosition: "top-left" }, 90);
    // Of 16 bits the lower 8 are left out, where ffmpeg rounds.
    const off = kind.endsWith("be") ? 3 : 1.5;
    for (let at = 0; at < 24 * 16 * 4; at++) {
      const place = ((4 + Math.floor(at / 96)) * 64 + 4) * 4 + at % 96;
      const part = pixels[at - at % 4 + 3] / 255;
      const wanted = at % 4 === 3 ? 255 : 90 * (1 - part) + pixels[at] * part;
      ok(Math.abs(found[place] - wanted) <= off, `${kind}: ${at} is ${found[place]}, wanted ${wanted}`);
    }
  }
  const { width, height } = { width: 8, height: 2 };
  const bytes = new Uint8Array(4 * width * height).fill(255);
  await Deno.writeFile(`${folder}/b.png`, encodePng({ width, height, bytes }, 4 * width, 6));
  const found = await stamped(registry, { image: `${folder}/b.png`, imageWidth: 40, imagePosition: "bottom-left" });
  const white = (x: number, y: number) => x >= 4 && x < 44 && y >= 26 && y < 36;
  for (let at = 0; at < 64 * 40; at++) {
    equal(found[4 * at], white(at % 64, Math.floor(at / 64)) ? 255 : 0, `${at % 64}, ${Math.floor(at / 64)}`);
  }
  await Deno.remove(folder, { recursive: true });
}, { needsFfmpeg: true });

rare(media)(
  "overlay draws an image without the chunks that its pixels do not need, whatever stands in them",
  async (registry) => {
    const folder = await Deno.makeTempDir();
    const picture = { width: 8, height: 8, bytes: new Uint8Array(4 * 8 * 8).fill(255) };
    const png = encodePng(picture, 32, 6);
    // Its decoder fails on a gamma of 5 bytes, and inflates text and profiles.
    const zeros = deflateSync(new Uint8Array(2 ** 20));
    const others = [
      pngChunk("gAMA", new Uint8Array(5)),
      pngChunk("zTXt", concat([new TextEncoder().encode("Comment\0\0"), zeros])),
      pngChunk("iCCP", concat([new TextEncoder().encode("profile\0\0"), zeros])),
    ];
    await Deno.writeFile(`${folder}/a.png`, png);
    await Deno.writeFile(`${folder}/b.png`, concat([png.subarray(0, HEADER_END), ...others, png.subarray(HEADER_END)]));
    const [plain, other] = [
      await stamped(registry, { image: `${folder}/a.png` }),
      await stamped(registry, { image: `${folder}/b.png` }),
    ];
    ok(plain.some((level, k) => k % 4 === 0 && level === 255), "the image is drawn");
    equal(compareBytes(other, plain).most, 0);
    await Deno.remove(folder, { recursive: true });
  },
);

/** Where the first chunk of a PNG file ends. */
const HEADER_END = 8 + 12 + 13;

function pngChunk(type: string, data: Uint8Array): Uint8Array {
  const named = concat([new TextEncoder().encode(type), data]);
  const [length, sum] = [new DataView(new ArrayBuffer(4)), new DataView(new ArrayBuffer(4))];
  length.setUint32(0, data.length);
  sum.setUint32(0, crc32(named));
  return concat([new Uint8Array(length.buffer), named, new Uint8Array(sum.buffer)]);
}

rare(media)("overlay leaves out an image that has no place in a picture", async (registry) => {
  const folder = await Deno.makeTempDir();
  const bytes = new Uint8Array(4 * 8 * 8).fill(255);
  await Deno.writeFile(`${folder}/a.png`, encodePng({ width: 8, height: 8, bytes }, 32, 6));
  for (const [width, height] of [[32, 2_000], [2, 40]]) {
    for (const pixelFormat of ["rgba8", "i420"] as const) {
      await using runtime = runtimeOf(registry);
      const source = runtime.add(appSource.video({ pixelFormat, width, height, frameRate: 25 }), { id: "source" });
      const sink = runtime.add(appSink.video(), { id: "sink" });
      const config = { text: "", image: `${folder}/a.png`, imagePosition: "top-left" };
      const last = addRow(registry, runtime, { "overlay": config }, "source.video");
      runtime.connectByName(last, "sink.video", { policy: "lossless", capacity: 4 });
      await runtime.start();
      const planes = Array.from({ length: pixelFormat === "i420" ? 3 : 1 }, (_, plane) => {
        const [row, rows] = planeSize(pixelFormat, width, height, plane);
        return new Uint8Array(row * rows).fill(100);
      });
      await source.push({ planes });
      source.end();
      const [picture] = await Array.fromAsync(sink, copyPicture);
      deepEqual(picture.planes.map((plane) => plane.every((level) => level === 100)), planes.map(() => true));
      await end(runtime);
    }
  }
  await Deno.remove(folder, { recursive: true });
});

media("jpeg-decode gives no picture that is only decoded for others", async (registry) => {
  const { units } = await runUnits(registry, {
    "pattern-source": { width: 64, height: 48, durationSeconds: 0.1 },
    "jpeg-encode": {},
  });
  await using runtime = runtimeOf(registry);
  const source = runtime.add(appSource.encoded({ codec: "jpeg" }), { id: "source" });
  const sink = runtime.add(appSink.video(), { id: "sink" });
  const last = addRow(registry, runtime, { "jpeg-decode": {} }, "source.encoded");
  runtime.connectByName(last, "sink.video", { policy: "lossless", capacity: 4 });
  await runtime.start();
  for (const [k, { bytes, ptsNs }] of units.entries()) await source.push({ bytes, ptsNs, decodeOnly: k !== 1 });
  source.end();
  const times: number[] = [];
  for await (const { ptsNs } of sink) times.push(ptsNs);
  deepEqual(times, [units[1].ptsNs]);
  deepEqual((await end(runtime)).figures("jpeg-decode"), { frames: 1, damaged: 0 });
});

media("jpeg-decode counts pictures that are damaged or cut off, and warns of the first", async (registry) => {
  const { units: [{ bytes }] } = await runUnits(registry, {
    "pattern-source": { width: 64, height: 48, durationSeconds: 0.034 },
    "jpeg-encode": {},
  });
  const [cut, noise] = [bytes.subarray(0, bytes.length - 2), Uint8Array.from({ length: 500 }, (_, k) => k * 37)];
  const cases: [sent: Uint8Array[], pictures: number, damaged: number, wanted: RegExp][] = [
    [
      [bytes, noise, cut],
      2,
      2,
      /^picture 2 is no JPEG that can be decoded: .*; it is left out, and the figure "damaged"/,
    ],
    [
      [bytes, cut, noise],
      2,
      2,
      /^picture 2 is cut off; the rest of it is grey, and the figure "damaged" counts others$/,
    ],
  ];
  for (const [sent, pictures, damaged, wanted] of cases) {
    const { figures, told, failure } = await decodeJpegs(registry, sent, "skip");
    equal(failure, undefined);
    deepEqual(figures, { frames: pictures, damaged });
    equal(told.length, 1, told.join());
    match(told[0], wanted);
  }
  deepEqual(await decodeJpegs(registry, [bytes, bytes], "skip"), {
    figures: { frames: 2, damaged: 0 },
    told: [],
    failure: undefined,
  });
  const { failure } = await decodeJpegs(registry, [bytes, cut], "fail");
  match(failure!, /picture 2 is cut off/);
});

/** Decodes JPEG. @returns the figures, what the log tells of the decoder, and why it has failed */
async function decodeJpegs(registry: NodeRegistry, sent: readonly Uint8Array[], damaged: "skip" | "fail") {
  const told: string[] = [];
  const silence = tapLog(({ nodeId, level, message }) => {
    if (nodeId === "jpeg-decode" && level === "warn") told.push(message);
  });
  try {
    await using runtime = runtimeOf(registry);
    const source = runtime.add(appSource.encoded({ codec: "jpeg" }), { id: "source" });
    const sink = runtime.add(appSink.video(), { id: "sink" });
    const last = addRow(registry, runtime, { "jpeg-decode": { damaged } }, "source.encoded");
    runtime.connectByName(last, "sink.video", { policy: "lossless", capacity: 4 });
    await runtime.start();
    const failed = runtime.finished.then(() => undefined, (error: Error) => error.message);
    const pushed = (async () => {
      for (const bytes of sent) await source.push({ bytes });
      source.end();
    })().catch(() => {});
    const taken = (async () => {
      for await (const picture of sink) void picture;
    })().catch(() => {});
    const failure = await failed;
    await Promise.all([pushed, taken]);
    return { figures: failure === undefined ? (await end(runtime)).figures("jpeg-decode") : undefined, told, failure };
  } finally {
    silence();
  }
}

media("overlay refuses an image that cannot be read by name, and keeps the one before", async (registry) => {
  const folder = await Deno.makeTempDir();
  const bytes = new Uint8Array(4 * 4 * 4).fill(200);
  await Deno.writeFile(`${folder}/a.png`, encodePng({ width: 4, height: 4, bytes }, 16, 6));
  await Deno.writeTextFile(`${folder}/b.png`, "no picture");
  const indexed = encodePng({ width: 4, height: 4, bytes }, 16, 6);
  const header = indexed.slice(16, HEADER_END - 4);
  header[9] = 3;
  const parts = [indexed.subarray(0, 8), pngChunk("IHDR", header), indexed.subarray(HEADER_END)];
  await Deno.writeFile(`${folder}/palette.png`, concat(parts));
  for (
    const [name, wanted] of [["none.png", /none\.png" cannot be read: No such file/], [
      "b.png",
      /b\.png" cannot be read: it is no PNG file/,
    ], ["palette.png", /palette\.png" cannot be read: it has no palette/]] as const
  ) {
    await rejects(stamped(registry, { image: `${folder}/${name}` }), wanted);
  }
  await using runtime = runtimeOf(registry);
  const format = { pixelFormat: "rgba8", width: 64, height: 40, frameRate: 25 } as const;
  const source = runtime.add(appSource.video(format), { id: "source" });
  const sink = runtime.add(appSink.video(), { id: "sink" });
  const last = addRow(registry, runtime, { "overlay": { text: "", image: `${folder}/a.png` } }, "source.video");
  runtime.connectByName(last, "sink.video", { policy: "lossless", capacity: 4 });
  await runtime.start();
  await rejects(runtime.configure("overlay", { image: `${folder}/b.png` }), /b\.png" cannot be read/);
  await source.push({ planes: [new Uint8Array(64 * 40 * 4)] });
  source.end();
  const [picture] = await Array.fromAsync(sink, copyPicture);
  ok(picture.planes[0][4 * (5 * 64 + 57)] > 150, "the image stands in the upper right");
  await end(runtime);
  await Deno.remove(folder, { recursive: true });
});
