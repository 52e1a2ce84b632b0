// Made by "deno task codegen" from sluice.json and the files listed in "sources" at the end.
// Do not edit: change a processor class and run the command again.
// deno-fmt-ignore-file

/**
 * The node types of @example/choices. Importing this module loads none of their classes.
 *
 * @module
 */
import { defineNodeType, definePackage, processorClass } from "../../../../generated.ts";
import type {
  AudioFrame,
  NodeHandle,
  NodePackage,
  NodeType,
  PortRegistry,
  PortVisitor,
  PortWiring,
  StreamInput,
} from "../../../../generated.ts";

/** The ports of `filter`. */
export class FilterPorts implements PortRegistry {
  /** Names of the inputs, in the order of the class. */
  static readonly INPUT_NAMES: readonly ["audioIn"] = ["audioIn"];
  /** Names of the outputs, in the order of the class. */
  static readonly OUTPUT_NAMES: readonly [] = [];
  readonly #processor: { audioIn: StreamInput<AudioFrame> };

  /**
   * Reads and assigns the ports of one instance.
   *
   * @param processor the instance, or anything with the same fields
   */
  constructor(processor: { audioIn: StreamInput<AudioFrame> }) {
    this.#processor = processor;
  }

  /** The inputs by name. */
  inputs(): { readonly audioIn: StreamInput<AudioFrame> } {
    return { audioIn: this.#processor.audioIn };
  }

  /** The outputs by name. */
  outputs(): Record<never, never> {
    return {};
  }

  /** Shows each port to a visitor. */
  visit(visitor: PortVisitor): void {
    visitor.input("audioIn", this.#processor.audioIn);
  }

  /** Assigns the ports to the fields of the class. */
  wire(wiring: PortWiring): void {
    this.#processor.audioIn = wiring.input("audioIn") as StreamInput<AudioFrame>;
  }
}

/** The configuration of `filter`. */
export interface FilterConfig {
  /** One of "low", "high"; "low" by default. */
  readonly shape?: "low" | "high";
  /** One of "soft", "steep"; "steep" by default. */
  readonly slope?: "soft" | "steep";
  /** One of "hann", "blackman"; "hann" by default. */
  readonly window?: "hann" | "blackman";
}

/** A `filter` in a graph. */
export type FilterHandle = NodeHandle<{ audioIn: AudioFrame }, Record<never, never>>;

/** Has three choices. */
export const filter: NodeType<FilterConfig, FilterHandle> = defineNodeType<FilterConfig, FilterHandle>({
  descriptor: {
    type: "filter",
    className: "Filter",
    source: "filter.ts:17",
    description: "Has three choices.",
    doc: "Has three choices.",
    category: "other",
    tags: [],
    mode: "push",
    trigger: "any",
    lane: "worker",
    converts: [],
    isAsync: false,
    inputs: [{
      name: "audioIn",
      direction: "input",
      kind: "audio",
      type: "AudioFrame",
      optional: false,
      burst: 1,
      doc: "",
    }],
    outputs: [],
    config: {
      type: "object",
      properties: {
        shape: { enum: ["low", "high"], default: "low" },
        slope: { enum: ["soft", "steep"], default: "steep" },
        window: { enum: ["hann", "blackman"], default: "hann" },
      },
      required: [],
      additionalProperties: false,
    },
  },
  load: async () => {
    const Filter = processorClass("filter", "filter.ts", await import("./filter.ts"), "Filter");
    return () => {
      const processor = new Filter();
      return {
        processor,
        ports: new FilterPorts(processor),
        tick: () => processor.process(),
        configure: (values) => {
          if (values.shape !== undefined) processor.shape = values.shape as typeof processor.shape;
          if (values.slope !== undefined) processor.slope = values.slope as typeof processor.slope;
          if (values.window !== undefined) processor.window = values.window as typeof processor.window;
        },
      };
    };
  },
});

/** The node types of this package, by name. Calling one with a configuration gives what `runtime.add()` takes. */
export const nodes: { readonly filter: typeof filter } = { filter };

/** This package, as a registry takes it. */
export const nodePackage: NodePackage = definePackage({
  name: "@example/choices",
  url: import.meta.url,
  nodes: [filter],
  sources: { "filter.ts": "c02eb8b88fb47369", "sluice.json": "28b53def0007953c" },
});
