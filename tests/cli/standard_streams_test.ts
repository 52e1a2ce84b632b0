/** `-` for files of the command line, and raw pictures in files; ffmpeg and sox judge what comes out. */
import assert from "node:assert/strict";
import { decode, ffmpeg, FOLDER, input, mp4, probe } from "../../processors/media/fixtures/media_files.ts";
import { noRustPlugin } from "../fixtures/plugins/build.ts";
import { MAIN, readPrinted, type Result, ROOT } from "./command_line.ts";
import { rare } from "../fixtures/rare.ts";

const SPEECH = `${ROOT}examples/speech.wav`;
const ignore = noRustPlugin("codecs") !== undefined || noRustPlugin("video") !== undefined;
const SLUICE = `${Deno.execPath()} run -A --no-check ${MAIN}`;

/** Runs a line of bash, in which `sluice` is the command; the code is the highest of the line's programs. */
async function shell(line: string): Promise<Result> {
  const script = `set -o pipefail; sluice() { ${SLUICE} "$@"; }; ${line}`;
  const { code, stdout, stderr } = await new Deno.Command("bash", {
    args: ["-c", script],
    cwd: FOLDER,
    env: { NO_COLOR: "1", SLUICE_LOG: "error" },
  }).output();
  return { code, stdout: new TextDecoder().decode(stdout), stderr: readPrinted(stderr) };
}

/** A checksum of each picture, as ffmpeg decodes them. */
function pictures(path: string): string[] {
  const sums = `${path}.md5`;
  ffmpeg("-i", path, "-map", "0:v", "-pix_fmt", "yuv420p", "-f", "framemd5", sums);
  return Deno.readTextFileSync(sums).split("\n").filter((line) => /^\d/.test(line)).map((line) => line.split(",")[5]);
}

rare(Deno.test)("sluice convert writes and reads YUV4MPEG2, picture for picture", { ignore }, async () => {
  // Without B-frames, which decoders round differently.
  const film = input("plain.mp4", "-c:v", "libx264", "-pix_fmt", "yuv420p", "-bf", "0", "-c:a", "aac");
  const wanted = pictures(film);
  assert.ok(wanted.length >= 10);
  const { code, stderr } = await shell(
    `sluice convert ${film} raw.y4m && sluice convert raw.y4m part.y4m --from 0.2 --to 0.6 && ` +
      "sluice convert raw.y4m again.mp4 -q",
  );
  assert.equal(code, 0, stderr);
  assert.deepEqual(pictures(`${FOLDER}/raw.y4m`), wanted);
  const rate = wanted.length / Number(probe(film, "format=duration")[0]);
  const part = wanted.slice(Math.round(0.2 * rate), Math.round(0.6 * rate));
  assert.deepEqual(pictures(`${FOLDER}/part.y4m`), part);
  assert.equal(pictures(`${FOLDER}/again.mp4`).length, wanted.length);
});

rare(Deno.test)(
  "sluice convert plays YUV4MPEG2 up to its last whole picture, and fails for it with --strict",
  { ignore },
  async () => {
    ffmpeg("-i", mp4(), "-pix_fmt", "yuv420p", "-frames:v", "5", `${FOLDER}/five.y4m`);
    const { code, stderr } = await shell(
      "head -c -1000 five.y4m > cut.y4m && sluice convert cut.y4m kept.y4m && " +
        "{ sluice convert cut.y4m a.mp4 --strict; [ $? = 1 ]; } && { cat cut.y4m | sluice convert - b.mp4 --strict; [ $? = 1 ]; }",
    );
    assert.equal(code, 0, stderr);
    assert.deepEqual(pictures(`${FOLDER}/kept.y4m`), pictures(`${FOLDER}/five.y4m`).slice(0, 4));
    assert.deepEqual(["a", "b"].map((name) => pictures(`${FOLDER}/${name}.mp4`).length), [4, 4]);
    assert.match(
      stderr,
      /^error: cut\.y4m is cut off: 4 whole pictures and [\d,]+ of [\d,]+ bytes of another are there; /m,
    );
    assert.match(stderr, /^error: - is damaged: [\d,\s]+ bytes in 1 place are left out; /m);
  },
);

