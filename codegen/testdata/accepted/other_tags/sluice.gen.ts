// Made by "deno task codegen" from sluice.json and the files listed in "sources" at the end.
// Do not edit: change a processor class and run the command again.
// deno-fmt-ignore-file

/**
 * The node types of @example/other-tags. Importing this module loads none of their classes.
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

/** The ports of `tagged`. */
export class TaggedPorts implements PortRegistry {
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

/** The configuration of `tagged`. */
export interface TaggedConfig {
  /**
   * Gain. ```ts ignore @min() @units dB ```
   *
   * A number; 1 by default.
   */
  readonly gain?: number;
}

/** A `tagged` in a graph. */
export type TaggedHandle = NodeHandle<{ audioIn: AudioFrame }, Record<never, never>>;

/** Has the tags that other tools read. */
export const tagged: NodeType<TaggedConfig, TaggedHandle> = defineNodeType<TaggedConfig, TaggedHandle>({
  descriptor: {
    type: "tagged",
    className: "Tagged",
    source: "node.ts:12",
    description: "Has the tags that other tools read.",
    doc: "Has the tags that other tools read.",
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
      doc: "The blocks, for `@min` and @somebody and somebody@min.org.",
    }],
    outputs: [],
    config: {
      type: "object",
      properties: {
        gain: {
          type: "number",
          description: "Gain. ```ts ignore @min() @units dB ```",
          examples: [2],
          default: 1,
        },
      },
      required: [],
      additionalProperties: false,
    },
  },
  load: async () => {
    const Tagged = processorClass("tagged", "node.ts", await import("./node.ts"), "Tagged");
    return () => {
      const processor = new Tagged();
      return {
        processor,
        ports: new TaggedPorts(processor),
        tick: () => processor.process(),
        configure: (values) => {
          if (values.gain !== undefined) processor.gain = values.gain as typeof processor.gain;
        },
      };
    };
  },
});

/** The node types of this package, by name. Calling one with a configuration gives what `runtime.add()` takes. */
export const nodes: { readonly tagged: typeof tagged } = { tagged };

/** This package, as a registry takes it. */
export const nodePackage: NodePackage = definePackage({
  name: "@example/other-tags",
  url: import.meta.url,
  nodes: [tagged],
  sources: { "node.ts": "5c09d52fad6097b8", "sluice.json": "8178636e8ab5cdd5" },
});
