/** How many bits a sample has in a FLAC file that a line makes of another file: as many as there, as in `convert`. */
import { deepEqual, equal } from "node:assert/strict";
import { readGraph } from "../../cli/commands/read_graph.ts";
import { buildGraph, graphOptions } from "../../core/graph/build.ts";
import { NodeRegistry } from "../../core/registry/node_registry.ts";
import { Runtime } from "../../core/runtime.ts";
import { decode, ffmpeg, FOLDER, probe } from "../../processors/media/fixtures/media_files.ts";
import { readMediaInfo } from "../../processors/media/media_info.ts";
import { nodePackage } from "../../sluice.gen.ts";
import { media } from "../fixtures/plugins/media.ts";

const SOUND = "aevalsrc=0.3*sin(2*PI*440*t)+0.01*(2*random(0)-1):s=48000:d=0.2";
/** Files by name, with what ffmpeg makes each of, and the bits that keep it. */
const FILES: readonly (readonly [name: string, bits: number, ...args: string[]])[] = [
  ["s16.wav", 16, "-c:a", "pcm_s16le"],
  ["s24.wav", 24, "-c:a", "pcm_s24le"],
  ["f32.wav", 24, "-c:a", "pcm_f32le"],
  ["s24.mkv", 24, "-c:a", "pcm_s24le"],
  ["s24.mov", 24, "-c:a", "pcm_s24le"],
  ["s16.flac", 16, "-c:a", "flac", "-sample_fmt", "s16"],
  ["s24.flac", 24, "-c:a", "flac", "-sample_fmt", "s32"],
  ["opus.ogg", 16, "-c:a", "libopus", "-b:a", "64k"],
];

/** What stands between a source and the file. */
const WAYS = ["", "! gain gainDb=-3", "! resampler sampleRateHz=44100 ! gain"];

media("media-sink path=x.flac has as many bits as the file that the sound is of", async () => {
  const path = (name: string) => `${FOLDER}/${name}`;
  ffmpeg("-v", "error", "-f", "lavfi", "-i", SOUND, ...FILES.flatMap(([name, , ...args]) => [...args, path(name)]));
  // All in one line: files one beside the other.
  const lines = FILES.flatMap(([name, bits]) => {
    const source = `${name.endsWith("wav") ? "wav-source" : "media-source"} path=${path(name)}`;
    return WAYS.map((way, at) => ({ name, bits, way, source, made: path(`${name}-${at}.flac`) }));
  });
  await runLine(lines.map(({ source, way, made }) => `${source} ${way} ! media-sink path=${made}`).join("; "));
  for (const { name, bits, way, made } of lines) {
    const { tracks: [{ bitsPerSample }] } = await readMediaInfo(made);
    equal(bitsPerSample, bits, `${name} ${way}`);
  }
  const made = path("s24.wav-0.flac");
  deepEqual(probe(made, "stream=bits_per_raw_sample"), ["24"]);
  deepEqual(decode(made, "a"), decode(path("s24.wav"), "a"));
}, { needsFfmpeg: true });

async function runLine(expression: string): Promise<void> {
  const { document, errors } = await readGraph({ graph: "-e", set: [], packages: [], plugins: [], expression });
  deepEqual(errors, []);
  const registry = new NodeRegistry([nodePackage]);
  await using runtime = new Runtime({ ...graphOptions(document!), registry, native: "require" });
  buildGraph(document!, runtime);
  await runtime.start();
  equal((await runtime.finished).outcome, "completed");
}
