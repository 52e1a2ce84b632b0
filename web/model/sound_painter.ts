/**
 * Paints sound: levels, waveforms, spectra.
 *
 * @module
 */
import type { Palette } from "./palette.ts";

/** The part of a canvas' context that is needed. */
type Context = CanvasRenderingContext2D;

/** The quietest level of a meter and of a spectrum, decibels of full scale. */
const LEAST_LEVEL_DB = -60;
const LEAST_BIN_DB = -120;

/** The first bin of a spectrum that is painted: about 23 Hz at 48 kHz. */
const LEAST_BIN = 2;

/** Where a level stands between the least one and 0 dB, from 0 to 1. Silence, which JSON has as null, is 0. */
export function levelShare(db: number | null, leastDb: number): number {
  return db === null ? 0 : Math.min(1, Math.max(0, 1 - db / leastDb));
}

/** Paints one bar a channel: the mean, the peak, and the peak that is held. */
export function paintLevels(
  to: Context,
  colors: Palette,
  rmsDb: readonly (number | null)[],
  peakDb: readonly (number | null)[],
  heldDb: readonly number[],
): void {
  const { width, height } = clear(to, colors);
  const rows = height / peakDb.length;
  for (const [k, peak] of peakDb.entries()) {
    const bar = (db: number | null, color: string, alpha: number) => {
      to.globalAlpha = alpha;
      to.fillStyle = color;
      to.fillRect(0, k * rows + 1, width * levelShare(db, LEAST_LEVEL_DB), rows - 2);
    };
    bar(peak, colors.accent, 0.45);
    bar(rmsDb[k], colors.accent, 1);
    to.fillStyle = heldDb[k] >= 0 ? colors.health.failed : colors.text;
    to.fillRect(Math.max(0, width * levelShare(heldDb[k], LEAST_LEVEL_DB) - 2), k * rows + 1, 2, rows - 2);
  }
}

/** Moves the columns before to the left, and paints the newest at the right: the least and greatest samples of each. */
export function paintWaveform(to: Context, colors: Palette, columns: Float32Array, channels: number): void {
  const { width, height } = to.canvas;
  const rows = height / channels;
  const count = columns.length / channels / 2;
  const left = width - count;
  to.drawImage(to.canvas, -count, 0);
  to.fillStyle = colors.sunken;
  to.fillRect(left, 0, count, height);
  to.fillStyle = colors.accent;
  for (let channel = 0; channel < channels; channel++) {
    for (let k = 0; k < count; k++) {
      const at = (channel * count + k) * 2;
      const y = (sample: number) => rows * (channel + 0.5 - 0.5 * Math.min(1, Math.max(-1, sample)));
      const top = y(columns[at + 1]);
      to.fillRect(left + k, top, 1, Math.max(1, y(columns[at]) - top));
    }
  }
}

/** Paints a spectrum, each octave as wide as the others. */
export function paintSpectrum(to: Context, colors: Palette, bins: Float32Array): void {
  const { width, height } = clear(to, colors);
  to.fillStyle = colors.accent;
  for (let x = 0; x < width; x++) {
    const y = height * levelShare(strongest(bins, x, width), LEAST_BIN_DB);
    to.fillRect(x, height - y, 1, y);
  }
}

/** Moves the spectra before down by one row, and paints this one on top. */
export function paintWaterfall(to: Context, colors: Palette, bins: Float32Array): void {
  const { width } = to.canvas;
  to.drawImage(to.canvas, 0, 1);
  to.fillStyle = colors.sunken;
  to.fillRect(0, 0, width, 1);
  to.fillStyle = colors.accent;
  for (let x = 0; x < width; x++) {
    to.globalAlpha = levelShare(strongest(bins, x, width), LEAST_BIN_DB) ** 2;
    to.fillRect(x, 0, 1, 1);
  }
  to.globalAlpha = 1;
}

/** The strongest of the bins that fall on one column, or the one that it falls on. */
function strongest(bins: Float32Array, x: number, width: number): number {
  const first = Math.floor(binAt(x / width, bins.length));
  const end = Math.max(first + 1, Math.floor(binAt((x + 1) / width, bins.length)));
  let most = -Infinity;
  for (let k = first; k < end; k++) most = Math.max(most, bins[k]);
  return most;
}

/** Where the bins of a share of the width begin: from {@linkcode LEAST_BIN} on, each octave as wide as the others. */
export function binAt(share: number, bins: number): number {
  return LEAST_BIN * (bins / LEAST_BIN) ** share;
}

function clear(to: Context, colors: Palette): { readonly width: number; readonly height: number } {
  to.globalAlpha = 1;
  to.fillStyle = colors.sunken;
  to.fillRect(0, 0, to.canvas.width, to.canvas.height);
  return to.canvas;
}
