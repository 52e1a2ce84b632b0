/**
 * Checks names that must be unique within a package: those of node types, and of types that data frames carry.
 *
 * @module
 */
import { posix } from "node:path";
import type { Diagnostic } from "../diagnostics.ts";
import { identifierOf, typePrefixOf } from "../names.ts";
import type { NodeModel, OtherPackageModel, TypeArgumentModel } from "../model.ts";
import type { ScannedNode } from "./file_scan.ts";

/** Refuses the second of two equal names. */
export function checkNames(
  nodes: readonly ScannedNode[],
  others: readonly OtherPackageModel[],
  placeInConfig: (quoted: string, message: string, mend: string) => Diagnostic,
): Diagnostic[] {
  const clashes: Diagnostic[] = [];
  const identifiers = new Map<string, NodeModel["descriptor"] & { readonly from?: string }>();
  const prefixes = new Map<string, NodeModel["descriptor"] & { readonly from?: string }>();
  const schemas = new Map<string, { readonly id: string; readonly where: string }>();
  for (const { name, path, specifier, descriptors } of others) {
    for (const descriptor of descriptors) {
      // A generated module names its files relative to itself.
      const source = path === undefined ? descriptor.source : posix.join(posix.dirname(path), descriptor.source);
      const other = identifiers.get(identifierOf(descriptor.type));
      if (other === undefined) identifiers.set(identifierOf(descriptor.type), { ...descriptor, source, from: name });
      else {
        clashes.push(placeInConfig(
          specifier,
          `Cannot register node type "${descriptor.type}" of ${name} (${
            path ?? descriptor.source
          }): the name is taken by ` +
            `"${other.className}" of ${other.from} (${other.source})`,
          `leave one of the two out of "packages" or "plugins"`,
        ));
      }
    }
  }
  for (const { model, place } of nodes) {
    const { type, source } = model.descriptor;
    const prefix = typePrefixOf(type);
    const other = identifiers.get(identifierOf(type)) ?? prefixes.get(prefix);
    if (other === undefined) {
      identifiers.set(identifierOf(type), model.descriptor);
      prefixes.set(prefix, model.descriptor);
    } else if (other.type === type) {
      const from = other.from === undefined ? "" : ` of ${other.from}`;
      clashes.push(place.refuse(
        `Cannot register node type "${type}": the name is taken by "${other.className}"${from} (${other.source})`,
        `give one of them another name: "@processor({ name: "${type.replace(/<.*/, "")}-2" })"`,
      ));
    } else {
      clashes.push(place.refuse(
        `Cannot register node type "${type}": in code it would be "${
          identifierOf(type)
        }", as would "${other.type}" (${other.source})`,
        "give one of them another name",
      ));
    }
    const named = Object.entries(model.frames).flatMap(([port, frame]) =>
      [frame, ...frame.or ?? []].flatMap(({ argument }) =>
        (argument === undefined ? [] : namedTypes(argument)).map(({ name, id }) => ({ port, name, id }))
      )
    );
    for (const { port, name, id } of named) {
      const known = schemas.get(name);
      if (known === undefined) schemas.set(name, { id, where: `port "${port}" (${source})` });
      else if (known.id !== id) {
        clashes.push(place.refuse(
          `Cannot use schema "${name}" of "${id}" for port "${port}": ${known.where} means the one of "${known.id}"`,
          "rename one of the two types",
        ));
      }
    }
  }
  return clashes;
}

/** Warns of names that Sluice's own node types have, which graph files and the command line know too. */
export function warnOfStandardNames(
  nodes: readonly ScannedNode[],
  standard: readonly OtherPackageModel[],
): Diagnostic[] {
  const known = new Map(standard.flatMap((each) => each.descriptors.map(({ type }) => [type, each.name])));
  return nodes.flatMap(({ model: { descriptor: { type } }, place }) => {
    const from = known.get(type);
    if (from === undefined) return [];
    const refusal = place.refuse(
      `Node type "${type}" has the name of one of ${from}: the command line refuses graphs beside it`,
      `give it another name: "@processor({ name: "my-${type}" })"`,
    );
    return [{ ...refusal, severity: "warning" as const }];
  });
}

/** The named types inside a type, each with its file or package. */
function namedTypes(type: TypeArgumentModel): { readonly name: string; readonly id: string }[] {
  if (type.kind === "global" || type.kind === "parameter") return [];
  const own = { name: type.name, id: type.kind === "file" ? type.path : type.specifier };
  return [own, ...type.terms?.flatMap(namedTypes) ?? []];
}
