// Made by "deno task codegen" from sluice.json and the files listed in "sources" at the end.
// Do not edit: change a processor class and run the command again.
// deno-fmt-ignore-file

/**
 * The node types of @example/generic-base. Importing this module loads none of their classes.
 *
 * @module
 */
import { defineNodeType, definePackage, processorClass } from "../../../../generated.ts";
import type {
  AudioFrame,
  DataFrame,
  DynamicPort,
  Frame,
  NodeHandle,
  NodePackage,
  NodeSpec,
  NodeType,
  PortArray,
  PortRegistry,
  PortVisitor,
  PortWiring,
  SinglePort,
  StreamInput,
  StreamOutput,
  Untyped,
} from "../../../../generated.ts";

/** The ports of `first`. */
export class FirstPorts implements PortRegistry {
  /** Names of the inputs, in the order of the class. */
  static readonly INPUT_NAMES: readonly ["frameIn"] = ["frameIn"];
  /** Names of the outputs, in the order of the class. */
  static readonly OUTPUT_NAMES: readonly ["frameOut"] = ["frameOut"];
  readonly #processor: {
    frameIn: StreamInput<AudioFrame | DataFrame<unknown>>[];
    frameOut: StreamOutput<AudioFrame | DataFrame<unknown>>;
  };

  /**
   * Reads and assigns the ports of one instance.
   *
   * @param processor the instance, or anything with the same fields
   */
  constructor(
    processor: {
      frameIn: StreamInput<AudioFrame | DataFrame<unknown>>[];
      frameOut: StreamOutput<AudioFrame | DataFrame<unknown>>;
    },
  ) {
    this.#processor = processor;
  }

  /** The inputs by name. */
  inputs(): { readonly frameIn: readonly StreamInput<AudioFrame | DataFrame<unknown>>[] } {
    return { frameIn: this.#processor.frameIn };
  }

  /** The outputs by name. */
  outputs(): { readonly frameOut: StreamOutput<AudioFrame | DataFrame<unknown>> } {
    return { frameOut: this.#processor.frameOut };
  }

  /** Shows each port to a visitor. */
  visit(visitor: PortVisitor): void {
    for (const port of this.#processor.frameIn) visitor.input(port.name, port);
    visitor.output("frameOut", this.#processor.frameOut);
  }

  /** Assigns the ports to the fields of the class. */
  wire(wiring: PortWiring): void {
    this.#processor.frameIn = wiring.inputs("frameIn") as StreamInput<AudioFrame | DataFrame<unknown>>[];
    this.#processor.frameOut = wiring.output("frameOut") as StreamOutput<AudioFrame | DataFrame<unknown>>;
  }
}

/** The configuration of `first`. */
export type FirstConfig = Record<string, never>;

/** A `first` in a graph. */
export type FirstHandle<F extends AudioFrame | DataFrame<unknown> = Untyped> = NodeHandle<
  { frameIn: PortArray<F, 2> },
  { frameOut: SinglePort<F> }
>;

/** The node type `first`, which carries what its links do. */
export interface FirstNodeType extends NodeType<FirstConfig, FirstHandle> {
  /** A node whose ports carry these types; without them, any. */
  <F extends AudioFrame | DataFrame<unknown> = Untyped>(config?: FirstConfig): NodeSpec<FirstHandle<F>>;
}

/** Hands on audio or data, from the first that comes. */
export const first: FirstNodeType = defineNodeType<FirstConfig, FirstHandle, FirstNodeType>({
  descriptor: {
    type: "first",
    className: "First",
    source: "nodes.ts:20",
    description: "Hands on audio or data, from the first that comes.",
    doc: "Hands on audio or data, from the first that comes.",
    category: "other",
    tags: [],
    mode: "push",
    trigger: "any",
    lane: "worker",
    converts: [],
    isAsync: false,
    inputs: [{
      name: "frameIn",
      direction: "input",
      kind: "audio",
      type: "AudioFrame | DataFrame<unknown>",
      generic: { argument: "F", parameters: ["F"], frames: ["audio", "data"] },
      array: 2,
      optional: true,
      burst: 1,
      doc: "",
    }],
    outputs: [{
      name: "frameOut",
      direction: "output",
      kind: "audio",
      type: "AudioFrame | DataFrame<unknown>",
      generic: { argument: "F", parameters: ["F"], frames: ["audio", "data"] },
      optional: false,
      burst: 1,
      doc: "",
    }],
    config: { type: "object", properties: {}, required: [], additionalProperties: false },
  },
  load: async () => {
    const First = processorClass("first", "nodes.ts", await import("./nodes.ts"), "First");
    return () => {
      const processor = new First<Untyped>();
      return {
        processor,
        ports: new FirstPorts(processor),
        tick: () => processor.process(),
        configure: () => {},
      };
    };
  },
});

/** The ports of `pass`. */
export class PassPorts implements PortRegistry {
  /** Names of the inputs, in the order of the class. */
  static readonly INPUT_NAMES: readonly ["frameIn"] = ["frameIn"];
  /** Names of the outputs, in the order of the class. */
  static readonly OUTPUT_NAMES: readonly ["frameOut"] = ["frameOut"];
  readonly #processor: { frameIn: StreamInput<Frame>; frameOut: StreamOutput<Frame> };

  /**
   * Reads and assigns the ports of one instance.
   *
   * @param processor the instance, or anything with the same fields
   */
  constructor(processor: { frameIn: StreamInput<Frame>; frameOut: StreamOutput<Frame> }) {
    this.#processor = processor;
  }

  /** The inputs by name. */
  inputs(): { readonly frameIn: StreamInput<Frame> } {
    return { frameIn: this.#processor.frameIn };
  }

  /** The outputs by name. */
  outputs(): { readonly frameOut: StreamOutput<Frame> } {
    return { frameOut: this.#processor.frameOut };
  }

  /** Shows each port to a visitor. */
  visit(visitor: PortVisitor): void {
    visitor.input("frameIn", this.#processor.frameIn);
    visitor.output("frameOut", this.#processor.frameOut);
  }

  /** Assigns the ports to the fields of the class. */
  wire(wiring: PortWiring): void {
    this.#processor.frameIn = wiring.input("frameIn") as StreamInput<Frame>;
    this.#processor.frameOut = wiring.output("frameOut") as StreamOutput<Frame>;
  }
}

/** The configuration of `pass`. */
export type PassConfig = Record<string, never>;

/** A `pass` in a graph. */
export type PassHandle<F extends Frame = Untyped> = NodeHandle<{ frameIn: SinglePort<F> }, { frameOut: SinglePort<F> }>;

/** The node type `pass`, which carries what its links do. */
export interface PassNodeType extends NodeType<PassConfig, PassHandle> {
  /** A node whose ports carry these types; without them, any. */
  <F extends Frame = Untyped>(config?: PassConfig): NodeSpec<PassHandle<F>>;
}

/** Hands on frames of any kind. */
export const pass: PassNodeType = defineNodeType<PassConfig, PassHandle, PassNodeType>({
  descriptor: {
    type: "pass",
    className: "Pass",
    source: "nodes.ts:9",
    description: "Hands on frames of any kind.",
    doc: "Hands on frames of any kind.",
    category: "other",
    tags: [],
    mode: "push",
    trigger: "any",
    lane: "worker",
    converts: [],
    isAsync: false,
    inputs: [{
      name: "frameIn",
      direction: "input",
      kind: "audio",
      type: "Frame",
      generic: {
        argument: "F",
        parameters: ["F"],
        frames: ["audio", "video", "encoded", "packet", "data"],
      },
      optional: false,
      burst: 1,
      doc: "",
    }],
    outputs: [{
      name: "frameOut",
      direction: "output",
      kind: "audio",
      type: "Frame",
      generic: {
        argument: "F",
        parameters: ["F"],
        frames: ["audio", "video", "encoded", "packet", "data"],
      },
      optional: false,
      burst: 1,
      doc: "",
    }],
    config: { type: "object", properties: {}, required: [], additionalProperties: false },
  },
  load: async () => {
    const Pass = processorClass("pass", "nodes.ts", await import("./nodes.ts"), "Pass");
    return () => {
      const processor = new Pass<Untyped>();
      return {
        processor,
        ports: new PassPorts(processor),
        tick: () => processor.process(),
        configure: () => {},
      };
    };
  },
});

/** The ports of `tally`. */
export class TallyPorts implements PortRegistry {
  /** Names of the inputs, in the order of the class. */
  static readonly INPUT_NAMES: readonly ["inputs"] = ["inputs"];
  /** Names of the outputs, in the order of the class. */
  static readonly OUTPUT_NAMES: readonly ["counts"] = ["counts"];
  readonly #processor: { inputs: StreamInput<AudioFrame>[]; counts: StreamOutput<DataFrame<number>> };

  /**
   * Reads and assigns the ports of one instance.
   *
   * @param processor the instance, or anything with the same fields
   */
  constructor(processor: { inputs: StreamInput<AudioFrame>[]; counts: StreamOutput<DataFrame<number>> }) {
    this.#processor = processor;
  }

  /** The inputs by name. */
  inputs(): { readonly inputs: readonly StreamInput<AudioFrame>[] } {
    return { inputs: this.#processor.inputs };
  }

  /** The outputs by name. */
  outputs(): { readonly counts: StreamOutput<DataFrame<number>> } {
    return { counts: this.#processor.counts };
  }

  /** Shows each port to a visitor. */
  visit(visitor: PortVisitor): void {
    for (const port of this.#processor.inputs) visitor.input(port.name, port);
    visitor.output("counts", this.#processor.counts);
  }

  /** Assigns the ports to the fields of the class. */
  wire(wiring: PortWiring): void {
    this.#processor.inputs = wiring.inputs("inputs") as StreamInput<AudioFrame>[];
    this.#processor.counts = wiring.output("counts") as StreamOutput<DataFrame<number>>;
  }
}

/** The configuration of `tally`. */
export type TallyConfig = Record<string, never>;

/** A `tally` in a graph. */
export type TallyHandle<G extends AudioFrame = Untyped> = NodeHandle<
  { inputs: DynamicPort<G> },
  { counts: DataFrame<number> }
>;

/** The node type `tally`, which carries what its links do. */
export interface TallyNodeType extends NodeType<TallyConfig, TallyHandle> {
  /** A node whose ports carry these types; without them, any. */
  <G extends AudioFrame = Untyped>(config?: TallyConfig): NodeSpec<TallyHandle<G>>;
}

/** Counts what comes, of one kind. */
export const tally: TallyNodeType = defineNodeType<TallyConfig, TallyHandle, TallyNodeType>({
  descriptor: {
    type: "tally",
    className: "Tally",
    source: "nodes.ts:39",
    description: "Counts what comes, of one kind.",
    doc: "Counts what comes, of one kind.",
    category: "other",
    tags: [],
    mode: "push",
    trigger: "any",
    lane: "worker",
    converts: [],
    isAsync: false,
    inputs: [{
      name: "inputs",
      direction: "input",
      kind: "audio",
      type: "AudioFrame",
      generic: { argument: "G", parameters: ["G"], frames: ["audio"], kind: "audio" },
      dynamic: { initial: 0, max: 64 },
      optional: true,
      burst: 1,
      doc: "",
    }],
    outputs: [{
      name: "counts",
      direction: "output",
      kind: "data",
      type: "DataFrame<number>",
      schema: "number",
      valueSchema: { type: "number" },
      optional: false,
      burst: 1,
      doc: "What was counted.",
    }],
    config: { type: "object", properties: {}, required: [], additionalProperties: false },
  },
  load: async () => {
    const Tally = processorClass("tally", "nodes.ts", await import("./nodes.ts"), "Tally");
    return () => {
      const processor = new Tally<Untyped>();
      return {
        processor,
        ports: new TallyPorts(processor),
        tick: () => processor.process(),
        configure: () => {},
      };
    };
  },
});

/** The node types of this package, by name. Calling one with a configuration gives what `runtime.add()` takes. */
export const nodes: { readonly first: typeof first; readonly pass: typeof pass; readonly tally: typeof tally } = {
  first,
  pass,
  tally,
};

/** This package, as a registry takes it. */
export const nodePackage: NodePackage = definePackage({
  name: "@example/generic-base",
  url: import.meta.url,
  nodes: [first, pass, tally],
  sources: { "nodes.ts": "1c029d4e37b1c220", "sluice.json": "bd80dd40e488a83b" },
});
