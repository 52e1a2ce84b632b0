/**
 * The `limiter` processor.
 *
 * @module
 */
import { config, input, output, processor } from "../../core/annotations.ts";
import type { AudioFrame } from "../../core/frames/audio_frame.ts";
import type { StreamInput, StreamOutput } from "../../core/ports/stream.ts";
import type { ProcessorContext } from "../../core/processor.ts";
import { carried, carry } from "./carried.ts";
import { decibelsToFactor, factorToDecibels } from "./decibels.ts";
import { LinkedPeaks } from "./gain_rider.ts";
import { LookaheadGain, type LookaheadState } from "./lookahead_gain.ts";
import { OddSamples } from "./odd_samples.ts";
import { samplesToNs } from "./sample_time.ts";

/** The most samples of a block at the end, over all channels. */
const TAIL_VALUES = 8192;

/** What a successor goes on from; with another `lookaheadMs` it begins anew. */
interface LimiterState {
  drive: number;
  endNs: number;
  sampleRateHz: number;
  rider: LookaheadState | undefined;
  skip: number;
  flushed: number;
}

/**
 * Keeps audio below a ceiling.
 *
 * **Purpose.** No sample of the result is beyond the ceiling. It looks ahead, so that it turns down before a peak and
 * not at it, and has no sample distorted that could be turned down in time. One gain for all channels. It makes no delay:
 * what it holds back to look ahead comes at the end, and samples keep their times. It limits samples; between them the
 * signal of a converter may be up to some decibels higher: leave 1 dB. Samples that are not finite become silence; the
 * figure `notFinite` counts them. Live
 * changes glide: `gainDb` over one block, a lower ceiling over the time that it looks ahead, in which samples above it
 * are cut. The figure `reductionDb` is the greatest reduction of the newest block.
 *
 * **Inputs.** `audioIn`: the rate and number of channels may not change within a stream; where they do, it begins anew,
 * and what it holds is lost.
 *
 * **Outputs.** `audioOut`: as many samples as came, in blocks that may be shorter.
 *
 * **Config.** `ceilingDb`, `gainDb`, `releaseMs` (all live), `lookaheadMs`.
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
export class Limiter {
  @input()
  audioIn!: StreamInput<AudioFrame>;
  @output({ burst: 2 })
  audioOut!: StreamOutput<AudioFrame>;
  /** Highest sample of the result, relative to full scale. @minimum -60 @maximum 0 @unit dB */
  @config({ live: true })
  ceilingDb = -1;
  /** Gain in front of the limiter. @minimum -24 @maximum 48 @unit dB */
  @config({ live: true })
  gainDb = 0;
  /** Time after which 63 % of a reduction is gone. @minimum 1 @maximum 10000 @unit ms */
  @config({ live: true })
  releaseMs = 100;
  /** How far it looks ahead, rounded to samples. @minimum 0.1 @maximum 50 @unit ms */
  @config()
  lookaheadMs = 5;

  readonly #odd = new OddSamples();
  readonly #peaks = new LinkedPeaks();
  #rider: LookaheadGain | undefined;
  #sampleRateHz = 0;
  #drive = 1;
  /** Samples of the start that are not there yet, which come in place of what is held back. */
  #skip = 0;
  #endNs = 0;
  #flushed = 0;

  /** Starts with the gain of the first block. */
  setup(): void {
    this.#drive = decibelsToFactor(this.gainDb);
  }

  /** Limits every queued block. */
  process(context: ProcessorContext): void {
    let frame;
    while ((frame = this.audioIn.read()) !== undefined) {
      const rider = this.#riderOf(frame);
      const own = frame.writable();
      this.#endNs = own.ptsNs + samplesToNs(own.sampleCount, own.sampleRateHz);
      this.#odd.countIn(own);
      this.#amplify(own);
      const least = rider.render(own, this.#peaks.measure(own), decibelsToFactor(this.ceilingDb), this.releaseMs);
      context.report({ reductionDb: -factorToDecibels(least), notFinite: this.#odd.count });
      own.ptsNs -= samplesToNs(rider.delay, own.sampleRateHz);
      if (this.#skip === 0) this.audioOut.write(own);
      else this.#writeRest(own);
    }
  }

  /** Writes a part of what it has held back. */
  flush(): boolean {
    const rider = this.#rider;
    if (rider === undefined) return false;
    const { channels, delay } = rider;
    const sampleRateHz = this.#sampleRateHz;
    const sampleCount = Math.min(delay - this.#flushed, Math.floor(TAIL_VALUES / channels));
    if (sampleCount === 0) return false;
    const frame = this.audioOut.tryAcquire({ sampleRateHz, channels, sampleCount });
    if (frame === undefined) return true;
    for (let channel = 0; channel < channels; channel++) frame.channel(channel).fill(0);
    rider.render(frame, this.#peaks.measure(frame), decibelsToFactor(this.ceilingDb), this.releaseMs);
    frame.ptsNs = this.#endNs + samplesToNs(this.#flushed - delay, sampleRateHz);
    this.#flushed += sampleCount;
    if (this.#skip === 0) this.audioOut.write(frame);
    else this.#writeRest(frame);
    return this.#flushed < delay;
  }

  /** Gives what a successor goes on from. */
  snapshot(): unknown {
    return carry("limiter", this.#state());
  }

  /** Goes on from there. */
  restore(state: unknown): void {
    const from = carried<LimiterState>("limiter", state);
    if (from === undefined) return;
    this.#drive = from.drive;
    this.#endNs = from.endNs;
    if (from.rider === undefined || this.#samplesAhead(from.sampleRateHz) !== from.rider.delay) return;
    this.#sampleRateHz = from.sampleRateHz;
    this.#rider = LookaheadGain.restored(from.rider, from.sampleRateHz);
    this.#skip = from.skip;
    this.#flushed = from.flushed;
  }

  #state(): LimiterState {
    return {
      drive: this.#drive,
      endNs: this.#endNs,
      sampleRateHz: this.#sampleRateHz,
      rider: this.#rider?.snapshot(),
      skip: this.#skip,
      flushed: this.#flushed,
    };
  }

  #samplesAhead(sampleRateHz: number): number {
    return Math.max(1, Math.round(this.lookaheadMs * sampleRateHz / 1000));
  }

  #riderOf({ channels, sampleRateHz }: AudioFrame): LookaheadGain {
    // Once what it held has gone, as at the end of a run that another one resumes, a stream begins.
    const rider = this.#flushed === 0 ? this.#rider : undefined;
    if (rider !== undefined && rider.channels === channels && this.#sampleRateHz === sampleRateHz) return rider;
    this.#sampleRateHz = sampleRateHz;
    const lookahead = this.#samplesAhead(sampleRateHz);
    this.#skip = lookahead;
    this.#flushed = 0;
    return this.#rider = new LookaheadGain(channels, sampleRateHz, lookahead);
  }

  #amplify(frame: AudioFrame): void {
    const drive = decibelsToFactor(this.gainDb);
    const from = this.#drive;
    this.#drive = drive;
    if (from === 1 && drive === 1) return;
    for (let channel = 0; channel < frame.channels; channel++) {
      const samples = frame.channel(channel);
      const slope = (drive - from) / samples.length;
      for (let i = 0; i < samples.length; i++) samples[i] *= from + slope * (i + 1);
    }
  }

  /** Writes what of a block comes after the samples that were never there. */
  #writeRest(frame: AudioFrame): void {
    const { sampleRateHz, channels } = frame;
    const skipped = Math.min(this.#skip, frame.sampleCount);
    const sampleCount = frame.sampleCount - skipped;
    this.#skip -= skipped;
    if (sampleCount === 0) return;
    const rest = this.audioOut.tryAcquire({ sampleRateHz, channels, sampleCount });
    if (rest === undefined) return;
    rest.copyTimes(frame);
    rest.ptsNs = frame.ptsNs + samplesToNs(skipped, sampleRateHz);
    rest.durationNs = samplesToNs(sampleCount, sampleRateHz);
    for (let channel = 0; channel < channels; channel++) {
      rest.channel(channel).set(frame.channel(channel).subarray(skipped));
    }
    this.audioOut.write(rest);
  }
}
