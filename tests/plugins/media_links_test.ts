/** Links from and to media files: what is encoded is decoded, and the output is chosen by what the next node takes. */
import { deepEqual, equal, match, ok, rejects, throws } from "node:assert/strict";
import { appSink } from "../../core/app/app_sink.ts";
import { readGraph } from "../../cli/commands/read_graph.ts";
import { readMediaOutputs } from "../../processors/media/media_outputs.ts";
import { checkGraph } from "../../core/graph/load.ts";
import { buildGraph, graphOptions } from "../../core/graph/build.ts";
import { NodeRegistry } from "../../core/registry/node_registry.ts";
import { Runtime } from "../../core/runtime.ts";
import { nodePackage, nodes } from "../../sluice.gen.ts";
import { patternSource } from "../../stages.gen.ts";
import { decodePng } from "../../processors/media/png.ts";
import { readMediaInfo } from "../../processors/media/media_info.ts";
import { readMedia } from "../../processors/media/read_media.ts";
import { noRustPlugin } from "../fixtures/plugins/build.ts";

const obstacle = noRustPlugin("video") ?? noRustPlugin("codecs");
const registry = new NodeRegistry([nodePackage]);
const OPTIONS = { native: "require", mode: "offline", registry } as const;

/** The file that tests begin with, once one of them has made it. */
let clip: Uint8Array | undefined;

/** A test with a file of H.264 and Opus, a quarter of a second long. */
function withClip(name: string, fn: (clip: string, folder: string) => Promise<void>): void {
  const title = `media links: ${name}${obstacle === undefined ? "" : ` (left out: ${obstacle})`}`;
  Deno.test({
    name: title,
    ignore: obstacle !== undefined,
    fn: async () => {
      const folder = await Deno.makeTempDir();
      try {
        const path = `${folder}/clip.mp4`;
        if (clip === undefined) {
          await makeClip(path);
          clip = await Deno.readFile(path);
        } else await Deno.writeFile(path, clip);
        await fn(path, folder);
      } finally {
        await Deno.remove(folder, { recursive: true });
      }
    },
  });
}

/** By typed handles: what comes is encoded for a file. */
async function makeClip(path: string): Promise<void> {
  await using runtime = new Runtime(OPTIONS);
  const pattern = runtime.add(nodes.patternSource({ width: 64, height: 64, frameRate: 20, durationSeconds: 0.25 }));
  const file = runtime.add(nodes.mediaSink({ path }), { ports: ["video_0", "audio_0"] });
  runtime.connect(pattern.outputs.video, file.inputs.video[0], { convert: "auto" });
  runtime.connect(pattern.outputs.audio, file.inputs.audio[0], { convert: "auto" });
  await runtime.start();
  await runtime.finished;
}

const typesOf = (runtime: Runtime) => Object.values(runtime.graph().nodes).map(({ type }) => type);

withClip("typed handles link a file's tracks to what takes sound and pictures", async (path) => {
  await using runtime = new Runtime(OPTIONS);
  const clip = runtime.add(nodes.mediaSource({ path }), { ports: ["video_0", "audio_0"] });
  const [pictures, sound] = [runtime.add(appSink.video()), runtime.add(appSink.audio())];
  runtime.connect(clip.outputs.video[0], pictures.inputs.video, { convert: "auto" });
  await runtime.edit((edit) => edit.connect(clip.outputs.audio[0], sound.inputs.audio, { convert: "auto" }));
  deepEqual(typesOf(runtime), ["media-source", "app-sink", "app-sink", "h264-decode", "audio-decode"]);
  await runtime.start();
  const count = async () => {
    let found = 0;
    for await (const { width } of pictures) found += Number(width === 64);
    return found;
  };
  const seconds = async () => {
    let samples = 0;
    for await (const block of sound) samples += block.sampleCount;
    return samples / 48_000;
  };
  deepEqual(await Promise.all([count(), seconds()]), [5, 0.25]);
  await runtime.finished;
});

withClip("examples/media.ts runs, and the page about it shows its text", async (clip, folder) => {
  const root = new URL("../..", import.meta.url);
  const copy = `${folder}/copy.mp4`;
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", "examples/media.ts", clip, copy],
    cwd: root,
  }).output();
  equal(code, 0, new TextDecoder().decode(stderr));
  equal(new TextDecoder().decode(stdout), `MP4: video_0 h264, audio_0 opus\ncompleted: ${copy}\n`);
  const page = await Deno.readTextFile(new URL("docs/processors/media.md", root));
  const shown = page.split("<!-- examples/media.ts -->\n\n```ts\n")[1].split("```")[0];
  ok((await Deno.readTextFile(new URL("examples/media.ts", root))).includes(shown));
});

