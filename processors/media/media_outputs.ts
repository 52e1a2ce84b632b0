/**
 * Which outputs a `media-source` has for a file.
 *
 * @module
 */
import type { AudioFormat, EncodedFormat } from "../../core/frames/format.ts";
import { MediaFile } from "./media_file.ts";

/**
 * Reads which tracks of a file frames can carry: the names of outputs, and what these give.
 *
 * @throws {SluiceError} `InvalidConfig` if it cannot be opened; `InvalidMedia` if it is no media file
 */
export async function readMediaOutputs(path: string): Promise<{ [output: string]: EncodedFormat | AudioFormat }> {
  using file = await MediaFile.open(await import("mediabunny"), path);
  return Object.fromEntries(
    [...file.tracks].flatMap(([name, { format }]) => format === undefined ? [] : [[name, format]]),
  );
}
