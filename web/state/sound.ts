/** @module Plays blocks of samples as they come, with a short wait for those that come late. */

/** How far a block is played ahead of now, seconds. */
const AHEAD_SECONDS = 0.15;

/** A block that would have to wait longer is left out, seconds. */
const MOST_AHEAD_SECONDS = 0.6;

/** One link that is heard. */
export class Sound {
  readonly #context = new AudioContext();
  readonly #volume = this.#context.createGain();
  readonly #analyser = this.#context.createAnalyser();
  #nextSeconds = 0;

  constructor() {
    this.#analyser.fftSize = 4_096;
    this.#volume.connect(this.#analyser).connect(this.#context.destination);
    // A browser that wants a click first has had one.
    void this.#context.resume();
  }

  /** Takes a volume from 0 to 1. */
  set volume(volume: number) {
    this.#volume.gain.value = volume;
  }

  /** Plays a block. @param samples those of all channels in turn */
  play(samples: Float32Array, channels: number, sampleRateHz: number): void {
    const count = samples.length / channels;
    const now = this.#context.currentTime;
    if (count === 0 || this.#nextSeconds > now + MOST_AHEAD_SECONDS) return;
    const buffer = this.#context.createBuffer(channels, count, sampleRateHz);
    for (let channel = 0; channel < channels; channel++) {
      const target = buffer.getChannelData(channel);
      for (let k = 0; k < count; k++) target[k] = samples[k * channels + channel];
    }
    const source = this.#context.createBufferSource();
    source.buffer = buffer;
    source.connect(this.#volume);
    if (this.#nextSeconds < now) this.#nextSeconds = now + AHEAD_SECONDS;
    source.start(this.#nextSeconds);
    this.#nextSeconds += count / sampleRateHz;
  }

  /** The strongest frequency of what is heard now and the level of its peaks, decibels of full scale. */
  measure(): { readonly peakHz: number; readonly peakDb: number } {
    const bins = new Float32Array(this.#analyser.frequencyBinCount);
    const samples = new Float32Array(this.#analyser.fftSize);
    this.#analyser.getFloatFrequencyData(bins);
    this.#analyser.getFloatTimeDomainData(samples);
    const strongest = bins.reduce((best, bin, k) => bin > bins[best] ? k : best, 0);
    const peak = samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
    return {
      peakHz: strongest * this.#context.sampleRate / this.#analyser.fftSize,
      peakDb: 20 * Math.log10(peak),
    };
  }

  /** Ends it. */
  close(): void {
    void this.#context.close();
  }
}
