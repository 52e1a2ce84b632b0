/**
 * The code for one stage of a native plugin: configuration, handle, descriptor and factory.
 *
 * @module
 */
import type { StageModel } from "../model.ts";
import { identifierOf, typePrefixOf } from "../names.ts";
import type { Imports } from "./imports.ts";
import { emitConfig, emitHandle } from "./node.ts";
import { docComment, literal } from "./source_text.ts";

/** The declarations of a stage, not formatted. */
export function emitStage(stage: StageModel, imports: Imports): string {
  if (Object.values(stage.frames).some(({ argument }) => argument !== undefined)) imports.runtime("Untyped");
  return [emitConfig(stage, imports), emitHandle(stage, imports), emitType(stage, imports)].join("\n\n");
}

function emitType({ descriptor, folder }: StageModel, imports: Imports): string {
  const { type, doc } = descriptor;
  const prefix = typePrefixOf(type);
  const source = imports.pathOf(descriptor.source);
  const specifier = imports.specifierOf(folder) + (/\.py(?:#|$)/.test(folder) ? "" : "/");
  imports.pluginStage();
  return `${docComment(doc || `The stage \`${type}\` of a plugin.`)}export const ${identifierOf(type)}: ${
    imports.runtime("NodeType")
  }<${prefix}Config, ${prefix}Handle> = pluginStage<${prefix}Config, ${prefix}Handle>({
  descriptor: ${literal({ ...descriptor, source })},
  folder: new URL(${JSON.stringify(specifier)}, import.meta.url),
});`;
}
