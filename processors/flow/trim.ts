/**
 * The `trim` processors: one for sound, one for pictures.
 *
 * @module
 */
import { config, input, output, processor } from "../../core/annotations.ts";
import type { AudioFrame } from "../../core/frames/audio_frame.ts";
import type { AudioFormat } from "../../core/frames/format.ts";
import type { VideoFrame } from "../../core/frames/video_frame.ts";
import type { StreamInput, StreamOutput } from "../../core/ports/stream.ts";
import type { ProcessorContext } from "../../core/processor.ts";
import { samplesToNs } from "../audio/sample_time.ts";

/** By how much the time of a picture may be before the start: times of files are rounded. */
const ROUNDING_NS = 5e5;

/**
 * Leaves out the sound before and after two times.
 *
 * **Purpose.** Lets pass what lies from `startSeconds` on and before `endSeconds`, to the sample: blocks that lie across
 * one of them are cut. Times stay as they are. So what a source reads before the place that it was told to go to, which
 * has times before 0, is left out. It ends with the first block that lies across `endSeconds` or behind it, and with it
 * what nobody else reads: an endless source, too.
 *
 * **Inputs.** `frameIn`.
 *
 * **Outputs.** `frameOut`: the same blocks, and parts of those that are cut.
 *
 * **Config.** `startSeconds`, `endSeconds`.
 *
 * **Example.**
 * ```json
 * { "minute": { "type": "audio-trim", "config": { "startSeconds": 60, "endSeconds": 120 } } }
 * ```
 */
@processor({ tags: ["audio", "cut", "trim", "from", "to"] })
export class AudioTrim<C extends number> {
  @input()
  frameIn!: StreamInput<AudioFrame<C>>;
  @output()
  frameOut!: StreamOutput<AudioFrame<C>>;
  /** The time of the first sample that passes. @unit s */
  @config()
  startSeconds = 0;
  /** The time of the first sample that does not pass any more; by default all do. @unit s */
  @config()
  endSeconds?: number;

  /** Hands blocks on, cuts them or drops them. */
  process(context: ProcessorContext): void {
    let block;
    while ((block = this.frameIn.read()) !== undefined) {
      const { sampleCount } = block;
      const [from, to] = [sampleAt(this.startSeconds, block), sampleAt(this.endSeconds ?? Infinity, block)];
      if (to - from === sampleCount) {
        this.frameOut.write(block);
        continue;
      }
      if (from < to) this.#writePart(block, from, to);
      block.release();
      if (to < sampleCount) return context.finish();
    }
  }

  #writePart(block: AudioFrame<C>, from: number, to: number): void {
    const { sampleRateHz, channels, ptsNs, discontinuity } = block;
    const { layout } = block.format as AudioFormat;
    const part = this.frameOut.tryAcquire({ sampleRateHz, channels, sampleCount: to - from, layout })!;
    for (let channel = 0; channel < channels; channel++) {
      part.channel(channel).set(block.channel(channel).subarray(from, to));
    }
    part.ptsNs = ptsNs + samplesToNs(from, sampleRateHz);
    part.durationNs = samplesToNs(to - from, sampleRateHz);
    part.discontinuity = discontinuity;
    this.frameOut.write(part);
  }
}

/** Which sample of a block is at a time: 0 for one before it, their number for one after it. */
function sampleAt(seconds: number, { sampleRateHz, sampleCount, ptsNs }: AudioFrame): number {
  const sample = Math.round((seconds * 1e9 - ptsNs) / 1e9 * sampleRateHz);
  return Math.min(sampleCount, Math.max(0, sample));
}

/**
 * Leaves out the pictures before and after two times: as `audio-trim`, by the times at which they are shown. It ends with
 * the first picture that is not before `endSeconds`.
 */
@processor({ tags: ["video", "cut", "trim", "from", "to"] })
export class VideoTrim {
  @input()
  frameIn!: StreamInput<VideoFrame>;
  @output()
  frameOut!: StreamOutput<VideoFrame>;
  /** The time from which on pictures pass. @unit s */
  @config()
  startSeconds = 0;
  /** The time from which on none pass any more; by default all do. @unit s */
  @config()
  endSeconds?: number;

  /** Hands pictures on, or drops them. */
  process(context: ProcessorContext): void {
    let picture;
    while ((picture = this.frameIn.read()) !== undefined) {
      const { ptsNs } = picture;
      const isOver = ptsNs >= (this.endSeconds ?? Infinity) * 1e9 - ROUNDING_NS;
      if (!isOver && ptsNs >= this.startSeconds * 1e9 - ROUNDING_NS) this.frameOut.write(picture);
      else picture.release();
      if (isOver) return context.finish();
    }
  }
}
