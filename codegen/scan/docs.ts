/**
 * The doc comment of a node.
 *
 * @module
 */
import { Node } from "ts-morph";
import type { ScanContext } from "./context.ts";
import { type DocComment, NO_DOC, parseDocComment } from "./doc_comment.ts";

/** A doc comment with its place in the file. */
export interface PlacedDoc extends DocComment {
  /** Place of the comment's first slash in the file. */
  readonly start: number;
}

/** Reads the doc comment nearest before a declaration. */
export function readDoc(node: Node): PlacedDoc {
  const comment = Node.isJSDocable(node) ? node.getJsDocs().at(-1) : undefined;
  if (comment === undefined) return { ...NO_DOC, start: node.getStart() };
  return { ...parseDocComment(comment.getText()), start: comment.getStart() };
}

/**
 * Checks for unknown tags. Refuses one that resembles a tag for values where it would have counted, since an unread
 * limit is not kept, and warns of others.
 *
 * @param node the owner of the comment
 * @param what the configuration key or port, as messages name it
 * @returns whether nothing was refused
 */
export function checkTags(
  context: ScanContext,
  node: Node,
  doc: PlacedDoc,
  what: string,
  takesValueTags: boolean,
): boolean {
  let isGood = true;
  for (const { name, meant, offset } of doc.misspelt) {
    const isError = takesValueTags && meant.isValueTag;
    if (isError) isGood = false;
    const start = doc.start + offset;
    context.refuseRange(
      node,
      start,
      start + name.length + 1,
      `Cannot use "@${name}" on ${what}: it is not a known tag`,
      `write "@${meant.name}", or put it between backquotes if it is not a tag`,
      isError ? "error" : "warning",
    );
  }
  return isGood;
}
