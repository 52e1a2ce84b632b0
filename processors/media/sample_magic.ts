/**
 * Tells samples from what is none: bytes that begin as a file or a stream of another format does are no raw samples,
 * and would be noise as such.
 *
 * @module
 */
import { Y4M_MAGIC } from "./y4m.ts";

/** How a format begins: words at places. Those of fewer than four bytes would be met in samples. */
interface Magic {
  /** As messages name it. */
  readonly name: string;
  readonly words: readonly (readonly [at: number, word: string])[];
}

const MAGICS: readonly Magic[] = [
  { name: "YUV4MPEG2", words: [[0, `${Y4M_MAGIC} `]] },
  { name: "WAV", words: [[0, "RIFF"], [8, "WAVE"]] },
  { name: "RIFF", words: [[0, "RIFF"]] },
  { name: "Matroska or WebM", words: [[0, "\x1a\x45\xdf\xa3"]] },
  { name: "MP4 or QuickTime", words: [[4, "ftyp"]] },
  { name: "FLAC", words: [[0, "fLaC"]] },
  { name: "Ogg", words: [[0, "OggS"]] },
  { name: "PNG", words: [[0, "\x89PNG\r\n\x1a\n"]] },
  { name: "JPEG", words: [[0, "\xff\xd8\xff\xe0"], [6, "JFIF"]] },
  { name: "JPEG", words: [[0, "\xff\xd8\xff\xe1"], [6, "Exif"]] },
  { name: "JPEG", words: [[0, "\xff\xd8\xff\xfe"], [6, "Lavc"]] },
];

/**
 * Refuses what is no samples, by its first bytes.
 *
 * @throws {Error} that names the format which they begin
 */
export function assertSamples(bytes: Uint8Array): void {
  const found = MAGICS.find(({ words }) => words.every(([at, word]) => hasWord(bytes, at, word)));
  if (found === undefined) return;
  throw new Error(`its first bytes are those of ${found.name}, wanted interleaved samples without a header`);
}

function hasWord(bytes: Uint8Array, at: number, word: string): boolean {
  return [...word].every((letter, k) => bytes[at + k] === letter.charCodeAt(0));
}
