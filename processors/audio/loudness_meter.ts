/**
 * Loudness by ITU-R BS.1770-4 and EBU Tech 3341: filtered as an ear hears, squared, and averaged over 400 ms
 * (momentary), 3 s (short-term) and the whole programme (integrated). All windows move on by 100 ms. Allocates only when
 * a block is longer than every one before it.
 *
 * @module
 */
import type { AudioFrame } from "../../core/frames/audio_frame.ts";
import { kernels } from "../../kernels/kernels.ts";
import { speakersOf } from "./channel_matrix.ts";
import { SILENCE_DB } from "./decibels.ts";
import { GatedLoudness, powerToLufs } from "./gated_loudness.ts";

const STEPS_PER_SECOND = 10;
/** The windows, in steps. */
const [MOMENTARY, SHORT_TERM] = [4, 30];
/** How much louder a source at the side is heard, as a factor of power. */
const SIDE_WEIGHT = 1.41;

/** What a meter goes on from. */
export interface LoudnessState {
  readonly sampleRateHz: number;
  readonly filters: readonly Float64Array[];
  readonly powers: Float64Array;
  /** Steps, samples of the step that is begun, the sum of their squares, and the step with which the programme begins. */
  readonly numbers: readonly [number, number, number, number];
  readonly moments: Uint32Array;
  readonly terms: Uint32Array;
}

/** Measures one stream. */
export class LoudnessMeter {
  readonly sampleRateHz: number;
  readonly channels: number;
  readonly #coefficients: Float64Array;
  readonly #filters: Float64Array[];
  readonly #weights: readonly number[];
  /** The mean squares of the last steps, in a ring. */
  readonly #powers = new Float64Array(SHORT_TERM);
  #moments = new GatedLoudness();
  #terms = new GatedLoudness();
  #steps = 0;
  #filled = 0;
  #sum = 0;
  /** The step with which the programme begins. */
  #firstStep = 0;
  #scratch = kernels.float32(0);
  readonly #levels = kernels.float64(2);

