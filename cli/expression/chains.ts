/**
 * Reads a graph that stands in one line: chains of nodes, each linked to the next.
 *
 * @module
 */
import { describeName, describeValue } from "../../core/errors/describe_value.ts";
import { readWords, type Word, WordError } from "./words.ts";

/** A value that a node is given. */
export interface Setting {
  readonly key: string;
  /** As it was written, without quotes. */
  readonly value: string;
  readonly offset: number;
  readonly valueOffset: number;
}

/** A node that the text makes, by its type. */
export interface NewNode {
  readonly kind: "new";
  readonly type: string;
  readonly offset: number;
  readonly settings: readonly Setting[];
}

/** A node that stands elsewhere in the text, or a port of it. */
export interface NodeReference {
  readonly kind: "reference";
  readonly id: string;
  /** Absent: the first port that fits. */
  readonly port?: string;
  readonly offset: number;
}

/** Nodes of which each is linked to the next. */
export type Chain = readonly (NewNode | NodeReference)[];

/**
 * Reads the chains of a text.
 *
 * @param isType tells the name of a node type that has dots in it from a port of a node
 * @throws {WordError} for the first thing that cannot be read
 */
export function readChains(text: string, isType: (name: string) => boolean): Chain[] {
  const words = readWords(text);
  if (words.length === 0) throw new WordError('it is empty, wanted nodes, such as "tone-source ! level-meter"', 0);
  return splitAt(words, "end").filter(({ own }) => own.length > 0).map(({ own }) =>
    // The words of a chain are those between two of its links.
    splitAt(own, "link").map(({ own, next }) => readElement(own, next?.offset ?? text.length, isType))
  );
}

/** The words between those of a kind, each with the one that stands behind them. */
function splitAt(words: readonly Word[], kind: Word["kind"]): { readonly own: Word[]; readonly next?: Word }[] {
  const parts: { own: Word[]; next?: Word }[] = [{ own: [] }];
  for (const word of words) {
    const part = parts[parts.length - 1];
    if (word.kind !== kind) part.own.push(word);
    else {
      part.next = word;
      parts.push({ own: [] });
    }
  }
  return parts;
}

function readElement(words: readonly Word[], at: number, isType: (name: string) => boolean): NewNode | NodeReference {
  const [first, ...rest] = words;
  if (first === undefined) throw new WordError('wanted a node before and after each "!"', at);
  if (first.kind !== "name") {
    throw new WordError(`found ${describeWord(first)}, wanted a node type before its values`, first.offset);
  }
  const strange = rest.find(({ kind }) => kind !== "setting");
  if (strange !== undefined) {
    throw new WordError(
      `found ${describeWord(strange)} behind ${
        describeName(first.text)
      }, wanted key=value, or "!" before the next node`,
      strange.offset,
    );
  }
  const [, port, ...more] = first.text.split(".");
  // No port has a dot in its name, as types of plugins have.
  if (port === undefined || more.length > 0 || isType(first.text)) {
    return { kind: "new", type: first.text, offset: first.offset, settings: rest as readonly Setting[] };
  }
  if (rest.length > 0) {
    const message = `${describeName(first.text)} stands for a node elsewhere, which has its values there`;
    throw new WordError(message, rest[0].offset);
  }
  const [id] = first.text.split(".");
  return { kind: "reference", id, ...(port !== "" && { port }), offset: first.offset };
}

function describeWord(word: Word): string {
  switch (word.kind) {
    case "name":
      return describeName(word.text);
    case "setting":
      return describeValue(`${word.key}=${word.value}`);
    case "link":
      return '"!"';
    case "end":
      return '";"';
  }
}
