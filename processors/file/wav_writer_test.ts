import assert from "node:assert/strict";
import fc from "fast-check";
import { PartialFile } from "./partial_file.ts";
import { PcmBlock } from "./pcm.ts";
import { bytesPerSample, defaultLayout, layoutOfMask, maskOfLayout, type WavFormat } from "./wav_format.ts";
import { WavHeaderWriter } from "./wav_header_writer.ts";
import { WavReader } from "./wav_reader.ts";
import { WavWriter } from "./wav_writer.ts";

const SAMPLE_FORMATS = ["u8", "s16", "s24", "s32", "f32", "f64"] as const;

Deno.test("WavWriter and WavReader give back format and bytes for every sample format, 1 to 8 channels, odd lengths", () => {
  using folder = new Folder();
  const path = folder.at("round.wav");
  fc.assert(
    fc.property(
      fc.constantFrom(...SAMPLE_FORMATS),
      fc.integer({ min: 1, max: 8 }),
      fc.integer({ min: 0, max: 301 }),
      fc.integer({ min: 1, max: 64 }),
      fc.constantFrom(8000, 44100, 192000),
      fc.integer(),
      (sampleFormat, channels, count, blockSize, sampleRateHz, seed) => {
        const format: WavFormat = { sampleFormat, channels, sampleRateHz, layout: defaultLayout(channels) };
        const bytes = noise(count * channels * bytesPerSample(sampleFormat), seed);
        writeAll(path, format, bytes, blockSize);
        const length = Deno.statSync(path).size;
        assert.equal(length % 2, 0, "chunks are padded to whole words");
        const got = readAll(path, blockSize);
        assert.deepEqual(got.format, format);
        assert.deepEqual(got.bytes, bytes);
      },
    ),
    { numRuns: 150 },
  );
});

Deno.test("WavWriter turns the header into RF64 when RIFF sizes no longer do, and WavReader reads it", () => {
  using folder = new Folder();
  const path = folder.at("long.wav");
  const format: WavFormat = { sampleFormat: "s24", channels: 3, sampleRateHz: 48000, layout: "3.0" };
  const bytes = noise(9 * 777, 1);
  writeAll(path, format, bytes, 100, 4000);
  const head = Deno.readFileSync(path);
  assert.equal(text(head, 0), "RF64");
  assert.equal(text(head, 12), "ds64");
  assert.deepEqual(readAll(path, 64), { format, bytes });
  writeAll(path, format, bytes.subarray(0, 9 * 10), 100, 4000);
  assert.equal(text(Deno.readFileSync(path), 0), "RIFF");
});

Deno.test("WavReader reads the header of a file of more than 4 GiB", () => {
  using folder = new Folder();
  const path = folder.at("huge.wav");
  const format: WavFormat = { sampleFormat: "s16", channels: 2, sampleRateHz: 48000, layout: "stereo" };
  const header = new WavHeaderWriter(format);
  const sampleCount = 1_200_000_000;
  Deno.writeFileSync(path, header.encode(sampleCount));
  Deno.truncateSync(path, header.byteLength + sampleCount * 4);
  using reader = WavReader.open(path);
  assert.equal(reader.sampleCount, sampleCount);
});

Deno.test("WavWriter's partial file is readable after every second of media", () => {
  using folder = new Folder();
  const path = folder.at("now.wav");
  const format: WavFormat = { sampleFormat: "s16", channels: 1, sampleRateHz: 1000, layout: "mono" };
  const writer = new WavWriter(PartialFile.claim(path), format);
  const block = new PcmBlock("s16", 1, 400);
  const seen: number[] = [];
  for (let i = 0; i < 6; i++) {
    writer.write(block, 400);
    using reader = WavReader.open(`${path}.partial`);
    seen.push(reader.sampleCount);
  }
  assert.deepEqual(seen, [400, 800, 1200, 1200, 1200, 2400]);
  assert.throws(() => Deno.statSync(path), Deno.errors.NotFound);
  writer.abort();
});

Deno.test("WavWriter.abort() leaves a partial file with samples readable and removes an empty one", () => {
  using folder = new Folder();
  const format: WavFormat = { sampleFormat: "u8", channels: 1, sampleRateHz: 8000, layout: "mono" };
  const empty = new WavWriter(PartialFile.claim(folder.at("empty.wav")), format);
  empty.abort();
  const some = new WavWriter(PartialFile.claim(folder.at("some.wav")), format);
  some.write(new PcmBlock("u8", 1, 7), 7);
  some.abort();
  some.abort();
  assert.deepEqual(folder.list(), ["some.wav.partial"]);
  assert.equal(readAll(folder.at("some.wav.partial"), 4).bytes.length, 7);
});

