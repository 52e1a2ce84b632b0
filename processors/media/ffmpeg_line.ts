/**
 * Command lines of ffmpeg for what shipped nodes cannot do.
 *
 * @module
 */
import { extname } from "node:path";
import { undecodable } from "./decoders.ts";
import type { TrackInfo } from "./media_info.ts";

/** The most channels of FLAC, which keeps every sample. */
const FLAC_CHANNELS = 8;

/** Makes of a file one whose tracks shipped nodes decode. What they decode already is copied. */
export function readableLine(path: string, tracks: readonly TrackInfo[]): string {
  const stem = path.slice(0, path.length - extname(path).length);
  const options = (["video", "audio"] as const).flatMap((kind) => {
    const track = tracks.find((each) => each.kind === kind);
    if (track === undefined) return [];
    const isDecoded = undecodable(track) === undefined;
    return isDecoded ? [`-c:${kind[0]} copy`] : kind === "video" ? videoOptions(track) : audioOptions(track);
  });
  return ["ffmpeg", "-i", quoted(path), ...options, quoted(`${stem}.readable.mkv`)].join(" ");
}

/** Makes one file of another by what ffmpeg does of itself. */
export function plainLine(from: string, to: string): string {
  return `ffmpeg -i ${quoted(from)} ${quoted(to)}`;
}

function videoOptions({ interlaced }: TrackInfo): string[] {
  return [...(interlaced ? ["-vf bwdif=mode=send_frame"] : []), "-c:v libx264 -pix_fmt yuv420p"];
}

function audioOptions({ channels = 1 }: TrackInfo): string[] {
  return ["-c:a flac", ...(channels > FLAC_CHANNELS ? [`-ac ${FLAC_CHANNELS}`] : [])];
}

/** A word of a command line, as shells read it. */
function quoted(word: string): string {
  const safe = word.startsWith("-") ? `./${word}` : word;
  return /^[\w./,+:@-]+$/.test(safe) ? safe : `'${safe.replaceAll("'", "'\\''")}'`;
}
