/**
 * Vacant places of nodes: after a worker was replaced, each of its nodes has a place until it is restarted or disabled,
 * so that its links exist from the start.
 *
 * @module
 */
import type { NodeInstance } from "../../registry/node_type.ts";

/** Makes a placeholder for a processor's instance. It is never run. */
export function vacantInstance(): NodeInstance {
  return {
    processor: { process() {} },
    ports: { inputs: () => ({}), outputs: () => ({}), visit() {}, wire() {} },
    tick() {},
    configure() {},
  };
}
