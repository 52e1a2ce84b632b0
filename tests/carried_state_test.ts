/** Nodes whose successors go on from their state: what comes out is what would have come out of one that stays. */
import { deepEqual, equal, ok } from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { appSink } from "../core/app/app_sink.ts";
import { appSource } from "../core/app/app_source.ts";
import type { AudioFrame } from "../core/frames/audio_frame.ts";
import type { DataFrame } from "../core/frames/data_frame.ts";
import type { NodeHandle } from "../core/registry/handle.ts";
import type { NodeSpec } from "../core/registry/node_type.ts";
import { Runtime } from "../core/runtime.ts";
import { nodePackage, nodes } from "../sluice.gen.ts";
import { until } from "./fixtures/waiting.ts";

/** What is done with nodes in the middle of a signal. A reload puts the new node on a lane of its own. */
type Change = "replace" | "move" | "reload";

interface Case {
  readonly config?: Record<string, unknown>;
  /** What the first change sets of it. */
  readonly then?: Record<string, unknown>;
  /** By default `audioIn`. */
  readonly input?: string;
  /** A further input, which gets the same signal in blocks of another size. */
  readonly beside?: string;
  /** Ports that are added to it. */
  readonly ports?: readonly string[];
  readonly isSource?: boolean;
  /** By default `audioOut`. */
  readonly output?: string;
}

const BLOCKS = 12;
const SAMPLES = 441;
const RATE_HZ = 44_100;

const WAV = fileURLToPath(new URL("../examples/speech.wav", import.meta.url));

const FRAMES = { input: "frameIn", output: "frameOut" };

/** Types that go on, each with a configuration that makes its state matter. */
const CARRIED: Readonly<Record<string, Case>> = {
  "channel-mapper": { config: { channels: 1 } },
  "chord-source": { config: { durationSeconds: 0.5, blockSize: 480 }, isSource: true, output: "audio" },
  "compressor": { config: { thresholdDb: -30 } },
  "dynamic-mixer": { input: "audioIn_0", beside: "audioIn_1", ports: ["audioIn_0", "audioIn_1"] },
  "echo": { config: { delayMs: 25, maxTailSeconds: 0.1 } },
  "equaliser": { config: { bands: [{ type: "low-pass", frequencyHz: 200, q: 5 }] } },
  "fade": { config: { inSeconds: 0.05, outSeconds: 0.03, outAtSeconds: 0.07 } },
  "gain": { config: { gainDb: -6 }, then: { gainDb: -30 } },
  "level-meter": { config: { intervalMs: 25 }, output: "levels" },
  "loudness": { config: { intervalMs: 25 }, output: "readings" },
  "limiter": { config: { ceilingDb: -12 } },
  "mixer": { config: { strategy: "average" }, input: "audioIn_0", beside: "audioIn_1" },
  "noise-gate": { config: { thresholdDb: -20, releaseMs: 500 } },
  "normalize": { config: { measuredLufs: -22, ceilingDb: -12 } },
  "resampler": { config: { sampleRateHz: 48_000 } },
  "reverb": { config: { maxTailSeconds: 0.1 } },
  "spectrum": { config: { size: 1024, overlap: 0.5 }, input: "audio", output: "spectrum" },
  "tone-source": { config: { durationSeconds: 0.5, blockSize: 480 }, isSource: true, output: "audio" },
  "delay": { ...FRAMES, config: { delayMs: 20, prime: true, sampleRateHz: RATE_HZ, channels: 2 } },
  "rebuffer": { ...FRAMES, config: { size: 500 } },
  "switch": { ...FRAMES, input: "frameIn_0", beside: "frameIn_1" },
  "throttle": { ...FRAMES, config: { ratePerSecond: 40 } },
  "valve": FRAMES,
  "voice-activity": { config: { onsetMs: 20, hangMs: 20 }, output: "voice" },
  "wav-source": { config: { path: WAV, blockSize: 8192 }, isSource: true, output: "audio" },
};

