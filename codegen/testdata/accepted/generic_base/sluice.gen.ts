// Made by "deno task codegen" from sluice.json and the files listed in "sources" at the end.
// Do not edit: change a processor class and run the command again.
// deno-fmt-ignore-file

/**
 * The node types of @example/generic-base. Importing this module loads none of their classes.
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

/** The ports of `bad`. */
export class BadPorts implements PortRegistry {
  /** Names of the inputs, in the order of the class. */
  static readonly INPUT_NAMES: readonly ["audioIn"] = ["audioIn"];
  /** Names of the outputs, in the order of the class. */
  static readonly OUTPUT_NAMES: readonly [] = [];
  readonly #processor: { audioIn: StreamInput<AudioFrame<2>> };

  /**
   * Reads and assigns the ports of one instance.
   *
   * @param processor the instance, or anything with the same fields
   */
  constructor(processor: { audioIn: StreamInput<AudioFrame<2>> }) {
    this.#processor = processor;
  }

  /** The inputs by name. */
  inputs(): { readonly audioIn: StreamInput<AudioFrame<2>> } {
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
    this.#processor.audioIn = wiring.input("audioIn") as StreamInput<AudioFrame<2>>;
  }
}

/** The configuration of `bad`. */
export type BadConfig = Record<string, never>;

/** A `bad` in a graph. */
export type BadHandle = NodeHandle<{ audioIn: AudioFrame<2> }, Record<never, never>>;

/** The node type `bad`. */
export const bad: NodeType<BadConfig, BadHandle> = defineNodeType<BadConfig, BadHandle>({
  descriptor: {
    type: "bad",
    className: "Bad",
    source: "node.ts:7",
    description: "",
    doc: "",
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
      type: "AudioFrame<2>",
      channels: 2,
      optional: false,
      burst: 1,
      doc: "",
    }],
    outputs: [],
    config: { type: "object", properties: {}, required: [], additionalProperties: false },
  },
  load: async () => {
    const Bad = processorClass("bad", "node.ts", await import("./node.ts"), "Bad");
    return () => {
      const processor = new Bad();
      return {
        processor,
        ports: new BadPorts(processor),
        tick: () => processor.process(),
        configure: () => {},
      };
    };
  },
});

/** The node types of this package, by name. Calling one with a configuration gives what `runtime.add()` takes. */
export const nodes: { readonly bad: typeof bad } = { bad };

/** This package, as a registry takes it. */
export const nodePackage: NodePackage = definePackage({
  name: "@example/generic-base",
  url: import.meta.url,
  nodes: [bad],
  sources: {
    "base.ts": "45e803ed71cee7a7",
    "node.ts": "a65ffbd6dd99fbe9",
    "sluice.json": "bd80dd40e488a83b",
  },
});
