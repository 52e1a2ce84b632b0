/**
 * Finds promises that are not awaited: a rejection of such a promise is swallowed, or ends the process. `deno lint` has
 * no rule with types.
 *
 * A statement floats a promise if its value is one, or an array of them, unless the promise is handled: by `await`, by
 * `void`, by `catch(handler)` or by `then(use, handler)`.
 *
 * `deno run -A tools/lint/floating_promises.ts` checks the whole checkout and ends with 1 if it finds any.
 *
 * @module
 */
import { join } from "node:path";
import ts from "typescript";
import { ROOT } from "../root.ts";
import { listTypeScript } from "../source_files.ts";

/** What Deno gives every program, in the compiler's words. */
const COMPILER_OPTIONS: ts.CompilerOptions = {
  allowImportingTsExtensions: true,
  experimentalDecorators: false,
  lib: ["lib.esnext.d.ts", "lib.dom.d.ts", "lib.dom.iterable.d.ts", "lib.dom.asynciterable.d.ts"],
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  noEmit: true,
  resolveJsonModule: true,
  skipLibCheck: true,
  strict: true,
  target: ts.ScriptTarget.ESNext,
  typeRoots: [join(ROOT, "node_modules", "@types")],
  types: ["node"],
};

const MESSAGE = "A promise must be awaited, end with a call of catch() or of then() with a handler of rejections, or " +
  'be marked with "void"';

/** One finding. */
export interface FloatingPromise {
  /** Path relative to the checked root. */
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** From 1. */
  readonly column: number;
  readonly message: string;
}

/**
 * Checks files with type information.
 *
 * @param files paths relative to `root`
 * @param root absolute path, ending with a separator
 * @returns the findings, by file and line
 * @throws {Error} if a file cannot be parsed
 */
export async function findFloatingPromises(
  files: readonly string[],
  root: string = ROOT,
): Promise<FloatingPromise[]> {
  const denoTypes = await writeDenoTypes();
  try {
    const program = ts.createProgram([...files.map((file) => join(root, file)), denoTypes], COMPILER_OPTIONS);
    const checker = program.getTypeChecker();
    return files.flatMap((file) => {
      const source = program.getSourceFile(join(root, file))!;
      const [wrong] = program.getSyntacticDiagnostics(source);
      if (wrong !== undefined) {
        throw new Error(`Cannot check ${file}: ${ts.flattenDiagnosticMessageText(wrong.messageText, " ")}`);
      }
      return statementsOf(source).filter(({ expression }) => floats(expression, checker)).map((statement) => {
        const { line, character } = source.getLineAndCharacterOfPosition(statement.getStart(source));
        return { file, line: line + 1, column: character + 1, message: MESSAGE };
      });
    });
  } finally {
    await Deno.remove(denoTypes);
  }
}

