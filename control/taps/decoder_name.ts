/**
 * What WebCodecs calls the codec of a stream: `avc1.640028`. Streams come without a description, as frames hold all that
 * a decoder needs (docs/processors/media.md).
 *
 * @module
 */
import type { Codec } from "../../core/frames/format.ts";
import { NAL, nalType, splitNalUnits, withoutEmulation } from "../../processors/media/nal_units.ts";
import { readVp9Header, vp9CodecString } from "../../processors/media/vp_headers.ts";

/** The sequence parameter set of HEVC by its type in the first byte (ITU-T H.265, 7.3.1.2), and where its profile begins. */
const HEVC_TYPE = 0x7e;
const HEVC_SPS = 33 * 2;
const HEVC_PROFILE = 3;

/** The sequence header of AV1 by its type in the first byte (AV1 bitstream specification, 5.3.2). */
const AV1_TYPE = 0x78;
const AV1_SEQUENCE = 1 * 8;

/** How codecs are named by their key frames. */
const NAMES: { readonly [C in Codec]?: (bytes: Uint8Array) => string | undefined } = {
  h264: h264Name,
  hevc: hevcName,
  vp8: () => "vp8",
  vp9: (bytes) => {
    const header = readVp9Header(bytes);
    return header && vp9CodecString(header);
  },
  av1: av1Name,
};

/**
 * Names the codec of a stream of video by a key frame.
 *
 * @returns `undefined` for sound, for JPEG, and for bytes that are not what the codec has
 */
export function decoderName(codec: Codec, keyFrame: Uint8Array): string | undefined {
  return NAMES[codec]?.(keyFrame);
}

function h264Name(bytes: Uint8Array): string | undefined {
  const set = splitNalUnits(bytes).find((unit) => nalType(unit) === NAL.sps);
  return set === undefined || set.length < 4 ? undefined : `avc1.${hex(set.subarray(1, 4))}`;
}

/** As ISO/IEC 14496-15, annex E: profile, compatible profiles from the lowest on, tier with level, constraints. */
function hevcName(bytes: Uint8Array): string | undefined {
  const unit = splitNalUnits(bytes).find((each) => (each[0] & HEVC_TYPE) === HEVC_SPS);
  const set = unit && withoutEmulation(unit).subarray(HEVC_PROFILE);
  if (set === undefined || set.length < 12) return undefined;
  const compatible = [...set.subarray(1, 5)].reduceRight((sum, byte) => sum * 256 + reversed(byte), 0);
  const constraints = [...set.subarray(5, 11)];
  while (constraints.at(-1) === 0) constraints.pop();
  const space = ["", "A", "B", "C"][set[0] >> 6];
  const tier = (set[0] & 0x20) === 0 ? "L" : "H";
  return [
    `hev1.${space}${set[0] & 0x1f}`,
    compatible.toString(16).toUpperCase(),
    `${tier}${set[11]}`,
    ...constraints.map((byte) => byte.toString(16).toUpperCase()),
  ].join(".");
}

/** Names the profile; decoders find level and depth in the stream. */
function av1Name(bytes: Uint8Array): string | undefined {
  for (let at = 0; at < bytes.length;) {
    const [head, isLong, hasSize] = [bytes[at], (bytes[at] & 4) !== 0, (bytes[at] & 2) !== 0];
    at += isLong ? 2 : 1;
    let size = bytes.length - at;
    if (hasSize) [size, at] = readLeb128(bytes, at);
    if ((head & AV1_TYPE) === AV1_SEQUENCE && at < bytes.length) return `av01.${bytes[at] >> 5}.13M.08`;
    at += size;
  }
  return undefined;
}

/** @returns the number, and the byte behind it */
function readLeb128(bytes: Uint8Array, from: number): [number, number] {
  let value = 0;
  for (let k = 0; k < 8; k++) {
    const byte = bytes[from + k] ?? 0;
    value += (byte & 0x7f) * 128 ** k;
    if (byte < 128) return [value, from + k + 1];
  }
  return [value, from + 8];
}

function reversed(byte: number): number {
  return Array.from({ length: 8 }, (_, k) => (byte >> k & 1) << (7 - k)).reduce((sum, bit) => sum | bit, 0);
}

function hex(bytes: Uint8Array): string {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
