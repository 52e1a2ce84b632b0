/** AAC, MP3 and FLAC out of files: ffmpeg decodes the same, to the sample, and damage is made up for. */
import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import { appSink } from "../../core/app/app_sink.ts";
import { appSource } from "../../core/app/app_source.ts";
import type { Codec } from "../../core/frames/format.ts";
import { NodeRegistry } from "../../core/registry/node_registry.ts";
import { Runtime } from "../../core/runtime.ts";
import { ffmpeg as runFfmpeg } from "../../processors/media/fixtures/media_files.ts";
import { nodePackage, nodes } from "../../sluice.gen.ts";
import { addRow, end, ffmpeg, media, runtimeOf } from "../fixtures/plugins/media.ts";
import { rare } from "../fixtures/rare.ts";

const LOSSLESS = { policy: "lossless", capacity: 8 } as const;

const SECONDS = 0.4;

interface Case {
  readonly codec: "aac" | "mp3" | "flac";
  readonly extension: string;
  /** For ffmpeg, which makes the file. */
  readonly encoder: readonly string[];
  readonly formats: readonly (readonly [channels: number, sampleRateHz: number])[];
  /** By how many samples the sound is later than ffmpeg's. */
  readonly lateBy: number;
}

const CASES: readonly Case[] = [
  {
    codec: "aac",
    extension: "mp4",
    // Without noise substitution, where each decoder has noise of its own.
    encoder: ["-c:a", "aac", "-b:a", "128k", "-aac_pns", "0"],
    formats: [[1, 44_100], [2, 48_000]],
    lateBy: 0,
  },
  {
    codec: "aac",
    extension: "mkv",
    encoder: ["-c:a", "aac", "-b:a", "128k", "-aac_pns", "0"],
    formats: [[2, 44_100]],
    lateBy: 0,
  },
  {
    codec: "mp3",
    extension: "mp3",
    encoder: ["-c:a", "libmp3lame", "-b:a", "128k"],
    formats: [[1, 44_100], [2, 48_000], [2, 22_050]],
    lateBy: 0,
  },
  {
    codec: "flac",
    extension: "flac",
    encoder: ["-c:a", "flac", "-sample_fmt", "s32", "-frame_size", "1024", "-v", "error"],
    formats: [[1, 44_100], [6, 48_000]],
    lateBy: 0,
  },
  {
    codec: "flac",
    extension: "mp4",
    encoder: ["-c:a", "flac", "-sample_fmt", "s16", "-strict", "-2"],
    formats: [[2, 44_100]],
    lateBy: 0,
  },
];

/** Two sines a channel, which begin and break off again and again; ffmpeg makes a file of them. */
function encode(
  folder: string,
  { extension, encoder }: Pick<Case, "extension" | "encoder">,
  channels: number,
  sampleRateHz: number,
): string {
  const path = `${folder}/${channels}-${sampleRateHz}.${extension}`;
  const sines = Array.from(
    { length: channels },
    (_, k) => `(0.3*sin(${2_764 + 900 * k}*t)+0.1*sin(${19_000 - 700 * k}*t))*gte(mod(t+${k}/9\\,0.2)\\,0.07)`,
  );
  const source = `aevalsrc=${sines.join("|")}:s=${sampleRateHz}:d=${SECONDS}${channels === 6 ? ":c=5.1" : ""}`;
  runFfmpeg("-f", "lavfi", "-i", source, ...encoder, "-y", path);
  return path;
}

/** What a stage makes of the sound of a file. */
async function decodeFile(registry: NodeRegistry, path: string, stage: string) {
  await using runtime = runtimeOf(registry);
  runtime.add(nodes.mediaSource({ path }), { id: "file", lane: "main", ports: ["audio_0"] });
  const sink = runtime.add(appSink.audio(), { id: "sink" });
  runtime.connectByName(addRow(registry, runtime, { [stage]: {} }, "file.audio_0"), "sink.audio", LOSSLESS);
  await runtime.start();
  const blocks = (async () => {
    const channels: number[][] = [];
    let [startNs, sampleRateHz] = [NaN, 0];
    for await (const block of sink) {
      if (Number.isNaN(startNs)) [startNs, sampleRateHz] = [block.ptsNs, block.sampleRateHz];
      const expectedNs = startNs + (channels[0]?.length ?? 0) / sampleRateHz * 1e9;
      ok(Math.abs(block.ptsNs - expectedNs) <= 1, `a block is at ${block.ptsNs} ns, wanted ${expectedNs}`);
      for (let k = 0; k < block.channels; k++) (channels[k] ??= []).push(...block.channel(k));
    }
    return { channels, startNs, sampleRateHz };
  })();
  const settled = Promise.allSettled([blocks]);
  try {
    const { figures } = await end(runtime);
    return { ...await blocks, figures: figures(stage) };
  } finally {
    await settled;
  }
}