/** Types whose state a test of their own carries on. */
const TESTED_ELSEWHERE: Readonly<Record<string, string>> = {
  "acquisition": "tests/plugins/sensors_test.ts",
  "biquad": "tests/plugins/sensors_test.ts",
  "clap": "tests/clap/clap_test.ts",
  "compositor": "tests/plugins/compositor_test.ts",
  "data-align": "tests/align_test.ts",
  "packet-align": "tests/align_test.ts",
  "pattern-source": "tests/plugins/pictures_test.ts",
};

/** Types that begin anew, and why. */
const BEGIN_ANEW: Readonly<Record<string, readonly string[]>> = {
  "a file that is begun is completed, and the next one is another": ["arrow-sink", "csv-sink", "wav-sink"],
  "what it writes to, or who is connected, stays with the instance": [
    ..."console-sink hls-sink hls-source http-source mpegts-sink mpegts-source rtmp-sink rtmp-source".split(" "),
    ..."rtsp-source srt-sink srt-source udp-sink udp-source webrtc-sink webrtc-source websocket-sink".split(" "),
    "websocket-source",
  ],
  "it has no state: the times of frames tell what passes": ["peak", "trim"],
  "a program or a reader of its own goes on by itself, and cannot be handed over": [
    ..."ffmpeg-sink ffmpeg-source image-sink image-source media-sink media-source pipe-sink pipe-source process".split(
      " ",
    ),
  ],
  "each frame is made of the newest frames": [
    ..."blend blur chroma-key convert gpu-convert gpu-scale jpeg-decode jpeg-encode scale shader to-voltage".split(" "),
  ],
  "the library of the codec does not give its state out": [
    ..."aac-decode audio-decode flac-decode flac-encode h264-decode h264-encode mp3-decode".split(" "),
    ..."opus-decode opus-encode".split(" "),
  ],
  "it waits for as many samples or pictures as it needs again": ["downsample", "fft", "frame-rate", "trigger"],
  "what it shows of the stream counts from its own start": ["overlay"],
  "it opens its device anew": ["camera", "display", "microphone", "screen", "speaker"],
  "it plays the first stream again that has not ended": ["concat"],
};

Deno.test("every node type goes on from its predecessor's state, or is known not to", async () => {
  const carrying = [...Object.keys(CARRIED), ...Object.keys(TESTED_ELSEWHERE)];
  const known = [...carrying, ...Object.values(BEGIN_ANEW).flat()];
  const types = [nodePackage, ...nodePackage.packages!].flatMap((each) => each.nodes);
  deepEqual(types.map(({ descriptor }) => descriptor.type).sort(), known.sort());
  for (const type of types) {
    // The class of a native stage is not to be seen from here.
    if (type.descriptor.lane === "native") continue;
    const { processor } = (await type.load())({});
    const { type: name, isAsync, usesEventLoop } = type.descriptor;
    const carries = processor.snapshot !== undefined && processor.restore !== undefined;
    equal(carries, carrying.includes(name), name);
    // What the runtime asks of nodes that it moves to other lanes by itself; files stay.
    const isMoved = carries && processor.teardown === undefined && !isAsync && !usesEventLoop;
    if (name in CARRIED) equal(isMoved, name !== "wav-source", name);
  }
});

for (const change of ["replace", "move", "reload"] as const) {
  Deno.test(`nodes that are changed in the middle of a signal give what undisturbed ones do: ${change}`, async (test) => {
    const found = await run(change);
    for (const type of Object.keys(CARRIED)) {
      const undisturbed = found.get(`${type}-calm`)!;
      await test.step(type, () => {
        ok(undisturbed.length > 1);
        deepEqual(found.get(type), undisturbed);
      });
    }
  });
}

/**
 * Runs two nodes of each type beside each other, and changes one of the two, twice.
 *
 * @returns the frames that came out of each: values, or times and samples
 */
