// Made by "deno task codegen" from sluice.json and the files listed in "sources" at the end.
// Do not edit: change a processor class and run the command again.
// deno-fmt-ignore-file

/**
 * The node types of @example/own-decorator. Importing this module loads none of their classes.
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

/** The ports of `ours`. */
export class OursPorts implements PortRegistry {
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

/** The configuration of `ours`. */
export type OursConfig = Record<string, never>;

/** A `ours` in a graph. */
export type OursHandle = NodeHandle<{ audioIn: AudioFrame }, Record<never, never>>;

/** Ours. Not documented: its ports. */
export const ours: NodeType<OursConfig, OursHandle> = defineNodeType<OursConfig, OursHandle>({
  descriptor: {
    type: "ours",
    className: "Ours",
    source: "ours.ts:11",
    description: "Ours.",
    doc: "Ours. Not documented: its ports.",
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
    config: { type: "object", properties: {}, required: [], additionalProperties: false },
  },
  load: async () => {
    const Ours = processorClass("ours", "ours.ts", await import("./ours.ts"), "Ours");
    return () => {
      const processor = new Ours();
      return {
        processor,
        ports: new OursPorts(processor),
        tick: () => processor.process(),
        configure: () => {},
      };
    };
  },
});

/** The node types of this package, by name. Calling one with a configuration gives what `runtime.add()` takes. */
export const nodes: { readonly ours: typeof ours } = { ours };

/** This package, as a registry takes it. */
export const nodePackage: NodePackage = definePackage({
  name: "@example/own-decorator",
  url: import.meta.url,
  nodes: [ours],
  sources: { "ours.ts": "05305531d7c01df7", "sluice.json": "5c23cec005d206d2" },
});
