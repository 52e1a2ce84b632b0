// Made by "deno task codegen" from sluice.json and the files listed in "sources" at the end.
// Do not edit: change a processor class and run the command again.
// deno-fmt-ignore-file

/**
 * The node types of @example/options. Importing this module loads none of their classes.
 *
 * @module
 */
import { defineNodeType, definePackage, processorClass } from "../../../../generated.ts";
import { portsOf as allOptionsPorts } from "./known_ports.ts";
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

/** The ports of `all-options`. */
export class AllOptionsPorts implements PortRegistry {
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

/** The configuration of `all-options`. */
export interface AllOptionsConfig {
  /** A number; 1 by default. */
  readonly size?: number;
}

/** A `all-options` in a graph. */
export type AllOptionsHandle = NodeHandle<{ audioIn: AudioFrame }, { audioOut: AudioFrame }>;

/** Uses every option. */
export const allOptions: NodeType<AllOptionsConfig, AllOptionsHandle> = defineNodeType<
  AllOptionsConfig,
  AllOptionsHandle
>({
  descriptor: {
    type: "all-options",
    className: "Everything",
    source: "everything.ts:19",
    description: "Uses every option.",
    doc: "Uses every option.",
    category: "odd ones",
    tags: ["a", "b"],
    mode: "push",
    trigger: "all",
    lane: "main",
    priority: "high",
    cpus: [0, 2],
    converts: ["sampleRateHz", "channels"],
    isAsync: false,
    inputs: [{
      name: "audioIn",
      direction: "input",
      kind: "audio",
      type: "AudioFrame",
      optional: true,
      accepts: { sampleRateHz: [44100, 48000], channels: 2 },
      burst: 1,
      doc: "",
    }],
    outputs: [{
      name: "audioOut",
      direction: "output",
      kind: "audio",
      type: "AudioFrame",
      optional: false,
      gives: { sampleRateHz: [44100, 48000], channels: 2 },
      burst: 8,
      doc: "",
    }],
    config: {
      type: "object",
      properties: { size: { type: "number", default: 1 } },
      required: [],
      additionalProperties: false,
    },
    figures: ["frames", "late"],
  },
  load: async () => {
    const Everything = processorClass("all-options", "everything.ts", await import("./everything.ts"), "Everything");
    return () => {
      const processor = new Everything();
      return {
        processor,
        ports: new AllOptionsPorts(processor),
        tick: () => processor.process(),
        configure: (values) => {
          if (values.size !== undefined) processor.size = values.size as typeof processor.size;
        },
      };
    };
  },
  portsOf: allOptionsPorts,
});

/** The node types of this package, by name. Calling one with a configuration gives what `runtime.add()` takes. */
export const nodes: { readonly allOptions: typeof allOptions } = { allOptions };

/** This package, as a registry takes it. */
export const nodePackage: NodePackage = definePackage({
  name: "@example/options",
  url: import.meta.url,
  nodes: [allOptions],
  sources: { "everything.ts": "56faad595975eb45", "sluice.json": "b3b341700cafea38" },
});
