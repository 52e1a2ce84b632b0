/**
 * `sluice info`: what is in media files.
 *
 * @module
 */
import type { MediaInfo, TrackInfo } from "../../processors/media/media_info.ts";
import { shownSize } from "../../processors/media/picture_format.ts";
import type { PictureSize } from "../../processors/media/scale_advice.ts";
import { InputFile } from "../convert/standard_streams.ts";
import { readInput } from "../convert/media_input.ts";
import type { MediaInfoArgs } from "../media_args.ts";
import { EXIT, inOneLine, reportErrors } from "../output/failure.ts";
import type { Io } from "../output/output.ts";
import { formatBytes, formatClock, formatCount } from "../output/table.ts";

/** @returns the exit code: 1 if one of the files cannot be read */
export async function mediaInfoCommand({ files, json }: MediaInfoArgs, io: Io): Promise<number> {
  let code: number = EXIT.ok;
  for (const [index, path] of files.entries()) {
    try {
      await using file = await InputFile.open(path, { keepsRaw: true });
      const info = { ...await readInput(file.path), path };
      if (json) io.stdout.line(JSON.stringify({ event: "media", ...info }));
      else for (const line of renderMedia(info)) io.stdout.line(line);
      if (!json && index < files.length - 1) io.stdout.line();
    } catch (error) {
      reportErrors([error], io, json);
      code = EXIT.failed;
    }
  }
  return code;
}

/** A file as lines: itself, then its tracks and its tags. */
export function renderMedia(info: MediaInfo): string[] {
  const { path, container, pictures, bytes, part, damage, recordings, durationSeconds, bitRate, tracks, tags } = info;
  const facts = [container];
  if (pictures !== undefined) facts.push(pictures === 1 ? "1 picture" : `${formatCount(pictures)} pictures`);
  if (durationSeconds !== undefined) facts.push(formatClock(durationSeconds * 1e9));
  facts.push(formatBytes(bytes));
  if (part !== undefined) facts.push(`cut off (${part} are there)`);
  if (recordings !== undefined) facts.push(`${recordings} recordings`);
  if (damage !== undefined) facts.push(`damaged (${damage} are left out)`);
  if (bitRate !== undefined) facts.push(formatBitRate(bitRate));
  const rows: [string, string][] = [
    ...(info.faults ?? []).map((fault): [string, string] => ["fault", fault]),
    ...tracks.map((track): [string, string] => [track.name, describeTrack(track)]),
    ...Object.entries(tags).map(([name, value]): [string, string] => [name, inOneLine(String(value))]),
  ];
  const width = Math.max(...rows.map(([name]) => name.length));
  return [`${inOneLine(path)}: ${facts.join(", ")}`, ...rows.map(([name, text]) => `  ${name.padEnd(width)}  ${text}`)];
}

/** A track in a line: `h264 (avc1.64000a), 160 × 120, 25 pictures/s, 93 kbit/s, deu`. */
export function describeTrack(track: TrackInfo): string {
  const { codec, codecString, decoded, width, height, otherSizes, rotation, frameRate, sampleRateHz, channels } = track;
  const facts = [
    decoded !== undefined ? `${decoded} by ffmpeg` : codecString === undefined ? codec : `${codec} (${codecString})`,
  ];
  if (width !== undefined) {
    facts.push(describeSizes([{ width, height: height! }, ...otherSizes ?? []]), ...describePictures(track));
  }
  if (facts.length === 1 && sampleRateHz === undefined && track.refusal !== undefined) {
    facts.push("which no shipped node reads");
  }
  if (frameRate !== undefined) facts.push(`${frameRate} pictures/s`);
  if (rotation !== undefined) facts.push(`turned by ${rotation}°`);
  if (sampleRateHz !== undefined) facts.push(`${sampleRateHz} Hz`);
  if (channels !== undefined) facts.push(channels === 1 ? "mono" : channels === 2 ? "stereo" : `${channels} channels`);
  if (track.bitRate !== undefined) facts.push(formatBitRate(track.bitRate));
  if (track.language !== undefined) facts.push(track.language);
  if (track.title !== undefined) facts.push(JSON.stringify(inOneLine(track.title)));
  return facts.join(", ");
}

/** `320 × 240, then 640 × 480`. */
function describeSizes(sizes: readonly PictureSize[]): string {
  return sizes.map(({ width, height }) => `${width} × ${height}`).join(", then ");
}

/** What is not usual of pictures. */
function describePictures(
  { width = 0, height = 0, pixelAspect, bitDepth, chroma, profile, interlaced, matrix, range }: TrackInfo,
): string[] {
  const shown = shownSize({ width, height }, pixelAspect);
  const facts = [
    pixelAspect && `pixels ${pixelAspect}`,
    pixelAspect && `shown as ${shown.width} × ${shown.height}`,
    bitDepth !== undefined && `${bitDepth} bits`,
    chroma,
    profile && `profile ${profile}`,
    interlaced && "interlaced",
    matrix?.replace("bt", "BT."),
    range === "full" && "full range",
  ];
  return facts.filter((fact) => typeof fact === "string");
}

function formatBitRate(bitsPerSecond: number): string {
  if (bitsPerSecond < 1e6) return `${Math.round(bitsPerSecond / 1e3)} kbit/s`;
  return `${(bitsPerSecond / 1e6).toFixed(bitsPerSecond < 1e7 ? 2 : 1)} Mbit/s`;
}
