// Made by "deno task codegen" from sluice.json and the files listed in "sources" at the end.
// Do not edit: change a processor class and run the command again.
// deno-fmt-ignore-file

/**
 * The node types of @example/process-forms. Importing this module loads none of their classes.
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

/** The ports of `driven`. */
export class DrivenPorts implements PortRegistry {
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

/** The configuration of `driven`. */
export type DrivenConfig = Record<string, never>;

/** A `driven` in a graph. */
export type DrivenHandle = NodeHandle<{ audioIn: AudioFrame }, Record<never, never>>;

/** Gives back a promise, though nothing says so. */
export const driven: NodeType<DrivenConfig, DrivenHandle> = defineNodeType<DrivenConfig, DrivenHandle>({
  descriptor: {
    type: "driven",
    className: "Driven",
    source: "node.ts:29",
    description: "Gives back a promise, though nothing says so.",
    doc: "Gives back a promise, though nothing says so.",
    category: "other",
    tags: [],
    mode: "external",
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
    const Driven = processorClass("driven", "node.ts", await import("./node.ts"), "Driven");
    return () => {
      const processor = new Driven();
      return {
        processor,
        ports: new DrivenPorts(processor),
        tick: () => processor.process(),
        configure: () => {},
      };
    };
  },
});

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

/** Says what `this` is. */
export const gain: NodeType<GainConfig, GainHandle> = defineNodeType<GainConfig, GainHandle>({
  descriptor: {
    type: "gain",
    className: "Gain",
    source: "node.ts:7",
    description: "Says what `this` is.",
    doc: "Says what `this` is.",
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
    const Gain = processorClass("gain", "node.ts", await import("./node.ts"), "Gain");
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

/** The ports of `quoted`. */
export class QuotedPorts implements PortRegistry {
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

/** The configuration of `quoted`. */
export type QuotedConfig = Record<string, never>;

/** A `quoted` in a graph. */
export type QuotedHandle = NodeHandle<{ audioIn: AudioFrame }, Record<never, never>>;

/** Writes the name as text. */
export const quoted: NodeType<QuotedConfig, QuotedHandle> = defineNodeType<QuotedConfig, QuotedHandle>({
  descriptor: {
    type: "quoted",
    className: "Quoted",
    source: "node.ts:20",
    description: "Writes the name as text.",
    doc: "Writes the name as text.",
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
    const Quoted = processorClass("quoted", "node.ts", await import("./node.ts"), "Quoted");
    return () => {
      const processor = new Quoted();
      return {
        processor,
        ports: new QuotedPorts(processor),
        tick: () => processor.process(),
        configure: () => {},
      };
    };
  },
});

/** The ports of `waiting`. */
export class WaitingPorts implements PortRegistry {
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

/** The configuration of `waiting`. */
export type WaitingConfig = Record<string, never>;

/** A `waiting` in a graph. */
export type WaitingHandle = NodeHandle<{ audioIn: AudioFrame }, Record<never, never>>;

/** Drives itself. */
export const waiting: NodeType<WaitingConfig, WaitingHandle> = defineNodeType<WaitingConfig, WaitingHandle>({
  descriptor: {
    type: "waiting",
    className: "Waiting",
    source: "node.ts:40",
    description: "Drives itself.",
    doc: "Drives itself.",
    category: "other",
    tags: [],
    mode: "external",
    trigger: "any",
    lane: "worker",
    converts: [],
    isAsync: true,
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
    const Waiting = processorClass("waiting", "node.ts", await import("./node.ts"), "Waiting");
    return () => {
      const processor = new Waiting();
      return {
        processor,
        ports: new WaitingPorts(processor),
        tick: (context) => processor.process(context),
        configure: () => {},
      };
    };
  },
});

/** The node types of this package, by name. Calling one with a configuration gives what `runtime.add()` takes. */
export const nodes: {
  readonly driven: typeof driven;
  readonly gain: typeof gain;
  readonly quoted: typeof quoted;
  readonly waiting: typeof waiting;
} = { driven, gain, quoted, waiting };

/** This package, as a registry takes it. */
export const nodePackage: NodePackage = definePackage({
  name: "@example/process-forms",
  url: import.meta.url,
  nodes: [driven, gain, quoted, waiting],
  sources: { "node.ts": "b52dc8710a9f9b71", "sluice.json": "1e72c1ef5cc2272d" },
});
