/**
 * Decides for a track whether it is copied, or to what it is encoded.
 *
 * @module
 */
import { SluiceError } from "../../core/errors.ts";
import type { TrackInfo } from "../../processors/media/media_info.ts";
import { type OutputFormat, PCM } from "../../processors/media/output_formats.ts";
import type { ConvertArgs } from "../media_args.ts";
import { plainLine, readableLine } from "../../processors/media/ffmpeg_line.ts";
import { familyOf, isEncoded, undecodable } from "../../processors/media/decoders.ts";
import { ENCODERS, formatPath } from "./formats.ts";

/** What is done with a track. */
export interface TrackPlan {
  readonly track: TrackInfo;
  /** What goes into the file: a codec, `pcm` or `png`. */
  readonly codec: string;
  /** Whether it goes there as it is. */
  readonly copied: boolean;
  /** Pictures after the end that are copied all the same, since ones before it need them. */
  readonly beyond: number;
  /** Pictures before the start that are copied and shown all the same, since ones after it need them. */
  readonly before: number;
  /** How loud it is, if it is brought to a loudness. */
  readonly measured?: MeasuredLoudness;
}

/** How loud a track is, as a `loudness` node measures it. */
export interface MeasuredLoudness {
  readonly integratedLufs: number;
  readonly rangeLu: number;
  readonly truePeakDb: number;
}

/** How many pictures outside of what is wanted others need, if they are copied. */
export interface NeededPictures {
  readonly beyond: number;
  readonly before: number;
}

/** Options that change a track, by the names that people type, as far as they are given. */
type Changes = readonly string[];

/**
 * Decides what is done with a track.
 *
 * @param tracks all that are wanted of the file
 * @param needed pictures that would come with what is wanted
 * @throws {SluiceError} `InvalidConfig` if the file holds nothing that it can become; the message has a line of ffmpeg
 */
export function planTrack(
  track: TrackInfo,
  tracks: readonly TrackInfo[],
  output: OutputFormat,
  args: ConvertArgs,
  needed: NeededPictures = { beyond: 0, before: 0 },
): TrackPlan {
  const changes = track.kind === "video" ? videoChanges(track, output, args, needed) : audioChanges(track, args);
  const held = track.kind === "video" ? output.video : output.audio;
  const own = familyOf(track.codec);
  const isKept = own !== PCM || output.sink === "ffmpeg-sink" || output.encodesSamples === undefined || args.copy ||
    args.audioCodec !== undefined;
  const fits = held.includes(own) && isKept;
  const readable = `let ffmpeg make a file that is read: ${readableLine(args.input, tracks)}`;
  if (track.refusal !== undefined) throw refusal(track, output, track.refusal, readable);
  if (args.copy && track.otherSizes !== undefined) throw resized(track, output);
  if (fits && changes.length === 0) return { track, codec: own, copied: isEncoded(own), ...needed };
  if (args.copy) {
    const why = fits ? `${changes.join(" and ")} would change it` : `${output.name} holds ${listCodecs(held)}`;
    throw refusal(track, output, `--copy encodes nothing, and ${why}`, "leave --copy out");
  }
  const codec = plannedCodec(track, output, args);
  const reason = undecodable(track);
  if (reason !== undefined) {
    const why = changes.length > 0
      ? `${reason}, which ${changes.join(" and ")} would take`
      : `Sluice cannot write ${own} to ${output.name}, which takes ${listCodecs(held, " or ")}, and ${reason}`;
    throw refusal(track, output, why, readable);
  }
  return { track, codec, copied: false, beyond: 0, before: 0 };
}