withClip("without convert the stage that decodes is named, in scripts and in graph files", async (path) => {
  await using runtime = new Runtime(OPTIONS);
  runtime.add(nodes.mediaSource({ path }), { id: "clip", ports: ["audio_0"] });
  runtime.add(nodes.gain(), { id: "gain" });
  const mend = /wanted AudioFrame; put a "audio-decode" node between them, or have convert: "auto"/;
  throws(() => runtime.connectByName("clip.audio_0", "gain.audioIn"), { code: "TypeMismatch", message: mend });
  const graph = JSON.stringify({
    version: 1,
    mode: "offline",
    nodes: { clip: { type: "media-source", config: { path } }, gain: { type: "gain" } },
    links: [{ from: "clip.audio_0", to: "gain.audioIn" }],
  });
  match(checkGraph(graph, "g.json", registry).errors[0].message, mend);
  const { document } = checkGraph(graph, "g.json", registry, [], "auto");
  await using converted = new Runtime({ ...graphOptions(document!), registry, native: "require" });
  buildGraph(document!, converted);
  deepEqual(typesOf(converted), ["media-source", "gain", "audio-decode"]);
  await converted.start();
  const { nodes: ran } = await converted.finished;
  equal(ran.find(({ id }) => id.endsWith("audio-decode"))!.figures!.damaged, 0);
});

/** Reads a graph in one line as the command does. */
async function readLine(expression: string, convert?: "off") {
  const sources = { graph: "-e", set: [], packages: [], plugins: [] };
  return await readGraph({ ...sources, expression, ...(convert && { convert }) });
}

withClip("a line chooses a file's output by what the next node takes, and decodes it where that is wanted", async (
  path,
  folder,
) => {
  const line = `media-source path=${path} ! gain gainDb=-3 ! media-sink path=${folder}/b.mp4`;
  const [error] = (await readLine(line, "off")).errors;
  match(
    error.message,
    /"media-source" has video_0 \(encoded h264\) and audio_0 \(encoded opus\).*put "opus-decode" between/,
  );
  const { document } = await readLine(line);
  await using runtime = new Runtime({ ...graphOptions(document!), registry, native: "require" });
  buildGraph(document!, runtime);
  const coders = typesOf(runtime).filter((type) => /code$/.test(type!));
  deepEqual(coders, ["opus-decode", "opus-encode"]);
  await runtime.start();
  equal((await runtime.finished).outcome, "completed");
  deepEqual(Object.keys(await readMediaOutputs(`${folder}/b.mp4`)), ["audio_0"]);
  // Of the file there is only sound now.
  const linked = async (text: string) => (await readLine(text)).document!.links.map(({ from, to }) => `${from} ${to}`);
  deepEqual(await linked(`media-source id=s path=${folder}/b.mp4 ! media-sink id=m path=${folder}/c.mkv`), [
    "s.audio_0 m.audio_0",
  ]);
  deepEqual(await linked(`media-source id=s path=${path} ! h264-decode id=v; s. ! opus-decode id=a`), [
    "s.video_0 v.encoded",
    "s.audio_0 a.encoded",
  ]);
  deepEqual(await linked(`media-source id=s path=${folder}/none.mp4 ! gain id=g`), ["s.pcm_0 g.audioIn"]);
});

/** The codecs of a file that a line writes, and the encoders that it takes. */
async function written(path: string, line: string): Promise<{ codecs: string[]; encoders: string[] }> {
  const { document, errors } = await readLine(line);
  deepEqual(errors.map(({ message }) => message), []);
  await using runtime = new Runtime({ ...graphOptions(document!), mode: "offline", registry, native: "require" });
  buildGraph(document!, runtime);
  const encoders = typesOf(runtime).filter((type) => type!.endsWith("-encode")) as string[];
  await runtime.start();
  equal((await runtime.finished).outcome, "completed");
  return { codecs: (await readMediaInfo(path)).tracks.map(({ codec }) => codec), encoders };
}

