import assert from "node:assert/strict";
import fc from "fast-check";
import { SluiceError } from "../../core/errors.ts";
import type { WavFormat } from "./wav_format.ts";
import { type ByteReader, readWavHeader, type WavHeader } from "./wav_header.ts";
import { WavHeaderWriter } from "./wav_header_writer.ts";

Deno.test("readWavHeader() reads a plain header of 44 bytes", () => {
  assert.deepEqual(read(wav({ samples: new Uint8Array(8) })), {
    format: { sampleFormat: "s16", channels: 2, sampleRateHz: 48000, layout: "stereo" },
    dataOffset: 44,
    sampleCount: 2,
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
  assert.equal(read(wav({ fmt: mono8, samples: new Uint8Array(3), after: [0, 1, 2, 3] })).sampleCount, 3);
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
  refuses(ascii("OggS........"), 'at byte 0, found "OggS", wanted "RIFF" or "RF64": this is not a WAV file');
  refuses(Uint8Array.of(0xff, 0xfb, 0x90, 0, 0, 0, 0, 0, 0, 0, 0, 0), 'at byte 0, found ff fb 90 00, wanted "RIFF"');
  refuses(ascii("RIFX....WAVE"), 'at byte 0, found "RIFX" (big-endian), wanted "RIFF" or "RF64"');
  refuses(ascii("RIFF....AVI "), 'at byte 8, found "AVI ", wanted "WAVE"');
});

Deno.test("readWavHeader() refuses headers that are cut off", () => {
  const whole = wav({ samples: new Uint8Array(4) });
  refuses(whole.slice(0, 12), 'at byte 12, the file ends with no "fmt " chunk');
  refuses(whole.slice(0, 17), "at byte 12, the file ends after 17 bytes, inside a chunk header of 8 bytes");
  refuses(whole.slice(0, 30), 'at byte 16, chunk "fmt " claims 16 bytes, and the file has 10 after it');
  refuses(whole.slice(0, 36), 'at byte 36, the file ends with no "data" chunk');
  refuses(whole.slice(0, 46), 'at byte 40, the "data" chunk claims 4 bytes, and the file has 2: it is truncated');
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
  refuses(wav({ samples: new Uint8Array(5) }), `at byte 40, the "data" chunk's 5 bytes are not a whole number`);
});

Deno.test("readWavHeader() refuses sizes that are not there, whatever they claim", () => {
  const claims = (size: number) => {
    const bytes = wav({ samples: new Uint8Array(4) });
    new DataView(bytes.buffer).setUint32(40, size, true);
    return bytes;
  };
  refuses(claims(2_000_000_000), 'at byte 40, the "data" chunk claims 2000000000 bytes, and the file has 4');
  refuses(claims(0xffffffff), 'at byte 40, the "data" chunk has no size (0xFFFFFFFF), as left by a streaming writer');
  assert.equal(read(claims(0)).sampleCount, 0);
  const streaming = claims(0);
  new DataView(streaming.buffer).setUint32(4, 0, true);
  refuses(streaming, 'at byte 40, the "data" chunk claims no bytes and 4 follow, as left by a streaming writer');
  refuses(wav({ before: [...ascii("junk"), 0xff, 0xff, 0xff, 0x7f] }), 'at byte 40, chunk "junk" claims 2147483647');
});

Deno.test("readWavHeader() takes the sizes of RF64 from ds64", () => {
  const format: WavFormat = { sampleFormat: "f32", channels: 2, sampleRateHz: 48000, layout: "stereo" };
  const header = new WavHeaderWriter(format, 0).encode(3).slice();
  const bytes = new Uint8Array(header.length + 24);
  bytes.set(header);
  assert.equal(read(bytes).sampleCount, 3);
  bytes[28] = 32;
  refuses(bytes, 'the "data" chunk claims 32 bytes, and the file has 24');
  bytes[35] = 0xff;
  refuses(bytes, 'at byte 28, the "ds64" chunk claims 18374686479671624000 bytes of samples');
  bytes[12] = 0;
  refuses(bytes, 'at byte 12, found chunk 00 73 36 34, wanted "ds64" first in an RF64 file');
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
