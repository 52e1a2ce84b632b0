import assert from "node:assert/strict";
import type { EncodedFrame } from "../../core/frames/encoded_frame.ts";
import type { NodeSpec } from "../../core/registry/node_type.ts";
import { nodes } from "../../sluice.gen.ts";
import { type EncodedOutput, ProcessorHarness } from "../../testing.ts";
import { decode, FOLDER, input, mp4, play, probe, push, webm } from "./fixtures/media_files.ts";
import type { MediaSink } from "./media_sink.ts";
import { rare } from "../../tests/fixtures/rare.ts";

/** A sink with these inputs. */
function sinkOf(
  config: Parameters<typeof nodes.mediaSink>[0],
  connect: readonly string[],
  mode: "live" | "offline" = "offline",
): Promise<ProcessorHarness> {
  return ProcessorHarness.create(nodes.mediaSink(config), {}, { id: "rec", mode, connect });
}

/** As {@linkcode sinkOf}, with the inputs for sound that the sink itself has. */
async function openSink(
  config: Parameters<typeof nodes.mediaSink>[0],
  connect: readonly string[],
  mode: "live" | "offline" = "offline",
): Promise<{ readonly sink: ProcessorHarness; readonly audio: MediaSink["audio"] }> {
  const { type: { descriptor, package: nodePackage, load }, config: values } = nodes.mediaSink(config);
  let made: MediaSink | undefined;
  const type = {
    descriptor,
    package: nodePackage,
    load: async () => {
      const make = await load();
      return (config: NodeSpec["config"]) => {
        const instance = make(config);
        made = instance.processor as MediaSink;
        return instance;
      };
    },
  };
  const sink = await ProcessorHarness.create({ type, config: values }, {}, { mode, connect });
  return { sink, audio: made!.audio };
}

/** Whether a frame was neither released nor written, which a harness tells of frames that are looked at. */
function isInHand(frame: EncodedFrame): boolean {
  try {
    return frame.ptsNs !== undefined;
  } catch {
    return false;
  }
}

/** Frames of all ports in the order of time. */
function inOrder(played: { readonly [port: string]: EncodedOutput[] }): { port: string; frame: EncodedOutput }[] {
  const all = Object.entries(played).flatMap(([port, frames]) => frames.map((frame, k) => ({ port, frame, k })));
  // Pictures stay in the order of decoding, which is also that of these times.
  return all.sort((a, b) => a.k / played[a.port].length - b.k / played[b.port].length);
}

for (const name of ["broken.mp4", "broken.mkv"]) {
  Deno.test(`MediaSink writes ${name} so that it plays at any moment up to the last key frame but one`, async () => {
    const path = `${FOLDER}/${name}`;
    const played = await play({ path: mp4() }, "video_0", "audio_0");
    await using sink = await sinkOf({ path }, ["video_0", "audio_0"]);
    let lengthNs = 0;
    // The material has a key frame a second, so it is played four times.
    for (let round = 0; round < 4; round++) {
      for (const { port, frame } of inOrder(played)) push(sink, port, { ...frame, ptsNs: frame.ptsNs + round * 1e9 });
      await sink.run();
      lengthNs = (round + 1) * 1e9;
    }
    Deno.copyFileSync(`${path}.partial`, `${FOLDER}/copy-${name}`);
    const seconds = probe(`${FOLDER}/copy-${name}`, "packet=pts_time", "-select_streams", "v").map(Number);
    assert.ok(Math.max(...seconds) * 1e9 > lengthNs - 2e9, `${Math.max(...seconds)} s of ${lengthNs / 1e9} s`);
    sink.end();
    await sink.run();
    assert.ok(sink.finished);
    assert.equal(probe(path, "packet=pts_time", "-select_streams", "v").length, 4 * played.video_0.length);
  });
}

Deno.test("MediaSink begins another file at a key frame after the time that it is given, each from time 0", async () => {
  const played = await play({ path: mp4() }, "video_0", "audio_0");
  await using sink = await sinkOf({ path: `${FOLDER}/split.mp4`, splitSeconds: 1 }, ["video_0", "audio_0"]);
  for (let round = 0; round < 3; round++) {
    for (const { port, frame } of inOrder(played)) push(sink, port, { ...frame, ptsNs: frame.ptsNs + round * 1e9 });
  }
  sink.end();
  await sink.run();
  const files = [1, 2, 3].map((number) => `${FOLDER}/split-000${number}.mp4`);
  for (const file of files) {
    assert.equal(probe(file, "packet=pts_time", "-select_streams", "v").length, 25, file);
    assert.equal(Number(probe(file, "stream=start_time", "-select_streams", "v")[0]), 0, file);
  }
  assert.equal(sink.figures?.files, 3);
  const sound = files.map((file) => probe(file, "packet=pts_time", "-select_streams", "a").length);
  // The first packet of a round comes before the end of the round before it.
  const written = sound.reduce((sum, count) => sum + count);
  assert.deepEqual([written + sink.figures!.lateFrames, sink.figures!.lateFrames <= 2], [
    3 * played.audio_0.length,
    true,
  ]);
});

