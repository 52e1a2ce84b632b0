/**
 * What a media file has to know of a track, taken from the first frame of its stream, and how the frames of the stream
 * are written to the file.
 *
 * @module
 */
import { SluiceError } from "../../core/errors.ts";
import { type AudioFormat, type Codec, describeFormat, type EncodedFormat } from "../../core/frames/format.ts";
import type { PixelAspect } from "../../core/frames/pixel_aspect.ts";
import { OPUS_PRE_SKIP, opusStreamHeader, readAdtsHeader, readAdtsObjectType, readMp3Header } from "./audio_headers.ts";
import { flacStreamHeader, readFlacHeader } from "./flac_header.ts";
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
    /** The shape in which pictures are shown, where pixels are not square. */
    readonly displayAspectWidth?: number;
    readonly displayAspectHeight?: number;
    readonly sampleRate?: number;
    readonly numberOfChannels?: number;
  };
  /** By how many degrees players turn pictures clockwise. */
  readonly rotation?: 0 | 90 | 180 | 270;
  /** How much at the start of the stream is not heard. */
  readonly primingNs: number;
  /** What of a frame's payload is other than the file says of the track; `undefined` if the track can go on with it. */
  readonly changeIn: (bytes: Uint8Array) => StreamChange | undefined;
  /** A frame's payload as the file holds it, a copy; or what {@linkcode changeIn} finds. */
  readonly convert: (bytes: Uint8Array) => Uint8Array | StreamChange;
}

/** What has changed of a stream, so that a track of it cannot go on. */
export interface StreamChange {
  /** As messages say it: `it changed from A to B, and a track has one format`. */
  readonly change: string;
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
  const pixelAspect = first.format.pixelAspect ?? parameters.pixelAspect;
  const codec = `avc1.${[profile, compatibility, level].map((byte) => byte.toString(16).padStart(2, "0")).join("")}`;
  const known = [...sets, ...pictureSets].map((unit) => unit.slice());
  const description = avcConfiguration(sets, pictureSets);
  return {
    type: "video",
    codec: "avc",
    decoderConfig: { codec, description, ...measures({ width, height }, pixelAspect) },
    primingNs: 0,
    changeIn: (bytes) => changeOfParameters(splitNalUnits(bytes), known, { width, height }),
    convert: (bytes) => {
      const units = splitNalUnits(bytes);
      return changeOfParameters(units, known, { width, height }) ?? joinLengthPrefixed(units.filter(isWritten));
    },
  };
}

/** Whether a file holds a unit with the pictures: parameter sets stand in its header, and delimiters nowhere. */
function isWritten(unit: Uint8Array): boolean {
  return !isParameterSet(unit) && nalType(unit) !== NAL.accessUnitDelimiter;
}

function isParameterSet(unit: Uint8Array): boolean {
  const type = nalType(unit);
  return type === NAL.sps || type === NAL.pps;
}

function changeOfParameters(
  units: readonly Uint8Array[],
  known: readonly Uint8Array[],
  size: PictureSize,
): StreamChange | undefined {
  const isKnown = (unit: Uint8Array) =>
    known.some((one) => one.length === unit.length && one.every((byte, i) => byte === unit[i]));
  if (units.every((unit) => !isParameterSet(unit) || isKnown(unit))) return undefined;
  const sps = units.find((unit) => nalType(unit) === NAL.sps && !isKnown(unit));
  return { change: describeParameters(sps === undefined ? undefined : readSequenceParameters(sps), size) };
}

function describeParameters(found: PictureSize | undefined, size: PictureSize): string {
  const isResized = found !== undefined && (found.width !== size.width || found.height !== size.height);
  const [before, now] = [size, found ?? size].map(({ width, height }) => `${width} × ${height}`);
  return isResized
    ? `its pictures changed from ${before} to ${now}, and a track has one size; ` +
      `${scaleAdvice(size, "before its encoder")}, or begin another file`
    : "its encoder changed its profile or other parameters (SPS or PPS), and a track has one set of them; begin another " +
      "file";
}

function vp8Track(first: FirstFrame): TrackFormat {
  const size = readVp8Size(first.bytes);
  if (size === undefined) throw notOf(first, "a stream that begins with a key frame");
  return videoTrack("vp8", { codec: "vp8", ...measures(size, first.format.pixelAspect) });
}

