/**
 * Looks into the files that sources of media name, so that links from them go by what the files hold.
 *
 * @module
 */
import type { KnownOutput, KnownPorts } from "../../core/descriptor/known_ports.ts";
import { undecodable, wholeBitsOf } from "./decoders.ts";
import { trackOf } from "./ffmpeg_info.ts";
import { readableLine } from "./ffmpeg_line.ts";
import { type MediaInfo, readMediaInfo, type TrackInfo } from "./media_info.ts";
import { readMediaOutputs } from "./media_outputs.ts";
import { type Paths, tellPorts } from "./source_ports.ts";
import { coloursOf } from "./track_colours.ts";

/** Looks into files. What cannot be read is for the nodes to refuse. */
export async function lookInto({ media, ffmpeg }: Paths): Promise<void> {
  for (const path of media) await readAndTell(path).catch(() => undefined);
  for (const path of ffmpeg) await askFfmpeg(path).catch(() => undefined);
}

async function askFfmpeg(path: string): Promise<void> {
  const { probeInput } = await import("./ffmpeg_probe.ts");
  const { streams } = await probeInput(path);
  const outputs = streams.map((stream): [string, KnownOutput] => {
    const { name, kind, sampleRateHz, channels, range } = stream;
    if (kind === "video") return [name, { pixelFormat: "i420", colours: { range: range ?? "limited" } }];
    if (sampleRateHz === undefined || channels === undefined) return [name, {}];
    return [name, { sampleRateHz, channels, bitsPerSample: wholeBitsOf(trackOf(stream)) }];
  });
  tellPorts(path, { outputs: Object.fromEntries(outputs) }, "ffmpeg");
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
    const mend = () =>
      `put an "ffmpeg-source" in its place, which decodes by ffmpeg, or let ffmpeg make a file that is read: ` +
      readableLine(path, tracks);
    const known = tracks.filter(({ name }) => outputs[name] !== undefined).map((track): [string, KnownOutput] => {
      const { kind: _, ...gives } = outputs[track.name];
      const why = undecodable(track);
      return [track.name, {
        ...gives,
        ...(track.codec === "h264" && { colours: coloursOf(track) }),
        ...(track.kind === "audio" && { bitsPerSample: wholeBitsOf(track) }),
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
