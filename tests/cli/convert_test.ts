/** Media files in other formats, on the command line; ffmpeg judges what comes out. */
import assert from "node:assert/strict";
import { renderPlans } from "../../cli/commands/convert_command.ts";
import * as mediabunny from "mediabunny";
import { familyOf, undecodable } from "../../processors/media/decoders.ts";
import { type Container, growingFormat } from "../../processors/media/containers.ts";
import {
  damaged,
  decode,
  ffmpeg,
  FOLDER,
  input,
  mp4,
  probe,
  webm,
  withoutFfmpeg,
  withoutLength,
} from "../../processors/media/fixtures/media_files.ts";
import { judgedLoudness } from "../../processors/audio/fixtures/judged_loudness.ts";
import { CONTAINERS, PCM } from "../../processors/media/output_formats.ts";
import { readEvents, ROOT, signalled, sluice } from "./command_line.ts";
import { rare } from "../fixtures/rare.ts";
import { convert, here, ignore } from "./converting.ts";

const SPEECH = `${ROOT}examples/speech.wav`;

function still(name = "still.png"): string {
  const path = `${FOLDER}/${name}`;
  ffmpeg("-f", "lavfi", "-i", "testsrc=size=32x32", "-frames:v", "1", "-update", "1", path);
  return path;
}

/** Pictures that go on after the sound. */
function shortSound(): string {
  const path = `${FOLDER}/short-sound.mp4`;
  ffmpeg("-i", mp4(), "-t", "0.5", "-i", mp4(), "-map", "0:v", "-map", "1:a", "-c", "copy", path);
  return path;
}

/** The line that tells what was written. */
const WROTE = /^Wrote \S+ \([\d.]+ \w+\): \d+:\d\d\.\d of media in .*, [\d. ]+ × real time\n$/;

Deno.test(
  "sluice convert encodes a WAV file, refuses to overwrite, and prints a graph that runs",
  { ignore },
  async () => {
    const { code, stdout, stderr } = await convert(SPEECH, "speech.ogg", "--bitrate", "24k");
    assert.equal(code, 0, stderr);
    assert.match(stdout, WROTE);
    assert.match(stderr, /^pcm_0: pcm-s16, \d+ Hz, mono, .*: to opus$/m);
    const path = `${FOLDER}/speech.ogg`;
    assert.deepEqual(probe(path, "stream=codec_name,sample_rate,channels"), ["opus,48000,1"]);
    const [wanted, found] = [SPEECH, path].map((each) => Number(probe(each, "format=duration")[0]));
    assert.ok(Math.abs(found - wanted) < 0.03, `${found} s, wanted ${wanted}`);
    assert.ok(Deno.statSync(path).size < 40_000 / 8 * wanted);
    const again = await here(SPEECH, path);
    assert.equal(again.code, 2);
    assert.match(
      again.said,
      /^error: Cannot convert ".*speech\.wav" to "(.*speech\.ogg)": "\1" is there already; give --force/,
    );
    const printed = await convert(SPEECH, "speech.ogg", "--bitrate", "24k", "--print-graph");
    await Deno.writeTextFile(`${FOLDER}/speech.json`, printed.stdout);
    const bytes = Deno.readFileSync(path);
    const run = await sluice(["run", "speech.json", "--quiet"], { cwd: FOLDER });
    assert.equal(run.code, 0, run.stderr);
    assert.equal(Deno.readFileSync(path).length, bytes.length);
  },
);

rare(Deno.test)("sluice convert fails for a track of which nothing was written", { ignore }, async () => {
  const { code, stdout, stderr } = await convert(mp4(), "nothing.mp4", "--from", "0.97", "--no-audio");
  assert.equal(code, 1);
  assert.match(stderr, /^error: Cannot write video_0 to "nothing\.mp4": nothing of it can be read there/m);
  assert.equal(stdout, "Wrote nothing to nothing.mp4\n");
});

