/** Media files in real time, on the command line. */
import assert from "node:assert/strict";
import { playedTracks, playingGraph } from "../../cli/convert/playing_graph.ts";
import type { PlayArgs } from "../../cli/media_args.ts";
import { FOLDER, input } from "../../processors/media/fixtures/media_files.ts";
import { answer, readEvents, ROOT, signalled, sluice } from "./command_line.ts";
import { rare } from "../fixtures/rare.ts";

/** The arguments of a plain `sluice play a.mp4`. */
function playArgs(more: Partial<PlayArgs> = {}): PlayArgs {
  const flags = { loop: false, speaker: false, noVideo: false, noAudio: false, json: false, quiet: false };
  return { command: "play", file: "a.mp4", ...flags, ...more };
}

Deno.test("sluice play runs a file in real time, at another speed, and prints the page's address", async () => {
  const path = input("play.wav", "-c:a", "pcm_s16le");
  const { code, stdout, stderr } = await sluice(["play", path, "--from", "0.2", "--speed", "4"], { cwd: FOLDER });
  assert.equal(code, 0, stderr);
  assert.match(stderr, /^.*play\.wav: WAVE, 0:01\.0, .*\n {2}pcm_0 {2}pcm-s16, 48000 Hz, mono/);
  assert.match(stderr, /^Live page: http:\/\/127\.0\.0\.1:\d+$/m);
  assert.match(stdout, /^Played 0:00\.8 of media in \S+ \w+, [\d.]+ × real time\n$/);
  // 0.8 s at four times the speed, and never sooner.
  const [, took, unit] = /in (\S+) (\w+),/.exec(stdout)!;
  assert.ok(Number(took) * (unit === "s" ? 1000 : 1) >= 150, stdout);
});

Deno.test("sluice play --loop goes on until Ctrl-C, which ends it with exit code 130", async () => {
  const path = input("play.wav", "-c:a", "pcm_s16le");
  const { code, stdout } = await signalled(["play", path, "--loop"], FOLDER, [
    { after: /"event":"progress",.*"framesRead":[1-9]/, send: "SIGINT" },
  ]);
  assert.equal(code, 130);
  const events = readEvents(stdout);
  assert.equal(events[0].event, "serving");
  const { outcome, nodes } = events.at(-1) as { outcome: string; nodes: { id: string; type: string }[] };
  assert.equal(outcome, "stopped");
  assert.deepEqual(nodes.map(({ id, type }) => `${id} ${type}`), ["file media-source", "level level-meter"]);
});

rare(Deno.test)("sluice play counts what was played once more with --loop", async () => {
  const path = input("play.wav", "-c:a", "pcm_s16le");
  const { code, stdout } = await sluice(["play", path, "--loop", "--speed", "16", "--seconds", "1"], { cwd: FOLDER });
  assert.equal(code, 0);
  const [, minutes, seconds] = /^Played (\d+):([\d.]+) of media in/.exec(stdout)!;
  assert.ok(Number(minutes) * 60 + Number(seconds) > 1.5, stdout);
});

rare(Deno.test)("sluice play leaves out a track that cannot be read, plays the others, and says so", async () => {
  const video = ["-c:v", "libvpx", "-deadline", "realtime", "-cpu-used", "8", "-crf", "30", "-b:v", "200k"];
  const path = input("play.webm", ...video, "-c:a", "libvorbis", "-ac", "2");
  const { code, stdout, stderr } = await sluice(["play", path, "--speed", "16"], { cwd: FOLDER });
  assert.equal(code, 0, stderr);
  assert.match(
    stderr,
    /^warning: video_0 is not decoded: .* decodes vp8; audio_0 is left out: its codec is vorbis, .*: ffmpeg -i .*$/m,
  );
  assert.match(stdout, /^Played 0:01\.0 of media/);
});

rare(Deno.test)("sluice play has ffmpeg read what no shipped node does", async () => {
  const path = input("play.ogg", "-c:a", "libvorbis", "-ac", "2");
  const { code, stdout, stderr } = await sluice(["play", path], { cwd: FOLDER });
  assert.equal(code, 0, stderr);
  assert.match(stderr, /vorbis by ffmpeg/);
  assert.match(stdout, /^Played 0:0(1\.0|0\.9)/m);
});

