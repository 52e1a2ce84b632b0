/**
 * Notes by their names, in equal temperament with A4 at 440 Hz (ISO 16).
 *
 * @module
 */

const STEPS: Readonly<Record<string, number>> = { C: 0, D: 2, E: 4, F: 5, G: 7, A: 9, B: 11 };

/**
 * The frequency of a note.
 *
 * @param note a letter, `#` or `b` if it is raised or lowered, and an octave from 0 to 9: `C#4`
 * @returns hertz; `undefined` for what is no note
 */
export function noteFrequencyHz(note: string): number | undefined {
  const parts = /^([A-G])([#b]?)([0-9])$/.exec(note);
  if (parts === null) return undefined;
  const [, letter, accidental, octave] = parts;
  const shift = accidental === "#" ? 1 : accidental === "b" ? -1 : 0;
  const fromA4 = STEPS[letter] + shift - STEPS.A + 12 * (Number(octave) - 4);
  return 440 * 2 ** (fromA4 / 12);
}
