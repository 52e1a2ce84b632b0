/** Media files in real time, on the command line. */
import assert from "node:assert/strict";
import { playingGraph } from "../../cli/convert/playing_graph.ts";
import { FOLDER, input } from "../../processors/media/fixtures/media_files.ts";
import { readEvents, ROOT, signalled, sluice } from "./command_line.ts";
import { rare } from "../fixtures/rare.ts";

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
  const args = { command: "play", file: "a.mp4", loop: false, speaker: false, json: false, quiet: false } as const;
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

Deno.test("sluice play says that there is no speaker", async () => {
  const spoken = await sluice(["play", "examples/speech.wav", "--speaker"], { cwd: ROOT });
  assert.equal(spoken.code, 2);
  assert.match(spoken.stderr, /^error: Cannot play "examples\/speech\.wav" to a speaker: there is no node for one yet/);
});
