/** H.264: what is encoded is decoded by ffmpeg, and what ffmpeg encodes is decoded as ffmpeg decodes it. */
import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import { appSink } from "../../core/app/app_sink.ts";
import { appSource } from "../../core/app/app_source.ts";
import type { AppEncodedUnit } from "../../core/app/source_items.ts";
import { tapLog } from "../../core/log.ts";
import type { NodeRegistry } from "../../core/registry/node_registry.ts";
import {
  addRow,
  compareBytes,
  concat,
  copyPicture,
  end,
  ffmpeg,
  media,
  type PictureCopy,
  rawVideo,
  readCode,
  runPictures,
  runtimeOf,
  runUnits,
  sameBytes,
} from "../fixtures/plugins/media.ts";
import { flow } from "../fixtures/waiting.ts";
import { mediaSink } from "../../sluice.gen.ts";
import { h264Encode } from "../../stages.gen.ts";
import { rare } from "../fixtures/rare.ts";

const SMALL = { width: 320, height: 240, frameRate: 30, durationSeconds: 2 };

function lumaOf(raw: Uint8Array, width: number, height: number): Uint8Array[] {
  const [pixels, size] = [width * height, width * height * 3 / 2];
  return Array.from({ length: raw.length / size }, (_, k) => raw.subarray(k * size, k * size + pixels));
}

for (const profile of ["baseline", "main", "high"]) {
  media(
    `h264-encode: ffmpeg decodes every frame of the profile ${profile}, none missing and none twice`,
    async (registry) => {
      const { units, figures } = await runUnits(registry, {
        "pattern-source": SMALL,
        "convert": { pixelFormat: profile === "main" ? "nv12" : "i420" },
        "h264-encode": { bitRate: 1_000_000, keyInterval: 20, profile },
      });
      equal(units.length, 60);
      deepEqual(units.flatMap(({ keyframe }, k) => keyframe ? [k] : []), [0, 20, 40]);
      deepEqual(units.map(({ ptsNs }) => ptsNs), Array.from({ length: 60 }, (_, k) => Math.round(k * 1e9 / 30)));
      for (const { bytes, keyframe } of units) {
        deepEqual([...bytes.subarray(0, 5)], [0, 0, 0, 1, keyframe ? 0x67 : 0x61]);
      }
      const raw = await ffmpeg(
        ["-f", "h264", "-i", "pipe:0", "-f", "rawvideo"],
        concat(units.map(({ bytes }) => bytes)),
      );
      deepEqual(
        lumaOf(raw, 320, 240).map((luma) => readCode(luma, 320, 240)),
        Array.from({ length: 60 }, (_, k) => k),
      );
      equal(figures("h264-encode")!.keyFrames, 3);
    },
    { needsFfmpeg: true },
  );
}

const MOVING = { pixelFormat: "i420", width: 160, height: 120, frameRate: 30 } as const;

/** Waves and texture that move by 3 pixels a picture. */
function movingPicture(frame: number): Uint8Array[] {
  const { width, height } = MOVING;
  const luma = Uint8Array.from({ length: width * height }, (_, at) => {
    const [x, y] = [at % width + 3 * frame, Math.floor(at / width)];
    const texture = (Math.imul(x >> 2, 2_654_435_761) ^ Math.imul(y >> 2, 2_246_822_519)) >>> 28;
    return 128 + 50 * Math.sin(x / 19) + 40 * Math.sin((y + frame) / 13) + texture;
  });
  const chroma = (length: number) =>
    Uint8Array.from(
      { length: width * height / 4 },
      (_, at) => 128 + 40 * Math.sin((at % (width / 2) + 1.5 * frame) / length),
    );
  return [luma, chroma(23), chroma(31)];
}

/** Moving pictures that are sent and encoded one by one. */
async function encodeStepwise(registry: NodeRegistry, config: object) {
  const runtime = runtimeOf(registry);
  const source = runtime.add(appSource.video(MOVING), { id: "source" });
  const sink = runtime.add(appSink.encoded(), { id: "sink" });
  const last = addRow(registry, runtime, { "h264-encode": { ...config } }, "source.video");
  runtime.connectByName(last, "sink.encoded", { policy: "lossless", capacity: 4 });
  await runtime.start();
  const units = sink[Symbol.asyncIterator]();
  let frame = 0;
  const next = async () => {
    await source.push({ planes: movingPicture(frame++) });
    const { keyframe, bytes } = (await units.next()).value!;
    return { keyframe, length: bytes.length };
  };
  const finish = async () => {
    source.end();
    ok((await units.next()).done);
    await end(runtime);
  };
  return { runtime, next, finish };
}

