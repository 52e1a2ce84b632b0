// Made by "deno task codegen" from sluice.json and the files listed in "sources" at the end.
// Do not edit: change a processor class and run the command again.
// deno-fmt-ignore-file

/**
 * The node types of @example/carried-types. Importing this module loads none of their classes.
 *
 * @module
 */
import { defineNodeType, definePackage, processorClass } from "../../../../generated.ts";
import type {
  AudioFrame,
  DataFrame,
  NodeHandle,
  NodePackage,
  NodeSpec,
  NodeType,
  PacketFieldsOf,
  PacketFrame,
  PortArray,
  PortRegistry,
  PortVisitor,
  PortWiring,
  StreamInput,
  StreamOutput,
  Untyped,
} from "../../../../generated.ts";
import type { Pair, Reading } from "./nodes.ts";

export type { Pair, Reading };

/** The ports of `audio-latch`. */
export class AudioLatchPorts implements PortRegistry {
  /** Names of the inputs, in the order of the class. */
  static readonly INPUT_NAMES: readonly ["frameIn"] = ["frameIn"];
  /** Names of the outputs, in the order of the class. */
  static readonly OUTPUT_NAMES: readonly ["frameOut"] = ["frameOut"];
  readonly #processor: { frameIn: StreamInput<AudioFrame>; frameOut: StreamOutput<AudioFrame> };

  /**
   * Reads and assigns the ports of one instance.
   *
   * @param processor the instance, or anything with the same fields
   */
  constructor(processor: { frameIn: StreamInput<AudioFrame>; frameOut: StreamOutput<AudioFrame> }) {
    this.#processor = processor;
  }

