/** Opus and FLAC: what is encoded is decoded by ffmpeg, and what comes back is what went in. */
import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import { appSink } from "../../core/app/app_sink.ts";
import { appSource } from "../../core/app/app_source.ts";
import { NodeRegistry } from "../../core/registry/node_registry.ts";
import { Runtime } from "../../core/runtime.ts";
import { nodePackage, nodes } from "../../sluice.gen.ts";
import { addRow, concat, end, ffmpeg, media, type Row, runtimeOf, type UnitCopy } from "../fixtures/plugins/media.ts";

/** Two sines a channel, with whole counts of 16 bits. */
function tone(samples: number, channel: number, rateHz = 48_000): Float32Array {
  const sine = (hz: number, n: number) => Math.sin(2 * Math.PI * hz * n / rateHz);
  return Float32Array.from(
    { length: samples },
    (_, n) => Math.round(8_000 * (sine(440 * (channel + 1), n) + 0.5 * sine(3_000, n))) / 32_768,
  );
}

/** Sends audio through stages in a row to a sink of encoded frames. */
async function encode(
  registry: NodeRegistry,
  row: Row,
  channels: readonly Float32Array[],
  { sampleRateHz = 48_000, blockSize = 700 } = {},
) {
  await using runtime = runtimeOf(registry);
  const source = runtime.add(appSource.audio({ sampleRateHz, channels: channels.length }), { id: "source" });
  const sink = runtime.add(appSink.encoded(), { id: "sink" });
  runtime.connectByName(addRow(registry, runtime, row, "source.audio"), "sink.encoded", {
    policy: "lossless",
    capacity: 8,
  });
  await runtime.start();
  const units: UnitCopy[] = [];
  const seen = (async () => {
    for await (const { codec, bytes, keyframe, ptsNs, dtsNs, durationNs, format } of sink) {
      units.push({ codec, bytes: bytes.slice(), keyframe, ptsNs, dtsNs, durationNs });
      deepEqual([format.channels, format.sampleRateHz], [channels.length, sampleRateHz]);
    }
  })();
  for (let at = 0; at < channels[0].length; at += blockSize) {
    await source.push({ channels: channels.map((samples) => samples.subarray(at, at + blockSize)) });
  }
  source.end();
  await seen;
  await end(runtime);
  return units;
}

/** Sends packets to a decoder. */
async function decode(
  registry: NodeRegistry,
  row: Row,
  units: readonly (Omit<UnitCopy, "dtsNs"> & { readonly dtsNs?: number; readonly decodeOnly?: boolean })[],
  channels: number,
  gainDb?: number,
) {
  await using runtime = runtimeOf(registry);
  const options = { codec: "opus", channels, sampleRateHz: 48_000, gainDb } as const;
  const source = runtime.add(appSource.encoded(options), { id: "source" });
  const sink = runtime.add(appSink.audio(), { id: "sink" });
  runtime.connectByName(addRow(registry, runtime, row, "source.encoded"), "sink.audio", { policy: "lossless" });
  await runtime.start();
  const blocks: { ptsNs: number; channels: Float32Array[] }[] = [];
  const seen = (async () => {
    for await (const block of sink) {
      const copies = Array.from({ length: channels }, (_, k) => block.channel(k).slice());
      blocks.push({ ptsNs: block.ptsNs, channels: copies });
    }
  })();
  for (const { bytes, ptsNs, dtsNs, durationNs, decodeOnly } of units) {
    await source.push({ bytes, ptsNs, dtsNs, durationNs, decodeOnly });
  }
  source.end();
  await seen;
  const { figures } = await end(runtime);
  const whole = Array.from({ length: channels }, (_, k) => blocks.flatMap(({ channels }) => [...channels[k]]));
  return { blocks, whole, figures };
}

