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
import { readMediaInfo } from "../../processors/media/media_info.ts";
import { noRustPlugin } from "../fixtures/plugins/build.ts";

const obstacle = noRustPlugin("video") ?? noRustPlugin("codecs");
const registry = new NodeRegistry([nodePackage]);
const OPTIONS = { native: "require", mode: "offline", registry } as const;

/** A test with a file of H.264 and Opus, a quarter of a second long. */
function withClip(name: string, fn: (clip: string, folder: string) => Promise<void>): void {
  const title = `media links: ${name}${obstacle === undefined ? "" : ` (left out: ${obstacle})`}`;
  Deno.test({
    name: title,
    ignore: obstacle !== undefined,
    fn: async () => {
      const folder = await Deno.makeTempDir();
      try {
        const clip = `${folder}/clip.mp4`;
        await makeClip(clip);
        await fn(clip, folder);
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

const typesOf = (runtime: Runtime) => Object.values(runtime.graph().nodes).map(({ type }) => type.split(".").at(-1));

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
  equal(new TextDecoder().decode(stdout), `completed: ${copy}\n`);
  const page = await Deno.readTextFile(new URL("docs/processors/media.md", root));
  const shown = page.split("<!-- examples/media.ts -->\n\n```ts\n")[1].split("```")[0];
  ok((await Deno.readTextFile(new URL("examples/media.ts", root))).includes(shown));
});

withClip("without convert the stage that decodes is named, in scripts and in graph files", async (path) => {
  await using runtime = new Runtime(OPTIONS);
  runtime.add(nodes.mediaSource({ path }), { id: "clip", ports: ["audio_0"] });
  runtime.add(nodes.gain(), { id: "gain" });
  const mend =
    /wanted AudioFrame; put a "org\.sluice\.codecs\.audio-decode" node between them, or have convert: "auto"/;
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
  deepEqual(coders, ["audio-decode", "opus-encode"]);
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
