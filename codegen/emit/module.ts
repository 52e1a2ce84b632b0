/**
 * The generated module of a package.
 *
 * @module
 */
import type { PackageModel } from "../model.ts";
import { identifierOf, typePrefixOf } from "../names.ts";
import { Imports } from "./imports.ts";
import { emitNode } from "./node.ts";
import { docComment, literal } from "./source_text.ts";

/** Names that a generated file imports from the runtime, or takes from the language. */
const RESERVED = (
  "AudioFrame DataFrame NodeHandle NodeInstance NodePackage NodeType PortArray PortRegistry PortVisitor PortWiring " +
  "Processor StreamInput StreamOutput Record Array Promise"
).split(" ");

/** The text of `sluice.gen.ts`, not formatted. The same model always gives the same text. */
export function emitModule(model: PackageModel): string {
  const declared = model.nodes.flatMap(({ descriptor: { type } }) => {
    const prefix = typePrefixOf(type);
    return [identifierOf(type), `${prefix}Ports`, `${prefix}Config`, `${prefix}Handle`];
  });
  const imports = new Imports(model.output, model.runtime, [...RESERVED, ...declared]);
  const nodes = model.nodes.map((node) => emitNode(node, imports));
  const names = model.nodes.map(({ descriptor }) => identifierOf(descriptor.type));
  const sources = Object.fromEntries(
    model.sources.map(({ path, hash }) => [imports.specifierOf(path).replace(/^\.\//, ""), hash]),
  );
  const footer = `${
    docComment(
      "The node types of this package, by name. Calling one with a configuration gives what `runtime.add()` takes.",
    )
  }export const nodes: { ${names.map((name) => `readonly ${name}: typeof ${name}`).join("; ")} } = { ${
    names.join(", ")
  } };

${docComment("This package, as a registry takes it.")}export const nodePackage: ${
    imports.runtime("NodePackage")
  } = definePackage({
  name: ${JSON.stringify(model.name)},
  url: import.meta.url,
  nodes: [${names.join(", ")}],
  sources: ${literal(sources)},
});`;
  const header = `// Made by "deno task codegen" from sluice.json and the files listed in "sources" at the end.
// Do not edit: change a processor class and run the command again.

${docComment(`The node types of ${model.name}. Importing this module loads none of their classes.`, "@module")}`;
  const values = imports.valueTypes();
  const reExports = values.length === 0 ? "" : `export type { ${values.join(", ")} };\n\n`;
  return `${header}${imports.source()}\n\n${reExports}${nodes.join("\n\n")}\n\n${footer}\n`;
}
