/**
 * Declarations that TypeScript merges: interfaces of equal name in a file, and enums of equal name.
 *
 * @module
 */
import { type EnumDeclaration, type InterfaceDeclaration, Node } from "ts-morph";

/** All declarations of an interface at the top of its file, in their order. */
export function interfacesOf(declaration: InterfaceDeclaration): InterfaceDeclaration[] {
  const all = declaration.getSourceFile().getStatements().filter(Node.isInterfaceDeclaration)
    .filter((each) => each.getName() === declaration.getName());
  return all.includes(declaration) ? all : [declaration];
}

/** All declarations of an enum at the top of its file, in their order. */
export function enumsOf(declaration: EnumDeclaration): EnumDeclaration[] {
  const all = declaration.getSourceFile().getStatements().filter(Node.isEnumDeclaration)
    .filter((each) => each.getName() === declaration.getName());
  return all.includes(declaration) ? all : [declaration];
}
