/**
 * Globs of `sluice.json`: `*` and `?` within a part of a path, `**` for any number of parts, `[a-z]`, `{a,b}`,
 * `{1..9}`. As in a shell, a name that starts with a dot is only matched by a dot. The time of matching depends only on
 * the lengths of glob and path.
 *
 * @module
 */

/** The most globs that the braces of one may expand to. */
export const ALTERNATIVES_LIMIT = 256;

/** The longest glob, characters. */
const LENGTH_LIMIT = 1024;

/** A test of one character of a name; `*` for any number of them. */
type CharTest = "*" | ((char: string) => boolean);

/** A part of a path: `**`, or tests for its characters. */
type Segment = "**" | { readonly tests: readonly CharTest[]; readonly isHidden: boolean };

/** A glob, ready to match paths. */
export interface Glob {
  /** The folder that every match is in, without wildcards; `""` for the root. */
  readonly folders: readonly string[];
  /** Whether a path, relative to the root and with `/` between its parts, matches. */
  readonly matches: (path: string) => boolean;
}

/** What is wrong with a glob, or `undefined`. The reason completes a sentence that starts with the glob. */
export function findGlobProblem(glob: string): { reason: string; mend: string } | undefined {
  if (glob.length > LENGTH_LIMIT) {
    return { reason: `it has ${glob.length} characters, wanted ${LENGTH_LIMIT} at most`, mend: "write several globs" };
  }
  // deno-lint-ignore no-control-regex
  if (/[\x00-\x1f]/.test(glob)) return { reason: "it holds a control character", mend: "remove the character" };
  if (/[!+@?*]\(/.test(glob)) {
    return { reason: `"${/[!+@?*]\(/.exec(glob)?.[0]}" is not known`, mend: `use "*", "**", "?", "[…]" and "{…,…}"` };
  }
  const count = countAlternatives(glob);
  if (count <= ALTERNATIVES_LIMIT) return undefined;
  const found = count > 1e6 ? "more than 1000000" : String(count);
  return { reason: `its braces stand for ${found} globs, wanted ${ALTERNATIVES_LIMIT} at most`, mend: `use "*"` };
}

/** Reads a glob in which {@linkcode findGlobProblem} finds nothing. */
export function readGlob(glob: string): Glob {
  const plain = glob.replaceAll("\\", "/").replace(/^(?:\.\/)+/, "");
  const alternatives = expandBraces(plain).map((each) => each.split("/").filter((part, i) => part !== "" || i === 0));
  const compiled = alternatives.map((parts) => parts.map(readSegment));
  return {
    folders: alternatives.map(folderOf),
    matches: (path) => {
      const parts = path.split("/");
      return compiled.some((segments) => matchParts(segments, parts));
    },
  };
}

/** The part before the first wildcard. */
function folderOf(parts: readonly string[]): string {
  const wild = parts.findIndex((part) => /[*?[\]]/.test(part));
  return parts.slice(0, wild < 0 ? -1 : wild).join("/");
}

/** The two sides of each pair of braces with a comma or a range, and the texts around it. */
function splitBraces(glob: string): { before: string; choices: string[]; after: string } | undefined {
  for (let open = glob.indexOf("{"); open >= 0; open = glob.indexOf("{", open + 1)) {
    const choices: string[] = [];
    let depth = 0;
    let from = open + 1;
    for (let at = open; at < glob.length; at++) {
      if (glob[at] === "{") depth++;
      else if (glob[at] === "}") depth--;
      if (depth === 0 || (depth === 1 && glob[at] === ",")) {
        choices.push(glob.slice(from, at));
        from = at + 1;
      }
      if (depth > 0) continue;
      const range = choices.length === 1 ? rangeOf(choices[0]) : undefined;
      const parts = { before: glob.slice(0, open), after: glob.slice(at + 1) };
      if (range !== undefined) return { ...parts, choices: range };
      if (choices.length > 1) return { ...parts, choices };
      break;
    }
  }
  return undefined;
}

/** The numbers of `1..9`; of too many, enough to notice that. */
function rangeOf(text: string): string[] | undefined {
  const [, first, last] = /^(-?\d{1,9})\.\.(-?\d{1,9})$/.exec(text) ?? [];
  if (first === undefined || last === undefined) return undefined;
  const [from, to] = [Number(first), Number(last)];
  const count = Math.min(Math.abs(to - from), ALTERNATIVES_LIMIT) + 1;
  return Array.from({ length: count }, (_, i) => String(from + (to < from ? -i : i)));
}

function countAlternatives(glob: string): number {
  const split = splitBraces(glob);
  if (split === undefined) return 1;
  const own = split.choices.reduce((sum, each) => sum + countAlternatives(each), 0);
  return own * countAlternatives(split.after);
}

function expandBraces(glob: string): string[] {
  const split = splitBraces(glob);
  if (split === undefined) return [glob];
  const ends = expandBraces(split.after);
  return split.choices.flatMap(expandBraces).flatMap((each) => ends.map((end) => `${split.before}${each}${end}`));
}

function readSegment(part: string): Segment {
  if (part === "**") return "**";
  const tests: CharTest[] = [];
  for (let at = 0; at < part.length; at++) {
    const char = part[at];
    const set = char === "[" ? /^\[([!^]?)(\]?[^\]]*)\]/.exec(part.slice(at)) : null;
    if (char === "*") {
      if (tests.at(-1) !== "*") tests.push("*");
    } else if (char === "?") {
      tests.push(() => true);
    } else if (set !== null) {
      tests.push(readSet(set[2], set[1] !== ""));
      at += set[0].length - 1;
    } else {
      tests.push((each) => each === char);
    }
  }
  return { tests, isHidden: part.startsWith(".") };
}

/** The characters between square brackets. */
function readSet(text: string, isInverted: boolean): (char: string) => boolean {
  const ranges = [...text.matchAll(/([^])(?:-([^]))?/g)].map(([, from, to]) => [from, to ?? from]);
  return (char) => ranges.some(([from, to]) => char >= from && char <= to) !== isInverted;
}

/** Walks both lists once. At a mismatch it returns to the last `**`, which takes one part more. */
function matchParts(segments: readonly Segment[], parts: readonly string[]): boolean {
  return matchWith(segments, parts, (each) => each === "**", (segment, part) => {
    if (segment === "**") return false;
    return (segment.isHidden || !part.startsWith(".")) && matchName(segment.tests, part);
  }, (part) => !part.startsWith("."));
}

function matchName(tests: readonly CharTest[], name: string): boolean {
  return matchWith(tests, [...name], (each) => each === "*", (test, char) => test !== "*" && test(char), () => true);
}

/**
 * Matches a list with a pattern in which some elements stand for any number of items.
 *
 * @param mayTake whether such an element may stand for an item
 */
function matchWith<P, T>(
  pattern: readonly P[],
  items: readonly T[],
  isAny: (each: P) => boolean,
  fits: (each: P, item: T) => boolean,
  mayTake: (item: T) => boolean,
): boolean {
  let [p, i, back, taken] = [0, 0, -1, 0];
  while (i < items.length) {
    if (p < pattern.length && isAny(pattern[p])) {
      [back, taken] = [p++, i];
    } else if (p < pattern.length && fits(pattern[p], items[i])) {
      p++;
      i++;
    } else {
      if (back < 0 || !mayTake(items[taken])) return false;
      [p, i] = [back + 1, ++taken];
    }
  }
  while (p < pattern.length && isAny(pattern[p])) p++;
  return p === pattern.length;
}
