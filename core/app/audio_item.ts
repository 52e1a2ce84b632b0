/**
 * Blocks of audio that a script pushes.
 *
 * @module
 */
import { type AudioFrame, MAX_CHANNELS } from "../frames/audio_frame.ts";
import { acquire, assertLists, assertObject, type SourceItem } from "./source_item.ts";

/** The format of an audio source's blocks. */
export interface AppAudioOptions {
  /** The sample rate, hertz. */
  readonly sampleRateHz: number;
  /** The number of channels, 1 to 64. */
  readonly channels: number;
}

/** A block of audio to push. */
export interface AppAudioBlock {
  /** One array for each channel, all of one length. They are copied before `push()` resolves. */
  readonly channels: readonly Float32Array[];
  /** Presentation time, nanoseconds; by default the end of the block before, or 0. */
  readonly ptsNs?: number;
  /** True if samples are missing before the block; by default `false`. */
  readonly discontinuity?: boolean;
}

/** Makes frames of one rate and number of channels. */
export function audioItem(options: AppAudioOptions): SourceItem<AppAudioBlock, AudioFrame> {
  checkFormat(options);
  let endPtsNs = 0;
  return {
    port: { name: "audio", kind: "audio", type: "AudioFrame" },
    announce: (output) => output.announce({ kind: "audio", ...options }),
    make: async (output, block) => {
      const sampleCount = checkBlock(block, options);
      const frame = await acquire(output, { ...options, sampleCount });
      for (const [at, samples] of block.channels.entries()) frame.channel(at).set(samples);
      frame.ptsNs = block.ptsNs ?? endPtsNs;
      frame.discontinuity = block.discontinuity ?? false;
      endPtsNs = frame.ptsNs + frame.durationNs;
      return frame;
    },
  };
}

function checkFormat(options: AppAudioOptions): void {
  assertObject(options, "Cannot make an audio source", 'an object with "sampleRateHz" and "channels"');
  const { sampleRateHz, channels } = options;
  if (!Number.isInteger(channels) || channels < 1 || channels > MAX_CHANNELS) {
    throw new RangeError(`Cannot make an audio source of ${channels} channels: wanted 1 to ${MAX_CHANNELS}`);
  }
  if (!(Number.isInteger(sampleRateHz) && sampleRateHz >= 1 && sampleRateHz <= 0xffffffff)) {
    throw new RangeError(`Cannot make an audio source of ${sampleRateHz} Hz: wanted a whole number of hertz`);
  }
}

/** @returns the samples in each channel */
function checkBlock(block: AppAudioBlock, options: AppAudioOptions): number {
  assertObject(block, "Cannot push a block", 'an object with "channels"');
  const { channels } = block;
  assertLists(channels, "Cannot push a block", "channels", "one Float32Array a channel");
  if (channels.length !== options.channels) {
    throw new RangeError(`Cannot push a block of ${channels.length} channels: wanted ${options.channels}`);
  }
  const sampleCount = channels[0].length;
  const other = channels.find((samples) => samples.length !== sampleCount);
  if (other === undefined) return sampleCount;
  throw new RangeError(
    `Cannot push a block whose channels have ${sampleCount} and ${other.length} samples: wanted as many in each`,
  );
}
