/** Decoders on damaged and hostile input: they go on, or end with a clear error, and never crash. */
import { equal, match, ok } from "node:assert/strict";
import { appSink } from "../../core/app/app_sink.ts";
import { appSource } from "../../core/app/app_source.ts";
import type { Codec } from "../../core/frames/format.ts";
import type { NodeRegistry } from "../../core/registry/node_registry.ts";
import { ffmpeg, FOLDER } from "../../processors/media/fixtures/media_files.ts";
import { nodes } from "../../sluice.gen.ts";
import { addRow, end, media, type Row, runtimeOf, runUnits } from "../fixtures/plugins/media.ts";

/** Packets in all, also of the codecs that Symphonia decodes; a run is 100. */
const [PACKETS, SYMPHONIA_PACKETS] = Deno.env.get("SLUICE_DEEP") === "1" ? [10_000, 10_000] : [300, 1_000];

/** Marsaglia, "Xorshift RNGs", 2003. */
function random(seed: number): (below: number) => number {
  let state = seed >>> 0 || 1;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

/** Flips, cuts, repeats, swaps or replaces bytes. */
function mutate(bytes: Uint8Array, pick: (below: number) => number): Uint8Array {
  const copy = bytes.slice();
  const at = pick(copy.length);
  switch (pick(6)) {
    case 0:
      return copy.subarray(0, 1 + at);
    case 1:
      for (let k = 0; k <= pick(20); k++) copy[pick(copy.length)] ^= 1 << pick(8);
      return copy;
    case 2:
      // Headers lie at the start.
      for (let k = 0; k <= pick(4); k++) copy[pick(Math.min(40, copy.length))] = pick(256);
      return copy;
    case 3:
      return Uint8Array.from([...copy.subarray(0, at), ...copy.subarray(pick(copy.length))]);
    case 4:
      return copy.fill(pick(256), at, at + pick(200));
    default:
      return Uint8Array.from({ length: 1 + pick(600) }, () => pick(256));
  }
}

/** Mutates what lies behind a header of `keep` bytes, so that the damage is found by nothing but the decoder. */
function inside(bytes: Uint8Array, keep: number, codec: Codec, pick: (below: number) => number): Uint8Array {
  const copy = bytes.slice();
  copy.set(mutate(bytes.subarray(keep), pick).subarray(0, bytes.length - keep), keep);
  if (codec !== "flac") return copy;
  // The check of a frame of FLAC (RFC 9639, 9.3).
  let crc = 0;
  for (const byte of copy.subarray(0, -2)) {
    crc ^= byte << 8;
    for (let bit = 0; bit < 8; bit++) crc = ((crc << 1) ^ (crc & 0x8000 ? 0x8005 : 0)) & 0xffff;
  }
  copy.set([crc >> 8, crc & 255], copy.length - 2);
  return copy;
}

/** Codecs of sound. */
const SOUND: readonly Codec[] = ["opus", "aac", "mp3", "flac"];

/** Sends units to a decoder. @returns its figures, or the message with which it failed */
async function decode(registry: NodeRegistry, stage: string, codec: Codec, units: readonly Uint8Array[]) {
  await using runtime = runtimeOf(registry);
  const source = runtime.add(appSource.encoded({ codec }), { id: "source" });
  const last = addRow(registry, runtime, { [stage]: {} }, "source.encoded");
  const isSound = SOUND.includes(codec);
  const sink = isSound ? runtime.add(appSink.audio(), { id: "sink" }) : runtime.add(appSink.video(), { id: "sink" });
  runtime.connectByName(last, isSound ? "sink.audio" : "sink.video", { policy: "lossless", capacity: 4 });
  await runtime.start();
  const seen = (async () => {
    let frames = 0;
    for await (const _ of sink as AsyncIterable<unknown>) frames++;
    return frames;
  })();
  const sent = (async () => {
    for (const bytes of units) await source.push({ bytes, durationNs: 20e6 });
    source.end();
  })();
  const settled = Promise.allSettled([sent, seen]);
  try {
    const { figures } = await end(runtime);
    await sent;
    return { frames: await seen, figures: figures(stage)! };
  } catch (error) {
    await settled;
    return { failed: (error as Error).message };
  }
}

const PATTERN: Row = { "pattern-source": { width: 192, height: 160, durationSeconds: 0.5 } };

const CASES: Readonly<Record<string, { readonly codec: Codec; readonly row: Row; readonly wanted: RegExp }>> = {
  "h264-decode": {
    codec: "h264",
    row: { ...PATTERN, "convert": {}, "h264-encode": { keyInterval: 5 } },
    wanted: /no slot takes a picture of \d+ × \d+|cannot decode H\.264 with/,
  },
  "jpeg-decode": {
    codec: "jpeg",
    row: { ...PATTERN, "jpeg-encode": {} },
    wanted: /no slot takes a picture of \d+ × \d+/,
  },
};

for (const [stage, { codec, row, wanted }] of Object.entries(CASES)) {
  media(`${stage}: ${PACKETS} damaged packets end in pictures, counts or clear errors`, async (registry) => {
    const { units } = await runUnits(registry, row);
    await fuzz(registry, stage, codec, units.map(({ bytes }) => bytes), wanted);
  });
}

/** Streams of x264, which refer to pictures in ways of which the shipped encoder makes no use. */
const STREAMS: Readonly<Record<string, string>> = {
  "a pyramid of B-frames and several references": "bframes=5:b-adapt=0:ref=4:keyint=25",
  "several slices and B-frames without CABAC": "bframes=3:cabac=0:8x8dct=0:weightp=2:slices=4:keyint=50",
};

for (const [what, options] of Object.entries(STREAMS)) {
  media(
    `h264-decode: ${PACKETS} damaged packets of a stream with ${what} end in pictures and counts`,
    async (registry) => {
      const path = `${FOLDER}/fuzz.h264`;
      const encoder = ["-c:v", "libx264", "-threads", "1", "-pix_fmt", "yuv420p", "-x264-params", `aud=1:${options}`];
      ffmpeg("-f", "lavfi", "-i", "testsrc2=size=192x160:rate=25:duration=2", ...encoder, path);
      const { wanted } = CASES["h264-decode"];
      await fuzz(registry, "h264-decode", "h264", accessUnits(Deno.readFileSync(path)), wanted);
    },
    { needsFfmpeg: true },
  );
}

/** Splits a stream before each access unit delimiter. */
function accessUnits(stream: Uint8Array): Uint8Array[] {
  const starts: number[] = [];
  for (let at = 0; at + 4 < stream.length; at++) {
    if (stream[at] + stream[at + 1] + stream[at + 2] === 0 && stream[at + 3] === 1 && stream[at + 4] === 9) {
      starts.push(at);
    }
  }
  return starts.map((start, index) => stream.subarray(start, starts[index + 1]));
}

media(`opus-decode: ${PACKETS} damaged packets end in sound and counts`, async (registry) => {
  await using runtime = runtimeOf(registry);
  runtime.addByType(
    "pattern-source",
    { width: 64, height: 16, durationSeconds: 1, flashSeconds: 0.1 },
    {
      id: "source",
      lane: "media",
    },
  );
  const sink = runtime.add(appSink.encoded(), { id: "sink" });
  const last = addRow(registry, runtime, { "opus-encode": {} }, "source.audio");
  runtime.connectByName(last, "sink.encoded", { policy: "lossless", capacity: 8 });
  await runtime.start();
  const units: Uint8Array[] = [];
  for await (const { bytes } of sink) units.push(bytes.slice());
  await runtime.finished;
  await fuzz(registry, "opus-decode", "opus", units, /^never$/);
});

for (
  const [codec, encoder, format, keep] of [
    ["aac", "aac", "fltp", 7],
    ["mp3", "libmp3lame", "fltp", 4],
    ["flac", "flac", "s16", 6],
  ] as const
) {
  media(`${codec}-decode: ${SYMPHONIA_PACKETS} damaged packets end in sound and counts`, async (registry) => {
    const path = `${FOLDER}/fuzz.mka`;
    const source = "anoisesrc=duration=0.5:amplitude=0.2:sample_rate=44100,pan=stereo|c0=c0|c1=-0.3*c0";
    ffmpeg("-f", "lavfi", "-i", source, "-c:a", encoder, "-sample_fmt", format, path);
    await using runtime = runtimeOf(registry);
    runtime.add(nodes.mediaSource({ path }), { id: "file", lane: "main", ports: ["audio_0"] });
    const sink = runtime.add(appSink.encoded(), { id: "sink" });
    runtime.connectByName("file.audio_0", "sink.encoded", { policy: "lossless", capacity: 8 });
    await runtime.start();
    const units: Uint8Array[] = [];
    for await (const { bytes } of sink) units.push(bytes.slice());
    await runtime.finished;
    await fuzz(registry, `${codec}-decode`, codec, units, /^never$/, {
      packets: SYMPHONIA_PACKETS,
      other: (bytes, pick) => inside(bytes, keep, codec, pick),
    });
  }, { needsFfmpeg: true });
}

async function fuzz(
  registry: NodeRegistry,
  stage: string,
  codec: Codec,
  units: readonly Uint8Array[],
  wanted: RegExp,
  { packets = PACKETS, other = mutate } = {},
) {
  const pick = random(20_261_123);
  for (let sent = 0; sent < packets; sent += 100) {
    // A good unit now and then, so that damage lies behind what decodes.
    const sentNow = Array.from({ length: 100 }, (_, k) => {
      const bytes = units[k % units.length];
      return k % 4 === 0 ? bytes : k % 2 === 0 ? other(bytes, pick) : mutate(bytes, pick);
    });
    const { figures, failed } = await decode(registry, stage, codec, sentNow);
    if (failed !== undefined) match(failed, wanted);
    else ok(figures!.damaged > 0, `${stage} has found none damaged`);
  }
  // What follows damage decodes as if nothing had been.
  const clean = await decode(registry, stage, codec, units);
  equal(clean.figures?.damaged, 0);
}
