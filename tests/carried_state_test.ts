/** Nodes whose successors go on from their state: what comes out is what would have come out of one that stays. */
import { deepEqual, equal, ok } from "node:assert/strict";
import { appSink } from "../core/app/app_sink.ts";
import { appSource } from "../core/app/app_source.ts";
import type { AudioFrame } from "../core/frames/audio_frame.ts";
import type { DataFrame } from "../core/frames/data_frame.ts";
import type { NodeHandle } from "../core/registry/handle.ts";
import type { NodeSpec } from "../core/registry/node_type.ts";
import { Runtime } from "../core/runtime.ts";
import { nodePackage, nodes } from "../sluice.gen.ts";
import { until } from "./fixtures/waiting.ts";

type Edit = "none" | "replace" | "move";

interface Case {
  readonly config?: Record<string, unknown>;
  /** The output that is looked at; by default `audioOut`. */
  readonly output?: string;
  /** By default `audioIn`. */
  readonly input?: string;
  readonly isSource?: boolean;
  /** Whether the quiet half of the noise comes first. */
  readonly isQuietFirst?: boolean;
}

const BLOCKS = 12;
const SAMPLES = 441;
const RATE_HZ = 44_100;

/** Types that go on, each with a configuration that makes its state matter. */
const CARRIED: Readonly<Record<string, Case>> = {
  "channel-mapper": { config: { channels: 1 } },
  "chord-source": { config: { durationSeconds: 0.5, blockSize: 480 }, output: "audio", isSource: true },
  "chunker": { config: { size: 500 } },
  "compressor": { config: { thresholdDb: -30 } },
  "echo": { config: { delayMs: 25, maxTailSeconds: 0.1 } },
  "equaliser": { config: { bands: [{ type: "low-pass", frequencyHz: 200, q: 5 }] } },
  "gain": { config: { gainDb: -6 } },
  "level-meter": { config: { intervalMs: 25 }, output: "levels" },
  "limiter": { config: { ceilingDb: -12 } },
  "noise-gate": { config: { thresholdDb: -20, releaseMs: 500 } },
  "resampler": { config: { sampleRateHz: 48_000 } },
  "reverb": { config: { maxTailSeconds: 0.1 } },
  "spectrum": { config: { size: 1024, overlap: 0.5 }, input: "audio", output: "spectrum" },
  "tone-source": { config: { durationSeconds: 0.5, blockSize: 480 }, output: "audio", isSource: true },
  "voice-activity": { config: { onsetMs: 20, hangMs: 20 }, output: "voice", isQuietFirst: true },
};

/** Types that are left to begin anew, or that tests of their own run through edits. Others must be in {@linkcode CARRIED}. */
const ELSEWHERE: ReadonlySet<string> = new Set([
  ..."dynamic-mixer mixer".split(" "),
  // Files, programs and connections stay where they are.
  ..."arrow-sink csv-sink wav-sink wav-source console-sink websocket-sink".split(" "),
  ..."image-sink image-source media-sink media-source pipe-sink pipe-source process".split(" "),
  // tests/align_test.ts, and the tests of each.
  ..."audio-delay audio-rebuffer audio-switch audio-throttle audio-trim audio-valve data-align data-delay".split(" "),
  ..."data-switch data-throttle data-valve encoded-delay encoded-switch encoded-throttle encoded-valve".split(" "),
  ..."packet-align packet-delay packet-rebuffer packet-switch packet-throttle packet-valve".split(" "),
  ..."video-delay video-switch video-throttle video-trim video-valve".split(" "),
]);

Deno.test("every node type goes on from its predecessor's state, or is known not to", () => {
  const types = nodePackage.nodes.map(({ descriptor }) => descriptor.type);
  const known = [...Object.keys(CARRIED), ...ELSEWHERE];
  deepEqual(types.filter((type) => !known.includes(type)), []);
  deepEqual(known.filter((type) => !types.includes(type)), []);
});

for (const [type, how] of Object.entries(CARRIED)) {
  Deno.test(`"${type}" that is replaced in the middle of a signal gives what an undisturbed one does`, async () => {
    const undisturbed = await run(type, how, "none");
    ok(undisturbed.length > 1);
    deepEqual(await run(type, how, "replace"), undisturbed);
  });
}

for (const type of ["resampler", "reverb", "equaliser"]) {
  Deno.test(`"${type}" that is moved in the middle of a signal gives what an undisturbed one does`, async () => {
    const undisturbed = await run(type, CARRIED[type], "none");
    deepEqual(await run(type, CARRIED[type], "move"), undisturbed);
  });
}

/** @returns the frames that came out: values, or times and samples */
async function run(type: string, how: Case, edit: Edit): Promise<unknown[]> {
  const { config, input = "audioIn", output = "audioOut", isSource = false, isQuietFirst = false } = how;
  await using runtime = new Runtime({ mode: "offline" });
  const make = () =>
    (nodes as unknown as Record<string, (config?: object) => NodeSpec<NodeHandle>>)[camel(type)](config);
  runtime.add(make(), { id: "node" });
  const isData = !output.startsWith("audio");
  const sink = isData ? runtime.add(appSink.data(), { id: "sink" }) : runtime.add(appSink.audio(), { id: "sink" });
  runtime.connectByName(`node.${output}`, isData ? "sink.data" : "sink.audio");
  const source = isSource
    ? undefined
    : runtime.add(appSource.audio({ sampleRateHz: RATE_HZ, channels: 2 }), { id: "from" });
  if (source !== undefined) runtime.connectByName("from.audio", `node.${input}`);
  await runtime.start();
  const found: unknown[] = [];
  const reading = (async () => {
    for await (const frame of sink as AsyncIterable<AudioFrame | DataFrame>) found.push(contentOf(frame));
  })();
  const change = async () => {
    if (edit === "replace") await runtime.replace("node", make());
    if (edit === "move") await runtime.move("node", runtime.stats().nodes[0].lane === "main" ? "aside" : "main");
  };
  if (source === undefined) {
    await until(() => found.length > 3);
    await change();
  } else {
    for (let k = 0; k < BLOCKS; k++) {
      const isLoud = isQuietFirst !== (k < 6);
      await source.push({ channels: [block(k, 1, isLoud), block(k, 2, isLoud)] });
      if (k === 4 || k === 7) {
        await until(() =>
          runtime.stats().links.every(({ written, read, to }) => to.startsWith("sink") || written === read)
        );
        await change();
      }
    }
    source.end();
  }
  await reading;
  equal((await runtime.finished).outcome, "completed");
  return found;
}

function contentOf(frame: AudioFrame | DataFrame): unknown {
  const { ptsNs, discontinuity } = frame;
  if (!("channels" in frame)) return { ptsNs, value: frame.value };
  return {
    ptsNs,
    discontinuity,
    samples: Array.from({ length: frame.channels }, (_, channel) => frame.channel(channel).slice()),
  };
}

/** Noise. */
function block(k: number, seed: number, isLoud: boolean): Float32Array {
  let state = k * 97 + seed;
  return Float32Array.from({ length: SAMPLES }, () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return (state / 1_073_741_824 - 1) * (isLoud ? 0.9 : 0.02);
  });
}

function camel(type: string): string {
  return type.replaceAll(/-(.)/g, (_, letter: string) => letter.toUpperCase());
}
