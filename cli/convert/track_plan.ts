/**
 * Decides for a track whether it is copied, or to what it is encoded.
 *
 * @module
 */
import { SluiceError } from "../../core/errors.ts";
import type { TrackInfo } from "../../processors/media/media_info.ts";
import type { ConvertArgs } from "../media_args.ts";
import { decoderOf, ENCODERS, familyOf, type OutputFormat, PCM } from "./formats.ts";

/** What is done with a track. */
export interface TrackPlan {
  readonly track: TrackInfo;
  /** What goes into the file: a codec, `pcm` or `png`. */
  readonly codec: string;
  /** Whether it goes there as it is. */
  readonly copied: boolean;
}

/** Options that change a track, by the names that people type, as far as they are given. */
type Changes = readonly string[];

/**
 * Decides what is done with a track.
 *
 * @throws {SluiceError} `InvalidConfig` if the file holds nothing that it can become
 */
export function planTrack(track: TrackInfo, output: OutputFormat, args: ConvertArgs): TrackPlan {
  const changes = track.kind === "video" ? videoChanges(track, args) : audioChanges(track, args);
  const wanted = track.kind === "video" ? args.videoCodec : args.audioCodec;
  const held = track.kind === "video" ? output.video : output.audio;
  const own = familyOf(track.codec);
  const fits = held.includes(own);
  if (fits && changes.length === 0) return { track, codec: own, copied: own !== PCM && own !== "png" };
  if (args.copy) {
    const why = fits ? `${changes.join(" and ")} would change it` : `${output.name} holds ${listCodecs(held)}`;
    throw refusal(track, output, `--copy encodes nothing, and ${why}`);
  }
  const codec = wanted === undefined ? encodable(held, fits ? own : undefined) : familyOf(wanted);
  if (codec === undefined) {
    throw refusal(track, output, `it holds ${listCodecs(held)}, which no shipped node encodes`);
  }
  if (!held.includes(codec)) throw refusal(track, output, `it holds ${listCodecs(held)}, and no ${codec}`);
  if (isEncoded(own) && decoderOf(track) === undefined) {
    const why = changes.length > 0 ? changes.join(" and ") : `${output.name}, which holds ${listCodecs(held)},`;
    throw refusal(track, output, `no shipped node decodes ${described(track)}, which ${why} would take`);
  }
  return { track, codec, copied: false };
}

/** Whether a codec has to be decoded. */
function isEncoded(codec: string): boolean {
  return codec !== PCM && codec !== "png";
}

/** A codec as it says what of it cannot be decoded. */
function described({ codec, codecString, channels }: TrackInfo): string {
  return codec === "aac" ? `aac (${codecString}) with ${channels} channels` : codec;
}

/** The codec to encode to: the own one before others. */
function encodable(held: readonly string[], own: string | undefined): string | undefined {
  const able = held.filter((codec) => !isEncoded(codec) || ENCODERS[codec] !== undefined);
  return able.find((codec) => codec === own) ?? able[0];
}

function videoChanges(track: TrackInfo, args: ConvertArgs): Changes {
  const { size, frameRate, videoBitRate, videoCodec, fromSeconds } = args;
  return named({
    "--size": size !== undefined,
    "--rate": frameRate !== undefined && track.codec !== "png" && track.codec !== "jpeg",
    "--video-bitrate": videoBitRate !== undefined,
    "--video-codec": videoCodec !== undefined && videoCodec !== track.codec,
    // Only a key frame can be begun with.
    "--from": fromSeconds !== undefined && fromSeconds > 0 && !args.copy,
    // No file that is written says that pictures are to be turned.
    "the rotation of its pictures": track.rotation !== undefined && !args.copy,
  });
}

function audioChanges(track: TrackInfo, args: ConvertArgs): Changes {
  const { sampleRateHz, channels, audioBitRate, audioCodec } = args;
  const isCompressed = familyOf(track.codec) !== PCM;
  return named({
    "--sample-rate": sampleRateHz !== undefined && sampleRateHz !== track.sampleRateHz,
    "--channels": channels !== undefined && channels !== track.channels,
    "--audio-bitrate": audioBitRate !== undefined,
    "--audio-codec": audioCodec !== undefined &&
      (isCompressed ? audioCodec !== track.codec : familyOf(audioCodec) !== PCM),
  });
}

function named(changes: Readonly<Record<string, boolean>>): Changes {
  return Object.entries(changes).filter(([, is]) => is).map(([name]) => name);
}

function listCodecs(codecs: readonly string[]): string {
  return codecs.length === 0 ? "none of this kind" : codecs.join(", ");
}

function refusal({ name, kind, codec }: TrackInfo, output: OutputFormat, why: string): SluiceError {
  return new SluiceError(
    "InvalidConfig",
    `Cannot convert ${name} (${codec}) to ${output.name}: ${why}; leave it out with --no-${kind}, choose another format, ` +
      "or let ffmpeg do it",
    { key: `--${kind}-codec` },
  );
}