rare(Deno.test)("sluice convert leaves NAME.partial where its second track cannot be written", { ignore }, async () => {
  // A picture's data is all that is garbled: the sound is whole.
  const path = `${FOLDER}/no-picture.mkv`;
  ffmpeg("-i", mp4(), "-c", "copy", "-bsf:v", "noise=amount=1", path);
  for (const name of ["second.mp4", "second.avi"]) {
    Deno.writeTextFileSync(`${FOLDER}/${name}`, "older");
    const { code, stdout, stderr } = await convert(path, name, "--video-bitrate", "100k", "--force");
    assert.equal(code, 1, stderr);
    assert.match(
      stderr,
      new RegExp(`^error: Cannot write video_0 to "${name}": nothing of it can be read there;`, "m"),
    );
    assert.match(stdout, new RegExp(`^Left ${name}\\.partial \\(.*\\), which is not complete$`, "m"));
    assert.equal(Deno.readTextFileSync(`${FOLDER}/${name}`), "older");
    assert.equal(probe(`${FOLDER}/${name}.partial`, "stream=codec_type").join(), "audio");
  }
});

Deno.test("sluice convert writes sound alone to .m4a, and encodes samples for that and for .mp4", async () => {
  const film = JSON.parse((await here(mp4(), "a.m4a", "--print-graph")).said);
  assert.deepEqual(film.links, [{ from: "input.audio_0", to: "output.audio_0" }]);
  const speech = JSON.parse((await here(SPEECH, "a.m4a", "--print-graph")).said);
  assert.equal(speech.nodes["audio-encode"].type, "opus-encode");
  const plain = JSON.parse((await here(SPEECH, "a.mp4", "--print-graph")).said);
  assert.equal(plain.nodes["audio-encode"].type, "opus-encode");
  for (const kept of [["a.mov"], ["a.mp4", "--audio-codec", "pcm-s16"], ["a.mp4", "--copy"]]) {
    const { links } = JSON.parse((await here(SPEECH, ...kept, "--print-graph")).said);
    assert.deepEqual(links, [{ from: "input.audio", to: "output.pcm_0" }], kept.join(" "));
  }
});

