/**
 * Finds what is damaged in a media file, by its container.
 *
 * @module
 */
import type { SluiceErrorDetails } from "../../core/errors.ts";
import { mendFlac } from "./mend_flac.ts";
import { mendFrames } from "./mend_frames.ts";
import { mendMatroska } from "./mend_matroska.ts";
import { mendOgg } from "./mend_ogg.ts";
import { mendTransportStream } from "./mend_ts.ts";
import { mendWav } from "./mend_wav.ts";
import type { MendedView } from "./mended_view.ts";
import type { ReadRange } from "./mp4_check.ts";

/** Those who know a container. Each gives `undefined` for a file that is another one, or is whole. */
const MENDERS: readonly ((read: ReadRange, size: number) => Promise<MendedView | undefined>)[] = [
  mendTransportStream,
  mendMatroska,
  mendOgg,
  mendFlac,
  mendFrames,
];

/**
 * A file without what is damaged.
 *
 * @param path its name in messages
 * @param details fields of errors
 * @throws {SluiceError} `InvalidMedia` for a WAV file in which no samples are found
 */
export async function mendFile(
  read: ReadRange,
  size: number,
  path: string,
  details: SluiceErrorDetails,
): Promise<MendedView> {
  const wav = mendWav(read, size, path, details);
  if (wav !== undefined) return wav;
  for (const mend of MENDERS) {
    const view = await mend(read, size);
    if (view !== undefined) return view;
  }
  return { size, read, losses: [], lostBytes: 0, gaps: [] };
}
