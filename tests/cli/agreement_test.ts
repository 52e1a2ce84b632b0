/**
 * `info`, `convert`, `play`, `media-source` and `wav-source` find the same tracks, with the same length, rate and size, in a file of
 * each container and codec; ffmpeg and ffprobe say what is in it.
 */
import assert from "node:assert/strict";
import { decode, FOLDER, input, probe } from "../../processors/media/fixtures/media_files.ts";
import { type MediaInfo, readMediaInfo, type TrackInfo } from "../../processors/media/media_info.ts";
import { nodes } from "../../sluice.gen.ts";
import { ProcessorHarness } from "../../testing.ts";
import { sluice } from "./command_line.ts";

const X264 = ["-c:v", "libx264", "-pix_fmt", "yuv420p", "-g", "25"];
const VP9 = ["-c:v", "libvpx-vp9", "-crf", "32", "-b:v", "0", "-deadline", "realtime", "-cpu-used", "8"];
const [AAC, MP3, FLAC, PCM] = ["aac", "libmp3lame", "flac", "pcm_s16le"].map((codec) => ["-c:a", codec]);
const OPUS = ["-c:a", "libopus", "-b:a", "64k"];
/** By how much times that a container rounds differ: Matroska and WebM count milliseconds. */
const ROUNDING_SECONDS = 1.5e-3;
/** By how much the length that a container tells differs from the end of what is heard: less than a packet. */
const PADDING_SECONDS = 1e-2;
/** Containers that end sound with what was encoded; ffmpeg decodes what fills the last packet up, too. */
const EXACT = /\.(mp4|m4a|mov)$/;

/** Options of ffmpeg by the name of the file. */
const FILES: Readonly<Record<string, readonly string[]>> = {
  "aac.mp4": [...X264, ...AAC],
  "fragments.mp4": [...X264, ...AAC, "-bf", "0", "-movflags", "frag_keyframe+empty_moov"],
  "opus.mp4": [...X264, ...OPUS],
  "flac.mp4": [...X264, ...FLAC, "-strict", "-2"],
  "pcm.mov": [...X264, ...PCM],
  "aac.mov": [...X264, ...AAC],
  "aac.mkv": [...X264, ...AAC],
  "opus.mkv": [...X264, ...OPUS],
  "mp3.mkv": [...X264, ...MP3],
  "flac.mkv": [...X264, ...FLAC],
  "pcm.mkv": [...X264, ...PCM],
  "opus.webm": [...VP9, ...OPUS],
  "aac.ts": [...X264, ...AAC],
  "mp3.ts": [...X264, ...MP3],
  "opus.ogg": OPUS,
  "tone.m4a": AAC,
  "tone.aac": AAC,
  "tone.mp3": MP3,
  "tone.flac": FLAC,
  "stereo.flac": [...FLAC, "-ac", "2", "-ar", "44100"],
  "tone.wav": PCM,
  "float.wav": ["-c:a", "pcm_f32le", "-ac", "2", "-ar", "44100"],
  "deep.wav": ["-c:a", "pcm_s24le", "-rf64", "always"],
};

for (const [name, options] of Object.entries(FILES)) {
  Deno.test(`info, convert and the sources agree on the tracks of ${name}, and on their length, rate and size`, async () => {
    const path = input(`agreed-${name}`, ...options);
    const info = await readMediaInfo(path);
    const ends = await playedEnds(path, info);
    assert.deepEqual(info.tracks.map(({ kind }) => kind).sort(), kindsOf(path));
    for (const track of info.tracks) {
      if (track.kind === "video") await assertPictures(path, track, ends);
      else await assertSound(path, track, ends);
    }
    assertNear(info.durationSeconds!, Math.max(...ends.values()), "length of the file", PADDING_SECONDS);
    await assertPlayed(path, info.durationSeconds!);
  });
}

/** `play` says tenths of a second, cut off. */
async function assertPlayed(path: string, seconds: number): Promise<void> {
  const { code, stdout, stderr } = await sluice(["play", path]);
  const [, minutes, played] = /^Played (\d+):([\d.]+) of media/.exec(stdout) ?? assert.fail(stdout + stderr);
  assert.equal(code, 0, stderr);
  assertNear(60 * Number(minutes) + Number(played), seconds, "length by play", 0.1 + PADDING_SECONDS);
}

