/**
 * Node types for nodes that belong to the script which adds them: each call makes one of its own, around an object
 * that both sides share. So they run on main, and no graph file can name them.
 *
 * @module
 */
import type { Processor } from "../processor.ts";
import type { NodeDescriptor, PortDescriptor } from "../registry/descriptor.ts";
import type { NodeHandle } from "../registry/handle.ts";
import { defineNodeType, type NodeSpec, type PortWiring } from "../registry/node_type.ts";
import type { StreamInput, StreamOutput } from "../ports/stream.ts";

/** A processor of one port, named as the port is. */
export interface AppProcessor<P> extends Processor {
  /** Is given the port. */
  wire(port: P): void;
}

/** What is added to a runtime for a processor that is there already. */
// deno-lint-ignore no-explicit-any -- the bound that every handle meets
export function appNode<H extends NodeHandle<any, any>, P extends StreamInput | StreamOutput>(
  parts: Pick<NodeDescriptor, "type" | "className" | "description" | "mode">,
  port: Pick<PortDescriptor, "name" | "direction" | "kind" | "type"> & { schema?: string },
  processor: AppProcessor<P>,
  extend: (handle: NodeHandle, run: () => Promise<unknown>) => H,
): NodeSpec<H> {
  const described: PortDescriptor = { ...port, optional: false, burst: 1, doc: "" };
  const descriptor: NodeDescriptor = {
    ...parts,
    source: "core/app",
    doc: parts.description,
    category: "app",
    tags: [],
    trigger: "any",
    lane: "main",
    converts: [],
    isAsync: true,
    inputs: port.direction === "input" ? [described] : [],
    outputs: port.direction === "output" ? [described] : [],
    config: { type: "object", properties: {}, required: [], additionalProperties: false },
  };
  const wire = (wiring: PortWiring) =>
    processor.wire((port.direction === "input" ? wiring.input(port.name) : wiring.output(port.name)) as P);
  const type = defineNodeType<Record<never, never>, H>({
    descriptor,
    load: () =>
      Promise.resolve(() => ({
        processor,
        ports: { inputs: () => ({}), outputs: () => ({}), visit: () => {}, wire },
        tick: (context) => processor.process(context),
        configure: () => {},
      })),
  });
  return { ...type(), extend };
}