/** Signal over noise in dB. */
function snr(found: readonly number[], wanted: Float32Array): number {
  equal(found.length, wanted.length);
  let [signal, noise] = [0, 0];
  wanted.forEach((sample, n) => {
    signal += sample ** 2;
    noise += (found[n] - sample) ** 2;
  });
  return 10 * Math.log10(signal / noise);
}

/** Packets in Ogg pages (RFC 3533, RFC 7845), one a page. */
function ogg(units: readonly UnitCopy[], channels: number, preSkip: number): Uint8Array {
  const table = Uint32Array.from({ length: 256 }, (_, k) => {
    let value = k << 24;
    for (let bit = 0; bit < 8; bit++) value = value & 0x80000000 ? (value << 1) ^ 0x04c11db7 : value << 1;
    return value >>> 0;
  });
  const page = (sequence: number, flags: number, granule: number, body: Uint8Array) => {
    const laces = [...new Array(Math.floor(body.length / 255)).fill(255), body.length % 255];
    const bytes = new Uint8Array(27 + laces.length + body.length);
    const view = new DataView(bytes.buffer);
    bytes.set([0x4f, 0x67, 0x67, 0x53, 0, flags]);
    view.setBigUint64(6, BigInt(granule), true);
    view.setUint32(14, 7, true);
    view.setUint32(18, sequence, true);
    bytes[26] = laces.length;
    bytes.set(laces, 27);
    bytes.set(body, 27 + laces.length);
    view.setUint32(22, bytes.reduce((crc, byte) => ((crc << 8) ^ table[(crc >>> 24) ^ byte]) >>> 0, 0), true);
    return bytes;
  };
  const text = (words: string) => [...new TextEncoder().encode(words)];
  const head = [...text("OpusHead"), 1, channels, preSkip & 255, preSkip >> 8, 0x80, 0xbb, 0, 0, 0, 0, 0];
  const tags = [...text("OpusTags"), 4, 0, 0, 0, ...text("test"), 0, 0, 0, 0];
  let granule = 0;
  const pages = units.map(({ bytes, durationNs }, k) => {
    granule += Math.round(durationNs * 48e-6);
    return page(k + 2, k === units.length - 1 ? 4 : 0, granule, bytes);
  });
  return concat([page(0, 2, 0, Uint8Array.from(head)), page(1, 0, 0, Uint8Array.from(tags)), ...pages]);
}

media("opus-encode: ffmpeg decodes it, all samples of it, as opus-decode does", async (registry) => {
  const channels = [tone(30_000, 0), tone(30_000, 1)];
  const units = await encode(registry, { "opus-encode": { bitRate: 160_000 } }, channels);
  equal(units.length, Math.ceil((30_000 + 312) / 960));
  ok(units.every(({ keyframe, dtsNs, ptsNs }) => keyframe && dtsNs === ptsNs));
  deepEqual(units.slice(0, 2).map(({ ptsNs }) => ptsNs), [-6.5e6, 13.5e6]);
  equal(units.reduce((sum, { durationNs }) => sum + durationNs, 0), Math.round((30_000 + 312) * 1e9 / 48_000));
  const { whole, blocks } = await decode(registry, { "opus-decode": {} }, units, 2);
  deepEqual(blocks.slice(0, 2).map(({ ptsNs }) => ptsNs), [0, 13.5e6]);
  const raw = await ffmpeg(["-i", "pipe:0", "-f", "f32le", "-c:a", "pcm_f32le"], ogg(units, 2, 312));
  const floats = new Float32Array(raw.slice().buffer);
  equal(floats.length, 60_000);
  channels.forEach((samples, k) => {
    ok(snr(whole[k], samples) > 25, `channel ${k}: ${snr(whole[k], samples)} dB`);
    const theirs = Float32Array.from({ length: 30_000 }, (_, n) => floats[2 * n + k]);
    ok(snr(whole[k], theirs) > 80, `channel ${k} beside ffmpeg: ${snr(whole[k], theirs)} dB`);
  });
}, { needsFfmpeg: true });

