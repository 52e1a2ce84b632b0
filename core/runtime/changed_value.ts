/**
 * Checks changes of a node's configuration values.
 *
 * @module
 */
import { assertConfig } from "../descriptor/config_check.ts";
import { SluiceError } from "../errors.ts";
import type { NodeEntry } from "../graph/entries.ts";

/**
 * @param runs true if the graph was started: then only live values may change
 * @returns the value in the form that the node gets
 * @throws {SluiceError} `InvalidConfig` for a wrong value, and for a key that may not change
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

/** True if a configuration key gives the size of an array port of the node. */
function sizesPorts(node: NodeEntry, key: string): boolean {
  const { inputs, outputs } = node.type.descriptor;
  return [...inputs, ...outputs].some((port) => port.sizedBy === key);
}
