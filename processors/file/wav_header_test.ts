import assert from "node:assert/strict";
import fc from "fast-check";
import { SluiceError } from "../../core/errors.ts";
import type { WavFormat } from "./wav_format.ts";
import type { ByteReader } from "./wav_bytes.ts";
import { readWavHeader, type WavHeader } from "./wav_header.ts";
import { WavHeaderWriter } from "./wav_header_writer.ts";

Deno.test("readWavHeader() reads a plain header of 44 bytes", () => {
  assert.deepEqual(read(wav({ samples: new Uint8Array(8) })), {
    format: { sampleFormat: "s16", channels: 2, sampleRateHz: 48000, layout: "stereo" },
    dataOffset: 44,
    sampleCount: 2,
    isBigEndian: false,
    faults: [],
  });
});

Deno.test("readWavHeader() reads a file with no samples", () => {
  assert.equal(read(wav({})).sampleCount, 0);
});

Deno.test("readWavHeader() skips chunks it does not know, with the padding of odd ones", () => {
  const before = [...chunk("LIST", [1, 2, 3]), 0, ...chunk("bext", [])];
  const header = read(wav({ before, samples: new Uint8Array(4) }));
  assert.deepEqual([header.dataOffset, header.sampleCount], [44 + 20, 1]);
});

Deno.test("readWavHeader() takes a missing last padding byte and bytes after the end", () => {
  const mono8 = fmt({ channels: 1, bits: 8, align: 1 });
  assert.equal(read(wav({ fmt: mono8, samples: new Uint8Array(3) })).sampleCount, 3);
  const after = read(wav({ fmt: mono8, samples: new Uint8Array(3), after: [0, 1, 2, 3] }));
  assert.deepEqual([after.sampleCount, after.faults], [3, []]);
});

Deno.test("readWavHeader() reads layout and valid bits of extensible headers", () => {
  const format: WavFormat = { sampleFormat: "s32", channels: 6, sampleRateHz: 96000, layout: "5.1" };
  const bytes = new WavHeaderWriter(format).encode(0).slice();
  assert.deepEqual(read(bytes).format, format);
  bytes[56 + 18] = 24;
  assert.deepEqual(read(bytes).format, format, "24 valid bits stand at the top of 32");
  bytes[56 + 18] = 33;
  refuses(bytes, "at byte 74, 33 valid bits in samples of 32 bits");
  bytes[56 + 18] = 32;
  bytes[56 + 30] ^= 1;
  refuses(bytes, "at byte 80, the sub-format is not one that extends a format tag: only PCM and IEEE float are read");
});

Deno.test("readWavHeader() refuses what is not a WAV file, naming the byte", () => {
  refuses(new Uint8Array(0), "at byte 0, the file is empty, wanted a WAV file");
  refuses(ascii("RIFF"), "at byte 0, the file ends after 4 bytes, inside a RIFF header of 12 bytes");
  refuses(ascii("OggS........"), 'at byte 0, found "OggS", wanted "RIFF", "RIFX" or "RF64": this is not a WAV file');
  refuses(Uint8Array.of(0xff, 0xfb, 0x90, 0, 0, 0, 0, 0, 0, 0, 0, 0), 'at byte 0, found ff fb 90 00, wanted "RIFF"');
  refuses(ascii("RIFF....AVI "), 'at byte 8, found "AVI ", wanted "WAVE"');
});

Deno.test("readWavHeader() refuses headers that are cut off", () => {
  const whole = wav({ samples: new Uint8Array(4) });
  refuses(whole.slice(0, 12), 'at byte 12, the file ends with no "fmt " chunk');
  refuses(whole.slice(0, 17), "at byte 12, the file ends after 17 bytes, inside a chunk header of 8 bytes");
  refuses(whole.slice(0, 30), 'at byte 16, chunk "fmt " claims 16 bytes, and the file has 10 after it');
  refuses(whole.slice(0, 36), 'at byte 36, the file ends with no "data" chunk');
});