/** The statements of a file that are one expression, in order. */
function statementsOf(source: ts.SourceFile): ts.ExpressionStatement[] {
  const found: ts.ExpressionStatement[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isExpressionStatement(node)) found.push(node);
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

/** Whether the value of an expression that stands by itself is a promise that nobody handles. */
function floats(expression: ts.Expression, checker: ts.TypeChecker): boolean {
  if (
    ts.isParenthesizedExpression(expression) || ts.isNonNullExpression(expression) || ts.isAsExpression(expression) ||
    ts.isSatisfiesExpression(expression)
  ) return floats(expression.expression, checker);
  if (ts.isAwaitExpression(expression) || ts.isVoidExpression(expression)) return false;
  if (ts.isConditionalExpression(expression)) {
    return floats(expression.whenTrue, checker) || floats(expression.whenFalse, checker);
  }
  if (ts.isBinaryExpression(expression)) {
    const { left, operatorToken: { kind }, right } = expression;
    if (kind === ts.SyntaxKind.CommaToken) return floats(left, checker) || floats(right, checker);
    return SHORT_CIRCUITS.has(kind) && (floats(left, checker) || floats(right, checker));
  }
  if (ts.isCallExpression(expression) && !mayGivePromise(expression, checker)) return false;
  if (!isPromise(checker.getTypeAtLocation(expression), expression, checker)) return false;
  if (!ts.isCallExpression(expression) || !ts.isPropertyAccessExpression(expression.expression)) return true;
  const { expression: callee, arguments: args } = expression;
  if (callee.name.text === "finally") return floats(callee.expression, checker);
  const handler = callee.name.text === "catch" ? args[0] : callee.name.text === "then" ? args[1] : undefined;
  return handler === undefined || checker.getTypeAtLocation(handler).getCallSignatures().length === 0;
}

/** The operators whose value is that of one of their sides. An assignment keeps the promise for whom it assigns to. */
const SHORT_CIRCUITS: ReadonlySet<ts.SyntaxKind> = new Set([
  ts.SyntaxKind.AmpersandAmpersandToken,
  ts.SyntaxKind.BarBarToken,
  ts.SyntaxKind.QuestionQuestionToken,
]);

/** What a function gives that has nothing to say. */
const NO_VALUE = ts.TypeFlags.Void | ts.TypeFlags.Undefined | ts.TypeFlags.Null | ts.TypeFlags.BooleanLike;

/** What is no promise, nor an object that could be one. */
const PLAIN = NO_VALUE | ts.TypeFlags.Never | ts.TypeFlags.StringLike | ts.TypeFlags.NumberLike |
  ts.TypeFlags.BigIntLike;

/**
 * Whether a call can give a promise, by what its function may return whatever it is given. To tell what the call itself
 * gives, the compiler has to check its arguments, of a test the whole test: that takes most of its time.
 */
function mayGivePromise(call: ts.CallExpression, checker: ts.TypeChecker): boolean {
  const signatures = checker.getTypeAtLocation(call.expression).getCallSignatures();
  return signatures.length === 0 || signatures.some((signature) => {
    const type = checker.getReturnTypeOfSignature(signature);
    return (type.flags & PLAIN) === 0;
  });
}

/**
 * Whether values of a type are promises, or arrays of them, if they are anything. Not so of what is a value in one state
 * and a promise in another, such as the id that `runtime.connect()` gives at once before the start, nor of a value that
 * can also be awaited, such as the handle of `runtime.add()`: the caller knows.
 */
function isPromise(type: ts.Type, at: ts.Node, checker: ts.TypeChecker, around: readonly ts.Type[] = []): boolean {
  // A type may have itself in it: values of JSON, and lists of them.
  if (around.includes(type)) return false;
  const isOne = (each: ts.Type) => isPromise(each, at, checker, [...around, type]);
  if (type.isUnion()) {
    const others = type.types.filter((each) => !isOne(each));
    return others.length < type.types.length && others.every(({ flags }) => (flags & NO_VALUE) !== 0);
  }
  if (type.isIntersection()) return type.types.every(isOne);
  if (checker.isArrayType(type) || checker.isTupleType(type)) {
    return checker.getTypeArguments(type as ts.TypeReference).some(isOne);
  }
  const then = checker.getApparentType(type).getProperty("then");
  return then !== undefined && checker.getTypeOfSymbolAtLocation(then, at).getCallSignatures().length > 0;
}

/** Writes the types of the `Deno` namespace to a temporary file. */
async function writeDenoTypes(): Promise<string> {
  const { success, stdout } = await new Deno.Command(Deno.execPath(), { args: ["types"], stderr: "inherit" }).output();
  if (!success) throw new Error('Cannot check for floating promises: "deno types" failed');
  const path = await Deno.makeTempFile({ prefix: "deno_types_", suffix: ".d.ts" });
  await Deno.writeFile(path, stdout);
  return path;
}

if (import.meta.main) {
  const files = listTypeScript().filter((file) => !file.endsWith(".d.ts"));
  const found = await findFloatingPromises(files);
  for (const { file, line, column, message } of found) console.error(`${file}:${line}:${column}: ${message}`);
  console.error(`${files.length} files, ${found.length} floating promises`);
  if (found.length > 0) Deno.exit(1);
}
