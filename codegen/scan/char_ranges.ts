/**
 * The characters that a class of a regular expression takes.
 *
 * @module
 */

/** Code points from and to, in rising order. */
export type CharRanges = readonly (readonly [from: number, to: number])[];

const LAST = 0x10ffff;

/** Code points that go into one text to be matched. */
const CHUNK = 0x1000;

const known = new Map<string, CharRanges>();

/**
 * Finds the characters by matching each.
 *
 * @param raw what takes one character in an expression of the flag `u`: `a`, `\d`, `[^\s.]`
 */
export function rangesOf(raw: string): CharRanges {
  let ranges = known.get(raw);
  if (ranges === undefined) known.set(raw, ranges = findRanges(raw));
  return ranges;
}

/** Whether a character is in both. */
export function overlap(a: CharRanges, b: CharRanges): boolean {
  for (let [i, k] = [0, 0]; i < a.length && k < b.length;) {
    if (a[i][1] < b[k][0]) i++;
    else if (b[k][1] < a[i][0]) k++;
    else return true;
  }
  return false;
}

function findRanges(raw: string): CharRanges {
  const [code, ...more] = [...raw].map((each) => each.codePointAt(0)!);
  if (raw !== "." && more.length === 0) return [[code, code]];
  const pattern = new RegExp(raw, "u");
  const runs = new RegExp(`(?:${raw})+`, "gu");
  const ranges: [number, number][] = [];
  const put = (from: number, to: number): void => {
    const last = ranges.at(-1);
    if (last?.[1] === from - 1) last[1] = to;
    else ranges.push([from, to]);
  };
  for (let start = 0; start <= LAST; start += CHUNK) {
    // Halves of surrogate pairs would be joined where they stand side by side.
    if (start === 0xd000) {
      for (let code = start; code < 0xe000; code++) if (pattern.test(String.fromCodePoint(code))) put(code, code);
      start = 0xe000 - CHUNK;
      continue;
    }
    const units = start > 0xffff ? 2 : 1;
    const text = String.fromCodePoint(...Array.from({ length: CHUNK }, (_, i) => start + i));
    for (const { 0: run, index } of text.matchAll(runs)) {
      const from = start + index / units;
      put(from, from + run.length / units - 1);
    }
  }
  return ranges;
}
