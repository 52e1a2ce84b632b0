/**
 * The `throttle` processor.
 *
 * @module
 */
import { config, input, output, processor } from "../../core/annotations.ts";
import type { Frame } from "../../core/frames/frame.ts";
import type { StreamInput, StreamOutput } from "../../core/ports/stream.ts";
import type { ProcessorContext } from "../../core/processor.ts";
import { carried, carry } from "../audio/carried.ts";
import { canBegin, isContinuous } from "./frame_gaps.ts";

/** What a successor goes on from. */
interface ThrottleState {
  readonly nextNs: number;
  readonly missed: boolean;
}

/**
 * Lets at most so many frames a second pass.
 *
 * **Purpose.** Drops frames that come too early: in a live graph by the clock, in an offline one by their times. The
 * counts of the links tell how many. The first frame of sound, or encoded one, after a gap is flagged as a
 * discontinuity; encoded frames up to the next key frame cannot be decoded after a dropped one and are dropped too.
 *
 * **Inputs.** `frameIn`: frames of any kind, which its links tell.
 *
 * **Outputs.** `frameOut`: the frames that pass, untouched.
 *
 * **Config.** `ratePerSecond` (live).
 *
 * **Example.**
 * ```json
 * { "preview": { "type": "throttle", "config": { "ratePerSecond": 5 } } }
 * ```
 */
@processor({
  keeps: ["sampleRateHz", "channels", "width", "height", "pixelFormat", "codec"],
  tags: ["rate", "limit", "drop"],
})
export class Throttle<F extends Frame> {
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
      if (timeNs < this.#nextNs || (this.#missed && !canBegin(frame))) {
        this.#missed = true;
        frame.release();
        continue;
      }
      // Keeps to the grid, so that jitter does not lower the rate; a pause starts a new one.
      this.#nextNs = timeNs - this.#nextNs < periodNs ? this.#nextNs + periodNs : timeNs + periodNs;
      const flagged = this.#missed && isContinuous(frame);
      const own = flagged ? frame.writable() : frame;
      if (flagged) own.discontinuity = true;
      this.#missed = false;
      this.frameOut.write(own);
    }
  }

  /** Gives what a successor goes on from. */
  snapshot(): unknown {
    return carry("throttle", { nextNs: this.#nextNs, missed: this.#missed });
  }

  /** Goes on from there. */
  restore(state: unknown): void {
    const from = carried<ThrottleState>("throttle", state);
    if (from === undefined) return;
    this.#nextNs = from.nextNs;
    this.#missed = from.missed;
  }
}
