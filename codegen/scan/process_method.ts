/**
 * Finds the method that a lane calls, and the members that the runtime calls if they are there.
 *
 * @module
 */
import { type ClassElement, type MethodDeclaration, Node, Scope } from "ts-morph";
import type { ScanContext } from "./context.ts";
import type { ClassChain } from "./class_chain.ts";

/** Members that the runtime calls: a port or a configuration key of such a name would stand in their place. */
export const HOOKS: ReadonlySet<string> = new Set([
  "constructor",
  "setup",
  "process",
  "flush",
  "snapshot",
  "restore",
  "configChanged",
  "portsChanged",
  "teardown",
]);

/** Finds `process()` in a class, or else in those that it extends. `undefined` if something was refused. */
export function findProcess(
  context: ScanContext,
  chain: ClassChain,
  className: string,
): MethodDeclaration | undefined {
  for (const member of chain.classes.flatMap((each) => each.getMembers())) {
    if (nameOf(member) !== "process") continue;
    if (!Node.isMethodDeclaration(member) || member.isStatic() || member.getScope() !== Scope.Public) {
      return context.refuse(
        member,
        `Cannot use "process" of "${className}": wanted a public method`,
        `write "process(): void { … }"`,
      );
    }
    const problem = member.hasQuestionToken()
      ? "it may be absent"
      : hasOverloads(member)
      ? "it has overloads"
      : member.isGenerator() || givenParameters(member) > 1
      ? "wanted process() or process(context), and no generator"
      : undefined;
    if (problem === undefined) return member;
    return context.refuse(
      member.getNameNode(),
      `Cannot use process() of "${className}": ${problem}`,
      `write "process(context: ProcessorContext): void"`,
    );
  }
  const name = chain.classes[0].getNameNode() ?? chain.classes[0];
  const outside = chain.endsOutside ? ", and a base class of another package is not read" : "";
  return context.refuse(
    name,
    `Cannot use class "${className}" as a processor: it has no process()${outside}`,
    `add "process(): void { … }"`,
  );
}

/** How many arguments a method takes; `this` is none. */
export function givenParameters(method: MethodDeclaration): number {
  return method.getParameters().filter((each) => each.getName() !== "this").length;
}

/** Whether the method is also declared without a body. Its decorators may be any expressions. */
function hasOverloads(method: MethodDeclaration): boolean {
  return method.getParentOrThrow().forEachChildAsArray().some((each) =>
    Node.isMethodDeclaration(each) && each.isOverload() && !each.isStatic() && nameOf(each) === "process"
  );
}

/** A member's name, also where it is written as text. */
function nameOf(member: ClassElement): string | undefined {
  // A static block says that it has a name, and has none.
  if (!Node.hasName(member) || Node.isClassStaticBlockDeclaration(member)) return undefined;
  const written = member.getNameNode();
  const name = Node.isComputedPropertyName(written) ? written.getExpression() : written;
  return Node.isStringLiteral(name) ? name.getLiteralValue() : written.getText();
}
