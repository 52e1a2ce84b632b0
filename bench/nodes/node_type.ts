/**
 * Makes node types of classes without a generator.
 *
 * @module
 */
import type { PortDescriptor } from "../../core/descriptor/descriptor.ts";
import type { Processor } from "../../core/processor.ts";
import type { NodeHandle } from "../../core/registry/handle.ts";
import { defineNodeType, type NodeInstance, type NodeType } from "../../core/registry/node_type.ts";
import { describeNode } from "./describe.ts";

/** @param parts what `describeNode()` takes */
// deno-lint-ignore no-explicit-any -- the bound of every handle
export function nodeType<C, H extends NodeHandle<any, any>>(
  make: () => Processor,
  parts: Parameters<typeof describeNode>[0],
): NodeType<C, H> {
  return defineNodeType<C, H>({
    descriptor: describeNode(parts),
    load: () => Promise.resolve(() => instanceOf(make(), parts.ports)),
  });
}

function instanceOf(processor: Processor, ports: readonly PortDescriptor[]): NodeInstance {
  const fields = processor as unknown as Record<string, unknown>;
  return {
    processor,
    ports: {
      inputs: () => ({}),
      outputs: () => ({}),
      visit: () => {},
      wire(wiring) {
        for (const { name, direction } of ports) {
          fields[name] = direction === "input" ? wiring.input(name) : wiring.output(name);
        }
      },
    },
    tick: (context) => processor.process(context),
    configure: (values) => void Object.assign(processor, values),
  };
}
