/**
 * Node types for nodes that belong to the script: each call makes a type of its own, around an object that both sides
 * share. Such nodes run on main, and no graph file can name them.
 *
 * @module
 */
import type { Processor } from "../processor.ts";
import type { NodeDescriptor, PortDescriptor } from "../descriptor/descriptor.ts";
import type { NodeHandle } from "../registry/handle.ts";
import {
  defineNodeType,
  type NodeSpec,
  type PortRegistry,
  type PortVisitor,
  type PortWiring,
} from "../registry/node_type.ts";
import type { StreamInput, StreamOutput } from "../ports/stream.ts";

/** A processor with one port, whose field has the port's name. */
export interface AppProcessor<P> extends Processor {
  /** Assigns the port. */
  wire(port: P): void;
  /** As in {@linkcode NodeInstance}. */
  awaitsScript?(): boolean;
  /** As in {@linkcode NodeInstance}. */
  disabled?(): void;
}

/** Makes the spec of a node around an existing processor. */
// deno-lint-ignore no-explicit-any -- the bound that every handle meets
export function appNode<H extends NodeHandle<any, any>, P extends StreamInput | StreamOutput>(
  parts: Pick<NodeDescriptor, "type" | "className" | "description" | "mode">,
  port: Pick<PortDescriptor, "name" | "direction" | "kind" | "type"> & { schema?: string },
  processor: AppProcessor<P>,
  extend: NonNullable<NodeSpec<H>["extend"]>,
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
  const type = defineNodeType<Record<never, never>, H>({
    descriptor,
    load: () =>
      Promise.resolve(() => ({
        processor,
        ports: new OnePort(port, processor),
        tick: (context) => processor.process(context),
        configure: () => {},
        awaitsScript: () => processor.awaitsScript?.() === true,
        disabled: () => processor.disabled?.(),
      })),
  });
  return { ...type(), extend };
}

/** The ports of a node with one port. */
class OnePort<P extends StreamInput | StreamOutput> implements PortRegistry {
  readonly #port: Pick<PortDescriptor, "name" | "direction">;
  readonly #processor: AppProcessor<P>;
  #input: { readonly [name: string]: StreamInput } = {};
  #output: { readonly [name: string]: StreamOutput } = {};

  constructor(port: Pick<PortDescriptor, "name" | "direction">, processor: AppProcessor<P>) {
    this.#port = port;
    this.#processor = processor;
  }

  inputs(): { readonly [name: string]: StreamInput } {
    return this.#input;
  }

  outputs(): { readonly [name: string]: StreamOutput } {
    return this.#output;
  }

  visit(visitor: PortVisitor): void {
    for (const [name, port] of Object.entries(this.#input)) visitor.input(name, port);
    for (const [name, port] of Object.entries(this.#output)) visitor.output(name, port);
  }

  wire(wiring: PortWiring): void {
    const { name, direction } = this.#port;
    if (direction === "input") {
      const port = wiring.input(name);
      this.#input = { [name]: port };
      this.#processor.wire(port as P);
    } else {
      const port = wiring.output(name);
      this.#output = { [name]: port };
      this.#processor.wire(port as P);
    }
  }
}
