/**
 * Regular expressions that need no repetition to take exponential time: `^a?a?a?aaa$`, with more letters, goes through
 * each choice of the optional ones before it refuses a text. The ways through an expression are counted on texts that
 * are no longer than itself: of one character, and of those that most ways go on with.
 *
 * @module
 */
import type { CharRanges } from "./char_ranges.ts";
import type { PatternStates, State, Ways } from "./pattern_states.ts";

/** Most ways that may be tried for one text. A matcher goes through some ten million in a second. */
const WAYS_LIMIT = 10_000_000;

/** Most characters that texts are made of. */
const CHAR_LIMIT = 128;

/** Most ranges of a class whose ends are among these characters. */
const RANGE_LIMIT = 4;

/** How many ways lead to each state. */
type Counts = Map<State, number>;

/** Says that there are too many ways through an expression for one text; `undefined` if none was found. */
export function findManyWays({ states, first, empty }: PatternStates): string | undefined {
  const chars = charsOf(states);
  const takes = new Map(states.map((state) => [state, new Set(chars.filter((char) => holds(state.chars, char)))]));
  const stay = (char: number) => (reached: Counts) => only(reached, char);
  const choose = (reached: Counts): Counts => {
    const totals = new Map<number, number>();
    for (const [state, count] of reached) {
      for (const char of takes.get(state)!) totals.set(char, (totals.get(char) ?? 0) + count);
    }
    const best = [...totals].reduce<[number, number]>((most, each) => (each[1] > most[1] ? each : most), [-1, 0]);
    return only(reached, best[0]);
  };
  function only(reached: Counts, char: number): Counts {
    return new Map([...reached].filter(([state]) => takes.get(state)!.has(char)));
  }
  const isMany = empty > WAYS_LIMIT ||
    [choose, ...chars.map(stay)].some((take) => countWays(first, states.length, take) > WAYS_LIMIT);
  return isMany ? `it can read one text in more than ${WAYS_LIMIT} ways` : undefined;
}

/**
 * Counts how often a matcher would try to take a character of a text, until that is too often.
 *
 * @param length of the text
 * @param take picks the states that take the next character
 */
function countWays(first: ReadonlyMap<State, Ways>, length: number, take: (reached: Counts) => Counts): number {
  let total = 0;
  let reached: Counts = new Map(first);
  for (let i = 0; i <= length && reached.size > 0 && total <= WAYS_LIMIT; i++) {
    for (const count of reached.values()) total += count;
    const taken = take(reached);
    reached = new Map();
    for (const [state, count] of taken) {
      for (const [next, ways] of state.next) reached.set(next, (reached.get(next) ?? 0) + count * ways);
    }
  }
  return total;
}

/** Characters that tell the classes of an expression apart: the ends of their ranges. */
function charsOf(states: readonly State[]): number[] {
  const classes = new Set(states.map(({ chars }) => chars));
  const ends = [...classes].flatMap((ranges) => ranges.slice(0, RANGE_LIMIT).flat());
  return [...new Set(ends)].slice(0, CHAR_LIMIT);
}

function holds(ranges: CharRanges, char: number): boolean {
  return ranges.some(([from, to]) => from <= char && char <= to);
}
