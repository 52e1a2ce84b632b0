import assert from "node:assert/strict";
import { assertSameSound, carry, decode, FOLDER, input, mp4, probe, webm } from "./fixtures/media_files.ts";

const FLAC = ["-c:a", "flac", "-ac", "2"];
const MP3 = ["-c:a", "libmp3lame"];
const PCM = ["-c:a", "pcm_s16le", "-ac", "2"];

for (
  const [name, from, ports, format] of [
    ["fragmented.mp4", mp4, ["video_0", "audio_0"], "mov,mp4,m4a,3gp,3g2,mj2"],
    ["a.mov", mp4, ["video_0", "audio_0"], "mov,mp4,m4a,3gp,3g2,mj2"],
    ["a.mkv", mp4, ["video_0", "audio_0"], "matroska,webm"],
    ["a.webm", webm, ["video_0", "audio_0"], "matroska,webm"],
    ["vp9.mp4", webm, ["video_0", "audio_0"], "mov,mp4,m4a,3gp,3g2,mj2"],
    ["a.ogg", webm, ["audio_0"], "ogg"],
    ["a.aac", mp4, ["audio_0"], "aac"],
    ["a.flac", () => input("in.flac", ...FLAC), ["audio_0"], "flac"],
    ["flac.mkv", () => input("in.flac", ...FLAC), ["audio_0"], "matroska,webm"],
    ["a.mp3", () => input("in.mp3", ...MP3), ["audio_0"], "mp3"],
    ["pcm.mkv", () => input("in.wav", ...PCM), ["pcm_0"], "matroska,webm"],
    ["pcm.mp4", () => input("in.wav", ...PCM), ["pcm_0"], "mov,mp4,m4a,3gp,3g2,mj2"],
  ] as const
) {
  Deno.test(`MediaSink writes ${name}, and ffmpeg decodes of it what it decodes of the source`, async () => {
    const path = `${FOLDER}/${name}`;
    const container = name === "fragmented.mp4" ? "fragmented-mp4" : "auto";
    const isExact = name.includes("flac") || name.includes("pcm");
    await carry(from(), { path, container }, ports);
    assert.deepEqual(probe(path, "format=format_name"), [`"${format}"`.replace(/^"([^,]+)"$/, "$1")]);
    for (const port of ports) {
      if (port === "video_0") assert.deepEqual(decode(path, "v"), decode(from(), "v"));
      else if (isExact) assert.deepEqual(decode(path, "a"), decode(from(), "a"));
      else assertSameSound(decode(path, "a"), decode(from(), "a"));
    }
  });
}
