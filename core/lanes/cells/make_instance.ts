/**
 * Makes the instance of a node's class, and finds out whether the class still has what generated code assigns.
 *
 * @module
 */
import { SluiceError } from "../../errors.ts";
import { keepSecrets } from "../../errors/redaction.ts";
import type { AnyNodeType, NodeInstance } from "../../registry/node_type.ts";
import { CODEGEN_COMMAND, findStaleSources } from "../../registry/staleness.ts";
import type { NodePlan } from "../messages.ts";
import { explain } from "./explain.ts";

/**
 * Imports a node's class and makes an instance.
 *
 * @param node whom errors name
 * @throws {SluiceError} `InvalidGraph` if the class lacks a port or a key that its generated code knows, and was changed
 * since that was made; what importing the class throws; `NodeFailed` for what its constructor throws
 */
export async function makeInstance(
  type: AnyNodeType,
  node: Pick<NodePlan, "id" | "type" | "config" | "secrets">,
): Promise<NodeInstance> {
  // What a constructor throws may have them in it.
  keepSecrets(node.secrets);
  const make = await type.load();
  let instance: NodeInstance;
  try {
    instance = make(node.config);
  } catch (error) {
    throw explain(error, node, "its constructor");
  }
  await assertFresh(type, node, instance);
  return instance;
}

/** A field that is not there is a mistake only where the sources have changed: some compilers leave out empty ones. */
async function assertFresh(
  { descriptor, package: from }: AnyNodeType,
  node: { readonly id: string; readonly type: string },
  { processor }: NodeInstance,
): Promise<void> {
  const { className, inputs, outputs, config, takesConfig } = descriptor;
  const keys = takesConfig === undefined ? Object.keys(config.properties) : [];
  const names = [...[...inputs, ...outputs].map(({ name }) => name), ...keys];
  const gone = names.find((name) => !(name in processor));
  if (gone === undefined || from === undefined) return;
  const [stale] = await findStaleSources(from);
  if (stale === undefined) return;
  throw new SluiceError(
    "InvalidGraph",
    `Cannot make node "${node.id}" (${node.type}): class "${className}" has no field "${gone}", which its generated ` +
      `code assigns: "${stale.path}" has changed since that was made; run ${CODEGEN_COMMAND}`,
    { nodeId: node.id },
  );
}