withClip("a line writes to each container what it holds, samples as samples where it holds them", async (
  clip,
  folder,
) => {
  const sound = "tone-source durationSeconds=0.1";
  const both = "pattern-source width=64 height=64 frameRate=20 durationSeconds=0.25";
  const wanted: [string, string, string[], string[]][] = [
    [sound, "a.mkv", ["pcm-s16"], []],
    [sound, "a.mov", ["pcm-s16"], []],
    [sound, "a.mp4", ["opus"], ["opus-encode"]],
    [sound, "a.m4a", ["opus"], ["opus-encode"]],
    [sound, "a.webm", ["opus"], ["opus-encode"]],
    [sound, "a.flac", ["flac"], ["flac-encode"]],
    [both, "b.flac", ["flac"], ["flac-encode"]],
    [both, "b.mkv", ["h264"], ["h264-encode"]],
    [`media-source path=${clip}`, "c.mkv", ["h264"], []],
    [`media-source path=${clip}`, "c.flac", ["flac"], ["flac-encode"]],
  ];
  for (const [source, name, codecs, encoders] of wanted) {
    const path = `${folder}/${name}`;
    deepEqual(await written(path, `${source} ! media-sink path=${path}`), { codecs, encoders }, name);
  }
  const named = `${folder}/named`;
  const line = `${sound} id=s; media-sink id=m path=${named} container=flac; s.audio ! m.audio_0`;
  deepEqual(await written(named, line), { codecs: ["flac"], encoders: ["flac-encode"] });
  const still = await readLine(`${both} ! image-sink id=i path=${folder}/i.jpg`);
  deepEqual(still.document!.links.map(({ to }) => to), ["i.jpeg"]);
});

Deno.test("media links: a line refuses pictures and sound that no node encodes for a container", async () => {
  const cases: [string, string][] = [
    [
      "pattern-source ! media-sink path=a.webm",
      'WebM holds vp8, vp9, which no node encodes; choose another .* "video"',
    ],
    ["tone-source ! media-sink path=a.mp3", 'MP3 holds mp3, which no node encodes; choose another format for "audio"'],
    ["tone-source ! media-sink path=a.aac", "AAC holds aac, which no node encodes"],
    ["tone-source id=t ! media-sink path=a.ogg id=m; t. ! m.pcm_0", 'Ogg holds nothing of "pcm_0"'],
  ];
  for (const [line, message] of cases) match((await readLine(line)).errors[0].message, new RegExp(message));
});

withClip("a program that is fed pictures gives pictures to the next node", async (clip, folder) => {
  const program = `process command='["cat"]'`;
  for (
    const [source, name] of [
      [`media-source path=${clip} ! h264-decode`, "flip.mp4"],
      ["pattern-source width=64 height=64 frameRate=20 durationSeconds=0.25", "pattern.mp4"],
    ]
  ) {
    const path = `${folder}/${name}`;
    deepEqual(await written(path, `${source} ! ${program} ! media-sink path=${path}`), {
      codecs: ["h264"],
      encoders: ["h264-encode"],
    });
  }
  const { document } = await readLine(`media-source path=${clip} ! ${program} ! wav-sink path=${folder}/no.wav`);
  await using runtime = new Runtime({ ...graphOptions(document!), registry, native: "require" });
  buildGraph(document!, runtime);
  const advice = /the frames are h264: decode first and link "process\.videoIn" \(… ! h264-decode ! process …\)/;
  await rejects(runtime.start(), { code: "InvalidGraph", message: advice });
});

withClip("pictures are converted for a program that reads YUV4MPEG2, or refused where they are linked", async () => {
  const line = (format: string) =>
    `pattern-source width=64 height=64 durationSeconds=0.1 ! process command='["cat"]' videoFormat=${format} ! pipe-sink`;
  match(
    (await readLine(line("y4m"), "off")).errors[0].message,
    /"process\.videoIn": the output gives pixelFormat rgba8, wanted i420; put a "convert" node/,
  );
  deepEqual(
    (await readLine(line("raw"), "off")).errors.map(({ message }) => message).filter((each) =>
      each.includes("process.videoIn")
    ),
    [],
  );
  const scripted = (convert: "auto" | "off") => {
    const runtime = new Runtime({ ...OPTIONS, convert });
    const source = runtime.add(patternSource({ width: 64, height: 64, durationSeconds: 0.1 }), {
      id: "pattern",
    });
    const program = runtime.add(nodes.process({ command: ["cat"] }), { id: "program" });
    const sink = runtime.add(appSink.video(), { id: "sink" });
    runtime.connect(source.outputs.video, program.inputs.videoIn);
    runtime.connect(program.outputs.videoOut, sink.inputs.video);
    return { runtime, sink };
  };
  throws(() => scripted("off"), { code: "TypeMismatch", message: /"program\.videoIn": the output gives pixelFormat/ });
  const { runtime, sink } = scripted("auto");
  await using _ = runtime;
  await runtime.start();
  const found = new Set<string>();
  for await (const { pixelFormat } of sink) found.add(pixelFormat);
  deepEqual([...found], ["i420"]);
});

