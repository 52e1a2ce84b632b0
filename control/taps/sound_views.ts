/**
 * Views of audio: levels, the waveform, the spectrum, and the samples themselves.
 *
 * @module
 */
import type { AudioFrame } from "../../core/frames/audio_frame.ts";
import { kernels } from "../../kernels/kernels.ts";
import { factorToDecibels } from "../../processors/audio/decibels.ts";
import { SpectrumAnalyzer } from "../../processors/audio/spectrum_reading.ts";
import { placeOf, type ReadingHead, type TakeReading, type ViewMaker } from "./tap_reading.ts";

/** Columns of a waveform for each second. */
const COLUMNS_PER_SECOND = 200;

/** Columns that wait for a reading at most; older ones are left out. */
const MOST_COLUMNS = 1_000;

/** Samples of a spectrum. */
const SPECTRUM_SIZE = 4_096;

/** Samples of each channel that wait for a reading at most. */
const MOST_SAMPLES = 96_000;

/** Peak and root of the mean square of each channel since the reading before, decibels of full scale. */
export class LevelsView implements ViewMaker<AudioFrame> {
  #levels: Float64Array[] = [];
  #samples = 0;

  take(frame: AudioFrame, isDue: boolean, give: TakeReading): boolean {
    const { channels, sampleRateHz, sampleCount } = frame;
    if (this.#levels.length !== channels) this.#begin(channels);
    for (let channel = 0; channel < channels; channel++) kernels.measure(frame.channel(channel), this.#levels[channel]);
    this.#samples += sampleCount;
    if (!isDue || this.#samples === 0) return false;
    const peakDb = this.#levels.map(([peak]) => factorToDecibels(peak));
    const rmsDb = this.#levels.map(([, squares]) => factorToDecibels(Math.sqrt(squares / this.#samples)));
    give({ ...placeOf(frame), channels, sampleRateHz, peakDb, rmsDb });
    this.#begin(channels);
    return true;
  }

  #begin(channels: number): void {
    this.#levels = Array.from({ length: channels }, () => new Float64Array(2));
    this.#samples = 0;
  }
}

/** The least and the greatest sample of each column. Payload: by channel, by column, `f32` least and greatest. */
export class WaveformView implements ViewMaker<AudioFrame> {
  /** By channel: least and greatest sample of complete columns, and of the column that is being filled. */
  #columns: number[][] = [];
  #open: { least: number; greatest: number }[] = [];
  #filled = 0;
  #key = "";

  take(frame: AudioFrame, isDue: boolean, give: TakeReading): boolean {
    const { channels, sampleRateHz, sampleCount } = frame;
    const samplesPerColumn = Math.max(1, Math.round(sampleRateHz / COLUMNS_PER_SECOND));
    if (this.#key !== `${channels} ${sampleRateHz}`) this.#begin(channels, sampleRateHz);
    let filled = 0;
    for (let channel = 0; channel < channels; channel++) {
      filled = this.#fill(channel, frame.channel(channel), samplesPerColumn);
    }
    this.#filled = sampleCount === 0 ? this.#filled : filled;
    const columns = (this.#columns[0]?.length ?? 0) / 2;
    if (!isDue || columns === 0) return false;
    give(
      { ...placeOf(frame), channels, sampleRateHz, samplesPerColumn, columns },
      Float32Array.from(this.#columns.flat()),
    );
    this.#columns = this.#columns.map(() => []);
    return true;
  }

  /** @returns how many samples the open column has then */
  #fill(channel: number, samples: Float32Array, samplesPerColumn: number): number {
    const open = this.#open[channel];
    const columns = this.#columns[channel];
    let filled = this.#filled;
    for (const sample of samples) {
      if (sample < open.least) open.least = sample;
      if (sample > open.greatest) open.greatest = sample;
      if (++filled < samplesPerColumn) continue;
      columns.push(open.least, open.greatest);
      if (columns.length > 2 * MOST_COLUMNS) columns.splice(0, 2);
      Object.assign(open, { least: Infinity, greatest: -Infinity });
      filled = 0;
    }
    return filled;
  }

  #begin(channels: number, sampleRateHz: number): void {
    this.#key = `${channels} ${sampleRateHz}`;
    this.#columns = Array.from({ length: channels }, () => []);
    this.#open = Array.from({ length: channels }, () => ({ least: Infinity, greatest: -Infinity }));
    this.#filled = 0;
  }
}

/** The newest samples' spectrum, of the mean of all channels. Payload: `f32` decibels of each bin, from 0 Hz. */
export class SpectrumView implements ViewMaker<AudioFrame> {
  readonly #analyzer = new SpectrumAnalyzer(SPECTRUM_SIZE, "hann");
  /** The newest samples, oldest first. */
  readonly #newest = kernels.float64(SPECTRUM_SIZE);
  #samples = 0;

  take(frame: AudioFrame, isDue: boolean, give: TakeReading): boolean {
    const { channels, sampleCount, sampleRateHz, ptsNs } = frame;
    const count = Math.min(sampleCount, SPECTRUM_SIZE);
    this.#newest.copyWithin(0, count);
    const target = this.#newest.subarray(SPECTRUM_SIZE - count).fill(0);
    for (let channel = 0; channel < channels; channel++) {
      kernels.widen(target, frame.channel(channel).subarray(sampleCount - count), 1 / channels);
    }
    this.#samples += count;
    if (!isDue || this.#samples < SPECTRUM_SIZE) return false;
    this.#analyzer.samples.set(this.#newest);
    const { magnitudesDb, peakHz, peakDb, binHz } = this.#analyzer.analyze(ptsNs, 0, sampleRateHz);
    const bins = magnitudesDb.length;
    give({ ...placeOf(frame), channels, sampleRateHz, bins, binHz, peakHz, peakDb }, magnitudesDb);
    return true;
  }
}

/** All samples. Payload: `f32` samples, those of all channels in turn. */
export class SoundView implements ViewMaker<AudioFrame> {
  #blocks: Float32Array[] = [];
  #samples = 0;
  /** Of the first block that waits. */
  #first: ReadingHead = {};
  #key = "";

  take(frame: AudioFrame, isDue: boolean, give: TakeReading): boolean {
    const { channels, sampleCount, sampleRateHz } = frame;
    const key = `${channels} ${sampleRateHz}`;
    const before = this.#samples;
    if (before > 0 && (this.#key !== key || frame.linkGap || before > MOST_SAMPLES)) this.#give(give);
    if (this.#samples === 0) this.#first = { ...placeOf(frame), channels, sampleRateHz };
    this.#key = key;
    const block = new Float32Array(channels * sampleCount);
    for (let channel = 0; channel < channels; channel++) {
      const samples = frame.channel(channel);
      for (let k = 0; k < sampleCount; k++) block[k * channels + channel] = samples[k];
    }
    this.#blocks.push(block);
    this.#samples += sampleCount;
    return isDue && this.#give(give);
  }

  #give(give: TakeReading): boolean {
    if (this.#samples === 0) return false;
    const all = new Float32Array(this.#blocks.reduce((sum, { length }) => sum + length, 0));
    let at = 0;
    for (const block of this.#blocks) {
      all.set(block, at);
      at += block.length;
    }
    give({ ...this.#first, samples: this.#samples }, all);
    this.#blocks = [];
    this.#samples = 0;
    return true;
  }
}
