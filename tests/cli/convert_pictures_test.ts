/** Pictures in other formats, on the command line: sizes, turns, colours, rates; ffmpeg judges the results. */
import assert from "node:assert/strict";
import { decode, ffmpeg, FOLDER, mp4, probe } from "../../processors/media/fixtures/media_files.ts";
import { rare } from "../fixtures/rare.ts";
import { convert, here, ignore } from "./converting.ts";

Deno.test("sluice convert copies what fits: the same pictures and the same sound", { ignore }, async () => {
  const { code, stderr } = await convert(mp4(), "copied.mkv", "--force");
  assert.equal(code, 0, stderr);
  assert.match(stderr, /^video_0: h264 .*: copied\naudio_0: aac .*: copied\n/);
  assert.deepEqual(probe(`${FOLDER}/copied.mkv`, "stream=codec_name"), ["h264", "aac"]);
  assert.deepEqual(decode(`${FOLDER}/copied.mkv`, "v"), decode(mp4(), "v"));
});

Deno.test("sluice convert scales, changes the rate and cuts, to the picture", { ignore }, async () => {
  const options = ["--size", "80x", "--rate", "10", "--from", "0.2", "--to", "0.8", "--no-audio"];
  const { code, stderr } = await convert(mp4(), "small.mp4", ...options);
  assert.equal(code, 0, stderr);
  assert.match(stderr, /^audio_0: .*: left out$/m);
  const path = `${FOLDER}/small.mp4`;
  const entries = ["codec_name", "width", "height", "avg_frame_rate", "nb_read_frames"];
  assert.deepEqual(probe(path, `stream=${entries.join(",")}`, "-count_frames"), ["h264,80,60,10/1,6"]);
});

rare(Deno.test)(
  "sluice convert --to ends with the picture before that time, and copies where that can be",
  { ignore },
  async () => {
    const path = `${FOLDER}/reordered.mp4`;
    const x264 = "-c:v libx264 -pix_fmt yuv420p -g 100 -bf 3 -x264-params b-adapt=0:scenecut=0".split(" ");
    ffmpeg("-f", "lavfi", "-i", "testsrc=size=64x48:rate=25:duration=2", ...x264, path);
    const times = (file: string) => probe(file, "packet=pts_time", "-select_streams", "v").map(Number);
    // A picture that is decoded before others is shown after them, but after each fourth one.
    const [cut, clean] = [
      await convert(path, "cut.mp4", "--to", "1.08"),
      await convert(path, "clean.mp4", "--to", "1"),
    ];
    assert.match(cut.stderr, /: to h264$/m);
    assert.match(clean.stderr, /: copied$/m);
    assert.deepEqual([cut, clean].map(({ code }) => code), [0, 0]);
    assert.equal(times(`${FOLDER}/cut.mp4`).length, 27);
    assert.equal(times(`${FOLDER}/clean.mp4`).length, 25);
    const copy = await convert(path, "needed.mp4", "--to", "1.08", "--copy");
    const count = times(`${FOLDER}/needed.mp4`).length;
    const beyond = count - 27 === 1 ? "1 picture" : `${count - 27} pictures`;
    assert.match(copy.stderr, new RegExp(`: copied, with ${beyond} after --to that others need$`, "m"));
    assert.ok(count > 27);
  },
);

rare(Deno.test)("sluice convert turns pictures that the file says are to be turned", { ignore }, async () => {
  const turned = `${FOLDER}/turned.mp4`;
  ffmpeg("-i", mp4(), "-c", "copy", "-an", "-metadata:s:v", "rotate=270", turned);
  const { code, stderr } = await convert(turned, "upright.mkv");
  assert.equal(code, 0, stderr);
  assert.deepEqual(probe(`${FOLDER}/upright.mkv`, "stream=width,height"), ["120,160"]);
  const raw = ["-frames:v", "1", "-f", "rawvideo", "-pix_fmt", "gray", "-"];
  const [found, wanted] = [`${FOLDER}/upright.mkv`, turned].map((path) => ffmpeg("-i", path, ...raw));
  const error = found.reduce((sum, level, i) => sum + Math.abs(level - wanted[i]), 0) / found.length;
  assert.ok(found.length === wanted.length && error < 8, `${error} levels on average`);
});

