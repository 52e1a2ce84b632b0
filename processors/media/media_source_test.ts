import assert from "node:assert/strict";
import { nodes } from "../../sluice.gen.ts";
import { ProcessorHarness } from "../../testing.ts";
import { FOLDER, input, mp4, play, probe, webm } from "./fixtures/media_files.ts";

Deno.test("MediaSource gives H.264 as a byte stream with parameters on key frames, and AAC with ADTS headers", async () => {
  const { video_0: pictures, audio_0: packets } = await play({ path: mp4() }, "video_0", "audio_0");
  assert.equal(pictures.length, 25);
  for (const { bytes, keyframe } of pictures) {
    assert.deepEqual([...bytes.subarray(0, 4)], [0, 0, 0, 1]);
    assert.equal(bytes[4] % 32 === 7, keyframe);
  }
  for (const { bytes } of packets) {
    const length = ((bytes[3] & 3) * 256 + bytes[4]) * 8 + Math.floor(bytes[5] / 32);
    assert.deepEqual([bytes[0], bytes[1] & 0xf0, length], [0xff, 0xf0, bytes.length]);
  }
});

Deno.test("MediaSource gives each packet the time and the duration that ffprobe finds", async () => {
  const played = await play({ path: mp4() }, "video_0", "audio_0");
  for (const [port, kind] of [["video_0", "v"], ["audio_0", "a"]] as const) {
    const lines = probe(mp4(), "packet=pts_time", "-select_streams", kind);
    const wanted = lines.map((line) => Math.round(Number(line) * 1e6));
    assert.deepEqual(played[port].map(({ ptsNs }) => Math.round(ptsNs / 1e3)), wanted);
  }
  assert.ok(played.video_0.every(({ durationNs }) => durationNs === 40e6));
});

Deno.test("MediaSource gives Opus in Ogg its times from before 0 on, also those of several packets", async () => {
  for (
    const [name, delay] of [["early.ogg", []], ["short.ogg", [
      "-application",
      "lowdelay",
      "-frame_duration",
      "2.5",
    ]]] as const
  ) {
    const path = input(name, "-c:a", "libopus", "-b:a", "64k", ...delay);
    const { audio_0: packets } = await play({ path }, "audio_0");
    const wanted = probe(path, "packet=pts_time").map((line) => Math.round(Number.parseFloat(line) * 1e6));
    assert.deepEqual(packets.map(({ ptsNs }) => Math.round(ptsNs / 1e3)), wanted);
    assert.ok(packets.slice(0, -1).every(({ durationNs }) => durationNs === packets[1].durationNs));
  }
});

Deno.test("MediaSource goes from the key frame before a place on, with times that count from the place", async () => {
  const path = input("keys.mp4", "-c:v", "libx264", "-pix_fmt", "yuv420p", "-g", "10", "-bf", "0", "-c:a", "aac");
  for (const positionSeconds of [0.4, 0.52, 0.999]) {
    const { video_0: [first, ...rest], audio_0: [sound] } = await play({ path, positionSeconds }, "video_0", "audio_0");
    const keySeconds = Math.floor(positionSeconds / 0.4) * 0.4;
    assert.equal(first.keyframe, true);
    assert.ok(
      Math.abs(first.ptsNs / 1e9 - (keySeconds - positionSeconds)) < 1e-6,
      `${positionSeconds}: ${first.ptsNs}`,
    );
    assert.equal(rest.length + 1, 25 - Math.round(keySeconds / 0.04));
    assert.ok(sound.ptsNs <= 0 && sound.ptsNs > -22e6, `${sound.ptsNs}`);
  }
});

Deno.test("MediaSource goes to another place while it runs: times go on, and a gap is marked", async () => {
  await using source = await ProcessorHarness.create(nodes.mediaSource({ path: mp4() }));
  source.addOutput("audio");
  await source.run(1);
  const before = source.takeEncoded("audio_0");
  source.configure({ positionSeconds: 0.5 });
  await source.run();
  const [first, second] = source.takeEncoded("audio_0");
  const last = before.at(-1)!;
  assert.deepEqual([first.discontinuity, second.discontinuity], [true, false]);
  const afterNs = last.ptsNs + last.durationNs - first.ptsNs;
  assert.ok(afterNs >= 0 && afterNs < 22e6, `${afterNs}`);
});

Deno.test("MediaSource seeks by command, also to the same place again, and loops from where it began", async () => {
  const path = input("seeks.wav", "-c:a", "pcm_s16le");
  const file = new Int16Array(Deno.readFileSync(path).slice(-2 * 48_000).buffer);
  await using source = await ProcessorHarness.create(nodes.mediaSource({ path, loop: true }), {}, { mode: "live" });
  source.addOutput("pcm");
  let endNs = 0;
  const first = async () => {
    source.advance(50e6);
    await source.run();
    const [block, ...rest] = source.takeAudio("pcm_0");
    const { ptsNs, discontinuity, channels } = block;
    const last = rest.at(-1) ?? block;
    const isGapless = Math.abs(ptsNs - endNs) < 1e9 / 48_000;
    endNs = last.ptsNs + last.durationNs;
    return { isGapless, discontinuity, sample: channels[0][0] };
  };
  const at = (seconds: number) => file[Math.round(seconds * 48_000)] / 32_768;
  assert.deepEqual(await first(), { isGapless: true, discontinuity: false, sample: at(0) });
  for (const seconds of [0.7004, 0.2507, 0.2507]) {
    await source.command("seek", { seconds });
    assert.deepEqual(await first(), { isGapless: true, discontinuity: true, sample: at(seconds) }, `${seconds} s`);
  }
  await source.command("seek", { seconds: 60 });
  assert.deepEqual(await first(), { isGapless: true, discontinuity: true, sample: at(0) });
  await assert.rejects(source.command("seek", { seconds: -1 }), { code: "InvalidConfig", key: "seconds" });
});

