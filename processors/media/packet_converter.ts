/**
 * Packets as files hold them, made into what encoded frames hold: `docs/processors/media.md`.
 *
 * @module
 */
import type { EncodedFormat } from "../../core/frames/format.ts";
import { fitsAdts, readAacCore, readAdtsBytes, readAdtsHeader, withAdtsHeader } from "./audio_headers.ts";
import { BitReader } from "./bit_reader.ts";
import { joined } from "./joined.ts";
import { joinByteStream, readAvcConfiguration, readHevcConfiguration, splitLengthPrefixed } from "./nal_units.ts";

/** Makes the payload of a frame from that of a packet; `undefined` for one that is faulty. */
export type PacketConverter = (bytes: Uint8Array, isKey: boolean) => Uint8Array | undefined;

/**
 * How the packets of a track become frames.
 *
 * @param description what the file's header says to decoders
 * @throws {Error} if that is faulty, or says what frames cannot: "its ..."
 */
export function packetConverter(format: EncodedFormat, description: Uint8Array | undefined): PacketConverter {
  if (description === undefined) return format.codec === "aac" ? wholeAdts : (bytes) => bytes;
  switch (format.codec) {
    case "h264":
    case "hevc": {
      const read = format.codec === "h264" ? readAvcConfiguration : readHevcConfiguration;
      const sets = read(description);
      if (sets === undefined) throw new Error(`its parameters of ${format.codec} are faulty`);
      return (bytes, isKey) => {
        const units = splitLengthPrefixed(bytes, sets.lengthBytes);
        return units && joinByteStream(isKey ? [...sets.units, ...units] : units);
      };
    }
    case "aac":
      return aacConverter(format, description);
    case "av1":
      return (bytes, isKey) =>
        isKey && obuType(bytes) !== SEQUENCE_HEADER ? joined([description.subarray(4), bytes]) : bytes;
    case "opus":
      if (description[18] > 0 && description.length > 19) {
        throw new Error(`its Opus has ${description[9]} channels, wanted mono or stereo`);
      }
      return (bytes) => bytes;
    default:
      return (bytes) => bytes;
  }
}

/** The type of an AV1 sequence header (AV1 bitstream specification, 6.2.2). */
const SEQUENCE_HEADER = 1;

function obuType(bytes: Uint8Array): number {
  const bits = new BitReader(bytes);
  bits.skip(1);
  return bits.read(4);
}

function aacConverter({ sampleRateHz, channels }: EncodedFormat, description: Uint8Array): PacketConverter {
  const core = readAacCore(description);
  const header = { sampleRateHz: core.sampleRateHz ?? sampleRateHz ?? 0, channels: core.channels ?? channels ?? 0 };
  if (!fitsAdts(header)) {
    throw new Error(`its AAC has ${header.channels} channels at ${header.sampleRateHz} Hz, which ADTS cannot say`);
  }
  // Types beyond 4 extend the low-complexity one, which decoders find.
  const objectType = core.objectType >= 1 && core.objectType <= 4 ? core.objectType : 2;
  return (bytes) => {
    if (bytes.length + 7 >= 8192) return undefined;
    return readAdtsHeader(bytes) === undefined ? withAdtsHeader(bytes, { ...header, objectType }) : wholeAdts(bytes);
  };
}

/** An access unit that has its header, unless it is cut. */
function wholeAdts(bytes: Uint8Array): Uint8Array | undefined {
  return readAdtsHeader(bytes) !== undefined && readAdtsBytes(bytes) > bytes.length ? undefined : bytes;
}