Deno.test("sluice convert copies pictures that are to be turned with their rotation", { ignore }, async () => {
  const turned = `${FOLDER}/aside.mp4`;
  ffmpeg("-i", mp4(), "-c", "copy", "-an", "-metadata:s:v", "rotate=90", turned);
  for (const copy of [[], ["--copy"]]) {
    const { code, stderr } = await convert(turned, "kept.mp4", "--force", ...copy);
    assert.equal(code, 0, stderr);
    assert.match(stderr, /^video_0: .*: copied$/m);
    assert.doesNotMatch(stderr, /warn/);
    const side = ["stream_side_data=rotation", "-select_streams", "v"] as const;
    assert.deepEqual(probe(`${FOLDER}/kept.mp4`, ...side), probe(turned, ...side));
  }
});

/** A film of one colour whose YUV follows from RGB in a way, which it tells or not. */
function coloured(name: string, matrix: string, range: string, tags: readonly string[], size = "160x120"): string {
  const path = `${FOLDER}/${name}`;
  const source = `color=c=0x00bf00:size=${size}:rate=25:duration=0.2,format=rgb24`;
  const scale = `scale=out_color_matrix=${matrix}:out_range=${range},format=yuv420p`;
  ffmpeg("-f", "lavfi", "-i", source, "-vf", scale, "-c:v", "libx264", "-qp", "4", ...tags, path);
  return path;
}

/** Colours of files, and what the stages are told. */
const COLOURS: Readonly<Record<string, readonly [make: () => string, matrix: string, range: string]>> = {
  "BT.601 of Matroska": [
    () => coloured("c601.mkv", "smpte170m", "tv", ["-colorspace", "smpte170m"]),
    "bt601",
    "limited",
  ],
  "BT.709 in full range of MP4": [
    () => coloured("c709.mp4", "bt709", "pc", ["-colorspace", "bt709", "-color_range", "pc"]),
    "bt709",
    "full",
  ],
  "BT.2020 of MPEG-TS": [
    () => coloured("c2020.ts", "bt2020", "tv", ["-colorspace", "bt2020nc", "-color_range", "tv"]),
    "bt2020",
    "limited",
  ],
  "small pictures that tell nothing": [() => coloured("small.mkv", "smpte170m", "tv", []), "bt601", "limited"],
  "large pictures that tell nothing": [() => coloured("hd.mkv", "bt709", "tv", [], "1280x720"), "bt709", "limited"],
};

for (const [what, [make, matrix, range]] of Object.entries(COLOURS)) {
  rare(Deno.test)(`sluice convert takes the colours of ${what}, and tells them on`, async () => {
    const path = make();
    const planned = async (...args: string[]) => {
      const { nodes } = JSON.parse((await here(path, ...args, "--print-graph")).said);
      return nodes as Record<string, { config: Record<string, unknown> }>;
    };
    const { convert } = await planned("a.png");
    assert.deepEqual(convert.config, { pixelFormat: "rgba8", matrix, range });
    const { "video-encode": encode } = await planned("a.mp4", "--size", "80x");
    assert.deepEqual([encode.config.matrix, encode.config.range], [matrix, range]);
  });
}

rare(Deno.test)("sluice convert keeps the colours of pictures in BT.601 and full range", { ignore }, async () => {
  const path = coloured("c601.mp4", "smpte170m", "pc", ["-colorspace", "smpte170m", "-color_range", "pc"]);
  const { code, stdout } = await convert(path, "c601.png");
  assert.equal(code, 0);
  assert.match(
    stdout,
    /^Wrote c601\.png: 0:00\.2 of media in .*, the last one of 5; a name such as %04d\.png keeps them all$/m,
  );
  const corner = ["-frames:v", "1", "-vf", "crop=16:16", "-f", "rawvideo", "-pix_fmt", "rgb24", "-"];
  const found = ffmpeg("-i", `${FOLDER}/c601.png`, ...corner);
  assert.ok([0, 0xbf, 0].every((level, at) => Math.abs(found[at] - level) <= 2), String(found));
  assert.equal((await convert(path, "c601-2.mp4", "--size", "80x")).code, 0);
  assert.deepEqual(probe(`${FOLDER}/c601-2.mp4`, "stream=color_range,color_space"), ["pc,smpte170m"]);
});

/** Two recordings of 25 pictures in MPEG-TS, of two sizes. */
function twoSizes(): string {
  const parts = ["96x64", "192x128"].map((size) => {
    const path = `${FOLDER}/size-${size}.ts`;
    const source = ["-f", "lavfi", "-i", `testsrc2=size=${size}:rate=25:duration=1`];
    ffmpeg(...source, "-c:v", "libx264", "-pix_fmt", "yuv420p", path);
    return [...Deno.readFileSync(path)];
  });
  Deno.writeFileSync(`${FOLDER}/two-sizes.ts`, Uint8Array.from(parts.flat()));
  return "two-sizes.ts";
}