rare(Deno.test)("sluice convert keeps odd sides and full range in YUV4MPEG2", { ignore }, async () => {
  ffmpeg(
    "-f",
    "lavfi",
    "-i",
    "testsrc=s=33x17:d=0.4",
    "-pix_fmt",
    "yuv420p",
    "-vf",
    "scale=out_range=full",
    "-color_range",
    "pc",
    "-strict",
    "-1",
    "-f",
    "yuv4mpegpipe",
    `${FOLDER}/odd.y4m`,
  );
  const { code, stderr } = await shell("sluice convert odd.y4m odd-again.y4m");
  assert.equal(code, 0, stderr);
  const [found, wanted] = ["odd-again", "odd"].map((name) => Deno.readFileSync(`${FOLDER}/${name}.y4m`));
  assert.deepEqual(found.subarray(found.indexOf(10)), wanted.subarray(wanted.indexOf(10)));
  assert.match(new TextDecoder().decode(found.subarray(0, found.indexOf(10))), /^YUV4MPEG2 W33 H17 F25:1 .*=FULL$/);
});

Deno.test("sluice convert reads raw pictures from a pipe and writes them to one", { ignore }, async () => {
  const { code, stdout, stderr } = await shell(
    `ffmpeg -v error -i ${mp4()} -f yuv4mpegpipe -pix_fmt yuv420p - | sluice convert - - --format y4m | ` +
      "ffmpeg -v error -i - -f framemd5 -",
  );
  assert.equal(code, 0, stderr);
  const found = stdout.split("\n").filter((line) => /^\d/.test(line)).map((line) => line.split(",")[5]);
  assert.deepEqual(found, pictures(mp4()));
  assert.match(stderr, /^Wrote standard output: 0:01\.0 of media in/m);
});

Deno.test("sluice convert - reads a redirected file and a pipe alike, and removes its copy", async () => {
  Deno.mkdirSync(`${FOLDER}/copies`);
  const { code, stderr } = await shell(
    `sluice convert - a.flac -q < ${SPEECH} && cat ${SPEECH} | TMPDIR=copies sluice convert - b.flac -q`,
  );
  assert.equal(code, 0, stderr);
  const wanted = decode(SPEECH, "a");
  assert.deepEqual(["a", "b"].map((name) => decode(`${FOLDER}/${name}.flac`, "a")), [wanted, wanted]);
  assert.deepEqual([...Deno.readDirSync(`${FOLDER}/copies`)], []);
});

for (const format of ["wav", "flac", "mka", "ogg"]) {
  const register = format === "wav" ? Deno.test : rare(Deno.test);
  register(`sluice convert FILE - writes ${format} that players read from a pipe`, { ignore }, async () => {
    const { code, stderr } = await shell(
      `sluice convert ${SPEECH} - --format ${format} | ffmpeg -v error -y -i - -c:a pcm_s16le from-${format}.wav`,
    );
    assert.equal(code, 0, stderr);
    const [found, wanted] = [`${FOLDER}/from-${format}.wav`, SPEECH].map((path) => decode(path, "a"));
    if (format !== "ogg") assert.deepEqual(found, wanted);
    const [foundS, wantedS] = [`${FOLDER}/from-${format}.wav`, SPEECH].map((path) =>
      Number(probe(path, "format=duration")[0])
    );
    assert.ok(Math.abs(foundS - wantedS) < 0.01, `${foundS} s, wanted ${wantedS}`);
  });
}

