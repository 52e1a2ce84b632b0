import assert from "node:assert/strict";
import { decode, ffmpeg, FOLDER, input, mp4, probe, webm } from "./fixtures/media_files.ts";
import { type MediaInfo, readMediaInfo, type TrackInfo } from "./media_info.ts";

/** What ffprobe calls codecs otherwise. */
const PROBED: Readonly<Record<string, string>> = {
  "pcm_s16le": "pcm-s16",
  "pcm_s24le": "pcm-s24",
  "mjpeg": "jpeg",
};

/** A second of a picture and a tone, as a file of a kind. */
const FILES: Readonly<Record<string, () => string>> = {
  "MP4": mp4,
  "WebM": webm,
  "Matroska": () => input("info.mkv", "-c:v", "libx264", "-pix_fmt", "yuv420p", "-c:a", "flac", "-ac", "1"),
  "Ogg": () => input("info.ogg", "-c:a", "libopus", "-b:a", "64k"),
  "WAVE": () => input("info.wav", "-c:a", "pcm_s24le", "-ac", "2"),
  "FLAC": () => input("info.flac", "-c:a", "flac"),
  "MP3": () => input("info.mp3", "-c:a", "libmp3lame"),
  "YUV4MPEG2": () => picture("info.y4m", "-pix_fmt", "yuv420p", "-frames:v", "5"),
  "PNG": () => picture("info.png", "-frames:v", "1", "-update", "1"),
  "JPEG": () => picture("info.jpg", "-frames:v", "1", "-update", "1", "-v", "error"),
};

function picture(name: string, ...args: string[]): string {
  const path = `${FOLDER}/${name}`;
  ffmpeg("-f", "lavfi", "-i", "testsrc=size=161x91:rate=30000/1001", ...args, path);
  return path;
}

interface Probed {
  readonly format: Readonly<Record<string, string>>;
  readonly streams: readonly Readonly<Record<string, string | number>>[];
}

function ffprobe(path: string): Probed {
  const { stdout } = new Deno.Command("ffprobe", {
    args: ["-v", "error", "-show_format", "-show_streams", "-of", "json", path],
    stdout: "piped",
  }).outputSync();
  return JSON.parse(new TextDecoder().decode(stdout));
}

function assertNear(found: number | undefined, wanted: number, share: number, what: string): void {
  assert.ok(found !== undefined && Math.abs(found - wanted) <= share * wanted, `${what}: ${found}, wanted ${wanted}`);
}

function assertTrack(track: TrackInfo, probed: Probed["streams"][number], isStill: boolean, what: string): void {
  assert.equal(track.kind, probed.codec_type, what);
  assert.equal(track.codec, PROBED[probed.codec_name] ?? probed.codec_name, what);
  if (track.kind === "audio") {
    assert.deepEqual([track.sampleRateHz, track.channels], [Number(probed.sample_rate), probed.channels], what);
  } else {
    assert.deepEqual([track.width, track.height], [probed.width, probed.height], what);
    const [frames, seconds] = String(probed.avg_frame_rate).split("/").map(Number);
    if (!isStill) assertNear(track.frameRate, frames / seconds, 0.01, `${what}: rate`);
  }
  if (probed.bit_rate !== undefined) assertNear(track.bitRate, Number(probed.bit_rate), 0.05, `${what}: bit rate`);
}

for (const [container, make] of Object.entries(FILES)) {
  Deno.test(`readMediaInfo() tells of a file of ${container} what ffprobe tells`, async () => {
    const path = make();
    const info = await readMediaInfo(path);
    const { format, streams } = ffprobe(path);
    assert.deepEqual([info.container, info.path], [container, path]);
    assert.equal(info.bytes, Number(format.size));
    const isStill = ["PNG", "JPEG"].includes(container);
    if (isStill) assert.equal(info.durationSeconds, undefined);
    else assertNear(info.durationSeconds, Number(format.duration), 0.05, "duration");
    if (!isStill) assertNear(info.bitRate, Number(format.bit_rate), 0.05, "bit rate");
    assert.equal(info.tracks.length, streams.length);
    for (const [index, track] of info.tracks.entries()) assertTrack(track, streams[index], isStill, track.name);
  });
}

