/**
 * Which shipped node types decode what files hold.
 *
 * @module
 */
import { type WavSampleFormat, wholeBits } from "../file/wav_format.ts";
import type { TrackInfo } from "./media_info.ts";
import { PCM, RAW_VIDEO } from "./output_formats.ts";

/** A node type that encodes or decodes, with its input and its output. */
export interface CodecNode {
  readonly type: string;
  readonly input: string;
  readonly output: string;
}

/** Codecs that can be decoded. */
const DECODERS: Readonly<Record<string, CodecNode>> = {
  h264: { type: "h264-decode", input: "encoded", output: "video" },
  jpeg: { type: "jpeg-decode", input: "encoded", output: "video" },
  opus: { type: "opus-decode", input: "encoded", output: "audio" },
  aac: { type: "aac-decode", input: "encoded", output: "audio" },
  mp3: { type: "mp3-decode", input: "encoded", output: "audio" },
  flac: { type: "flac-decode", input: "encoded", output: "audio" },
};

/** AAC that can be decoded, by its codec string (RFC 6381) and its channels: AAC-LC of MPEG-4 or MPEG-2. */
const [PLAIN_AAC, AAC_CHANNELS] = [/^mp4a\.(40\.2|67)$/, 2];

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
  return ![PCM, "png", "i420", RAW_VIDEO].includes(familyOf(codec));
}

function beyondAac({ codecString = "aac", channels = 1 }: TrackInfo): string | undefined {
  const isPlain = PLAIN_AAC.test(codecString) && channels <= AAC_CHANNELS;
  return isPlain ? undefined : `aac (${codecString}) with ${channels} channels`;
}

function beyondH264({ bitDepth, chroma, profile, interlaced }: TrackInfo): string | undefined {
  const found = [
    bitDepth && `${bitDepth} bits`,
    chroma && `chroma of ${chroma}`,
    profile && `profile ${profile}`,
    interlaced && "interlaced pictures",
  ];
  const named = found.filter((each) => each !== undefined);
  return named.length === 0 ? undefined : `h264 of ${named.join(", ")}`;
}

/** Bits of whole samples that keep the sound of a track, as FLAC has them. */
export function wholeBitsOf({ codec, bitsPerSample = 16 }: TrackInfo): 16 | 24 {
  if (familyOf(codec) === PCM) return wholeBits(codec.slice("pcm-".length) as WavSampleFormat);
  return bitsPerSample > 16 ? 24 : 16;
}

/** A codec in general: `pcm` for every format of samples. */
export function familyOf(codec: string): string {
  return codec.startsWith("pcm-") ? PCM : codec;
}
