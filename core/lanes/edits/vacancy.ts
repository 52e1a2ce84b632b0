/**
 * Places of nodes that are to be filled later: after a worker was replaced, each of its nodes has one until it is
 * restarted or disabled, so that its links are there from the start.
 *
 * @module
 */
import type { NodeInstance } from "../../registry/node_type.ts";

/** Stands where a processor's instance would: it is never run. */
export function vacantInstance(): NodeInstance {
  return {
    processor: { process() {} },
    ports: { inputs: () => ({}), outputs: () => ({}), visit() {}, wire() {} },
    tick() {},
    configure() {},
  };
}