Deno.test("MediaSink leaves what it has in a partial file when it is broken off, and an older file as it was", async () => {
  const path = `${FOLDER}/aborted.mkv`;
  Deno.writeTextFileSync(path, "older");
  const { audio_0: packets } = await play({ path: mp4() }, "audio_0");
  const sink = await sinkOf({ path }, ["audio_0"]);
  for (const packet of packets) push(sink, "audio_0", packet);
  await sink.run();
  await sink.teardown();
  assert.equal(Deno.readTextFileSync(path), "older");
  assert.equal(probe(`${path}.partial`, "packet=pts_time").length, packets.length);
});

Deno.test("MediaSink makes no file of nothing", async () => {
  const path = `${FOLDER}/nothing.mp4`;
  await using sink = await sinkOf({ path }, ["video_0"]);
  sink.end();
  await sink.run();
  await sink.teardown();
  assert.deepEqual([...Deno.readDirSync(FOLDER)].filter(({ name }) => name.startsWith("nothing")), []);
});

Deno.test("MediaSink drops and counts what comes before a key frame, and frames whose times go back", async () => {
  const { video_0: pictures } = await play({ path: mp4() }, "video_0");
  const path = `${FOLDER}/late.mkv`;
  await using sink = await sinkOf({ path }, ["video_0"]);
  for (const picture of pictures.slice(3, 6)) push(sink, "video_0", picture);
  for (const picture of pictures) push(sink, "video_0", { ...picture, ptsNs: picture.ptsNs + 5e9 });
  push(sink, "video_0", pictures[0]);
  sink.end();
  await sink.run();
  assert.equal(sink.figures?.lateFrames, 4);
  assert.equal(probe(path, "packet=pts_time").length, pictures.length);
});

rare(Deno.test)("MediaSink drops what needs a key frame that came too late, as after a jump", async () => {
  const from = input("keys.mp4", "-c:v", "libx264", "-pix_fmt", "yuv420p", "-g", "10", "-bf", "0", "-c:a", "aac");
  const { video_0: pictures } = await play({ path: from }, "video_0");
  const path = `${FOLDER}/jump.mkv`;
  await using sink = await sinkOf({ path }, ["video_0"]);
  // Key frames are 0, 10 and 20; picture 10 leads up to the place, which is picture 15 again.
  for (const picture of pictures.slice(0, 15)) push(sink, "video_0", picture);
  for (const picture of pictures.slice(10)) push(sink, "video_0", picture);
  sink.end();
  await sink.run();
  assert.equal(sink.figures?.lateFrames, 10);
  assert.equal(decode(path, "v").length, 20 * 160 * 120 * 1.5);
});

Deno.test("MediaSink holds a track that is far ahead back until the other one has come, however that ends", async () => {
  const played = await play({ path: mp4() }, "video_0", "audio_0");
  await using sink = await sinkOf({ path: `${FOLDER}/ahead.mkv`, aheadSeconds: 0.5 }, ["video_0", "audio_0"]);
  push(sink, "video_0", played.video_0[0]);
  for (const packet of played.audio_0) push(sink, "audio_0", packet);
  await sink.run();
  const heldSeconds = sink.figures!.durationSeconds;
  assert.ok(heldSeconds > 0.4 && heldSeconds < 0.7, `${heldSeconds}`);
  sink.end("video_0");
  await sink.run();
  assert.ok(sink.figures!.durationSeconds > 0.95);
});

for (const seconds of [2, 7]) {
  Deno.test(`MediaSink begins a live recording without a track of which nothing has come in ${seconds} s`, async () => {
    const { audio_0: packets } = await play({ path: mp4() }, "audio_0");
    const path = `${FOLDER}/live.mkv`;
    const config = seconds === 2 ? { path } : { path, startWaitSeconds: seconds };
    await using sink = await sinkOf(config, ["video_0", "audio_0"], "live");
    push(sink, "audio_0", packets[0]);
    await sink.run();
    sink.advance(seconds * 1e9 - 1);
    push(sink, "audio_0", packets[1]);
    await sink.run();
    assert.equal(Deno.statSync(`${path}.partial`).size, 0);
    sink.advance(1);
    push(sink, "audio_0", packets[2]);
    await sink.run();
    sink.end();
    await sink.run();
    assert.deepEqual(probe(path, "stream=codec_type"), ["audio"]);
  });
}

