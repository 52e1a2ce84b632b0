/**
 * Regular expressions as automata: each place of the expression that takes a character is a state, from which others
 * follow (Glushkov's automaton). Ways that differ in what they pass without a character are counted, too. Nothing is
 * passed over: look-arounds are read as expressions of their own, back references as any text, and counted repetitions
 * of more than one character as uncounted ones.
 *
 * @module
 */
import type { AST } from "@eslint-community/regexpp";
import { type CharRanges, rangesOf } from "./char_ranges.ts";

/** Most characters of an expression, with the repeated ones: more are not read. */
export const SIZE_LIMIT = 1_000;

/** Largest count of a repeated character that is read as so many characters. */
const COUNT_LIMIT = 64;

/** Largest number of ways that is told from larger ones. */
const MOST_WAYS = 1e12;

/** In how many ways, up to {@linkcode MOST_WAYS}; 2 can stand for more inside a repetition. */
export type Ways = number;

/** A place that takes a character. */
export interface State {
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

/** An expression, read. */
export interface PatternStates {
  readonly states: readonly State[];
  /** The states that a match can start with. */
  readonly first: ReadonlyMap<State, Ways>;
  /** In how many ways it can be passed with no character. */
  readonly empty: Ways;
  /** What can be passed in two ways without a character has to be passed several times. */
  readonly isTwice: boolean;
  /** There are more than {@linkcode SIZE_LIMIT}; the rest was not read. */
  readonly isFull: boolean;
  /** Look-arounds in it. */
  readonly inner: readonly AST.LookaroundAssertion[];
}

const NOTHING: Part = { first: new Map(), last: new Map(), empty: 1 };

/** Reads an expression of the flag `u`. */
export function readStates(pattern: AST.Pattern | AST.LookaroundAssertion): PatternStates {
  return new Reader().read(pattern);
}

class Reader {
  readonly #states: State[] = [];
  readonly #inner: AST.LookaroundAssertion[] = [];

  #isTwice = false;

  get #isFull(): boolean {
    return this.#states.length > SIZE_LIMIT;
  }

  read(pattern: AST.Pattern | AST.LookaroundAssertion): PatternStates {
    const { first, empty } = this.#alternatives(pattern.alternatives, false);
    return { states: this.#states, first, empty, isTwice: this.#isTwice, isFull: this.#isFull, inner: this.#inner };
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
      empty: parts.reduce((ways, each) => add(ways, each.empty), 0),
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
  return Math.min(MOST_WAYS, a + b);
}

function multiply(a: Ways, b: Ways): Ways {
  return Math.min(MOST_WAYS, a * b);
}