/** The error of what was found over what was wanted, in dB. */
function errorDb(found: readonly number[], wanted: readonly number[]): number {
  let [signal, noise] = [0, 0];
  wanted.forEach((sample, n) => {
    signal += sample ** 2;
    noise += (found[n] - sample) ** 2;
  });
  return 10 * Math.log10(noise / signal);
}

for (const { codec, extension, encoder, formats, lateBy } of CASES) {
  media(`${codec}-decode: of .${extension}, each sample is that of ffmpeg`, async (registry) => {
    const folder = await Deno.makeTempDir();
    for (const [channels, sampleRateHz] of formats) {
      const path = encode(folder, { extension, encoder }, channels, sampleRateHz);
      const found = await decodeFile(registry, path, `${codec}-decode`);
      deepEqual([found.channels.length, found.sampleRateHz, found.startNs], [channels, sampleRateHz, 0]);
      equal(found.figures?.damaged, 0);
      const raw = await ffmpeg(["-i", path, "-f", "f32le", "-c:a", "pcm_f32le"]);
      const theirs = new Float32Array(raw.slice().buffer);
      for (let k = 0; k < channels; k++) {
        const wanted = Array.from(theirs.filter((_, n) => n % channels === k));
        const about = `channel ${k} of ${channels} at ${sampleRateHz} Hz`;
        // Neither ends before the sound does.
        ok(wanted.length >= SECONDS * sampleRateHz, about);
        ok(
          found.channels[k].length - lateBy >= SECONDS * sampleRateHz,
          `${about}: ${found.channels[k].length} samples`,
        );
        const both = found.channels[k].slice(lateBy, lateBy + wanted.length);
        const error = errorDb(both, wanted.slice(0, both.length));
        ok(error < (codec === "flac" ? -140 : -80), `${about}: ${error} dB`);
      }
    }
    await Deno.remove(folder, { recursive: true });
  }, { needsFfmpeg: true });
}

/** The packets of a file. */
async function packetsOf(registry: NodeRegistry, path: string) {
  await using runtime = runtimeOf(registry);
  runtime.add(nodes.mediaSource({ path }), { id: "file", lane: "main", ports: ["audio_0"] });
  const sink = runtime.add(appSink.encoded(), { id: "sink" });
  runtime.connectByName("file.audio_0", "sink.encoded", LOSSLESS);
  await runtime.start();
  const units: { bytes: Uint8Array; ptsNs: number; durationNs: number }[] = [];
  for await (const { bytes, ptsNs, durationNs } of sink) units.push({ bytes: bytes.slice(), ptsNs, durationNs });
  await end(runtime);
  return units;
}

/** Sends packets to a stage. */
async function decode(
  registry: NodeRegistry,
  codec: Codec,
  units: Awaited<ReturnType<typeof packetsOf>>,
  { config = {}, sampleRateHz }: { readonly config?: object; readonly sampleRateHz?: number } = {},
) {
  await using runtime = runtimeOf(registry);
  const told = sampleRateHz === undefined ? {} : { sampleRateHz };
  const source = runtime.add(appSource.encoded({ codec, ...told }), { id: "source" });
  const sink = runtime.add(appSink.audio(), { id: "sink" });
  const row = { [`${codec}-decode`]: { ...config } };
  runtime.connectByName(addRow(registry, runtime, row, "source.encoded"), "sink.audio", LOSSLESS);
  await runtime.start();
  const seen = (async () => {
    const blocks: { samples: Float32Array; discontinuity: boolean }[] = [];
    for await (const block of sink) {
      blocks.push({ samples: block.channel(0).slice(), discontinuity: block.discontinuity });
    }
    return blocks;
  })();
  const sent = (async () => {
    for (const unit of units) await source.push(unit);
    source.end();
  })();
  const settled = Promise.allSettled([seen, sent]);
  try {
    const { figures } = await end(runtime);
    return { blocks: await seen, figures: figures(`${codec}-decode`)! };
  } finally {
    await settled;
  }
}

const [AAC, MP3, FLAC] = ["aac", "mp3", "flac"].map((codec) => CASES.find((each) => each.codec === codec)!);

for (const codec of [AAC, MP3, FLAC]) {
  rare(media)(`${codec.codec}-decode puts silence in the place of damaged packets, and goes on`, async (registry) => {
    const folder = await Deno.makeTempDir();
    const units = await packetsOf(registry, encode(folder, codec, 2, 48_000));
    const whole = await decode(registry, codec.codec, units);
    const broken = units.map((unit, k) => k === 5 ? { ...unit, bytes: unit.bytes.subarray(0, 40) } : unit);
    const { blocks, figures } = await decode(registry, codec.codec, broken);
    deepEqual(figures, { packets: units.length, damaged: 1 });
    const samples = (all: typeof blocks) => all.reduce((sum, each) => sum + each.samples.length, 0);
    equal(samples(blocks), samples(whole.blocks));
    const silent = blocks.findIndex(({ discontinuity }) => discontinuity);
    ok(blocks[silent].samples.every((sample) => sample === 0));
    // Two packets later nothing of it is heard, but for what MP3 takes from packets before.
    const [found, wanted] = [blocks, whole.blocks].map((each) =>
      each.slice(silent + 5).map((block) => [...block.samples])
    );
    ok(errorDb(found.flat(), wanted.flat()) < -100);
    await rejects(
      decode(registry, codec.codec, broken, { config: { damaged: "fail" } }),
      /packet 6 is damaged: its header is damaged|packet 6 is damaged: malformed stream/,
    );
    await Deno.remove(folder, { recursive: true });
  }, { needsFfmpeg: true });
}