media(
  "opus-decode gives nothing of what is only decoded for others, and nothing before the time 0",
  async (registry) => {
    const samples = tone(20_000, 0);
    const units = await encode(registry, { "opus-encode": {} }, [samples]);
    const whole = (await decode(registry, { "opus-decode": {} }, units, 1)).whole[0];
    // 4,800 samples less, of which the fifth packet of 960 has the last ones.
    const moved = units.map((unit) => ({ ...unit, ptsNs: unit.ptsNs - 1e8 }));
    for (const isFlagged of [true, false]) {
      const flagged = moved.map((unit) => ({ ...unit, decodeOnly: isFlagged && unit.ptsNs + unit.durationNs <= 0 }));
      const found = await decode(registry, { "opus-decode": {} }, flagged, 1);
      deepEqual(found.blocks[0].ptsNs, 0);
      deepEqual(found.whole[0], whole.slice(4_800));
    }
    const late = units.map((unit, k) => ({ ...unit, ptsNs: unit.ptsNs + 1e9, decodeOnly: k < 3 }));
    const found = await decode(registry, { "opus-decode": {} }, late, 1);
    deepEqual(found.whole[0], whole.slice(3 * 960 - 312));
  },
);

media(
  "opus-decode leaves out preSkip of a stream that begins after 0, unless its first packet tells more",
  async (registry) => {
    const units = await encode(registry, { "opus-encode": {} }, [tone(20_000, 0)]);
    const whole = (await decode(registry, { "opus-decode": {} }, units, 1)).whole[0];
    const from = (startNs: number) =>
      units.map((unit) => ({ ...unit, ptsNs: unit.ptsNs + 6.5e6 + startNs, dtsNs: undefined }));
    const late = await decode(registry, { "opus-decode": {} }, from(1e9), 1);
    deepEqual([late.blocks[0].ptsNs, late.whole[0]], [1e9 + 6.5e6, whole]);
    const early = await decode(registry, { "opus-decode": {} }, from(0), 1);
    deepEqual([early.blocks[0].ptsNs, early.whole[0].slice(312)], [0, whole]);
    const [first, ...rest] = from(1e9);
    const cut = { ...first, ptsNs: first.ptsNs + 1e7, dtsNs: first.ptsNs, durationNs: 1e7 };
    const told = await decode(registry, { "opus-decode": {} }, [cut, ...rest], 1);
    deepEqual([told.blocks[0].ptsNs, told.whole[0]], [1e9 + 1e7, whole.slice(480 - 312)]);
  },
);

media("opus-decode makes a stream as loud as its format says", async (registry) => {
  const units = await encode(registry, { "opus-encode": {} }, [tone(2_000, 0)]);
  const [plain] = (await decode(registry, { "opus-decode": {} }, units, 1)).whole;
  const [softer] = (await decode(registry, { "opus-decode": {} }, units, 1, -12)).whole;
  ok(snr(softer, Float32Array.from(plain, (sample) => sample * 10 ** (-12 / 20))) > 80);
});

media("opus-decode conceals packets that are damaged or empty, and goes on", async (registry) => {
  const samples = tone(20_000, 0);
  const units = await encode(registry, { "opus-encode": { packetMs: 10 } }, [samples]);
  const broken = units.map((unit, k) => k % 5 === 3 ? { ...unit, bytes: Uint8Array.of(3, 0xff, 0xff) } : unit);
  const { whole, figures } = await decode(registry, { "opus-decode": {} }, broken, 1);
  equal(whole[0].length, 20_000);
  deepEqual(figures("opus-decode"), {
    packets: units.length,
    damaged: broken.filter((unit) => unit.bytes.length === 3).length,
  });
  ok(whole[0].every((sample) => Number.isFinite(sample) && Math.abs(sample) < 2));
});

