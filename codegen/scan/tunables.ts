/**
 * Finds numbers that people may want to tune but cannot, because they are buried in a processor's code: fractions, and
 * large whole numbers that are neither powers of two or ten nor conversions between units.
 *
 * @module
 */
import { type ClassDeclaration, Node, ts } from "ts-morph";
import { type Diagnostic, diagnosticAt } from "../diagnostics.ts";
import { walk } from "./walk.ts";

/** A comment with this text, on the line of the number or the one before, says that the number is intended. */
const SUPPRESSION = /\/\/\s*fixed-number\b/;

/** Whole numbers up to this count things. */
const SMALL = 16;

/** Numbers that convert units or are bounds of types, and halves and quarters. */
const KNOWN: ReadonlySet<number> = new Set([
  ...[0.25, 0.5, 0.75, 1.5, 20, 24, 60, 90, 180, 255, 360, 3600, 1024, 32_767, 65_535, 2_147_483_647, 4_294_967_295],
]);

/**
 * Checks the methods, and the fields that are not configuration.
 *
 * @param keys names of annotated fields, including those of base classes
 */
export function findTunables(
  path: string,
  declaration: ClassDeclaration,
  keys: ReadonlySet<string> = new Set(),
): Diagnostic[] {
  const text = declaration.getSourceFile().getFullText();
  const found: Diagnostic[] = [];
  for (const member of declaration.getMembers()) {
    if (Node.isPropertyDeclaration(member) && (member.getDecorators().length > 0 || member.isReadonly())) continue;
    if (Node.isPropertyDeclaration(member) && keys.has(member.getName())) continue;
    for (const literal of walk(member.compilerNode)) {
      if (!ts.isNumericLiteral(literal)) continue;
      const number = text.slice(literal.getStart(), literal.end);
      if (!isTunable(literal, number) || isSuppressed(text, literal)) continue;
      found.push({
        ...diagnosticAt(
          path,
          text,
          literal.getStart(),
          literal.end,
          `Number ${number} is buried in the code of "${declaration.getName()}", where nobody can tune it`,
          `make it a key: "@config() name = ${number}"; or name it in a constant; or write "// fixed-number: why"`,
        ),
        severity: "warning",
      });
    }
  }
  return found;
}

/** @param number the literal as written */
function isTunable(literal: ts.NumericLiteral, number: string): boolean {
  const value = Number(literal.text);
  if (/^0[xbo]/i.test(number) || KNOWN.has(value)) return false;
  if (Number.isInteger(value) && (value <= SMALL || isPower(value, 2) || isPower(value, 10))) return false;
  // A tolerance of the arithmetic, such as 1e-9, not of the signal.
  if (value > 0 && value < 1e-4) return false;
  const { parent } = literal;
  if (ts.isElementAccessExpression(parent) || ts.isEnumMember(parent) || ts.isLiteralTypeNode(parent)) return false;
  return !isUnitConversion(number);
}

function isPower(value: number, base: number): boolean {
  const power = Math.log(value) / Math.log(base);
  return Math.abs(power - Math.round(power)) < 1e-9;
}

/** Part of a product of powers of ten, such as `60 * 1000`. */
function isUnitConversion(number: string): boolean {
  return /e[+]?[369]$/i.test(number);
}

function isSuppressed(text: string, literal: ts.NumericLiteral): boolean {
  const start = text.lastIndexOf("\n", literal.getStart()) + 1;
  const before = text.lastIndexOf("\n", start - 2) + 1;
  const end = text.indexOf("\n", literal.end);
  return SUPPRESSION.test(text.slice(before, end < 0 ? text.length : end));
}
