// Made by "deno task codegen" from sluice.json and the files listed in "sources" at the end.
// Do not edit: change a processor class and run the command again.
// deno-fmt-ignore-file

/**
 * The node types of @example/class-names. Importing this module loads none of their classes.
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
export type GainConfig = Record<string, never>;

/** A `gain` in a graph. */
export type GainHandle = NodeHandle<{ audioIn: AudioFrame }, Record<never, never>>;

/** Is exported twice. */
export const gain: NodeType<GainConfig, GainHandle> = defineNodeType<GainConfig, GainHandle>({
  descriptor: {
    type: "gain",
    className: "Gain",
    source: "named.ts:16",
    description: "Is exported twice.",
    doc: "Is exported twice.",
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
    config: { type: "object", properties: {}, required: [], additionalProperties: false },
  },
  load: async () => {
    const Gain = processorClass("gain", "named.ts", await import("./named.ts"), "Gain");
    return () => {
      const processor = new Gain();
      return {
        processor,
        ports: new GainPorts(processor),
        tick: () => processor.process(),
        configure: () => {},
      };
    };
  },
});

/** The ports of `processor`. */
export class ProcessorPorts implements PortRegistry {
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

/** The configuration of `processor`. */
export type ProcessorConfig = Record<string, never>;

/** A `processor` in a graph. */
export type ProcessorHandle = NodeHandle<{ audioIn: AudioFrame }, Record<never, never>>;

/** Is called as a constant of generated code. */
export const processor: NodeType<ProcessorConfig, ProcessorHandle> = defineNodeType<ProcessorConfig, ProcessorHandle>({
  descriptor: {
    type: "processor",
    className: "processor",
    source: "named.ts:25",
    description: "Is called as a constant of generated code.",
    doc: "Is called as a constant of generated code.",
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
    config: { type: "object", properties: {}, required: [], additionalProperties: false },
  },
  load: async () => {
    const Processor = processorClass("processor", "named.ts", await import("./named.ts"), "processor");
    return () => {
      const processor = new Processor();
      return {
        processor,
        ports: new ProcessorPorts(processor),
        tick: () => processor.process(),
        configure: () => {},
      };
    };
  },
});

/** The ports of `umlauts`. */
export class UmlautsPorts implements PortRegistry {
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

/** The configuration of `umlauts`. */
export type UmlautsConfig = Record<string, never>;

/** A `umlauts` in a graph. */
export type UmlautsHandle = NodeHandle<{ audioIn: AudioFrame }, Record<never, never>>;

/** Has a name of its own. */
export const umlauts: NodeType<UmlautsConfig, UmlautsHandle> = defineNodeType<UmlautsConfig, UmlautsHandle>({
  descriptor: {
    type: "umlauts",
    className: "Ünïcode",
    source: "named.ts:7",
    description: "Has a name of its own.",
    doc: "Has a name of its own.",
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
    config: { type: "object", properties: {}, required: [], additionalProperties: false },
  },
  load: async () => {
    const Processor = processorClass("umlauts", "named.ts", await import("./named.ts"), "Ünïcode");
    return () => {
      const processor = new Processor();
      return {
        processor,
        ports: new UmlautsPorts(processor),
        tick: () => processor.process(),
        configure: () => {},
      };
    };
  },
});

/** The node types of this package, by name. Calling one with a configuration gives what `runtime.add()` takes. */
export const nodes: {
  readonly gain: typeof gain;
  readonly processor: typeof processor;
  readonly umlauts: typeof umlauts;
} = { gain, processor, umlauts };

/** This package, as a registry takes it. */
export const nodePackage: NodePackage = definePackage({
  name: "@example/class-names",
  url: import.meta.url,
  nodes: [gain, processor, umlauts],
  sources: { "named.ts": "0ca9868cde38293a", "sluice.json": "1320112a09a2d417" },
});