Deno.test("WavWriter refuses a path that another writer has, until that one is done", () => {
  using folder = new Folder();
  const path = folder.at("one.wav");
  const format: WavFormat = { sampleFormat: "u8", channels: 1, sampleRateHz: 8000, layout: "mono" };
  const first = new WavWriter(PartialFile.claim(path), format);
  assert.throws(
    () => new WavWriter(PartialFile.claim(path), format),
    { code: "InvalidConfig", message: /another node or process is writing it now/ },
  );
  first.finish();
  new WavWriter(PartialFile.claim(path), format).finish();
  assert.deepEqual(folder.list(), ["one.wav"]);
});

Deno.test("WavWriter moves a partial file that a crash left behind aside, and tells where", () => {
  using folder = new Folder();
  const path = folder.at("again.wav");
  const format: WavFormat = { sampleFormat: "u8", channels: 1, sampleRateHz: 8000, layout: "mono" };
  const crashed = new WavWriter(PartialFile.claim(path), format);
  crashed.write(new PcmBlock("u8", 1, 70), 70);
  crashed.abort();
  const writer = new WavWriter(PartialFile.claim(path), format);
  assert.deepEqual([crashed.earlierPath, writer.earlierPath], [undefined, `${path}.partial.1`]);
  writer.finish();
  assert.deepEqual(folder.list(), ["again.wav", "again.wav.partial.1"]);
  assert.equal(readAll(`${path}.partial.1`, 64).bytes.length, 70);
});

Deno.test("WavWriter.finish() refuses a partial file that is no longer its own", () => {
  using folder = new Folder();
  const path = folder.at("swapped.wav");
  const writer = new WavWriter(PartialFile.claim(path), {
    sampleFormat: "u8",
    channels: 1,
    sampleRateHz: 8000,
    layout: "mono",
  });
  writer.write(new PcmBlock("u8", 1, 7), 7);
  Deno.removeSync(`${path}.partial`);
  Deno.writeTextFileSync(`${path}.partial`, "foreign");
  assert.throws(() => writer.finish(), { code: "NodeFailed", message: /^Cannot complete / });
  writer.abort();
  assert.deepEqual(folder.list(), ["swapped.wav.partial"]);
  assert.equal(Deno.readTextFileSync(`${path}.partial`), "foreign");
});

Deno.test({
  name: "WavWriter leaves no file when there is no room for the header, and a readable one when there is for samples",
  ignore: Deno.build.os === "windows",
  fn() {
    using folder = new Folder();
    const modules = ["partial_file", "pcm", "wav_writer"].map((name) => new URL(`./${name}.ts`, import.meta.url).href);
    Deno.writeTextFileSync(
      folder.at("fill.ts"),
      `import { PartialFile } from "${modules[0]}"; import { PcmBlock } from "${modules[1]}";
      import { WavWriter } from "${modules[2]}";
      let writer;
      try {
        const format = { sampleFormat: "u8", channels: 1, sampleRateHz: 8000, layout: "mono" };
        writer = new WavWriter(PartialFile.claim(Deno.args[0]), format);
        for (;;) writer.write(new PcmBlock("u8", 1, 3001), 3001);
      } catch (error) { console.log(error.code, error.message); }
      try { writer?.abort(); } catch (error) { console.log(error.code); }`,
    );
    // A limit on file sizes is to a writer what a full disk is. Standard output is a pipe, which it does not concern.
    const fill = (name: string, blocks: number) =>
      text(
        run("sh", [
          "-c",
          `trap "" XFSZ; ulimit -f ${blocks}; exec "$0" run -A --no-check "$1" "$2"`,
          Deno.execPath(),
          folder.at("fill.ts"),
          folder.at(name),
        ]),
        0,
        1000,
      );
    assert.match(fill("none.wav", 0), /^NodeFailed Cannot write ".*none\.wav\.partial" after 0 samples: .*\n$/);
    assert.deepEqual(folder.list(), ["fill.ts"]);
    assert.match(fill("some.wav", 16), /^NodeFailed Cannot write ".*" after 6002 samples: File too large.*\n$/);
    assert.deepEqual(folder.list(), ["fill.ts", "some.wav.partial"]);
    assert.equal(readAll(folder.at("some.wav.partial"), 64).bytes.length, 6002);
  },
});

Deno.test("WavReader.read() says so when the file is cut short while it is read", () => {
  using folder = new Folder();
  const path = folder.at("cut.wav");
  const format: WavFormat = { sampleFormat: "s16", channels: 1, sampleRateHz: 8000, layout: "mono" };
  writeAll(path, format, noise(2000, 2), 100);
  using reader = WavReader.open(path, { details: { nodeId: "n" } });
  const block = new PcmBlock("s16", 1, 100);
  reader.read(block, 100);
  Deno.truncateSync(path, 300);
  assert.throws(
    () => reader.read(block, 100),
    { code: "InvalidMedia", nodeId: "n", message: /at byte 300, the file ends; it has been cut short/ },
  );
});