  /** @param before a meter of another format, whose programme goes on */
  constructor(sampleRateHz: number, channels: number, before?: LoudnessMeter) {
    this.sampleRateHz = sampleRateHz;
    this.channels = channels;
    this.#coefficients = kernels.float64(10);
    this.#coefficients.set(kWeighting(sampleRateHz));
    this.#filters = Array.from({ length: channels }, () => kernels.float64(4));
    this.#weights = weightsOf(channels);
    if (before !== undefined) [this.#moments, this.#terms] = [before.#moments, before.#terms];
  }

  /** One that goes on from a state. */
  static restored({ sampleRateHz, filters, powers, numbers, moments, terms }: LoudnessState): LoudnessMeter {
    const meter = new LoudnessMeter(sampleRateHz, filters.length);
    for (const [channel, filter] of filters.entries()) meter.#filters[channel].set(filter);
    meter.#powers.set(powers);
    [meter.#steps, meter.#filled, meter.#sum, meter.#firstStep] = numbers;
    [meter.#moments, meter.#terms] = [new GatedLoudness(moments), new GatedLoudness(terms)];
    return meter;
  }

  /** What another one goes on from: its own arrays. */
  snapshot(): LoudnessState {
    return {
      sampleRateHz: this.sampleRateHz,
      filters: this.#filters,
      powers: this.#powers,
      numbers: [this.#steps, this.#filled, this.#sum, this.#firstStep],
      moments: this.#moments.counts,
      terms: this.#terms.counts,
    };
  }

  /** Begins another programme: integrated loudness and range are of what comes from the next step on. */
  beginProgramme(): void {
    [this.#moments, this.#terms] = [new GatedLoudness(), new GatedLoudness()];
    this.#firstStep = this.#steps + (this.#filled > 0 ? 1 : 0);
  }

  /** Whether it measures what has this format. */
  fits({ sampleRateHz, channels }: AudioFrame): boolean {
    return this.sampleRateHz === sampleRateHz && this.channels === channels;
  }

  /** Loudness of the last 400 ms; before the start there was silence. */
  get momentaryLufs(): number {
    return this.#meanOf(MOMENTARY);
  }

  /** Loudness of the last 3 s. */
  get shortTermLufs(): number {
    return this.#meanOf(SHORT_TERM);
  }

  /** Loudness of the whole programme, with its gates; -70 until some of it is louder. */
  get integratedLufs(): number {
    return this.#moments.integratedLufs;
  }

  /** How far loud and quiet passages are apart, LU. */
  get rangeLu(): number {
    return this.#terms.rangeLu;
  }

  /** Measures a block. Samples that are not finite count as silence. */
  add(frame: AudioFrame): void {
    for (let at = 0; at < frame.sampleCount;) {
      const length = this.#stepEnd(this.#steps + 1) - this.#stepEnd(this.#steps);
      const count = Math.min(frame.sampleCount - at, length - this.#filled);
      for (let channel = 0; channel < this.channels; channel++) this.#addPart(frame, channel, at, count);
      at += count;
      this.#filled += count;
      if (this.#filled === length) this.#endStep(length);
    }
  }

  #addPart(frame: AudioFrame, channel: number, at: number, count: number): void {
    if (this.#weights[channel] === 0) return;
    if (this.#scratch.length < count) this.#scratch = kernels.float32(count);
    const samples = this.#scratch.subarray(0, count);
    samples.set(frame.channel(channel).subarray(at, at + count));
    for (let i = 0; i < count; i++) if (samples[i] - samples[i] !== 0) samples[i] = 0;
    kernels.biquads(samples, this.#coefficients, this.#filters[channel]);
    this.#levels.fill(0);
    kernels.measure(samples, this.#levels);
    this.#sum += this.#weights[channel] * this.#levels[1];
  }

  #endStep(length: number): void {
    this.#powers[this.#steps++ % SHORT_TERM] = this.#sum / length;
    [this.#sum, this.#filled] = [0, 0];
    const steps = this.#steps - this.#firstStep;
    if (steps >= MOMENTARY) this.#moments.add(this.momentaryLufs);
    if (steps >= SHORT_TERM) this.#terms.add(this.shortTermLufs);
  }

  /** The samples before a step: a tenth of a rate may be no whole number. */
  #stepEnd(step: number): number {
    return Math.round(step * this.sampleRateHz / STEPS_PER_SECOND);
  }

  #meanOf(steps: number): number {
    let sum = 0;
    for (let k = 1; k <= steps; k++) {
      if (k <= this.#steps) sum += this.#powers[(this.#steps - k) % SHORT_TERM];
    }
    return Math.max(powerToLufs(sum / steps), SILENCE_DB);
  }
}

/**
 * The two sections of the K-weighting: a shelf for the head, and a high-pass. The standard has their coefficients at
 * 48 kHz; these are their analogue forms, by B. De Man, "Evaluation of Implementations of the EBU R128 Loudness
 * Measurement", AES 145, 2018.
 *
 * @returns b0, b1, b2, a1 and a2 of each
 */
export function kWeighting(sampleRateHz: number): readonly number[] {
  const shelf = { frequencyHz: 1681.974450955533, q: 0.7071752369554196, gain: 10 ** (3.999843853973347 / 20) };
  const pass = { frequencyHz: 38.13547087602444, q: 0.5003270373238773 };
  const slope = shelf.gain ** 0.4996667741545416;
  const [k, square, a0] = prewarped(shelf, sampleRateHz);
  const [k2, square2, a2] = prewarped(pass, sampleRateHz);
  return [
    (shelf.gain + slope * k / shelf.q + square) / a0,
    2 * (square - shelf.gain) / a0,
    (shelf.gain - slope * k / shelf.q + square) / a0,
    2 * (square - 1) / a0,
    (1 - k / shelf.q + square) / a0,
    1,
    -2,
    1,
    2 * (square2 - 1) / a2,
    (1 - k2 / pass.q + square2) / a2,
  ];
}

/** The tangent of half the turn of a sample, its square, and a0. */
function prewarped({ frequencyHz, q }: { readonly frequencyHz: number; readonly q: number }, sampleRateHz: number) {
  const k = Math.tan(Math.PI * Math.min(frequencyHz / sampleRateHz, 0.49));
  return [k, k * k, 1 + k / q + k * k] as const;
}

/** How much the power of each channel counts: those at the sides more, low-frequency effects not at all. */
function weightsOf(channels: number): readonly number[] {
  const weight = (speaker: string) => speaker === "LFE" ? 0 : /^[LR]s$/.test(speaker) ? SIDE_WEIGHT : 1;
  return speakersOf(channels)?.map(weight) ?? Array.from({ length: channels }, () => 1);
}
