/**
 * Gives live configuration values to a running node.
 *
 * @module
 */
import { keepSecrets } from "../../errors/redaction.ts";
import type { Lane } from "./lane.ts";
import type { NodeValues } from "../messages.ts";
import { calling } from "./node_call.ts";
import type { NodeCell } from "../cells/node_cell.ts";

/**
 * Gives a node live configuration values. If the node refuses a value, it keeps its old values, and is told so.
 *
 * @throws the error of its `configChanged()`
 */
export function reconfigure(lane: Lane, cell: NodeCell, { values, secrets }: NodeValues): void {
  keepSecrets(secrets);
  calling(lane, cell, () => configure(cell, values));
}

function configure({ instance }: NodeCell, values: NodeValues["values"]): void {
  const { processor } = instance;
  const fields = processor as unknown as Record<string, unknown>;
  const keys = Object.keys(values);
  const before = keys.map((key) => fields[key]);
  instance.configure(values);
  const told: string[] = [];
  try {
    for (const key of keys) {
      told.push(key);
      processor.configChanged?.(key);
    }
  } catch (error) {
    for (const [k, key] of keys.entries()) fields[key] = before[k];
    for (const key of told) {
      try {
        processor.configChanged?.(key);
      } catch {
        // The node has refused already.
      }
    }
    throw error;
  }
}
