/** Files one after another, on the command line; sox and ffmpeg judge what comes out. */
import assert from "node:assert/strict";
import { ffmpeg, FOLDER, probe } from "../../processors/media/fixtures/media_files.ts";
import { noRustPlugin } from "../fixtures/plugins/build.ts";
import { answer, type Result, sluice } from "./command_line.ts";
import { rare } from "../fixtures/rare.ts";

const ignore = noRustPlugin("codecs") !== undefined || noRustPlugin("video") !== undefined;

/** A tone in a WAV file of 16 bits. */
function tone(name: string, rateHz: number, channels: number, samples: number): string {
  const path = `${FOLDER}/${name}.wav`;
  const sine = `sine=frequency=300:sample_rate=${rateHz}`;
  ffmpeg("-f", "lavfi", "-i", sine, "-af", `atrim=end_sample=${samples}`, "-ac", `${channels}`, path);
  return path;
}

/** A film of one colour, with a tone that may end later or earlier. */
function film(name: string, colour: string, size: string, seconds: number, toneSeconds: number): string {
  const path = `${FOLDER}/${name}.mkv`;
  const picture = ["-f", "lavfi", "-i", `color=c=${colour}:s=${size}:r=25:d=${seconds}`];
  const sound = ["-f", "lavfi", "-i", `sine=frequency=300:sample_rate=48000:d=${toneSeconds}`];
  ffmpeg(...picture, ...sound, "-c:v", "libx264", "-pix_fmt", "yuv420p", "-c:a", "flac", path);
  return path;
}

async function convert(...args: string[]): Promise<Result> {
  return await sluice(["convert", ...args], { cwd: FOLDER });
}

Deno.test("sluice convert --join plays files one after another, sample for sample as sox joins them", async () => {
  const paths = [tone("a", 44_100, 1, 30_001), tone("b", 44_100, 1, 5), tone("c", 44_100, 1, 20_000)];
  const { code, stderr } = await convert(paths[0], "abc.wav", "--join", paths[1], "--join", paths[2]);
  assert.equal(code, 0, stderr);
  assert.match(stderr, /^.*b\.wav: pcm_0: pcm-s16, 44100 Hz, mono/m);
  const wanted = `${FOLDER}/wanted.wav`;
  assert.equal(new Deno.Command("sox", { args: [...paths, wanted] }).outputSync().code, 0);
  const [found, right] = [`${FOLDER}/abc.wav`, wanted].map((path) => ffmpeg("-i", path, "-f", "s16le", "-"));
  assert.equal(found.length, 2 * 50_006);
  assert.deepEqual(found, right);
});

rare(Deno.test)(
  "sluice convert --join gives sound the rate and the channels of the first file",
  { ignore },
  async () => {
    const { code, stderr } = await convert(
      tone("first", 44_100, 1, 44_100),
      "both.flac",
      "--join",
      tone("second", 48_000, 2, 48_000),
    );
    assert.equal(code, 0, stderr);
    const [entry] = probe(`${FOLDER}/both.flac`, "stream=sample_rate,channels,duration");
    assert.equal(entry, "44100,1,2.000000");
  },
);

rare(Deno.test)(
  "sluice convert --join begins each film where that before it has ended, sound and pictures",
  { ignore },
  async () => {
    const [red, green] = [film("red", "red", "64x48", 1, 1.4), film("green", "lime", "96x64", 1, 0.5)];
    const { code, stderr } = await convert(red, "films.mkv", "--join", green, "--audio-codec", "pcm-s16");
    assert.equal(code, 0, stderr);
    const path = `${FOLDER}/films.mkv`;
    assert.deepEqual(probe(path, "stream=codec_name,width,height"), ["h264,64,48", "pcm_s16le"]);
    const colourAt = (seconds: number) => {
      const one = ["-vframes", "1", "-vf", "crop=2:2", "-f", "rawvideo", "-pix_fmt", "rgb24", "-"];
      const [r, g] = ffmpeg("-ss", `${seconds}`, "-i", path, ...one);
      return r > 200 && g < 60 ? "red" : g > 200 && r < 60 ? "green" : `${r}, ${g}`;
    };
    assert.deepEqual([0.5, 0.96, 1.4, 2.3].map(colourAt), ["red", "red", "green", "green"]);
    // The first film is as long as its sound; the second one has half a second of sound.
    const samples = new Int16Array(ffmpeg("-i", path, "-map", "0:a", "-f", "s16le", "-").slice().buffer);
    assert.equal(samples.length, 48_000 * 2.4);
    const loud = (from: number, to: number) =>
      samples.subarray(48_000 * from, 48_000 * to).some((sample) => Math.abs(sample) > 1000);
    assert.deepEqual([loud(1.3, 1.4), loud(1.4, 1.5), loud(1.91, 2.4)], [true, true, false]);
  },
);

Deno.test("sluice convert --join refuses what cannot follow", async () => {
  const [red, a] = [film("red-2", "red", "64x48", 0.2, 0.2), tone("a-2", 44_100, 1, 100)];
  const said = async (...args: string[]) => {
    const { code, stderr } = await answer(["convert", ...args], { cwd: FOLDER });
    assert.equal(code, 2);
    return stderr;
  };
  assert.match(
    await said(red, "x.mkv", "--join", a),
    /: it has no video; leave that out of both with --no-video, or join/,
  );
  assert.match(
    await said(a, "x.wav", "--join", a, "--from", "1"),
    /--from and --to are times of one file, and --join names/,
  );
  assert.match(await said(a, a, "--force", "--join", red), /is the file that is read; name another one/);
  assert.match(await said(a, "x.wav", "--join", "no.wav"), /Cannot read "no\.wav": there is no such file/);
});