Deno.test("WavReader.open() with a lock keeps writers away, and is refused while a writer has the file", () => {
  using folder = new Folder();
  const path = folder.at("take.wav");
  const format: WavFormat = { sampleFormat: "u8", channels: 1, sampleRateHz: 8000, layout: "mono" };
  writeAll(path, format, noise(9, 1), 9);
  writeAll(`${path}.partial`, format, noise(9, 1), 9);
  for (const read of [path, `${path}.partial`]) {
    const reader = WavReader.open(read, { lock: true });
    WavReader.open(read, { lock: true })[Symbol.dispose]();
    assert.throws(() => PartialFile.claim(path), { code: "InvalidConfig", message: /is reading .* now/ });
    reader[Symbol.dispose]();
    const claim = PartialFile.claim(path);
    assert.throws(() => WavReader.open(read, { lock: true, details: { nodeId: "n" } }), {
      code: "InvalidConfig",
      nodeId: "n",
      message:
        `Cannot read "${read}": another node or process is writing it now; read a copy, or write to another path`,
    });
    claim.discard();
  }
  assert.deepEqual(readAll(`${path}.partial`, 9).bytes, noise(9, 1));
});

Deno.test("WavReader.open() names path and reason when a file cannot be opened", () => {
  using folder = new Folder();
  assert.throws(() => WavReader.open(folder.at("no.wav")), {
    code: "InvalidConfig",
    message: /"[^"]*no\.wav": there is no such file/,
  });
  assert.throws(() => WavReader.open(folder.path), {
    code: "InvalidConfig",
    message: /it is a directory, wanted a file$/,
  });
  Deno.writeTextFileSync(folder.at("f"), "x");
  assert.throws(() => WavReader.open(folder.at("f/x.wav")), { code: "InvalidConfig", message: /Cannot read/ });
  assert.throws(() => WavReader.open("/dev/null"), { code: "InvalidConfig", message: /not a regular file/ });
});

Deno.test({
  name: "WavReader.open() tells a permission of Deno that is missing from one of the system",
  permissions: { read: ["/nowhere"] },
  fn() {
    assert.throws(() => WavReader.open("a.wav"), { code: "InvalidConfig", message: /start it with --allow-read$/ });
  },
});

Deno.test("maskOfLayout() and layoutOfMask() are inverses", () => {
  const layouts = ["mono", "stereo", "3.0", "quad", "5.0", "5.1", "6.1", "7.1"] as const;
  for (const [i, layout] of layouts.entries()) assert.equal(layoutOfMask(i + 1, maskOfLayout(i + 1, layout)), layout);
  assert.equal(layoutOfMask(6, 0x60f), "5.1");
  assert.equal(layoutOfMask(2, 0x3f), "discrete");
  assert.equal(maskOfLayout(3, "stereo"), 0);
});

Deno.test({
  name: "WavWriter's files read the same in sox and ffprobe",
  ignore: !hasTools(),
  fn() {
    using folder = new Folder();
    const cases = SAMPLE_FORMATS.flatMap((sampleFormat) =>
      [1, 2, 6].map((channels) => {
        const name = `${sampleFormat}_${channels}`;
        return { sampleFormat, channels, path: folder.at(`${name}.wav`), rawPath: folder.at(`${name}.raw`) };
      })
    );
    const written = cases.map(({ sampleFormat, channels, path }) => {
      const layout = channels === 6 ? "5.1" : defaultLayout(channels);
      const format: WavFormat = { sampleFormat, channels, sampleRateHz: 44100, layout };
      const bytes = sampleFormat[0] === "f"
        ? floats(sampleFormat, 999 * channels)
        : noise(999 * channels * bytesPerSample(sampleFormat), 5);
      writeAll(path, format, bytes, 100);
      return bytes;
    });
    // All files by one process: to start one takes longer than what it does.
    const outputs = cases.flatMap((
      { sampleFormat, rawPath },
      k,
    ) => ["-map", `${k}:a`, "-c:a", "copy", "-f", rawFormat(sampleFormat), rawPath]);
    run("ffmpeg", ["-v", "warning", ...cases.flatMap(({ path }) => ["-i", path]), ...outputs]);
    const counts = new TextDecoder().decode(run("sox", ["--i", "-s", ...cases.map(({ path }) => path)]));
    assert.deepEqual(counts.trim().split("\n"), cases.map(() => "999"));
    for (const [k, { sampleFormat, channels, path, rawPath }] of cases.entries()) {
      assert.deepEqual(Deno.readFileSync(rawPath), written[k], `ffmpeg ${sampleFormat} × ${channels}`);
      const probe = JSON.parse(new TextDecoder().decode(
        run("ffprobe", ["-v", "error", "-show_streams", "-of", "json", path]),
      )).streams[0];
      assert.equal(probe.codec_name, `pcm_${rawFormat(sampleFormat)}`);
      assert.equal(probe.duration_ts, 999);
      assert.equal(probe.channels, channels);
      if (channels === 6) assert.equal(probe.channel_layout, "5.1");
    }
  },
});