Deno.test("MediaSink takes what comes off its links while a live recording waits for a track, up to a bound", async () => {
  const { video_0: [picture] } = await play({ path: mp4() }, "video_0");
  const path = `${FOLDER}/waits.mkv`;
  // More than the links of the harness hold.
  const count = 2500;
  for (const aheadSeconds of [10, 0.1]) {
    await using sink = await sinkOf({ path, aheadSeconds }, ["video_0", "audio_0"], "live");
    const pushAll = async () => {
      for (let k = 0; k < count; k++) {
        push(sink, "video_0", { ...picture, ptsNs: k * 1e6, durationNs: 1e6 });
        if (k % 500 === 0) await sink.run();
      }
    };
    if (aheadSeconds < 1) {
      await assert.rejects(pushAll(), RangeError);
      continue;
    }
    await pushAll();
    sink.advance(2e9);
    await sink.run();
    sink.end();
    await sink.run();
    assert.equal(sink.figures?.lateFrames, 0);
    assert.equal(probe(path, "packet=pts_time").length, count);
  }
});

Deno.test("MediaSink drops and counts at once what comes of an input that is added to a recording", async () => {
  const { video_0: pictures, audio_0: packets } = await play({ path: mp4() }, "video_0", "audio_0");
  const path = `${FOLDER}/added.mkv`;
  await using sink = await sinkOf({ path }, ["audio_0"]);
  push(sink, "audio_0", packets[0]);
  await sink.run();
  assert.equal(sink.addInput("video"), "video_0");
  // So far ahead that a track of the file would wait.
  for (const picture of pictures) push(sink, "video_0", { ...picture, ptsNs: picture.ptsNs + 100e9 });
  await sink.run();
  assert.equal(sink.figures?.lateFrames, pictures.length);
  for (const packet of packets.slice(1)) push(sink, "audio_0", packet);
  sink.end();
  await sink.run();
  assert.deepEqual([sink.finished, probe(path, "packet=pts_time").length], [true, packets.length]);
  assert.deepEqual(probe(path, "stream=codec_type"), ["audio"]);
});

Deno.test("MediaSink has no frame in hand any more when it takes the next one", async () => {
  const { audio_0: packets } = await play({ path: mp4() }, "audio_0");
  const path = `${FOLDER}/released.mkv`;
  const { sink, audio: [audio] } = await openSink({ path }, ["audio_0"]);
  await using _sink = sink;
  const taken: EncodedFrame[] = [];
  const kept: EncodedFrame[] = [];
  const read = audio.read.bind(audio);
  audio.read = () => {
    kept.push(...taken.filter(isInHand));
    const frame = read();
    if (frame !== undefined) taken.push(frame);
    return frame;
  };
  for (const packet of packets) push(sink, "audio_0", packet);
  sink.end();
  await sink.run();
  assert.deepEqual([taken.length, kept.length], [packets.length, 0]);
});

for (const [mode, aheadSeconds] of [["offline", 0.2], ["live", 10]] as const) {
  Deno.test(`MediaSink writes all that it holds of a track that ended before its recording began (${mode})`, async () => {
    const { video_0: pictures, audio_0: packets } = await play({ path: mp4() }, "video_0", "audio_0");
    const path = `${FOLDER}/short-${mode}.mp4`;
    await using sink = await sinkOf({ path, aheadSeconds }, ["video_0", "audio_0"], mode);
    const sound = packets.filter(({ ptsNs }) => ptsNs < 0.1e9);
    // The sound is further ahead than it may be, so that it is still held when the first picture was written.
    const laterNs = (aheadSeconds + 0.5) * 1e9;
    for (const packet of sound) push(sink, "audio_0", { ...packet, ptsNs: packet.ptsNs + laterNs });
    sink.end("audio_0");
    await sink.run();
    push(sink, "video_0", pictures[0]);
    await sink.run();
    for (const picture of pictures) push(sink, "video_0", { ...picture, ptsNs: picture.ptsNs + laterNs });
    sink.end("video_0");
    // Up to when a live recording would have begun without pictures.
    sink.advance(2e9);
    await sink.run();
    assert.deepEqual([sink.finished, sink.figures?.lateFrames], [true, 0]);
    const counted = ["v", "a"].map((kind) => probe(path, "packet=pts_time", "-select_streams", kind).length);
    assert.deepEqual(counted, [1 + pictures.length, sound.length]);
  });
}

