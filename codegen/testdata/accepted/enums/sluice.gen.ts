// Made by "deno task codegen" from sluice.json and the files listed in "sources" at the end.
// Do not edit: change a processor class and run the command again.
// deno-fmt-ignore-file

/**
 * The node types of @example/enums. Importing this module loads none of their classes.
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

/** The ports of `gain`. */
export class GainPorts implements PortRegistry {
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

/** The configuration of `gain`. */
export interface GainConfig {
  /** One of "flat", "loud"; "flat" by default. */
  readonly weight?: "flat" | "loud";
  /** One of "flat", "loud"; "loud" by default. */
  readonly guessed?: "flat" | "loud";
  /** "flat"; "flat" by default. */
  readonly only?: "flat";
  /** One of 1, 2, 3; 3 by default. */
  readonly bits?: 1 | 2 | 3;
  /** One of 1, 2, 10; 10 by default. */
  readonly level?: 1 | 2 | 10;
  /** One of "fast", "slow"; "slow" by default. */
  readonly mode?: "fast" | "slow";
  /** One of "Fast", "Slow"; "Fast" by default. */
  readonly key?: "Fast" | "Slow";
  /** One of "left", "right"; "right" by default. */
  readonly side?: "left" | "right";
  /** An object with "1" and "widthMs"; {"1":true,"widthMs":9} by default. */
  readonly window?: { readonly "1": boolean; readonly widthMs: number };
}

/** A `gain` in a graph. */
export type GainHandle = NodeHandle<{ audioIn: AudioFrame }, Record<never, never>>;

/** Has defaults that are members. */
export const gain: NodeType<GainConfig, GainHandle> = defineNodeType<GainConfig, GainHandle>({
  descriptor: {
    type: "gain",
    className: "Gain",
    source: "gain.ts:35",
    description: "Has defaults that are members.",
    doc: "Has defaults that are members.",
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
        weight: { enum: ["flat", "loud"], default: "flat" },
        guessed: { enum: ["flat", "loud"], default: "loud" },
        only: { enum: ["flat"], default: "flat" },
        bits: { enum: [1, 2, 3], default: 3 },
        level: { enum: [1, 2, 10], default: 10 },
        mode: { enum: ["fast", "slow"], default: "slow" },
        key: { enum: ["Fast", "Slow"], default: "Fast" },
        side: { enum: ["left", "right"], default: "right" },
        window: {
          type: "object",
          properties: { "1": { type: "boolean" }, widthMs: { type: "number" } },
          required: ["widthMs", "1"],
          additionalProperties: false,
          default: { "1": true, widthMs: 9 },
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
          if (values.weight !== undefined) processor.weight = values.weight as typeof processor.weight;
          if (values.guessed !== undefined) processor.guessed = values.guessed as typeof processor.guessed;
          if (values.only !== undefined) processor.only = values.only as typeof processor.only;
          if (values.bits !== undefined) processor.bits = values.bits as typeof processor.bits;
          if (values.level !== undefined) processor.level = values.level as typeof processor.level;
          if (values.mode !== undefined) processor.mode = values.mode as typeof processor.mode;
          if (values.key !== undefined) processor.key = values.key as typeof processor.key;
          if (values.side !== undefined) processor.side = values.side as typeof processor.side;
          if (values.window !== undefined) processor.window = values.window as typeof processor.window;
        },
      };
    };
  },
});

/** The node types of this package, by name. Calling one with a configuration gives what `runtime.add()` takes. */
export const nodes: { readonly gain: typeof gain } = { gain };

/** This package, as a registry takes it. */
export const nodePackage: NodePackage = definePackage({
  name: "@example/enums",
  url: import.meta.url,
  nodes: [gain],
  sources: {
    "gain.ts": "0cc042de952666e3",
    "sluice.json": "8185b865a3b42db0",
    "weight.ts": "aa86175a32348fd4",
  },
});
