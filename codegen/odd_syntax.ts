/**
 * For tests of the generator: syntax that the parser takes and hardly anybody writes in a processor, by the places
 * where it can appear. The pieces are in `testdata/odd_syntax.txt`, one a line.
 *
 * @module
 */
import { readFileSync } from "node:fs";
import { ts } from "ts-morph";

const PIECES = readPieces(new URL("./testdata/odd_syntax.txt", import.meta.url));

/** A part of a source that can be replaced: its kind and place. */
export interface OddPlace {
  readonly pieces: readonly string[];
  readonly start: number;
  /** Equal to `start` if a piece is inserted. */
  readonly end: number;
}

/** Finds the places of a source that can be replaced. */
export function oddPlaces(text: string): OddPlace[] {
  const places: OddPlace[] = [];
  const file = ts.createSourceFile("a.ts", text, ts.ScriptTarget.Latest, true);
  const exchange = (node: ts.Node, pieces: readonly string[]) =>
    void places.push({ pieces, start: node.getStart(file), end: node.end });
  const insert = (start: number, pieces: readonly string[]) => void places.push({ pieces, start, end: start });
  const visit = (node: ts.Node): void => {
    if (ts.isTypeNode(node) && !ts.isExpressionWithTypeArguments(node)) exchange(node, piecesFor("type"));
    else if (ts.isDecorator(node)) exchange(node, piecesFor("decorator"));
    else if (ts.isHeritageClause(node)) exchange(node, piecesFor("heritage"));
    else if (ts.isTypeParameterDeclaration(node)) exchange(node, piecesFor("parameter"));
    else if (ts.isExpression(node) && !isName(node)) exchange(node, piecesFor("expression"));
    if (ts.isClassDeclaration(node) && node.name !== undefined) insert(node.name.end, piecesFor("heritage"));
    if (ts.isClassElement(node) || ts.isStatement(node)) {
      const start = node.getStart(file);
      insert(start, piecesFor("modifier"));
      insert(start, piecesFor("decorator"));
      insert(start, piecesFor("comment"));
      insert(start, ts.isClassElement(node) ? piecesFor("member") : piecesFor("statement"));
    }
    if (isName(node)) exchange(node, piecesFor("name"));
    for (const { pos, end } of ts.getLeadingCommentRanges(text, node.pos) ?? []) {
      places.push({ pieces: piecesFor("comment"), start: pos, end });
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return places;
}

/** Inserts pieces into a source. If places overlap, the first counts. */
export function putPieces(text: string, pieces: readonly (OddPlace & { readonly put: string })[]): string {
  let from = 0;
  let result = "";
  for (const { start, end, put } of pieces.toSorted((a, b) => a.start - b.start || a.end - b.end)) {
    if (start < from) continue;
    result += `${text.slice(from, start)}${put} `;
    from = end;
  }
  return result + text.slice(from);
}

function isName(node: ts.Node): boolean {
  return (node.parent as { name?: ts.Node } | undefined)?.name === node;
}

function piecesFor(kind: string): readonly string[] {
  const pieces = PIECES.get(kind);
  if (pieces === undefined) throw new TypeError(`Cannot find pieces of kind "${kind}" in testdata/odd_syntax.txt`);
  return pieces;
}

/** Reads pieces by kind: `## kind`, then one a line, in which `⏎` stands for the end of a line. */
function readPieces(url: URL): Map<string, string[]> {
  const pieces = new Map<string, string[]>();
  for (const section of readFileSync(url, "utf8").split(/^## /m).slice(1)) {
    const [kind, ...lines] = section.trimEnd().split("\n");
    pieces.set(kind, lines.map((line) => line.replaceAll("⏎", "\n")));
  }
  return pieces;
}
