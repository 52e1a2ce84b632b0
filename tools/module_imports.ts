/**
 * Lists what a module imports, from its syntax tree.
 *
 * @module
 */
import ts from "typescript";

/** One import of a module. */
export interface ModuleImport {
  /** As written. */
  readonly specifier: string;
  /** It is an `import()` call, so the other module is loaded only where that call is reached. */
  readonly dynamic: boolean;
  /** Whether it imports types alone, which are gone when the module runs. */
  readonly typeOnly: boolean;
  /** From 1. */
  readonly line: number;
}

/**
 * Lists the imports of a module: `import`, `export … from`, `import()`, `import("…")` in types, and
 * `new URL("./x.ts", import.meta.url)`, which is how a worker's module is named.
 *
 * @param file name for the parser, which tells `.ts` from `.tsx`
 * @param text the module's source
 * @returns in the order of the source; an `import()` whose specifier is computed is left out
 */
export function listImports(file: string, text: string): ModuleImport[] {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.ESNext, true);
  const found: ModuleImport[] = [];
  const visit = (node: ts.Node): void => {
    const specifier = specifierOf(node);
    if (specifier !== undefined) {
      const line = source.getLineAndCharacterOfPosition(node.getStart()).line + 1;
      found.push({ specifier, dynamic: ts.isCallExpression(node), typeOnly: isTypeOnly(node), line });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

function specifierOf(node: ts.Node): string | undefined {
  if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) return textOf(node.moduleSpecifier);
  if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
    return textOf(node.arguments[0]);
  }
  if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) return textOf(node.argument.literal);
  if (ts.isNewExpression(node) && ts.isIdentifier(node.expression) && node.expression.text === "URL") {
    const [path, base] = node.arguments ?? [];
    if (base?.getText() !== "import.meta.url") return undefined;
    const text = textOf(path);
    return text !== undefined && /\.tsx?$/.test(text) ? text : undefined;
  }
  return undefined;
}

function isTypeOnly(node: ts.Node): boolean {
  if (ts.isImportDeclaration(node)) return node.importClause?.isTypeOnly === true;
  return ts.isImportTypeNode(node) || (ts.isExportDeclaration(node) && node.isTypeOnly);
}

function textOf(node: ts.Node | undefined): string | undefined {
  return node !== undefined && ts.isStringLiteralLike(node) ? node.text : undefined;
}
