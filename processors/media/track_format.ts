/**
 * What a media file has to know of a track, taken from the first frame of its stream, and how the frames of the stream
 * are written to the file.
 *
 * @module
 */
import { SluiceError } from "../../core/errors.ts";
import { type AudioFormat, type Codec, describeFormat, type EncodedFormat } from "../../core/frames/format.ts";
import {
  flacStreamHeader,
  OPUS_PRE_SKIP,
  opusStreamHeader,
  readAdtsHeader,
  readFlacHeader,
  readMp3Header,
} from "./audio_headers.ts";
import {
  avcConfiguration,
  joinLengthPrefixed,
  NAL,
  nalType,
  readSequenceParameters,
  splitNalUnits,
} from "./nal_units.ts";
import { type PictureSize, scaleAdvice } from "./scale_advice.ts";
import { readVp8Size, readVp9Header, vp9CodecString } from "./vp_headers.ts";

/** Samples of PCM tracks, named as in `wav-sink`. */
export type PcmFormat = "s16" | "s24" | "s32" | "f32";

/** A track, as mediabunny names codecs and decoder configurations. */
export interface TrackFormat {
  readonly type: "video" | "audio";
  readonly codec: "avc" | "vp8" | "vp9" | "opus" | "aac" | "flac" | "mp3" | `pcm-${PcmFormat}`;
  readonly decoderConfig: {
    readonly codec: string;
    readonly description?: Uint8Array;
    readonly codedWidth?: number;
    readonly codedHeight?: number;
    readonly sampleRate?: number;
    readonly numberOfChannels?: number;
  };
  /** By how many degrees players turn pictures clockwise. */
  readonly rotation?: 0 | 90 | 180 | 270;
  /** How much at the start of the stream is not heard. */
  readonly primingNs: number;
  /**
   * A frame's payload as the file holds it: a copy.
   *
   * @throws {SluiceError} `TypeMismatch` if the stream has become another one
   */
  readonly convert: (bytes: Uint8Array) => Uint8Array;
}

/** The first frame of a track, and where it comes from. */
export interface FirstFrame {
  readonly format: EncodedFormat;
  readonly bytes: Uint8Array;
  /** The input, as messages name it: `rec.video_0`. */
  readonly input: string;
}

/** Codecs that files are written with. */
const READERS: { readonly [C in Codec]?: (first: FirstFrame) => TrackFormat } = {
  h264: h264Track,
  vp8: vp8Track,
  vp9: vp9Track,
  opus: opusTrack,
  aac: aacTrack,
  flac: flacTrack,
  mp3: mp3Track,
};

/**
 * The track of an encoded stream.
 *
 * @throws {SluiceError} `TypeMismatch` for a codec that files are not written with; `InvalidMedia` if the first frame
 * is not what its codec says
 */
export function encodedTrack(first: FirstFrame): TrackFormat {
  const reader = READERS[first.format.codec];
  if (reader !== undefined) return reader(first);
  throw new SluiceError(
    "TypeMismatch",
    `Cannot write ${first.format.codec} of "${first.input}" to a media file: wanted ${Object.keys(READERS).join(", ")}`,
    { available: Object.keys(READERS) },
  );
}

/** The track of samples. */
export function pcmTrack({ sampleRateHz, channels }: AudioFormat, pcm: PcmFormat): TrackFormat {
  const codec = `pcm-${pcm}` as const;
  return audioTrack(codec, codec, { sampleRateHz, channels });
}

function h264Track(first: FirstFrame): TrackFormat {
  const units = splitNalUnits(first.bytes);
  const sets = units.filter((unit) => nalType(unit) === NAL.sps);
  const pictureSets = units.filter((unit) => nalType(unit) === NAL.pps);
  const parameters = sets.length > 0 && pictureSets.length > 0 ? readSequenceParameters(sets[0]) : undefined;
  if (parameters === undefined) {
    throw notOf(first, "a byte stream (Annex B) whose key frames begin with SPS and PPS");
  }
  const { profile, compatibility, level, width, height } = parameters;
  const codec = `avc1.${[profile, compatibility, level].map((byte) => byte.toString(16).padStart(2, "0")).join("")}`;
  const known = [...sets, ...pictureSets].map((unit) => unit.slice());
  const description = avcConfiguration(sets, pictureSets);
  return {
    type: "video",
    codec: "avc",
    decoderConfig: { codec, description, codedWidth: width, codedHeight: height },
    primingNs: 0,
    convert: (bytes) =>
      joinLengthPrefixed(withoutParameters(splitNalUnits(bytes), known, first.input, { width, height })),
  };
}

/** The units that a file holds with the pictures: parameter sets stand in its header, and delimiters nowhere. */
function withoutParameters(
  units: Uint8Array[],
  known: readonly Uint8Array[],
  input: string,
  size: PictureSize,
): Uint8Array[] {
  return units.filter((unit) => {
    const type = nalType(unit);
    if (type === NAL.accessUnitDelimiter) return false;
    if (type !== NAL.sps && type !== NAL.pps) return true;
    if (!known.some((one) => one.length === unit.length && one.every((byte, i) => byte === unit[i]))) {
      throw changedParameters(type === NAL.sps ? readSequenceParameters(unit) : undefined, input, size);
    }
    return false;
  });
}