Deno.test("sluice convert scales pictures whose size changes, all of them, and says so", { ignore }, async () => {
  const from = twoSizes();
  for (const [size, wanted] of [[[], "96,64,50"], [["--size", "192x"], "192,128,50"]] as const) {
    const { code, stderr } = await convert(from, "two-sizes.mp4", ...size, "--force");
    assert.equal(code, 0, stderr);
    const told = `to h264${
      size.length > 0 ? "" : ", with pictures of 192 × 128 scaled to 96 × 64, which --size changes"
    }`;
    assert.match(stderr, new RegExp(`^video_0: h264 .*, 96 × 64, then 192 × 128, .*: ${told}$`, "m"));
    const found = probe(`${FOLDER}/two-sizes.mp4`, "stream=width,height,nb_read_frames", "-count_frames");
    assert.deepEqual(found, [wanted]);
  }
});

Deno.test("sluice convert --copy refuses pictures whose size changes before it writes anything", async () => {
  const { code, said } = await here(`${FOLDER}/${twoSizes()}`, `${FOLDER}/never.mp4`, "--copy");
  assert.equal(code, 2);
  assert.match(said, /--copy encodes nothing, and its pictures change from 96 × 64 to 192 × 128, .*--size/);
  assert.deepEqual([...Deno.readDirSync(FOLDER)].filter(({ name }) => name.startsWith("never")), []);
});

/** Pictures of 144 × 116 pixels of 16:15, which are shown as 154 × 116. */
function anamorphic(): string {
  const path = `${FOLDER}/anamorphic.mkv`;
  const source = ["-f", "lavfi", "-i", "testsrc2=size=144x116:rate=25:duration=0.2", "-vf", "setsar=16/15"];
  ffmpeg(...source, "-c:v", "libx264", "-pix_fmt", "yuv420p", path);
  return "anamorphic.mkv";
}

Deno.test(
  "sluice convert keeps pixels that are not square, and makes them square where it says so",
  { ignore },
  async () => {
    const from = anamorphic();
    const cases: readonly (readonly [output: string, args: readonly string[], shape: string, said: string])[] = [
      ["a.mp4", [], "144,116,16:15", "copied"],
      ["a.mp4", ["--video-bitrate", "300k"], "144,116,16:15", "to h264"],
      ["a.avi", [], "144,116,16:15", "encoded by ffmpeg"],
      ["a.mp4", ["--size", "308x"], "308,232,N/A", "to h264"],
      ["a.mp4", ["--size", "x58"], "76,58,N/A", "to h264"],
      ["a-%d.png", [], "154,116,N/A", "to png of square pixels, 154 × 116"],
      ["a-%d.jpg", [], "154,116,1:1", "to jpeg of square pixels, 154 × 116"],
    ];
    for (const [output, args, shape, said] of cases) {
      const { code, stderr } = await convert(from, output, ...args, "--force");
      assert.equal(code, 0, stderr);
      assert.match(stderr, new RegExp(`144 × 116, pixels 16:15, shown as 154 × 116, .*: ${said}$`, "m"));
      const path = `${FOLDER}/${output.replace("%d", "1")}`;
      assert.deepEqual(probe(path, "stream=width,height,sample_aspect_ratio"), [shape], `${output} ${args}`);
    }
  },
);

Deno.test({
  name: "sluice convert brings uneven pictures to one rate for YUV4MPEG2, and says which",
  ignore,
  fn: async () => {
    const path = `${FOLDER}/uneven.mp4`;
    const uneven = ["-vf", "select='lt(n,25)+not(mod(n,5))'", "-fps_mode", "vfr", "-c:v", "libx264"];
    ffmpeg("-f", "lavfi", "-i", "testsrc2=size=64x48:rate=25:duration=3", ...uneven, path);
    const { code, stderr } = await convert("uneven.mp4", "uneven.y4m");
    assert.equal(code, 0, stderr);
    assert.match(stderr, /at a steady 25 pictures\/s, which --rate changes/);
    const [rate, seconds] = probe(`${FOLDER}/uneven.y4m`, "stream=r_frame_rate,duration")[0].split(",");
    assert.equal(rate, "25/1");
    // The last picture begins at 2.8 s.
    assert.ok(Number(seconds) > 2.8 && Number(seconds) <= 3, seconds);
  },
});
