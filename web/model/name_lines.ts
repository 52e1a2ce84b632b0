/**
 * How a name stands in the box of its node: on one line, smaller where it is long, or on two. It is cut only where even
 * two lines of the smallest size that can be read do not hold it.
 *
 * @module
 */

/** What a name has of its box; lengths have one unit. */
export interface NameRoom {
  /** Widths of the two lines. */
  readonly first: number;
  readonly second: number;
  /** Size of its letters at most: on one line, and on two. */
  readonly one: number;
  readonly two: number;
  /** Smaller letters cannot be read. */
  readonly least: number;
}

/** A name as it is drawn. */
export interface NameLines {
  readonly size: number;
  /** One or two; a name that is cut ends in `…`. */
  readonly lines: readonly string[];
}

/** A name on one line may become smaller by this factor before it takes two. */
const ONE_LINE_FACTOR = 0.7;

/** A line may end after such a character, or before a capital letter or a number. */
const BREAKS_AFTER = /[-_.:/ ]/u;
const BREAKS_BEFORE = /\p{Lu}|\d/u;

/**
 * Finds the lines of a name.
 *
 * @param widthOf the width of a text in letters of size 1
 */
export function nameLines(name: string, room: NameRoom, widthOf: (text: string) => number): NameLines {
  const oneLine = Math.min(room.one, room.first / widthOf(name));
  if (oneLine >= Math.max(room.least, room.one * ONE_LINE_FACTOR)) return { size: oneLine, lines: [name] };
  const sizes = [room.two, (room.two + room.least) / 2, room.least];
  for (const breaks of [betweenParts, anywhere]) {
    for (const size of sizes) {
      const lines = breakName(name, room, size, widthOf, breaks);
      if (lines !== undefined) return { size, lines };
    }
  }
  const size = room.least;
  const letters = [...name];
  const first = longest(letters, room.first, size, widthOf);
  const rest = letters.slice(first);
  const second = longest([...rest, "…"], room.second - size * widthOf("…"), size, widthOf);
  return { size, lines: [letters.slice(0, first).join(""), `${rest.slice(0, second).join("")}…`] };
}

/** Both lines at a size, the first as long as it may be; `undefined` if they have no room. */
function breakName(
  name: string,
  { first, second }: NameRoom,
  size: number,
  widthOf: (text: string) => number,
  breaks: (before: string, after: string) => boolean,
): string[] | undefined {
  const letters = [...name];
  const most = longest(letters, first, size, widthOf);
  // A first line of a letter or two says little.
  for (let at = Math.min(most, letters.length - 1); at > most / 3; at--) {
    const rest = letters.slice(at).join("");
    if (size * widthOf(rest) > second) return undefined;
    if (breaks(letters[at - 1], letters[at])) return [letters.slice(0, at).join(""), rest];
  }
  return undefined;
}

/** Where a part of a name ends. */
function betweenParts(before: string, after: string): boolean {
  return BREAKS_AFTER.test(before) || BREAKS_BEFORE.test(after) && !(/\d/.test(before) && /\d/.test(after));
}

function anywhere(): boolean {
  return true;
}

/** How many letters at the beginning have room. */
function longest(letters: readonly string[], room: number, size: number, widthOf: (text: string) => number): number {
  let [low, high] = [0, letters.length];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (size * widthOf(letters.slice(0, middle).join("")) <= room) low = middle;
    else high = middle - 1;
  }
  return low;
}
