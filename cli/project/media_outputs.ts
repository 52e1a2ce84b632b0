/**
 * Looks into the files that sources of media name, so that links from them go by what the files hold.
 *
 * @module
 */
import type { KnownOutput, KnownPorts } from "../../core/descriptor/known_ports.ts";
import { readMediaInfo, type TrackInfo } from "../../processors/media/media_info.ts";
import { readMediaOutputs } from "../../processors/media/media_outputs.ts";
import { tellPorts } from "../../processors/media/source_ports.ts";
import { coloursOf } from "../../processors/media/track_colours.ts";
import { readableLine } from "../convert/ffmpeg_line.ts";
import { undecodable } from "../convert/formats.ts";

/** Looks into files. What cannot be read is for the nodes to refuse. */
export async function lookInto(paths: Iterable<string>): Promise<void> {
  for (const path of paths) tellPorts(path, await portsOf(path));
}

async function portsOf(path: string): Promise<KnownPorts | undefined> {
  try {
    const outputs = await readMediaOutputs(path);
    const { tracks } = await readMediaInfo(path);
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
