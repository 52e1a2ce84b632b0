// Made by "deno task codegen" from sluice.json and the files listed in "sources" at the end.
// Do not edit: change a processor class and run the command again.
// deno-fmt-ignore-file

/**
 * The node types of @example/inheritance. Importing this module loads none of their classes.
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

/** The ports of `invert`. */
export class InvertPorts implements PortRegistry {
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

/** The configuration of `invert`. */
export interface InvertConfig {
  /**
   * Leave the audio alone.
   *
   * True or false; false by default; may change while the node runs.
   */
  readonly bypass?: boolean;
  /**
   * Which channel.
   *
   * A whole number of at least 0; 0 by default.
   */
  readonly channel?: number;
}

/** A `invert` in a graph. */
export type InvertHandle = NodeHandle<{ audioIn: AudioFrame }, { audioOut: AudioFrame }>;

/** Turns the phase round. */
export const invert: NodeType<InvertConfig, InvertHandle> = defineNodeType<InvertConfig, InvertHandle>({
  descriptor: {
    type: "invert",
    className: "Invert",
    source: "invert.ts:8",
    description: "Turns the phase round.",
    doc: "Turns the phase round.",
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
        bypass: {
          type: "boolean",
          description: "Leave the audio alone.",
          default: false,
          "x-live": true,
        },
        channel: { type: "integer", description: "Which channel.", minimum: 0, default: 0 },
      },
      required: [],
      additionalProperties: false,
    },
  },
  load: async () => {
    const Invert = processorClass("invert", "invert.ts", await import("./invert.ts"), "Invert");
    return () => {
      const processor = new Invert();
      return {
        processor,
        ports: new InvertPorts(processor),
        tick: (context) => processor.process(context),
        configure: (values) => {
          if (values.bypass !== undefined) processor.bypass = values.bypass as typeof processor.bypass;
          if (values.channel !== undefined) processor.channel = values.channel as typeof processor.channel;
        },
      };
    };
  },
});

/** The node types of this package, by name. Calling one with a configuration gives what `runtime.add()` takes. */
export const nodes: { readonly invert: typeof invert } = { invert };

/** This package, as a registry takes it. */
export const nodePackage: NodePackage = definePackage({
  name: "@example/inheritance",
  url: import.meta.url,
  nodes: [invert],
  sources: {
    "base.ts": "0152a4b4e7eed697",
    "invert.ts": "102119902b556e35",
    "sluice.json": "8608c5ef49751dca",
  },
});
