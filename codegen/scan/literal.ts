/**
 * Evaluates expressions without running anything: literals, lists and objects of them, arithmetic, and constants at the
 * top of a file, including members of enums and of constant objects.
 *
 * @module
 */
import {
  type ArrayLiteralExpression,
  type BinaryExpression,
  type ElementAccessExpression,
  type EnumDeclaration,
  type EnumMember,
  type Expression,
  Node,
  type ObjectLiteralExpression,
  type PrefixUnaryExpression,
  type PropertyAccessExpression,
  SyntaxKind,
} from "ts-morph";
import { enumsOf } from "./merged.ts";
import type { SourceSet } from "./source_set.ts";

/** Most levels of nesting, and of constants that stand for constants. */
const DEPTH_LIMIT = 64;

/** The most expressions of a value made of constants, each counted as often as it is named. */
const STEP_LIMIT = 50_000;

/** The longest text made by adding, characters. */
const TEXT_LIMIT = 65_536;

/** The value of an expression, or the part of it that cannot be known. */
export type Evaluated = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly at: Node };

/**
 * Evaluates an expression.
 *
 * @param names the files in which a name is looked up; `undefined` to refuse names and arithmetic
 */
export function evaluate(expression: Expression, names?: SourceSet): Evaluated {
  return evaluateAt(expression, names, 0, { steps: 0 });
}

/** The values of an enum's members, by name; `undefined` if one of them cannot be known. */
export function enumValues(declaration: EnumDeclaration, names: SourceSet): ReadonlyMap<string, unknown> | undefined {
  return readEnum(declaration, names, 0, { steps: 0 });
}

/** The enum that an expression names a member of. */
export function enumAt(expression: Expression, names: SourceSet): EnumDeclaration | undefined {
  if (!Node.isPropertyAccessExpression(expression) && !Node.isElementAccessExpression(expression)) return undefined;
  const owner = expression.getExpression();
  if (!Node.isIdentifier(owner) && !Node.isPropertyAccessExpression(owner)) return undefined;
  const target = names.resolve(names.pathOf(owner), owner.getText(), "value");
  if (target.kind !== "declared" || !Node.isEnumDeclaration(target.node)) return undefined;
  names.use(target.path);
  return target.node;
}

/** The members of the current enum, so far. */
interface OpenEnum {
  readonly declaration: EnumDeclaration;
  readonly values: ReadonlyMap<string, unknown>;
}

function evaluateAt(
  expression: Expression,
  names: SourceSet | undefined,
  depth: number,
  spent: { steps: number },
  open?: OpenEnum,
): Evaluated {
  const failed: Evaluated = { ok: false, at: expression };
  if (depth > DEPTH_LIMIT || (names !== undefined && spent.steps++ > STEP_LIMIT)) return failed;
  const inner = (each: Expression) => evaluateAt(each, names, depth + 1, spent, open);

  if (Node.isNumericLiteral(expression)) return finite(Number(expression.getLiteralValue()), failed);
  if (Node.isStringLiteral(expression) || Node.isNoSubstitutionTemplateLiteral(expression)) {
    return { ok: true, value: expression.getLiteralValue() };
  }
  if (Node.isTrueLiteral(expression)) return { ok: true, value: true };
  if (Node.isFalseLiteral(expression)) return { ok: true, value: false };
  if (Node.isNullLiteral(expression)) return { ok: true, value: null };
  if (
    Node.isParenthesizedExpression(expression) || Node.isAsExpression(expression) ||
    Node.isSatisfiesExpression(expression) || Node.isTypeAssertion(expression)
  ) return inner(expression.getExpression());

  if (Node.isPrefixUnaryExpression(expression)) return evaluateSign(expression, inner);
  if (Node.isArrayLiteralExpression(expression)) return evaluateList(expression, inner);
  if (Node.isObjectLiteralExpression(expression)) return evaluateObject(expression, inner);
  if (names === undefined) return failed;
  if (Node.isIdentifier(expression)) {
    if (expression.getText() === "undefined") return { ok: true, value: undefined };
    const member = open?.values.get(expression.getText());
    if (member !== undefined) return { ok: true, value: member };
    return readConstant(expression, names, depth, spent) ?? failed;
  }
  if (Node.isPropertyAccessExpression(expression)) {
    return evaluateMember(expression, expression.getName(), names, depth, spent, open);
  }
  if (Node.isElementAccessExpression(expression)) {
    const argument = expression.getArgumentExpression();
    const key = argument && inner(argument);
    return key?.ok ? evaluateMember(expression, key.value, names, depth, spent, open) : failed;
  }
  return Node.isBinaryExpression(expression) ? evaluateBinary(expression, inner) : failed;
}

type Inner = (expression: Expression) => Evaluated;

function evaluateSign(expression: PrefixUnaryExpression, inner: Inner): Evaluated {
  const operand = inner(expression.getOperand());
  if (!operand.ok || typeof operand.value !== "number") return { ok: false, at: expression };
  const operator = expression.getOperatorToken();
  if (operator === SyntaxKind.MinusToken) return { ok: true, value: -operand.value };
  if (operator === SyntaxKind.TildeToken) return { ok: true, value: ~operand.value };
  return operator === SyntaxKind.PlusToken ? operand : { ok: false, at: expression };
}