for (const [how, early] of [["before the sound", 0], ["after it", 1]] as const) {
  rare(Deno.test)(
    `MediaSink begins with a key frame also where another picture comes after it has looked for one (${how})`,
    async () => {
      const { video_0: [key, delta], audio_0: packets } = await play({ path: mp4() }, "video_0", "audio_0");
      const path = `${FOLDER}/between-${early}.mkv`;
      const { sink, audio: [audio] } = await openSink({ path }, ["video_0", "audio_0"], "live");
      await using _sink = sink;
      const { peek } = audio;
      // As from a lane of its own: the sink has looked at its pictures, and looks at its sound.
      audio.peek = () => {
        audio.peek = peek;
        push(sink, "video_0", delta);
        return audio.peek();
      };
      push(sink, "video_0", delta);
      for (const frame of packets.slice(0, early)) push(sink, "audio_0", frame);
      await sink.run();
      assert.equal(audio.peek, peek);
      for (const frame of packets.slice(early)) push(sink, "audio_0", frame);
      push(sink, "video_0", key);
      sink.end();
      sink.advance(2e9);
      await sink.run();
      assert.deepEqual([sink.finished, sink.figures?.lateFrames], [true, 2]);
      assert.deepEqual(probe(path, "stream=codec_type"), ["video", "audio"]);
      assert.equal(probe(path, "packet=pts_time", "-select_streams", "v").length, 1);
    },
  );
}

for (const container of ["webm", "mkv"]) {
  rare(Deno.test)(`MediaSink says in ${container} how much of the last packet of Opus is heard`, async () => {
    const { audio_0: packets } = await play({ path: webm() }, "audio_0");
    const path = `${FOLDER}/trimmed.${container}`;
    await using sink = await sinkOf({ path }, ["audio_0"]);
    packets.forEach((packet, k) => {
      // One in between that says it is short is heard as a whole: another one follows.
      const durationNs = k === packets.length - 1 ? 6.5e6 : k === 10 ? 5e6 : 20e6;
      push(sink, "audio_0", { ...packet, ptsNs: k * 20e6 - 6.5e6, durationNs });
    });
    sink.end();
    await sink.run();
    // 312 samples at the start are not heard either.
    assert.equal(decode(path, "a").length / 4, 960 * (packets.length - 1));
    assert.equal(probe(path, "packet=pts_time").length, packets.length);
  });
}

for (
  const [what, config, port, frame, message] of [
    [
      "a codec that the container does not take",
      { path: `${FOLDER}/x.webm` },
      "audio_0",
      { codec: "mp3", bytes: Uint8Array.of(0xff, 0xfb, 0x90, 0xc0) },
      /Cannot write a track of mp3 to ".*x.webm": Codec 'mp3' cannot be contained within WebM/,
    ],
    [
      "a codec that is written nowhere",
      { path: `${FOLDER}/x.mp4` },
      "video_0",
      { codec: "jpeg", bytes: Uint8Array.of(0xff, 0xd8) },
      /Cannot write jpeg of "rec.video_0" to a media file: wanted h264, vp8, vp9, opus, aac, flac, mp3$/,
    ],
    [
      "H.264 without parameters",
      { path: `${FOLDER}/x.mp4` },
      "video_0",
      { codec: "h264", bytes: Uint8Array.of(0, 0, 0, 1, 0x65, 1) },
      /"rec.video_0": its first frame says it is h264, and is not; wanted a byte stream \(Annex B\) whose key frames begin/,
    ],
  ] as const
) {
  Deno.test(`MediaSink refuses ${what}, and leaves no file`, async () => {
    const sink = await sinkOf(config, [port]);
    const [ptsNs, durationNs] = [0, 1e6];
    push(sink, port, {
      ...frame,
      ptsNs,
      durationNs,
      keyframe: true,
      decodeOnly: false,
      dtsNs: 0,
      sequence: 0,
      discontinuity: false,
    });
    await assert.rejects(sink.run(), (error) => message.test(String(error)) || assert.fail(String(error)));
    await sink.teardown();
    assert.deepEqual([...Deno.readDirSync(FOLDER)].filter(({ name }) => name.startsWith("x.")), []);
  });
}

Deno.test("MediaSink tells a path whose extension names no container", async () => {
  await assert.rejects(sinkOf({ path: `${FOLDER}/a.wav` }, ["pcm_0"]), {
    code: "InvalidConfig",
    key: "path",
    message: /found extension "\.wav", wanted \.mp4, .*; use a "wav-sink"/,
  });
});

Deno.test("MediaSink refuses to go on when the format of its samples changes", async () => {
  const sink = await sinkOf({ path: `${FOLDER}/change.mkv` }, ["pcm_0"]);
  sink.pushAudio("pcm_0", { sampleRateHz: 48_000, channels: [new Float32Array(480)] });
  sink.pushAudio("pcm_0", { sampleRateHz: 44_100, channels: [new Float32Array(441)] });
  await assert.rejects(sink.run(), {
    code: "TypeMismatch",
    message: /"rec.pcm_0": it changed from audio 48000 Hz, 1 channel to audio 44100 Hz, 1 channel, and a track has one/,
  });
  await sink.teardown();
});
