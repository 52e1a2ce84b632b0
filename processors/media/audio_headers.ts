/**
 * What the packets of compressed audio say of themselves in their headers.
 *
 * @module
 */
import { BitReader, BitWriter } from "./bit_reader.ts";
import { readFlacHeader } from "./flac_header.ts";

/** Rate and channels of a packet. */
export interface AudioPacketFormat {
  /** Hertz. */
  readonly sampleRateHz: number;
  readonly channels: number;
}

/** Samples at 48 kHz with which libopus warms the decoder up, and which every player skips. */
export const OPUS_PRE_SKIP = 312;

/** The rate in which headers of Opus count. */
const OPUS_RATE_HZ = 48_000;

const ADTS_RATES = [
  96_000,
  88_200,
  64_000,
  48_000,
  44_100,
  32_000,
  24_000,
  22_050,
  16_000,
  12_000,
  11_025,
  8_000,
  7_350,
];
const ADTS_CHANNELS = [0, 1, 2, 3, 4, 5, 6, 8];
const MP3_RATES = [44_100, 48_000, 32_000];
/** Thousands of bits a second of layer III: of MPEG-1, and of MPEG-2 and 2.5. */
const MP3_BIT_RATES = [
  [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320],
  [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
];

/** The length of an AAC access unit, which its ADTS header tells. */
export function readAdtsBytes(bytes: Uint8Array): number {
  return (bytes[3] & 3) * 2048 + bytes[4] * 8 + (bytes[5] >> 5);
}

/** The kind of AAC of an access unit, which its ADTS header tells: 2 for AAC-LC (ISO/IEC 14496-3, 1.5.1.1). */
export function readAdtsObjectType(bytes: Uint8Array): number {
  return (bytes[2] >> 6) + 1;
}

/** Rate and channels of an AAC access unit with ADTS header. `undefined`: it has none. */
export function readAdtsHeader(bytes: Uint8Array): AudioPacketFormat | undefined {
  if (bytes.length < 7 || bytes[0] !== 0xff || (bytes[1] & 0xf6) !== 0xf0) return undefined;
  const bits = new BitReader(bytes, 2);
  bits.skip(2);
  const sampleRateHz = ADTS_RATES[bits.read(4)];
  bits.skip(1);
  const channels = ADTS_CHANNELS[bits.read(3)];
  return sampleRateHz === undefined || channels === 0 ? undefined : { sampleRateHz, channels };
}

/**
 * What the configuration of a decoder (ISO/IEC 14496-3, 1.6.2.1) says of the stream that ADTS headers describe: of HE-AAC
 * the core, whose rate is half of that which is heard.
 */
export function readAacCore(configuration: Uint8Array): {
  readonly objectType: number;
  readonly sampleRateHz: number | undefined;
  readonly channels: number | undefined;
} {
  const bits = new BitReader(configuration);
  const objectType = bits.read(5);
  const sampleRateHz = ADTS_RATES[bits.read(4)];
  // A rate without an index is written out, and ADTS cannot say it.
  const channels = sampleRateHz === undefined ? 0 : ADTS_CHANNELS[bits.read(4)] ?? 0;
  return { objectType, sampleRateHz, channels: channels === 0 ? undefined : channels };
}

/** An AAC access unit with an ADTS header of 7 bytes in front (ISO/IEC 13818-7, 6.2). */
export function withAdtsHeader(
  unit: Uint8Array,
  { objectType, sampleRateHz, channels }: AudioPacketFormat & { readonly objectType: number },
): Uint8Array {
  const header = new BitWriter().write(16, 0xfff1);
  header.write(2, objectType - 1).write(4, ADTS_RATES.indexOf(sampleRateHz)).write(1, 0);
  header.write(3, ADTS_CHANNELS.indexOf(channels)).write(4, 0).write(13, unit.length + 7);
  // The fullness of the buffer: not told. One block of data.
  header.write(11, 0x7ff).write(2, 0);
  const bytes = new Uint8Array(unit.length + 7);
  bytes.set(header.bytes);
  bytes.set(unit, 7);
  return bytes;
}

/** Whether an ADTS header can tell this. */
export function fitsAdts({ sampleRateHz, channels }: AudioPacketFormat): boolean {
  return ADTS_RATES.includes(sampleRateHz) && ADTS_CHANNELS.indexOf(channels) > 0;
}

/**
 * How long a packet of sound lasts by its header, in nanoseconds with fractions: of AAC one with an ADTS header.
 * `undefined`: the header does not say.
 */
export function soundDurationNs(codec: string, bytes: Uint8Array): number | undefined {
  switch (codec) {
    case "opus":
      return opusDurationNs(bytes) || undefined;
    case "aac": {
      const header = readAdtsHeader(bytes);
      return header && ((bytes[6] & 3) + 1) * 1024 * 1e9 / header.sampleRateHz;
    }
    case "mp3": {
      const header = readMp3Header(bytes);
      // A frame of MPEG-2 and 2.5, whose rates are lower, has half as many samples.
      return header && (header.sampleRateHz >= 32_000 ? 1152 : 576) * 1e9 / header.sampleRateHz;
    }
    case "flac": {
      const header = readFlacHeader(bytes);
      return header && header.blockSize * 1e9 / header.sampleRateHz;
    }
    default:
      return undefined;
  }
}

/** How long an Opus packet lasts, in nanoseconds, by its table of contents (RFC 6716, 3.1); 0 for one without. */
export function opusDurationNs(bytes: Uint8Array): number {
  if (bytes.length === 0) return 0;
  const [configuration, code] = [Math.floor(bytes[0] / 8), bytes[0] & 3];
  const frameMs = configuration < 12
    ? [10, 20, 40, 60][configuration & 3]
    : configuration < 16
    ? [10, 20][configuration & 1]
    : [2.5, 5, 10, 20][configuration & 3];
  const frames = code === 0 ? 1 : code < 3 ? 2 : (bytes[1] ?? 0) & 0x3f;
  return frames * frameMs * 1e6;
}

/** Rate and channels of an MP3 frame. `undefined`: it has no header of layer III. */
export function readMp3Header(bytes: Uint8Array): AudioPacketFormat | undefined {
  const bits = new BitReader(bytes);
  if (bytes.length < 4 || bits.read(11) !== 0x7ff) return undefined;
  const version = bits.read(2);
  const layer = bits.read(2);
  bits.skip(5);
  const rate = MP3_RATES[bits.read(2)];
  bits.skip(2);
  const isMono = bits.read(2) === 3;
  if (version === 1 || layer !== 1 || rate === undefined) return undefined;
  return { sampleRateHz: version === 3 ? rate : version === 2 ? rate / 2 : rate / 4, channels: isMono ? 1 : 2 };
}

/** The length of an MP3 frame, which its header tells. `undefined`: it has none of layer III, or says no bit rate. */
export function mp3FrameBytes(bytes: Uint8Array): number | undefined {
  const header = readMp3Header(bytes);
  if (header === undefined) return undefined;
  const isFirstVersion = header.sampleRateHz >= 32_000;
  const bitRate = 1000 * (MP3_BIT_RATES[isFirstVersion ? 0 : 1][bytes[2] >> 4] ?? 0);
  const padding = (bytes[2] & 2) / 2;
  return bitRate === 0 ? undefined : Math.floor((isFirstVersion ? 144 : 72) * bitRate / header.sampleRateHz) + padding;
}

/** The identification header of an Opus stream (RFC 7845, 5.1). @param gainDb by how much decoders make it louder */
export function opusStreamHeader(channels: number, gainDb = 0): Uint8Array {
  const bytes = new Uint8Array(19);
  const view = new DataView(bytes.buffer);
  bytes.set(new TextEncoder().encode("OpusHead"));
  bytes.set([1, channels], 8);
  view.setUint16(10, OPUS_PRE_SKIP, true);
  view.setUint32(12, 48_000, true);
  view.setInt16(16, Math.round(gainDb * 256), true);
  return bytes;
}

/** How much at the start of a stream of Opus is not heard, nanoseconds, by its header; 0 without one. */
export function opusPreSkipNs(header: Uint8Array | undefined): number {
  return header === undefined || header.length < 12 ? 0 : (header[10] + header[11] * 256) / OPUS_RATE_HZ * 1e9;
}

/** By how many decibels decoders make a stream of Opus louder, by its header (RFC 7845, 5.1); 0 without one. */
export function opusGainDb(header: Uint8Array | undefined): number {
  if (header === undefined || header.length < 18) return 0;
  return new DataView(header.buffer, header.byteOffset).getInt16(16, true) / 256;
}

/** What decoders of Opus are told, with so much at the start that is not heard. */
export function withOpusPreSkip<C extends { readonly description?: Uint8Array }>(config: C, unheardNs: number): C {
  const description = config.description!.slice();
  const samples = Math.min(0xffff, Math.round(unheardNs / 1e9 * OPUS_RATE_HZ));
  new DataView(description.buffer).setUint16(10, samples, true);
  return { ...config, description };
}
