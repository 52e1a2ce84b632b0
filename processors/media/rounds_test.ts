/** The rounds of a loop with an end: each is as long as asked, and has the pictures and samples of a single run. */
import assert from "node:assert/strict";
import { nodes } from "../../sluice.gen.ts";
import { type AudioOutput, type EncodedOutput, ProcessorHarness } from "../../testing.ts";
import { ffmpeg, FOLDER, input, play } from "./fixtures/media_files.ts";

const ROUNDS = 3;

/** H.264 with three B-frames between others, and AAC. */
function film(): string {
  const path = `${FOLDER}/rounds.mp4`;
  const tracks = ["testsrc2=size=96x64:rate=25:duration=5", "sine=duration=5:sample_rate=48000"];
  const coded = ["-c:v", "libx264", "-bf", "3", "-b_strategy", "0", "-pix_fmt", "yuv420p", "-c:a", "aac"];
  ffmpeg(...tracks.flatMap((track) => ["-f", "lavfi", "-i", track]), ...coded, path);
  return path;
}

/** Which packets are shown or heard, in the order of time. */
function heardOf(packets: readonly EncodedOutput[]): EncodedOutput[] {
  return packets.filter(({ decodeOnly }) => !decodeOnly).toSorted((a, b) => a.ptsNs - b.ptsNs);
}

function timesOf(packets: readonly EncodedOutput[]): number[] {
  return packets.map(({ ptsNs }) => Math.round(ptsNs / 1e3));
}

for (const [positionSeconds, endSeconds] of [[1.234, 3.456], [0.5, 2.017], [0, 2.02]]) {
  const roundNs = Math.round((endSeconds - positionSeconds) * 1e9);

  Deno.test(`MediaSource loops from ${positionSeconds} to ${endSeconds} s with rounds that long and all alike`, async () => {
    const config = { path: film(), positionSeconds, endSeconds };
    const once = await play(config, "video_0", "audio_0");
    await using source = await ProcessorHarness.create(nodes.mediaSource({ ...config, loop: true }));
    source.addOutput("video");
    source.addOutput("audio");
    const rounds: { [port: string]: EncodedOutput[] } = { video_0: [], audio_0: [] };
    while (Object.keys(rounds).some((port) => rounds[port].length < ROUNDS * once[port].length)) {
      await source.run(1);
      for (const port of Object.keys(rounds)) rounds[port].push(...source.takeEncoded(port));
    }
    for (const port of Object.keys(rounds)) {
      const single = heardOf(once[port]);
      const found = heardOf(rounds[port].slice(0, ROUNDS * once[port].length));
      assert.equal(found.length, ROUNDS * single.length);
      const wanted = Array.from(found, (_, k) => single[k % single.length]);
      assert.deepEqual(found.map(({ bytes }) => bytes), wanted.map(({ bytes }) => bytes));
      const firstNs = (k: number) => Math.floor(k / single.length) * roundNs;
      // What of the first packet of sound lies before the time 0 is told only in later rounds.
      const late = wanted.map((packet, k) => ({ ...packet, ptsNs: firstNs(k) + Math.max(0, packet.ptsNs) }));
      assert.deepEqual(
        timesOf(found.map((packet) => ({ ...packet, ptsNs: Math.max(0, packet.ptsNs) }))),
        timesOf(late),
      );
      assert.ok(found.every(({ ptsNs, durationNs }) => ptsNs + durationNs <= ROUNDS * roundNs));
    }
    const { ptsNs, durationNs } = heardOf(rounds.audio_0.slice(0, ROUNDS * once.audio_0.length)).at(-1)!;
    assert.equal(ptsNs + durationNs, ROUNDS * roundNs);
  });
}

Deno.test("MediaSource flags the pictures from beyond endSeconds, which are decoded for ones before it", async () => {
  const { video_0: pictures } = await play({ path: film(), endSeconds: 2.02 }, "video_0");
  assert.deepEqual(timesOf(heardOf(pictures)), Array.from({ length: 51 }, (_, k) => 40_000 * k));
  const beyond = pictures.filter(({ decodeOnly }) => decodeOnly);
  assert.ok(beyond.length > 0 && beyond.every(({ ptsNs }) => ptsNs >= 2.02e9));
});

Deno.test("MediaSource gives a loop that is copied no key frame with a time before that of another packet", async () => {
  const config = { path: film(), endSeconds: 2.02, loop: true };
  await using source = await ProcessorHarness.create(nodes.mediaSource(config));
  source.addOutput("video");
  const pictures: EncodedOutput[] = [];
  while (pictures.filter(({ keyframe }) => keyframe).length < ROUNDS) {
    await source.run(1);
    pictures.push(...source.takeEncoded("video_0"));
  }
  let newestNs = -Infinity;
  for (const { keyframe, ptsNs } of pictures) {
    assert.ok(!keyframe || ptsNs >= newestNs, `${ptsNs} behind ${newestNs}`);
    newestNs = Math.max(newestNs, ptsNs);
  }
});

Deno.test("MediaSource ends a live round with pictures from beyond the end on time", async () => {
  const config = { path: film(), endSeconds: 2.02, loop: true };
  await using source = await ProcessorHarness.create(nodes.mediaSource(config), {}, { mode: "live" });
  source.addOutput("video");
  const keys: number[] = [];
  for (let step = 0; keys.length < ROUNDS; step++) {
    await source.run();
    const isKey = source.takeEncoded("video_0").some(({ keyframe }) => keyframe);
    if (isKey) keys.push(step * 10);
    source.advance(10e6);
  }
  assert.ok(keys.every((key, k) => key <= 2020 * k + 10), `rounds begin at ${keys} ms`);
});

Deno.test("MediaSource ends samples at endSeconds, and so does each round of a loop", async () => {
  const path = input("rounds.wav", "-c:a", "pcm_s16le");
  const range = { path, positionSeconds: 0.123, endSeconds: 0.789 };
  const samplesOf = (blocks: readonly AudioOutput[]) => blocks.flatMap(({ channels }) => [...channels[0]]);
  await using once = await ProcessorHarness.create(nodes.mediaSource(range));
  once.addOutput("pcm");
  await once.run();
  const single = samplesOf(once.takeAudio("pcm_0"));
  assert.equal(single.length, 0.666 * 48_000);
  await using source = await ProcessorHarness.create(nodes.mediaSource({ ...range, loop: true }));
  source.addOutput("pcm");
  const blocks: AudioOutput[] = [];
  while (samplesOf(blocks).length < ROUNDS * single.length) {
    await source.run(1);
    blocks.push(...source.takeAudio("pcm_0"));
  }
  const found = samplesOf(blocks).slice(0, ROUNDS * single.length);
  assert.deepEqual(found, Array.from(found, (_, k) => single[k % single.length]));
  let count = 0;
  for (const { ptsNs, channels } of blocks) {
    assert.ok(Math.abs(ptsNs - count / 48_000 * 1e9) < 1e4, `${ptsNs} at sample ${count}`);
    count += channels[0].length;
  }
});
