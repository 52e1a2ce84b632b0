/**
 * The generated module of the stages of shipped plugins.
 *
 * @module
 */
import { compareText } from "../diagnostics.ts";
import type { StageModel } from "../model.ts";
import { identifierOf, typePrefixOf } from "../names.ts";
import { Imports } from "./imports.ts";
import { emitConfig, emitHandle } from "./node.ts";
import { docComment, literal } from "./source_text.ts";

const HEADER = `// Made by "deno task codegen" from what the libraries of crates/plugins say.
// Do not edit: change a stage, build it and run the command again.
// deno-fmt-ignore-file
`;

const INTRO = `The stages of the plugins that come with Sluice: video, codecs, sensors and devices.

\`\`\`ts
import { Runtime } from "@sluice/sluice";
import { jpegEncode, patternSource } from "@sluice/sluice/stages";

await using runtime = new Runtime({ mode: "offline" });
const pattern = runtime.add(patternSource({ durationSeconds: 1 }));
const encoder = runtime.add(jpegEncode({ quality: 90 }));
runtime.connect(pattern.outputs.video, encoder.inputs.video);
\`\`\`

Importing this module opens no library: that is done where a graph with one of them starts.`;

/** A stage, with the name of its plugin as \`from\`. */
type ShippedStageModel = Omit<StageModel, "folder">;

/**
 * The text of the module.
 *
 * @param output its path
 * @param runtime specifier of the runtime
 * @param format formats a piece and ends it with a line feed
 */
export function emitShippedStages(
  stages: readonly ShippedStageModel[],
  { output, runtime }: { readonly output: string; readonly runtime: string },
  format: (piece: string) => string,
): string {
  const sorted = [...stages].sort((a, b) =>
    compareText(identifierOf(a.descriptor.type), identifierOf(b.descriptor.type))
  );
  const imports = new Imports(output, runtime, []);
  const pieces = sorted.map((stage) => emitStage(stage, imports));
  const names = sorted.map(({ descriptor }) => identifierOf(descriptor.type));
  const footer = [
    `${docComment("The stages, by name.")}export const nodes: { ${
      names.map((name) => `readonly ${name}: typeof ${name}`).join("; ")
    } } = { ${names.join(", ")} };`,
    `${docComment("Their package, as a registry takes it.")}export const nodePackage: ${
      imports.runtime("NodePackage")
    } = definePackage({
  name: "@sluice/sluice/stages",
  url: import.meta.url,
  nodes: [${names.join(", ")}],
  sources: {},
});`,
  ];
  const head = [HEADER, `${docComment(INTRO, "@module")}${imports.source()}`];
  return [...head, ...pieces, ...footer].map(format).join("\n");
}

function emitStage(stage: ShippedStageModel, imports: Imports): string {
  const { descriptor, from, frames } = stage;
  const { type, doc } = descriptor;
  if (Object.values(frames).some(({ argument }) => argument !== undefined)) imports.runtime("Untyped");
  imports.value("shippedStage");
  const prefix = typePrefixOf(type);
  const parts = `${prefix}Config, ${prefix}Handle`;
  const declared = `${docComment(doc)}export const ${identifierOf(type)}: ${imports.runtime("NodeType")}<${parts}> =
    shippedStage<${parts}>({ plugin: ${literal(from)}, descriptor: ${literal(descriptor)} });`;
  return [emitConfig(stage, imports), emitHandle(stage, imports), declared].join("\n\n");
}
