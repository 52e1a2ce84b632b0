// Made by "deno task codegen" from sluice.json and the files listed in "sources" at the end.
// Do not edit: change a processor class and run the command again.
// deno-fmt-ignore-file

/**
 * The node types of @example/generic-instances. Importing this module loads none of their classes.
 *
 * @module
 */
import { defineNodeType, definePackage, processorClass } from "../../../../generated.ts";
import type {
  AudioFrame,
  DataFrame,
  NodeHandle,
  NodePackage,
  NodeType,
  PortArray,
  PortRegistry,
  PortVisitor,
  PortWiring,
  StreamInput,
  StreamOutput,
} from "../../../../generated.ts";
import type { Reading } from "./mixer.ts";

export type { Reading };

/** The ports of `mixer<2>`. */
export class Mixer2Ports implements PortRegistry {
  /** Names of the inputs, in the order of the class. */
  static readonly INPUT_NAMES: readonly ["audioIn"] = ["audioIn"];
  /** Names of the outputs, in the order of the class. */
  static readonly OUTPUT_NAMES: readonly ["audioOut"] = ["audioOut"];
  readonly #processor: { audioIn: StreamInput<AudioFrame<1>>[]; audioOut: StreamOutput<AudioFrame<2>> };

  /**
   * Reads and assigns the ports of one instance.
   *
   * @param processor the instance, or anything with the same fields
   */
  constructor(processor: { audioIn: StreamInput<AudioFrame<1>>[]; audioOut: StreamOutput<AudioFrame<2>> }) {
    this.#processor = processor;
  }

