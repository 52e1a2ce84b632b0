/**
 * Reads the header of a WAV file: the chunks by `wav_chunks.ts`, and the format of its samples, `WAVEFORMATEXTENSIBLE`
 * included. What reads WAV in this tree goes by it.
 *
 * @module
 */
import type { SluiceErrorDetails } from "../../core/errors.ts";
import { type ByteReader, WavBytes } from "./wav_bytes.ts";
import { readWavChunks, type WavChunk, type WavChunks } from "./wav_chunks.ts";
import {
  bytesPerSample,
  defaultLayout,
  layoutOfMask,
  WAV_MAX_CHANNELS,
  type WavFormat,
  type WavSampleFormat,
} from "./wav_format.ts";

/** The content of a header. */
export interface WavHeader {
  readonly format: WavFormat;
  /** Where the samples start in the file. */
  readonly dataOffset: number;
  /** Samples per channel: whole ones that are in the file, whatever it claims. */
  readonly sampleCount: number;
  /** Whether the samples are in big-endian order, as in RIFX. */
  readonly isBigEndian: boolean;
  /** What is wrong with the file, and what is made of it: sentences about "it". */
  readonly faults: readonly string[];
}

/** The content of a `fmt ` chunk as it stands there. */
interface WavFmt {
  /** 1 for integers, 3 for floats; of an extensible header, that of its sub-format. */
  readonly tag: number;
  readonly channels: number;
  readonly sampleRateHz: number;
  /** Bytes of what is not divided: of a sample of all channels, or of a block of a codec. */
  readonly blockAlign: number;
  readonly bits: number;
  /** 0 for places that are not told. */
  readonly mask: number;
}

const MAX_SAMPLE_RATE_HZ = 10_000_000;
const TAG_PCM = 1;
const TAG_FLOAT = 3;
const TAG_EXTENSIBLE = 0xfffe;
/**
 * The last 14 bytes of the sub-format GUIDs that extend a format tag: `0000-0010-8000-00AA00389B71`, and for ambisonic
 * B-format `0721-11D3-8644-C8C1CA000000`. Both stand in this order in RIFX, too, as sox writes it.
 */
const GUID_TAILS = [
  [0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xaa, 0, 0x38, 0x9b, 0x71],
  [0, 0, 0x21, 0x07, 0xd3, 0x11, 0x86, 0x44, 0xc8, 0xc1, 0xca, 0, 0, 0],
];

/**
 * Reads and checks a header.
 *
 * @param file the file's bytes
 * @param name the file's name as the user gave it, for messages
 * @param details fields of errors, such as the configuration key
 * @throws {SluiceError} `InvalidMedia`, naming the file and the byte, for a file of which no samples can be read
 */
export function readWavHeader(file: ByteReader, name: string, details: SluiceErrorDetails = {}): WavHeader {
  const bytes = new WavBytes(file, name, details);
  const chunks = readWavChunks(bytes);
  return headerOf(bytes, chunks, readFmt(bytes, chunks.fmt));
}

/** What a WAV file holds, if it need not be samples. */
export interface WavContent extends WavChunks {
  readonly fmt: WavChunk & WavFmt;
  /** `undefined` for another codec than samples. */
  readonly header: WavHeader | undefined;
}

/** Reads and checks a header, also of a file with another codec. Parameters and errors are those of {@linkcode readWavHeader}. */
export function readWavContent(file: ByteReader, name: string, details: SluiceErrorDetails = {}): WavContent {
  const bytes = new WavBytes(file, name, details);
  const chunks = readWavChunks(bytes);
  const fmt = readFmt(bytes, chunks.fmt);
  if (fmt.blockAlign === 0) bytes.fail(chunks.fmt.offset + 12, "found a block align of 0, wanted at least 1");
  const isSamples = fmt.tag === TAG_PCM || fmt.tag === TAG_FLOAT;
  return { ...chunks, fmt: { ...chunks.fmt, ...fmt }, header: isSamples ? headerOf(bytes, chunks, fmt) : undefined };
}

