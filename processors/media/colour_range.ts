/**
 * Levels of YUV of 8 bits (ITU-R BT.601, 2.5.3): in limited range luma has those from 16 to 235 and chroma those from 16
 * to 240, in full range both have all of them.
 *
 * @module
 */

/** Which levels the pictures of a stream have. */
export type ColourRange = "limited" | "full";

/** Spans of luma and chroma in limited range. */
const [LUMA_SPAN, CHROMA_SPAN] = [219, 224];

/** What each level of the other range becomes. */
const TABLES = {
  limited: {
    luma: tableOf((level) => 16 + level * LUMA_SPAN / 255),
    chroma: tableOf((level) => 128 + (level - 128) * CHROMA_SPAN / 255),
  },
  full: {
    luma: tableOf((level) => (level - 16) * 255 / LUMA_SPAN),
    chroma: tableOf((level) => 128 + (level - 128) * 255 / CHROMA_SPAN),
  },
};

/** Gives levels of a plane, or of a part of it, which have the other range, the one that is named. */
export function changeRange(levels: Uint8Array, plane: "luma" | "chroma", to: ColourRange): void {
  const table = TABLES[to][plane];
  for (let at = 0; at < levels.length; at++) levels[at] = table[levels[at]];
}

function tableOf(levelOf: (level: number) => number): Uint8Array {
  // Rounds, and keeps to 0 and 255.
  return Uint8Array.from(Uint8ClampedArray.from({ length: 256 }, (_, level) => levelOf(level)));
}