async function run(change: Change): Promise<ReadonlyMap<string, unknown[]>> {
  await using runtime = new Runtime({ mode: "offline" });
  const input = runtime.add(appSource.audio({ sampleRateHz: RATE_HZ, channels: 2 }), { id: "input" });
  runtime.add(nodes.rebuffer({ size: 300 }), { id: "beside" });
  runtime.connectByName("input.audio", "beside.frameIn");
  const found = new Map<string, unknown[]>();
  const readers: { readonly isSource: boolean; read(most: number): Promise<void> }[] = [];
  for (const [type, how] of Object.entries(CARRIED)) {
    const { config, input: port = "audioIn", beside, ports, output = "audioOut", isSource = false } = how;
    for (const id of [type, `${type}-calm`]) {
      runtime.add(make(type, config), { id, ports });
      if (!isSource) runtime.connectByName("input.audio", `${id}.${port}`);
      if (beside !== undefined) runtime.connectByName("beside.frameOut", `${id}.${beside}`);
      const isData = !/^(?:audio|frame)/.test(output);
      const sink: AsyncIterable<AudioFrame | DataFrame> = isData
        ? runtime.add(appSink.data(), { id: `${id}-sink` })
        : runtime.add(appSink.audio(), { id: `${id}-sink` });
      runtime.connectByName(`${id}.${output}`, `${id}-sink.${isData ? "data" : "audio"}`);
      const frames: unknown[] = [];
      found.set(id, frames);
      readers.push({ isSource, read: (most) => readFrames(sink, frames, most) });
    }
  }
  await runtime.start();
  const reading = readers.filter(({ isSource }) => !isSource).map(({ read }) => read(Infinity));
  for (let k = 0; k < BLOCKS; k++) {
    // Loud and quiet in turn.
    const level = k % 6 < 3 ? 0.02 : 0.9;
    await input.push({ channels: [noise(k, 1, level), noise(k, 2, level)] });
    if (k !== 4 && k !== 7) continue;
    await until(() => runtime.stats().links.every(({ read, from }) => !from.startsWith("input") || read === k + 1));
    await changeAll(runtime, change, k === 4);
    for (const { isSource, read } of readers) if (isSource) await read(12);
  }
  input.end();
  await Promise.all([...reading, ...readers.map(({ isSource, read }) => isSource ? read(Infinity) : undefined)]);
  equal((await runtime.finished).outcome, "completed");
  return found;
}

/** Changes one node of each type. */
async function changeAll(runtime: Runtime, change: Change, isFirst: boolean): Promise<void> {
  await runtime.edit((edit) => {
    for (const [type, { config, then = {} }] of Object.entries(CARRIED)) {
      if (change === "move") edit.move(type, isFirst ? "aside" : "main");
      else edit.replace(type, make(type, { ...config, ...then }), change === "reload" ? { lane: "fresh" } : {});
      // What is replaced by a node with another value behaves as one that is given the value.
      if (Object.keys(then).length === 0 || !isFirst) continue;
      edit.reconfigure(`${type}-calm`, then);
      if (change === "move") edit.reconfigure(type, then);
    }
  });
}

function make(type: string, config?: Record<string, unknown>): NodeSpec<NodeHandle> {
  const name = type.replaceAll(/-(.)/g, (_, letter: string) => letter.toUpperCase());
  return (nodes as unknown as Record<string, (config?: object) => NodeSpec<NodeHandle>>)[name](config);
}

/** Reads so many frames, or to the end. */
async function readFrames(sink: AsyncIterable<AudioFrame | DataFrame>, found: unknown[], most: number): Promise<void> {
  const frames = sink[Symbol.asyncIterator]();
  for (let k = 0; k < most; k++) {
    const { value, done } = await frames.next();
    if (done) break;
    found.push(contentOf(value));
  }
}

function contentOf(frame: AudioFrame | DataFrame): unknown {
  const { ptsNs, discontinuity } = frame;
  if (!("channels" in frame)) return { ptsNs, value: frame.value };
  const samples = Array.from({ length: frame.channels }, (_, channel) => frame.channel(channel).slice());
  return { ptsNs, discontinuity, samples };
}

function noise(k: number, seed: number, level: number): Float32Array {
  let state = k * 97 + seed;
  return Float32Array.from({ length: SAMPLES }, () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return (state / 1_073_741_824 - 1) * level;
  });
}
