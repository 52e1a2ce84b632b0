/**
 * What files of each kind hold, and which shipped node types decode and encode it.
 *
 * @module
 */
import { extname } from "node:path";
import { SluiceError } from "../../core/errors.ts";
import { type Container, containerOf, EXTENSIONS } from "../../processors/media/containers.ts";
import type { TrackInfo } from "../../processors/media/media_info.ts";

/** Samples, as a format among codecs. */
export const PCM = "pcm";

/** A file to be written. */
export interface OutputFormat {
  /** The node type that writes it. */
  readonly sink: "media-sink" | "wav-sink" | "image-sink";
  /** As messages name it. */
  readonly name: string;
  /** The codecs that it holds, those that are encoded to before others first. */
  readonly video: readonly string[];
  readonly audio: readonly string[];
  /** Whether players find in it by how much pictures are to be turned. */
  readonly rotates?: true;
}

/** A node type that encodes or decodes, with its input and its output. */
export interface CodecNode {
  readonly type: string;
  readonly input: string;
  readonly output: string;
}

const SOUND = ["opus", "flac", "aac", "mp3", PCM];

/** What `media-sink` writes to each container. */
export const CONTAINERS: { readonly [C in Container]: Omit<OutputFormat, "sink"> } = {
  "mp4": { name: "MP4", video: ["h264", "vp8", "vp9"], audio: SOUND, rotates: true },
  "fragmented-mp4": { name: "MP4", video: ["h264", "vp8", "vp9"], audio: SOUND, rotates: true },
  "mov": { name: "QuickTime", video: ["h264", "vp8", "vp9"], audio: SOUND, rotates: true },
  "matroska": { name: "Matroska", video: ["h264", "vp8", "vp9"], audio: SOUND },
  "webm": { name: "WebM", video: ["vp8", "vp9"], audio: ["opus"] },
  "ogg": { name: "Ogg", video: [], audio: ["opus"] },
  "flac": { name: "FLAC", video: [], audio: ["flac"] },
  "mp3": { name: "MP3", video: [], audio: ["mp3"] },
  "adts": { name: "AAC", video: [], audio: ["aac"] },
};

/** Files that are written without a container, and those of sound alone. */
const BY_EXTENSION: Readonly<Record<string, OutputFormat>> = {
  ".m4a": { sink: "media-sink", name: "MP4 of sound", video: [], audio: SOUND.filter((codec) => codec !== PCM) },
  ".mka": { sink: "media-sink", name: "Matroska of sound", video: [], audio: SOUND },
  ".wav": { sink: "wav-sink", name: "WAV", video: [], audio: [PCM] },
  ".png": { sink: "image-sink", name: "PNG", video: ["png"], audio: [] },
  ".jpg": { sink: "image-sink", name: "JPEG", video: ["jpeg"], audio: [] },
  ".jpeg": { sink: "image-sink", name: "JPEG", video: ["jpeg"], audio: [] },
};

/** Codecs that can be decoded. */
const DECODERS: Readonly<Record<string, CodecNode>> = {
  h264: { type: "org.sluice.codecs.h264-decode", input: "encoded", output: "video" },
  jpeg: { type: "org.sluice.codecs.jpeg-decode", input: "encoded", output: "video" },
  opus: { type: "org.sluice.codecs.opus-decode", input: "encoded", output: "audio" },
  aac: { type: "org.sluice.codecs.aac-decode", input: "encoded", output: "audio" },
  mp3: { type: "org.sluice.codecs.mp3-decode", input: "encoded", output: "audio" },
  flac: { type: "org.sluice.codecs.flac-decode", input: "encoded", output: "audio" },
};

/** AAC that can be decoded, by its codec string (RFC 6381) and its channels: AAC-LC of MPEG-4 or MPEG-2. */
const [PLAIN_AAC, AAC_CHANNELS] = [/^mp4a\.(40\.2|67)$/, 2];

/** Codecs that can be encoded to. */
export const ENCODERS: Readonly<Record<string, CodecNode>> = {
  h264: { type: "org.sluice.codecs.h264-encode", input: "video", output: "encoded" },
  jpeg: { type: "org.sluice.codecs.jpeg-encode", input: "video", output: "encoded" },
  opus: { type: "org.sluice.codecs.opus-encode", input: "audio", output: "encoded" },
  flac: { type: "org.sluice.codecs.flac-encode", input: "audio", output: "encoded" },
};

/** Pixel formats that codecs take, and that `png` stands for. */
export const PIXELS: Readonly<Record<string, "i420" | "rgba8">> = { h264: "i420", jpeg: "rgba8", png: "rgba8" };

/**
 * The format of a file to be written, by its extension.
 *
 * @throws {SluiceError} `InvalidConfig` if that tells none
 */
export function outputFormatOf(path: string): OutputFormat {
  const extension = extname(path).toLowerCase();
  const known = BY_EXTENSION[extension];
  if (known !== undefined) return known;
  if (EXTENSIONS.includes(extension)) return { sink: "media-sink", ...CONTAINERS[containerOf(path)] };
  const available = [...new Set([...EXTENSIONS, ...Object.keys(BY_EXTENSION)])];
  throw new SluiceError(
    "InvalidConfig",
    `Cannot tell the container of ${JSON.stringify(path)}: found extension ${JSON.stringify(extension)}, wanted ${
      available.join(", ")
    }; write one of these, of which "ffmpeg -i FILE OUTPUT" may make it`,
    { key: "OUTPUT", available },
  );
}

/** The node type that decodes a track. `undefined`: none does. */
export function decoderOf(track: TrackInfo): CodecNode | undefined {
  return undecodable(track) === undefined ? DECODERS[track.codec] : undefined;
}

/** Why no shipped node decodes a track. `undefined`: one does, or it holds samples. */
export function undecodable(track: TrackInfo): string | undefined {
  const { codec, refusal } = track;
  if (refusal !== undefined) return refusal;
  if (!isEncoded(codec)) return undefined;
  const beyond = codec === "aac" ? beyondAac(track) : codec === "h264" ? beyondH264(track) : undefined;
  if (DECODERS[codec] !== undefined && beyond === undefined) return undefined;
  return `no shipped node decodes ${beyond ?? codec}`;
}

/** Whether a codec has to be decoded. */
export function isEncoded(codec: string): boolean {
  return familyOf(codec) !== PCM && codec !== "png";
}

function beyondAac({ codecString = "aac", channels = 1 }: TrackInfo): string | undefined {
  const isPlain = PLAIN_AAC.test(codecString) && channels <= AAC_CHANNELS;
  return isPlain ? undefined : `aac (${codecString}) with ${channels} channels`;
}

function beyondH264({ bitDepth, chroma, interlaced }: TrackInfo): string | undefined {
  const found = [bitDepth && `${bitDepth} bits`, chroma && `chroma of ${chroma}`, interlaced && "interlaced pictures"];
  const named = found.filter((each) => each !== undefined);
  return named.length === 0 ? undefined : `h264 of ${named.join(", ")}`;
}

/** A codec in general: `pcm` for every format of samples. */
export function familyOf(codec: string): string {
  return codec.startsWith("pcm-") ? PCM : codec;
}
