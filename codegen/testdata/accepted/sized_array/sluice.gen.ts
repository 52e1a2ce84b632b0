// Made by "deno task codegen" from sluice.json and the files listed in "sources" at the end.
// Do not edit: change a processor class and run the command again.
// deno-fmt-ignore-file

/**
 * The node types of @example/sized-array. Importing this module loads none of their classes.
 *
 * @module
 */
import { defineNodeType, definePackage, processorClass } from "../../../../generated.ts";
import type {
  AudioFrame,
  NodeHandle,
  NodePackage,
  NodeSpec,
  NodeType,
  PortArray,
  PortRegistry,
  PortVisitor,
  PortWiring,
  StreamInput,
  StreamOutput,
} from "../../../../generated.ts";

/** The ports of `deal`. */
export class DealPorts implements PortRegistry {
  /** Names of the inputs, in the order of the class. */
  static readonly INPUT_NAMES: readonly ["audioIn"] = ["audioIn"];
  /** Names of the outputs, in the order of the class. */
  static readonly OUTPUT_NAMES: readonly ["audioOut", "rest"] = ["audioOut", "rest"];
  readonly #processor: {
    audioIn: StreamInput<AudioFrame>;
    audioOut: StreamOutput<AudioFrame>[];
    rest: StreamOutput<AudioFrame>[];
  };

  /**
   * Reads and assigns the ports of one instance.
   *
   * @param processor the instance, or anything with the same fields
   */
  constructor(
    processor: {
      audioIn: StreamInput<AudioFrame>;
      audioOut: StreamOutput<AudioFrame>[];
      rest: StreamOutput<AudioFrame>[];
    },
  ) {
    this.#processor = processor;
  }

  /** The inputs by name. */
  inputs(): { readonly audioIn: StreamInput<AudioFrame> } {
    return { audioIn: this.#processor.audioIn };
  }

  /** The outputs by name. */
  outputs(): {
    readonly audioOut: readonly StreamOutput<AudioFrame>[];
    readonly rest: readonly StreamOutput<AudioFrame>[];
  } {
    return { audioOut: this.#processor.audioOut, rest: this.#processor.rest };
  }

  /** Shows each port to a visitor. */
  visit(visitor: PortVisitor): void {
    visitor.input("audioIn", this.#processor.audioIn);
    for (const port of this.#processor.audioOut) visitor.output(port.name, port);
    for (const port of this.#processor.rest) visitor.output(port.name, port);
  }

  /** Assigns the ports to the fields of the class. */
  wire(wiring: PortWiring): void {
    this.#processor.audioIn = wiring.input("audioIn") as StreamInput<AudioFrame>;
    this.#processor.audioOut = wiring.outputs("audioOut") as StreamOutput<AudioFrame>[];
    this.#processor.rest = wiring.outputs("rest") as StreamOutput<AudioFrame>[];
  }
}

/** The configuration of `deal`. */
export interface DealConfig {
  /**
   * How many outputs.
   *
   * A whole number from 1 to 8; 2 by default.
   */
  readonly ways?: number;
}

/** A `deal` in a graph. */
export type DealHandle<NWays extends number = 2> = NodeHandle<
  { audioIn: AudioFrame },
  { audioOut: PortArray<AudioFrame, NWays>; rest: PortArray<AudioFrame, 2> }
>;

/** The node type `deal`, whose ports depend on its configuration. */
export interface DealNodeType extends NodeType<DealConfig, DealHandle> {
  /** A node with as many ports as the configuration says. */
  <const NWays extends number = 2>(config: DealConfig & { readonly ways?: NWays }): NodeSpec<DealHandle<NWays>>;
}

/** Deals blocks to as many outputs as its configuration says. */
export const deal: DealNodeType = defineNodeType<DealConfig, DealHandle, DealNodeType>({
  descriptor: {
    type: "deal",
    className: "Deal",
    source: "join.ts:30",
    description: "Deals blocks to as many outputs as its configuration says.",
    doc: "Deals blocks to as many outputs as its configuration says.",
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
    outputs: [{
      name: "audioOut",
      direction: "output",
      kind: "audio",
      type: "AudioFrame",
      sizedBy: "ways",
      optional: true,
      burst: 1,
      doc: "One after the other.",
      array: 8,
    }, {
      name: "rest",
      direction: "output",
      kind: "audio",
      type: "AudioFrame",
      array: 2,
      optional: true,
      burst: 1,
      doc: "What is left over.",
    }],
    config: {
      type: "object",
      properties: {
        ways: {
          type: "integer",
          description: "How many outputs.",
          minimum: 1,
          maximum: 8,
          default: 2,
        },
      },
      required: [],
      additionalProperties: false,
    },
  },
  load: async () => {
    const Deal = processorClass("deal", "join.ts", await import("./join.ts"), "Deal");
    return () => {
      const processor = new Deal();
      return {
        processor,
        ports: new DealPorts(processor),
        tick: () => processor.process(),
        configure: (values) => {
          if (values.ways !== undefined) processor.ways = values.ways as typeof processor.ways;
        },
      };
    };
  },
});

/** The ports of `join`. */
export class JoinPorts implements PortRegistry {
  /** Names of the inputs, in the order of the class. */
  static readonly INPUT_NAMES: readonly ["audioIn", "sideIn"] = ["audioIn", "sideIn"];
  /** Names of the outputs, in the order of the class. */
  static readonly OUTPUT_NAMES: readonly ["audioOut"] = ["audioOut"];
  readonly #processor: {
    audioIn: StreamInput<AudioFrame<1>>[];
    sideIn: StreamInput<AudioFrame<2>>[];
    audioOut: StreamOutput<AudioFrame>;
  };

  /**
   * Reads and assigns the ports of one instance.
   *
   * @param processor the instance, or anything with the same fields
   */
  constructor(
    processor: {
      audioIn: StreamInput<AudioFrame<1>>[];
      sideIn: StreamInput<AudioFrame<2>>[];
      audioOut: StreamOutput<AudioFrame>;
    },
  ) {
    this.#processor = processor;
  }

  /** The inputs by name. */
  inputs(): {
    readonly audioIn: readonly StreamInput<AudioFrame<1>>[];
    readonly sideIn: readonly StreamInput<AudioFrame<2>>[];
  } {
    return { audioIn: this.#processor.audioIn, sideIn: this.#processor.sideIn };
  }

  /** The outputs by name. */
  outputs(): { readonly audioOut: StreamOutput<AudioFrame> } {
    return { audioOut: this.#processor.audioOut };
  }

  /** Shows each port to a visitor. */
  visit(visitor: PortVisitor): void {
    for (const port of this.#processor.audioIn) visitor.input(port.name, port);
    for (const port of this.#processor.sideIn) visitor.input(port.name, port);
    visitor.output("audioOut", this.#processor.audioOut);
  }

  /** Assigns the ports to the fields of the class. */
  wire(wiring: PortWiring): void {
    this.#processor.audioIn = wiring.inputs("audioIn") as StreamInput<AudioFrame<1>>[];
    this.#processor.sideIn = wiring.inputs("sideIn") as StreamInput<AudioFrame<2>>[];
    this.#processor.audioOut = wiring.output("audioOut") as StreamOutput<AudioFrame>;
  }
}

/** The configuration of `join`. */
export interface JoinConfig {
  /**
   * How many streams.
   *
   * A whole number from 1 to 64; 2 by default.
   */
  readonly channels?: number;
  /**
   * How many sides.
   *
   * A whole number from 0 to 4.
   */
  readonly sides: number;
}

/** A `join` in a graph. */
export type JoinHandle<NChannels extends number = 2, NSides extends number = number> = NodeHandle<
  { audioIn: PortArray<AudioFrame<1>, NChannels>; sideIn: PortArray<AudioFrame<2>, NSides> },
  { audioOut: AudioFrame }
>;

/** The node type `join`, whose ports depend on its configuration. */
export interface JoinNodeType extends NodeType<JoinConfig, JoinHandle> {
  /** A node with as many ports as the configuration says. */
  <const NChannels extends number = 2, const NSides extends number = number>(
    config: JoinConfig & { readonly channels?: NChannels; readonly sides?: NSides },
  ): NodeSpec<JoinHandle<NChannels, NSides>>;
}

/** Joins as many streams as its configuration says. */
export const join: JoinNodeType = defineNodeType<JoinConfig, JoinHandle, JoinNodeType>({
  descriptor: {
    type: "join",
    className: "Join",
    source: "join.ts:7",
    description: "Joins as many streams as its configuration says.",
    doc: "Joins as many streams as its configuration says.",
    category: "other",
    tags: [],
    mode: "push",
    trigger: "all",
    lane: "worker",
    converts: [],
    isAsync: false,
    inputs: [{
      name: "audioIn",
      direction: "input",
      kind: "audio",
      type: "AudioFrame<1>",
      channels: 1,
      sizedBy: "channels",
      optional: true,
      burst: 1,
      doc: "One stream for each channel.",
      array: 64,
    }, {
      name: "sideIn",
      direction: "input",
      kind: "audio",
      type: "AudioFrame<2>",
      channels: 2,
      sizedBy: "sides",
      optional: true,
      burst: 1,
      doc: 'A pair for each of "sides".',
      array: 4,
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
      properties: {
        channels: {
          type: "integer",
          description: "How many streams.",
          minimum: 1,
          maximum: 64,
          default: 2,
        },
        sides: { type: "integer", description: "How many sides.", minimum: 0, maximum: 4 },
      },
      required: ["sides"],
      additionalProperties: false,
    },
  },
  load: async () => {
    const Join = processorClass("join", "join.ts", await import("./join.ts"), "Join");
    return () => {
      const processor = new Join();
      return {
        processor,
        ports: new JoinPorts(processor),
        tick: () => processor.process(),
        configure: (values) => {
          if (values.channels !== undefined) processor.channels = values.channels as typeof processor.channels;
          if (values.sides !== undefined) processor.sides = values.sides as typeof processor.sides;
        },
      };
    };
  },
});

/** The node types of this package, by name. Calling one with a configuration gives what `runtime.add()` takes. */
export const nodes: { readonly deal: typeof deal; readonly join: typeof join } = { deal, join };

/** This package, as a registry takes it. */
export const nodePackage: NodePackage = definePackage({
  name: "@example/sized-array",
  url: import.meta.url,
  nodes: [deal, join],
  sources: { "join.ts": "b5f6202166a59cdb", "sluice.json": "ac5f77b113571a0f" },
});
