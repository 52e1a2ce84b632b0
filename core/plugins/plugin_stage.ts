/**
 * The node types of plugins' stages in generated code. A type has the library's descriptor at the time of generation;
 * the stage that runs has the one of the loaded library.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import type { NodeDescriptor } from "../descriptor/descriptor.ts";
import { listNames, SluiceError } from "../errors.ts";
import { logger } from "../log.ts";
import type { NodeHandle } from "../registry/handle.ts";
import { refuseLoading } from "../registry/shipped_stage.ts";
import type { AnyNodeType, NodeSpec, NodeType } from "../registry/node_type.ts";
import { CODEGEN_COMMAND } from "../registry/staleness.ts";
import { loadPluginsNow } from "./load_plugins.ts";

/**
 * Makes the node type of a plugin's stage, and loads the plugin at the first call of that type. Called by generated
 * code.
 *
 * @param parts the descriptor at the time of generation, and the URL of the plugin's folder
 * @returns a node type whose call throws a {@linkcode SluiceError}: `PluginRejected` if the plugin is refused or lacks
 * the stage, `NativeUnavailable` without the native library
 */
// deno-lint-ignore no-explicit-any -- as in NodeType
export function pluginStage<C, H extends NodeHandle<any, any>>(
  parts: { readonly descriptor: NodeDescriptor; readonly folder: URL },
): NodeType<C, H> {
  const { descriptor, folder } = parts;
  let loaded: AnyNodeType | undefined;
  const type = (config?: C): NodeSpec<H> => ({
    type: loaded ??= loadStage(descriptor, folder),
    config: (config === undefined ? {} : config) as NodeSpec["config"],
  });
  const load = () => refuseLoading(descriptor.type);
  return Object.assign(type, { descriptor, load, package: undefined }) as unknown as NodeType<C, H>;
}

function loadStage(descriptor: NodeDescriptor, folder: URL): AnyNodeType {
  const { type } = descriptor;
  if (folder.protocol !== "file:") {
    const found = `its plugin is at "${folder.href}", and libraries are loaded from this machine's files only`;
    throw new SluiceError("PluginRejected", `Cannot use stage "${type}": ${found}`);
  }
  const path = fileURLToPath(folder).replace(/[\\/]$/, "");
  const { plugins: [plugin], refused: [error] } = loadPluginsNow([path]);
  if (error !== undefined) throw error;
  const nodes = plugin?.nodes ?? [];
  const found = nodes.find((each) => each.descriptor.type === type);
  if (found === undefined) {
    const known = nodes.length === 0 ? "is not there, or not enabled" : `has ${listNames(typesOf(nodes))}`;
    const message = `Cannot use stage "${type}": the plugin in "${path}" ${known}; run ${CODEGEN_COMMAND}`;
    throw new SluiceError("PluginRejected", message);
  }
  if (shapeOf(found.descriptor) !== shapeOf(descriptor)) {
    const message = `Generated code of stage "${type}" is older than the library in "${path}"; run ${CODEGEN_COMMAND}`;
    logger("codegen").warn(message);
  }
  return found;
}

function typesOf(nodes: readonly AnyNodeType[]): string[] {
  return nodes.map(({ descriptor }) => descriptor.type);
}

/** Returns the parts of a descriptor that links and configurations depend on. */
function shapeOf({ mode, inputs, outputs, config }: NodeDescriptor): string {
  return JSON.stringify([mode, inputs, outputs, config]);
}