Deno.test("readWavHeader() refuses headers that lie", () => {
  const cases: readonly (readonly [Parameters<typeof fmt>[0], string])[] = [
    [{ channels: 0 }, "at byte 22, found 0 channels, wanted 1 to 8"],
    [{ channels: 9, align: 18 }, "at byte 22, found 9 channels, wanted 1 to 8"],
    [{ rate: 0 }, "at byte 24, found a sample rate of 0 Hz, wanted 1 to 10000000"],
    [{ rate: 0xffffffff }, "at byte 24, found a sample rate of 4294967295 Hz"],
    [{ align: 3 }, "at byte 32, found a block align of 3, wanted 4 (2 channels of 16 bits)"],
    [{ bits: 13 }, "at byte 34, found samples of 13 bits of integer, wanted 8, 16, 24 or 32 bits of integer, or 32"],
    [{ tag: 3 }, "at byte 34, found samples of 16 bits of float"],
    [{ tag: 85 }, "at byte 20, found samples of format tag 85, wanted 1 (PCM) or 3 (IEEE float)"],
    [{ tag: 0xfffe }, 'at byte 16, the extensible "fmt " chunk has 16 bytes, wanted at least 40'],
  ];
  for (const [lie, message] of cases) refuses(wav({ fmt: fmt(lie), samples: new Uint8Array(4) }), message);
  refuses(wav({ fmt: chunk("fmt ", [1, 0]) }), 'at byte 16, the "fmt " chunk has 2 bytes, wanted at least 16');
  refuses(wav({ before: [...fmt({})] }), 'at byte 36, a second "fmt " chunk');
  refuses(wav({ fmt: new Uint8Array(0) }), 'at byte 12, the "data" chunk stands before any "fmt " chunk');
});

Deno.test("readWavHeader() refuses a chunk before the samples that is longer than the file", () => {
  refuses(wav({ before: [...ascii("junk"), 0xff, 0xff, 0xff, 0x7f] }), 'at byte 40, chunk "junk" claims 2147483647');
});

for (const [claimed, found] of [[0, "0"], [0xffffffff, "0xFFFFFFFF"], [0x7ffff000, "0x7FFFF000"]] as const) {
  Deno.test(`readWavHeader() finds samples up to the end of a file whose data chunk has a size of ${found}`, () => {
    const why = "as streaming writers leave it: it is read to the end of the file";
    reads(claims(wav({ samples: Uint8Array.of(0, 0, 0, 0, 1, 2, 3, 4) }), claimed), 2, [
      `the size of its "data" chunk is ${found}, ${why}`,
    ]);
  });
}

Deno.test("readWavHeader() takes no chunks behind the samples for samples", () => {
  const after = [...chunk("LIST", [...ascii("INFO")]), ...chunk("id3 ", [1, 2])];
  reads(wav({ after }), 0, []);
  reads(wav({ samples: new Uint8Array(4), after }), 1, []);
  reads(wav({ samples: new Uint8Array(4), after: after.slice(0, -1) }), 1, []);
});

Deno.test("readWavHeader() finds samples up to the end of a file that is cut off", () => {
  const why = "it is cut off, and is read to its end";
  reads(claims(wav({ samples: new Uint8Array(8) }), 2_000_000_000), 2, [
    `its "data" chunk claims 2,000,000,000 bytes, and the file has 8: ${why}`,
  ]);
  reads(wav({ samples: new Uint8Array(8) }).slice(0, -3), 1, [
    `its "data" chunk claims 8 bytes, and the file has 5: ${why}`,
    "it ends with 1 byte of a sample of 4, left out of what is read",
  ]);
});

Deno.test("readWavHeader() leaves out bytes at the end that are no whole sample", () => {
  reads(wav({ samples: new Uint8Array(6) }), 1, ["it ends with 2 bytes of a sample of 4, left out of what is read"]);
});