media("h264-encode makes the next picture a key frame by command, and no other", async (registry) => {
  const { runtime, next, finish } = await encodeStepwise(registry, { keyInterval: 1_000 });
  await using _ = runtime;
  const found: number[] = [];
  for (let frame = 0; frame < 12; frame++) {
    if (frame === 5 || frame === 9) equal(await runtime.command("h264-encode", "keyFrame"), null);
    if ((await next()).keyframe) found.push(frame);
  }
  deepEqual(found, [0, 5, 9]);
  await finish();
});

rare(media)("h264-encode keeps to another bit rate from the picture on at which it is set", async (registry) => {
  const { runtime, next, finish } = await encodeStepwise(registry, { bitRate: 1_000_000, keyInterval: 1_000 });
  await using _ = runtime;
  const bitRate = async () => {
    let [bytes, frames] = [0, 0];
    for (; frames < 45; frames++) {
      const { length } = await next();
      // The first third is left to the rate control.
      if (frames >= 15) bytes += length;
    }
    return bytes * 8;
  };
  const high = await bitRate();
  await runtime.configure("h264-encode", { bitRate: 100_000 });
  const low = await bitRate();
  await runtime.configure("h264-encode", { bitRate: 1_000_000 });
  const again = await bitRate();
  ok(Math.abs(low / 100_000 - 1) < 0.5, `${low} bit/s, wanted 100,000`);
  ok(high > 3 * low && again > 3 * low, `${high}, ${low} and ${again} bit/s`);
  await finish();
});

rare(media)("h264-encode keeps moving pictures 35 dB above what it changes", async (registry) => {
  await using runtime = runtimeOf(registry);
  const source = runtime.add(appSource.video(MOVING), { id: "source" });
  const sink = runtime.add(appSink.video(), { id: "sink" });
  const row = { "h264-encode": { bitRate: 1_000_000 }, "h264-decode": {} };
  runtime.connectByName(addRow(registry, runtime, row, "source.video"), "sink.video", {
    policy: "lossless",
    capacity: 4,
  });
  await runtime.start();
  const originals = Array.from({ length: 30 }, (_, frame) => movingPicture(frame));
  const sent = (async () => {
    for (const planes of originals) await source.push({ planes });
    source.end();
  })();
  const found: number[] = [];
  for await (const picture of sink) {
    found.push(compareBytes(rawVideo([copyPicture(picture)]), concat(originals[found.length])).psnr);
  }
  await sent;
  await end(runtime);
  equal(found.length, originals.length);
  ok(Math.min(...found) >= 35, `${Math.min(...found)} dB`);
});

media("h264-decode gives the pictures that ffmpeg gives of what was encoded here", async (registry) => {
  const encoder = { "pattern-source": SMALL, "convert": {}, "h264-encode": { bitRate: 500_000 } };
  const { units } = await runUnits(registry, encoder);
  const { pictures } = await runPictures(registry, { ...encoder, "h264-decode": {} });
  deepEqual(
    pictures.map(({ ptsNs, durationNs }) => [ptsNs, durationNs]),
    units.map(({ ptsNs, durationNs }) => [ptsNs, durationNs]),
  );
  const wanted = await ffmpeg(
    ["-f", "h264", "-i", "pipe:0", "-f", "rawvideo"],
    concat(units.map(({ bytes }) => bytes)),
  );
  sameBytes(rawVideo(pictures), wanted);
}, { needsFfmpeg: true });

/** Access units of a stream by ffmpeg, each with its times. */
async function encodeByFfmpeg(options: readonly string[], size = "192x160") {
  const source = ["-f", "lavfi", "-i", `testsrc2=size=${size}:rate=25:duration=1`];
  const stream = await ffmpeg([...source, "-c:v", "libx264", "-threads", "1", ...options, "-f", "h264"]);
  return splitUnits(stream);
}