/** A file of mono at 24 kHz whose header says that it is HE-AAC of 48 kHz (ISO/IEC 14496-3, 1.6.5). */
function sayHeAac(file: Uint8Array): Uint8Array {
  const configuration = [0x13, 0x08, 0x56, 0xe5, 0x00];
  const at = file.findIndex((_, k) => configuration.every((byte, i) => file[k + i] === byte));
  ok(at > 0);
  file[at + 4] = 0x98;
  return file;
}

rare(media)("audio-decode decodes whichever codec comes as the stage of that codec does", async (registry) => {
  const folder = await Deno.makeTempDir();
  const opus = { codec: "opus", extension: "opus", encoder: ["-c:a", "libopus", "-b:a", "96k"] } as const;
  for (const each of [AAC, MP3, FLAC, opus]) {
    const path = encode(folder, each, 2, 48_000);
    const wanted = await decodeFile(registry, path, `${each.codec}-decode`);
    const found = await decodeFile(registry, path, "audio-decode");
    ok(wanted.channels[1].length > 0.9 * SECONDS * 48_000, each.codec);
    deepEqual(found, wanted, each.codec);
  }
  await Deno.remove(folder, { recursive: true });
}, { needsFfmpeg: true });

rare(media)("aac-decode refuses HE-AAC, other profiles and 5.1, and names what decodes them", async (registry) => {
  const folder = await Deno.makeTempDir();
  const units = await packetsOf(registry, encode(folder, AAC, 1, 48_000));
  const change = (at: number, to: (byte: number) => number) =>
    units.map((unit) => ({ ...unit, bytes: unit.bytes.map((byte, k) => k === at ? to(byte) : byte) }));
  const mend = /let ffmpeg decode it, as command of a "process" or "pipe-source"/;
  for (
    const [of, message, sampleRateHz] of [
      [units, /cannot decode HE-AAC of 96000 Hz: wanted AAC-LC/, 96_000],
      [change(2, (byte) => byte & 0x3f), /cannot decode AAC of object type 1: wanted AAC-LC/],
      [change(3, (byte) => byte & 0x3f), /cannot decode AAC whose channels its header does not tell/],
    ] as const
  ) {
    const failed = await decode(registry, "aac", of, { sampleRateHz }).then(() => "", (error) => String(error));
    match(failed, message);
    match(failed, mend);
  }
  const path = `${folder}/he.mp4`;
  await Deno.writeFile(path, sayHeAac(await Deno.readFile(encode(folder, AAC, 1, 24_000))));
  await rejects(decodeFile(registry, path, "aac-decode"), /cannot decode HE-AAC of 48000 Hz: wanted AAC-LC/);
  const surround = encode(folder, AAC, 6, 48_000);
  await rejects(
    decodeFile(registry, surround, "aac-decode"),
    /cannot decode AAC with 6 channels: wanted AAC-LC/,
  );
  await Deno.remove(folder, { recursive: true });
}, { needsFfmpeg: true });

media("convert: auto puts flac-decode between, which gives back what flac-encode was given", async (plugins) => {
  const registry = new NodeRegistry([nodePackage]);
  for (const type of plugins.list()) registry.add(type);
  await using runtime = new Runtime({ native: "require", mode: "offline", registry, convert: "auto" });
  runtime.add(nodes.toneSource({ sampleRateHz: 44_100, channels: 2, durationSeconds: 0.2 }), { id: "tone" });
  runtime.addByType("flac-encode", { bitsPerSample: 24 }, { id: "encode", lane: "media" });
  const [sink, straight] = ["sink", "straight"].map((id) => runtime.add(appSink.audio(), { id }));
  runtime.connectByName("tone.audio", "encode.audio", LOSSLESS);
  runtime.connectByName("tone.audio", "straight.audio", LOSSLESS);
  runtime.connectByName("encode.encoded", "sink.audio", LOSSLESS);
  ok(Object.values(runtime.graph().nodes).some(({ type }) => type === "flac-decode"));
  await runtime.start();
  const [found, wanted] = await Promise.all([sink, straight].map(async (each) => {
    const samples: number[] = [];
    for await (const block of each) samples.push(...block.channel(1));
    return samples;
  }));
  await runtime.finished;
  equal(found.length, wanted.length);
  ok(found.every((sample, n) => Math.abs(sample - wanted[n]) <= 2 ** -24), "each sample is off by half a step at most");
});
