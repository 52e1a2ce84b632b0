// Made by "deno task codegen" from sluice.json and the files listed in "sources" at the end.
// Do not edit: change a processor class and run the command again.
// deno-fmt-ignore-file

/**
 * The node types of @example/by-hand. Importing this module loads none of their classes.
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
  StreamOutput,
} from "../../../../generated.ts";

/** The ports of `scale`. */
export class ScalePorts implements PortRegistry {
  /** Names of the inputs, in the order of the class. */
  static readonly INPUT_NAMES: readonly ["audioIn"] = ["audioIn"];
  /** Names of the outputs, in the order of the class. */
  static readonly OUTPUT_NAMES: readonly ["audioOut"] = ["audioOut"];
  readonly #processor: { audioIn: StreamInput<AudioFrame>; audioOut: StreamOutput<AudioFrame> };

  /**
   * Reads and assigns the ports of one instance.
   *
   * @param processor the instance, or anything with the same fields
   */
  constructor(processor: { audioIn: StreamInput<AudioFrame>; audioOut: StreamOutput<AudioFrame> }) {
    this.#processor = processor;
  }

  /** The inputs by name. */
  inputs(): { readonly audioIn: StreamInput<AudioFrame> } {
    return { audioIn: this.#processor.audioIn };
  }

  /** The outputs by name. */
  outputs(): { readonly audioOut: StreamOutput<AudioFrame> } {
    return { audioOut: this.#processor.audioOut };
  }

  /** Shows each port to a visitor. */
  visit(visitor: PortVisitor): void {
    visitor.input("audioIn", this.#processor.audioIn);
    visitor.output("audioOut", this.#processor.audioOut);
  }

  /** Assigns the ports to the fields of the class. */
  wire(wiring: PortWiring): void {
    this.#processor.audioIn = wiring.input("audioIn") as StreamInput<AudioFrame>;
    this.#processor.audioOut = wiring.output("audioOut") as StreamOutput<AudioFrame>;
  }
}

/** The configuration of `scale`. */
export interface ScaleConfig {
  /**
   * What samples are multiplied by.
   *
   * A number from 0 to 10; 1 by default; may change while the node runs.
   */
  readonly factor?: number;
}

/** A `scale` in a graph. */
export type ScaleHandle = NodeHandle<{ audioIn: AudioFrame }, { audioOut: AudioFrame }>;

/** Scales blocks of audio. */
export const scale: NodeType<ScaleConfig, ScaleHandle> = defineNodeType<ScaleConfig, ScaleHandle>({
  descriptor: {
    type: "scale",
    className: "Scale",
    source: "annotated.ts:13",
    description: "Scales blocks of audio.",
    doc: "Scales blocks of audio.",
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
      doc: "What is scaled.",
    }],
    outputs: [{
      name: "audioOut",
      direction: "output",
      kind: "audio",
      type: "AudioFrame",
      optional: false,
      burst: 1,
      doc: "What came of it.",
    }],
    config: {
      type: "object",
      properties: {
        factor: {
          type: "number",
          description: "What samples are multiplied by.",
          minimum: 0,
          maximum: 10,
          default: 1,
          "x-live": true,
        },
      },
      required: [],
      additionalProperties: false,
    },
  },
  load: async () => {
    const Scale = processorClass("scale", "annotated.ts", await import("./annotated.ts"), "Scale");
    return () => {
      const processor = new Scale();
      return {
        processor,
        ports: new ScalePorts(processor),
        tick: () => processor.process(),
        configure: (values) => {
          if (values.factor !== undefined) processor.factor = values.factor as typeof processor.factor;
        },
      };
    };
  },
});

/** The node types of this package, by name. Calling one with a configuration gives what `runtime.add()` takes. */
export const nodes: { readonly scale: typeof scale } = { scale };

/** This package, as a registry takes it. */
export const nodePackage: NodePackage = definePackage({
  name: "@example/by-hand",
  url: import.meta.url,
  nodes: [scale],
  sources: { "annotated.ts": "d6ca5b85342242e0", "sluice.json": "8ede7dd49d524554" },
});
