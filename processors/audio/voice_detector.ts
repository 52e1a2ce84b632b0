/**
 * Tells voice from noise by its level in the band of speech.
 *
 * The level of windows of 10 ms is compared with that of the noise. The noise is the least level, smoothed over 100 ms,
 * of the last 1.5 to 3 s (R. Martin, "Noise Power Spectral Density Estimation Based on Optimal Smoothing and Minimum
 * Statistics", 2001, in one band and with a fixed smoothing): in speech there are pauses in that time.
 *
 * @module
 */
import { kernels } from "../../kernels/kernels.ts";
import { designBand } from "./biquad_design.ts";
import { factorToDecibels } from "./decibels.ts";

/** What counts as voice. */
export interface VoiceRules {
  readonly marginDb: number;
  readonly minimumDb: number;
  readonly onsetMs: number;
  readonly hangMs: number;
}

/** Windows in which levels are measured. */
const WINDOW_MS = 10;
const BAND_HZ = [200, 3400] as const;
/** What of the smoothed power a window leaves. */
const SMOOTHING = Math.exp(-WINDOW_MS / 100);
/** Windows of each of the two halves in which the least level is looked for. */
const HALF = 150;
/** A smoothed least power is below the mean of noise by so much. */
const BIAS = 1.4;

/** All that one block leaves to the next in a {@linkcode VoiceDetector}. */
export interface VoiceState {
  readonly state: Float64Array;
  /** That of the last window, and of the noise. */
  readonly levels: readonly [number, number];
  /** Squares and samples of the window, smoothed power, and the least of each half. */
  readonly sums: readonly [number, number, number, number, number];
  /** Windows in all, and loud and quiet ones in a row. */
  readonly windows: readonly [number, number, number];
  readonly isVoice: boolean;
}

/** Listens to one channel. */
export class VoiceDetector {
  /** Level of the last window in the band, decibels. */
  levelDb = -200;
  /** Level of the noise, decibels. */
  noiseDb = -200;
  /** Where in the last block the state has changed: samples from its start, negative before it. */
  changedAt = 0;
  readonly #coefficients = kernels.float64(10);
  readonly #state = kernels.float64(4);
  readonly #window: number;
  #filtered = new Float32Array(0);
  #squares = 0;
  #count = 0;
  #smoothed = -1;
  #least = Infinity;
  #leastBefore = Infinity;
  #windows = 0;
  #loud = 0;
  #quiet = 0;
  #isVoice = false;

  /** @param sampleRateHz of what it listens to */
  constructor(sampleRateHz: number) {
    const [low, high] = BAND_HZ;
    this.#coefficients.set(designBand({ type: "high-pass", frequencyHz: low }, sampleRateHz));
    this.#coefficients.set(designBand({ type: "low-pass", frequencyHz: high }, sampleRateHz), 5);
    this.#window = Math.max(1, Math.round(WINDOW_MS * sampleRateHz / 1000));
  }

  /** One that goes on from a state. */
  static restored({ state, levels, sums, windows, isVoice }: VoiceState, sampleRateHz: number): VoiceDetector {
    const detector = new VoiceDetector(sampleRateHz);
    detector.#state.set(state);
    [detector.levelDb, detector.noiseDb] = levels;
    [detector.#squares, detector.#count, detector.#smoothed, detector.#least, detector.#leastBefore] = sums;
    [detector.#windows, detector.#loud, detector.#quiet] = windows;
    detector.#isVoice = isVoice;
    return detector;
  }

  /** What another one goes on from: its own array. */
  snapshot(): VoiceState {
    return {
      state: this.#state,
      levels: [this.levelDb, this.noiseDb],
      sums: [this.#squares, this.#count, this.#smoothed, this.#least, this.#leastBefore],
      windows: [this.#windows, this.#loud, this.#quiet],
      isVoice: this.#isVoice,
    };
  }

  /** Listens to a block. @returns whether there is voice at its end */
  listen(samples: Float32Array, rules: VoiceRules): boolean {
    if (this.#filtered.length < samples.length) this.#filtered = kernels.float32(samples.length);
    const filtered = this.#filtered.subarray(0, samples.length);
    filtered.set(samples);
    kernels.biquads(filtered, this.#coefficients, this.#state);
    // What is not finite spoils its window, and the rest of its block.
    if (!this.#state.every(Number.isFinite)) this.#state.fill(0);
    for (let i = 0; i < filtered.length; i++) {
      this.#squares += filtered[i] * filtered[i];
      if (++this.#count < this.#window) continue;
      this.#takeWindow(this.#squares / this.#window, i + 1, rules);
      this.#squares = 0;
      this.#count = 0;
    }
    return this.#isVoice;
  }

  #takeWindow(power: number, end: number, rules: VoiceRules): void {
    if (!Number.isFinite(power)) return;
    this.levelDb = factorToDecibels(Math.sqrt(power));
    this.#learn(power);
    const isLoud = this.levelDb >= Math.max(rules.minimumDb, this.noiseDb + rules.marginDb);
    this.#loud = isLoud ? this.#loud + 1 : 0;
    this.#quiet = isLoud ? 0 : this.#quiet + 1;
    const begins = !this.#isVoice && isLoud && this.#loud * WINDOW_MS >= rules.onsetMs;
    const ends = this.#isVoice && this.#quiet * WINDOW_MS > rules.hangMs;
    if (!begins && !ends) return;
    this.#isVoice = begins;
    this.changedAt = end - (begins ? this.#loud : this.#quiet) * this.#window;
  }

  #learn(power: number): void {
    this.#smoothed = this.#smoothed < 0 ? power : power + (this.#smoothed - power) * SMOOTHING;
    this.#least = Math.min(this.#least, this.#smoothed);
    if (++this.#windows % HALF === 0) [this.#leastBefore, this.#least] = [this.#least, this.#smoothed];
    this.noiseDb = factorToDecibels(Math.sqrt(BIAS * Math.min(this.#least, this.#leastBefore)));
  }
}
