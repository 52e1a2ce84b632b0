/**
 * Limits the nesting of a source file. The parser and everything that walks its tree recurse, so that a file without a
 * limit could overflow the stack.
 *
 * @module
 */
import { ts } from "ts-morph";

/** The deepest nesting of brackets, types, statements and functions. */
export const NESTING_LIMIT = 256;

/** A range of a text. */
export interface TextRange {
  readonly start: number;
  readonly end: number;
}

/**
 * Finds where a parsed file goes deeper than {@linkcode NESTING_LIMIT}. The left side of an operator, a dot or an
 * opening bracket adds no level: `a + b + c` and `a.b().c()` may have any length.
 *
 * @returns the first such place, or `undefined`
 */
export function findDeepNode(file: ts.SourceFile): TextRange | undefined {
  const nodes: ts.Node[] = [file];
  const depths = [0];
  let found: ts.Node | undefined;
  for (let node = nodes.pop(); node !== undefined; node = nodes.pop()) {
    const depth = depths.pop() ?? 0;
    if (depth > NESTING_LIMIT) {
      if (found === undefined || node.pos < found.pos) found = node;
      continue;
    }
    const parent = node;
    ts.forEachChild(parent, (child) => {
      nodes.push(child);
      depths.push(isLeftOf(parent, child) ? depth : depth + 1);
    });
  }
  return found && { start: found.getStart(file), end: found.end };
}

/**
 * Finds where a text that overflows the parser's stack does so.
 *
 * @returns the start of the deepest part that can still be parsed, otherwise where the parser gives up
 */
export function findOverflow(text: string): TextRange {
  let [good, bad] = [0, text.length];
  while (bad - good > 1) {
    const middle = (good + bad) >> 1;
    if (parse(text.slice(0, middle)) === undefined) bad = middle;
    else good = middle;
  }
  // A text that could just be parsed once may fail the next time: the stack that a call takes depends on how warm its
  // code is.
  for (let length = good; length > NESTING_LIMIT; length = Math.floor(length * 0.8)) {
    const file = parse(text.slice(0, length));
    const place = file && findDeepNode(file);
    if (place !== undefined) return { start: place.start, end: bad };
  }
  return { start: good, end: bad };
}

/** Whether an error says that the stack is full. */
export function isOverflow(error: unknown): boolean {
  return error instanceof RangeError && /call stack/i.test(error.message);
}

function parse(text: string): ts.SourceFile | undefined {
  try {
    return ts.createSourceFile("/prefix.ts", text, ts.ScriptTarget.ESNext);
  } catch (error) {
    if (isOverflow(error)) return undefined;
    throw error;
  }
}

function isLeftOf(parent: ts.Node, child: ts.Node): boolean {
  if (ts.isBinaryExpression(parent)) return parent.left === child;
  if (ts.isArrayTypeNode(parent)) return parent.elementType === child;
  if (ts.isQualifiedName(parent)) return parent.left === child;
  if (ts.isIndexedAccessTypeNode(parent)) return parent.objectType === child;
  return ts.isLeftHandSideExpression(parent) && "expression" in parent && parent.expression === child &&
    !ts.isParenthesizedExpression(parent) && !ts.isNewExpression(parent);
}
