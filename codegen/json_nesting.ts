/**
 * Limits the nesting of a JSON text. The parser recurses, so that a text without a limit could overflow the stack.
 *
 * @module
 */
import { createScanner } from "jsonc-parser";

/** The deepest nesting: a configuration has two levels. */
export const JSON_NESTING_LIMIT = 64;

/** Finds the first bracket beyond the limit. Comments are allowed. */
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