Deno.test("readWavHeader() goes by the size of the data chunk where that of the file is wrong, and says so", () => {
  const bytes = wav({ samples: new Uint8Array(1000) });
  for (const [size, said] of [[36, "44"], [0, "8"]] as const) {
    new DataView(bytes.buffer).setUint32(4, size, true);
    const taken = `and its samples end at 1,044: the size of its "data" chunk is taken`;
    reads(bytes, 250, [`its RIFF header says that it ends at byte ${said}, ${taken}`]);
  }
  new DataView(bytes.buffer).setUint32(4, 2000, true);
  reads(bytes, 250, [
    "its RIFF header says that it ends at byte 2,008, and the file ends at 1,044: what followed the samples is cut off",
  ]);
});

Deno.test("readWavHeader() says that there are bytes behind the samples that have no name", () => {
  const after = Array(400).fill(0);
  reads(wav({ samples: new Uint8Array(4), after }), 1, [
    "400 bytes behind its samples are no chunk, and are left out",
  ]);
  reads(wav({ samples: new Uint8Array(4), after: [...ascii("TAG"), ...Array(125).fill(0x20)] }), 1, []);
});

Deno.test("readWavHeader() takes the sizes of RF64 from ds64", () => {
  const format: WavFormat = { sampleFormat: "f32", channels: 2, sampleRateHz: 48000, layout: "stereo" };
  const header = new WavHeaderWriter(format, 0).encode(3).slice();
  const bytes = new Uint8Array(header.length + 24);
  bytes.set(header);
  reads(bytes, 3, []);
  const dataAt = header.length - 4;
  for (const size of [0, 8, 0xffffffff]) {
    new DataView(bytes.buffer).setUint32(dataAt, size, true);
    reads(bytes, 3, []);
  }
  bytes.set(ascii("BW64"));
  reads(bytes, 3, []);
  bytes[28] = 16;
  assert.equal(read(bytes).sampleCount, 2);
  bytes[28] = 32;
  reads(bytes, 3, ['its "data" chunk claims 32 bytes, and the file has 24: it is cut off, and is read to its end']);
  bytes[28] = 0;
  reads(bytes, 3, [
    'the size of its "data" chunk is 0xFFFFFFFF, as streaming writers leave it: it is read to the end of the file',
  ]);
  bytes[12] = 0;
  refuses(bytes, 'at byte 12, found chunk 00 73 36 34, wanted "ds64" first in an RF64 file');
});

Deno.test("readWavHeader() reads RIFX, whose numbers and samples are in big-endian order", () => {
  const fmt = [0, 1, 0, 2, 0, 0, 0xbb, 0x80, 0, 2, 0xee, 0, 0, 4, 0, 16];
  const [tag, size] = [ascii("fmt "), [0, 0, 0, 16]];
  const body = [...ascii("WAVE"), ...tag, ...size, ...fmt, ...ascii("data"), 0, 0, 0, 8, 1, 2, 3, 4, 5, 6, 7, 8];
  const bytes = Uint8Array.from([...ascii("RIFX"), 0, 0, 0, body.length, ...body]);
  assert.deepEqual(read(bytes), {
    format: { sampleFormat: "s16", channels: 2, sampleRateHz: 48000, layout: "stereo" },
    dataOffset: 44,
    sampleCount: 2,
    isBigEndian: true,
    faults: [],
  });
});

Deno.test("readWavHeader() gives up on a file of nothing but chunks", () => {
  const bytes = new Uint8Array(12 + 8 * 5000);
  bytes.set(ascii("RIFF....WAVE"));
  for (let at = 12; at < bytes.length; at += 8) bytes.set(ascii("none"), at);
  refuses(bytes, 'more than 4096 chunks and no "data" chunk among them');
});