withClip("sound of which nobody knows the channels is encoded in stereo", async (_, folder) => {
  const { document } = await readLine(`wav-source path=${folder}/a.wav ! media-sink path=${folder}/b.mp4`);
  await using runtime = new Runtime({ ...graphOptions(document!), registry, native: "require" });
  buildGraph(document!, runtime);
  const mapper = Object.values(runtime.graph().nodes).find(({ type }) => type === "channel-mapper");
  deepEqual(mapper?.config?.channels, 2);
});

withClip("a line does not write to the file that it reads", async (path) => {
  const before = await Deno.readFile(path);
  const { document } = await readLine(`media-source path=${path} ! gain ! media-sink path=${path}`);
  await using runtime = new Runtime({ ...graphOptions(document!), registry, native: "require" });
  buildGraph(document!, runtime);
  await rejects(runtime.start(), { code: "InvalidConfig", message: /another node or process is (reading|writing) it/ });
  deepEqual(await Deno.readFile(path), before);
});

/** In a row of a picture of 256 × 64 that nothing moves in: red, green and blue in the middle of each of its bars. */
const FLAT = Array.from({ length: 7 }, (_, bar) => [0, 1, 2].map((part) => 4 * (24 * 256 + 18 + 36 * bar) + part))
  .flat();

/** The first picture of a graph in one line, which writes `NAME-%d.png`. */
async function firstPicture(line: string, name: string): Promise<Uint8Array> {
  const { document, errors } = await readLine(`${line} ! image-sink path=${name}-%d.png`);
  deepEqual(errors.map(({ message }) => message), []);
  await using runtime = new Runtime({ ...graphOptions(document!), mode: "offline", registry, native: "require" });
  buildGraph(document!, runtime);
  await runtime.start();
  equal((await runtime.finished).outcome, "completed");
  return decodePng(await Deno.readFile(`${name}-1.png`)).bytes;
}

withClip("converters of a line take pictures for what their file says of their colours", async (_, folder) => {
  const pattern = "pattern-source width=256 height=64 frameRate=20 durationSeconds=0.1";
  const wanted = await firstPicture(pattern, `${folder}/wanted`);
  for (const [matrix, range] of [["bt601", "limited"], ["bt709", "full"], ["bt601", "full"], ["bt709", "limited"]]) {
    const colours = `matrix=${matrix} range=${range}`;
    const [file, copy] = [`${folder}/${matrix}-${range}.mp4`, `${folder}/${matrix}-${range}-copy.mp4`];
    const encode = `convert pixelFormat=i420 ${colours} ! h264-encode bitRate=20000000 ${colours}`;
    await written(file, `${pattern} ! ${encode} ! media-sink path=${file}`);
    // Through RGB, and as YUV past a node that hands it on.
    await written(copy, `media-source path=${file} ! overlay ! media-sink path=${copy}`);
    for (const path of [file, copy]) {
      const found = await firstPicture(`media-source path=${path}`, path);
      const furthest = FLAT.map((at) => Math.abs(found[at] - wanted[at])).reduce((a, b) => Math.max(a, b));
      ok(furthest <= 3, `${path}: ${furthest} levels off`);
    }
    const [track] = (await readMediaInfo(copy)).tracks;
    deepEqual([track.matrix, track.range], [matrix, range]);
  }
});