function headerOf(bytes: WavBytes, { fmt: { offset }, data, isBigEndian, faults }: WavChunks, fmt: WavFmt): WavHeader {
  const format = formatOf(bytes, offset, fmt);
  const left = data.size % fmt.blockAlign;
  const bytesLeft = left === 1 ? "1 byte" : `${left} bytes`;
  const fault = `it ends with ${bytesLeft} of a sample of ${fmt.blockAlign}, left out of what is read`;
  return {
    format,
    dataOffset: data.offset,
    sampleCount: (data.size - left) / fmt.blockAlign,
    isBigEndian,
    faults: left === 0 ? faults : [...faults, fault],
  };
}

function readFmt(bytes: WavBytes, { offset, size }: WavChunk): WavFmt {
  if (size < 16) bytes.fail(offset - 4, `the "fmt " chunk has ${size} bytes, wanted at least 16`);
  bytes.load(offset, Math.min(size, 40), `the "fmt " chunk`);
  const [tag, bits] = [bytes.u16(0), bytes.u16(14)];
  const fmt = { channels: bytes.u16(2), sampleRateHz: bytes.u32(4), blockAlign: bytes.u16(12), bits };
  if (tag !== TAG_EXTENSIBLE) return { ...fmt, tag, mask: 0 };
  if (size < 40) bytes.fail(offset - 4, `the extensible "fmt " chunk has ${size} bytes, wanted at least 40`);
  if (!GUID_TAILS.some((tail) => tail.every((byte, i) => bytes.bytes[26 + i] === byte))) {
    bytes.fail(offset + 24, "the sub-format is not one that extends a format tag: only PCM and IEEE float are read");
  }
  const valid = bytes.u16(18);
  if (valid > bits) bytes.fail(offset + 18, `${valid} valid bits in samples of ${bits} bits`);
  return { ...fmt, tag: bytes.u16(24), mask: bytes.u32(20) };
}

function formatOf(bytes: WavBytes, offset: number, fmt: WavFmt): WavFormat {
  const { tag, channels, sampleRateHz, blockAlign, bits, mask } = fmt;
  if (channels < 1 || channels > WAV_MAX_CHANNELS) {
    bytes.fail(offset + 2, `found ${channels} channels, wanted 1 to ${WAV_MAX_CHANNELS}`);
  }
  if (sampleRateHz < 1 || sampleRateHz > MAX_SAMPLE_RATE_HZ) {
    bytes.fail(offset + 4, `found a sample rate of ${sampleRateHz} Hz, wanted 1 to ${MAX_SAMPLE_RATE_HZ}`);
  }
  const sampleFormat = sampleFormatOf(tag, bits);
  if (sampleFormat === undefined) {
    const isSamples = tag === TAG_PCM || tag === TAG_FLOAT;
    const found = isSamples ? `${bits} bits of ${tag === TAG_PCM ? "integer" : "float"}` : `format tag ${tag}`;
    const wanted = isSamples ? "8, 16, 24 or 32 bits of integer, or 32 or 64 of float" : "1 (PCM) or 3 (IEEE float)";
    const mend = `an "ffmpeg-source" reads it where ffmpeg is installed`;
    bytes.fail(offset + (isSamples ? 14 : 0), `found samples of ${found}, wanted ${wanted}; ${mend}`);
  }
  const wantedAlign = channels * bytesPerSample(sampleFormat);
  if (blockAlign !== wantedAlign) {
    const why = `${channels} channel${channels === 1 ? "" : "s"} of ${bits} bits`;
    bytes.fail(offset + 12, `found a block align of ${blockAlign}, wanted ${wantedAlign} (${why})`);
  }
  const layout = mask === 0 ? defaultLayout(channels) : layoutOfMask(channels, mask);
  return { sampleFormat, channels, sampleRateHz, layout };
}

function sampleFormatOf(tag: number, bits: number): WavSampleFormat | undefined {
  if (tag === TAG_PCM) return ({ 8: "u8", 16: "s16", 24: "s24", 32: "s32" } as const)[bits as 8];
  if (tag === TAG_FLOAT) return ({ 32: "f32", 64: "f64" } as const)[bits as 32];
  return undefined;
}
