/** WAV files with wrong sizes, cut off, or in another byte order: whatever reads them finds the same samples. */
import assert from "node:assert/strict";
import { configureLog, tapLog } from "../../core/log.ts";
import { nodes } from "../../sluice.gen.ts";
import { ProcessorHarness } from "../../testing.ts";
import { join } from "../audio/fixtures/test_signals.ts";
import { WavReader } from "../file/wav_reader.ts";
import { WavHeaderWriter } from "../file/wav_header_writer.ts";
import { ffmpeg, FOLDER } from "./fixtures/media_files.ts";
import { readMediaInfo } from "./media_info.ts";
import { rare } from "../../tests/fixtures/rare.ts";

// What is warned of is looked at, not shown.
configureLog({ setting: { level: "warn", json: false }, write: () => {}, terminal: false });

const STREAMED = "as streaming writers leave it: it is read to the end of the file";
const HEADER_BYTES = 44;
const [RIFF_SIZE_AT, DATA_SIZE_AT] = [4, 40];

/** A second of noise, stereo, 16 bits: a header of 44 bytes, and 192,000 bytes of samples. */
const whole = once(() => sox("whole.wav", ["-b", "16", "-r", "48000", "-c", "2"], { seconds: 1 }));

/** Odd files: how each is made of a whole one, how many of its samples are there, and what is said of it. */
const ODD_FILES: Readonly<Record<string, readonly [make: (bytes: Bytes) => Bytes, samples: number, faults: RegExp[]]>> =
  {
    "the size FFFFFFFF": [streamed(0xffffffff), 48_000, [new RegExp(`is 0xFFFFFFFF, ${STREAMED}$`)]],
    "the size 7FFFF000": [streamed(0x7ffff000), 48_000, [new RegExp(`is 0x7FFFF000, ${STREAMED}$`)]],
    "the size 0": [streamed(0), 48_000, [new RegExp(`is 0, ${STREAMED}$`)]],
    "a data chunk alone that has the size 0": [sized(DATA_SIZE_AT, 0), 48_000, [/ is 0, /]],
    "a RIFF size that is too short": [sized(RIFF_SIZE_AT, 100), 48_000, [/^its RIFF header says .* at byte 108, /]],
    "no end": [(bytes) => bytes.slice(0, 100_044), 25_000, [/claims 192,000 bytes, and the file has 100,000: /]],
    "no end, cut within a sample": [
      (bytes) => bytes.slice(0, 100_047),
      25_000,
      [/claims 192,000 bytes, and the file has 100,003: /, /^it ends with 3 bytes of a sample of 4, left out/],
    ],
    "an odd byte at the end": [
      (bytes) => sized(RIFF_SIZE_AT, 192_038)(sized(DATA_SIZE_AT, 192_001)(Uint8Array.from([...bytes, 7, 0]))),
      48_000,
      [/^it ends with 1 byte of a sample of 4, left out/],
    ],
    "another one behind it": [
      (bytes) => Uint8Array.from([...bytes, ...bytes.subarray(0, 4_844)]),
      48_000,
      [/^behind its samples is another WAV file of 4,844 bytes, which is left out$/],
    ],
  };

type Bytes = Uint8Array<ArrayBuffer>;

for (const [what, [make, count, faults]] of Object.entries(ODD_FILES)) {
  Deno.test(`wav-source, media-source and info agree on a WAV file with ${what}`, async () => {
    const bytes = Deno.readFileSync(whole());
    const path = written("odd.wav", make(bytes));
    const channels = channelsOf(bytes.slice(HEADER_BYTES, HEADER_BYTES + 4 * count));
    const found = await playedBy("wav-source", path);
    assert.deepEqual(found.channels, channels);
    assert.deepEqual((await playedBy("media-source", path)).channels, channels);
    const { durationSeconds, tracks: [track], faults: told = [] } = await readMediaInfo(path);
    assert.deepEqual([durationSeconds, track.sampleRateHz, track.channels], [count / 48_000, 48_000, 2]);
    assert.equal(told.length, faults.length, told.join("; "));
    faults.forEach((fault, index) => assert.match(told[index], fault));
    assert.deepEqual(found.warnings, told.map((fault) => `${JSON.stringify(path)}: ${fault}`));
  });
}

