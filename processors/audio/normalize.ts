/**
 * The `normalize` processor.
 *
 * @module
 */
import { config, processor } from "../../core/annotations.ts";
import type { AudioFrame } from "../../core/frames/audio_frame.ts";
import { carried, carry } from "./carried.ts";
import { GATE_LUFS } from "./gated_loudness.ts";
import { LoudnessMeter, type LoudnessState } from "./loudness_meter.ts";
import { StreamLimiter, type StreamLimiterState } from "./stream_limiter.ts";

/** Time after which 63 % of a new gain is there. */
const ADAPTING_SECONDS = 1;

/** What a successor goes on from. */
interface State {
  limiter: StreamLimiterState;
  meter: LoudnessState | undefined;
  gainDb: number;
  mostReductionDb: number;
}

/**
 * Brings audio to a loudness.
 *
 * **Purpose.** Amplifies to a target in LUFS (EBU R128), with a limiter behind that keeps the wave between samples too
 * below the ceiling. With `measuredLufs`, the integrated loudness that a `loudness` node found before, one gain for the
 * whole stream: `sluice convert --loudness` does so, in two passes. Without it, the gain follows the integrated loudness
 * of what has come so far: it starts at 0 dB, and goes to the wanted gain within seconds, so that the beginning is not yet
 * at the target. Where the limiter works a lot, the result is quieter than the target. The figures: `gainDb`,
 * `reductionDb` of the newest block, `mostReductionDb` of all so far, and `integratedLufs` of the input, which is
 * `measuredLufs` if that is given. Samples that are not finite become silence; the figure `notFinite` counts them.
 *
 * **Inputs.** `audioIn`: the rate and number of channels may not change within a stream; where they do, the limiter
 * begins anew, and what it holds is lost.
 *
 * **Outputs.** `audioOut`: as many samples as came, in blocks that may be shorter, at their times.
 *
 * **Config.** `targetLufs`, `measuredLufs`, `mostGainDb`, `ceilingDb`, `releaseMs` (all live), `lookaheadMs`.
 *
 * **Example.**
 * ```json
 * { "even": { "type": "normalize", "config": { "targetLufs": -16 } } }
 * ```
 */
@processor({
  keeps: ["sampleRateHz", "channels"],
  tags: ["audio", "loudness", "lufs", "r128", "normalise", "level", "volume", "dynamics"],
  figures: ["gainDb", "integratedLufs", "reductionDb", "mostReductionDb", "notFinite"],
})
export class Normalize extends StreamLimiter {
  /** The loudness of the result. @minimum -70 @maximum 0 @unit LUFS */
  @config({ live: true })
  targetLufs = -16;
  /** The integrated loudness of the whole input; by default that of what has come so far. @minimum -70 @maximum 30 @unit LUFS */
  @config({ live: true })
  measuredLufs?: number;
  /** The most by which what was not measured is made louder. @minimum 0 @maximum 60 @unit dB */
  @config({ live: true })
  mostGainDb = 30;

  #meter: LoudnessMeter | undefined;
  #integratedLufs = GATE_LUFS;
  #gainDb = 0;
  #mostReductionDb = 0;

  /** Gives what a successor goes on from. */
  snapshot(): unknown {
    const fields: State = {
      limiter: this.limiterState(),
      meter: this.#meter?.snapshot(),
      gainDb: this.#gainDb,
      mostReductionDb: this.#mostReductionDb,
    };
    return carry("normalize", fields);
  }

  /** Goes on from there. */
  restore(state: unknown): void {
    const from = carried<State>("normalize", state);
    if (from === undefined) return;
    this.restoreLimiter(from.limiter);
    this.#meter = from.meter && LoudnessMeter.restored(from.meter);
    this.#gainDb = from.gainDb;
    this.#mostReductionDb = from.mostReductionDb;
  }

  protected gainFor(frame: AudioFrame): number {
    if (this.measuredLufs !== undefined) {
      this.#integratedLufs = this.measuredLufs;
      return this.#gainDb = this.targetLufs - this.measuredLufs;
    }
    const { sampleRateHz, channels, sampleCount } = frame;
    if (this.#meter?.fits(frame) !== true) this.#meter = new LoudnessMeter(sampleRateHz, channels, this.#meter);
    this.#meter.add(frame);
    this.#integratedLufs = this.#meter.integratedLufs;
    // Nothing is known before something is louder than the gate.
    if (this.#integratedLufs === GATE_LUFS) return this.#gainDb;
    const wantedDb = Math.min(this.targetLufs - this.#integratedLufs, this.mostGainDb);
    const rest = Math.exp(-sampleCount / sampleRateHz / ADAPTING_SECONDS);
    return this.#gainDb = wantedDb + (this.#gainDb - wantedDb) * rest;
  }

  protected limitsBetween(): boolean {
    return true;
  }

  protected figuresOf(reductionDb: number, notFinite: number): Record<string, number> {
    this.#mostReductionDb = Math.max(this.#mostReductionDb, reductionDb);
    const integratedLufs = this.#integratedLufs;
    return { gainDb: this.#gainDb, integratedLufs, reductionDb, mostReductionDb: this.#mostReductionDb, notFinite };
  }
}