  /** The inputs by name. */
  inputs(): { readonly audioIn: readonly StreamInput<AudioFrame<1>>[] } {
    return { audioIn: this.#processor.audioIn };
  }

  /** The outputs by name. */
  outputs(): { readonly audioOut: StreamOutput<AudioFrame<2>> } {
    return { audioOut: this.#processor.audioOut };
  }

  /** Shows each port to a visitor. */
  visit(visitor: PortVisitor): void {
    for (const port of this.#processor.audioIn) visitor.input(port.name, port);
    visitor.output("audioOut", this.#processor.audioOut);
  }

  /** Assigns the ports to the fields of the class. */
  wire(wiring: PortWiring): void {
    this.#processor.audioIn = wiring.inputs("audioIn") as StreamInput<AudioFrame<1>>[];
    this.#processor.audioOut = wiring.output("audioOut") as StreamOutput<AudioFrame<2>>;
  }
}

/** The configuration of `mixer<2>`. */
export interface Mixer2Config {
  /**
   * Channels of the mix: as many as streams.
   *
   * 2; 2 by default.
   */
  readonly channels?: 2;
}

/** A `mixer<2>` in a graph. */
export type Mixer2Handle = NodeHandle<{ audioIn: PortArray<AudioFrame<1>, 2> }, { audioOut: AudioFrame<2> }>;

/** Adds as many streams as its type says. */
export const mixer2: NodeType<Mixer2Config, Mixer2Handle> = defineNodeType<Mixer2Config, Mixer2Handle>({
  descriptor: {
    type: "mixer<2>",
    className: "Mixer",
    source: "mixer.ts:14",
    description: "Adds as many streams as its type says.",
    doc: "Adds as many streams as its type says.",
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
      type: "AudioFrame<1>",
      channels: 1,
      array: 2,
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
    config: {
      type: "object",
      properties: {
        channels: {
          enum: [2],
          description: "Channels of the mix: as many as streams.",
          default: 2,
        },
      },
      required: [],
      additionalProperties: false,
    },
  },
  load: async () => {
    const Mixer = processorClass("mixer<2>", "mixer.ts", await import("./mixer.ts"), "Mixer");
    return () => {
      const processor = new Mixer<2>();
      processor.channels = 2;
      return {
        processor,
        ports: new Mixer2Ports(processor),
        tick: () => processor.process(),
        configure: (values) => {
          if (values.channels !== undefined) processor.channels = values.channels as typeof processor.channels;
        },
      };
    };
  },
});

/** The ports of `mixer<4>`. */
export class Mixer4Ports implements PortRegistry {
  /** Names of the inputs, in the order of the class. */
  static readonly INPUT_NAMES: readonly ["audioIn"] = ["audioIn"];
  /** Names of the outputs, in the order of the class. */
  static readonly OUTPUT_NAMES: readonly ["audioOut"] = ["audioOut"];
  readonly #processor: { audioIn: StreamInput<AudioFrame<1>>[]; audioOut: StreamOutput<AudioFrame<4>> };

  /**
   * Reads and assigns the ports of one instance.
   *
   * @param processor the instance, or anything with the same fields
   */
  constructor(processor: { audioIn: StreamInput<AudioFrame<1>>[]; audioOut: StreamOutput<AudioFrame<4>> }) {
    this.#processor = processor;
  }

  /** The inputs by name. */
  inputs(): { readonly audioIn: readonly StreamInput<AudioFrame<1>>[] } {
    return { audioIn: this.#processor.audioIn };
  }

  /** The outputs by name. */
  outputs(): { readonly audioOut: StreamOutput<AudioFrame<4>> } {
    return { audioOut: this.#processor.audioOut };
  }

  /** Shows each port to a visitor. */
  visit(visitor: PortVisitor): void {
    for (const port of this.#processor.audioIn) visitor.input(port.name, port);
    visitor.output("audioOut", this.#processor.audioOut);
  }

  /** Assigns the ports to the fields of the class. */
  wire(wiring: PortWiring): void {
    this.#processor.audioIn = wiring.inputs("audioIn") as StreamInput<AudioFrame<1>>[];
    this.#processor.audioOut = wiring.output("audioOut") as StreamOutput<AudioFrame<4>>;
  }
}

/** The configuration of `mixer<4>`. */
export interface Mixer4Config {
  /**
   * Channels of the mix: as many as streams.
   *
   * 4; 4 by default.
   */
  readonly channels?: 4;
}

/** A `mixer<4>` in a graph. */
export type Mixer4Handle = NodeHandle<{ audioIn: PortArray<AudioFrame<1>, 4> }, { audioOut: AudioFrame<4> }>;

/** Adds four streams. */
export const mixer4: NodeType<Mixer4Config, Mixer4Handle> = defineNodeType<Mixer4Config, Mixer4Handle>({
  descriptor: {
    type: "mixer<4>",
    className: "Mixer",
    source: "mixer.ts:14",
    description: "Adds four streams.",
    doc: "Adds four streams.",
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
      type: "AudioFrame<1>",
      channels: 1,
      array: 4,
      optional: true,
      burst: 1,
      doc: "",
    }],
    outputs: [{
      name: "audioOut",
      direction: "output",
      kind: "audio",
      type: "AudioFrame<4>",
      channels: 4,
      optional: false,
      burst: 1,
      doc: "",
    }],
    config: {
      type: "object",
      properties: {
        channels: {
          enum: [4],
          description: "Channels of the mix: as many as streams.",
          default: 4,
        },
      },
      required: [],
      additionalProperties: false,
    },
  },
  load: async () => {
    const Mixer = processorClass("mixer<4>", "mixer.ts", await import("./mixer.ts"), "Mixer");
    return () => {
      const processor = new Mixer<4>();
      processor.channels = 4;
      return {
        processor,
        ports: new Mixer4Ports(processor),
        tick: () => processor.process(),
        configure: (values) => {
          if (values.channels !== undefined) processor.channels = values.channels as typeof processor.channels;
        },
      };
    };
  },
});

/** The ports of `pick<Reading,1>`. */
export class PickReading1Ports implements PortRegistry {
  /** Names of the inputs, in the order of the class. */
  static readonly INPUT_NAMES: readonly ["dataIn"] = ["dataIn"];
  /** Names of the outputs, in the order of the class. */
  static readonly OUTPUT_NAMES: readonly ["dataOut"] = ["dataOut"];
  readonly #processor: { dataIn: StreamInput<DataFrame<Reading>>; dataOut: StreamOutput<DataFrame<Reading>> };

  /**
   * Reads and assigns the ports of one instance.
   *
   * @param processor the instance, or anything with the same fields
   */
  constructor(processor: { dataIn: StreamInput<DataFrame<Reading>>; dataOut: StreamOutput<DataFrame<Reading>> }) {
    this.#processor = processor;
  }

  /** The inputs by name. */
  inputs(): { readonly dataIn: StreamInput<DataFrame<Reading>> } {
    return { dataIn: this.#processor.dataIn };
  }

  /** The outputs by name. */
  outputs(): { readonly dataOut: StreamOutput<DataFrame<Reading>> } {
    return { dataOut: this.#processor.dataOut };
  }

  /** Shows each port to a visitor. */
  visit(visitor: PortVisitor): void {
    visitor.input("dataIn", this.#processor.dataIn);
    visitor.output("dataOut", this.#processor.dataOut);
  }

  /** Assigns the ports to the fields of the class. */
  wire(wiring: PortWiring): void {
    this.#processor.dataIn = wiring.input("dataIn") as StreamInput<DataFrame<Reading>>;
    this.#processor.dataOut = wiring.output("dataOut") as StreamOutput<DataFrame<Reading>>;
  }
}

/** The configuration of `pick<Reading,1>`. */
export interface PickReading1Config {
  /**
   * One of every so many.
   *
   * 1; 1 by default.
   */
  readonly every?: 1;
}

/** A `pick<Reading,1>` in a graph. */
export type PickReading1Handle = NodeHandle<{ dataIn: DataFrame<Reading> }, { dataOut: DataFrame<Reading> }>;

/** Passes values on. */
export const pickReading1: NodeType<PickReading1Config, PickReading1Handle> = defineNodeType<
  PickReading1Config,
  PickReading1Handle
>({
  descriptor: {
    type: "pick<Reading,1>",
    className: "Picker",
    source: "mixer.ts:34",
    description: "Passes values on.",
    doc: "Passes values on.",
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
      type: "DataFrame<Reading>",
      schema: "Reading",
      valueSchema: {
        description: "What a picker carries.",
        type: "object",
        properties: { level: { type: "number", description: "A level." } },
        required: ["level"],
      },
      optional: false,
      burst: 1,
      doc: "",
    }],
    outputs: [{
      name: "dataOut",
      direction: "output",
      kind: "data",
      type: "DataFrame<Reading>",
      schema: "Reading",
      valueSchema: {
        description: "What a picker carries.",
        type: "object",
        properties: { level: { type: "number", description: "A level." } },
        required: ["level"],
      },
      optional: false,
      burst: 1,
      doc: "",
    }],
    config: {
      type: "object",
      properties: { every: { enum: [1], description: "One of every so many.", default: 1 } },
      required: [],
      additionalProperties: false,
    },
  },
  load: async () => {
    const Picker = processorClass("pick<Reading,1>", "mixer.ts", await import("./mixer.ts"), "Picker");
    return () => {
      const processor = new Picker<Reading, 1>();
      processor.every = 1;
      return {
        processor,
        ports: new PickReading1Ports(processor),
        tick: () => processor.process(),
        configure: (values) => {
          if (values.every !== undefined) processor.every = values.every as typeof processor.every;
        },
      };
    };
  },
});

/** The ports of `pick<string,3>`. */
export class PickString3Ports implements PortRegistry {
  /** Names of the inputs, in the order of the class. */
  static readonly INPUT_NAMES: readonly ["dataIn"] = ["dataIn"];
  /** Names of the outputs, in the order of the class. */
  static readonly OUTPUT_NAMES: readonly ["dataOut"] = ["dataOut"];
  readonly #processor: { dataIn: StreamInput<DataFrame<string>>; dataOut: StreamOutput<DataFrame<string>> };

  /**
   * Reads and assigns the ports of one instance.
   *
   * @param processor the instance, or anything with the same fields
   */
  constructor(processor: { dataIn: StreamInput<DataFrame<string>>; dataOut: StreamOutput<DataFrame<string>> }) {
    this.#processor = processor;
  }

  /** The inputs by name. */
  inputs(): { readonly dataIn: StreamInput<DataFrame<string>> } {
    return { dataIn: this.#processor.dataIn };
  }

  /** The outputs by name. */
  outputs(): { readonly dataOut: StreamOutput<DataFrame<string>> } {
    return { dataOut: this.#processor.dataOut };
  }

  /** Shows each port to a visitor. */
  visit(visitor: PortVisitor): void {
    visitor.input("dataIn", this.#processor.dataIn);
    visitor.output("dataOut", this.#processor.dataOut);
  }

  /** Assigns the ports to the fields of the class. */
  wire(wiring: PortWiring): void {
    this.#processor.dataIn = wiring.input("dataIn") as StreamInput<DataFrame<string>>;
    this.#processor.dataOut = wiring.output("dataOut") as StreamOutput<DataFrame<string>>;
  }
}

/** The configuration of `pick<string,3>`. */
export interface PickString3Config {
  /**
   * One of every so many.
   *
   * 3; 3 by default.
   */
  readonly every?: 3;
}

/** A `pick<string,3>` in a graph. */
export type PickString3Handle = NodeHandle<{ dataIn: DataFrame<string> }, { dataOut: DataFrame<string> }>;

/** Passes values on. */
export const pickString3: NodeType<PickString3Config, PickString3Handle> = defineNodeType<
  PickString3Config,
  PickString3Handle
>({
  descriptor: {
    type: "pick<string,3>",
    className: "Picker",
    source: "mixer.ts:34",
    description: "Passes values on.",
    doc: "Passes values on.",
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
      type: "DataFrame<string>",
      schema: "string",
      valueSchema: { type: "string" },
      optional: false,
      burst: 1,
      doc: "",
    }],
    outputs: [{
      name: "dataOut",
      direction: "output",
      kind: "data",
      type: "DataFrame<string>",
      schema: "string",
      valueSchema: { type: "string" },
      optional: false,
      burst: 1,
      doc: "",
    }],
    config: {
      type: "object",
      properties: { every: { enum: [3], description: "One of every so many.", default: 3 } },
      required: [],
      additionalProperties: false,
    },
  },
  load: async () => {
    const Picker = processorClass("pick<string,3>", "mixer.ts", await import("./mixer.ts"), "Picker");
    return () => {
      const processor = new Picker<string, 3>();
      processor.every = 3;
      return {
        processor,
        ports: new PickString3Ports(processor),
        tick: () => processor.process(),
        configure: (values) => {
          if (values.every !== undefined) processor.every = values.every as typeof processor.every;
        },
      };
    };
  },
});

/** The node types of this package, by name. Calling one with a configuration gives what `runtime.add()` takes. */
export const nodes: {
  readonly mixer2: typeof mixer2;
  readonly mixer4: typeof mixer4;
  readonly pickReading1: typeof pickReading1;
  readonly pickString3: typeof pickString3;
} = { mixer2, mixer4, pickReading1, pickString3 };

/** This package, as a registry takes it. */
export const nodePackage: NodePackage = definePackage({
  name: "@example/generic-instances",
  url: import.meta.url,
  nodes: [mixer2, mixer4, pickReading1, pickString3],
  sources: { "mixer.ts": "3e11677c798e0d4f", "sluice.json": "22bb5568428a3b52" },
});