for (const options of [["-b", "8"], ["-b", "16"], ["-b", "24"], ["-b", "32"], ["-b", "32", "-e", "float"]]) {
  Deno.test(`wav-source and media-source play RIFX as sox does: sox ${options.join(" ")}`, async () => {
    const path = sox("rifx.wav", ["-B", ...options, "-r", "48000", "-c", "2"], { seconds: 0.1 });
    assert.equal(new TextDecoder().decode(Deno.readFileSync(path).subarray(0, 4)), "RIFX");
    const isFloat = options.includes("float");
    const raw = sox("rifx.raw", ["-e", isFloat ? "float" : "signed", "-b", "32"], { of: path });
    const wanted = channelsOf(Deno.readFileSync(raw), isFloat ? Float32Array : Int32Array);
    for (const type of ["wav-source", "media-source"] as const) {
      assert.deepEqual(await playedBy(type, path), { channels: wanted, warnings: [] });
    }
    const { durationSeconds, tracks: [{ codec }], faults } = await readMediaInfo(path);
    assert.deepEqual([durationSeconds, faults], [0.1, undefined]);
    assert.match(codec, /^pcm-/);
  });
}

Deno.test("MediaSource plays BW64 and the tags of WAV stay, wherever they stand", async () => {
  const path = `${FOLDER}/tagged.wav`;
  ffmpeg("-i", whole(), "-metadata", "title=Rain", "-c", "copy", path);
  const tagged = Deno.readFileSync(path);
  assert.equal((await readMediaInfo(path)).tags.title, "Rain");
  const list = tagged.slice(36, 36 + 8 + new DataView(tagged.buffer).getUint32(40, true));
  const behind = Uint8Array.from([...Deno.readFileSync(whole()), ...list]);
  const moved = written("moved.wav", sized(RIFF_SIZE_AT, behind.length - 8)(behind));
  const { tags, durationSeconds, faults } = await readMediaInfo(moved);
  assert.deepEqual([tags.title, durationSeconds, faults], ["Rain", 1, undefined]);
  ffmpeg("-i", whole(), "-c", "copy", "-rf64", "always", path);
  const wide = Deno.readFileSync(path);
  wide.set(new TextEncoder().encode("BW64"));
  const found = await playedBy("media-source", written("wide.wav", wide));
  assert.deepEqual(found.channels, channelsOf(Deno.readFileSync(whole()).slice(HEADER_BYTES)));
});

Deno.test("MediaSource plays WAV with a tag that is longer than its chunk, without the tags", async () => {
  const path = `${FOLDER}/overlong.wav`;
  ffmpeg("-i", whole(), "-metadata", "title=Rain", "-c", "copy", path);
  const bytes = Deno.readFileSync(path);
  assert.equal(new TextDecoder().decode(bytes.subarray(48, 52)), "INAM");
  const { tags, durationSeconds } = await readMediaInfo(written("overlong.wav", sized(52, 1000)(bytes)));
  assert.deepEqual([tags.title, durationSeconds], [undefined, 1]);
  const { channels } = await playedBy("media-source", path);
  assert.deepEqual(channels, channelsOf(Deno.readFileSync(whole()).slice(HEADER_BYTES)));
});

Deno.test("a WAV file with another codec is left to others, with its own length", async () => {
  const path = `${FOLDER}/law.wav`;
  ffmpeg("-i", whole(), "-c:a", "pcm_alaw", path);
  const { durationSeconds, tracks: [{ codec, refusal }] } = await readMediaInfo(path);
  assert.deepEqual([durationSeconds, codec], [1, "alaw"]);
  assert.match(refusal!, /^its codec is alaw, wanted /);
  const config = nodes.wavSource({ path });
  await assert.rejects(ProcessorHarness.create(config), /found samples of format tag 6, .*"ffmpeg-source" reads it/);
});

Deno.test("MediaSource reaches the start and the end of 6 GiB of silence at once, and plays what is there", async () => {
  const path = `${FOLDER}/big.wav`;
  const format = { sampleFormat: "f32", channels: 2, sampleRateHz: 48_000, layout: "stereo" } as const;
  const count = 6 * 2 ** 30 / 8;
  const header = new WavHeaderWriter(format).encode(count);
  Deno.writeFileSync(path, header);
  using file = Deno.openSync(path, { write: true });
  // Silence that takes no room on the disk, with a second of sound from one second on, and one at the end.
  const sound = Float32Array.from({ length: 96_000 }, (_, index) => Math.fround(Math.sin(index)));
  for (const start of [48_000, count - 48_000]) {
    file.seekSync(header.length + 8 * start, Deno.SeekMode.Start);
    for (let rest = new Uint8Array(sound.buffer); rest.length > 0;) rest = rest.subarray(file.writeSync(rest));
  }
  const { durationSeconds, faults } = await readMediaInfo(path);
  assert.deepEqual([durationSeconds, faults], [count / 48_000, undefined]);
  const wanted = channelsOf(new Uint8Array(sound.buffer), Float32Array);
  for (const [positionSeconds, endSeconds] of [[1, 2], [count / 48_000 - 1, undefined]] as const) {
    const found = await playedBy("media-source", path, { positionSeconds, ...(endSeconds && { endSeconds }) });
    assert.deepEqual(found.channels, wanted);
  }
  Deno.removeSync(path);
});

