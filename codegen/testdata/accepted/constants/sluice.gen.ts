// Made by "deno task codegen" from sluice.json and the files listed in "sources" at the end.
// Do not edit: change a processor class and run the command again.
// deno-fmt-ignore-file

/**
 * The node types of @example/constants. Importing this module loads none of their classes.
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

/** The ports of `timed`. */
export class TimedPorts implements PortRegistry {
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

/** The configuration of `timed`. */
export interface TimedConfig {
  /** A number; 2047 by default. */
  readonly block?: number;
  /** A number; 48000 by default. */
  readonly rateHz?: number;
  /** An object with "name" and "values"; {"name":"xy","values":[-1,1,24000]} by default. */
  readonly defaults?: { readonly name: string; readonly values: readonly number[] };
  /** A number; 1 by default. */
  readonly remainder?: number;
  /** One of "up", "down"; "up" by default. */
  readonly either?: "up" | "down";
}

/** A `timed` in a graph. */
export type TimedHandle = NodeHandle<{ audioIn: AudioFrame }, Record<never, never>>;

/** Has defaults that are worked out. */
export const timed: NodeType<TimedConfig, TimedHandle> = defineNodeType<TimedConfig, TimedHandle>({
  descriptor: {
    type: "timed",
    className: "Timed",
    source: "timed.ts:12",
    description: "Has defaults that are worked out.",
    doc: "Has defaults that are worked out.",
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
        block: { type: "number", default: 2047 },
        rateHz: { type: "number", default: 48000 },
        defaults: {
          type: "object",
          properties: {
            name: { type: "string" },
            values: { type: "array", items: { type: "number" } },
          },
          required: ["name", "values"],
          additionalProperties: false,
          default: { name: "xy", values: [-1, 1, 24000] },
        },
        remainder: { type: "number", default: 1 },
        either: { enum: ["up", "down"], default: "up" },
      },
      required: [],
      additionalProperties: false,
    },
  },
  load: async () => {
    const Timed = processorClass("timed", "timed.ts", await import("./timed.ts"), "Timed");
    return () => {
      const processor = new Timed();
      return {
        processor,
        ports: new TimedPorts(processor),
        tick: () => processor.process(),
        configure: (values) => {
          if (values.block !== undefined) processor.block = values.block as typeof processor.block;
          if (values.rateHz !== undefined) processor.rateHz = values.rateHz as typeof processor.rateHz;
          if (values.defaults !== undefined) processor.defaults = values.defaults as typeof processor.defaults;
          if (values.remainder !== undefined) processor.remainder = values.remainder as typeof processor.remainder;
          if (values.either !== undefined) processor.either = values.either as typeof processor.either;
        },
      };
    };
  },
});

/** The node types of this package, by name. Calling one with a configuration gives what `runtime.add()` takes. */
export const nodes: { readonly timed: typeof timed } = { timed };

/** This package, as a registry takes it. */
export const nodePackage: NodePackage = definePackage({
  name: "@example/constants",
  url: import.meta.url,
  nodes: [timed],
  sources: {
    "constants.ts": "3b106938024f614c",
    "sluice.json": "930a0f0a5fc8cdbc",
    "timed.ts": "730efc0b496711c3",
  },
});