function vp9Track(first: FirstFrame): TrackFormat {
  const header = readVp9Header(first.bytes);
  if (header === undefined) throw notOf(first, "a stream that begins with a key frame");
  const { profile, bitDepth } = header;
  const decoderConfig = { codec: vp9CodecString(header), ...measures(header, first.format.pixelAspect) };
  return withCheck(videoTrack("vp9", decoderConfig), (bytes) => {
    const found = readVp9Header(bytes);
    if (found === undefined || (found.profile === profile && found.bitDepth === bitDepth)) return undefined;
    return {
      change: `it changed from profile ${profile} with ${bitDepth} bits to profile ${found.profile} with ` +
        `${found.bitDepth} bits, and a track has one profile; begin another file`,
    };
  });
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
  const description = opusStreamHeader(channels, first.format.gainDb);
  const track = audioTrack("opus", "opus", { sampleRateHz: 48_000, channels }, description);
  return { ...track, primingNs: OPUS_PRE_SKIP / 48_000 * 1e9 };
}

function aacTrack(first: FirstFrame): TrackFormat {
  const header = readAdtsHeader(first.bytes);
  if (header === undefined) throw notOf(first, "access units with an ADTS header");
  const read = (bytes: Uint8Array) => {
    const found = readAdtsHeader(bytes);
    return found && { ...found, detail: `object type ${readAdtsObjectType(bytes)}` };
  };
  return withHeaders(audioTrack("aac", "mp4a.40.2", header), first, read);
}

function flacTrack(first: FirstFrame): TrackFormat {
  const header = readFlacHeader(first.bytes);
  if (header === undefined) throw notOf(first, "frames whose header says rate and bits per sample");
  const read = (bytes: Uint8Array) => {
    const found = readFlacHeader(bytes);
    return found && { ...found, detail: `${found.bitsPerSample} bits per sample` };
  };
  return withHeaders(audioTrack("flac", "flac", header, flacStreamHeader(header)), first, read);
}

function mp3Track(first: FirstFrame): TrackFormat {
  const header = readMp3Header(first.bytes);
  if (header === undefined) throw notOf(first, "frames of layer III");
  return withHeaders(audioTrack("mp3", "mp3", header), first, readMp3Header);
}

function measures(
  { width, height }: PictureSize,
  pixelAspect: PixelAspect | undefined,
): Pick<TrackFormat["decoderConfig"], "codedWidth" | "codedHeight" | "displayAspectWidth" | "displayAspectHeight"> {
  const size = { codedWidth: width, codedHeight: height };
  if (pixelAspect === undefined) return size;
  const [across, down] = pixelAspect.split(":").map(Number);
  return { ...size, displayAspectWidth: across * width, displayAspectHeight: down * height };
}

function videoTrack(codec: "vp8" | "vp9", decoderConfig: TrackFormat["decoderConfig"]): TrackFormat {
  return { type: "video", codec, decoderConfig, primingNs: 0, changeIn: () => undefined, convert: copy };
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
  return { type: "audio", codec, decoderConfig, primingNs: 0, changeIn: () => undefined, convert: copy };
}

/** What the header of each frame of sound says that the file's says once. */
interface SoundHeader {
  readonly sampleRateHz: number;
  readonly channels: number;
  /** What else, as messages name it. */
  readonly detail?: string;
}

/** A track of sound whose frames have headers, which go on saying what that of the first one does. */
function withHeaders(
  track: TrackFormat,
  { format: { codec }, bytes }: FirstFrame,
  read: (bytes: Uint8Array) => SoundHeader | undefined,
): TrackFormat {
  const first = read(bytes)!;
  return withCheck(track, (bytes) => {
    const found = read(bytes);
    if (found === undefined) return undefined;
    const isSameSound = found.sampleRateHz === first.sampleRateHz && found.channels === first.channels;
    if (isSameSound && found.detail === first.detail) return undefined;
    const [before, now] = [first, found].map(({ sampleRateHz, channels, detail }) =>
      describeFormat({ kind: "encoded", codec, sampleRateHz, channels }) + (isSameSound ? `, ${detail}` : "")
    );
    return {
      change: `it changed from ${before} to ${now}, and a track has one format; decode it and encode it again, or ` +
        "begin another file",
    };
  });
}

function withCheck(track: TrackFormat, changeIn: TrackFormat["changeIn"]): TrackFormat {
  return { ...track, changeIn, convert: (bytes) => changeIn(bytes) ?? copy(bytes) };
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