/** The codec that a track is encoded to. */
function plannedCodec(track: TrackInfo, output: OutputFormat, args: ConvertArgs): string {
  // ffmpeg is told of it.
  const asked = track.kind === "video" ? args.videoCodec : args.audioCodec;
  const wanted = output.sink === "ffmpeg-sink" ? undefined : asked;
  const held = track.kind === "video" ? output.video : output.audio;
  const own = familyOf(track.codec);
  const codec = wanted === undefined
    ? encodable(held, own === PCM && output.encodesSamples ? undefined : own)
    : familyOf(wanted);
  const direct = `choose another format, or let ffmpeg do it: ${plainLine(args.input, formatPath(args))}`;
  if (codec === undefined) {
    throw refusal(track, output, `it holds ${listCodecs(held)}, which no shipped node encodes`, direct);
  }
  if (!held.includes(codec)) throw refusal(track, output, `it holds ${listCodecs(held)}, and no ${codec}`, direct);
  return codec;
}

/** The codec to encode to: the own one before others. */
function encodable(held: readonly string[], own: string | undefined): string | undefined {
  const able = held.filter((codec) => !isEncoded(codec) || ENCODERS[codec] !== undefined);
  return able.find((codec) => codec === own) ?? able[0];
}

function videoChanges(
  track: TrackInfo,
  output: OutputFormat,
  args: ConvertArgs,
  { beyond, before }: NeededPictures,
): Changes {
  const { size, frameRate, videoBitRate, videoCodec, fromSeconds } = args;
  return named({
    "--size": size !== undefined,
    "--join": args.joined.length > 0,
    "--rate": frameRate !== undefined && track.codec !== "png" && track.codec !== "jpeg",
    "--video-bitrate": videoBitRate !== undefined,
    "--video-codec": videoCodec !== undefined && videoCodec !== track.codec,
    // Only a key frame can be begun with.
    "--from": fromSeconds !== undefined && fromSeconds > 0 && !args.copy,
    "the edit list": before > 0 && !args.copy && undecodable(track) === undefined,
    "the other sizes of its pictures": track.otherSizes !== undefined && !args.copy,
    "--to": beyond > 0 && !args.copy && undecodable(track) === undefined,
    // Players do not find it there.
    "the rotation of its pictures": track.rotation !== undefined && output.rotates === undefined && !args.copy,
  });
}

function audioChanges(track: TrackInfo, args: ConvertArgs): Changes {
  const { sampleRateHz, channels, audioBitRate, audioCodec, loudnessLufs } = args;
  const isCompressed = familyOf(track.codec) !== PCM;
  return named({
    "--join": args.joined.length > 0,
    "--sample-rate": sampleRateHz !== undefined && sampleRateHz !== track.sampleRateHz,
    "--channels": channels !== undefined && channels !== track.channels,
    "--audio-bitrate": audioBitRate !== undefined,
    "--loudness": loudnessLufs !== undefined,
    "--audio-codec": audioCodec !== undefined &&
      (isCompressed ? audioCodec !== track.codec : familyOf(audioCodec) !== PCM),
  });
}

function named(changes: Readonly<Record<string, boolean>>): Changes {
  return Object.entries(changes).filter(([, is]) => is).map(([name]) => name);
}

function listCodecs(codecs: readonly string[], joint = ", "): string {
  if (codecs.length === 0) return "none of this kind";
  return [codecs.slice(0, -1).join(", "), codecs.at(-1)].filter((each) => each !== "").join(joint);
}

function resized(track: TrackInfo, output: OutputFormat): SluiceError {
  const { width = 0, height = 0, otherSizes: [other] = [] } = track;
  const why = `--copy encodes nothing, and its pictures change from ${width} × ${height} to ${other.width} × ` +
    `${other.height}, where a track has one size`;
  return refusal(track, output, why, "leave --copy out, which scales them to the first size, or to that of --size");
}

function refusal({ name, kind, codec }: TrackInfo, output: OutputFormat, why: string, next: string): SluiceError {
  return new SluiceError(
    "InvalidConfig",
    `Cannot convert ${name} (${codec}) to ${output.name}: ${why}; leave it out with --no-${kind}, or ${next}`,
    { key: `--${kind}-codec` },
  );
}
