/**
 * The containers that media files are written in. What this module says is known without mediabunny.
 *
 * @module
 */
import { extname } from "node:path";
import type { OutputFormat } from "mediabunny";
import { SluiceError } from "../../core/errors.ts";

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

/** How mediabunny is to write each while it grows: complete up to what was written last. */
const GROWING: { readonly [C in Container]: (mediabunny: Mediabunny) => OutputFormat } = {
  "mp4": fragmented,
  "fragmented-mp4": fragmented,
  "mov": (mediabunny) => new mediabunny.MovOutputFormat(fragments()),
  "matroska": (mediabunny) => new mediabunny.MkvOutputFormat({ minimumClusterDuration: FRAGMENT_SECONDS }),
  "webm": (mediabunny) => new mediabunny.WebMOutputFormat({ minimumClusterDuration: FRAGMENT_SECONDS }),
  "ogg": (mediabunny) => new mediabunny.OggOutputFormat({ maximumPageDuration: FRAGMENT_SECONDS }),
  "flac": (mediabunny) => new mediabunny.FlacOutputFormat({ appendOnly: true }),
  "mp3": (mediabunny) => new mediabunny.Mp3OutputFormat(),
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
  const mend = extension === ".wav" ? 'use a "wav-sink"' : 'name the file so, or set "container"';
  throw new SluiceError(
    "InvalidConfig",
    `Cannot tell the container of ${JSON.stringify(path)}: found extension ${JSON.stringify(extension)}, wanted ${
      EXTENSIONS.join(", ")
    }; ${mend}`,
    { key: "path", available: EXTENSIONS },
  );
}

/** How a file of the container is written while it grows. */
export function growingFormat(container: Container, mediabunny: Mediabunny): OutputFormat {
  return GROWING[container](mediabunny);
}

function fragmented(mediabunny: Mediabunny): OutputFormat {
  return new mediabunny.Mp4OutputFormat(fragments());
}

function fragments(): { readonly fastStart: "fragmented"; readonly minimumFragmentDuration: number } {
  return { fastStart: "fragmented", minimumFragmentDuration: FRAGMENT_SECONDS };
}
