/**
 * Mixes channels: which output channel gets how much of which input channel.
 *
 * Channels that both layouts have stay in place. Missing ones are folded as in ITU-R BS.775: the centre onto left and
 * right, and each surround onto its side, at -3 dB; the low-frequency channel is left out. Then the whole matrix is
 * scaled so that no output exceeds full scale. Up-mixing copies mono to left and right, or to the centre if the output
 * has one, and leaves new channels silent.
 *
 * @module
 */
import type { ChannelLayout } from "../../core/frames/format.ts";

type Speaker = "L" | "R" | "C" | "LFE" | "Ls" | "Rs" | "Lb" | "Rb" | "Cb";

const HALF_POWER = Math.SQRT1_2;

/** Order of channels as in WAV files. */
const SPEAKERS: Readonly<Partial<Record<ChannelLayout, readonly Speaker[]>>> = {
  mono: ["C"],
  stereo: ["L", "R"],
  "3.0": ["L", "R", "C"],
  quad: ["L", "R", "Ls", "Rs"],
  "5.0": ["L", "R", "C", "Ls", "Rs"],
  "5.1": ["L", "R", "C", "LFE", "Ls", "Rs"],
  "6.1": ["L", "R", "C", "LFE", "Cb", "Ls", "Rs"],
  "7.1": ["L", "R", "C", "LFE", "Lb", "Rb", "Ls", "Rs"],
};

const BY_COUNT: readonly ChannelLayout[] = ["mono", "stereo", "3.0", "quad", "5.0", "5.1", "6.1", "7.1"];

/** Where a missing speaker is folded to: the first choice whose speakers all exist. */
const FOLDS: Readonly<Record<Speaker, readonly (readonly (readonly [Speaker, number])[])[]>> = {
  L: [[["C", HALF_POWER]]],
  R: [[["C", HALF_POWER]]],
  C: [[["L", HALF_POWER], ["R", HALF_POWER]]],
  LFE: [],
  Ls: [[["L", HALF_POWER]], [["C", 0.5]]],
  Rs: [[["R", HALF_POWER]], [["C", 0.5]]],
  Lb: [[["Ls", 1]], [["L", HALF_POWER]], [["C", 0.5]]],
  Rb: [[["Rs", 1]], [["R", HALF_POWER]], [["C", 0.5]]],
  Cb: [[["Ls", HALF_POWER], ["Rs", HALF_POWER]], [["L", 0.5], ["R", 0.5]], [["C", 0.5]]],
};

/** The layout that a number of channels stands for: up to 7.1, then discrete. */
export function usualLayout(channels: number): ChannelLayout {
  return BY_COUNT[channels - 1] ?? "discrete";
}

/** The loudspeakers of so many channels, in their usual layout; `undefined` for discrete ones. */
export function speakersOf(channels: number): readonly Speaker[] | undefined {
  return SPEAKERS[usualLayout(channels)];
}

/**
 * Makes the matrix from one layout to another.
 *
 * @param from channels of the input, in their usual layout
 * @param to channels of the output, likewise
 * @returns for each output channel the weight of each input channel. Beyond eight channels each input goes to the
 * output of the same number, if it exists
 */
export function channelMatrix(from: number, to: number): Float64Array[] {
  const matrix = Array.from({ length: to }, () => new Float64Array(from));
  const inputs = SPEAKERS[usualLayout(from)];
  const outputs = SPEAKERS[usualLayout(to)];
  if (inputs === undefined || outputs === undefined) {
    for (let i = 0; i < Math.min(from, to); i++) matrix[i][i] = 1;
    return matrix;
  }
  if (from === 1 && to > 1 && !outputs.includes("C")) {
    matrix[0][0] = matrix[1][0] = 1;
    return matrix;
  }
  for (const [i, speaker] of inputs.entries()) {
    const place = outputs.indexOf(speaker);
    if (place >= 0) matrix[place][i] = 1;
    else {
      const fold = FOLDS[speaker].find((choice) => choice.every(([target]) => outputs.includes(target))) ?? [];
      for (const [target, weight] of fold) matrix[outputs.indexOf(target)][i] = weight;
    }
  }
  const loudest = Math.max(...matrix.map((row) => row.reduce((sum, weight) => sum + weight, 0)));
  if (loudest > 1) { for (const row of matrix) row.forEach((weight, i) => row[i] = weight / loudest); }
  return matrix;
}
