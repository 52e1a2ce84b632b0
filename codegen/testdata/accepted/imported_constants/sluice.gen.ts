// Made by "deno task codegen" from sluice.json and the files listed in "sources" at the end.
// Do not edit: change a processor class and run the command again.
// deno-fmt-ignore-file

/**
 * The node types of @example/imported-constants. Importing this module loads none of their classes.
 *
 * @module
 */
import { defineNodeType, definePackage, processorClass } from "../../../../generated.ts";
import type {
  AudioFrame,
  DurationText,
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
  /** One of 0, 1; 1 by default. */
  readonly level?: 0 | 1;
  /** One of "fast", "slow"; "slow" by default. */
  readonly mode?: "fast" | "slow";
  /** "round"; "round" by default. */
  readonly shape?: "round";
  /** A number in ms, or text such as "1.5 s"; 3 by default. */
  readonly holdMs?: number | DurationText;
  /** An object; {"rise":1} by default. */
  readonly stepsMs?: { readonly [key: string]: number | DurationText };
}

/** A `gain` in a graph. */
export type GainHandle = NodeHandle<{ audioIn: AudioFrame }, Record<never, never>>;

/** Takes its defaults from another file. */
export const gain: NodeType<GainConfig, GainHandle> = defineNodeType<GainConfig, GainHandle>({
  descriptor: {
    type: "gain",
    className: "Gain",
    source: "node.ts:9",
    description: "Takes its defaults from another file.",
    doc: "Takes its defaults from another file.",
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
        level: { enum: [0, 1], default: 1 },
        mode: { enum: ["fast", "slow"], default: "slow" },
        shape: { enum: ["round"], default: "round" },
        holdMs: {
          anyOf: [{ type: "number" }, { type: "string", pattern: "^(0|[1-9][0-9]*)(\\.[0-9]+)? ?(ns|us|ms|s|min|h)$" }],
          "x-unit": "ms",
          "x-duration": "ms",
          default: 3,
        },
        stepsMs: {
          type: "object",
          additionalProperties: {
            anyOf: [{ type: "number" }, {
              type: "string",
              pattern: "^(0|[1-9][0-9]*)(\\.[0-9]+)? ?(ns|us|ms|s|min|h)$",
            }],
            "x-unit": "ms",
            "x-duration": "ms",
          },
          default: { rise: 1 },
        },
      },
      required: [],
      additionalProperties: false,
    },
  },
  load: async () => {
    const Gain = processorClass("gain", "node.ts", await import("./node.ts"), "Gain");
    return () => {
      const processor = new Gain();
      return {
        processor,
        ports: new GainPorts(processor),
        tick: () => processor.process(),
        configure: (values) => {
          if (values.level !== undefined) processor.level = values.level as typeof processor.level;
          if (values.mode !== undefined) processor.mode = values.mode as typeof processor.mode;
          if (values.shape !== undefined) processor.shape = values.shape as typeof processor.shape;
          if (values.holdMs !== undefined) processor.holdMs = values.holdMs as typeof processor.holdMs;
          if (values.stepsMs !== undefined) processor.stepsMs = values.stepsMs as typeof processor.stepsMs;
        },
      };
    };
  },
});

/** The node types of this package, by name. Calling one with a configuration gives what `runtime.add()` takes. */
export const nodes: { readonly gain: typeof gain } = { gain };

/** This package, as a registry takes it. */
export const nodePackage: NodePackage = definePackage({
  name: "@example/imported-constants",
  url: import.meta.url,
  nodes: [gain],
  sources: {
    "node.ts": "886392066e0f4b7d",
    "sluice.json": "4920b64166ae1e9d",
    "words.ts": "dfe7223ff2f3972f",
  },
});