Deno.test("readMediaInfo() tells how pictures are coded, and what of a track is not carried", async () => {
  const deep = ["-pix_fmt", "yuv422p10le", "-colorspace", "bt2020nc", "-color_range", "pc"];
  const path = input("coded.mkv", "-c:v", "libx264", ...deep, "-c:a", "libvorbis", "-ac", "2");
  const [{ bitDepth, chroma, interlaced, matrix, range, refusal }, sound] = (await readMediaInfo(path)).tracks;
  assert.deepEqual([bitDepth, chroma, interlaced, matrix, range, refusal], [
    10,
    "4:2:2",
    undefined,
    "bt2020",
    "full",
    undefined,
  ]);
  assert.match(sound.refusal!, /^its codec is vorbis, wanted opus, aac, flac, mp3, pcm-u8,/);
});

Deno.test("readMediaInfo() tells of a profile of 4:4:4 whose pictures are 4:2:0, as recorders without loss use it", async () => {
  const path = input("lossless.mp4", "-c:v", "libx264", "-pix_fmt", "yuv420p", "-qp", "0", "-an");
  assert.deepEqual(probe(path, "stream=profile,pix_fmt"), ["High 4:4:4 Predictive,yuv420p"]);
  const [{ profile, chroma }] = (await readMediaInfo(path)).tracks;
  assert.deepEqual([profile, chroma], ["High 4:4:4 Predictive", undefined]);
  assert.equal((await readMediaInfo(mp4())).tracks[0].profile, undefined);
});

Deno.test("readMediaInfo() tells that a file is cut off", async () => {
  const path = `${FOLDER}/cut.webm`;
  const bytes = Deno.readFileSync(webm());
  Deno.writeFileSync(path, bytes.subarray(0, 9000));
  const { part, tracks } = await readMediaInfo(path);
  assert.equal(part, `9000 of ${bytes.length} bytes`);
  assert.deepEqual(tracks.map(({ codec }) => codec), ["vp9", "opus"]);
  assert.equal((await readMediaInfo(webm())).part, undefined);
});

Deno.test("readMediaInfo() tells how many whole pictures there are in YUV4MPEG2 that is cut off", async () => {
  const path = picture("cut.y4m", "-r", "25", "-pix_fmt", "yuv420p", "-frames:v", "3");
  const bytes = Deno.readFileSync(path);
  const pictureBytes = (bytes.length - bytes.indexOf(10) - 1) / 3;
  Deno.writeFileSync(path, bytes.subarray(0, -100));
  const [there, all] = [pictureBytes - 100, pictureBytes].map((count) => count.toLocaleString("en"));
  const { part, durationSeconds } = await readMediaInfo(path);
  assert.equal(part, `2 whole pictures and ${there} of ${all} bytes of another`);
  assert.equal(durationSeconds, 2 / 25);
  Deno.writeFileSync(path, bytes);
  assert.equal((await readMediaInfo(path)).part, undefined);
});

Deno.test("readMediaInfo() tells rotation, languages and tags, and names tracks as media-source does", async () => {
  const [plain, turned] = [mp4(), `${FOLDER}/turned.mp4`];
  const words = ["-metadata", "title=A talk", "-metadata:s:a:0", "language=deu"];
  ffmpeg("-i", plain, "-c", "copy", "-metadata:s:v", "rotate=270", ...words, turned);
  const info: MediaInfo = await readMediaInfo(turned);
  assert.deepEqual(info.tracks.map(({ name }) => name), ["video_0", "audio_0"]);
  assert.equal(info.tags.title, "A talk");
  assert.equal(info.tracks[1].language, "deu");
  assert.equal(info.tracks[0].rotation, 90);
  // Clockwise here, as players turn; ffprobe counts the other way round.
  assert.deepEqual(probe(turned, "stream_side_data=rotation", "-select_streams", "v"), ["-90"]);
});