Deno.test("sluice play refuses a file of which no track can be read", async () => {
  const path = input("play.ogg", "-c:a", "libvorbis", "-ac", "2");
  const { code, stderr } = await sluice(["play", path], { cwd: FOLDER, env: { PATH: FOLDER } });
  assert.equal(code, 2);
  assert.match(stderr, /^error: Cannot play ".*play\.ogg": audio_0 is left out: its codec is vorbis, .*: ffmpeg -i /);
});

Deno.test("playingGraph() turns pictures that the file says are to be turned, and tells it no more", () => {
  const args = playArgs();
  const track = { name: "video_0", kind: "video", codec: "h264", rotation: 90 } as const;
  const { nodes, links } = playingGraph([track], args);
  assert.deepEqual(nodes.turn, { type: "scale", lane: "video", config: { rotate: 90 } });
  assert.equal(nodes.file.config!.tellRotation, false);
  assert.deepEqual(links!.map(({ from, to }) => `${from} ${to}`), [
    "file.video_0 video-decode.encoded",
    "video-decode.video turn.videoIn",
    "turn.videoOut picture.frameIn",
  ]);
});

Deno.test("sluice play refuses to begin after the end", async () => {
  const path = input("play.wav", "-c:a", "pcm_s16le");
  const { code, stderr } = await sluice(["play", path, "--from", "5"], { cwd: FOLDER });
  assert.equal(code, 2);
  assert.match(stderr, /^error: Cannot play ".*play\.wav": --from 5 is not before its end at 1 s$/m);
});

Deno.test("sluice play refuses options that do not go together", async () => {
  const refusals: [string, RegExp][] = [
    ["--device x", /^error: Cannot play "examples\/speech\.wav" to a device: --device needs --speaker$/m],
    ["--speaker --device x --no-audio", /to a device: found --no-audio, too; leave one of them out$/m],
    ["--no-audio --no-video", /: found --no-audio and --no-video, which leave nothing$/m],
    ["--speaker --speed 2", /at 2 times its speed to a speaker; leave sound out with --no-audio$/m],
    ["--speaker --no-audio", /^error: Cannot play "examples\/speech\.wav": --no-audio leaves its sound out$/m],
  ];
  for (const [options, message] of refusals) {
    const { code, stderr } = await answer(["play", "examples/speech.wav", ...options.split(" ")], { cwd: ROOT });
    assert.equal(code, 2, options);
    assert.match(stderr, message);
  }
});

Deno.test("playingGraph() sends decoded tracks to a speaker and a window, which wait for each other", () => {
  const tracks = [
    { name: "video_0", kind: "video", codec: "h264" },
    { name: "audio_0", kind: "audio", codec: "opus" },
  ] as const;
  const graph = playingGraph(tracks, playArgs({ speaker: true, device: "usb", file: "films/a.mp4" }));
  assert.deepEqual(graph.links!.map(({ from, to, policy }) => `${from} ${to} ${policy}`), [
    "file.video_0 video-decode.encoded lossless",
    "video-decode.video display.video lossless",
    "file.audio_0 audio-decode.encoded lossless",
    "audio-decode.audio speaker.audio lossless",
  ]);
  assert.deepEqual(graph.nodes.speaker.config, { latencyMs: 200, device: "usb" });
  assert.equal(graph.nodes.file.config!.paced, false);
  assert.deepEqual(graph.nodes.display.config, { title: "a.mp4", matrix: "bt601", range: "limited" });
});

Deno.test("playedTracks() leaves out what is not wanted, and for a speaker what is not decoded", () => {
  const tracks = [
    { name: "video_0", kind: "video", codec: "vp9" },
    { name: "video_1", kind: "video", codec: "h264" },
    { name: "audio_2", kind: "audio", codec: "aac", refusal: "it is encrypted" },
    { name: "audio_3", kind: "audio", codec: "flac" },
  ] as const;
  const info = { path: "a.mkv", container: "Matroska", bytes: 0, tags: {}, tracks };
  const names = (more: Partial<PlayArgs>) => playedTracks(info, playArgs(more)).map(({ name }) => name);
  assert.deepEqual(names({}), ["video_0", "audio_3"]);
  assert.deepEqual(names({ speaker: true }), ["video_1", "audio_3"]);
  assert.deepEqual(names({ noVideo: true }), ["audio_3"]);
  assert.deepEqual(names({ noAudio: true }), ["video_0"]);
});
