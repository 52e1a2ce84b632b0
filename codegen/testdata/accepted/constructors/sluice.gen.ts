// Made by "deno task codegen" from sluice.json and the files listed in "sources" at the end.
// Do not edit: change a processor class and run the command again.
// deno-fmt-ignore-file

/**
 * The node types of @example/constructors. Importing this module loads none of their classes.
 *
 * @module
 */
import { defineNodeType, definePackage, processorClass } from "../../../../core/generated_api.ts";
import type {
  AudioFrame,
  NodeHandle,
  NodePackage,
  NodeType,
  PortRegistry,
  PortVisitor,
  PortWiring,
  StreamInput,
} from "../../../../core/generated_api.ts";

/** The ports of `blocks`. */
export class BlocksPorts implements PortRegistry {
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

/** The configuration of `blocks`. */
export interface BlocksConfig {
  /**
   * Samples of a block.
   *
   * A number; 128 by default; may change while the node runs.
   */
  readonly size?: number;
  /**
   * Weights.
   *
   * A list, each a number; [1,2] by default.
   */
  readonly weights?: readonly number[];
}

/** A `blocks` in a graph. */
export type BlocksHandle = NodeHandle<{ audioIn: AudioFrame }, Record<never, never>>;

/** Reads its configuration while it is made, and changes it later. */
export const blocks: NodeType<BlocksConfig, BlocksHandle> = defineNodeType<BlocksConfig, BlocksHandle>({
  descriptor: {
    type: "blocks",
    className: "Blocks",
    source: "blocks.ts:7",
    description: "Reads its configuration while it is made, and changes it later.",
    doc: "Reads its configuration while it is made, and changes it later.",
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
        size: {
          type: "number",
          description: "Samples of a block.",
          default: 128,
          "x-live": true,
        },
        weights: {
          type: "array",
          items: { type: "number" },
          description: "Weights.",
          default: [1, 2],
        },
      },
      required: [],
      additionalProperties: false,
    },
  },
  load: async () => {
    const Blocks = processorClass("blocks", "blocks.ts", await import("./blocks.ts"), "Blocks");
    return () => {
      const processor = new Blocks();
      return {
        processor,
        ports: new BlocksPorts(processor),
        tick: () => processor.process(),
        configure: (values) => {
          if (values.size !== undefined) processor.size = values.size as typeof processor.size;
          if (values.weights !== undefined) processor.weights = values.weights as typeof processor.weights;
        },
      };
    };
  },
});

/** The node types of this package, by name. Calling one with a configuration gives what `runtime.add()` takes. */
export const nodes: { readonly blocks: typeof blocks } = { blocks };

/** This package, as a registry takes it. */
export const nodePackage: NodePackage = definePackage({
  name: "@example/constructors",
  url: import.meta.url,
  nodes: [blocks],
  sources: { "blocks.ts": "1889c30c7f161e03", "sluice.json": "87a5dd9d29065cac" },
});
