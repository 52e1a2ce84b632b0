/**
 * How large texts of the graph are, and from which scale on each of them is shown: none is smaller than can be read.
 *
 * @module
 */

/** No text is smaller on the screen, CSS pixels: what would be is left out. */
export const LEAST_TEXT = 8;

/** Size of names where little else is shown, world units. */
export const NAME_SIZE: number = 24;
/** Size of the word below such a name, world units. */
export const WORD_SIZE: number = 19;
/** Size of what is wrong with a link among such names, world units. */
export const FAULT_SIZE: number = 17;

/** Size of a label's text, world units. */
export const LABEL_SIZE: number = 11;

/** From this scale on all figures can be read. */
export const FIGURES_FROM: number = LEAST_TEXT / LABEL_SIZE;

/** From this scale on names can be read. */
export const NAMES_FROM: number = LEAST_TEXT / NAME_SIZE;

/** From this scale on the word below a name can be read. */
export const WORDS_FROM: number = LEAST_TEXT / WORD_SIZE;

/** From this scale on it can be read what is wrong with a link. */
export const FAULTS_FROM: number = LEAST_TEXT / FAULT_SIZE;

/**
 * Whether figures of nodes or links can be read at a scale; below it a reading changes only what is drawn of
 * conditions.
 */
export function showsFigures(scale: number): boolean {
  return scale >= WORDS_FROM;
}
