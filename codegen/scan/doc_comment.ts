/**
 * Reads doc comments. A tag that describes a configuration value may stand anywhere on a line
 * (`Gain in decibels. @minimum -60 @maximum 24`); any other tag only at the start of a line.
 *
 * @module
 */
import { type MeantTag, meantTag, VALUE_TAGS, type ValueTagName } from "./known_tags.ts";

/** One tag of a doc comment. */
export interface DocTag {
  readonly name: ValueTagName;
  /** What follows on the line, up to the next tag; `""` if nothing does. */
  readonly value: string;
  /** Place of the `@`, from the start of the comment. */
  readonly offset: number;
  /** Length of the tag with its value. */
  readonly length: number;
}

/** An unknown tag that resembles a known one. */
export interface MisspeltTag {
  readonly name: string;
  readonly meant: MeantTag;
  /** Place of the `@`, from the start of the comment. */
  readonly offset: number;
}

/** The content of a doc comment. */
export interface DocComment {
  /** The prose, with `{@link …}` resolved to its text and no tags. */
  readonly text: string;
  readonly tags: readonly DocTag[];
  readonly misspelt: readonly MisspeltTag[];
}

/** The content of a missing doc comment. */
export const NO_DOC: DocComment = { text: "", tags: [], misspelt: [] };

const TAG = new RegExp(`(?<=^|\\s)@(${VALUE_TAGS.join("|")})(?![A-Za-z0-9_/-])`, "g");

/** Matches what looks like a tag, but neither like a decorator nor like a package's name. */
const ANY_TAG = /(?<=^|\s)@([A-Za-z][A-Za-z0-9]*)(?![A-Za-z0-9_/.@(-])/g;

/**
 * Reads a doc comment.
 *
 * @param raw the comment, from its first slash to its last
 */
export function parseDocComment(raw: string): DocComment {
  const tags: DocTag[] = [];
  const misspelt: MisspeltTag[] = [];
  const prose: string[] = [];
  let inFence = false;
  let inBlockTag = false;
  for (const { text, offset } of contentLines(raw)) {
    if (/^\s*(?:```|~~~)/.test(text)) inFence = !inFence;
    const found = inFence ? [] : tagsOfLine(text, offset);
    if (!inFence && /^\s*@[A-Za-z]/.test(text)) {
      inBlockTag = found.length === 0 || found[0].offset - offset > indent(text);
    }
    tags.push(...found);
    if (!inFence && text.includes("@")) misspelt.push(...misspeltTags(text, offset, inBlockTag));
    const before = found.length === 0 ? text : text.slice(0, found[0].offset - offset);
    if (inBlockTag) continue;
    if (found.length > 0 && before.trim() === "") continue;
    prose.push(before.trimEnd());
  }
  const text = prose.join("\n").replace(/\n{3,}/g, "\n\n").trim();
  return { text: resolveLinks(text), tags, misspelt };
}

/** The first sentence of a doc comment's prose, on one line. */
export function firstSentence(text: string): string {
  const paragraph = text.split(/\n\s*\n/, 1)[0].replace(/\s+/g, " ").trim();
  const end = /[.!?](?=\s+[^a-z\s]|\s*$)/.exec(paragraph);
  return end === null ? paragraph : paragraph.slice(0, end.index + 1);
}

/** The lines between the slashes, without their asterisks. */
function* contentLines(raw: string): Generator<{ text: string; offset: number }> {
  const end = raw.endsWith("*/") ? raw.length - 2 : raw.length;
  let offset = raw.startsWith("/**") ? 3 : 0;
  while (offset <= end) {
    const newline = raw.indexOf("\n", offset);
    const lineEnd = newline < 0 || newline > end ? end : newline;
    let text = raw.slice(offset, lineEnd).replace(/\r$/, "");
    const lead = /^\s*\* ?|^ /.exec(text)?.[0].length ?? 0;
    text = text.slice(lead);
    yield { text, offset: offset + lead };
    offset = lineEnd + 1;
  }
}

function tagsOfLine(text: string, offset: number): DocTag[] {
  const starts = outsideCode(text, TAG);
  return starts.map((match, i) => {
    const to = i + 1 < starts.length ? starts[i + 1].index : text.length;
    const whole = text.slice(match.index, to).trimEnd();
    return {
      name: match[1] as ValueTagName,
      value: whole.slice(match[0].length).trim(),
      offset: offset + match.index,
      length: whole.length,
    };
  });
}

/** @param inBlockTag whether only a tag at the start of the line counts, since the rest belongs to another tool */
function misspeltTags(text: string, offset: number, inBlockTag: boolean): MisspeltTag[] {
  return outsideCode(text, ANY_TAG).flatMap((match) => {
    const isFirst = match.index === indent(text);
    const meant = isFirst || !inBlockTag ? meantTag(match[1]) : undefined;
    const isMeant = meant !== undefined && (isFirst || meant.isValueTag);
    return isMeant ? [{ name: match[1], meant, offset: offset + match.index }] : [];
  });
}

/** The matches of a pattern outside backquotes. */
function outsideCode(text: string, pattern: RegExp): RegExpExecArray[] {
  const code = [...text.matchAll(/`[^`]*`/g)].map((match) => [match.index, match.index + match[0].length]);
  return [...text.matchAll(pattern)].filter((match) =>
    !code.some(([from, to]) => match.index >= from && match.index < to)
  );
}

function resolveLinks(text: string): string {
  return text.replace(/\{@link(?:code|plain)?\s+([^}|\s]+)(?:\s*\|?\s*([^}]*))?\}/g, (_, target, label) => {
    return String(label ?? "").trim() || String(target);
  });
}

function indent(text: string): number {
  return text.length - text.trimStart().length;
}