media("opus-encode refuses another rate, and says what mends it", async (registry) => {
  await using runtime = runtimeOf(registry);
  runtime.add(appSource.audio({ sampleRateHz: 44_100, channels: 1 }), { id: "source" });
  addRow(registry, runtime, { "opus-encode": {} }, "source.audio");
  await rejects(runtime.start(), {
    code: "TypeMismatch",
    message: /"opus-encode\.audio": it carries audio 44100 Hz, 1 channel, wanted 48000 Hz/,
  });
});

media("convert: auto encodes audio of another rate for an input of encoded frames", async (plugins) => {
  const registry = new NodeRegistry([nodePackage]);
  for (const type of plugins.list()) registry.add(type);
  await using runtime = new Runtime({ mode: "offline", registry, convert: "auto" });
  runtime.add(nodes.toneSource({ sampleRateHz: 44_100, channels: 6, durationSeconds: 0.1 }), { id: "tone" });
  const decode = runtime.addByType("opus-decode", {}, { id: "decode" });
  const sink = runtime.add(appSink.audio(), { id: "sink" });
  runtime.connectByName("tone.audio", "decode.encoded");
  runtime.connectByName(`${decode.id}.audio`, "sink.audio");
  const types = Object.values(runtime.graph().nodes).map(({ type }) => type).sort();
  deepEqual(types, [
    "app-sink",
    "channel-mapper",
    "opus-decode",
    "opus-encode",
    "resampler",
    "tone-source",
  ]);
  await runtime.start();
  let samples = 0;
  for await (const frame of sink) {
    equal(frame.sampleRateHz, 48_000);
    samples += frame.sampleCount;
  }
  await runtime.finished;
  ok(samples >= 4_800 && samples < 7_000, String(samples));
});

for (const bitsPerSample of [16, 24]) {
  media(`flac-encode keeps every bit of ${bitsPerSample}, as ffmpeg decodes it`, async (registry) => {
    const noise = (n: number) => ((n * 2_654_435_761) >>> 16) - 32_768;
    const scale = 2 ** (bitsPerSample - 16);
    const channels = [0, 1].map((channel) =>
      Float32Array.from(
        { length: 10_000 },
        (_, n) => n < 5_000 ? tone(1, channel)[0] + Math.sin(n / (9 + channel)) / 2 : noise(2 * n + channel) / 40_000,
      )
    );
    const units = await encode(registry, { "flac-encode": { bitsPerSample } }, channels, {
      sampleRateHz: 44_100,
    });
    deepEqual(units.map(({ ptsNs }) => ptsNs), [0, 4_096, 8_192].map((n) => Math.round(n * 1e9 / 44_100)));
    const raw = await ffmpeg(
      ["-f", "flac", "-i", "pipe:0", "-f", "s32le", "-c:a", "pcm_s32le"],
      concat([flacHead(44_100, 2, bitsPerSample), ...units.map(({ bytes }) => bytes)]),
    );
    const found = new Int32Array(raw.slice().buffer);
    equal(found.length, 20_000);
    channels.forEach((samples, k) =>
      samples.forEach((sample, n) => {
        const full = 32_768 * scale;
        const wanted = Math.max(-full, Math.min(full - 1, Math.sign(sample) * Math.round(Math.abs(sample) * full))) *
          65_536 / scale;
        if (found[2 * n + k] !== wanted) equal(found[2 * n + k], wanted, `sample ${n} of channel ${k}`);
      })
    );
  }, { needsFfmpeg: true });
}

/** `fLaC` and STREAMINFO (RFC 9639, section 8.2), with what is not known as 0. */
function flacHead(sampleRateHz: number, channels: number, bits: number): Uint8Array {
  const head = new Uint8Array(42);
  head.set([0x66, 0x4c, 0x61, 0x43, 0x80, 0, 0, 34, 4_096 >> 8, 0, 4_096 >> 8, 0]);
  const packed = BigInt(sampleRateHz) << 44n | BigInt(channels - 1) << 41n | BigInt(bits - 1) << 36n;
  new DataView(head.buffer).setBigUint64(18, packed);
  return head;
}
