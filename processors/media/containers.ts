/**
 * The containers that media files are written in. What this module says is known without mediabunny.
 *
 * @module
 */
import { extname } from "node:path";
import type { IsobmffOutputFormatOptions, MkvOutputFormatOptions, OutputFormat } from "mediabunny";
import { SluiceError } from "../../core/errors.ts";
import type { Mp4Index } from "./mp4_index.ts";

/** The package that reads and writes containers. It is loaded only by nodes that use it. */
export type Mediabunny = typeof import("mediabunny");

/** How a file is laid out. */
export type Container = "mp4" | "fragmented-mp4" | "mov" | "matroska" | "webm" | "ogg" | "flac" | "mp3" | "adts";

/** Seconds after which what has come is written out, at the next key frame of each track. */
const FRAGMENT_SECONDS = 1;

const BY_EXTENSION: Readonly<Record<string, Container>> = {
  ".mp4": "mp4",
  ".m4a": "mp4",
  ".m4v": "mp4",
  ".mov": "mov",
  ".mkv": "matroska",
  ".mka": "matroska",
  ".webm": "webm",
  ".ogg": "ogg",
  ".oga": "ogg",
  ".opus": "ogg",
  ".flac": "flac",
  ".mp3": "mp3",
  ".aac": "adts",
};

/** Extensions of files that `media-sink` writes. */
export const EXTENSIONS: readonly string[] = Object.keys(BY_EXTENSION);

/** What is known of a file that grows. */
interface Growth {
  /** Is told of the parts that it is made of, where the container {@linkcode isIndexed}. */
  readonly index?: Mp4Index;
  /** Whether nothing that was written can be changed. */
  readonly isStream?: boolean;
}

/** How mediabunny is to write each while it grows: complete up to what was written last. */
const GROWING: { readonly [C in Container]: (mediabunny: Mediabunny, how: Growth) => OutputFormat } = {
  "mp4": (mediabunny, { index }) => new mediabunny.Mp4OutputFormat(fragments(index)),
  "fragmented-mp4": (mediabunny) => new mediabunny.Mp4OutputFormat(fragments()),
  "mov": (mediabunny, { index }) => new mediabunny.MovOutputFormat(fragments(index)),
  "matroska": (mediabunny, how) => new mediabunny.MkvOutputFormat(clusters(how)),
  "webm": (mediabunny, how) => new mediabunny.WebMOutputFormat(clusters(how)),
  "ogg": (mediabunny) => new mediabunny.OggOutputFormat({ maximumPageDuration: FRAGMENT_SECONDS }),
  "flac": (mediabunny) => new mediabunny.FlacOutputFormat({ appendOnly: true }),
  "mp3": (mediabunny) => new mediabunny.Mp3OutputFormat({ xingHeader: false }),
  "adts": (mediabunny) => new mediabunny.AdtsOutputFormat(),
};

/**
 * The container of a path.
 *
 * @throws {SluiceError} `InvalidConfig` if its extension tells none
 */
export function containerOf(path: string): Container {
  const extension = extname(path).toLowerCase();
  const container = BY_EXTENSION[extension];
  if (container !== undefined) return container;
  const mend = path === "-"
    ? 'set "container"'
    : extension === ".wav"
    ? 'use a "wav-sink"'
    : 'name the file so, or set "container"';
  throw new SluiceError(
    "InvalidConfig",
    `Cannot tell the container of ${JSON.stringify(path)}: found extension ${JSON.stringify(extension)}, wanted ${
      EXTENSIONS.join(", ")
    }; ${mend}`,
    { key: "path", available: EXTENSIONS },
  );
}

/** Whether a file of the container is recorded in fragments and gets one index at its end. */
export function isIndexed(container: Container): boolean {
  return container === "mp4" || container === "mov";
}

/** How a file of the container is written while it grows. */
export function growingFormat(container: Container, mediabunny: Mediabunny, how: Growth = {}): OutputFormat {
  return GROWING[container](mediabunny, how);
}

function clusters({ isStream = false }: Growth): MkvOutputFormatOptions {
  return { minimumClusterDuration: FRAGMENT_SECONDS, appendOnly: isStream };
}

function fragments(index?: Mp4Index): IsobmffOutputFormatOptions {
  return {
    fastStart: "fragmented",
    minimumFragmentDuration: FRAGMENT_SECONDS,
    ...(index !== undefined && {
      onMoov: (bytes: Uint8Array, at: number) => index.addHead(bytes, at),
      onMoof: (bytes: Uint8Array, at: number) => index.addFragment(bytes, at),
    }),
  };
}
