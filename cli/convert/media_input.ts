/**
 * What a command reads a media file by: shipped nodes where they serve, else ffmpeg, if it is there.
 *
 * @module
 */
import { SluiceError } from "../../core/errors.ts";
import { undecodable } from "../../processors/media/decoders.ts";
import { type MediaInfo, readMediaInfo } from "../../processors/media/media_info.ts";

/**
 * Reads what a file holds: what shipped nodes find in it, or what ffmpeg finds, where there is a track that they do not
 * decode.
 *
 * @param serves whether what was found is enough; by default a file that can be read at all is
 * @throws {SluiceError} as {@linkcode readMediaInfo}, for a file that ffmpeg does not read either
 */
export async function readInput(
  path: string,
  serves: (info: MediaInfo) => boolean | Promise<boolean> = () => true,
): Promise<MediaInfo> {
  let own: MediaInfo | undefined;
  try {
    own = await readMediaInfo(path);
    if (await serves(own) || !own.tracks.some((track) => undecodable(track) !== undefined)) return own;
  } catch (error) {
    if (!(error instanceof SluiceError) || error.code !== "InvalidMedia") throw error;
    const found = await readByFfmpeg(path);
    if (found !== undefined && await serves(found)) return found;
    throw error;
  }
  const found = await readByFfmpeg(path);
  return found !== undefined && await serves(found) ? found : own;
}

/** @returns `undefined` where there is no ffmpeg, and for a file in which it finds nothing */
async function readByFfmpeg(path: string): Promise<MediaInfo | undefined> {
  const { readFfmpegInfo } = await import("../../processors/media/ffmpeg_info.ts");
  const info = await readFfmpegInfo(path).catch(() => undefined);
  return info !== undefined && info.tracks.length > 0 ? info : undefined;
}