function changedParameters(found: PictureSize | undefined, input: string, size: PictureSize): SluiceError {
  const isResized = found !== undefined && (found.width !== size.width || found.height !== size.height);
  const [before, now] = [size, found ?? size].map(({ width, height }) => `${width} × ${height}`);
  const why = isResized
    ? `its pictures changed from ${before} to ${now}, and a track has one size; ` +
      `${scaleAdvice(size, "before its encoder")}, or begin another file`
    : "its encoder changed its profile or other parameters (SPS or PPS), and a track has one set of them; begin another " +
      "file";
  return new SluiceError("TypeMismatch", `Cannot go on writing "${input}": ${why}`);
}

function vp8Track(first: FirstFrame): TrackFormat {
  const size = readVp8Size(first.bytes);
  if (size === undefined) throw notOf(first, "a stream that begins with a key frame");
  const { width, height } = size;
  return videoTrack("vp8", { codec: "vp8", codedWidth: width, codedHeight: height });
}

function vp9Track(first: FirstFrame): TrackFormat {
  const header = readVp9Header(first.bytes);
  if (header === undefined) throw notOf(first, "a stream that begins with a key frame");
  return videoTrack("vp9", { codec: vp9CodecString(header), codedWidth: header.width, codedHeight: header.height });
}

function opusTrack(first: FirstFrame): TrackFormat {
  if (first.bytes.length === 0) throw notOf(first, "packets of at least a byte");
  // The third bit of the table-of-contents byte: stereo (RFC 6716, 3.1).
  const channels = first.format.channels ?? ((first.bytes[0] & 4) !== 0 ? 2 : 1);
  if (channels > 2) {
    throw new SluiceError(
      "TypeMismatch",
      `Cannot write "${first.input}": Opus with ${channels} channels, wanted mono or stereo; put a "channel-mapper" ` +
        "before the encoder",
    );
  }
  const description = opusStreamHeader(channels);
  const track = audioTrack("opus", "opus", { sampleRateHz: 48_000, channels }, description);
  return { ...track, primingNs: OPUS_PRE_SKIP / 48_000 * 1e9 };
}

function aacTrack(first: FirstFrame): TrackFormat {
  const header = readAdtsHeader(first.bytes);
  if (header === undefined) throw notOf(first, "access units with an ADTS header");
  return { ...audioTrack("aac", "mp4a.40.2", header), convert: copyOfSame(first, header, readAdtsHeader) };
}

function flacTrack(first: FirstFrame): TrackFormat {
  const header = readFlacHeader(first.bytes);
  if (header === undefined) throw notOf(first, "frames whose header says rate and bits per sample");
  const track = audioTrack("flac", "flac", header, flacStreamHeader(header));
  return { ...track, convert: copyOfSame(first, header, readFlacHeader) };
}

function mp3Track(first: FirstFrame): TrackFormat {
  const header = readMp3Header(first.bytes);
  if (header === undefined) throw notOf(first, "frames of layer III");
  return { ...audioTrack("mp3", "mp3", header), convert: copyOfSame(first, header, readMp3Header) };
}

function videoTrack(codec: "vp8" | "vp9", decoderConfig: TrackFormat["decoderConfig"]): TrackFormat {
  return { type: "video", codec, decoderConfig, primingNs: 0, convert: copy };
}

function audioTrack(
  codec: TrackFormat["codec"],
  name: string,
  { sampleRateHz, channels }: { readonly sampleRateHz: number; readonly channels: number },
  description?: Uint8Array,
): TrackFormat {
  const decoderConfig = {
    codec: name,
    sampleRate: sampleRateHz,
    numberOfChannels: channels,
    ...(description !== undefined && { description }),
  };
  return { type: "audio", codec, decoderConfig, primingNs: 0, convert: copy };
}

/** Copies frames of sound whose headers say what that of the first one did, which stands in the file's. */
function copyOfSame(
  { format: { codec }, input }: FirstFrame,
  { sampleRateHz, channels }: Omit<AudioFormat, "kind">,
  read: (bytes: Uint8Array) => Omit<AudioFormat, "kind"> | undefined,
): TrackFormat["convert"] {
  const named = (format: Omit<AudioFormat, "kind">) => describeFormat({ kind: "encoded", codec, ...format });
  return (bytes) => {
    const found = read(bytes);
    if (found !== undefined && (found.sampleRateHz !== sampleRateHz || found.channels !== channels)) {
      const now = named({ sampleRateHz: found.sampleRateHz, channels: found.channels });
      throw new SluiceError(
        "TypeMismatch",
        `Cannot go on writing "${input}": it changed from ${
          named({ sampleRateHz, channels })
        } to ${now}, and a track ` +
          "has one format; decode it and encode it again, or begin another file",
      );
    }
    return copy(bytes);
  };
}

function copy(bytes: Uint8Array): Uint8Array {
  return bytes.slice();
}

function notOf({ format, input }: FirstFrame, wanted: string): SluiceError {
  return new SluiceError(
    "InvalidMedia",
    `Cannot write "${input}": its first frame says it is ${format.codec}, and is not; wanted ${wanted}`,
  );
}
