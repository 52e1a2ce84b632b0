/**
 * The nodes between a track of sound and a file.
 *
 * @module
 */
import { SluiceError } from "../../core/errors.ts";
import { wholeBitsOf } from "../../processors/media/decoders.ts";
import type { TrackInfo } from "../../processors/media/media_info.ts";
import { PCM } from "../../processors/media/output_formats.ts";
import type { ConvertArgs } from "../media_args.ts";
import type { ChainEnd, GraphDraft } from "./draft.ts";
import { ENCODERS } from "./formats.ts";
import { frames } from "./frames.ts";
import type { TrackPlan } from "./track_plan.ts";

/** The only rate of Opus. */
const OPUS_RATE_HZ = 48_000;
/** Bits a second of Opus where nothing is said, by channels: what libopus's own tools and ffmpeg take. */
const OPUS_BITS = [64_000, 96_000];
/** The most channels of Opus that are encoded. */
const OPUS_CHANNELS = 2;
/** The highest rate that a frame of FLAC can say, and the highest of those that 10 does not divide. */
const [FLAC_RATE_HZ, FLAC_ODD_RATE_HZ] = [655_350, 65_535];

/** The highest value of what is brought to a loudness, between samples too: as EBU R128 wants it. */
export const MOST_PEAK_DB = -1;
/** The id of the node that brings to a loudness. */
export const NORMALIZE = "normalize";

/** Appends what a track of sound takes. @throws {SluiceError} `InvalidConfig` for a rate that its codec does not have */
export function audioChain(draft: GraphDraft, start: ChainEnd, plan: TrackPlan, args: ConvertArgs): ChainEnd {
  return encodedAudio(draft, audioFrames(draft, start, plan, args), plan, args);
}

/** Appends what makes samples of a track as they are encoded. @throws {SluiceError} as {@linkcode audioChain} */
export function audioFrames(draft: GraphDraft, start: ChainEnd, plan: TrackPlan, args: ConvertArgs): ChainEnd {
  const { track } = plan;
  const wanted = plannedSound(plan, args);
  let end = frames(draft, start, track, args);
  if (wanted.channels !== (track.channels ?? 2)) {
    const mapper = { type: "channel-mapper", input: "audioIn", output: "audioOut" };
    end = draft.append(end, "channels", mapper, { channels: wanted.channels });
  }
  if (wanted.sampleRateHz !== decodedRate(track)) {
    const resampler = { type: "resampler", input: "audioIn", output: "audioOut" };
    end = draft.append(end, "resample", resampler, { sampleRateHz: wanted.sampleRateHz });
  }
  return end;
}

/** Appends what brings samples to a loudness, if that is asked, and encodes them. */
export function encodedAudio(draft: GraphDraft, end: ChainEnd, plan: TrackPlan, args: ConvertArgs): ChainEnd {
  const { codec, measured } = plan;
  if (measured !== undefined) {
    const normalize = { type: "normalize", input: "audioIn", output: "audioOut" };
    const { integratedLufs: measuredLufs } = measured;
    const config = { targetLufs: args.loudnessLufs, measuredLufs, ceilingDb: MOST_PEAK_DB };
    end = draft.append(end, NORMALIZE, normalize, config);
  }
  if (codec === PCM) return end;
  const config = encoderConfig(plan, plannedSound(plan, args).channels, args);
  return draft.append(end, "audio-encode", ENCODERS[codec], config, "audio");
}

/** The rate and the channels that are written. @throws {SluiceError} as {@linkcode audioChain} */
export function plannedSound(
  { track, codec }: TrackPlan,
  args: ConvertArgs,
): { readonly sampleRateHz: number; readonly channels: number } {
  const { channels = 2 } = track;
  return {
    sampleRateHz: rateFor(codec, decodedRate(track), args),
    channels: args.channels ?? (codec === "opus" ? Math.min(channels, OPUS_CHANNELS) : channels),
  };
}

function decodedRate({ codec, sampleRateHz = OPUS_RATE_HZ }: TrackInfo): number {
  return codec === "opus" ? OPUS_RATE_HZ : sampleRateHz;
}

function rateFor(codec: string, rateHz: number, { sampleRateHz = rateHz }: ConvertArgs): number {
  if (codec === "opus" && sampleRateHz !== rateHz && sampleRateHz !== OPUS_RATE_HZ) {
    throw wrongRate("Opus", sampleRateHz, `${OPUS_RATE_HZ} Hz, which lower rates gain nothing over`);
  }
  if (codec === "opus") return OPUS_RATE_HZ;
  if (codec === "flac" && sampleRateHz > (sampleRateHz % 10 === 0 ? FLAC_RATE_HZ : FLAC_ODD_RATE_HZ)) {
    const wanted = `up to ${FLAC_ODD_RATE_HZ} Hz, or up to ${FLAC_RATE_HZ} Hz a rate that 10 divides`;
    throw wrongRate("FLAC", sampleRateHz, wanted);
  }
  return sampleRateHz;
}

function encoderConfig({ track, codec }: TrackPlan, channels: number, args: ConvertArgs): Record<string, unknown> {
  if (codec === "opus") return { bitRate: args.audioBitRate ?? OPUS_BITS[Math.min(channels, OPUS_BITS.length) - 1] };
  const bitsPerSample = wholeBitsOf(track);
  return bitsPerSample > 16 ? { bitsPerSample } : {};
}

function wrongRate(codec: string, rateHz: number, wanted: string): SluiceError {
  return new SluiceError("InvalidConfig", `Cannot encode ${codec} at ${rateHz} Hz: wanted ${wanted}`, {
    key: "--sample-rate",
  });
}