for (const codec of ["flac", "pcm_s16le", "libmp3lame"]) {
  Deno.test(`readMediaInfo() tells the whole length of ${codec} in Matroska, which does not say how long a packet lasts`, async () => {
    const path = input(`length-${codec}.mkv`, "-c:a", codec);
    const [{ durationSeconds }] = (await readMediaInfo(path)).tracks;
    assertNear(durationSeconds, decode(path, "a").length / 4 / 48_000, 1e-3, "duration");
  });
}

Deno.test("readMediaInfo() tells no rate of a single picture in MPEG-TS", async () => {
  const path = picture("single.ts", "-c:v", "libx264", "-pix_fmt", "yuv420p", "-frames:v", "1", "-s", "160x90");
  const { tracks } = await readMediaInfo(path);
  assert.equal(tracks[0].frameRate, undefined);
  assert.equal(tracks[0].width, 160);
});

Deno.test("readMediaInfo() tells of numbered pictures how many there are up to a gap", async () => {
  const pattern = picture("numbered-%d.png", "-frames:v", "5", "-start_number", "0");
  Deno.removeSync(`${FOLDER}/numbered-3.png`);
  const { path, container, pictures, bytes, tracks } = await readMediaInfo(pattern);
  assert.deepEqual([path, container, pictures], [pattern, "PNG", 3]);
  const sizes = [0, 1, 2].map((number) => Deno.statSync(`${FOLDER}/numbered-${number}.png`).size);
  assert.equal(bytes, sizes.reduce((sum, size) => sum + size));
  assert.deepEqual([tracks[0].width, tracks[0].height], [161, 91]);
  await assert.rejects(readMediaInfo(`${FOLDER}/none-%d.png`), { code: "InvalidConfig", message: /none-%d\.png/ });
});

for (
  const [what, name, content, code, message] of [
    [
      "no media file",
      "words.mp4",
      "hello world",
      "InvalidMedia",
      /^Cannot read ".*words\.mp4": .*; wanted a complete MP4/,
    ],
    ["a PNG file that ends early", "short.png", "\x89PNG\r\n\x1a\n", "InvalidMedia", /it ends within its header/],
    ["a JPEG file without a picture", "none.jpg", "\xff\xd8\xff\xd9", "InvalidMedia", /it has no header of a picture/],
    ["pictures of 10 bits", "deep.y4m", "YUV4MPEG2 W2 H2 C420p10\n", "InvalidMedia", /its chroma is 420p10/],
  ] as const
) {
  Deno.test(`readMediaInfo() refuses ${what}`, async () => {
    const path = `${FOLDER}/${name}`;
    Deno.writeFileSync(path, Uint8Array.from(content, (letter) => letter.charCodeAt(0)));
    await assert.rejects(readMediaInfo(path), { code, message });
  });
}

Deno.test("readMediaInfo() refuses what is not there, and a folder", async () => {
  await assert.rejects(readMediaInfo(`${FOLDER}/nothing.mp4`), { code: "InvalidConfig", message: /nothing\.mp4/ });
  await assert.rejects(readMediaInfo(FOLDER), { code: "InvalidConfig" });
});

Deno.test("readMediaInfo() tells the size of whole pictures where they are coded as fields", async () => {
  const path = input("fields.ts", "-c:v", "libx264", "-pix_fmt", "yuv420p", "-x264-params", "tff=1:weightp=0", "-an");
  const [{ width, height, interlaced }] = (await readMediaInfo(path)).tracks;
  assert.deepEqual([width, height, interlaced], [160, 120, true]);
});
