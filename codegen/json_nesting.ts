/**
 * How deep the lists and objects of a JSON text stand in one another. The parser recurses, so that a text without a
 * bound could overflow the stack.
 *
 * @module
 */
import { createScanner } from "jsonc-parser";

/** Most lists and objects in one another: a configuration has two. */
export const JSON_NESTING_LIMIT = 64;

/** Finds the bracket that is one too many. Comments are allowed. */
export function findDeepBracket(text: string): number | undefined {
  const scanner = createScanner(text, true);
  let depth = 0;
  // Only the end of the text is a token without characters.
  for (scanner.scan(); scanner.getTokenLength() > 0; scanner.scan()) {
    const first = text[scanner.getTokenOffset()];
    if (first === "{" || first === "[") depth++;
    else if (first === "}" || first === "]") depth--;
    if (depth > JSON_NESTING_LIMIT) return scanner.getTokenOffset();
  }
  return undefined;
}
