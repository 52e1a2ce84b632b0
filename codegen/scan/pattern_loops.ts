/**
 * Regular expressions whose time can double with each letter of a text: in a repetition, one text can be read in two
 * ways, each of which leads to where it began. A matcher that goes back tries all of them before it refuses.
 *
 * Each place of the expression that takes a character is a state, from which others follow (Glushkov's automaton); ways
 * that differ in what they pass without a character are counted, too. Two ways are found by going from state to state
 * in pairs that can take the same character (Weber and Seidl, "On the degree of ambiguity of finite automata", 1991).
 * Nothing is passed over: look-arounds are read as expressions of their own, back references as any text, and counted
 * repetitions of more than one character as uncounted ones.
 *
 * @module
 */
import { type AST, RegExpParser } from "@eslint-community/regexpp";
import { type CharRanges, overlap, rangesOf } from "./char_ranges.ts";

/** Most characters of one repetition: the pairs of them are looked at. */
const LOOP_LIMIT = 400;

/** Most characters of an expression, with the repeated ones. */
const SIZE_LIMIT = 1_000;

/** Largest count of a repeated character that is read as so many characters. */
const COUNT_LIMIT = 64;

const TWICE = "a repetition in it can read one text in two ways";

/** In how many ways: 2 stands for any larger number. */
type Ways = 0 | 1 | 2;

interface State {
  readonly chars: CharRanges;
  /** Which states may follow. */
  readonly next: Map<State, Ways>;
  /** Which states they may follow. */
  readonly previous: Set<State>;
}

/** A part of an expression: with which states it starts and ends, and whether it can be passed with no character. */
interface Part {
  readonly first: ReadonlyMap<State, Ways>;
  readonly last: ReadonlyMap<State, Ways>;
  readonly empty: Ways;
}

const NOTHING: Part = { first: new Map(), last: new Map(), empty: 1 };

/** Says what is wrong with a pattern, a valid one of the flag `u`; `undefined` if it cannot take exponential time. */
export function findLoopProblem(pattern: string): string | undefined {
  let parsed: AST.Pattern;
  try {
    parsed = new RegExpParser().parsePattern(pattern, 0, pattern.length, { unicode: true });
  } catch {
    return "it uses what the generator cannot read yet";
  }
  return new Reader().findProblem(parsed);
}

class Reader {
  readonly #states: State[] = [];
  readonly #inner: AST.LookaroundAssertion[] = [];

  /** What can be passed in two ways without a character has to be passed several times. */
  #isTwice = false;

  get #isFull(): boolean {
    return this.#states.length > SIZE_LIMIT;
  }

  findProblem(pattern: AST.Pattern | AST.LookaroundAssertion): string | undefined {
    this.#alternatives(pattern.alternatives, false);
    if (this.#isTwice) return TWICE;
    if (this.#isFull) return `it holds more than ${SIZE_LIMIT} characters`;
    const seen = new Set<State>();
    for (const state of this.#states) {
      if (seen.has(state)) continue;
      const loop = loopOf(state);
      for (const each of loop) seen.add(each);
      const problem = findTwoWays([...loop]);
      if (problem !== undefined) return problem;
    }
    return this.#inner.map((each) => new Reader().findProblem(each)).find((each) => each !== undefined);
  }

  /** @param isModified a flag holds that the characters of the part do not show */
  #alternatives(alternatives: readonly AST.Alternative[], isModified: boolean): Part {
    const parts = alternatives.map(({ elements }) =>
      elements.reduce<Part>(
        (before, each) => this.#isFull ? before : join(before, this.#element(each, isModified)),
        NOTHING,
      )
    );
    return {
      first: sum(parts.map(({ first }) => first)),
      last: sum(parts.map(({ last }) => last)),
      empty: parts.reduce<Ways>((ways, each) => add(ways, each.empty), 0),
    };
  }

  #element(element: AST.Element, isModified: boolean): Part {
    switch (element.type) {
      case "Assertion":
        if (element.kind === "lookahead" || element.kind === "lookbehind") this.#inner.push(element);
        return NOTHING;
      case "Group":
        return this.#alternatives(element.alternatives, isModified || element.modifiers !== null);
      case "CapturingGroup":
        return this.#alternatives(element.alternatives, isModified);
      case "Backreference":
        return this.#repeat(() => this.#state("[^]"), 0, Infinity);
      case "Quantifier": {
        const { min, max, element: { type } } = element;
        const isOne = type === "Character" || type === "CharacterClass" || type === "CharacterSet";
        const read = () => this.#element(element.element, isModified);
        return isOne && max <= COUNT_LIMIT ? this.#count(read, min, max) : this.#repeat(read, min, max);
      }
      default:
        return this.#state(isModified ? "[^]" : element.raw);
    }
  }

  #state(raw: string): Part {
    if (this.#isFull) return NOTHING;
    const state = { chars: rangesOf(raw), next: new Map<State, Ways>(), previous: new Set<State>() };
    this.#states.push(state);
    const alone = new Map<State, Ways>([[state, 1]]);
    return { first: alone, last: alone, empty: 0 };
  }

  /** A character that is there from `min` to `max` times. */
  #count(read: () => Part, min: number, max: number): Part {
    let part = NOTHING;
    for (let k = max; k > 0; k--) {
      const whole = join(read(), part);
      part = k > min ? { ...whole, empty: 1 } : whole;
    }
    return part;
  }

  #repeat(read: () => Part, min: number, max: number): Part {
    const part = read();
    if (max === 0) return NOTHING;
    // Only as often as it must be there, it may be there with no character.
    if (max === 1) return min === 1 ? part : { ...part, empty: 1 };
    if (part.empty > 1 && min > 1) this.#isTwice = true;
    const times: Ways = part.empty > 0 && min > 1 ? 2 : 1;
    link(part.last, part.first, times);
    if (part.empty === 0 || min === 0) return { ...part, empty: min === 0 ? 1 : 0 };
    return { first: scale(part.first, 2), last: scale(part.last, 2), empty: min > 1 ? 2 : part.empty };
  }
}

function join(before: Part, after: Part): Part {
  link(before.last, after.first, 1);
  return {
    first: sum([before.first, scale(after.first, before.empty)]),
    last: sum([scale(before.last, after.empty), after.last]),
    empty: multiply(before.empty, after.empty),
  };
}

function link(from: ReadonlyMap<State, Ways>, to: ReadonlyMap<State, Ways>, times: Ways): void {
  for (const [state, ways] of from) {
    for (const [next, others] of to) {
      state.next.set(next, add(state.next.get(next) ?? 0, multiply(times, multiply(ways, others))));
      next.previous.add(state);
    }
  }
}

function sum(maps: readonly ReadonlyMap<State, Ways>[]): Map<State, Ways> {
  const all = new Map<State, Ways>();
  for (const map of maps) for (const [state, ways] of map) all.set(state, add(all.get(state) ?? 0, ways));
  return all;
}

function scale(map: ReadonlyMap<State, Ways>, times: Ways): ReadonlyMap<State, Ways> {
  return times === 0 ? NOTHING.first : new Map([...map].map(([state, ways]) => [state, multiply(ways, times)]));
}

function add(a: Ways, b: Ways): Ways {
  return Math.min(2, a + b) as Ways;
}

function multiply(a: Ways, b: Ways): Ways {
  return Math.min(2, a * b) as Ways;
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