async function assertPictures(path: string, track: TrackInfo, ends: ReadonlyMap<string, number>): Promise<void> {
  const [picture] = probe(path, "stream=width,height,nb_read_packets", "-count_packets", "-select_streams", "v");
  assert.deepEqual(picture.split(",").slice(0, 3), [track.width, track.height, 25].map(String));
  const [over, under] = probe(path, "stream=avg_frame_rate", "-select_streams", "v")[0].split("/").map(Number);
  assert.equal(track.frameRate, Math.round(1e3 * over / under) / 1e3);
  const wanted = pictureEnd(path);
  assertNear(track.durationSeconds!, wanted, "pictures by info");
  assertNear(ends.get(track.name)!, wanted, "pictures by media-source");
  const copy = `${FOLDER}/agreed.mkv`;
  await convert(path, copy, "--copy", "--no-audio");
  assert.deepEqual(probe(copy, "stream=width,height,nb_read_packets", "-count_packets"), [picture]);
}

/** Where the last picture ends as ffprobe reads it: sound may begin before the pictures, and they are late by that. */
function pictureEnd(path: string): number {
  const startSeconds = Number(probe(path, "format=start_time")[0]);
  const packets = probe(path, "packet=pts_time,duration_time", "-select_streams", "v");
  const ends = packets.map((line) => line.split(",").map(Number)).map(([start, length]) => start + length);
  return Math.max(...ends) - Math.max(0, startSeconds);
}

async function assertSound(path: string, track: TrackInfo, ends: ReadonlyMap<string, number>): Promise<void> {
  const { name, sampleRateHz, channels } = track;
  assert.deepEqual(
    probe(path, "stream=sample_rate,channels", "-select_streams", "a")[0],
    `${sampleRateHz},${channels}`,
  );
  const wanted = EXACT.test(path)
    ? Math.round(Number(probe(path, "stream=duration", "-select_streams", "a")[0]) * sampleRateHz!)
    : decode(path, "a").length / 4 / channels!;
  assertNear(track.durationSeconds!, wanted / sampleRateHz!, "sound by info");
  assertNear(ends.get(name)!, wanted / sampleRateHz!, "sound by media-source");
  const samples = `${FOLDER}/agreed.wav`;
  await convert(path, samples, "--no-video");
  const [written] = probe(samples, "stream=sample_rate,channels,duration_ts");
  const [rate, count, length] = written.split(",").map(Number);
  assert.deepEqual([rate, count], [sampleRateHz, channels]);
  assertNear(length / rate, wanted / rate, "sound by convert");
  if (!path.endsWith(".wav")) return;
  await using source = await ProcessorHarness.create(nodes.wavSource({ path }));
  await source.run();
  const played = source.takeAudio("audio").reduce((sum, block) => sum + block.channels[0].length, 0);
  assert.deepEqual([played, length], [wanted, wanted]);
}

/** Where each track ends as `media-source` plays it, seconds. */
async function playedEnds(path: string, { tracks }: MediaInfo): Promise<ReadonlyMap<string, number>> {
  await using source = await ProcessorHarness.create(nodes.mediaSource({ path }));
  for (const { name } of tracks) source.addOutput(name.replace(/_\d+$/, ""));
  await source.run();
  return new Map(tracks.map(({ name }) => {
    const frames = name.startsWith("pcm") ? source.takeAudio(name) : source.takeEncoded(name);
    return [name, Math.max(...frames.map(({ ptsNs, durationNs }) => ptsNs + durationNs)) / 1e9];
  }));
}

/** The kinds of the streams that ffprobe finds. */
function kindsOf(path: string): string[] {
  return [...new Set(probe(path, "stream=index,codec_type"))].map((line) => line.split(",")[1]).sort();
}

async function convert(...args: string[]): Promise<void> {
  const { code, stderr } = await sluice(["convert", ...args, "--force", "--strict"]);
  assert.equal(code, 0, stderr);
}

function assertNear(found: number, wanted: number, what: string, most = ROUNDING_SECONDS): void {
  assert.ok(Math.abs(found - wanted) <= most, `${what}: ${found} s, wanted ${wanted} s`);
}