/** Splits a stream of ffmpeg before each access unit delimiter. */
function splitUnits(stream: Uint8Array): Uint8Array[] {
  const starts: number[] = [];
  for (let at = 0; at + 4 < stream.length; at++) {
    if (stream[at] === 0 && stream[at + 1] === 0 && stream[at + 2] === 1 && (stream[at + 3] & 0x1f) === 9) {
      starts.push(at > 0 && stream[at - 1] === 0 ? at - 1 : at);
    }
  }
  return starts.map((start, k) => stream.subarray(start, starts[k + 1]));
}

/** Decodes units that a script sends. */
async function decode(registry: NodeRegistry, units: readonly AppEncodedUnit[], config = {}) {
  await using runtime = runtimeOf(registry);
  const source = runtime.add(appSource.encoded({ codec: "h264" }), { id: "source" });
  const sink = runtime.add(appSink.video(), { id: "sink" });
  const last = addRow(registry, runtime, { "h264-decode": config }, "source.encoded");
  runtime.connectByName(last, "sink.video", { policy: "lossless", capacity: 4 });
  await runtime.start();
  const pictures: PictureCopy[] = [];
  const seen = (async () => {
    for await (const picture of sink) pictures.push(copyPicture(picture));
  })();
  for (const unit of units) await source.push({ ...unit, durationNs: 40e6 });
  source.end();
  await seen;
  return { pictures, ...await end(runtime) };
}

/** Options of x264. Where B-frames predict in direct mode, openh264 gets a few pixels wrong: so many dB are wanted. */
const STREAMS: Readonly<Record<string, { readonly options: string; readonly psnr?: number }>> = {
  "B-frames": { options: "bframes=3:keyint=12", psnr: 50 },
  "a pyramid of B-frames and several references": { options: "bframes=5:b-adapt=0:ref=4:keyint=25", psnr: 50 },
  "B-frames without direct mode": { options: "bframes=3:direct=none" },
  "several slices of the profile baseline": { options: "bframes=0:cabac=0:8x8dct=0:weightp=0:slices=4" },
  "weighted prediction without CABAC": { options: "bframes=2:cabac=0:weightp=2:direct=none" },
  "an open GOP": { options: "bframes=2:keyint=10:open-gop=1", psnr: 50 },
};

for (const [what, { options, psnr }] of Object.entries(STREAMS)) {
  const register = what === "B-frames" ? media : rare(media);
  register(`h264-decode gives what ffmpeg gives of a stream with ${what}`, async (registry) => {
    const units = await encodeByFfmpeg(["-x264-params", `aud=1:${options}`]);
    equal(units.length, 25);
    const times = await presentationTimes(units);
    const { pictures, figures } = await decode(registry, units.map((bytes, k) => ({ bytes, ptsNs: times[k] })));
    deepEqual(pictures.map(({ ptsNs }) => ptsNs), times.toSorted((a, b) => a - b));
    deepEqual(figures("h264-decode"), { units: 25, frames: 25, damaged: 0 });
    const wanted = await ffmpeg(["-f", "h264", "-i", "pipe:0", "-f", "rawvideo"], concat(units));
    if (psnr === undefined) return sameBytes(rawVideo(pictures), wanted);
    const found = compareBytes(rawVideo(pictures), wanted).psnr;
    ok(found > psnr, `${found} dB`);
  }, { needsFfmpeg: true });
}

rare(media)(
  "h264-decode gives no picture that is only decoded for others, and tells a gap before one",
  async (registry) => {
    const units = await encodeByFfmpeg(["-x264-params", "aud=1:bframes=3:keyint=25"]);
    const times = await presentationTimes(units);
    const wanted = await decode(registry, units.map((bytes, k) => ({ bytes, ptsNs: times[k] })));
    const place = times.toSorted((a, b) => a - b)[10];
    const { pictures, figures } = await decode(
      registry,
      units.map((bytes, k) => ({ bytes, ptsNs: times[k], decodeOnly: times[k] < place, discontinuity: k === 0 })),
    );
    deepEqual(figures("h264-decode"), { units: 25, frames: 15, damaged: 0 });
    deepEqual(pictures.map(({ ptsNs }) => ptsNs), times.toSorted((a, b) => a - b).filter((time) => time >= place));
    deepEqual(pictures.flatMap(({ discontinuity }, k) => discontinuity ? [k] : []), [0]);
    sameBytes(rawVideo(pictures), rawVideo(wanted.pictures.slice(10)));
  },
  { needsFfmpeg: true },
);