rare(Deno.test)("sluice convert FILE - writes MP4 in fragments and Matroska with the tracks as they are", async () => {
  for (const format of ["mp4", "mkv"]) {
    const { code, stderr } = await shell(`sluice convert ${mp4()} - --format ${format} --copy | cat > piped.${format}`);
    assert.equal(code, 0, stderr);
    const counts = (path: string) => {
      const args = [
        "-v",
        "error",
        "-count_packets",
        "-show_entries",
        "stream=codec_name,nb_read_packets",
        "-of",
        "csv",
      ];
      return new TextDecoder().decode(new Deno.Command("ffprobe", { args: [...args, path] }).outputSync().stdout);
    };
    assert.equal(counts(`${FOLDER}/piped.${format}`), counts(mp4()));
  }
});

Deno.test("sluice convert FILE - ends quietly with 141 when its reader has gone", async () => {
  for (const format of ["wav", "mka", "flac"]) {
    ffmpeg("-f", "lavfi", "-i", "anoisesrc=d=30:r=48000", "-ac", "2", `${FOLDER}/noise.wav`);
    const { code, stdout, stderr } = await shell(
      `sluice convert noise.wav - --format ${format} -q | head -c 1000 | wc -c`,
    );
    assert.deepEqual([code, stdout.trim(), stderr], [141, "1000", ""]);
  }
});

rare(Deno.test)("sluice convert refuses what standard output does not take", async () => {
  for (const given of ["", "--format png", "--format avi"]) {
    const { code, stdout, stderr } = await shell(`sluice convert ${SPEECH} - ${given}`);
    assert.deepEqual([code, stdout], [2, ""]);
    const found = given === "" ? "no --format" : given;
    assert.equal(
      stderr,
      `error: Cannot write to standard output: found ${found}, wanted one of mp4, m4a, m4v, mov, mkv, mka, webm, ` +
        "ogg, oga, opus, flac, mp3, aac, wav, y4m\n",
    );
  }
  const terminal = await shell(`script -qec "${SLUICE} convert ${SPEECH} - --format wav" /dev/null`);
  assert.equal(terminal.code, 2);
  assert.match(
    terminal.stdout,
    /Cannot write media to standard output: it is a terminal; send it to a program or a file/,
  );
});

Deno.test("sluice info - says what comes by standard input", async () => {
  const { code, stdout, stderr } = await shell(`cat ${mp4()} | sluice info - && sluice info ${mp4()}`);
  assert.equal(code, 0, stderr);
  const lines = stdout.trimEnd().split("\n");
  const half = lines.length / 2;
  assert.ok(lines[0].startsWith("-: MP4, 0:01.0"), lines[0]);
  assert.deepEqual(lines.slice(1, half), lines.slice(half + 1));
});

Deno.test("sluice run - takes a graph from standard input, and media-sink and wav-sink path=- write to standard output", async () => {
  const graph = (sink: unknown) =>
    JSON.stringify({
      version: 1,
      mode: "offline",
      nodes: { in: { type: "wav-source", config: { path: SPEECH } }, out: sink },
      links: [{ from: "in.audio", to: `out.${(sink as { type: string }).type === "wav-sink" ? "audio" : "pcm_0"}` }],
    });
  const sinks = [
    { type: "wav-sink", config: { path: "-", format: "s16" } },
    { type: "media-sink", config: { path: "-", container: "matroska" } },
  ];
  for (const sink of sinks) {
    const { code, stderr } = await shell(`echo '${graph(sink)}' | sluice run - | ffmpeg -v error -y -i - run.wav`);
    assert.equal(code, 0, stderr);
    assert.deepEqual(decode(`${FOLDER}/run.wav`, "a"), decode(SPEECH, "a"));
    assert.match(stderr, /^in\.audio → out\./m);
  }
  const { code, stderr } = await shell(`echo '{"version": 1,' | sluice run -`);
  assert.equal(code, 2);
  assert.match(stderr, /^error: -:2:1: Cannot read graph: not JSON/);
});
