/**
 * Regular expressions whose time can double with each letter of a text: in a repetition, one text can be read in two
 * ways, each of which leads to where it began. A matcher that goes back tries all of them before it refuses.
 *
 * Two ways are found by going from state to state in pairs that can take the same character (Weber and Seidl, "On the
 * degree of ambiguity of finite automata", 1991).
 *
 * @module
 */
import { type AST, RegExpParser } from "@eslint-community/regexpp";
import { overlap } from "./char_ranges.ts";
import { readStates, SIZE_LIMIT, type State } from "./pattern_states.ts";
import { findManyWays } from "./pattern_ways.ts";

/** Most characters of one repetition: the pairs of them are looked at. */
const LOOP_LIMIT = 400;

const TWICE = "a repetition in it can read one text in two ways";

/** Says what is wrong with a pattern, a valid one of the flag `u`; `undefined` if it cannot take exponential time. */
export function findLoopProblem(pattern: string): string | undefined {
  let parsed: AST.Pattern;
  try {
    parsed = new RegExpParser().parsePattern(pattern, 0, pattern.length, { unicode: true });
  } catch {
    return "it uses what the generator cannot read yet";
  }
  return findProblem(parsed);
}

function findProblem(pattern: AST.Pattern | AST.LookaroundAssertion): string | undefined {
  const read = readStates(pattern);
  if (read.isTwice) return TWICE;
  if (read.isFull) return `it holds more than ${SIZE_LIMIT} characters`;
  const seen = new Set<State>();
  for (const state of read.states) {
    if (seen.has(state)) continue;
    const loop = loopOf(state);
    for (const each of loop) seen.add(each);
    const problem = findTwoWays([...loop]);
    if (problem !== undefined) return problem;
  }
  const problem = findManyWays(read);
  if (problem !== undefined) return problem;
  return read.inner.map(findProblem).find((each) => each !== undefined);
}

/** Looks for two ways from a state of a loop back to it that take the same text. */
function findTwoWays(loop: readonly State[]): string | undefined {
  if (loop.length > LOOP_LIMIT) return `a repetition in it holds more than ${LOOP_LIMIT} characters`;
  const numbers = new Map(loop.map((state, i) => [state, i]));
  const successors = loop.map((state) => [...state.next.keys()].flatMap((each) => numbers.get(each) ?? []));
  for (const state of loop) for (const [next, ways] of state.next) if (ways > 1 && numbers.has(next)) return TWICE;
  const isShared = loop.map(({ chars }) => loop.map((other) => overlap(chars, other.chars)));
  const count = loop.length;
  /** Pairs that follow a pair, as one number each. */
  const pairsAfter = (pair: number): number[] =>
    successors[Math.floor(pair / count)].flatMap((a) =>
      successors[pair % count].flatMap((b) => isShared[a][b] ? [a * count + b] : [])
    );
  const equal = loop.map((_, i) => i * count + i);
  const before = new Map<number, number[]>();
  const reached = reach(equal, (pair) => {
    const after = pairsAfter(pair);
    for (const each of after) {
      const known = before.get(each);
      if (known === undefined) before.set(each, [pair]);
      else known.push(pair);
    }
    return after;
  });
  const back = reach(equal, (pair) => before.get(pair) ?? []);
  return [...reached].some((pair) => pair % (count + 1) !== 0 && back.has(pair)) ? TWICE : undefined;
}

/** The states that lie on a way from a state back to it. */
function loopOf(start: State): Set<State> {
  const after = reach(start.next.keys(), (state) => state.next.keys());
  return after.intersection(reach(start.previous, (state) => state.previous));
}

/** Everything that is reached from some items, themselves among them. */
function reach<T>(from: Iterable<T>, next: (item: T) => Iterable<T>): Set<T> {
  const found = new Set(from);
  for (const item of found) for (const each of next(item)) found.add(each);
  return found;
}
