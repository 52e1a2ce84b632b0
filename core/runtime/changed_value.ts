/**
 * What a configuration value of a node may be changed to.
 *
 * @module
 */
import { assertConfig } from "../descriptor/config_check.ts";
import { SluiceError } from "../errors.ts";
import type { NodeEntry } from "../graph/entries.ts";

/**
 * @param runs whether the graph was started: then only live values may change
 * @returns the value as the node gets it
 * @throws {SluiceError} `InvalidConfig` for a value that is wrong, and for a key that may not change
 */
export function changedValue(node: NodeEntry, key: string, value: unknown, runs: boolean): unknown {
  const { descriptor } = node.type;
  const values = assertConfig(descriptor, node.id, { ...node.config, [key]: value });
  if (values[key] !== node.config[key] && sizesPorts(node, key)) {
    throw new SluiceError(
      "InvalidConfig",
      `Cannot change "${key}" of node "${node.id}" (${descriptor.type}): its ports depend on it; ` +
        "give it when the node is added",
      { nodeId: node.id, key },
    );
  }
  if (runs && descriptor.config.properties[key]["x-live"] !== true) {
    throw new SluiceError(
      "InvalidConfig",
      `Cannot change "${key}" of node "${node.id}" (${descriptor.type}) while it runs: the node must be replaced, ` +
        "as edit.reconfigure() does",
      { nodeId: node.id, key },
    );
  }
  return values[key];
}

/** Whether a node has an array port that is as large as a configuration key says. */
function sizesPorts(node: NodeEntry, key: string): boolean {
  const { inputs, outputs } = node.type.descriptor;
  return [...inputs, ...outputs].some((port) => port.sizedBy === key);
}
