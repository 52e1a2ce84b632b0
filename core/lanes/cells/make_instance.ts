/**
 * Makes the instance of a node's class, and checks that the class still has the fields that generated code assigns.
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
 * @param node for error messages
 * @throws {SluiceError} `InvalidGraph` if the class lacks a port or a key of its generated code and has changed since
 * the code was generated; any error of importing the class; `NodeFailed` for an error of its constructor
 */
export async function makeInstance(
  type: AnyNodeType,
  node: Pick<NodePlan, "id" | "type" | "config" | "secrets">,
): Promise<NodeInstance> {
  // An error of the constructor may contain secrets.
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

/** Refuses a missing field only if the sources have changed: some compilers leave out empty fields. */
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