withClip("scripts and graph files take pictures for what a file says of their colours once they have read it", async (
  _,
  folder,
) => {
  const pattern = "pattern-source width=256 height=64 frameRate=20 durationSeconds=0.1";
  const wanted = await firstPicture(pattern, `${folder}/wanted`);
  const [known, unread] = [`${folder}/known.mp4`, `${folder}/unread.mp4`];
  const encode = `convert pixelFormat=i420 matrix=bt601 ! h264-encode bitRate=20000000 matrix=bt601`;
  await written(unread, `${pattern} ! ${encode} ! media-sink path=${unread}`);
  await Deno.copyFile(unread, known);
  const { container, tracks } = await readMedia(known);
  const [{ name, kind, codec, width, height, matrix, range }] = tracks;
  deepEqual([container, name, kind, codec, width, height], ["MP4", "video_0", "video", "h264", 256, 64]);
  deepEqual([matrix, range], ["bt601", "limited"]);
  const offBy = async (runtime: Runtime, images: string) => {
    await runtime.start();
    equal((await runtime.finished).outcome, "completed");
    const found = decodePng(await Deno.readFile(`${images}-1.png`)).bytes;
    return FLAT.map((at) => Math.abs(found[at] - wanted[at])).reduce((a, b) => Math.max(a, b));
  };
  const byScript = async (path: string) => {
    await using runtime = new Runtime(OPTIONS);
    const clip = runtime.add(nodes.mediaSource({ path }), { ports: ["video_0"] });
    const images = runtime.add(nodes.imageSink({ path: `${path}-%d.png` }));
    runtime.connect(clip.outputs.video[0], images.inputs.video, { convert: "auto" });
    return await offBy(runtime, path);
  };
  const byFile = async (path: string) => {
    const image = { type: "image-sink", config: { path: `${path}-file-%d.png` } };
    const all = { clip: { type: "media-source", config: { path } }, image };
    const links = [{ from: "clip.video_0", to: "image.video" }];
    const text = JSON.stringify({ version: 1, mode: "offline", convert: "auto", nodes: all, links });
    const { document } = checkGraph(text, "g.json", registry);
    await using runtime = new Runtime({ ...graphOptions(document!), registry, native: "require" });
    buildGraph(document!, runtime);
    return await offBy(runtime, `${path}-file`);
  };
  for (const by of [byScript, byFile]) {
    const [right, wrong] = [await by(known), await by(unread)];
    ok(right <= 3, `${right} levels off`);
    ok(wrong > 10, `${wrong} levels off without a look into the file`);
  }
  await rejects(readMedia(`${folder}/none.mp4`), { code: "InvalidConfig", message: /none\.mp4/ });
});

withClip("scripts and graph files have sound encoded for what a sink's file holds, as lines do", async (_, folder) => {
  const script = `${folder}/script.flac`;
  await using runtime = new Runtime(OPTIONS);
  const tone = runtime.add(nodes.toneSource({ durationSeconds: 0.1 }));
  const sink = runtime.add(nodes.mediaSink({ path: script }), { ports: ["audio_0"] });
  runtime.connect(tone.outputs.audio, sink.inputs.audio[0], { convert: "auto" });
  await runtime.start();
  await runtime.finished;
  deepEqual((await readMediaInfo(script)).tracks.map(({ codec }) => codec), ["flac"]);
  const fileOf = (path: string, from: string, to: string) => {
    const sources = { tone: { type: "tone-source" }, picture: { type: "pattern-source" } };
    const all = { ...sources, sink: { type: "media-sink", config: { path } } };
    return JSON.stringify({ version: 1, mode: "offline", convert: "auto", nodes: all, links: [{ from, to }] });
  };
  const { document } = checkGraph(fileOf("a.flac", "tone.audio", "sink.audio_0"), "g.json", registry);
  await using built = new Runtime({ ...graphOptions(document!), registry });
  buildGraph(document!, built);
  deepEqual(typesOf(built).filter((type) => type!.endsWith("-encode")), ["flac-encode"]);
  const { errors } = checkGraph(fileOf("a.webm", "picture.video", "sink.video_0"), "g.json", registry);
  match(
    errors[0].message,
    /Cannot link "picture\.video" to "sink\.video_0": WebM holds vp8, vp9, which no node encodes/,
  );
});

/** Runs a program and asserts that it succeeds. */
async function run(...command: string[]): Promise<void> {
  const { code, stderr } = await new Deno.Command(command[0], { args: command.slice(1) }).output();
  equal(code, 0, `${command.join(" ")}: ${new TextDecoder().decode(stderr)}`);
}

