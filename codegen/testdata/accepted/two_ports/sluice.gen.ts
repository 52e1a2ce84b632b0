// Made by "deno task codegen" from sluice.json and the files listed in "sources" at the end.
// Do not edit: change a processor class and run the command again.
// deno-fmt-ignore-file

/**
 * The node types of @example/two-ports. Importing this module loads none of their classes.
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

/** The ports of `gain`. */
export class GainPorts implements PortRegistry {
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

/** The configuration of `gain`. */
export interface GainConfig {
  /**
   * Gain in decibels.
   *
   * A number from -60 to 24 dB; 0 by default; may change while the node runs.
   */
  readonly gainDb?: number;
}

/** A `gain` in a graph. */
export type GainHandle = NodeHandle<{ audioIn: AudioFrame }, { audioOut: AudioFrame }>;

/**
 * Turns blocks up or down. The second sentence is not in the description.
 *
 * **Inputs.** `audioIn`: any audio.
 */
export const gain: NodeType<GainConfig, GainHandle> = defineNodeType<GainConfig, GainHandle>({
  descriptor: {
    type: "gain",
    className: "Gain",
    source: "gain.ts:11",
    description: "Turns blocks up or down.",
    doc: "Turns blocks up or down. The second sentence is not in the description.\n\n**Inputs.** `audioIn`: any audio.",
    category: "other",
    tags: ["level", "volume"],
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
      doc: "What is turned up.",
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
        gainDb: {
          type: "number",
          description: "Gain in decibels.",
          "x-unit": "dB",
          minimum: -60,
          maximum: 24,
          default: 0,
          "x-live": true,
        },
      },
      required: [],
      additionalProperties: false,
    },
  },
  load: async () => {
    const Gain = processorClass("gain", "gain.ts", await import("./gain.ts"), "Gain");
    return () => {
      const processor = new Gain();
      return {
        processor,
        ports: new GainPorts(processor),
        tick: () => processor.process(),
        configure: (values) => {
          if (values.gainDb !== undefined) processor.gainDb = values.gainDb as typeof processor.gainDb;
        },
      };
    };
  },
});

/** The node types of this package, by name. Calling one with a configuration gives what `runtime.add()` takes. */
export const nodes: { readonly gain: typeof gain } = { gain };

/** This package, as a registry takes it. */
export const nodePackage: NodePackage = definePackage({
  name: "@example/two-ports",
  url: import.meta.url,
  nodes: [gain],
  sources: { "gain.ts": "db90d0f517c96d8c", "sluice.json": "32530f7dbb84a5a6" },
});
