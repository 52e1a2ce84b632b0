/** Encoders and what is loud, noisy or no number: each takes it, makes packets of bounded length, and is as good as new. */
import { equal, ok } from "node:assert/strict";
import { appSink } from "../../core/app/app_sink.ts";
import { appSource } from "../../core/app/app_source.ts";
import type { NodeRegistry } from "../../core/registry/node_registry.ts";
import { addRow, end, media, type Row, runtimeOf } from "../fixtures/plugins/media.ts";

const [RATE_HZ, CHANNELS, BLOCK] = [48_000, 2, 960];
/** Samples of the hostile part, and of the tone behind it. */
const [HOSTILE, TONE] = [24_000, 24_000];
/** Where the tone is compared: the codecs have settled by then. */
const [FROM, TO] = [HOSTILE + 12_000, HOSTILE + 20_000];

/** The same numbers from −1 to 1 in each run. */
function noise(): number {
  state = Math.imul(state, 1_664_525) + 1_013_904_223 >>> 0;
  return state / 2 ** 31 - 1;
}
let state = 1;

const SOUNDS: { readonly [name: string]: (at: number) => number } = {
  "full-scale noise": noise,
  "noise a hundred times too loud": () => 100 * noise(),
  "full scale, alternating": (at) => at % 2 === 0 ? 1 : -1,
  "the largest floats": (at) => at % 3 === 0 ? 3.4e38 : -3.4e38,
  "noise of the smallest floats": () => noise() * 1e-42,
  "NaN": () => NaN,
  "infinities": (at) => at % 2 === 0 ? Infinity : -Infinity,
  "NaN and infinities among noise": (at) => at % 7 === 0 ? NaN : at % 11 === 0 ? -Infinity : noise(),
};

/** Encoders of sound with the longest packet of each, bytes. */
const ENCODERS: readonly (readonly [row: Row, most: number, snrDb: number])[] = [
  [{ "opus-encode": { bitRate: 128_000 } }, 4_000, 20],
  [{ "opus-encode": { bitRate: 512_000, packetMs: 60 } }, 4_000, 20],
  ...[16, 24, 32].map((bitsPerSample): [Row, number, number] => [
    { "flac-encode": { bitsPerSample } },
    20 + 4_096 * CHANNELS * bitsPerSample / 8,
    80,
  ]),
];

for (const [row, most, snrDb] of ENCODERS) {
  media(`${JSON.stringify(row)} takes loud sound and what is no number, and then a tone`, async (registry) => {
    for (const [name, sound] of Object.entries(SOUNDS)) {
      const { longest, samples } = await through(registry, row, sound);
      ok(longest <= most, `${name}: a packet of ${longest} bytes`);
      equal(samples.length, HOSTILE + TONE, name);
      ok(samples.every(Number.isFinite), name);
      const found = snr(samples.slice(FROM, TO));
      ok(found >= snrDb, `${name}: the tone behind it comes with ${found} dB`);
    }
  });
}

/** @returns the longest packet, and what the first channel decodes to */
async function through(registry: NodeRegistry, row: Row, sound: (at: number) => number) {
  await using runtime = runtimeOf(registry);
  const source = runtime.add(appSource.audio({ sampleRateHz: RATE_HZ, channels: CHANNELS }), { id: "source" });
  const [packets, sink] = [runtime.add(appSink.encoded(), { id: "packets" }), runtime.add(appSink.audio())];
  const encoded = addRow(registry, runtime, row, "source.audio");
  runtime.connectByName(encoded, "packets.encoded", { policy: "lossless", capacity: 16 });
  runtime.addByType("audio-decode", { damaged: "fail" }, { id: "decode", lane: "media" });
  runtime.connectByName(encoded, "decode.encoded", { policy: "lossless", capacity: 16 });
  runtime.connectByName("decode.audio", `${sink.id}.audio`, { policy: "lossless" });
  await runtime.start();
  let longest = 0;
  const samples: number[] = [];
  const read = Promise.all([
    (async () => {
      for await (const { bytes } of packets) longest = Math.max(longest, bytes.length);
    })(),
    (async () => {
      for await (const block of sink) samples.push(...block.channel(0));
    })(),
  ]);
  for (let at = 0; at < HOSTILE + TONE; at += BLOCK) {
    const channels = Array.from(
      { length: CHANNELS },
      () => Float32Array.from({ length: BLOCK }, (_, k) => at + k < HOSTILE ? sound(at + k) : tone(at + k)),
    );
    await source.push({ channels });
  }
  source.end();
  await read;
  await end(runtime);
  return { longest, samples };
}

function tone(at: number): number {
  return 0.5 * Math.sin(2 * Math.PI * 440 * at / RATE_HZ);
}

/** Tone over noise in dB. */
function snr(samples: readonly number[]): number {
  let [signal, rest] = [0, 0];
  samples.forEach((sample, k) => {
    signal += tone(FROM + k) ** 2;
    rest += (sample - tone(FROM + k)) ** 2;
  });
  return 10 * Math.log10(signal / rest);
}

const [WIDTH, HEIGHT, PICTURES] = [320, 240, 6];

/** Encoders of pictures with the longest packet of each: of H.264 as long as its pixels, of JPEG twice as long. */
for (
  const [row, pixelFormat, most] of [
    [{ "h264-encode": { bitRate: 8_000_000 } }, "i420", WIDTH * HEIGHT * 1.5],
    [{ "h264-encode": { bitRate: 100_000_000 } }, "i420", WIDTH * HEIGHT * 1.5],
    [{ "h264-encode": { rateControl: "constant", quantiser: 1 } }, "i420", WIDTH * HEIGHT * 1.5],
    [{ "h264-encode": { bitRate: 200_000 } }, "i420", WIDTH * HEIGHT * 1.5],
    [{ "jpeg-encode": { quality: 100 } }, "rgba8", WIDTH * HEIGHT * 6],
    [{ "jpeg-encode": { quality: 1 } }, "rgba8", WIDTH * HEIGHT * 6],
  ] as const
) {
  media(`${JSON.stringify(row)} takes pictures of noise and of the extremes`, async (registry) => {
    await using runtime = runtimeOf(registry);
    const source = runtime.add(appSource.video({ pixelFormat, width: WIDTH, height: HEIGHT, frameRate: 25 }), {
      id: "source",
    });
    const sink = runtime.add(appSink.encoded(), { id: "sink" });
    runtime.connectByName(addRow(registry, runtime, row, "source.video"), "sink.encoded", { policy: "lossless" });
    await runtime.start();
    const lengths: number[] = [];
    const read = (async () => {
      for await (const { bytes } of sink) lengths.push(bytes.length);
    })();
    const sizes = pixelFormat === "rgba8"
      ? [WIDTH * HEIGHT * 4]
      : [1, 1 / 4, 1 / 4].map((part) => WIDTH * HEIGHT * part);
    const kinds: readonly ((at: number) => number)[] = [
      () => 128 + 127 * noise(),
      () => noise() > 0 ? 255 : 0,
      (at) => at % 2 * 255,
    ];
    for (let picture = 0; picture < PICTURES; picture++) {
      const kind = kinds[picture % kinds.length];
      await source.push({ planes: sizes.map((length) => Uint8Array.from({ length }, (_, at) => kind(at))) });
    }
    source.end();
    await read;
    await end(runtime);
    ok(lengths.length === PICTURES && lengths.every((length) => length > 0 && length <= most), `${lengths}`);
  });
}