function evaluateList(expression: ArrayLiteralExpression, inner: Inner): Evaluated {
  const list: unknown[] = [];
  for (const element of expression.getElements()) {
    const value = inner(element);
    if (!value.ok) return value;
    list.push(value.value);
  }
  return { ok: true, value: list };
}

function evaluateObject(expression: ObjectLiteralExpression, inner: Inner): Evaluated {
  const entries: [string, unknown][] = [];
  for (const property of expression.getProperties()) {
    if (!Node.isPropertyAssignment(property)) return { ok: false, at: property };
    const name = property.getNameNode();
    const initializer = property.getInitializer();
    if (initializer === undefined) return { ok: false, at: property };
    const value = inner(initializer);
    if (!value.ok) return value;
    if (Node.isIdentifier(name)) entries.push([name.getText(), value.value]);
    else if (Node.isStringLiteral(name)) entries.push([name.getLiteralValue(), value.value]);
    else if (Node.isNumericLiteral(name)) entries.push([String(name.getLiteralValue()), value.value]);
    else return { ok: false, at: name };
  }
  return { ok: true, value: Object.fromEntries(entries) };
}

/** The member of an enum, of a module or of a table. */
function evaluateMember(
  expression: PropertyAccessExpression | ElementAccessExpression,
  key: unknown,
  names: SourceSet,
  depth: number,
  spent: { steps: number },
  open: OpenEnum | undefined,
): Evaluated {
  const failed: Evaluated = { ok: false, at: expression };
  if (typeof key !== "string" && typeof key !== "number") return failed;
  const owner = enumAt(expression, names);
  if (owner !== undefined) {
    const isOpen = open?.declaration.getName() === owner.getName() &&
      open.declaration.getSourceFile() === owner.getSourceFile();
    const value = (isOpen ? open.values : readEnum(owner, names, depth + 1, spent))?.get(String(key));
    return value === undefined ? failed : { ok: true, value };
  }
  // A member of a whole module, which is not a value itself.
  const imported = readConstant(expression, names, depth, spent);
  if (imported !== undefined) return imported;
  const whole = evaluateAt(expression.getExpression(), names, depth + 1, spent, open);
  const isTable = whole.ok && typeof whole.value === "object" && whole.value !== null &&
    Array.isArray(whole.value) === (typeof key === "number") && Object.hasOwn(whole.value, key);
  return isTable ? { ok: true, value: (whole.value as Record<string, unknown>)[key] } : failed;
}

function evaluateBinary(expression: BinaryExpression, inner: Inner): Evaluated {
  const failed: Evaluated = { ok: false, at: expression };
  const left = inner(expression.getLeft());
  const right = inner(expression.getRight());
  if (!left.ok || !right.ok) return left.ok ? right : left;
  const operator = expression.getOperatorToken().getText();
  if (operator === "+" && typeof left.value === "string" && typeof right.value === "string") {
    const isShort = left.value.length + right.value.length <= TEXT_LIMIT;
    return isShort ? { ok: true, value: left.value + right.value } : failed;
  }
  if (typeof left.value !== "number" || typeof right.value !== "number") return failed;
  return finite(calculate(operator, left.value, right.value), failed);
}

/** The value of the constant behind a name, or `module.NAME`. */
function readConstant(
  expression: Expression,
  names: SourceSet,
  depth: number,
  spent: { steps: number },
): Evaluated | undefined {
  const target = names.resolve(names.pathOf(expression), expression.getText(), "value");
  if (target.kind !== "declared" || !Node.isVariableDeclaration(target.node)) return undefined;
  if (target.node.getVariableStatement()?.getDeclarationKind() !== "const") return undefined;
  const initializer = target.node.getInitializer();
  if (initializer === undefined || !Node.isIdentifier(target.node.getNameNode())) return undefined;
  names.use(target.path);
  const value = evaluateAt(initializer, names, depth + 1, spent);
  return value.ok ? value : { ok: false, at: expression };
}

function readEnum(
  declaration: EnumDeclaration,
  names: SourceSet,
  depth: number,
  spent: { steps: number },
): ReadonlyMap<string, unknown> | undefined {
  const values = new Map<string, unknown>();
  for (const part of enumsOf(declaration)) {
    let next = 0;
    for (const member of part.getMembers()) {
      const initializer = member.getInitializer();
      const value: Evaluated = initializer === undefined
        ? finite(next, { ok: false, at: member })
        : evaluateAt(initializer, names, depth + 1, spent, { declaration, values });
      if (!value.ok || (typeof value.value !== "number" && typeof value.value !== "string")) return undefined;
      values.set(memberName(member), value.value);
      next = typeof value.value === "number" ? value.value + 1 : NaN;
    }
  }
  return values;
}

function memberName(member: EnumMember): string {
  const name = member.getNameNode();
  return Node.isStringLiteral(name) ? name.getLiteralValue() : name.getText();
}

function finite(value: number, failed: Evaluated): Evaluated {
  return Number.isFinite(value) ? { ok: true, value } : failed;
}

function calculate(operator: string, a: number, b: number): number {
  switch (operator) {
    case "+":
      return a + b;
    case "-":
      return a - b;
    case "*":
      return a * b;
    case "/":
      return a / b;
    case "%":
      return a % b;
    case "**":
      return a ** b;
    case "<<":
      return a << b;
    case ">>":
      return a >> b;
    case ">>>":
      return a >>> b;
    case "&":
      return a & b;
    case "|":
      return a | b;
    case "^":
      return a ^ b;
    default:
      return NaN;
  }
}
