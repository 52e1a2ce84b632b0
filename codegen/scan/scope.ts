/**
 * The names at the top of a file: what it declares, imports and exports.
 *
 * @module
 */
import { Node, type SourceFile, ts } from "ts-morph";

/** An import of a file. `name` is `*` for a namespace and `default` for a default import. */
export interface ImportedName {
  readonly specifier: string;
  readonly name: string;
}

/** The kind of a name: one name can be both a type and a value. */
export type Meaning = "type" | "value";

/** The names of one file. */
export interface Scope {
  readonly types: ReadonlyMap<string, Node>;
  readonly values: ReadonlyMap<string, Node>;
  readonly imports: ReadonlyMap<string, ImportedName>;
  /** Exported name to local name, or to a name of another file. */
  readonly exports: ReadonlyMap<string, { readonly local: string } | ImportedName>;
  readonly stars: readonly string[];
}

/** The declaration of a name in its own file. */
export function findLocal({ types, values }: Scope, name: string, meaning: Meaning): Node | undefined {
  return meaning === "type" ? types.get(name) ?? values.get(name) : values.get(name) ?? types.get(name);
}

/** Finds what a name, or a member of an imported namespace (`ns.Name`), is imported from. */
export function findImport(scope: Scope, name: string): ImportedName | undefined {
  const dot = name.indexOf(".");
  if (dot < 0) return scope.imports.get(name);
  const whole = scope.imports.get(name.slice(0, dot));
  return whole?.name === "*" ? { specifier: whole.specifier, name: name.slice(dot + 1) } : undefined;
}

/** Reads the names of a file. */
export function readScope(file: SourceFile): Scope {
  const types = new Map<string, Node>();
  const values = new Map<string, Node>();
  const imports = new Map<string, ImportedName>();
  const exports = new Map<string, { local: string } | ImportedName>();
  const stars: string[] = [];

  for (const statement of file.getStatements()) {
    // The parser accepts any expression after "from"; only the type checker would refuse it.
    if (hasBrokenSpecifier(statement)) continue;
    if (Node.isImportDeclaration(statement)) {
      const specifier = statement.getModuleSpecifierValue();
      for (const each of statement.getNamedImports()) {
        imports.set(each.getAliasNode()?.getText() ?? each.getName(), { specifier, name: each.getName() });
      }
      const whole = statement.getNamespaceImport()?.getText();
      if (whole !== undefined) imports.set(whole, { specifier, name: "*" });
      const byDefault = statement.getDefaultImport()?.getText();
      if (byDefault !== undefined) imports.set(byDefault, { specifier, name: "default" });
    } else if (Node.isExportDeclaration(statement)) {
      const specifier = statement.getModuleSpecifierValue();
      for (const each of statement.getNamedExports()) {
        const exported = each.getAliasNode()?.getText() ?? each.getName();
        exports.set(
          exported,
          specifier === undefined ? { local: each.getName() } : { specifier, name: each.getName() },
        );
      }
      if (statement.isNamespaceExport() && statement.getNamespaceExport() === undefined && specifier !== undefined) {
        stars.push(specifier);
      }
    } else if (Node.isExportAssignment(statement)) {
      const value = statement.getExpression();
      if (!statement.isExportEquals() && Node.isIdentifier(value)) exports.set("default", { local: value.getText() });
    } else if (Node.isVariableStatement(statement)) {
      for (const each of statement.getDeclarations()) {
        values.set(each.getName(), each);
        if (statement.hasExportKeyword()) exports.set(each.getName(), { local: each.getName() });
      }
    } else if (
      Node.isInterfaceDeclaration(statement) || Node.isTypeAliasDeclaration(statement) ||
      Node.isEnumDeclaration(statement) || Node.isClassDeclaration(statement) || Node.isFunctionDeclaration(statement)
    ) {
      const name = statement.getName();
      if (name === undefined) continue;
      if (!Node.isFunctionDeclaration(statement) && !types.has(name)) types.set(name, statement);
      if (!Node.isInterfaceDeclaration(statement) && !Node.isTypeAliasDeclaration(statement) && !values.has(name)) {
        values.set(name, statement);
      }
      if (!statement.hasExportKeyword()) continue;
      exports.set(statement.hasDefaultKeyword() ? "default" : name, { local: name });
    }
  }
  return { types, values, imports, exports, stars };
}

function hasBrokenSpecifier(statement: Node): boolean {
  if (!Node.isImportDeclaration(statement) && !Node.isExportDeclaration(statement)) return false;
  const { moduleSpecifier } = statement.compilerNode;
  return moduleSpecifier !== undefined && !ts.isStringLiteral(moduleSpecifier);
}