Deno.test("MediaSource begins again at the end with loop, and times go on rising", async () => {
  await using source = await ProcessorHarness.create(nodes.mediaSource({ path: mp4(), loop: true }));
  source.addOutput("video");
  let pictures = [];
  while (pictures.length < 60) {
    await source.run(1);
    pictures.push(...source.takeEncoded("video_0"));
  }
  pictures = pictures.slice(0, 60);
  const times = pictures.map(({ ptsNs }) => Math.round(ptsNs / 40e6)).sort((a, b) => a - b);
  assert.deepEqual(times.slice(0, 50), Array.from({ length: 50 }, (_, k) => k));
  assert.deepEqual(pictures.flatMap(({ keyframe }, k) => keyframe ? [k] : []), [0, 25, 50]);
  assert.equal(pictures.some(({ discontinuity }) => discontinuity), false);
});

Deno.test("MediaSource goes on from the file's start with loop, where it was told to go beyond the end", async () => {
  await using source = await ProcessorHarness.create(nodes.mediaSource({ path: mp4(), loop: true }));
  source.addOutput("video");
  await source.run(1);
  source.takeEncoded("video_0");
  source.configure({ positionSeconds: 60 });
  let pictures = 0;
  for (let round = 0; round < 20; round++) {
    await source.run(1);
    // What leads up to the place itself has times before it.
    pictures += source.takeEncoded("video_0").filter(({ ptsNs }) => ptsNs >= 0).length;
  }
  assert.equal(source.finished, false);
  assert.ok(pictures >= 100, `${pictures} pictures`);
});

Deno.test("MediaSource paces itself by the media in a live graph, faster with speed", async () => {
  for (const speed of [1, 2]) {
    await using source = await ProcessorHarness.create(nodes.mediaSource({ path: webm(), speed }), {}, {
      mode: "live",
    });
    source.addOutput("audio");
    await source.run();
    source.takeEncoded("audio_0");
    source.advance(200e6);
    await source.run();
    const count = source.takeEncoded("audio_0").length;
    assert.ok(Math.abs(count - 10 * speed) <= 1, `${count} packets of 20 ms in 0.2 s at speed ${speed}`);
  }
});

Deno.test("MediaSource gives samples of a WAV file as they are", async () => {
  const path = input("samples.wav", "-c:a", "pcm_s16le", "-ac", "2");
  await using source = await ProcessorHarness.create(nodes.mediaSource({ path }));
  source.addOutput("pcm");
  await source.run();
  const left = source.takeAudio("pcm_0").flatMap(({ channels }) => [...channels[0]]);
  const file = new Int16Array(Deno.readFileSync(path).slice(-4 * left.length).buffer);
  assert.equal(left.length, 48_000);
  assert.deepEqual(left, Array.from(left, (_, k) => file[2 * k] / 32_768));
});

Deno.test("MediaSource tells what a file has when another track is asked for", async () => {
  await using source = await ProcessorHarness.create(nodes.mediaSource({ path: mp4() }));
  assert.throws(() => source.addOutput("pcm"), {
    code: "PortNotFound",
    message: /it has video_0 \(encoded h264, 160 × 120\), audio_0 \(encoded aac, 48000 Hz, 1 channel\)$/,
  });
});

for (
  const [what, bytes, reason = ""] of [
    ["an empty file", new Uint8Array(0), "it is empty"],
    ["text", new TextEncoder().encode("not a film\n".repeat(100))],
    ["a playlist", new TextEncoder().encode("#EXTM3U\n#EXTINF:1,\n/etc/passwd\n")],
    ["noise", Uint8Array.from({ length: 5000 }, (_, k) => (k * 7919 + (k * k) % 251) % 256)],
  ] as const
) {
  Deno.test(`MediaSource refuses ${what}`, async () => {
    const path = `${FOLDER}/wrong.bin`;
    Deno.writeFileSync(path, bytes);
    const wanted = "wanted a complete MP4, QuickTime, Matroska, WebM, Ogg, WAV, FLAC, MP3, AAC";
    await assert.rejects(ProcessorHarness.create(nodes.mediaSource({ path })), {
      code: "InvalidMedia",
      message: new RegExp(`Cannot read ".*wrong.bin": .*${reason}.*; ${wanted}`),
    });
  });
}

Deno.test("MediaSource refuses a path without a file", async () => {
  await assert.rejects(ProcessorHarness.create(nodes.mediaSource({ path: `${FOLDER}/none.mp4` })), {
    code: "InvalidConfig",
    message: /there is no such file/,
  });
});