withClip(
  "a line says for a track that nobody decodes which line of ffmpeg makes one that is read",
  async (_, folder) => {
    const [picture, sound] = ["testsrc=s=160x90:d=0.5:r=10", "sine=d=0.5"].map((
      source,
    ) => ["-f", "lavfi", "-i", source]);
    const cases: [string, string[], string, RegExp][] = [
      ["vorbis.ogg", [...sound, "-c:a", "libvorbis"], "gain ! wav-sink path=out.wav", /audio_0: its codec is vorbis/],
      [
        "six.mkv",
        [...sound, "-ac", "6", "-c:a", "libopus"],
        "wav-sink path=out.wav",
        /audio_0: its Opus has 6 channels/,
      ],
      ["vp9.webm", [...picture, "-c:v", "libvpx-vp9"], "image-sink path=out-%d.png", /video_0: no shipped .* vp9/],
      [
        "ten.mp4",
        [...picture, "-c:v", "libx264", "-pix_fmt", "yuv420p10le"],
        "image-sink path=out-%d.png",
        /of 10 bits/,
      ],
    ];
    for (const [name, options, rest, reason] of cases) {
      const path = `${folder}/${name}`;
      await run("ffmpeg", "-v", "error", ...options, path);
      const to = rest.replace("out", `${folder}/${name}`);
      const [error] = (await readLine(`media-source path=${path} ! ${to}`)).errors;
      match(error.message, reason);
      const advice = error.message.match(/ffmpeg -i .*$/)![0];
      await run("sh", "-c", advice);
      const { document, errors } = await readLine(`media-source path=${advice.split(" ").at(-1)} ! ${to}`);
      deepEqual(errors.map(({ message }) => message), [], name);
      await using runtime = new Runtime({ ...graphOptions(document!), registry, native: "require" });
      buildGraph(document!, runtime);
      await runtime.start();
      equal((await runtime.finished).outcome, "completed", name);
    }
    await run("ffmpeg", "-v", "error", ...picture, ...sound, `${folder}/film.avi`);
    const { document } = await readLine(`media-source path=${folder}/film.avi ! wav-sink path=${folder}/film.wav`);
    await using runtime = new Runtime({ ...graphOptions(document!), registry, native: "require" });
    buildGraph(document!, runtime);
    const error = await runtime.start().then(() => undefined, (error: Error) => error);
    const advice = error!.message.match(/"(ffmpeg -i FILE [^"]* OTHER\.mkv)"/)![1];
    await run("sh", "-c", advice.replace("FILE", `${folder}/film.avi`).replace("OTHER", `${folder}/film`));
    deepEqual((await readMediaInfo(`${folder}/film.mkv`)).tracks.map(({ codec }) => codec), ["h264", "flac"]);
    deepEqual(
      await written(`${folder}/b.flac`, `media-source path=${folder}/film.mkv ! media-sink path=${folder}/b.flac`),
      {
        codecs: ["flac"],
        encoders: [],
      },
    );
  },
);

withClip("a line tells of tracks that it leaves out, and of none where all are taken", async (clip, folder) => {
  const told = async (line: string) => (await readLine(line)).warnings.map(({ message }) => message);
  deepEqual(await told(`media-source path=${clip} ! gain ! media-sink path=${folder}/b.mp4`), [
    '-e:1:1: "media-source" has "video_0" too, which this graph leaves out; a chain "media-source.video_0 ! …" behind ' +
    '";" takes it',
  ]);
  const all = `media-source id=s path=${clip} ! media-sink id=m path=${folder}/b.mp4; s.audio_0 ! m.`;
  deepEqual(await told(all), []);
});

withClip("a line has slots that pictures of its files fit", async (_, folder) => {
  const large = `${folder}/large.mp4`;
  const { codecs } = await written(
    large,
    `pattern-source width=3840 height=2160 durationSeconds=0.03 ! h264-encode ! media-sink path=${large}`,
  );
  deepEqual(codecs, ["h264"]);
  const { length } = await firstPicture(`media-source path=${large}`, large);
  equal(length, 3840 * 2160 * 4);
});

withClip("pictures go to a program and into a file in the range that the program is told of", async (_, folder) => {
  const pattern = "pattern-source width=256 height=64 frameRate=20 durationSeconds=0.1";
  const wanted = await firstPicture(pattern, `${folder}/wanted`);
  for (const [given, taken] of [["full", "full"], ["limited", "limited"], ["full", "limited"], ["limited", "full"]]) {
    const path = `${folder}/${given}-${taken}.mp4`;
    const program = `process command='["cat"]'`;
    const to = given === taken
      ? `${program} range=${given}`
      : `pipe-sink range=${given} command='["sh", "-c", "cat > ${path}.y4m"]'`;
    if (given !== taken) await written(`${path}.y4m`, `${pattern} ! ${to}`);
    const from = given === taken ? `${pattern} ! ${to}` : `pipe-source range=${taken} command='["cat", "${path}.y4m"]'`;
    await written(path, `${from} ! media-sink path=${path}`);
    const found = await firstPicture(`media-source path=${path}`, path);
    const furthest = FLAT.map((at) => Math.abs(found[at] - wanted[at])).reduce((a, b) => Math.max(a, b));
    ok(furthest <= 5, `${path}: ${furthest} levels off`);
    equal((await readMediaInfo(path)).tracks[0].range, taken);
  }
});
