/**
 * Plots of sound as pictures, for agents that look at them.
 *
 * @module
 */
import { JpegEncoder, type RgbaPixels } from "../taps/jpeg.ts";

const WIDTH = 480;
const HEIGHT = 160;
const QUALITY = 85;

const PAPER = [16, 20, 28] as const;
const GRID = [60, 68, 82] as const;
const INK = [94, 200, 255] as const;

/** The range of a spectrum, decibels. */
const FLOOR_DB = -120;

/** Draws the least and greatest samples of columns, from -1 to 1. @returns a JPEG */
export function waveformPlot(columns: Float32Array): Uint8Array {
  const plot = paper([HEIGHT / 2]);
  const count = columns.length / 2;
  const row = (sample: number) => (1 - Math.max(-1, Math.min(1, sample))) / 2 * (HEIGHT - 1);
  for (let x = 0; x < WIDTH && count > 0; x++) {
    const k = Math.trunc(x * count / WIDTH);
    line(plot, x, row(columns[2 * k + 1]), row(columns[2 * k]));
  }
  return new JpegEncoder(QUALITY).encode(plot);
}

/** Draws decibels of bins from 20 Hz up, on a scale of octaves; lines at 0, -40 and -80. @returns a JPEG */
export function spectrumPlot(decibels: Float32Array, binHz: number): Uint8Array {
  const row = (db: number) => Math.max(0, Math.min(1, db / FLOOR_DB)) * (HEIGHT - 1);
  const plot = paper([0, -40, -80].map(row));
  const octaves = Math.log2(Math.max(2, decibels.length * binHz / 20));
  for (let x = 0; x < WIDTH; x++) {
    const bin = (at: number) => Math.round(20 * 2 ** (octaves * at / WIDTH) / binHz);
    const first = Math.min(decibels.length - 1, bin(x));
    // A column shows the strongest of its bins.
    let strongest = decibels[first];
    for (let k = first + 1; k < Math.min(decibels.length, bin(x + 1)); k++) {
      strongest = Math.max(strongest, decibels[k]);
    }
    line(plot, x, row(strongest), HEIGHT - 1);
  }
  return new JpegEncoder(QUALITY).encode(plot);
}

function paper(rows: readonly number[]): RgbaPixels {
  const plot = { width: WIDTH, height: HEIGHT, bytes: new Uint8Array(WIDTH * HEIGHT * 4) };
  for (let at = 0; at < WIDTH * HEIGHT; at++) plot.bytes.set(PAPER, at * 4);
  for (const y of rows) for (let x = 0; x < WIDTH; x++) dot(plot, x, Math.round(y), GRID);
  return plot;
}

function line(plot: RgbaPixels, x: number, from: number, to: number): void {
  for (let y = Math.round(from); y <= Math.round(to); y++) dot(plot, x, y, INK);
}

function dot({ bytes }: RgbaPixels, x: number, y: number, colour: readonly number[]): void {
  bytes.set(colour, (y * WIDTH + x) * 4);
}
