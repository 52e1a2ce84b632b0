/**
 * The `limiter` processor.
 *
 * @module
 */
import { config, processor } from "../../core/annotations.ts";
import { carried, carry } from "./carried.ts";
import { StreamLimiter, type StreamLimiterState } from "./stream_limiter.ts";

/**
 * Keeps audio below a ceiling.
 *
 * **Purpose.** No sample of the result is beyond the ceiling. It looks ahead, so that it turns down before a peak and
 * not at it, and has no sample distorted that could be turned down in time. One gain for all channels. It makes no delay:
 * what it holds back to look ahead comes at the end, and samples keep their times. It limits samples; between them the
 * signal of a converter may be up to some decibels higher: set `truePeak`, or leave 1 dB. Samples that are not finite
 * become silence; the figure `notFinite` counts them. Live
 * changes glide: `gainDb` over one block, a lower ceiling over the time that it looks ahead, in which samples above it
 * are cut. The figure `reductionDb` is the greatest reduction of the newest block.
 *
 * **Inputs.** `audioIn`: the rate and number of channels may not change within a stream; where they do, it begins anew,
 * and what it holds is lost.
 *
 * **Outputs.** `audioOut`: as many samples as came, in blocks that may be shorter.
 *
 * **Config.** `ceilingDb`, `gainDb`, `releaseMs` (all live), `lookaheadMs`, `truePeak`.
 *
 * **Example.**
 * ```json
 * { "safe": { "type": "limiter", "config": { "ceilingDb": -1 } } }
 * ```
 */
@processor({
  keeps: ["sampleRateHz", "channels"],
  tags: ["audio", "dynamics", "peak", "clip", "ceiling", "maximize"],
  figures: ["reductionDb", "notFinite"],
})
export class Limiter extends StreamLimiter {
  /** Gain in front of the limiter. @minimum -24 @maximum 48 @unit dB */
  @config({ live: true })
  gainDb = 0;
  /** Limits the wave between samples too (ITU-R BS.1770-4), of which it looks 16 samples further ahead. */
  @config()
  truePeak = false;

  /** Gives what a successor goes on from. */
  snapshot(): unknown {
    return carry("limiter", this.limiterState());
  }

  /** Goes on from there. */
  restore(state: unknown): void {
    const from = carried<StreamLimiterState>("limiter", state);
    if (from !== undefined) this.restoreLimiter(from);
  }

  protected gainFor(): number {
    return this.gainDb;
  }

  protected limitsBetween(): boolean {
    return this.truePeak;
  }

  protected figuresOf(reductionDb: number, notFinite: number): Record<string, number> {
    return { reductionDb, notFinite };
  }
}
