/**
 * A class and its base classes.
 *
 * @module
 */
import { type ClassDeclaration, Node } from "ts-morph";
import type { ScanContext } from "./context.ts";
import { quote } from "./decorators.ts";
import { bindParameters, NO_BINDINGS, type TypeBindings } from "./type_bindings.ts";

/** The longest chain of classes. */
const INHERITANCE_LIMIT = 16;

/** A class and its base classes, the class itself first. */
export interface ClassChain {
  readonly classes: readonly ClassDeclaration[];
  /** The bindings of each class's type parameters. */
  readonly bindings: readonly TypeBindings[];
  /** Whether the chain ends in a class of another package, whose members are unknown. */
  readonly endsOutside: boolean;
}

/** Follows `extends`. Returns `undefined` if something was refused. */
export function readChain(
  context: ScanContext,
  start: ClassDeclaration,
  own: TypeBindings,
): ClassChain | undefined {
  const classes = [start];
  const bindings = [own];
  for (let current = start; classes.length <= INHERITANCE_LIMIT;) {
    const heritage = current.getExtends();
    if (heritage === undefined) return { classes, bindings, endsOutside: false };
    const base = heritage.getExpression();
    if (!Node.isIdentifier(base)) {
      return context.refuse(
        heritage,
        `Cannot resolve the base class ${quote(heritage)}: wanted the name of a class`,
        "extend a class by its name",
      );
    }
    const target = context.sources.resolve(context.sources.pathOf(current), base.getText());
    if (target.kind === "package" || target.kind === "global") return { classes, bindings, endsOutside: true };
    if (target.kind === "broken" || !Node.isClassDeclaration(target.node)) {
      const reason = target.kind === "broken" ? target.reason : "it is not a class";
      return context.refuse(heritage, `Cannot resolve the base class ${quote(base)}: ${reason}`, "correct the import");
    }
    context.sources.use(target.path);
    current = target.node;
    classes.push(current);
    bindings.push(bindParameters(current, heritage.getTypeArguments(), bindings.at(-1) ?? NO_BINDINGS));
  }
  return context.refuse(
    start.getNameNode() ?? start,
    `Cannot follow what "${start.getName()}" extends: more than ${INHERITANCE_LIMIT} classes, or a circle`,
    "extend fewer classes",
  );
}
