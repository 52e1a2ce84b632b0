// Made by "deno task codegen" from sluice.json and the files listed in "sources" at the end.
// Do not edit: change a processor class and run the command again.
// deno-fmt-ignore-file

/**
 * The node types of @example/imported-names. Importing this module loads none of their classes.
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

/** The ports of `renamed`. */
export class RenamedPorts implements PortRegistry {
  /** Names of the inputs, in the order of the class. */
  static readonly INPUT_NAMES: readonly ["audioIn"] = ["audioIn"];
  /** Names of the outputs, in the order of the class. */
  static readonly OUTPUT_NAMES: readonly ["audioOut"] = ["audioOut"];
  readonly #processor: { audioIn: StreamInput<AudioFrame<2>>; audioOut: StreamOutput<AudioFrame> };

  /**
   * Reads and assigns the ports of one instance.
   *
   * @param processor the instance, or anything with the same fields
   */
  constructor(processor: { audioIn: StreamInput<AudioFrame<2>>; audioOut: StreamOutput<AudioFrame> }) {
    this.#processor = processor;
  }

  /** The inputs by name. */
  inputs(): { readonly audioIn: StreamInput<AudioFrame<2>> } {
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
    this.#processor.audioIn = wiring.input("audioIn") as StreamInput<AudioFrame<2>>;
    this.#processor.audioOut = wiring.output("audioOut") as StreamOutput<AudioFrame>;
  }
}

/** The configuration of `renamed`. */
export interface RenamedConfig {
  /**
   * A key.
   *
   * A number; 1 by default.
   */
  readonly key?: number;
}

/** A `renamed` in a graph. */
export type RenamedHandle = NodeHandle<{ audioIn: AudioFrame<2> }, { audioOut: AudioFrame }>;

/** Calls everything by other names. */
export const renamed: NodeType<RenamedConfig, RenamedHandle> = defineNodeType<RenamedConfig, RenamedHandle>({
  descriptor: {
    type: "renamed",
    className: "Renamed",
    source: "renamed.ts:12",
    description: "Calls everything by other names.",
    doc: "Calls everything by other names.",
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
      type: "AudioFrame<2>",
      channels: 2,
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
      properties: { key: { type: "number", description: "A key.", default: 1 } },
      required: [],
      additionalProperties: false,
    },
  },
  load: async () => {
    const Renamed = processorClass("renamed", "renamed.ts", await import("./renamed.ts"), "Renamed");
    return () => {
      const processor = new Renamed();
      return {
        processor,
        ports: new RenamedPorts(processor),
        tick: () => processor.process(),
        configure: (values) => {
          if (values.key !== undefined) processor.key = values.key as typeof processor.key;
        },
      };
    };
  },
});

/** The node types of this package, by name. Calling one with a configuration gives what `runtime.add()` takes. */
export const nodes: { readonly renamed: typeof renamed } = { renamed };

/** This package, as a registry takes it. */
export const nodePackage: NodePackage = definePackage({
  name: "@example/imported-names",
  url: import.meta.url,
  nodes: [renamed],
  sources: { "renamed.ts": "d5e829f8d7229ab2", "sluice.json": "791ac8db0ce3524e" },
});
