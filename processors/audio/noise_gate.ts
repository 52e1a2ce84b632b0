/**
 * The `noise-gate` processor.
 *
 * @module
 */
import { config, input, output, processor } from "../../core/annotations.ts";
import type { AudioFrame } from "../../core/frames/audio_frame.ts";
import type { StreamInput, StreamOutput } from "../../core/ports/stream.ts";
import type { ProcessorContext } from "../../core/processor.ts";
import { carried, carry } from "./carried.ts";
import { decibelsToFactor } from "./decibels.ts";
import { applyGains, LinkedPeaks } from "./gain_rider.ts";
import { OddSamples } from "./odd_samples.ts";

/**
 * Turns quiet passages down.
 *
 * **Purpose.** Opens as soon as the loudest channel reaches the threshold, and closes once it was below the threshold
 * less the hysteresis for the hold time. Opening and closing glide linearly, so that nothing clicks. One gain for all
 * channels. Live changes glide as opening and closing do. The figure `isOpen` is 1 while it is open. Samples that
 * are not finite count as silence; the figure `notFinite` counts them.
 *
 * **Inputs.** `audioIn`: any rate and number of channels.
 *
 * **Outputs.** `audioOut`: the same, with the same times.
 *
 * **Config.** `thresholdDb`, `hysteresisDb`, `rangeDb`, `attackMs`, `holdMs`, `releaseMs`, all live.
 *
 * **Example.**
 * ```json
 * { "gate": { "type": "noise-gate", "config": { "thresholdDb": -45 } } }
 * ```
 */
@processor({
  keeps: ["sampleRateHz", "channels"],
  tags: ["audio", "dynamics", "noise", "silence", "mute"],
  figures: ["isOpen", "notFinite"],
})
export class NoiseGate {
  @input()
  audioIn!: StreamInput<AudioFrame>;
  @output()
  audioOut!: StreamOutput<AudioFrame>;
  /** Level that opens it, relative to full scale. @minimum -120 @maximum 0 @unit dB */
  @config({ live: true })
  thresholdDb = -50;
  /** How far below the threshold a level has to fall to close it. @minimum 0 @maximum 40 @unit dB */
  @config({ live: true })
  hysteresisDb = 6;
  /** By how much it turns down. @minimum 0 @maximum 120 @unit dB */
  @config({ live: true })
  rangeDb = 80;
  /** Time from closed to open. @minimum 0 @maximum 1000 @unit ms */
  @config({ live: true })
  attackMs = 1;
  /** Time that it stays open. @minimum 0 @maximum 10000 @unit ms */
  @config({ live: true })
  holdMs = 50;
  /** Time from open to closed. @minimum 0 @maximum 10000 @unit ms */
  @config({ live: true })
  releaseMs = 100;

  readonly #odd = new OddSamples();
  readonly #peaks = new LinkedPeaks();
  #gain = 0;
  #isOpen = false;
  /** Samples since the level was last above the lower threshold. */
  #quiet = 0;

  /** Starts closed. */
  setup(): void {
    this.#gain = decibelsToFactor(-this.rangeDb);
  }

  /** Gates every queued block. */
  process(context: ProcessorContext): void {
    let frame;
    while ((frame = this.audioIn.read()) !== undefined) {
      const own = frame.writable();
      this.#odd.countIn(own);
      const gains = this.#peaks.measure(own);
      this.#follow(gains, own.sampleRateHz);
      applyGains(own, gains);
      context.report({ isOpen: this.#isOpen ? 1 : 0, notFinite: this.#odd.count });
      this.audioOut.write(own);
    }
  }

  /** Gives what a successor goes on from. */
  snapshot(): unknown {
    return carry("noise-gate", { gain: this.#gain, isOpen: this.#isOpen, quiet: this.#quiet });
  }

  /** Goes on from there. */
  restore(state: unknown): void {
    const from = carried<{ gain: number; isOpen: boolean; quiet: number }>("noise-gate", state);
    if (from === undefined) return;
    this.#gain = from.gain;
    this.#isOpen = from.isOpen;
    this.#quiet = from.quiet;
  }

  /** Puts gains in the place of levels. */
  #follow(levels: Float32Array, sampleRateHz: number): void {
    const opens = decibelsToFactor(this.thresholdDb);
    const closes = decibelsToFactor(this.thresholdDb - this.hysteresisDb);
    const closed = decibelsToFactor(-this.rangeDb);
    const hold = this.holdMs * sampleRateHz / 1000;
    const up = stepOf(1 - closed, this.attackMs, sampleRateHz);
    const down = stepOf(1 - closed, this.releaseMs, sampleRateHz);
    for (let i = 0; i < levels.length; i++) {
      const level = levels[i];
      this.#quiet = level >= closes ? 0 : this.#quiet + 1;
      if (level >= opens) this.#isOpen = true;
      else if (this.#quiet > hold) this.#isOpen = false;
      this.#gain = this.#isOpen ? Math.min(1, this.#gain + up) : Math.max(closed, this.#gain - down);
      levels[i] = this.#gain;
    }
  }
}

/** The step of a gain that takes so long for its whole way. */
function stepOf(way: number, timeMs: number, sampleRateHz: number): number {
  return timeMs <= 0 ? way : way * 1000 / (timeMs * sampleRateHz);
}
