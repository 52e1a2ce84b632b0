/**
 * What `limiter` and `normalize` share: a gain, and behind it a limiter that looks ahead, so that nothing is beyond a
 * ceiling. What is held back to look ahead comes at the end, and samples keep their times.
 *
 * @module
 */
import { config, input, output } from "../../core/annotations.ts";
import type { AudioFrame } from "../../core/frames/audio_frame.ts";
import type { StreamInput, StreamOutput } from "../../core/ports/stream.ts";
import type { ProcessorContext } from "../../core/processor.ts";
import { decibelsToFactor, factorToDecibels } from "./decibels.ts";
import { LinkedPeaks } from "./gain_rider.ts";
import { LookaheadGain, type LookaheadState } from "./lookahead_gain.ts";
import { OddSamples } from "./odd_samples.ts";
import { samplesToNs } from "./sample_time.ts";
import { PEAKS_DELAY, TruePeaks } from "./true_peaks.ts";

/** The most samples of a block at the end, over all channels. */
const TAIL_VALUES = 8192;

/** What a successor goes on from; with another `lookaheadMs` it begins anew. */
export interface StreamLimiterState {
  drive: number | undefined;
  endNs: number;
  sampleRateHz: number;
  rider: LookaheadState | undefined;
  /** What the peaks between samples need. */
  queued: readonly Float32Array[] | undefined;
  skip: number;
  flushed: number;
}

/** The base of the nodes that limit; subclasses say by how much they amplify. */
export abstract class StreamLimiter {
  @input()
  audioIn!: StreamInput<AudioFrame>;
  @output({ burst: 2 })
  audioOut!: StreamOutput<AudioFrame>;
  /** Highest sample of the result, relative to full scale. @minimum -60 @maximum 0 @unit dB */
  @config({ live: true })
  ceilingDb = -1;
  /** Time after which 63 % of a reduction is gone. @minimum 1 @maximum 10000 @unit ms */
  @config({ live: true })
  releaseMs = 100;
  /** How far it looks ahead, rounded to samples. @minimum 0.1 @maximum 50 @unit ms */
  @config()
  lookaheadMs = 5;

  readonly #odd = new OddSamples();
  readonly #peaks = new LinkedPeaks();
  #rider: LookaheadGain | undefined;
  /** Finds peaks between samples, if these are limited too. */
  #between: TruePeaks | undefined;
  #sampleRateHz = 0;
  /** The factor at the end of the last block. */
  #drive: number | undefined;
  /** Samples of the start that are not there yet, which come in place of what is held back. */
  #skip = 0;
  #endNs = 0;
  #flushed = 0;

  /** Limits every queued block. */
  process(context: ProcessorContext): void {
    let frame;
    while ((frame = this.audioIn.read()) !== undefined) {
      const rider = this.#riderOf(frame);
      const own = frame.writable();
      this.#endNs = own.ptsNs + samplesToNs(own.sampleCount, own.sampleRateHz);
      this.#odd.countIn(own);
      this.#amplify(own, decibelsToFactor(this.gainFor(own)));
      const least = this.#limit(rider, own);
      context.report(this.figuresOf(-factorToDecibels(least), this.#odd.count));
      own.ptsNs -= samplesToNs(this.#delay, own.sampleRateHz);
      if (this.#skip === 0) this.audioOut.write(own);
      else this.#writeRest(own);
    }
  }

  /** Writes a part of what it has held back. */
  flush(context: ProcessorContext): boolean {
    const rider = this.#rider;
    if (rider === undefined) return false;
    const { channels } = rider;
    const sampleRateHz = this.#sampleRateHz;
    const sampleCount = Math.min(this.#delay - this.#flushed, Math.floor(TAIL_VALUES / channels));
    if (sampleCount === 0) return false;
    const frame = this.audioOut.tryAcquire({ sampleRateHz, channels, sampleCount });
    if (frame === undefined) return true;
    for (let channel = 0; channel < channels; channel++) frame.channel(channel).fill(0);
    const least = this.#limit(rider, frame);
    context.report(this.figuresOf(-factorToDecibels(least), this.#odd.count));
    frame.ptsNs = this.#endNs + samplesToNs(this.#flushed - this.#delay, sampleRateHz);
    this.#flushed += sampleCount;
    if (this.#skip === 0) this.audioOut.write(frame);
    else this.#writeRest(frame);
    return this.#flushed < this.#delay;
  }

  /** The gain at the end of a block, decibels: it glides there from that of the one before. */
  protected abstract gainFor(frame: AudioFrame): number;

  /** Whether the wave between samples is limited too. */
  protected abstract limitsBetween(): boolean;

  /** The figures after a block. @param reductionDb the greatest of the block @param notFinite samples so far */
  protected abstract figuresOf(reductionDb: number, notFinite: number): Record<string, number>;

  /** What a successor goes on from: its own arrays. */
  protected limiterState(): StreamLimiterState {
    return {
      drive: this.#drive,
      endNs: this.#endNs,
      sampleRateHz: this.#sampleRateHz,
      rider: this.#rider?.snapshot(),
      queued: this.#between?.queued,
      skip: this.#skip,
      flushed: this.#flushed,
    };
  }

  /** Goes on from a state. */
  protected restoreLimiter(from: StreamLimiterState): void {
    this.#drive = from.drive;
    this.#endNs = from.endNs;
    if (from.rider === undefined || this.#samplesAhead(from.sampleRateHz) !== from.rider.delay) return;
    if ((from.queued !== undefined) !== this.limitsBetween()) return;
    this.#sampleRateHz = from.sampleRateHz;
    this.#rider = LookaheadGain.restored(from.rider, from.sampleRateHz);
    this.#between = from.queued && new TruePeaks(from.queued.length, from.queued);
    this.#skip = from.skip;
    this.#flushed = from.flushed;
  }

  /** By how many samples what comes out of it is behind. */
  get #delay(): number {
    return (this.#rider?.delay ?? 0) + (this.#between === undefined ? 0 : PEAKS_DELAY);
  }

  #samplesAhead(sampleRateHz: number): number {
    return Math.max(1, Math.round(this.lookaheadMs * sampleRateHz / 1000));
  }

  #riderOf({ channels, sampleRateHz }: AudioFrame): LookaheadGain {
    // Once what it held has gone, as at the end of a run that another one resumes, a stream begins.
    const rider = this.#flushed === 0 ? this.#rider : undefined;
    if (rider !== undefined && rider.channels === channels && this.#sampleRateHz === sampleRateHz) return rider;
    this.#sampleRateHz = sampleRateHz;
    this.#rider = new LookaheadGain(channels, sampleRateHz, this.#samplesAhead(sampleRateHz));
    this.#between = this.limitsBetween() ? new TruePeaks(channels) : undefined;
    this.#skip = this.#delay;
    this.#flushed = 0;
    return this.#rider;
  }

  /** @returns the least gain */
  #limit(rider: LookaheadGain, frame: AudioFrame): number {
    const peaks = this.#between?.delay(frame) ?? this.#peaks.measure(frame);
    return rider.render(frame, peaks, decibelsToFactor(this.ceilingDb), this.releaseMs);
  }

  #amplify(frame: AudioFrame, drive: number): void {
    const from = this.#drive ?? drive;
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