media("h264-decode gives all pictures where their size changes", async (registry) => {
  const parts = await Promise.all(
    ["64x48", "96x64"].map((size) =>
      encodeByFfmpeg(["-pix_fmt", "yuv420p", "-x264-params", "aud=1:bframes=3:b-pyramid=normal"], size)
    ),
  );
  const units = parts.flatMap((part, k) => part.map((bytes, at) => ({ bytes, ptsNs: (25 * k + at) * 40e6 })));
  const { pictures } = await decode(registry, units);
  deepEqual(pictures.map(({ width }) => width), [...Array(25).fill(64), ...Array(25).fill(96)]);
}, { needsFfmpeg: true });

/** What is left of the eleventh unit, a P-frame to which the pictures behind it refer; and options of x264. */
const DAMAGED_GOPS: Readonly<Record<string, readonly [left: (unit: Uint8Array) => Uint8Array[], options: string]>> = {
  "a P-frame that is cut off": [(unit) => [unit.subarray(0, unit.length / 2)], "bframes=0"],
  "a P-frame that is missing": [() => [], "bframes=0"],
  "a P-frame of random bytes among B-frames": [
    (unit) => [unit.map((byte, at) => at < 50 ? byte : Math.imul(at, 2_654_435_761) >>> 24)],
    "bframes=1:b-adapt=0",
  ],
  "a P-frame that is missing among B-frames": [() => [], "bframes=3:b-adapt=0:b-pyramid=normal"],
};

for (const [what, [left, options]] of Object.entries(DAMAGED_GOPS)) {
  const register = options === "bframes=0" ? rare(media) : media;
  register(`h264-decode goes on in a long GOP behind ${what}, each picture with its own time`, async (registry) => {
    const units = await encodeByFfmpeg(["-pix_fmt", "yuv420p", "-x264-params", `aud=1:keyint=250:${options}`]);
    const times = await presentationTimes(units);
    const whole = units.map((bytes, k) => ({ bytes, ptsNs: times[k], keyframe: k === 0 }));
    const damaged = whole.flatMap((unit, k) =>
      k === 9 ? left(unit.bytes).map((bytes) => ({ ...unit, bytes })) : [unit]
    );
    const { pictures, figures } = await decode(registry, damaged);
    const found = pictures.map(({ ptsNs }) => ptsNs);
    deepEqual(found, damaged.map(({ ptsNs }) => ptsNs).sort((a, b) => a - b));
    ok(figures("h264-decode")!.damaged >= 1);
    const flagged = pictures.flatMap(({ discontinuity }, k) => discontinuity ? [k] : []);
    equal(flagged.length, 1);
    const { pictures: wanted } = await decode(registry, whole);
    for (const [k, picture] of pictures.entries()) {
      const same = wanted.find(({ ptsNs }) => ptsNs === picture.ptsNs)!;
      const { psnr } = compareBytes(rawVideo([picture]), rawVideo([same]));
      // A grey picture would have some 10 dB.
      ok(psnr > (k < flagged[0] ? 99 : 15), `picture ${k}: ${psnr} dB`);
    }
  }, { needsFfmpeg: true });
}

media("h264-decode gives no picture of a stream that begins without a key frame", async (registry) => {
  const [first, ...units] = await encodeByFfmpeg(["-pix_fmt", "yuv420p", "-x264-params", "aud=1:keyint=250:bframes=0"]);
  const idr = first.findIndex((byte, at) => (byte & 0x1f) === 5 && first[at - 1] === 1 && first[at - 2] === 0);
  // The parameter sets are there.
  const sent = [first.subarray(0, idr - 3), ...units].map((bytes, k) => ({ bytes, ptsNs: 40e6 * k }));
  const { pictures, figures } = await decode(registry, sent);
  deepEqual([pictures.length, figures("h264-decode")], [0, { units: 25, frames: 0, damaged: 24 }]);
}, { needsFfmpeg: true });

