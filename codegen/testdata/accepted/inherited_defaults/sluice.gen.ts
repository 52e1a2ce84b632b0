// Made by "deno task codegen" from sluice.json and the files listed in "sources" at the end.
// Do not edit: change a processor class and run the command again.
// deno-fmt-ignore-file

/**
 * The node types of @example/inherited-defaults. Importing this module loads none of their classes.
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

/** The ports of `loud`. */
export class LoudPorts implements PortRegistry {
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

/** The configuration of `loud`. */
export interface LoudConfig {
  /**
   * How loud it is.
   *
   * A number from -60 to 24; 12 by default; may change while the node runs.
   */
  readonly gainDb?: number;
  /** "hard"; "hard" by default. */
  readonly mode?: "hard";
  /** A string; "base" by default. */
  readonly name?: string;
}

/** A `loud` in a graph. */
export type LoudHandle = NodeHandle<{ audioIn: AudioFrame }, Record<never, never>>;

/** Starts louder, and is only hard. */
export const loud: NodeType<LoudConfig, LoudHandle> = defineNodeType<LoudConfig, LoudHandle>({
  descriptor: {
    type: "loud",
    className: "Loud",
    source: "gain.ts:22",
    description: "Starts louder, and is only hard.",
    doc: "Starts louder, and is only hard.",
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
        gainDb: {
          type: "number",
          description: "How loud it is.",
          minimum: -60,
          maximum: 24,
          default: 12,
          "x-live": true,
        },
        mode: { enum: ["hard"], default: "hard" },
        name: { type: "string", default: "base" },
      },
      required: [],
      additionalProperties: false,
    },
  },
  load: async () => {
    const Loud = processorClass("loud", "gain.ts", await import("./gain.ts"), "Loud");
    return () => {
      const processor = new Loud();
      return {
        processor,
        ports: new LoudPorts(processor),
        tick: () => processor.process(),
        configure: (values) => {
          if (values.gainDb !== undefined) processor.gainDb = values.gainDb as typeof processor.gainDb;
          if (values.mode !== undefined) processor.mode = values.mode as typeof processor.mode;
          if (values.name !== undefined) processor.name = values.name as typeof processor.name;
        },
      };
    };
  },
});

/** The node types of this package, by name. Calling one with a configuration gives what `runtime.add()` takes. */
export const nodes: { readonly loud: typeof loud } = { loud };

/** This package, as a registry takes it. */
export const nodePackage: NodePackage = definePackage({
  name: "@example/inherited-defaults",
  url: import.meta.url,
  nodes: [loud],
  sources: { "gain.ts": "675c422d7ee40995", "sluice.json": "91ffa1106387713c" },
});
