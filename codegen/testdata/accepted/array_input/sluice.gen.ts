// Made by "deno task codegen" from sluice.json and the files listed in "sources" at the end.
// Do not edit: change a processor class and run the command again.
// deno-fmt-ignore-file

/**
 * The node types of @example/array-input. Importing this module loads none of their classes.
 *
 * @module
 */
import { defineNodeType, definePackage, processorClass } from "../../../../generated.ts";
import type {
  AudioFrame,
  NodeHandle,
  NodePackage,
  NodeType,
  PortArray,
  PortRegistry,
  PortVisitor,
  PortWiring,
  StreamInput,
  StreamOutput,
} from "../../../../generated.ts";

/** The ports of `mix`. */
export class MixPorts implements PortRegistry {
  /** Names of the inputs, in the order of the class. */
  static readonly INPUT_NAMES: readonly ["audioIn", "extra"] = ["audioIn", "extra"];
  /** Names of the outputs, in the order of the class. */
  static readonly OUTPUT_NAMES: readonly ["audioOut"] = ["audioOut"];
  readonly #processor: {
    audioIn: StreamInput<AudioFrame>[];
    extra: StreamInput<AudioFrame<2>>[];
    audioOut: StreamOutput<AudioFrame>;
  };

  /**
   * Reads and assigns the ports of one instance.
   *
   * @param processor the instance, or anything with the same fields
   */
  constructor(
    processor: {
      audioIn: StreamInput<AudioFrame>[];
      extra: StreamInput<AudioFrame<2>>[];
      audioOut: StreamOutput<AudioFrame>;
    },
  ) {
    this.#processor = processor;
  }

  /** The inputs by name. */
  inputs(): {
    readonly audioIn: readonly StreamInput<AudioFrame>[];
    readonly extra: readonly StreamInput<AudioFrame<2>>[];
  } {
    return { audioIn: this.#processor.audioIn, extra: this.#processor.extra };
  }

  /** The outputs by name. */
  outputs(): { readonly audioOut: StreamOutput<AudioFrame> } {
    return { audioOut: this.#processor.audioOut };
  }

  /** Shows each port to a visitor. */
  visit(visitor: PortVisitor): void {
    for (const port of this.#processor.audioIn) visitor.input(port.name, port);
    for (const port of this.#processor.extra) visitor.input(port.name, port);
    visitor.output("audioOut", this.#processor.audioOut);
  }

  /** Assigns the ports to the fields of the class. */
  wire(wiring: PortWiring): void {
    this.#processor.audioIn = wiring.inputs("audioIn") as StreamInput<AudioFrame>[];
    this.#processor.extra = wiring.inputs("extra") as StreamInput<AudioFrame<2>>[];
    this.#processor.audioOut = wiring.output("audioOut") as StreamOutput<AudioFrame>;
  }
}

/** The configuration of `mix`. */
export interface MixConfig {
  /**
   * How the streams are joined.
   *
   * One of "sum", "average"; "sum" by default.
   */
  readonly strategy?: "sum" | "average";
}

/** A `mix` in a graph. */
export type MixHandle = NodeHandle<
  { audioIn: PortArray<AudioFrame, 3>; extra: PortArray<AudioFrame<2>, 2> },
  { audioOut: AudioFrame }
>;

/** Adds streams. */
export const mix: NodeType<MixConfig, MixHandle> = defineNodeType<MixConfig, MixHandle>({
  descriptor: {
    type: "mix",
    className: "Mix",
    source: "mix.ts:7",
    description: "Adds streams.",
    doc: "Adds streams.",
    category: "other",
    tags: [],
    mode: "push",
    trigger: "all",
    lane: "worker",
    converts: [],
    isAsync: false,
    inputs: [{
      name: "audioIn",
      direction: "input",
      kind: "audio",
      type: "AudioFrame",
      array: 3,
      optional: true,
      burst: 1,
      doc: "",
    }, {
      name: "extra",
      direction: "input",
      kind: "audio",
      type: "AudioFrame<2>",
      channels: 2,
      array: 2,
      optional: true,
      burst: 1,
      doc: "",
    }],
    outputs: [{
      name: "audioOut",
      direction: "output",
      kind: "audio",
      type: "AudioFrame",
      optional: false,
      burst: 1,
      doc: "",
    }],
    config: {
      type: "object",
      properties: {
        strategy: {
          enum: ["sum", "average"],
          description: "How the streams are joined.",
          default: "sum",
        },
      },
      required: [],
      additionalProperties: false,
    },
  },
  load: async () => {
    const Mix = processorClass("mix", "mix.ts", await import("./mix.ts"), "Mix");
    return () => {
      const processor = new Mix();
      return {
        processor,
        ports: new MixPorts(processor),
        tick: () => processor.process(),
        configure: (values) => {
          if (values.strategy !== undefined) processor.strategy = values.strategy as typeof processor.strategy;
        },
      };
    };
  },
});

/** The node types of this package, by name. Calling one with a configuration gives what `runtime.add()` takes. */
export const nodes: { readonly mix: typeof mix } = { mix };

/** This package, as a registry takes it. */
export const nodePackage: NodePackage = definePackage({
  name: "@example/array-input",
  url: import.meta.url,
  nodes: [mix],
  sources: { "mix.ts": "1ae6df2c0847be6e", "sluice.json": "e758048e0a189161" },
});
