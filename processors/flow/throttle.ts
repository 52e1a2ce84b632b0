/**
 * The `throttle` processors, one for each kind of frame.
 *
 * @module
 */
import { config, input, output, processor } from "../../core/annotations.ts";
import type { AudioFrame } from "../../core/frames/audio_frame.ts";
import type { DataFrame } from "../../core/frames/data_frame.ts";
import type { EncodedFrame } from "../../core/frames/encoded_frame.ts";
import type { Frame } from "../../core/frames/frame.ts";
import type { PacketFieldsOf, PacketFrame } from "../../core/frames/packet_frame.ts";
import type { VideoFrame } from "../../core/frames/video_frame.ts";
import type { StreamInput, StreamOutput } from "../../core/ports/stream.ts";
import type { ProcessorContext } from "../../core/processor.ts";

abstract class Throttle<F extends Frame> {
  @input()
  frameIn!: StreamInput<F>;
  @output()
  frameOut!: StreamOutput<F>;
  /** Frames a second at most. @exclusiveMinimum 0 @maximum 1000000 @unit Hz */
  @config({ live: true })
  ratePerSecond = 10;

  /** When the next frame may pass. */
  #nextNs = -Infinity;
  #missed = false;

  /** Passes a frame on if its time has come, otherwise drops it. */
  process(context: ProcessorContext): void {
    const periodNs = 1e9 / this.ratePerSecond;
    let frame;
    while ((frame = this.frameIn.read()) !== undefined) {
      const timeNs = context.mode === "live" ? context.nowNs() : frame.ptsNs;
      if (timeNs < this.#nextNs || (this.#missed && !this.canResume(frame))) {
        this.#missed = true;
        frame.release();
        continue;
      }
      // Keeps to the grid, so that jitter does not lower the rate; a pause starts a new one.
      this.#nextNs = timeNs - this.#nextNs < periodNs ? this.#nextNs + periodNs : timeNs + periodNs;
      const flagged = this.#missed && this.isContinuous();
      const own = flagged ? frame.writable() : frame;
      if (flagged) own.discontinuity = true;
      this.#missed = false;
      this.frameOut.write(own);
    }
  }

  /** Whether frames depend on earlier ones, so that the first after a gap is flagged. */
  protected isContinuous(): boolean {
    return false;
  }

  /** Whether the stream can go on with a frame after others were dropped. */
  protected canResume(_frame: F): boolean {
    return true;
  }
}

/**
 * Lets at most so many pictures a second pass.
 *
 * **Purpose.** Drops pictures that come too early: in a live graph by the clock, in an offline one by their times. The
 * counts of the links tell how many.
 *
 * **Inputs.** `frameIn`.
 *
 * **Outputs.** `frameOut`: the pictures that pass, untouched.
 *
 * **Config.** `ratePerSecond` (live).
 *
 * **Example.**
 * ```json
 * { "preview": { "type": "video-throttle", "config": { "ratePerSecond": 5 } } }
 * ```
 */
@processor({ tags: ["video", "rate", "limit", "drop", "throttle"] })
export class VideoThrottle extends Throttle<VideoFrame> {}

/** Lets at most so many values a second pass: as `video-throttle`. */
@processor({ tags: ["data", "rate", "limit", "drop", "throttle"] })
export class DataThrottle<T> extends Throttle<DataFrame<T>> {}

/** Lets at most so many batches of records a second pass: as `video-throttle`. */
@processor({ tags: ["packet", "sensor", "rate", "limit", "drop", "throttle"] })
export class PacketThrottle<T extends PacketFieldsOf<T>> extends Throttle<PacketFrame<T>> {}

/**
 * Lets at most so many blocks of audio a second pass: as `video-throttle`. For meters and plots: the output has gaps,
 * and the first block after a gap is flagged as a discontinuity.
 */
@processor({ tags: ["audio", "rate", "limit", "drop", "throttle"] })
export class AudioThrottle<C extends number> extends Throttle<AudioFrame<C>> {
  protected override isContinuous(): boolean {
    return true;
  }
}

/**
 * Lets at most so many encoded frames a second pass: as `video-throttle`. After a dropped frame, those up to the next
 * key frame cannot be decoded and are dropped too; that key frame passes if its time has come, flagged as a
 * discontinuity.
 */
@processor({ tags: ["encoded", "rate", "limit", "drop", "throttle"] })
export class EncodedThrottle extends Throttle<EncodedFrame> {
  protected override isContinuous(): boolean {
    return true;
  }

  protected override canResume(frame: EncodedFrame): boolean {
    return frame.keyframe;
  }
}
