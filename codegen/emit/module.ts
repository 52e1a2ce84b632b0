/**
 * The generated module of a package. Each piece is formatted by itself, so that a change formats only the pieces that
 * it concerns.
 *
 * @module
 */
import type { NodeModel, PackageModel, TypedNode } from "../model.ts";
import { FRAME_TYPES } from "../frame_types.ts";
import { identifierOf, keyOf, typePrefixOf } from "../names.ts";
import { relativeSpecifier } from "../paths.ts";
import { Imports, type ImportUse } from "./imports.ts";
import { emitNode } from "./node.ts";
import { docComment, literal } from "./source_text.ts";
import { emitStage } from "./stage.ts";
import { emitStruct, viewName } from "./struct_view.ts";

/** Names that a generated file imports from the runtime, declares, or takes from the language. */
const RESERVED = (
  `nodes nodePackage defineNodeType definePackage ${Object.keys(FRAME_TYPES).join(" ")} ` +
  "pluginStage shippedStage DurationText DynamicPort NodeHandle NodeInstance NodePackage NodeSpec " +
  "NodeType PacketFieldsOf Untyped PortArray PortRegistry PortVisitor PortWiring Processor StreamInput StreamOutput StructLayout " +
  "StructMemory assignArray readStruct forPlatform processorClass Record Array Promise Float64Array Float32Array Int32Array Uint32Array Int16Array " +
  "Uint16Array Int8Array Uint8Array"
).split(" ");

/** A piece of its own: no formatter looks at it, and projects with lines of another width leave the file alone. */
const HEADER = `// Made by "deno task codegen" from sluice.json and the files listed in "sources" at the end.
// Do not edit: change a processor class and run the command again.
// deno-fmt-ignore-file
`;

/** A placeholder for each hash until the text around it is formatted, so that hashes do not cause new formatting. */
const BLANK_HASH = "0".repeat(16);

/** The texts of node types, with their imports and places, for models that are emitted again. */
export type EmitCache = WeakMap<NodeModel, EmittedNode>;

interface EmittedNode {
  readonly text: string;
  readonly uses: readonly ImportUse[];
  /** As in {@linkcode PackageModel}: paths in the text start at the one, and types come from the other. */
  readonly output: string;
  readonly runtime: string;
}

/**
 * The text of `sluice.gen.ts`. The same model always gives the same text.
 *
 * @param format formats a piece and ends it with a line feed; an empty line separates pieces
 */
export function emitModule(
  model: PackageModel,
  format: (piece: string) => string,
  cache: EmitCache = new WeakMap(),
): string {
  const declared = [...model.nodes, ...model.stages].flatMap(({ descriptor: { type } }) => {
    const prefix = typePrefixOf(type);
    return [identifierOf(type), `${prefix}Ports`, `${prefix}Config`, `${prefix}Handle`, `${prefix}NodeType`];
  });
  const views = model.structs.map(({ layout }) => viewName(layout.name));
  const imports = new Imports(model.output, model.runtime, [...RESERVED, ...declared, ...views]);
  // The local name of a type depends on all earlier types, so local names are chosen here in a fixed order.
  for (const { module, exportName } of model.structs) imports.struct(module, exportName);
  const structs = model.structs.map((struct) => emitStruct(struct, imports));
  const nodes = model.nodes.map((node) => emitCached(node, model, imports, cache));
  const stages = model.stages.map((stage) => emitStage(stage, imports));
  const footer = emitFooter(model, imports);
  const intro = `The node types of ${model.name}. Importing this module loads none of their classes.`;
  const values = imports.valueTypes();
  const reExports = values.length === 0 ? [] : [`export type { ${values.join(", ")} };`];
  const head = [HEADER, `${docComment(intro, "@module")}${imports.source()}`, ...reExports];
  const pieces = [...head, ...structs, ...nodes, ...stages, footer.nodes].map(format);
  return [...pieces, footer.withHashes(format(footer.nodePackage))].join("\n");
}

function emitCached(node: NodeModel, { output, runtime }: PackageModel, imports: Imports, cache: EmitCache): string {
  const known = cache.get(node);
  if (known?.output === output && known.runtime === runtime && imports.replay(known.uses)) return known.text;
  const { made: text, uses } = imports.noting(() => emitNode(node, imports));
  cache.set(node, { text, uses, output, runtime });
  return text;
}

/** The last two pieces, and a function that inserts the hashes of the sources into the formatted second one. */
function emitFooter(
  model: PackageModel,
  imports: Imports,
): { nodes: string; nodePackage: string; withHashes: (formatted: string) => string } {
  const namesOf = (all: readonly TypedNode[]) => all.map(({ descriptor }) => identifierOf(descriptor.type));
  const names = namesOf(model.nodes);
  const all = [...names, ...namesOf(model.stages)];
  const others = model.packages.map(({ name, path, specifier, descriptors }, i) => {
    const isPath = path !== undefined && /^\.\.?\//.test(specifier);
    const from = isPath ? relativeSpecifier(model.output, path) : specifier;
    const local = imports.whole(from, `package${i + 1}`);
    return { name, local, names: descriptors.map(({ type }) => identifierOf(type)) };
  });
  const types = [
    ...others.flatMap((each) =>
      each.names.map(keyOf).map((key) => `readonly ${key}: typeof ${each.local}.nodes.${key}`)
    ),
    ...all.map((name) => `readonly ${keyOf(name)}: typeof ${name}`),
  ];
  const values = [...others.map(({ local }) => `...${local}.nodes`), ...all.map(entryOf)];
  const hashes = Object.fromEntries(
    model.sources.map(({ path, hash }) => [imports.specifierOf(path).replace(/^\.\//, ""), hash]),
  );
  const sources = Object.fromEntries(Object.keys(hashes).map((path) => [path, BLANK_HASH]));
  const included = others.length === 0
    ? ""
    : `\n  packages: [${others.map(({ local }) => `${local}.nodePackage`).join(", ")}],`;
  return {
    nodes: `${
      docComment(
        "The node types of this package, by name. Calling one with a configuration gives what `runtime.add()` takes.",
      )
    }export const nodes: { ${types.join("; ")} } = { ${values.join(", ")} };`,
    nodePackage: `${docComment("This package, as a registry takes it.")}export const nodePackage: ${
      imports.runtime("NodePackage")
    } = definePackage({
  name: ${JSON.stringify(model.name)},
  url: import.meta.url,
  nodes: [${names.join(", ")}],${included}
  sources: ${literal(sources)},
});`,
    withHashes: (formatted) => {
      const at = formatted.lastIndexOf("\n  sources: ");
      const values = Object.values(hashes).values();
      const filled = formatted.slice(at).replaceAll(`: "${BLANK_HASH}"`, () => `: "${values.next().value}"`);
      return formatted.slice(0, at) + filled;
    },
  };
}

/** An entry of `nodes`. */
function entryOf(identifier: string): string {
  const key = keyOf(identifier);
  return key === identifier ? key : `${key}: ${identifier}`;
}
