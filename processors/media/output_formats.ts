/**
 * What files of each kind hold.
 *
 * @module
 */
import { extname } from "node:path";
import { type Container, containerOf, EXTENSIONS } from "./containers.ts";

/** Samples, as a format among codecs. */
export const PCM = "pcm";

/** Pictures that nothing encodes, as YUV4MPEG2 has them: a format among codecs. */
export const RAW_VIDEO = "rawvideo";

/** A file to be written. */
export interface OutputFormat {
  /** The node type that writes it. */
  readonly sink: "media-sink" | "wav-sink" | "image-sink" | "pipe-sink" | "ffmpeg-sink";
  /** As messages name it. */
  readonly name: string;
  /** The codecs that it holds, those that are encoded to before others first. */
  readonly video: readonly string[];
  readonly audio: readonly string[];
  /** Whether samples are encoded for it unless somebody says otherwise: it holds them, and hardly a player plays any. */
  readonly encodesSamples?: true;
  /** Whether players find in it by how much pictures are to be turned. */
  readonly rotates?: true;
  /** Whether players leave out what lies before its start: it has edit lists. */
  readonly skips?: true;
}

const SOUND = ["opus", "flac", "aac", "mp3", PCM];
const MP4 = {
  name: "MP4",
  video: ["h264", "vp8", "vp9"],
  audio: SOUND,
  encodesSamples: true,
  rotates: true,
  skips: true,
} as const;

/** What `media-sink` writes to each container. */
export const CONTAINERS: { readonly [C in Container]: Omit<OutputFormat, "sink"> } = {
  "mp4": MP4,
  "fragmented-mp4": MP4,
  "mov": { name: "QuickTime", video: ["h264", "vp8", "vp9"], audio: SOUND, rotates: true, skips: true },
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
  ".y4m": { sink: "pipe-sink", name: "YUV4MPEG2", video: [RAW_VIDEO], audio: [] },
  ".png": { sink: "image-sink", name: "PNG", video: ["png"], audio: [] },
  ".jpg": { sink: "image-sink", name: "JPEG", video: ["jpeg"], audio: [] },
  ".jpeg": { sink: "image-sink", name: "JPEG", video: ["jpeg"], audio: [] },
};

/** Extensions that tell a format. */
export const OUTPUT_EXTENSIONS: readonly string[] = [...new Set([...EXTENSIONS, ...Object.keys(BY_EXTENSION)])];

/** The format of a file to be written, by its extension; `undefined` if that tells none. */
export function findOutputFormat(path: string): OutputFormat | undefined {
  const extension = extname(path).toLowerCase();
  if (BY_EXTENSION[extension] !== undefined) return BY_EXTENSION[extension];
  return EXTENSIONS.includes(extension) ? { sink: "media-sink", ...CONTAINERS[containerOf(path)] } : undefined;
}
