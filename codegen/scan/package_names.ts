/**
 * Names that must differ within a package: those of node types, and those of the types that data frames carry.
 *
 * @module
 */
import type { ClassDeclaration } from "ts-morph";
import { identifierOf } from "../names.ts";
import type { NodeModel } from "../model.ts";
import type { ScanContext } from "./context.ts";

/** Refuses the second of two equal names. */
export function checkNames(
  context: ScanContext,
  nodes: readonly { readonly model: NodeModel; readonly declaration: ClassDeclaration }[],
): void {
  const identifiers = new Map<string, NodeModel>();
  const schemas = new Map<string, { readonly id: string; readonly where: string }>();
  for (const { model, declaration } of nodes) {
    const at = declaration.getNameNode() ?? declaration;
    const { type, source } = model.descriptor;
    const other = identifiers.get(identifierOf(type))?.descriptor;
    if (other === undefined) identifiers.set(identifierOf(type), model);
    else if (other.type === type) {
      context.refuse(
        at,
        `Cannot register node type "${type}": the name is taken by "${other.className}" (${other.source})`,
        `give one of them another name: "@processor({ name: "${type}-2" })"`,
      );
    } else {
      context.refuse(
        at,
        `Cannot register node type "${type}": in code it would be "${
          identifierOf(type)
        }", as would "${other.type}" (${other.source})`,
        "give one of them another name",
      );
    }
    for (const [port, { argument }] of Object.entries(model.frames)) {
      if (argument === undefined || argument.kind === "global") continue;
      const id = argument.kind === "file" ? argument.path : argument.specifier;
      const known = schemas.get(argument.name);
      if (known === undefined) schemas.set(argument.name, { id, where: `port "${port}" (${source})` });
      else if (known.id !== id) {
        context.refuse(
          at,
          `Cannot use schema "${argument.name}" of "${id}" for port "${port}": ${known.where} means the one of "${known.id}"`,
          "rename one of the two types",
        );
      }
    }
  }
}