/** Tracks that are refused before anything runs, and why. */
const UNDECODED: Readonly<Record<string, readonly [make: () => string, reason: RegExp]>> = {
  "MJPEG": [
    () => input("mjpeg.mov", "-c:v", "mjpeg", "-pix_fmt", "yuvj420p", "-an", "-v", "error"),
    /: its codec is \w+, wanted h264, hevc, vp8, vp9, av1;/,
  ],
  "H.264 with 10 bits": [
    () => input("deep.mp4", "-c:v", "libx264", "-pix_fmt", "yuv420p10le", "-an"),
    /: no shipped node decodes h264 of 10 bits, which --size would take/,
  ],
  "H.264 of 4:4:4": [
    () => input("wide.mkv", "-c:v", "libx264", "-pix_fmt", "yuv444p", "-an"),
    /: no shipped node decodes h264 of chroma of 4:4:4, which --size would take/,
  ],
  "H.264 without loss": [
    () => input("lossless.mp4", "-c:v", "libx264", "-pix_fmt", "yuv420p", "-qp", "0", "-an"),
    /: no shipped node decodes h264 of profile High 4:4:4 Predictive, which --size would take/,
  ],
  "interlaced H.264": [
    () => input("fields.ts", "-c:v", "libx264", "-pix_fmt", "yuv420p", "-x264-params", "tff=1:weightp=0", "-an"),
    /: no shipped node decodes h264 of interlaced pictures, which --size would take/,
  ],
  "VP9": [webm, /: no shipped node decodes vp9, which --size would take/],
  "AV1": [
    () => input("av1.mp4", "-c:v", "libaom-av1", "-crf", "50", "-cpu-used", "8", "-usage", "realtime", "-an"),
    /: no shipped node decodes av1, which --size would take/,
  ],
  "HEVC": [
    () => input("hevc.mp4", "-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "log-level=none", "-an"),
    /: no shipped node decodes hevc, which --size would take/,
  ],
  "MPEG-2 video in MPEG-TS": [
    () => input("mpeg2.ts", "-c:v", "mpeg2video", "-c:a", "aac"),
    /: no shipped node reads mpeg2video in MPEG-TS; .* -c:v libx264 .* -c:a copy /,
  ],
  "Vorbis": [
    () => input("vorbis.ogg", "-c:a", "libvorbis", "-ac", "2"),
    /: its codec is vorbis, wanted opus, aac, flac, mp3, pcm-u8,.* -c:a flac /,
  ],
  "Opus of six channels": [
    () => input("six.webm", "-ac", "6", "-c:a", "libopus", "-b:a", "256k", "-mapping_family", "1"),
    /: its Opus has 6 channels, wanted mono or stereo/,
  ],
};

for (const [what, [make, reason]] of Object.entries(UNDECODED)) {
  rare(Deno.test)(
    `sluice convert refuses ${what} before it runs where it finds no ffmpeg, and names its line`,
    async () => {
      const path = make();
      const { code, said } = await withoutFfmpeg(() => here(path, "a.mp4", "--size", "80x"));
      assert.equal(code, 2, said);
      assert.match(said, reason);
      const line = /or let ffmpeg make a file that is read: (ffmpeg .*)$/m.exec(said)![1];
      const run = new Deno.Command("sh", { args: ["-c", line.replace("ffmpeg", "ffmpeg -v error -y")], cwd: FOLDER });
      assert.equal((await run.output()).code, 0, line);
      const readable = line.split(" ").at(-1)!;
      const again = await here(readable, "a.mp4", "--size", "80x", "--print-graph");
      assert.equal(again.code, 0, again.said);
      const foreign = await here(path, "a.mp4", "--size", "80x", "--print-graph");
      assert.equal(JSON.parse(foreign.said).nodes.input.type, "ffmpeg-source");
    },
  );
}

rare(Deno.test)("sluice convert says what of a damaged file is left out, and fails for it with --strict", async () => {
  const path = damaged(input("strict.aac", "-c:a", "aac"), 0.4, "removed", 500);
  const { code, stdout, stderr } = await convert(path, "strict.mka", "--copy", "--strict");
  assert.equal(code, 1);
  assert.match(stdout, /^Wrote strict\.mka .*\n\S+ is damaged: \d+ bytes in 1 place are left out\n$/);
  assert.match(stderr, /are left out; leave --strict out to take it all the same\n/);
});

rare(Deno.test)(
  "sluice convert counts the packets of MP4 that cannot be read, and fails for them with --strict",
  async () => {
    const { code, stdout, stderr } = await convert(withoutLength(mp4(), 10), "lost.mkv", "--copy", "--strict");
    assert.equal(code, 1);
    assert.match(stdout, /^Wrote lost\.mkv .*\n\S+ is damaged: 1 packet could not be read\n$/);
    assert.match(stderr, /1 packet could not be read; leave --strict out to take it all the same\n/);
  },
);

rare(Deno.test)(
  "sluice convert plays a WAV file with the sizes of a stream to its end, says so, and fails for it with --strict",
  async () => {
    const path = input("streamed.wav", "-c:a", "pcm_s16le");
    const bytes = Deno.readFileSync(path);
    const [riffSizeAt, dataSizeAt] = [4, bytes.length - 96_000 - 4];
    for (const at of [riffSizeAt, dataSizeAt]) new DataView(bytes.buffer).setUint32(at, 0, true);
    Deno.writeFileSync(path, bytes);
    const said = 'streamed\\.wav"?: the size of its "data" chunk is 0, as streaming writers leave it';
    const { code, stderr } = await convert(path, "streamed-copy.wav", "--strict");
    assert.equal(code, 1);
    assert.match(stderr, new RegExp(`${said}.*; leave --strict out to take it all the same\n`));
    assert.deepEqual(probe(`${FOLDER}/streamed-copy.wav`, "stream=duration_ts"), ["48000"]);
    const joined = await convert("streamed-copy.wav", "joined.wav", "--join", path, "--strict");
    assert.equal(joined.code, 1);
    assert.match(joined.stderr, new RegExp(said));
    const shown = { cwd: FOLDER, env: { SLUICE_LOG: "warn" } };
    const again = await sluice(["convert", path, "streamed-copy.wav", "--force"], shown);
    assert.equal(again.code, 0);
    assert.match(again.stderr, new RegExp(`warn .*${said}`));
    assert.match((await sluice(["info", path], shown)).stdout, /\n {2}fault +the size of its "data" chunk is 0, /);
  },
);

rare(Deno.test)("sluice convert has ffmpeg read what no shipped node does, and says so", async () => {
  const path = input("foreign.avi", "-c:v", "mpeg4", "-c:a", "ac3");
  const { code, stdout, stderr } = await convert(path, "foreign.mp4", "--from", "0.2", "--to", "0.8");
  assert.equal(code, 0, stderr);
  assert.match(stderr, /^video_0: mpeg4 by ffmpeg, 160 × 120.*: to h264$/m);
  assert.match(stderr, /^audio_0: ac3 by ffmpeg, 48000 Hz, mono.*: to opus$/m);
  assert.match(stdout, /^Wrote foreign\.mp4 /);
  assert.deepEqual(probe(`${FOLDER}/foreign.mp4`, "stream=codec_name,nb_frames", "-select_streams", "v"), ["h264,15"]);
  assert.ok(Math.abs(Number(probe(`${FOLDER}/foreign.mp4`, "format=duration")[0]) - 0.6) < 0.05);
});

rare(Deno.test)("sluice convert has ffmpeg write what no shipped node does, and says so", async () => {
  const { code, stderr } = await convert(mp4(), "small.avi", "--size", "80x", "--audio-codec", "mp3", "--to", "0.5");
  assert.equal(code, 0, stderr);
  assert.match(stderr, /^video_0: h264 .*: encoded by ffmpeg$/m);
  assert.match(stderr, /^audio_0: aac .*: to mp3 by ffmpeg$/m);
  assert.deepEqual(probe(`${FOLDER}/small.avi`, "stream=codec_name,width"), ["mpeg4,80", "mp3"]);
  for (
    const [output, ...options] of [["a.mp3"], ["a.ts"], ["a.mp4", "--video-codec", "hevc"], [
      "a.m4a",
      "--audio-codec",
      "alac",
    ]]
  ) {
    const { nodes } = JSON.parse((await here(mp4(), output, ...options, "--print-graph")).said);
    assert.equal(nodes.output.type, "ffmpeg-sink", output);
    // An encoder may work for minutes before it takes the next picture.
    assert.equal(nodes.output.callTimeoutMs, 0, output);
  }
});

rare(Deno.test)("sluice convert says what ffmpeg finds wrong with a file, and fails for it with --strict", async () => {
  const whole = input("faults.avi", "-c:v", "mpeg4", "-an");
  const path = damaged(whole, 0.4, "random", 500);
  const taken = await convert(path, "faults.mp4");
  assert.equal(taken.code, 0, taken.stderr);
  assert.match(taken.stdout, /\n\S+ is damaged: ffmpeg found \d+ faults? in it\n$/);
  const { code, stderr } = await convert(path, "faults.mp4", "--force", "--strict");
  assert.equal(code, 1);
  assert.match(stderr, /is damaged: ffmpeg found \d+ faults? in it; leave --strict out to take it all the same\n/);
  assert.equal((await convert(whole, "faults.mp4", "--force", "--strict")).code, 0);
});

Deno.test("renderPlans() tells of one picture that others need, or of several", () => {
  const track = { name: "video_0", kind: "video", codec: "h264" } as const;
  const info = { path: "a.mp4", container: "MP4", tracks: [track] } as never;
  const line = (beyond: number, before = 0) => {
    const plan = { track, codec: "h264", copied: true, beyond, before };
    return renderPlans(info, [plan], {} as never, [])[0].split(": ").at(-1);
  };
  assert.deepEqual([line(0), line(1), line(2), line(2, 1)], [
    "copied",
    "copied, with 1 picture after --to that others need",
    "copied, with 2 pictures after --to that others need",
    "copied, with 1 picture before the start and 2 pictures after --to that others need",
  ]);
});

Deno.test("undecodable() knows HE-AAC and AAC of more than two channels", () => {
  const track = { name: "audio_0", kind: "audio", codec: "aac" } as const;
  assert.equal(undecodable({ ...track, codecString: "mp4a.40.2", channels: 2 }), undefined);
  for (const [codecString, channels] of [["mp4a.40.5", 2], ["mp4a.40.29", 2], ["mp4a.40.2", 6]] as const) {
    const reason = `no shipped node decodes aac (${codecString}) with ${channels} channels`;
    assert.equal(undecodable({ ...track, codecString, channels }), reason);
  }
});

Deno.test("sluice convert cuts sound to the sample, and mixes channels", { ignore }, async () => {
  const opus = input("cut.ogg", "-c:a", "libopus", "-b:a", "96k", "-ac", "2");
  const options = ["--from", "0.25", "--to", "0:00.75", "--channels", "1", "--audio-codec", "pcm-s24"];
  const { code, stdout, stderr } = await convert(opus, "cut.wav", ...options);
  assert.equal(code, 0, stderr);
  assert.match(stdout, /: 0:00\.5 of media in /);
  assert.deepEqual(probe(`${FOLDER}/cut.wav`, "stream=codec_name,sample_rate,channels,duration_ts"), [
    "pcm_s24le,48000,1,24000",
  ]);
});

Deno.test(
  "sluice convert encodes the AAC of an MP4 file again, and copies its pictures",
  { ignore },
  async () => {
    const { code, stderr } = await convert(mp4(), "rate.mp4", "--sample-rate", "48000", "--audio-codec", "opus");
    assert.equal(code, 0, stderr);
    assert.match(stderr, /^video_0: h264 .*: copied\naudio_0: aac .*: to opus\n/);
    const path = `${FOLDER}/rate.mp4`;
    assert.deepEqual(probe(path, "stream=codec_name").sort(), ["h264", "opus"]);
    assert.deepEqual(decode(path, "v"), decode(mp4(), "v"));
    const [found, wanted] = [path, mp4()].map((each) =>
      Number(probe(each, "stream=duration", "-select_streams", "a")[0])
    );
    assert.ok(Math.abs(found - wanted) < 0.05, `${found} s, wanted ${wanted}`);
  },
);

for (
  const [extension, codec] of [
    ["m4a", ["-c:a", "aac", "-aac_pns", "0"]],
    ["mp3", ["-c:a", "libmp3lame"]],
  ] as const
) {
  const register = extension === "m4a" ? Deno.test : rare(Deno.test);
  register(`sluice convert decodes a file of ${extension} to WAV, as ffmpeg does`, { ignore }, async () => {
    const path = input(`sound.${extension}`, "-vn", ...codec, "-ac", "2", "-ar", "44100");
    const { code, stderr } = await convert(path, `${extension}.wav`, "--audio-codec", "pcm-f32");
    assert.equal(code, 0, stderr);
    const [found, wanted] = [`${FOLDER}/${extension}.wav`, path].map((each) =>
      new Float32Array(decode(each, "a").slice().buffer)
    );
    assert.equal(found.length, 88_200);
    const errors = wanted.subarray(0, 88_200).map((sample, i) => Math.abs(found[i] - sample));
    assert.ok(Math.max(...errors) < 1e-5, String(Math.max(...errors)));
  });
}

Deno.test("Ctrl-C completes the file that sluice convert writes, with exit code 130", { ignore }, async () => {
  const long = `${FOLDER}/long.wav`;
  ffmpeg("-f", "lavfi", "-i", "anoisesrc=duration=600:sample_rate=48000:amplitude=0.1", long);
  const { code, stdout } = await signalled(
    ["convert", long, "long.ogg"],
    FOLDER,
    [{ after: /"event":"progress"/, send: "SIGINT" }],
  );
  assert.equal(code, 130);
  const summary = readEvents(stdout).at(-1) as { outcome: string; files: { state: string }[] };
  assert.deepEqual([summary.outcome, summary.files[0].state], ["stopped", "complete"]);
  const seconds = Number(probe(`${FOLDER}/long.ogg`, "format=duration")[0]);
  assert.ok(seconds > 0 && seconds < 599, `${seconds} s`);
});

for (
  const [what, args, message] of [
    [
      "a codec that nothing encodes",
      () => [mp4(), "a.webm"],
      /Cannot convert video_0 \(h264\) to WebM: it holds vp8, vp9, which no shipped node encodes; leave it out with --no-video/,
    ],
    [
      "sound that nothing decodes",
      () => [input("surround.mp4", "-c:a", "aac", "-ac", "6", "-vn"), "a.ogg"],
      /to Ogg: Sluice cannot write aac to Ogg, which takes opus, and no shipped node decodes aac \(mp4a\.40\.2\) with 6 channels; leave it out/,
    ],
    [
      "pictures that nothing decodes",
      () => [
        input("plain.mp4", "-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "log-level=none", "-an"),
        "a.mkv",
      ],
      /to Matroska: Sluice cannot write hevc to Matroska, which takes h264, vp8 or vp9, and no shipped node decodes hevc; leave it out with --no-video, or let ffmpeg make a file that is read: ffmpeg -i \S+ -c:v libx264/,
    ],
    [
      "--copy of what does not fit",
      () => [SPEECH, "a.ogg", "--copy"],
      /to Ogg: --copy encodes nothing, and Ogg holds opus/,
    ],
    [
      "--copy of what is to change",
      () => [mp4(), "a.mp4", "--copy", "--size", "80x"],
      /--copy encodes nothing, and --size would change it/,
    ],
    [
      "an extension that says nothing",
      () => [SPEECH, "a.xyz"],
      /Cannot tell the container of "a\.xyz".*\.png, .*; write one/,
    ],
    ["the file that is read", () => [SPEECH, SPEECH, "--force"], /is the file that is read; name another one/],
    [
      "to write over numbered pictures",
      () => [mp4(), still("shot-1.png").replace("-1.", "-%d.")],
      /"\S+shot-1\.png" is there already; give --force/,
    ],
    ["times in the wrong order", () => [SPEECH, "a.ogg", "--from", "3", "--to", "2"], /--to 2 is not after --from 3/],
    [
      "a start after the end",
      () => [mp4(), "a.mp4", "--from", "1:00"],
      /--from 60 is not before its end at 1(\.\d+)? s/,
    ],
    [
      "a start after the end of a track",
      () => [shortSound(), "a.mp4", "--from", "0.8"],
      /--from 0\.8 is not before the end of audio_0 at 0\.\d+ s; leave it out with --no-audio/,
    ],
    [
      "a size that cannot be encoded",
      () => [mp4(), "a.mp4", "--size", "20000x"],
      /Cannot encode h264 of 20000 × 15000 pixels: wanted 16 × 16 to 3840 × 2160/,
    ],
    ["a size that is none", () => [mp4(), "a.mp4", "--size", "80"], /Cannot read the size.*80/],
    ["pictures only for sound", () => [still(), "a.ogg"], /it has video, and Ogg holds audio/],
  ] as const
) {
  Deno.test(`sluice convert refuses ${what}`, { ignore }, async () => {
    const given = args();
    const { code, said } = await withoutFfmpeg(() => here(...given));
    assert.equal(code, 2, said);
    assert.match(said, message);
  });
}

rare(Deno.test)("sluice convert fails for a single picture that is cut off", { ignore }, async () => {
  const path = `${FOLDER}/whole.jpg`;
  ffmpeg("-f", "lavfi", "-i", "testsrc=size=96x60", "-frames:v", "1", "-update", "1", "-strict", "unofficial", path);
  const bytes = Deno.readFileSync(path);
  Deno.writeFileSync(`${FOLDER}/cut.jpg`, bytes.subarray(0, bytes.length >> 1));
  const cut = await convert("cut.jpg", "cut.png");
  assert.equal(cut.code, 1, cut.stdout);
  assert.match(cut.stderr, /picture 1 is cut off/);
  const whole = await convert("whole.jpg", "whole.png");
  assert.equal(whole.code, 0, whole.stderr);
});

Deno.test("CONTAINERS name only what mediabunny writes to each", () => {
  const names: Readonly<Record<string, string>> = { h264: "avc" };
  for (const [container, { video, audio }] of Object.entries(CONTAINERS)) {
    const supported = growingFormat(container as Container, mediabunny).getSupportedCodecs().map(String);
    for (const codec of [...video, ...audio]) {
      const found = supported.some((each) =>
        each === (names[codec] ?? codec) || (codec === PCM && familyOf(each) === PCM)
      );
      assert.ok(found, `${codec} in ${container}`);
    }
  }
});

rare(Deno.test)(
  "sluice convert --loudness measures, says so, and brings a file to it, as ffmpeg hears it",
  { ignore },
  async () => {
    const path = `${FOLDER}/quiet.wav`;
    ffmpeg("-i", SPEECH, "-af", "volume=-14dB", "-c:a", "pcm_f32le", path);
    const before = judgedLoudness("-i", path);
    const { code, stdout, stderr } = await convert(path, "even.wav", "--loudness", "-26");
    assert.equal(code, 0, stderr);
    const [, lufs, peak, gain] =
      /^pcm_0: (\S+) LUFS, range \S+ LU, true peak (\S+) dBTP: made (?:louder|quieter) by (\S+) dB, to -26 LUFS$/m.exec(
        stderr,
      ) ?? [];
    assert.ok(Math.abs(Number(lufs) - before.integratedLufs) <= 0.1, stderr);
    assert.ok(Math.abs(Number(peak) - before.truePeakDb) <= 0.1, stderr);
    assert.ok(Math.abs(Number(gain) - Math.abs(-26 - before.integratedLufs)) <= 0.1, stderr);
    assert.match(stdout, WROTE);
    assert.ok(Math.abs(judgedLoudness("-i", `${FOLDER}/even.wav`).integratedLufs + 26) <= 0.3);
    // So loud that peaks are in the way.
    const loud = await convert(path, "loud.wav", "--loudness", "-10");
    assert.match(
      loud.stdout,
      /^Its peaks were turned down by up to \d+\.\d dB, to -1 dBTP: it may be quieter than -10 LUFS$/m,
    );
    assert.ok(judgedLoudness("-i", `${FOLDER}/loud.wav`).truePeakDb <= -0.9);
  },
);

rare(Deno.test)("sluice convert --loudness refuses silence, pictures alone and --copy", { ignore }, async () => {
  const silent = `${FOLDER}/silent.wav`;
  ffmpeg("-f", "lavfi", "-i", "anullsrc=d=1", silent);
  const cases: [string[], RegExp][] = [
    [
      [silent, `${FOLDER}/no.wav`],
      /its loudness cannot be measured: it is silent, or shorter than 0\.4 s; leave --loudness out/,
    ],
    [[mp4(), `${FOLDER}/no.mp4`, "--no-audio"], /nothing of it is sound; leave --loudness out/],
    [[mp4(), `${FOLDER}/no.mp4`, "--copy"], /--copy encodes nothing, and --loudness would change it/],
  ];
  for (const [args, wanted] of cases) {
    const { code, said } = await here(...args, "--loudness", "-16");
    assert.equal(code, 2, said);
    assert.match(said, wanted);
  }
});

rare(Deno.test)({
  name: "sluice convert keeps the 24 bits of FLAC in WAV",
  ignore,
  fn: async () => {
    ffmpeg("-f", "lavfi", "-i", "sine=d=0.5", "-c:a", "pcm_s24le", `${FOLDER}/source.wav`);
    assert.equal((await convert("source.wav", "deep.flac")).code, 0);
    const { code, stderr } = await convert("deep.flac", "deep.wav");
    assert.equal(code, 0, stderr);
    assert.deepEqual(probe(`${FOLDER}/deep.wav`, "stream=codec_name"), ["pcm_s24le"]);
  },
});

rare(Deno.test)({
  name: "sluice convert has room for key frames of more than a mebibyte",
  ignore,
  fn: async () => {
    const noise = ["-f", "lavfi", "-i", "testsrc2=size=1280x720:rate=2:duration=1", "-vf", "noise=alls=100:allf=t"];
    ffmpeg(...noise, "-c:v", "libx264", "-qp", "1", "-profile:v", "high", `${FOLDER}/heavy.mp4`);
    const { code, stderr } = await convert("heavy.mp4", "heavy.mkv", "--copy");
    assert.equal(code, 0, stderr);
    const sizes = probe(`${FOLDER}/heavy.mkv`, "packet=size").map(Number);
    assert.ok(sizes.length === 2 && Math.max(...sizes) > 2 ** 20, String(sizes));
  },
});
