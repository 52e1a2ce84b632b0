/**
 * The `gain` processor.
 *
 * @module
 */
import { config, input, output, processor } from "../../core/annotations.ts";
import type { AudioFrame } from "../../core/frames/audio_frame.ts";
import { kernels } from "../../kernels/kernels.ts";
import type { StreamInput, StreamOutput } from "../../core/ports/stream.ts";
import { carried, carry } from "./carried.ts";
import { decibelsToFactor } from "./decibels.ts";

/**
 * Makes audio louder or quieter.
 *
 * **Purpose.** Multiplies every sample by one factor. A live change glides over one block, so that it does not click.
 * At 0 dB blocks pass untouched; otherwise they are changed in place, unless another node reads them too.
 *
 * **Inputs.** `audioIn`: any rate and number of channels.
 *
 * **Outputs.** `audioOut`: the same, with the same times. It may go beyond full scale.
 *
 * **Config.** `gainDb` (live).
 *
 * **Example.**
 * ```json
 * { "louder": { "type": "gain", "config": { "gainDb": 6 } } }
 * ```
 */
@processor({ keeps: ["sampleRateHz", "channels"], tags: ["audio", "volume", "level", "amplify"] })
export class Gain {
  @input()
  audioIn!: StreamInput<AudioFrame>;
  @output()
  audioOut!: StreamOutput<AudioFrame>;
  /** Gain; -6.0206 halves. @minimum -120 @maximum 24 @unit dB */
  @config({ live: true })
  gainDb = 0;

  #factor = 1;
  #target = 1;

  /** Starts with the gain of the first block, without a glide. */
  setup(): void {
    this.#factor = this.#target = decibelsToFactor(this.gainDb);
  }

  /** Sets the gain that the next block glides to. */
  configChanged(): void {
    this.#target = decibelsToFactor(this.gainDb);
  }

  /** Gives what a successor goes on from. */
  snapshot(): unknown {
    return carry("gain", { factor: this.#factor });
  }

  /** Goes on from there. */
  restore(state: unknown): void {
    const from = carried<{ factor: number }>("gain", state);
    if (from === undefined) return;
    this.#factor = from.factor;
  }

  /** Scales every queued block. */
  process(): void {
    let frame;
    while ((frame = this.audioIn.read()) !== undefined) {
      const from = this.#factor;
      const to = this.#target;
      if (from === 1 && to === 1) {
        this.audioOut.write(frame);
        continue;
      }
      const own = frame.writable();
      for (let channel = 0; channel < own.channels; channel++) kernels.scale(own.channel(channel), from, to);
      this.#factor = to;
      this.audioOut.write(own);
    }
  }
}
