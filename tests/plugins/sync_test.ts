/** Sound and pictures stay together, from the test pattern into a file and out of it again. */
import { deepEqual, equal, ok } from "node:assert/strict";
import { appSink } from "../../core/app/app_sink.ts";
import type { NodeRegistry } from "../../core/registry/node_registry.ts";
import { nodes } from "../../sluice.gen.ts";
import { addRow, copyPicture, end, media, readCode, runtimeOf } from "../fixtures/plugins/media.ts";

const SECONDS = Deno.env.get("SLUICE_DEEP") === undefined ? 20 : 600;
const [WIDTH, HEIGHT, RATE] = [128, 64, 25];
const PATTERN = { width: WIDTH, height: HEIGHT, frameRate: RATE };
const LOSSLESS = { policy: "lossless", capacity: 16 } as const;

media(
  "beep and flash are within half a frame in an MP4 file, and no picture is missing or there twice",
  async (registry) => {
    const folder = await Deno.makeTempDir();
    const path = `${folder}/sync.mp4`;
    const { lateFrames, audioVideoSkewMs } = await record(registry, path);
    equal(lateFrames, 0);
    ok(Math.abs(audioVideoSkewMs) <= 1000 / RATE, `the tracks end ${audioVideoSkewMs} ms apart`);
    const { numbers, flashes, beeps } = await watch(registry, path);
    deepEqual(numbers, Array.from({ length: SECONDS * RATE }, (_, k) => k));
    equal(flashes.length, SECONDS - 1);
    equal(beeps.length, SECONDS - 1);
    for (const [k, flashNs] of flashes.entries()) {
      ok(Math.abs(beeps[k] - flashNs) < 0.5e9 / RATE, `flash ${k} is at ${flashNs} ns, its beep at ${beeps[k]} ns`);
    }
    await Deno.remove(folder, { recursive: true });
  },
);

media("media-sink tells by how much the sound of a file is longer than its pictures", async (registry) => {
  const folder = await Deno.makeTempDir();
  for (const [seconds, soundSeconds] of [[1, 1.4], [1.4, 1]]) {
    const { audioVideoSkewMs } = await record(registry, `${folder}/skew.mp4`, seconds, soundSeconds);
    const wantedMs = 1e3 * (seconds - soundSeconds);
    // Sound ends with a whole packet of 20 ms.
    ok(Math.abs(audioVideoSkewMs - wantedMs) <= 20, `${audioVideoSkewMs} ms, wanted ${wantedMs}`);
  }
  await Deno.remove(folder, { recursive: true });
});

/** Records the test pattern with its beeps, or with those of one that is longer or shorter. */
async function record(registry: NodeRegistry, path: string, seconds = SECONDS, soundSeconds = seconds) {
  await using runtime = runtimeOf(registry);
  runtime.add(nodes.mediaSink({ path }), { id: "file", lane: "main", ports: ["video_0", "audio_0"] });
  const pictures = addRow(registry, runtime, {
    "pattern-source": { ...PATTERN, durationSeconds: seconds },
    "convert": {},
    "h264-encode": { bitRate: 400_000, keyInterval: RATE },
  });
  let beeps = "pattern-source.audio";
  if (soundSeconds !== seconds) {
    const other = { ...PATTERN, durationSeconds: soundSeconds };
    runtime.addByType("pattern-source", other, { id: "beeps", lane: "media" });
    beeps = "beeps.audio";
  }
  const sound = addRow(registry, runtime, { "opus-encode": {} }, beeps);
  runtime.connectByName(pictures, "file.video_0", LOSSLESS);
  runtime.connectByName(sound, "file.audio_0", LOSSLESS);
  await runtime.start();
  return (await end(runtime)).figures("file") as { readonly lateFrames: number; readonly audioVideoSkewMs: number };
}

/** The numbers of the pictures of a file, and when it flashes and beeps, in nanoseconds. */
async function watch(registry: NodeRegistry, path: string) {
  await using runtime = runtimeOf(registry);
  runtime.add(nodes.mediaSource({ path }), { id: "file", lane: "main", ports: ["video_0", "audio_0"] });
  const pictures = runtime.add(appSink.video(), { id: "pictures" });
  const sound = runtime.add(appSink.audio(), { id: "sound" });
  runtime.connectByName(
    addRow(registry, runtime, { "h264-decode": {} }, "file.video_0"),
    "pictures.video",
    LOSSLESS,
  );
  runtime.connectByName(
    addRow(registry, runtime, { "opus-decode": {} }, "file.audio_0"),
    "sound.audio",
    LOSSLESS,
  );
  await runtime.start();
  const [numbers, flashes, beeps]: [(number | undefined)[], number[], number[]] = [[], [], []];
  const seen = (async () => {
    for await (const picture of pictures) {
      const { planes: [luma], ptsNs } = copyPicture(picture);
      numbers.push(readCode(luma, WIDTH, HEIGHT));
      // The flash is white where the last bar is black.
      if (luma[(HEIGHT - 6) * WIDTH + WIDTH - 6] > 180) flashes.push(ptsNs);
    }
  })();
  let silent = 0;
  for await (const block of sound) {
    for (const [k, sample] of block.channel(0).entries()) {
      if (Math.abs(sample) < 0.05) silent++;
      else {
        if (silent > 10_000) beeps.push(block.ptsNs + k / 48_000 * 1e9);
        silent = 0;
      }
    }
  }
  await seen;
  await end(runtime);
  return { numbers, flashes, beeps };
}
