/** FLAC beside ffmpeg: files of 20 kinds of sound keep every bit, and are hardly larger than those of ffmpeg's encoder. */
import { deepEqual, ok } from "node:assert/strict";
import { NodeRegistry } from "../../core/registry/node_registry.ts";
import { ffmpeg } from "../../processors/media/fixtures/media_files.ts";
import { readMediaInfo } from "../../processors/media/media_info.ts";
import { nodePackage } from "../../sluice.gen.ts";
import { media, runtimeOf } from "../fixtures/plugins/media.ts";

const NOISES = ["white", "pink", "brown", "violet"].flatMap((colour) =>
  [1, 0.01].map((peak): [string, string] => [`${colour} at ${peak}`, `anoisesrc=c=${colour}:a=${peak}:r=48000:s=1`])
);

/** Each with a source of ffmpeg's. */
const SOUNDS: readonly (readonly [string, string])[] = [
  ...NOISES,
  ["gated noise", "aevalsrc=(2*random(0)-1)*gt(sin(2*PI*7*t)\\,0):s=48000"],
  ["noise, then silence within each block", "aevalsrc=(2*random(0)-1)*lt(mod(n\\,4096)\\,1000):s=48000"],
  ["clicks", "aevalsrc=0.99*eq(mod(n\\,12345)\\,77):s=48000"],
  ["a step", "aevalsrc=0.9*gt(t\\,0.5):s=48000"],
  ["square", "aevalsrc=0.8*(2*gt(sin(2*PI*441*t)\\,0)-1):s=48000"],
  ["sine", "sine=f=440:r=48000"],
  ["sweep", "aevalsrc=0.9*sin(2*PI*(100*t+900*t*t)):s=48000"],
  ["drum", "aevalsrc=(2*random(0)-1)*exp(-30*mod(t\\,0.25)):s=48000"],
  ["speech", "aevalsrc=(0.5+0.4*sin(20*t))*(0.4*sin(754*t)+0.2*sin(1508*t)+0.1*sin(4000*t))+0.01*random(0):s=48000"],
  ["full scale, alternating", "aevalsrc=1-2*mod(n\\,2):s=48000"],
  ["silence", "anullsrc=r=48000"],
  ["a constant", "aevalsrc=0.3:s=48000"],
];

/** The right channel is softer and later than the left one. */
const STEREO = "pan=stereo|c0=c0|c1=0.7*c0,adelay=0|1";

for (const bits of [16, 24]) {
  media(`flac-encode bitsPerSample=${bits}: 20 sounds are kept, in at most 1.1 of ffmpeg's size`, async (plugins) => {
    const folder = await Deno.makeTempDir();
    try {
      const path = (name: string, at: number) => `${folder}/${at}.${name}`;
      const codec = ["-c:a", `pcm_s${bits}le`, "-fflags", "+bitexact"];
      const each = (args: (at: number) => string[]) => SOUNDS.flatMap((_, at) => args(at));
      const inputs = (name: string) => each((at) => ["-i", path(name, at)]);
      const toEach = (name: string, ...args: string[]) => each((at) => ["-map", `${at}`, ...args, path(name, at)]);
      const sources = SOUNDS.flatMap(([, source]) => ["-t", "1", "-f", "lavfi", "-i", source]);
      ffmpeg(...sources, ...toEach("wav", ...codec, "-af", STEREO));
      ffmpeg(...inputs("wav"), ...toEach("theirs.flac", "-c:a", "flac"));
      await encode(plugins, SOUNDS.map((_, at) => [path("wav", at), path("ours.flac", at)]), bits);
      ffmpeg(...inputs("ours.flac"), ...toEach("back.wav", ...codec));
      for (const [at, [name]] of SOUNDS.entries()) {
        const [kept, found] = await Promise.all(["wav", "back.wav"].map((each) => Deno.readFile(path(each, at))));
        deepEqual(found, kept, name);
        const [ours, theirs] = await Promise.all(
          ["ours", "theirs"].map((each) => frameBytes(path(`${each}.flac`, at))),
        );
        // A frame more, as ffmpeg's have more samples.
        ok(ours <= 1.1 * theirs + 16, `${name}: ${ours} bytes, ffmpeg ${theirs}`);
      }
      const { tracks: [{ sampleRateHz, channels }] } = await readMediaInfo(path("ours.flac", 0));
      deepEqual([sampleRateHz, channels], [48_000, 2]);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  }, { needsFfmpeg: true });
}

async function encode(plugins: NodeRegistry, files: readonly (readonly [string, string])[], bitsPerSample: number) {
  const registry = new NodeRegistry([nodePackage]);
  for (const type of plugins.list()) registry.add(type);
  await using runtime = runtimeOf(registry);
  for (const [at, [from, to]] of files.entries()) {
    runtime.addByType("wav-source", { path: from }, { id: `source${at}` });
    runtime.addByType("flac-encode", { bitsPerSample }, { id: `encode${at}`, lane: "codec" });
    runtime.addByType("media-sink", { path: to }, { id: `sink${at}`, ports: ["audio_0"] });
    runtime.connectByName(`source${at}.audio`, `encode${at}.audio`);
    runtime.connectByName(`encode${at}.encoded`, `sink${at}.audio_0`);
  }
  await runtime.start();
  await runtime.finished;
}

/** How long a file is behind its blocks of metadata (RFC 9639, 8.1). */
async function frameBytes(path: string): Promise<number> {
  const bytes = await Deno.readFile(path);
  let [at, isLast] = [4, false];
  while (!isLast) {
    isLast = bytes[at] >= 0x80;
    at += 4 + bytes[at + 1] * 65_536 + bytes[at + 2] * 256 + bytes[at + 3];
  }
  return bytes.length - at;
}
