/**
 * Looks into the files that sources of media name, so that links from them go by what the files hold.
 *
 * @module
 */
import type { KnownOutput, KnownPorts } from "../../core/descriptor/known_ports.ts";
import { undecodable } from "./decoders.ts";
import { readableLine } from "./ffmpeg_line.ts";
import { type MediaInfo, readMediaInfo, type TrackInfo } from "./media_info.ts";
import { readMediaOutputs } from "./media_outputs.ts";
import { tellPorts } from "./source_ports.ts";
import { coloursOf } from "./track_colours.ts";

/** Looks into files. What cannot be read is for the nodes to refuse. */
export async function lookInto(paths: Iterable<string>): Promise<void> {
  for (const path of paths) await readAndTell(path).catch(() => undefined);
}

/**
 * Reads what a file says of itself, and makes it known to those who link sources of that path.
 *
 * @throws {SluiceError} as {@linkcode readMediaInfo}; nothing is known of the file then
 */
export async function readAndTell(path: string): Promise<MediaInfo> {
  tellPorts(path, undefined);
  const info = await readMediaInfo(path);
  tellPorts(path, await portsOf(info));
  return info;
}

/** What is known of a source of the file; `undefined` for one without a container, which no `media-source` reads. */
async function portsOf({ path, tracks }: MediaInfo): Promise<KnownPorts | undefined> {
  try {
    const outputs = await readMediaOutputs(path);
    const mend = () => `let ffmpeg make a file that is read: ${readableLine(path, tracks)}`;
    const known = tracks.filter(({ name }) => outputs[name] !== undefined).map((track): [string, KnownOutput] => {
      const { kind: _, ...gives } = outputs[track.name];
      const why = undecodable(track);
      return [track.name, {
        ...gives,
        ...(track.codec === "h264" && { colours: coloursOf(track) }),
        ...(why !== undefined && { undecodable: `${why}; ${mend()}` }),
      }];
    });
    const refused = tracks.filter((track) => outputs[track.name] === undefined);
    return {
      outputs: Object.fromEntries(known),
      refused: Object.fromEntries(refused.map((track) => [track.name, `${refusalOf(track)}; ${mend()}`])),
    };
  } catch {
    return undefined;
  }
}

function refusalOf({ refusal, codec }: TrackInfo): string {
  return refusal ?? `no frames carry ${codec}`;
}