Deno.test("readWavHeader() answers 2,000 damaged headers with a header that fits the file or an InvalidMedia error", () => {
  let refused = 0;
  fc.assert(
    fc.property(
      fc.constantFrom("u8", "s16", "s24", "s32", "f32", "f64"),
      fc.integer({ min: 1, max: 8 }),
      fc.boolean(),
      fc.array(fc.tuple(fc.nat(130), fc.integer({ min: 0, max: 255 })), { minLength: 1, maxLength: 6 }),
      fc.nat(200),
      (sampleFormat, channels, is64, changes, length) => {
        const format: WavFormat = { sampleFormat, channels, sampleRateHz: 8000, layout: "discrete" };
        const bytes = new Uint8Array(length);
        bytes.set(new WavHeaderWriter(format, is64 ? 0 : undefined).encode(2).subarray(0, length));
        for (const [at, value] of changes) if (at < length) bytes[at] = value;
        let header: WavHeader;
        try {
          header = read(bytes);
        } catch (error) {
          refused++;
          assert.ok(error instanceof SluiceError, String(error));
          assert.equal(error.code, "InvalidMedia");
          assert.match(error.message, /^Cannot read "t\.wav": at byte \d+, /);
          return;
        }
        assert.ok(Number.isInteger(header.sampleCount) && header.sampleCount >= 0);
        assert.ok(header.dataOffset + header.sampleCount * header.format.channels <= length);
      },
    ),
    { numRuns: 2000 },
  );
  assert.ok(refused > 500);
});

Deno.test("readWavHeader() answers random bytes with an InvalidMedia error", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
    assert.throws(() => read(bytes), { code: "InvalidMedia" });
  }));
});

function read(bytes: Uint8Array): WavHeader {
  const file: ByteReader = {
    byteLength: bytes.length,
    readAt(offset, target) {
      const some = bytes.subarray(offset, offset + target.length);
      target.set(some);
      return some.length;
    },
  };
  return readWavHeader(file, "t.wav", { key: "path" });
}

function reads(bytes: Uint8Array, sampleCount: number, faults: readonly string[]): void {
  const found = read(bytes);
  assert.deepEqual([found.sampleCount, found.faults], [sampleCount, faults]);
}

/** The same file with another size of its `data` chunk. */
function claims(bytes: Uint8Array<ArrayBuffer>, size: number): Uint8Array {
  new DataView(bytes.buffer).setUint32(40, size, true);
  return bytes;
}

function refuses(bytes: Uint8Array, message: string): void {
  assert.throws(() => read(bytes), (error) => {
    assert.ok(error instanceof SluiceError, String(error));
    assert.deepEqual([error.code, error.key], ["InvalidMedia", "path"]);
    assert.ok(error.message.includes(message), `${error.message}\nwanted: ${message}`);
    return true;
  });
}

function wav(
  parts: { fmt?: Uint8Array; before?: number[]; samples?: Uint8Array; after?: number[] },
): Uint8Array<ArrayBuffer> {
  const samples = parts.samples ?? new Uint8Array(0);
  const body = [
    ...(parts.fmt ?? fmt({})),
    ...(parts.before ?? []),
    ...chunk("data", [...samples]),
    ...(parts.after ?? []),
  ];
  const bytes = Uint8Array.from([...ascii("RIFF"), 0, 0, 0, 0, ...ascii("WAVE"), ...body]);
  new DataView(bytes.buffer).setUint32(4, bytes.length - 8, true);
  return bytes;
}

function fmt(values: { tag?: number; channels?: number; rate?: number; bits?: number; align?: number }): Uint8Array {
  const view = new DataView(new ArrayBuffer(16));
  view.setUint16(0, values.tag ?? 1, true);
  view.setUint16(2, values.channels ?? 2, true);
  view.setUint32(4, values.rate ?? 48000, true);
  view.setUint32(8, 192000, true);
  view.setUint16(12, values.align ?? 4, true);
  view.setUint16(14, values.bits ?? 16, true);
  return chunk("fmt ", [...new Uint8Array(view.buffer)]);
}

function chunk(tag: string, body: number[]): Uint8Array {
  const size = body.length;
  return Uint8Array.from([...ascii(tag), size & 255, (size >> 8) & 255, 0, 0, ...body]);
}

function ascii(text: string): Uint8Array {
  return Uint8Array.from(text, (letter) => letter.charCodeAt(0));
}
