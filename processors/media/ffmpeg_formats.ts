/**
 * What ffmpeg writes to, by the extension of a file.
 *
 * @module
 */
import { extname } from "node:path";

/** ffmpeg's names of containers. */
const MUXERS: { readonly [extension: string]: string } = {
  ".3gp": "3gp",
  ".aac": "adts",
  ".ac3": "ac3",
  ".aif": "aiff",
  ".aiff": "aiff",
  ".asf": "asf",
  ".au": "au",
  ".avi": "avi",
  ".caf": "caf",
  ".eac3": "eac3",
  ".flac": "flac",
  ".flv": "flv",
  ".gif": "gif",
  ".m4a": "ipod",
  ".m4v": "mp4",
  ".mka": "matroska",
  ".mkv": "matroska",
  ".mov": "mov",
  ".mp2": "mp2",
  ".mp3": "mp3",
  ".mp4": "mp4",
  ".mpg": "mpeg",
  ".mts": "mpegts",
  ".mxf": "mxf",
  ".nut": "nut",
  ".oga": "oga",
  ".ogg": "ogg",
  ".opus": "opus",
  ".ts": "mpegts",
  ".wav": "wav",
  ".webm": "webm",
  ".wma": "asf",
  ".wmv": "asf",
};

/** Extensions of files of sound alone. */
const OF_SOUND = /^\.(aac|ac3|aiff?|au|caf|eac3|flac|m4a|mka|mp2|mp3|oga|ogg|opus|wav|wma)$/;

/** ffmpeg's name of the container of a file; `undefined` where the extension tells none. */
export function muxerOf(path: string): string | undefined {
  return MUXERS[extname(path).toLowerCase()];
}

/** Whether a file has no pictures, by its extension. */
export function isOfSound(path: string): boolean {
  return OF_SOUND.test(extname(path).toLowerCase());
}

/** The extensions that tell a container. */
export const FFMPEG_EXTENSIONS: readonly string[] = Object.keys(MUXERS);
