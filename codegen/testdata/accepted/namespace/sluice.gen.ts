// Made by "deno task codegen" from sluice.json and the files listed in "sources" at the end.
// Do not edit: change a processor class and run the command again.
// deno-fmt-ignore-file

/**
 * The node types of @example/namespace. Importing this module loads none of their classes.
 *
 * @module
 */
import { defineNodeType, definePackage, processorClass } from "@sluice/sluice/generated";
import type {
  DataFrame,
  NodeHandle,
  NodePackage,
  NodeType,
  PortRegistry,
  PortVisitor,
  PortWiring,
  StreamInput,
} from "@sluice/sluice/generated";
import type { Value } from "./values.ts";

export type { Value };

/** The ports of `whole`. */
export class WholePorts implements PortRegistry {
  /** Names of the inputs, in the order of the class. */
  static readonly INPUT_NAMES: readonly ["data"] = ["data"];
  /** Names of the outputs, in the order of the class. */
  static readonly OUTPUT_NAMES: readonly [] = [];
  readonly #processor: { data: StreamInput<DataFrame<Value>> };

  /**
   * Reads and assigns the ports of one instance.
   *
   * @param processor the instance, or anything with the same fields
   */
  constructor(processor: { data: StreamInput<DataFrame<Value>> }) {
    this.#processor = processor;
  }

  /** The inputs by name. */
  inputs(): { readonly data: StreamInput<DataFrame<Value>> } {
    return { data: this.#processor.data };
  }

  /** The outputs by name. */
  outputs(): Record<never, never> {
    return {};
  }

  /** Shows each port to a visitor. */
  visit(visitor: PortVisitor): void {
    visitor.input("data", this.#processor.data);
  }

  /** Assigns the ports to the fields of the class. */
  wire(wiring: PortWiring): void {
    this.#processor.data = wiring.input("data") as StreamInput<DataFrame<Value>>;
  }
}

/** The configuration of `whole`. */
export interface WholeConfig {
  /** An object with "x". */
  readonly value: { readonly x: number };
}

/** A `whole` in a graph. */
export type WholeHandle = NodeHandle<{ data: DataFrame<Value> }, Record<never, never>>;

/** Imports whole modules. */
export const whole: NodeType<WholeConfig, WholeHandle> = defineNodeType<WholeConfig, WholeHandle>({
  descriptor: {
    type: "whole",
    className: "Whole",
    source: "whole.ts:6",
    description: "Imports whole modules.",
    doc: "Imports whole modules.",
    category: "other",
    tags: [],
    mode: "push",
    trigger: "any",
    lane: "worker",
    converts: [],
    isAsync: false,
    inputs: [{
      name: "data",
      direction: "input",
      kind: "data",
      type: "DataFrame<Value>",
      schema: "Value",
      valueSchema: {
        description: "A value.",
        type: "object",
        properties: { x: { type: "number" } },
        required: ["x"],
      },
      optional: false,
      burst: 1,
      doc: "",
    }],
    outputs: [],
    config: {
      type: "object",
      properties: {
        value: {
          type: "object",
          properties: { x: { type: "number" } },
          required: ["x"],
          additionalProperties: false,
        },
      },
      required: ["value"],
      additionalProperties: false,
    },
  },
  load: async () => {
    const Whole = processorClass("whole", "whole.ts", await import("./whole.ts"), "Whole");
    return () => {
      const processor = new Whole();
      return {
        processor,
        ports: new WholePorts(processor),
        tick: () => processor.process(),
        configure: (values) => {
          if (values.value !== undefined) processor.value = values.value as typeof processor.value;
        },
      };
    };
  },
});

/** The node types of this package, by name. Calling one with a configuration gives what `runtime.add()` takes. */
export const nodes: { readonly whole: typeof whole } = { whole };

/** This package, as a registry takes it. */
export const nodePackage: NodePackage = definePackage({
  name: "@example/namespace",
  url: import.meta.url,
  nodes: [whole],
  sources: {
    "sluice.json": "5608706cf1b93849",
    "values.ts": "36e77453997ec3a9",
    "whole.ts": "57af55265e08f4cd",
  },
});
