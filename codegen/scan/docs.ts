/**
 * The doc comment of a node.
 *
 * @module
 */
import { Node } from "ts-morph";
import { type DocComment, NO_DOC, parseDocComment } from "./doc_comment.ts";

/** A doc comment with its place in the file. */
export interface PlacedDoc extends DocComment {
  /** Place of the comment's first slash in the file. */
  readonly start: number;
}

/** Reads the doc comment that stands nearest before a declaration. */
export function readDoc(node: Node): PlacedDoc {
  const comment = Node.isJSDocable(node) ? node.getJsDocs().at(-1) : undefined;
  if (comment === undefined) return { ...NO_DOC, start: node.getStart() };
  return { ...parseDocComment(comment.getText()), start: comment.getStart() };
}