  /** The inputs by name. */
  inputs(): { readonly frameIn: StreamInput<AudioFrame> } {
    return { frameIn: this.#processor.frameIn };
  }

  /** The outputs by name. */
  outputs(): { readonly frameOut: StreamOutput<AudioFrame> } {
    return { frameOut: this.#processor.frameOut };
  }

  /** Shows each port to a visitor. */
  visit(visitor: PortVisitor): void {
    visitor.input("frameIn", this.#processor.frameIn);
    visitor.output("frameOut", this.#processor.frameOut);
  }

  /** Assigns the ports to the fields of the class. */
  wire(wiring: PortWiring): void {
    this.#processor.frameIn = wiring.input("frameIn") as StreamInput<AudioFrame>;
    this.#processor.frameOut = wiring.output("frameOut") as StreamOutput<AudioFrame>;
  }
}

/** The configuration of `audio-latch`. */
export type AudioLatchConfig = Record<string, never>;

/** A `audio-latch` in a graph. */
export type AudioLatchHandle<C extends number = Untyped> = NodeHandle<
  { frameIn: AudioFrame<C> },
  { frameOut: AudioFrame<C> }
>;

/** The node type `audio-latch`, which carries what its links do. */
export interface AudioLatchNodeType extends NodeType<AudioLatchConfig, AudioLatchHandle> {
  /** A node whose ports carry these types; without them, any. */
  <C extends number = Untyped>(config?: AudioLatchConfig): NodeSpec<AudioLatchHandle<C>>;
}

/** Hands audio on. */
export const audioLatch: AudioLatchNodeType = defineNodeType<AudioLatchConfig, AudioLatchHandle, AudioLatchNodeType>({
  descriptor: {
    type: "audio-latch",
    className: "AudioLatch",
    source: "nodes.ts:52",
    description: "Hands audio on.",
    doc: "Hands audio on.",
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
      type: "AudioFrame<C>",
      generic: { argument: "C", parameters: ["C"] },
      optional: false,
      burst: 1,
      doc: "",
    }],
    outputs: [{
      name: "frameOut",
      direction: "output",
      kind: "audio",
      type: "AudioFrame<C>",
      generic: { argument: "C", parameters: ["C"] },
      optional: false,
      burst: 1,
      doc: "",
    }],
    config: { type: "object", properties: {}, required: [], additionalProperties: false },
  },
  load: async () => {
    const AudioLatch = processorClass("audio-latch", "nodes.ts", await import("./nodes.ts"), "AudioLatch");
    return () => {
      const processor = new AudioLatch<Untyped>();
      return {
        processor,
        ports: new AudioLatchPorts(processor),
        tick: () => processor.process(),
        configure: () => {},
      };
    };
  },
});

/** The ports of `hold`. */
export class HoldPorts implements PortRegistry {
  /** Names of the inputs, in the order of the class. */
  static readonly INPUT_NAMES: readonly ["dataIn"] = ["dataIn"];
  /** Names of the outputs, in the order of the class. */
  static readonly OUTPUT_NAMES: readonly ["dataOut"] = ["dataOut"];
  readonly #processor: { dataIn: StreamInput<DataFrame>; dataOut: StreamOutput<DataFrame> };

  /**
   * Reads and assigns the ports of one instance.
   *
   * @param processor the instance, or anything with the same fields
   */
  constructor(processor: { dataIn: StreamInput<DataFrame>; dataOut: StreamOutput<DataFrame> }) {
    this.#processor = processor;
  }

  /** The inputs by name. */
  inputs(): { readonly dataIn: StreamInput<DataFrame> } {
    return { dataIn: this.#processor.dataIn };
  }

  /** The outputs by name. */
  outputs(): { readonly dataOut: StreamOutput<DataFrame> } {
    return { dataOut: this.#processor.dataOut };
  }

  /** Shows each port to a visitor. */
  visit(visitor: PortVisitor): void {
    visitor.input("dataIn", this.#processor.dataIn);
    visitor.output("dataOut", this.#processor.dataOut);
  }

  /** Assigns the ports to the fields of the class. */
  wire(wiring: PortWiring): void {
    this.#processor.dataIn = wiring.input("dataIn") as StreamInput<DataFrame>;
    this.#processor.dataOut = wiring.output("dataOut") as StreamOutput<DataFrame>;
  }
}

/** The configuration of `hold`. */
export type HoldConfig = Record<string, never>;

/** A `hold` in a graph. */
export type HoldHandle<T = Untyped> = NodeHandle<{ dataIn: DataFrame<T> }, { dataOut: DataFrame<T> }>;

/** The node type `hold`, which carries what its links do. */
export interface HoldNodeType extends NodeType<HoldConfig, HoldHandle> {
  /** A node whose ports carry these types; without them, any. */
  <T = Untyped>(config?: HoldConfig): NodeSpec<HoldHandle<T>>;
}

/** Hands values on. */
export const hold: HoldNodeType = defineNodeType<HoldConfig, HoldHandle, HoldNodeType>({
  descriptor: {
    type: "hold",
    className: "Hold",
    source: "nodes.ts:23",
    description: "Hands values on.",
    doc: "Hands values on.",
    category: "other",
    tags: [],
    mode: "push",
    trigger: "any",
    lane: "worker",
    converts: [],
    isAsync: false,
    inputs: [{
      name: "dataIn",
      direction: "input",
      kind: "data",
      type: "DataFrame<T>",
      schema: "unknown",
      generic: { argument: "T", parameters: ["T"] },
      optional: false,
      burst: 1,
      doc: "",
    }],
    outputs: [{
      name: "dataOut",
      direction: "output",
      kind: "data",
      type: "DataFrame<T>",
      schema: "unknown",
      generic: { argument: "T", parameters: ["T"] },
      optional: false,
      burst: 1,
      doc: "",
    }],
    config: { type: "object", properties: {}, required: [], additionalProperties: false },
  },
  load: async () => {
    const Hold = processorClass("hold", "nodes.ts", await import("./nodes.ts"), "Hold");
    return () => {
      const processor = new Hold<Untyped>();
      return {
        processor,
        ports: new HoldPorts(processor),
        tick: () => processor.process(),
        configure: () => {},
      };
    };
  },
});

/** The ports of `packet-latch`. */
export class PacketLatchPorts implements PortRegistry {
  /** Names of the inputs, in the order of the class. */
  static readonly INPUT_NAMES: readonly ["frameIn"] = ["frameIn"];
  /** Names of the outputs, in the order of the class. */
  static readonly OUTPUT_NAMES: readonly ["frameOut"] = ["frameOut"];
  readonly #processor: { frameIn: StreamInput<PacketFrame>; frameOut: StreamOutput<PacketFrame> };

  /**
   * Reads and assigns the ports of one instance.
   *
   * @param processor the instance, or anything with the same fields
   */
  constructor(processor: { frameIn: StreamInput<PacketFrame>; frameOut: StreamOutput<PacketFrame> }) {
    this.#processor = processor;
  }

  /** The inputs by name. */
  inputs(): { readonly frameIn: StreamInput<PacketFrame> } {
    return { frameIn: this.#processor.frameIn };
  }

  /** The outputs by name. */
  outputs(): { readonly frameOut: StreamOutput<PacketFrame> } {
    return { frameOut: this.#processor.frameOut };
  }

  /** Shows each port to a visitor. */
  visit(visitor: PortVisitor): void {
    visitor.input("frameIn", this.#processor.frameIn);
    visitor.output("frameOut", this.#processor.frameOut);
  }

  /** Assigns the ports to the fields of the class. */
  wire(wiring: PortWiring): void {
    this.#processor.frameIn = wiring.input("frameIn") as StreamInput<PacketFrame>;
    this.#processor.frameOut = wiring.output("frameOut") as StreamOutput<PacketFrame>;
  }
}

/** The configuration of `packet-latch`. */
export type PacketLatchConfig = Record<string, never>;

/** A `packet-latch` in a graph. */
export type PacketLatchHandle<T extends PacketFieldsOf<T> = Untyped> = NodeHandle<
  { frameIn: PacketFrame<T> },
  { frameOut: PacketFrame<T> }
>;

/** The node type `packet-latch`, which carries what its links do. */
export interface PacketLatchNodeType extends NodeType<PacketLatchConfig, PacketLatchHandle> {
  /** A node whose ports carry these types; without them, any. */
  <T extends PacketFieldsOf<T> = Untyped>(config?: PacketLatchConfig): NodeSpec<PacketLatchHandle<T>>;
}

/** Hands records on. */
export const packetLatch: PacketLatchNodeType = defineNodeType<
  PacketLatchConfig,
  PacketLatchHandle,
  PacketLatchNodeType
>({
  descriptor: {
    type: "packet-latch",
    className: "PacketLatch",
    source: "nodes.ts:48",
    description: "Hands records on.",
    doc: "Hands records on.",
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
      kind: "packet",
      type: "PacketFrame<T>",
      schema: "unknown",
      generic: { argument: "T", parameters: ["T"] },
      optional: false,
      burst: 1,
      doc: "",
    }],
    outputs: [{
      name: "frameOut",
      direction: "output",
      kind: "packet",
      type: "PacketFrame<T>",
      schema: "unknown",
      generic: { argument: "T", parameters: ["T"] },
      optional: false,
      burst: 1,
      doc: "",
    }],
    config: { type: "object", properties: {}, required: [], additionalProperties: false },
  },
  load: async () => {
    const PacketLatch = processorClass("packet-latch", "nodes.ts", await import("./nodes.ts"), "PacketLatch");
    return () => {
      const processor = new PacketLatch<Untyped>();
      return {
        processor,
        ports: new PacketLatchPorts(processor),
        tick: () => processor.process(),
        configure: () => {},
      };
    };
  },
});

/** The ports of `show`. */
export class ShowPorts implements PortRegistry {
  /** Names of the inputs, in the order of the class. */
  static readonly INPUT_NAMES: readonly ["pairs"] = ["pairs"];
  /** Names of the outputs, in the order of the class. */
  static readonly OUTPUT_NAMES: readonly [] = [];
  readonly #processor: { pairs: StreamInput<DataFrame<Pair<Reading, number>>> };

  /**
   * Reads and assigns the ports of one instance.
   *
   * @param processor the instance, or anything with the same fields
   */
  constructor(processor: { pairs: StreamInput<DataFrame<Pair<Reading, number>>> }) {
    this.#processor = processor;
  }

  /** The inputs by name. */
  inputs(): { readonly pairs: StreamInput<DataFrame<Pair<Reading, number>>> } {
    return { pairs: this.#processor.pairs };
  }

  /** The outputs by name. */
  outputs(): Record<never, never> {
    return {};
  }

  /** Shows each port to a visitor. */
  visit(visitor: PortVisitor): void {
    visitor.input("pairs", this.#processor.pairs);
  }

  /** Assigns the ports to the fields of the class. */
  wire(wiring: PortWiring): void {
    this.#processor.pairs = wiring.input("pairs") as StreamInput<DataFrame<Pair<Reading, number>>>;
  }
}

/** The configuration of `show`. */
export type ShowConfig = Record<string, never>;

/** A `show` in a graph. */
export type ShowHandle = NodeHandle<{ pairs: DataFrame<Pair<Reading, number>> }, Record<never, never>>;

/** Takes pairs of readings. */
export const show: NodeType<ShowConfig, ShowHandle> = defineNodeType<ShowConfig, ShowHandle>({
  descriptor: {
    type: "show",
    className: "Show",
    source: "nodes.ts:75",
    description: "Takes pairs of readings.",
    doc: "Takes pairs of readings.",
    category: "other",
    tags: [],
    mode: "push",
    trigger: "any",
    lane: "worker",
    converts: [],
    isAsync: false,
    inputs: [{
      name: "pairs",
      direction: "input",
      kind: "data",
      type: "DataFrame<Pair<Reading,number>>",
      schema: "Pair<Reading,number>",
      valueSchema: {
        description: "Two values of one time.",
        type: "object",
        properties: {
          a: {
            description: "The first.",
            type: "object",
            properties: { levelDb: { type: "number", description: "In decibels." } },
            required: ["levelDb"],
          },
          b: { type: "number", description: "The second." },
        },
        required: ["a", "b"],
      },
      optional: false,
      burst: 1,
      doc: "",
    }],
    outputs: [],
    config: { type: "object", properties: {}, required: [], additionalProperties: false },
  },
  load: async () => {
    const Show = processorClass("show", "nodes.ts", await import("./nodes.ts"), "Show");
    return () => {
      const processor = new Show();
      return {
        processor,
        ports: new ShowPorts(processor),
        tick: () => processor.process(),
        configure: () => {},
      };
    };
  },
});

/** The ports of `zip`. */
export class ZipPorts implements PortRegistry {
  /** Names of the inputs, in the order of the class. */
  static readonly INPUT_NAMES: readonly ["first", "second"] = ["first", "second"];
  /** Names of the outputs, in the order of the class. */
  static readonly OUTPUT_NAMES: readonly ["pairs"] = ["pairs"];
  readonly #processor: {
    first: StreamInput<DataFrame>[];
    second: StreamInput<DataFrame>;
    pairs: StreamOutput<DataFrame<Pair<unknown, unknown>>>;
  };

  /**
   * Reads and assigns the ports of one instance.
   *
   * @param processor the instance, or anything with the same fields
   */
  constructor(
    processor: {
      first: StreamInput<DataFrame>[];
      second: StreamInput<DataFrame>;
      pairs: StreamOutput<DataFrame<Pair<unknown, unknown>>>;
    },
  ) {
    this.#processor = processor;
  }

  /** The inputs by name. */
  inputs(): { readonly first: readonly StreamInput<DataFrame>[]; readonly second: StreamInput<DataFrame> } {
    return { first: this.#processor.first, second: this.#processor.second };
  }

  /** The outputs by name. */
  outputs(): { readonly pairs: StreamOutput<DataFrame<Pair<unknown, unknown>>> } {
    return { pairs: this.#processor.pairs };
  }

  /** Shows each port to a visitor. */
  visit(visitor: PortVisitor): void {
    for (const port of this.#processor.first) visitor.input(port.name, port);
    visitor.input("second", this.#processor.second);
    visitor.output("pairs", this.#processor.pairs);
  }

  /** Assigns the ports to the fields of the class. */
  wire(wiring: PortWiring): void {
    this.#processor.first = wiring.inputs("first") as StreamInput<DataFrame>[];
    this.#processor.second = wiring.input("second") as StreamInput<DataFrame>;
    this.#processor.pairs = wiring.output("pairs") as StreamOutput<DataFrame<Pair<unknown, unknown>>>;
  }
}

/** The configuration of `zip`. */
export interface ZipConfig {
  /**
   * Streams of the first.
   *
   * A whole number from 1 to 4; 2 by default.
   */
  readonly inputs?: number;
}

/** A `zip` in a graph. */
export type ZipHandle<A = Untyped, B = Untyped, NInputs extends number = 2> = NodeHandle<
  { first: PortArray<DataFrame<A>, NInputs>; second: DataFrame<B> },
  { pairs: DataFrame<Pair<A, B>> }
>;

/** The node type `zip`, whose ports depend on its configuration. */
export interface ZipNodeType extends NodeType<ZipConfig, ZipHandle> {
  /** A node with as many ports as the configuration says. */
  <A = Untyped, B = Untyped, const NInputs extends number = 2>(
    config?: ZipConfig & { readonly inputs?: NInputs },
  ): NodeSpec<ZipHandle<A, B, NInputs>>;
}

/** Joins values: what goes out is made of what comes in. */
export const zip: ZipNodeType = defineNodeType<ZipConfig, ZipHandle, ZipNodeType>({
  descriptor: {
    type: "zip",
    className: "Zip",
    source: "nodes.ts:56",
    description: "Joins values: what goes out is made of what comes in.",
    doc: "Joins values: what goes out is made of what comes in.",
    category: "other",
    tags: [],
    mode: "push",
    trigger: "any",
    lane: "worker",
    converts: [],
    isAsync: false,
    inputs: [{
      name: "first",
      direction: "input",
      kind: "data",
      type: "DataFrame<A>",
      schema: "unknown",
      generic: { argument: "A", parameters: ["A"] },
      sizedBy: "inputs",
      optional: true,
      burst: 1,
      doc: "",
      array: 4,
    }, {
      name: "second",
      direction: "input",
      kind: "data",
      type: "DataFrame<B>",
      schema: "unknown",
      generic: { argument: "B", parameters: ["B"] },
      optional: false,
      burst: 1,
      doc: "",
    }],
    outputs: [{
      name: "pairs",
      direction: "output",
      kind: "data",
      type: "DataFrame<Pair<A,B>>",
      schema: "unknown",
      valueSchema: {
        description: "Two values of one time.",
        type: "object",
        properties: {
          a: { $comment: "A is what the links say", description: "The first." },
          b: { $comment: "B is what the links say", description: "The second." },
        },
      },
      generic: { argument: "Pair<A,B>", parameters: ["A", "B"] },
      optional: false,
      burst: 1,
      doc: "",
    }],
    config: {
      type: "object",
      properties: {
        inputs: {
          type: "integer",
          description: "Streams of the first.",
          minimum: 1,
          maximum: 4,
          default: 2,
        },
      },
      required: [],
      additionalProperties: false,
    },
  },
  load: async () => {
    const Zip = processorClass("zip", "nodes.ts", await import("./nodes.ts"), "Zip");
    return () => {
      const processor = new Zip<Untyped, Untyped>();
      return {
        processor,
        ports: new ZipPorts(processor),
        tick: () => processor.process(),
        configure: (values) => {
          if (values.inputs !== undefined) processor.inputs = values.inputs as typeof processor.inputs;
        },
      };
    };
  },
});

/** The node types of this package, by name. Calling one with a configuration gives what `runtime.add()` takes. */
export const nodes: {
  readonly audioLatch: typeof audioLatch;
  readonly hold: typeof hold;
  readonly packetLatch: typeof packetLatch;
  readonly show: typeof show;
  readonly zip: typeof zip;
} = { audioLatch, hold, packetLatch, show, zip };

/** This package, as a registry takes it. */
export const nodePackage: NodePackage = definePackage({
  name: "@example/carried-types",
  url: import.meta.url,
  nodes: [audioLatch, hold, packetLatch, show, zip],
  sources: { "nodes.ts": "1e46446356a156a6", "sluice.json": "7cd5b0a112d3c70b" },
});
