/** What is heard of files of sound: each sample that ffmpeg gives, and in each round of a loop the same ones. */
import { deepEqual, equal, ok } from "node:assert/strict";
import { appSink } from "../../core/app/app_sink.ts";
import { appSource } from "../../core/app/app_source.ts";
import type { NodeRegistry } from "../../core/registry/node_registry.ts";
import { clicks, opusClicks, SOUND_SAMPLES } from "../../processors/media/fixtures/clicks.ts";
import { decode as decodeByFfmpeg, ffmpeg, FOLDER, play } from "../../processors/media/fixtures/media_files.ts";
import { nodes } from "../../sluice.gen.ts";
import { type EncodedOutput, ProcessorHarness } from "../../testing.ts";
import { addRow, end, media, runtimeOf } from "../fixtures/plugins/media.ts";
import { rare } from "../fixtures/rare.ts";

type Source = Parameters<typeof nodes.mediaSource>[0];

/** AAC whose edit list begins within a packet. */
function cutAac(): string {
  const path = `${FOLDER}/cut-in-packet.m4a`;
  ffmpeg("-ss", "0.03", "-i", clicks("aac.m4a", "-c:a", "aac"), "-c", "copy", path);
  return path;
}

const SOUNDS = {
  "AAC cut in a packet": cutAac,
  "AAC in Matroska": () => clicks("aac.mkv", "-c:a", "aac"),
  "Opus in Ogg": () => opusClicks("ogg"),
  "Opus in WebM": () => opusClicks("webm"),
  "Opus in MP4": () => opusClicks("mp4"),
  "MP3": () => clicks("sound.mp3", "-c:a", "libmp3lame"),
  "FLAC": () => clicks("sound.flac", "-c:a", "flac", "-sample_fmt", "s16"),
};

/** What a decoder makes of packets: samples, and the times at which a block does not follow the one before it. */
async function decode(registry: NodeRegistry, packets: readonly EncodedOutput[]) {
  await using runtime = runtimeOf(registry);
  const [{ codec }] = packets;
  const source = runtime.add(appSource.encoded({ codec, channels: 1, sampleRateHz: 48_000 }), { id: "source" });
  const sink = runtime.add(appSink.audio(), { id: "sink" });
  const last = addRow(registry, runtime, { "audio-decode": {} }, "source.encoded");
  runtime.connectByName(last, "sink.audio", { policy: "lossless" });
  await runtime.start();
  const samples: number[] = [];
  const jumps: number[] = [];
  let endNs = 0;
  const heard = (async () => {
    for await (const block of sink) {
      if (block.discontinuity || Math.abs(block.ptsNs - endNs) > 10_000) jumps.push(block.ptsNs);
      endNs = block.ptsNs + block.durationNs;
      for (const sample of block.channel(0)) samples.push(sample);
    }
  })();
  for (const { bytes, ptsNs, dtsNs, durationNs, decodeOnly, discontinuity } of packets) {
    await source.push({ bytes, ptsNs, dtsNs, durationNs, decodeOnly, discontinuity });
  }
  source.end();
  await heard;
  await end(runtime);
  return { samples, jumps };
}

/** Packets of a loop, up to a number of them; first those before it was told to go to another place. */
async function loop(config: Source, count: number, place?: number) {
  await using source = await ProcessorHarness.create(nodes.mediaSource({ ...config, loop: true }));
  source.addOutput("audio");
  await source.run(1);
  const before = source.takeEncoded("audio_0");
  if (place !== undefined) source.configure({ positionSeconds: place });
  const packets: EncodedOutput[] = place === undefined ? before.splice(0) : [];
  while (packets.length < count) {
    await source.run(1);
    packets.push(...source.takeEncoded("audio_0"));
  }
  return { before, packets: packets.slice(0, count) };
}

function assertRounds(found: readonly number[], round: readonly number[], rounds: number): void {
  equal(found.length, rounds * round.length);
  const at = found.findIndex((sample, k) => sample !== round[k % round.length]);
  equal(at, -1, `sample ${at}, round ${at / round.length}`);
}

for (const [name, path] of Object.entries(SOUNDS)) {
  media(`each round of ${name} has the samples of the file, without a jump in time`, async (registry) => {
    const config = { path: path() };
    const { audio_0: once } = await play(config, "audio_0");
    const single = await decode(registry, once);
    const { packets } = await loop(config, 3 * once.length);
    const found = await decode(registry, packets);
    assertRounds(found.samples, single.samples, 3);
    deepEqual(found.jumps, []);
  }, { needsFfmpeg: true });

  rare(media)(
    `a loop of ${name} that is told to go to a place sounds as the file does from there on`,
    async (registry) => {
      const config = { path: path() };
      const { audio_0: once } = await play({ ...config, positionSeconds: 0.31 }, "audio_0");
      const single = await decode(registry, once);
      const { before, packets } = await loop(config, 2 * once.length, 0.31);
      const found = await decode(registry, [...before, ...packets]);
      const samples = (await decode(registry, before)).samples.length;
      assertRounds(found.samples.slice(samples), single.samples, 2);
    },
    { needsFfmpeg: true },
  );
}

for (const [name, path] of Object.entries(SOUNDS)) {
  rare(media)(`each round of ${name} between two times has the samples of a single run`, async (registry) => {
    const config = { path: path(), positionSeconds: 0.2, endSeconds: 0.75 };
    const { audio_0: once } = await play(config, "audio_0");
    const single = await decode(registry, once);
    equal(single.samples.length, 26_400);
    const { packets } = await loop(config, 3 * once.length);
    const found = await decode(registry, packets);
    assertRounds(found.samples, single.samples, 3);
    deepEqual(found.jumps, []);
  }, { needsFfmpeg: true });
}

for (const extension of ["ogg", "mkv", "webm", "mp4"]) {
  media(`Opus of ${extension} has the samples that ffmpeg gives, where it gives them`, async (registry) => {
    const path = opusClicks(extension);
    const { audio_0: packets } = await play({ path }, "audio_0");
    const { samples, jumps } = await decode(registry, packets);
    const theirs = new Float32Array(decodeByFfmpeg(path, "a").slice().buffer);
    equal(samples.length, SOUND_SAMPLES);
    deepEqual(jumps, []);
    // ffmpeg 5 plays the last packet of MP4 to its end.
    ok(extension === "mp4" ? theirs.length >= samples.length : theirs.length === samples.length, `${theirs.length}`);
    ok(samples.every((sample, k) => Math.abs(sample - theirs[k]) < 1e-4));
  }, { needsFfmpeg: true });
}
