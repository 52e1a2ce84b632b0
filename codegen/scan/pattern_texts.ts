/**
 * Texts that a regular expression is tried on: such as it begins to take, and then refuses.
 *
 * @module
 */

/** How often a piece stands in a text. */
const REPEATS = 40;

/** Most pieces; and most of them that texts of two in turn are made of. */
const PIECE_LIMIT = 32;
const PAIR_LIMIT = 8;

/** Most beginnings, and most ends, that pieces stand between. */
const START_LIMIT = 8;
const END_LIMIT = 4;

/** Most tokens that are read of a pattern, and most characters of a piece. */
const TOKEN_LIMIT = 2_000;
const LENGTH_LIMIT = 1_000;

/** One token: an escape, a class, the start of a group, a repetition, or a character. */
const TOKEN =
  /\\(?:u\{[\da-f]+\}|u[\da-f]{4}|x[\da-f]{2}|c[a-z]|p\{[^}]*\}|k<[^>]*>|\d+|.)|\[(?:\\.|[^\]\\])*\]|\((?:\?(?:<[=!]|<[^>]*>|[a-z-]*:|[=!]))?|[*+?]\??|\{\d+(?:,\d*)?\}\??|./gisu;

/** A character in a class. */
const MEMBER = /\\(?:u\{[\da-f]+\}|u[\da-f]{4}|x[\da-f]{2}|.)|./gisu;

/** Characters of many classes. */
const CANDIDATES = [..."a0 !A_-.\n\tZ9@é音\u{1f600}"];

/** What no usual pattern takes. */
const NOWHERE = "\u0001";

/** An open group. */
interface Group {
  /** The shortest text of the alternative that is read, without its last piece. */
  before: string;
  last: string;
  /** That of the first alternative. */
  first?: string;
  /** It looks at the text and takes none. */
  readonly isLook: boolean;
}

/** What texts for a pattern are made of. */
interface Parts {
  readonly starts: Set<string>;
  readonly pieces: Set<string>;
  readonly ends: Set<string>;
}

/**
 * The texts for a pattern: forty times a piece (a character that it names or that a class of it takes, two of these in
 * turn, or the shortest text of a group), at the start or behind the shortest text that leads to a group, and then a
 * character that fits nowhere or that a class does not take.
 *
 * @param pattern a regular expression for the flag `u`
 */
export function* textsFor(pattern: string): Generator<string> {
  const parts = partsOf(pattern);
  const pieces = [...parts.pieces].slice(0, PIECE_LIMIT);
  const few = pieces.slice(0, PAIR_LIMIT);
  const pairs = few.flatMap((one) => few.filter((other) => other !== one).map((other) => one + other));
  for (const start of parts.starts) {
    for (const piece of [...pieces, ...pairs]) {
      for (const end of [...parts.ends].slice(0, END_LIMIT)) yield `${start}${piece.repeat(REPEATS)}${end}`;
    }
  }
}

function partsOf(pattern: string): Parts {
  const parts: Parts = { starts: new Set([""]), pieces: new Set("a0 "), ends: new Set([NOWHERE]) };
  const groups: [Group, ...Group[]] = [{ before: "", last: "", isLook: false }];
  for (const [token] of pattern.matchAll(TOKEN).take(TOKEN_LIMIT)) {
    const group = groups[groups.length - 1];
    if (token.startsWith("(")) {
      if (parts.starts.size < START_LIMIT) parts.starts.add(groups.map(({ before, last }) => before + last).join(""));
      groups.push({ before: "", last: "", isLook: /[=!]$/.test(token) });
    } else if (token === ")" && groups.length > 1) {
      const { before, last, first = before + last, isLook } = groups.pop()!;
      if (first !== "") parts.pieces.add(first);
      put(groups[groups.length - 1], isLook ? "" : first);
    } else if (token === "|") {
      group.first ??= group.before + group.last;
      group.before = group.last = "";
    } else if (/^(?:[*+?]|\{\d)/.test(token)) {
      const least = token.startsWith("{") ? Number.parseInt(token.slice(1)) : token.startsWith("+") ? 1 : 0;
      group.last = group.last.repeat(Math.min(least, REPEATS)).slice(0, LENGTH_LIMIT);
    } else if (!/^(?:[\^$]|\\[bBk1-9])/.test(token)) {
      put(group, readAtom(token, parts));
    }
  }
  for (const piece of "!\t\n") parts.pieces.add(piece);
  return parts;
}

function put(group: Group, text: string): void {
  group.before += group.last;
  group.last = text;
}

/** Notes what a character or a class takes, and what not. @returns one character that it takes */
function readAtom(token: string, { pieces, ends }: Parts): string {
  const named = token.startsWith("[") ? [...token.slice(1, -1).matchAll(MEMBER)].map(([each]) => decode(each)) : [];
  const one = token.startsWith("\\") ? decode(token) : token;
  const takes = new RegExp(`^(?:${token})$`, "u");
  const taken = [one, ...named, ...CANDIDATES].filter((each) => takes.test(each));
  const refused = [...named, ...CANDIDATES].find((each) => [...each].length === 1 && !takes.test(each));
  for (const each of [taken.at(0), ...named]) if (each !== undefined && takes.test(each)) pieces.add(each);
  if (taken.length > 1 && refused !== undefined) ends.add(refused);
  return taken.at(0) ?? "";
}

/** The character that an escape stands for, or the token itself. */
function decode(token: string): string {
  const code = /^\\(?:u\{?|x)([\da-f]+)\}?$/i.exec(token)?.[1];
  if (code !== undefined) return String.fromCodePoint(Number.parseInt(code, 16));
  const escape = "nrtvf".indexOf(token.slice(1));
  if (token.length === 2 && escape >= 0) return "\n\r\t\v\f"[escape];
  return /^\\[^A-Za-z0-9]$/.test(token) ? token.slice(1) : token;
}