Deno.test({
  name: "WavReader reads what sox and ffmpeg write, RF64 included",
  ignore: !hasTools(),
  fn() {
    using folder = new Folder();
    const path = folder.at("theirs.wav");
    const tone = ["-f", "lavfi", "-i", "sine=frequency=440:duration=0.1:sample_rate=32000"];
    run("ffmpeg", ["-v", "error", "-y", ...tone, "-rf64", "always", "-c:a", "pcm_s24le", path]);
    assert.equal(text(Deno.readFileSync(path), 0), "RF64");
    const got = readAll(path, 64);
    assert.deepEqual(got.format, { sampleFormat: "s24", channels: 1, sampleRateHz: 32000, layout: "mono" });
    assert.equal(got.bytes.length, 3200 * 3);
    run("sox", [
      "-n",
      "-r",
      "48000",
      "-c",
      "4",
      "-e",
      "floating-point",
      "-b",
      "64",
      path,
      "synth",
      "1001s",
      "sine",
      "300",
    ]);
    assert.equal(readAll(path, 64).bytes.length, 1001 * 4 * 8);
    run("sh", ["-c", `ffmpeg -v error ${tone.join(" ")} -f wav - > "${path}"`]);
    assert.equal(readAll(path, 64).bytes.length, 3200 * 2);
  },
});

class Folder implements Disposable {
  readonly path = Deno.makeTempDirSync({ prefix: "sluice-wav-" });

  at(name: string): string {
    return `${this.path}/${name}`;
  }

  list(): string[] {
    return [...Deno.readDirSync(this.path)].map((entry) => entry.name).sort();
  }

  [Symbol.dispose](): void {
    Deno.removeSync(this.path, { recursive: true });
  }
}

function writeAll(path: string, format: WavFormat, bytes: Uint8Array, blockSize: number, riffMaxSize?: number): void {
  const writer = new WavWriter(PartialFile.claim(path), format, { riffMaxSize });
  const block = new PcmBlock(format.sampleFormat, format.channels, blockSize);
  for (let at = 0; at < bytes.length; at += blockSize * block.bytesPerFrame) {
    const some = bytes.subarray(at, at + blockSize * block.bytesPerFrame);
    const count = some.length / block.bytesPerFrame;
    block.bytes(count).set(some);
    writer.write(block, count);
  }
  writer.finish();
}

function readAll(path: string, blockSize: number): { format: WavFormat; bytes: Uint8Array } {
  using reader = WavReader.open(path);
  const block = new PcmBlock(reader.format.sampleFormat, reader.format.channels, blockSize);
  const bytes = new Uint8Array(reader.sampleCount * block.bytesPerFrame);
  for (let at = 0, count; (count = reader.read(block, blockSize)) > 0; at += count * block.bytesPerFrame) {
    bytes.set(block.bytes(count), at);
  }
  return { format: reader.format, bytes };
}

function noise(length: number, seed: number): Uint8Array {
  let state = seed >>> 0;
  return Uint8Array.from({ length }, () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) >>> 24);
}

function floats(format: "f32" | "f64" | string, count: number): Uint8Array {
  const values = Array.from({ length: count }, (_, i) => Math.sin(i) * 0.9);
  return new Uint8Array((format === "f32" ? Float32Array.from(values) : Float64Array.from(values)).buffer);
}

function rawFormat(format: string): string {
  return format === "u8" ? format : `${format}le`;
}

function text(bytes: Uint8Array, at: number, length = 4): string {
  return String.fromCharCode(...bytes.subarray(at, at + length));
}

function run(command: string, args: string[]): Uint8Array {
  const result = new Deno.Command(command, { args, stdout: "piped", stderr: "piped" }).outputSync();
  // That a file names no loudspeakers is no fault.
  const said = new TextDecoder().decode(result.stderr).replace(/^Guessed Channel Layout.*\n/gm, "");
  assert.equal(result.code, 0, `${command} ${args.join(" ")}: ${said}`);
  if (command === "ffmpeg") assert.equal(said, "", `${command} ${args.join(" ")}`);
  return new Uint8Array(result.stdout);
}

function hasTools(): boolean {
  const missing = ["sox", "ffmpeg", "ffprobe"].filter((tool) => {
    try {
      new Deno.Command(tool, { args: ["-version"], stdout: "null", stderr: "null" }).outputSync();
      return false;
    } catch {
      return true;
    }
  });
  if (missing.length > 0) console.log(`not run: comparison with other programs; install ${missing.join(", ")}`);
  return missing.length === 0;
}
