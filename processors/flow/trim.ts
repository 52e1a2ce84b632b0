/**
 * The `trim` processor.
 *
 * @module
 */
import { config, input, output, processor } from "../../core/annotations.ts";
import type { AudioFrame } from "../../core/frames/audio_frame.ts";
import type { AudioFormat } from "../../core/frames/format.ts";
import type { Frame } from "../../core/frames/frame.ts";
import type { VideoFrame } from "../../core/frames/video_frame.ts";
import type { StreamInput, StreamOutput } from "../../core/ports/stream.ts";
import type { ProcessorContext } from "../../core/processor.ts";
import { samplesToNs } from "../audio/sample_time.ts";

/** By how much the time of a picture may be before the start: times of files are rounded. */
const ROUNDING_NS = 5e5;

/**
 * Leaves out the sound or the pictures before and after two times.
 *
 * **Purpose.** Lets pass what lies from `startSeconds` on and before `endSeconds`: sound to the sample, so that blocks
 * that lie across one of them are cut; pictures by the times at which they are shown. Times stay as they are. So what a
 * source reads before the place that it was told to go to, which has times before 0, is left out. It ends with the first
 * block or picture that is not wholly before `endSeconds`, and with it what nobody else reads: an endless source, too.
 *
 * **Inputs.** `frameIn`: audio or video, which its links tell.
 *
 * **Outputs.** `frameOut`: the same frames, and parts of blocks that are cut.
 *
 * **Config.** `startSeconds`, `endSeconds`.
 *
 * **Example.**
 * ```json
 * { "minute": { "type": "trim", "config": { "startSeconds": 60, "endSeconds": 120 } } }
 * ```
 */
@processor({
  keeps: ["sampleRateHz", "channels", "width", "height", "pixelFormat", "frameRate", "codec"],
  tags: ["cut", "from", "to"],
})
export class Trim<F extends AudioFrame | VideoFrame> {
  @input()
  frameIn!: StreamInput<F>;
  @output()
  frameOut!: StreamOutput<F>;
  /** The time of the first sample that passes, or from which on pictures do. @unit s */
  @config()
  startSeconds = 0;
  /** The time from which on nothing passes any more; by default all does. @unit s */
  @config()
  endSeconds?: number;

  /** Hands frames on, cuts blocks, or drops them. */
  process(context: ProcessorContext): void {
    let frame;
    while ((frame = this.frameIn.read()) !== undefined) {
      const isOver = frame.kind === "audio" ? this.#passSound(frame as Frame as AudioFrame) : this.#passPicture(frame);
      if (isOver) return context.finish();
    }
  }

  /** @returns whether nothing passes any more */
  #passPicture(picture: F): boolean {
    const { ptsNs } = picture;
    const isOver = ptsNs >= (this.endSeconds ?? Infinity) * 1e9 - ROUNDING_NS;
    if (!isOver && ptsNs >= this.startSeconds * 1e9 - ROUNDING_NS) this.frameOut.write(picture);
    else picture.release();
    return isOver;
  }

  /** @returns whether nothing passes any more */
  #passSound(block: AudioFrame): boolean {
    const { sampleCount } = block;
    const [from, to] = [sampleAt(this.startSeconds, block), sampleAt(this.endSeconds ?? Infinity, block)];
    const output = this.frameOut as StreamOutput as StreamOutput<AudioFrame>;
    if (to - from === sampleCount) {
      output.write(block);
      return false;
    }
    if (from < to) writePart(output, block, from, to);
    block.release();
    return to < sampleCount;
  }
}

function writePart(output: StreamOutput<AudioFrame>, block: AudioFrame, from: number, to: number): void {
  const { sampleRateHz, channels, ptsNs, discontinuity } = block;
  const { layout } = block.format as AudioFormat;
  const part = output.tryAcquire({ sampleRateHz, channels, sampleCount: to - from, layout })!;
  for (let channel = 0; channel < channels; channel++) {
    part.channel(channel).set(block.channel(channel).subarray(from, to));
  }
  part.ptsNs = ptsNs + samplesToNs(from, sampleRateHz);
  part.durationNs = samplesToNs(to - from, sampleRateHz);
  part.discontinuity = discontinuity;
  output.write(part);
}

/** Which sample of a block is at a time: 0 for one before it, their number for one after it. */
function sampleAt(seconds: number, { sampleRateHz, sampleCount, ptsNs }: AudioFrame): number {
  const sample = Math.round((seconds * 1e9 - ptsNs) / 1e9 * sampleRateHz);
  return Math.min(sampleCount, Math.max(0, sample));
}
