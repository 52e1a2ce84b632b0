/**
 * Takes the little Markdown that doc comments use apart into plain pieces of text: paragraphs, items of lists, blocks
 * of code, and in them strong text and code. What it does not know stays text as it was written; nothing becomes HTML.
 *
 * @module
 */

/** A piece of a line. */
export interface DocSpan {
  readonly style: "plain" | "strong" | "code";
  readonly text: string;
}

/** A paragraph, an item of a list, or a block of code. */
export type DocBlock =
  | { readonly kind: "paragraph" | "item"; readonly spans: readonly DocSpan[] }
  | { readonly kind: "code"; readonly text: string };

/** Text beyond this many characters is cut, so that a hostile text costs no more than a long one. */
const MAX_LENGTH = 20_000;

/** What begins a block of code, with the name of its language, which is not shown. */
const OPENS_CODE = /^\s*```[^`]*$/;

/** Takes a doc comment apart. */
export function parseDoc(doc: string): DocBlock[] {
  const blocks: DocBlock[] = [];
  let code: string[] | undefined;
  let open: { kind: "paragraph" | "item"; lines: string[] } | undefined;
  const close = () => {
    if (open !== undefined) blocks.push({ kind: open.kind, spans: parseSpans(open.lines.join(" ")) });
    open = undefined;
  };
  for (const line of doc.slice(0, MAX_LENGTH).split("\n")) {
    if (code !== undefined) {
      if (/^\s*```\s*$/.test(line)) {
        blocks.push({ kind: "code", text: code.join("\n") });
        code = undefined;
      } else code.push(line);
    } else if (OPENS_CODE.test(line)) {
      close();
      code = [];
    } else if (line.trim() === "") {
      close();
    } else if (/^\s*[-*] /.test(line)) {
      close();
      open = { kind: "item", lines: [line.replace(/^\s*[-*] /, "").trim()] };
    } else {
      open ??= { kind: "paragraph", lines: [] };
      open.lines.push(line.trim());
    }
  }
  close();
  if (code !== undefined) blocks.push({ kind: "code", text: code.join("\n") });
  return blocks;
}

/** Takes one line apart. */
export function parseSpans(text: string): DocSpan[] {
  const spans: DocSpan[] = [];
  let rest = 0;
  for (const match of text.matchAll(/`([^`]+)`|\*\*([^*]+)\*\*/g)) {
    if (match.index > rest) spans.push({ style: "plain", text: text.slice(rest, match.index) });
    spans.push(match[1] !== undefined ? { style: "code", text: match[1] } : { style: "strong", text: match[2] });
    rest = match.index + match[0].length;
  }
  if (rest < text.length) spans.push({ style: "plain", text: text.slice(rest) });
  return spans;
}