const REFUSED: Readonly<Record<string, { readonly format?: string; readonly options?: string }>> = {
  "10 bits a sample": { format: "yuv420p10le" },
  "chroma of 4:2:2": { format: "yuv422p" },
  "chroma of 4:4:4": { format: "yuv444p" },
  "the profile High 4:4:4 Predictive": { options: ":qp=0" },
  "interlaced pictures": { options: ":tff=1:weightp=0" },
};

for (const [what, { format = "yuv420p", options = "" }] of Object.entries(REFUSED)) {
  media(`h264-decode refuses ${what} by name`, async (registry) => {
    const [bytes] = await encodeByFfmpeg(["-pix_fmt", format, "-x264-params", `aud=1${options}`]);
    await using runtime = runtimeOf(registry);
    const source = runtime.add(appSource.encoded({ codec: "h264" }), { id: "source" });
    addRow(registry, runtime, { "h264-decode": {} }, "source.encoded");
    await runtime.start();
    const failed = rejects(
      runtime.finished,
      ({ message }: Error) =>
        message.includes(`cannot decode H.264 with ${what}: supported is progressive video of 8 bits in 4:2:0`),
    );
    await source.push({ bytes, durationNs: 40e6 });
    await failed;
  }, { needsFfmpeg: true });
}

/** A stream of key frames at every fifth picture, where one bit of the SPS of some pictures says chroma of 4:2:2. */
async function withDamagedSets(pictures: readonly number[]): Promise<{ bytes: Uint8Array; ptsNs: number }[]> {
  const units = await encodeByFfmpeg(["-pix_fmt", "yuv420p", "-x264-params", "aud=1:bframes=0:keyint=5:scenecut=0"]);
  return units.map((unit, k) => {
    const bytes = unit.slice();
    if (pictures.includes(k)) {
      const sps = bytes.findIndex((byte, at) => byte === 0x67 && bytes[at - 1] === 1 && bytes[at - 2] === 0);
      // seq_parameter_set_id 0, chroma_format_idc 1, two depths of 8 bits (ITU-T H.264, 7.3.2.1.1).
      equal(bytes[sps + 4], 0b10101100);
      bytes[sps + 4] ^= 0b00010000;
    }
    return { bytes, ptsNs: 40e6 * k };
  });
}

rare(media)("h264-decode leaves pictures out up to the next key frame where an SPS is damaged", async (registry) => {
  const said: string[] = [];
  const stopTap = tapLog(({ level, message }) => level === "warn" && message.includes("unit ") && said.push(message));
  const { pictures, figures } = await decode(registry, await withDamagedSets([10]));
  stopTap();
  deepEqual(said.map((message) => /unit 11 asks for chroma of 4:2:2, which cannot be decoded/.test(message)), [true]);
  deepEqual(figures("h264-decode"), { units: 25, frames: 20, damaged: 5 });
  deepEqual(
    pictures.map(({ ptsNs }) => ptsNs / 40e6),
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24],
  );
  deepEqual(pictures.flatMap(({ discontinuity }, k) => discontinuity ? [k] : []), [10]);
  const { pictures: whole } = await decode(registry, await withDamagedSets([]));
  sameBytes(rawVideo(pictures.slice(10)), rawVideo(whole.slice(15)));
}, { needsFfmpeg: true });

rare(media)("h264-decode fails by a damaged SPS where that is wanted, and by the second in a row", async (registry) => {
  const cases = [
    [[10], { damaged: "fail" }, /access unit 11 is damaged/],
    [[10, 15], {}, /cannot decode H\.264 with chroma of 4:2:2/],
  ] as const;
  for (const [damaged, config, wanted] of cases) {
    await using runtime = runtimeOf(registry);
    const source = runtime.add(appSource.encoded({ codec: "h264" }), { id: "source" });
    addRow(registry, runtime, { "h264-decode": config }, "source.encoded");
    await runtime.start();
    const failed = rejects(runtime.finished, wanted);
    const sent = (async () => {
      for (const { bytes, ptsNs } of await withDamagedSets(damaged)) await source.push({ bytes, ptsNs });
    })().catch(() => {});
    await failed;
    await sent;
  }
}, { needsFfmpeg: true });