rare(Deno.test)("info and wav-source read as many samples of 300 damaged WAV files, or refuse them both", async () => {
  const path = `${FOLDER}/mutated.wav`;
  const whole = [["-B", "-b", "24"], ["-b", "16"]].map((options) => {
    return Deno.readFileSync(sox("mutated.wav", [...options, "-r", "48000", "-c", "2"], { seconds: 0.05 }));
  });
  let seed = 7;
  const random = (count: number) => (seed = (seed * 48_271) % 0x7fffffff) % count;
  let played = 0;
  for (let run = 0; run < 300; run++) {
    const source = whole[run % 2];
    const bytes = source.slice(0, run % 4 === 0 ? random(source.length) : undefined);
    for (let count = 1 + random(4); count > 0; count--) {
      bytes[random(100)] = [0, 0x7f, 0x80, 0xff, random(256)][random(5)];
    }
    Deno.writeFileSync(path, bytes);
    const byInfo = await readMediaInfo(path).then(({ tracks: [track] }) => {
      return track.refusal === undefined ? Math.round((track.durationSeconds ?? 0) * track.sampleRateHz!) : undefined;
    }, refused);
    assert.equal(byInfo, countSamples(path), `run ${run}: ${bytes.subarray(0, 100).toHex()}`);
    if (byInfo !== undefined) played++;
  }
  assert.ok(played > 100 && played < 250, `${played} were played`);
});

/** As `wav-source` reads a file. Rates beyond those of `media-source` count as refused. */
function countSamples(path: string): number | undefined {
  try {
    using reader = WavReader.open(path);
    return reader.format.sampleRateHz > 768_000 ? undefined : reader.sampleCount;
  } catch (error) {
    return refused(error);
  }
}

function refused(error: unknown): undefined {
  assert.equal((error as { code?: string }).code, "InvalidMedia", String(error));
}

/** What a source plays of a file, and what it warns of. */
async function playedBy(
  type: "wav-source" | "media-source",
  path: string,
  config: { positionSeconds?: number; endSeconds?: number } = {},
): Promise<{ channels: Float32Array[]; warnings: string[] }> {
  const made = type === "wav-source" ? nodes.wavSource({ path }) : nodes.mediaSource({ path, ...config });
  const warnings: string[] = [];
  using _ = { [Symbol.dispose]: tapLog(({ level, message }) => level === "warn" && warnings.push(message)) };
  await using source = await ProcessorHarness.create(made);
  const output = type === "wav-source" ? "audio" : "pcm_0";
  if (type === "media-source") source.addOutput("pcm");
  await source.run();
  const blocks = source.takeAudio(output);
  const channels = [0, 1].map((channel) => join(blocks.map((block) => block.channels[channel])));
  return { channels, warnings };
}

type Samples = typeof Int16Array | typeof Int32Array | typeof Float32Array;

/** The channels of stereo samples, little-endian. */
function channelsOf(bytes: Bytes, type: Samples = Int16Array): Float32Array[] {
  const samples = new type(bytes.buffer, bytes.byteOffset, bytes.length / type.BYTES_PER_ELEMENT);
  const scale = type === Float32Array ? 1 : 2 ** (8 * type.BYTES_PER_ELEMENT - 1);
  return [0, 1].map((channel) =>
    Float32Array.from({ length: samples.length / 2 }, (_, index) => samples[2 * index + channel] / scale)
  );
}

function sized(at: number, size: number): (bytes: Bytes) => Bytes {
  return (bytes) => {
    new DataView(bytes.buffer).setUint32(at, size, true);
    return bytes;
  };
}

/** With both sizes as streaming writers leave them. */
function streamed(size: number): (bytes: Bytes) => Bytes {
  return (bytes) => sized(RIFF_SIZE_AT, size)(sized(DATA_SIZE_AT, size)(bytes));
}

function written(name: string, bytes: Bytes): string {
  const path = `${FOLDER}/${name}`;
  Deno.writeFileSync(path, bytes);
  return path;
}

/** A file that sox makes of another one, or of noise. */
function sox(name: string, options: readonly string[], from: { of?: string; seconds?: number }): string {
  const path = `${FOLDER}/${name}`;
  const noise = from.seconds === undefined ? [] : ["synth", String(from.seconds), "whitenoise", "gain", "-6"];
  const args = ["-R", "-D", from.of ?? "-n", ...options, path, ...noise];
  const { code, stderr } = new Deno.Command("sox", { args }).outputSync();
  assert.equal(code, 0, new TextDecoder().decode(stderr));
  return path;
}

function once<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => made ??= make();
}
