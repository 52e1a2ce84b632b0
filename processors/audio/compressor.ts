/**
 * The `compressor` processor.
 *
 * @module
 */
import { config, input, output, processor } from "../../core/annotations.ts";
import type { AudioFrame } from "../../core/frames/audio_frame.ts";
import type { StreamInput, StreamOutput } from "../../core/ports/stream.ts";
import type { ProcessorContext } from "../../core/processor.ts";
import { carried, carry } from "./carried.ts";
import { decibelsToFactor, factorToDecibels } from "./decibels.ts";
import { applyGains, LinkedPeaks, smoothing } from "./gain_rider.ts";
import { OddSamples } from "./odd_samples.ts";
import { SideChain, type SideChainState } from "./side_chain.ts";

/** What a successor goes on from. */
interface State {
  reductionDb: number;
  makeup: number;
  side: SideChainState;
}

/**
 * Makes loud passages quieter.
 *
 * **Purpose.** What is above the threshold comes out at a fraction of its distance from it. One gain for all channels,
 * from the loudest of them, so that the picture of stereo stays where it is. The curve and its soft knee, and the way in
 * which the gain follows, are those of D. Giannoulis, M. Massberg and J. D. Reiss, "Digital Dynamic Range Compressor
 * Design", JAES 60(6), 2012: feed-forward, with a smoothed gain in decibels. Live changes glide as the gain does; that of
 * `makeupDb` glides over one block. The figure `reductionDb` is the greatest reduction of the newest block. Samples that are
 * not finite count as silence; the figure `notFinite` counts them. With a `sidechain`, the level is that of its samples at
 * the same time: music makes room for speech.
 *
 * **Inputs.** `audioIn`: any rate and number of channels. `sidechain`, optional: any rate, number of channels and size of
 * blocks; silent before its start, in its gaps and after its end, while one that stalls holds the node up. The node ends
 * with `audioIn`.
 *
 * **Outputs.** `audioOut`: the same, with the same times.
 *
 * **Config.** `thresholdDb`, `ratio`, `kneeDb`, `attackMs`, `releaseMs`, `makeupDb`, all live.
 *
 * **Example.**
 * ```json
 * { "even": { "type": "compressor", "config": { "thresholdDb": -20, "ratio": 3, "makeupDb": 6 } } }
 * ```
 */
@processor({
  keeps: ["sampleRateHz", "channels"],
  tags: ["audio", "dynamics", "level", "loudness", "side-chain", "duck"],
  figures: ["reductionDb", "notFinite"],
})
export class Compressor {
  @input()
  audioIn!: StreamInput<AudioFrame>;
  /** The signal whose level sets the reduction, in place of `audioIn`. */
  @input({ optional: true })
  sidechain!: StreamInput<AudioFrame>;
  @output()
  audioOut!: StreamOutput<AudioFrame>;
  /** Level from which on it works, relative to full scale. @minimum -80 @maximum 0 @unit dB */
  @config({ live: true })
  thresholdDb = -24;
  /** Decibels of input above the threshold for each decibel of output. @minimum 1 @maximum 100 */
  @config({ live: true })
  ratio = 4;
  /** Width of the bend around the threshold. @minimum 0 @maximum 40 @unit dB */
  @config({ live: true })
  kneeDb = 6;
  /** Time after which 63 % of a new reduction is there. @minimum 0 @maximum 1000 @unit ms */
  @config({ live: true })
  attackMs = 5;
  /** Time after which 63 % of a reduction is gone. @minimum 1 @maximum 10000 @unit ms */
  @config({ live: true })
  releaseMs = 100;
  /** Gain of the result. @minimum -24 @maximum 48 @unit dB */
  @config({ live: true })
  makeupDb = 0;

  readonly #odd = new OddSamples();
  readonly #peaks = new LinkedPeaks();
  readonly #side = new SideChain();
  /** Decibels by which the last sample was turned down. */
  #reductionDb = 0;
  #makeup = 1;

  /** Starts with the gain of the first block. */
  setup(): void {
    this.#makeup = decibelsToFactor(this.makeupDb);
  }

  /** Compresses every queued block for which the side-chain is there. */
  process(context: ProcessorContext): void {
    const { connected } = this.sidechain;
    let frame;
    while ((frame = this.audioIn.peek()) !== undefined) {
      if (connected && !this.#side.collect(this.sidechain, frame)) return;
      if ((frame = this.audioIn.read()) === undefined) return;
      const own = frame.writable();
      this.#odd.countIn(own);
      const gains = connected ? this.#side.levelsFor(own) : this.#peaks.measure(own);
      const mostDb = this.#follow(gains, own.sampleRateHz);
      applyGains(own, gains);
      context.report({ reductionDb: mostDb, notFinite: this.#odd.count });
      this.audioOut.write(own);
    }
    if (connected && this.audioIn.ended) context.finish();
  }

  /** Gives what a successor goes on from. */
  snapshot(): unknown {
    return carry("compressor", { reductionDb: this.#reductionDb, makeup: this.#makeup, side: this.#side.snapshot() });
  }

  /** Goes on from there. */
  restore(state: unknown): void {
    const from = carried<State>("compressor", state);
    if (from === undefined) return;
    this.#reductionDb = from.reductionDb;
    this.#makeup = from.makeup;
    this.#side.restore(from.side);
  }

  /** Puts gains in the place of levels. @returns the greatest reduction, decibels */
  #follow(levels: Float32Array, sampleRateHz: number): number {
    const attack = smoothing(this.attackMs, sampleRateHz);
    const release = smoothing(this.releaseMs, sampleRateHz);
    const makeup = decibelsToFactor(this.makeupDb);
    const slope = (makeup - this.#makeup) / levels.length;
    let [reductionDb, mostDb] = [this.#reductionDb, 0];
    for (let i = 0; i < levels.length; i++) {
      const wantedDb = this.#reductionAt(factorToDecibels(levels[i]));
      const rest = wantedDb > reductionDb ? attack : release;
      reductionDb = wantedDb + (reductionDb - wantedDb) * rest;
      if (reductionDb > mostDb) mostDb = reductionDb;
      levels[i] = decibelsToFactor(-reductionDb) * (this.#makeup + slope * (i + 1));
    }
    this.#reductionDb = reductionDb;
    this.#makeup = makeup;
    return mostDb;
  }

  /** By how many decibels a level is turned down in the long run (equation 4 of the paper). */
  #reductionAt(levelDb: number): number {
    const overDb = levelDb - this.thresholdDb;
    const share = 1 - 1 / this.ratio;
    if (2 * overDb <= -this.kneeDb) return 0;
    if (2 * overDb >= this.kneeDb) return overDb * share;
    return share * (overDb + this.kneeDb / 2) ** 2 / (2 * this.kneeDb);
  }
}