/** When each unit is presented, from the order of pictures that ffprobe finds. */
async function presentationTimes(units: readonly Uint8Array[]): Promise<number[]> {
  const path = await Deno.makeTempFile({ suffix: ".h264" });
  await Deno.writeFile(path, concat(units));
  const { stdout } = await new Deno.Command("ffprobe", {
    args: ["-v", "error", "-f", "h264", "-show_entries", "frame=pkt_pos", "-of", "csv=p=0", path],
  }).output();
  await Deno.remove(path);
  const places = new TextDecoder().decode(stdout).trim().split("\n").map((line) => Number.parseInt(line));
  const starts: number[] = [];
  units.reduce((at, { length }) => (starts.push(at), at + length), 0);
  return starts.map((start, k) => {
    const end = start + units[k].length;
    return 40e6 * places.findIndex((place) => place >= start && place < end);
  });
}

/** Bit rates, one after the other: of small pictures each would have a level of its own. */
const BIT_RATES = [100_000, 700_000, 2_000_000, 9_000_000, 20_000_000];

for (const container of ["mp4", "mkv"]) {
  rare(media)(
    `h264-encode is replaced by one of another bit rate while ${container} is recorded, and no frame is missing`,
    async (registry) => {
      const path = await Deno.makeTempFile({ suffix: `.${container}` });
      await using runtime = runtimeOf(registry, { mode: "live" });
      const last = addRow(registry, runtime, {
        "pattern-source#source": { width: 320, height: 240, frameRate: 200, durationSeconds: 4 },
        "convert#convert": {},
        "h264-encode#encode": { bitRate: BIT_RATES[0] },
      });
      runtime.add(mediaSink({ path }), { id: "file", ports: ["video_0"] });
      runtime.connectByName(last, "file.video_0", { policy: "lossless" });
      await runtime.start();
      for (const bitRate of BIT_RATES.slice(1)) {
        await flow(runtime, "file");
        await runtime.edit((edit) => void edit.replace("encode", h264Encode({ bitRate })));
      }
      await runtime.finished;
      const raw = await ffmpeg(["-i", path, "-f", "rawvideo", "-pix_fmt", "gray", "-fps_mode", "passthrough"]);
      const size = 320 * 240;
      const codes = Array.from(
        { length: raw.length / size },
        (_, k) => readCode(raw.subarray(k * size, (k + 1) * size), 320, 240),
      );
      deepEqual(codes, Array.from({ length: 800 }, (_, k) => k));
      await Deno.remove(path);
    },
    { needsFfmpeg: true },
  );
}

media(
  "h264-encode names a level that has room for its rate, and refuses a live bit rate beyond it",
  async (registry) => {
    const levelOf = async (source: object, encode: Record<string, unknown>) => {
      const row = {
        "pattern-source": { ...SMALL, durationSeconds: 0.1, ...source },
        "convert": {},
        "h264-encode": encode,
      };
      return (await runUnits(registry, row)).units[0].bytes[7];
    };
    deepEqual(await Promise.all([{ bitRate: 10_000 }, { bitRate: 24_000_000 }].map((each) => levelOf({}, each))), [
      40,
      40,
    ]);
    equal(await levelOf({}, { bitRate: 24_000_001 }), 41);
    equal(await levelOf({}, { bitRate: 200_000_000 }), 51);
    equal(await levelOf({ width: 1920, height: 1080, frameRate: 60 }, {}), 42);
    equal(await levelOf({ frameRate: 1000, durationSeconds: 0.01 }, { rateControl: "constant" }), 42);
    await using runtime = runtimeOf(registry, { mode: "live" });
    const row = {
      "pattern-source": { ...SMALL, durationSeconds: 0 },
      "convert": {},
      "h264-encode": {},
    };
    addRow(registry, runtime, row);
    await runtime.start();
    await flow(runtime, "h264-encode", 3);
    await rejects(
      runtime.setConfig("h264-encode", "bitRate", 24_000_001),
      /bitRate is 24000001, and the level of the stream has room for 24000000 bit\/s; replace the node by one with that/,
    );
    await runtime.setConfig("h264-encode", "bitRate", 24_000_000);
    await flow(runtime, "h264-encode", 3);
    await runtime.stop();
  },
);
