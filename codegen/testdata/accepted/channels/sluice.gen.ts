// Made by "deno task codegen" from sluice.json and the files listed in "sources" at the end.
// Do not edit: change a processor class and run the command again.
// deno-fmt-ignore-file

/**
 * The node types of @example/channels. Importing this module loads none of their classes.
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

/** The ports of `pan`. */
export class PanPorts implements PortRegistry {
  /** Names of the inputs, in the order of the class. */
  static readonly INPUT_NAMES: readonly ["mono", "any"] = ["mono", "any"];
  /** Names of the outputs, in the order of the class. */
  static readonly OUTPUT_NAMES: readonly ["audioOut"] = ["audioOut"];
  readonly #processor: {
    mono: StreamInput<AudioFrame<1>>;
    any: StreamInput<AudioFrame>;
    audioOut: StreamOutput<AudioFrame<2>>;
  };

  /**
   * Reads and assigns the ports of one instance.
   *
   * @param processor the instance, or anything with the same fields
   */
  constructor(
    processor: {
      mono: StreamInput<AudioFrame<1>>;
      any: StreamInput<AudioFrame>;
      audioOut: StreamOutput<AudioFrame<2>>;
    },
  ) {
    this.#processor = processor;
  }

  /** The inputs by name. */
  inputs(): { readonly mono: StreamInput<AudioFrame<1>>; readonly any: StreamInput<AudioFrame> } {
    return { mono: this.#processor.mono, any: this.#processor.any };
  }

  /** The outputs by name. */
  outputs(): { readonly audioOut: StreamOutput<AudioFrame<2>> } {
    return { audioOut: this.#processor.audioOut };
  }

  /** Shows each port to a visitor. */
  visit(visitor: PortVisitor): void {
    visitor.input("mono", this.#processor.mono);
    visitor.input("any", this.#processor.any);
    visitor.output("audioOut", this.#processor.audioOut);
  }

  /** Assigns the ports to the fields of the class. */
  wire(wiring: PortWiring): void {
    this.#processor.mono = wiring.input("mono") as StreamInput<AudioFrame<1>>;
    this.#processor.any = wiring.input("any") as StreamInput<AudioFrame>;
    this.#processor.audioOut = wiring.output("audioOut") as StreamOutput<AudioFrame<2>>;
  }
}

/** The configuration of `pan`. */
export type PanConfig = Record<string, never>;

/** A `pan` in a graph. */
export type PanHandle = NodeHandle<{ mono: AudioFrame<1>; any: AudioFrame }, { audioOut: AudioFrame<2> }>;

/** Says in its types how many channels it takes. */
export const pan: NodeType<PanConfig, PanHandle> = defineNodeType<PanConfig, PanHandle>({
  descriptor: {
    type: "pan",
    className: "Pan",
    source: "stereo.ts:10",
    description: "Says in its types how many channels it takes.",
    doc: "Says in its types how many channels it takes.",
    category: "other",
    tags: [],
    mode: "push",
    trigger: "any",
    lane: "worker",
    converts: [],
    isAsync: false,
    inputs: [{
      name: "mono",
      direction: "input",
      kind: "audio",
      type: "AudioFrame<1>",
      channels: 1,
      optional: false,
      burst: 1,
      doc: "",
    }, {
      name: "any",
      direction: "input",
      kind: "audio",
      type: "AudioFrame",
      optional: true,
      burst: 1,
      doc: "",
    }],
    outputs: [{
      name: "audioOut",
      direction: "output",
      kind: "audio",
      type: "AudioFrame<2>",
      channels: 2,
      optional: false,
      burst: 1,
      doc: "",
    }],
    config: { type: "object", properties: {}, required: [], additionalProperties: false },
  },
  load: async () => {
    const Pan = processorClass("pan", "stereo.ts", await import("./stereo.ts"), "Pan");
    return () => {
      const processor = new Pan();
      return {
        processor,
        ports: new PanPorts(processor),
        tick: () => processor.process(),
        configure: () => {},
      };
    };
  },
});

/** The node types of this package, by name. Calling one with a configuration gives what `runtime.add()` takes. */
export const nodes: { readonly pan: typeof pan } = { pan };

/** This package, as a registry takes it. */
export const nodePackage: NodePackage = definePackage({
  name: "@example/channels",
  url: import.meta.url,
  nodes: [pan],
  sources: { "sluice.json": "c0ee6099ed2b8f2f", "stereo.ts": "6179225bca65bac0" },
});
