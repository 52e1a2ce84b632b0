// Made by "deno task codegen" from sluice.json and the files listed in "sources" at the end.
// Do not edit: change a processor class and run the command again.
// deno-fmt-ignore-file

/**
 * The node types of @example/constructors. Importing this module loads none of their classes.
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

/** The ports of `fader`. */
export class FaderPorts implements PortRegistry {
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

/** The configuration of `fader`. */
export interface FaderConfig {
  /**
   * How loud it starts.
   *
   * A number from -60 to 24 dB; -3 by default.
   */
  readonly startDb?: number;
  /**
   * How it falls.
   *
   * One of "line", "bend".
   */
  readonly curve: "line" | "bend";
  /** A list, each a number. */
  readonly steps?: readonly number[];
  /**
   * What samples are multiplied by.
   *
   * A number; 1 by default; may change while the node runs.
   */
  readonly factor?: number;
}

/** A `fader` in a graph. */
export type FaderHandle = NodeHandle<{ audioIn: AudioFrame }, { audioOut: AudioFrame }>;

/** Takes its configuration in the constructor. */
export const fader: NodeType<FaderConfig, FaderHandle> = defineNodeType<FaderConfig, FaderHandle>({
  descriptor: {
    type: "fader",
    className: "Fader",
    source: "faders.ts:32",
    description: "Takes its configuration in the constructor.",
    doc: "Takes its configuration in the constructor.",
    category: "other",
    tags: [],
    mode: "push",
    trigger: "any",
    lane: "worker",
    converts: [],
    takesConfig: "constructor",
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
      optional: false,
      burst: 1,
      doc: "",
    }],
    config: {
      type: "object",
      properties: {
        startDb: {
          type: "number",
          description: "How loud it starts.",
          minimum: -60,
          maximum: 24,
          "x-unit": "dB",
          default: -3,
        },
        curve: { enum: ["line", "bend"], description: "How it falls." },
        steps: { type: "array", items: { type: "number" } },
        factor: {
          type: "number",
          description: "What samples are multiplied by.",
          default: 1,
          "x-live": true,
        },
      },
      required: ["curve"],
      additionalProperties: false,
    },
  },
  load: async () => {
    const Fader = processorClass("fader", "faders.ts", await import("./faders.ts"), "Fader");
    return (config) => {
      const processor = new Fader(config as never);
      return {
        processor,
        ports: new FaderPorts(processor),
        tick: () => processor.process(),
        configure: (values) => {
          if (values.factor !== undefined) processor.factor = values.factor as typeof processor.factor;
        },
      };
    };
  },
});

/** The ports of `ramp`. */
export class RampPorts implements PortRegistry {
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

/** The configuration of `ramp`. */
export interface RampConfig {
  /** A list, each a number. */
  readonly lengths: readonly number[];
  /**
   * What samples are multiplied by.
   *
   * A number; 1 by default; may change while the node runs.
   */
  readonly factor?: number;
}

/** A `ramp` in a graph. */
export type RampHandle = NodeHandle<{ audioIn: AudioFrame }, { audioOut: AudioFrame }>;

/** Is made by a method. */
export const ramp: NodeType<RampConfig, RampHandle> = defineNodeType<RampConfig, RampHandle>({
  descriptor: {
    type: "ramp",
    className: "Ramp",
    source: "faders.ts:47",
    description: "Is made by a method.",
    doc: "Is made by a method.",
    category: "other",
    tags: [],
    mode: "push",
    trigger: "any",
    lane: "worker",
    converts: [],
    takesConfig: "create",
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
      optional: false,
      burst: 1,
      doc: "",
    }],
    config: {
      type: "object",
      properties: {
        lengths: { type: "array", items: { type: "number" } },
        factor: {
          type: "number",
          description: "What samples are multiplied by.",
          default: 1,
          "x-live": true,
        },
      },
      required: ["lengths"],
      additionalProperties: false,
    },
  },
  load: async () => {
    const Ramp = processorClass("ramp", "faders.ts", await import("./faders.ts"), "Ramp");
    return (config) => {
      const processor = Ramp.create(config as never);
      return {
        processor,
        ports: new RampPorts(processor),
        tick: () => processor.process(),
        configure: (values) => {
          if (values.factor !== undefined) processor.factor = values.factor as typeof processor.factor;
        },
      };
    };
  },
});

/** The ports of `slow-fader`. */
export class SlowFaderPorts implements PortRegistry {
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

/** The configuration of `slow-fader`. */
export interface SlowFaderConfig {
  /**
   * How loud it starts.
   *
   * A number from -60 to 24 dB; -3 by default.
   */
  readonly startDb?: number;
  /**
   * How it falls.
   *
   * One of "line", "bend".
   */
  readonly curve: "line" | "bend";
  /** A list, each a number. */
  readonly steps?: readonly number[];
  /**
   * What samples are multiplied by.
   *
   * A number; 1 by default; may change while the node runs.
   */
  readonly factor?: number;
}

/** A `slow-fader` in a graph. */
export type SlowFaderHandle = NodeHandle<{ audioIn: AudioFrame }, { audioOut: AudioFrame }>;

/** Inherits the constructor. */
export const slowFader: NodeType<SlowFaderConfig, SlowFaderHandle> = defineNodeType<SlowFaderConfig, SlowFaderHandle>({
  descriptor: {
    type: "slow-fader",
    className: "SlowFader",
    source: "faders.ts:43",
    description: "Inherits the constructor.",
    doc: "Inherits the constructor.",
    category: "other",
    tags: [],
    mode: "push",
    trigger: "any",
    lane: "worker",
    converts: [],
    takesConfig: "constructor",
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
      optional: false,
      burst: 1,
      doc: "",
    }],
    config: {
      type: "object",
      properties: {
        startDb: {
          type: "number",
          description: "How loud it starts.",
          minimum: -60,
          maximum: 24,
          "x-unit": "dB",
          default: -3,
        },
        curve: { enum: ["line", "bend"], description: "How it falls." },
        steps: { type: "array", items: { type: "number" } },
        factor: {
          type: "number",
          description: "What samples are multiplied by.",
          default: 1,
          "x-live": true,
        },
      },
      required: ["curve"],
      additionalProperties: false,
    },
  },
  load: async () => {
    const SlowFader = processorClass("slow-fader", "faders.ts", await import("./faders.ts"), "SlowFader");
    return (config) => {
      const processor = new SlowFader(config as never);
      return {
        processor,
        ports: new SlowFaderPorts(processor),
        tick: () => processor.process(),
        configure: (values) => {
          if (values.factor !== undefined) processor.factor = values.factor as typeof processor.factor;
        },
      };
    };
  },
});

/** The ports of `spare`. */
export class SparePorts implements PortRegistry {
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

/** The configuration of `spare`. */
export interface SpareConfig {
  /**
   * What samples are multiplied by.
   *
   * A number; 1 by default; may change while the node runs.
   */
  readonly factor?: number;
}

/** A `spare` in a graph. */
export type SpareHandle = NodeHandle<{ audioIn: AudioFrame }, { audioOut: AudioFrame }>;

/** Gets no argument: JSON cannot hold what it would take. */
export const spare: NodeType<SpareConfig, SpareHandle> = defineNodeType<SpareConfig, SpareHandle>({
  descriptor: {
    type: "spare",
    className: "Spare",
    source: "faders.ts:66",
    description: "Gets no argument: JSON cannot hold what it would take.",
    doc: "Gets no argument: JSON cannot hold what it would take.",
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
      optional: false,
      burst: 1,
      doc: "",
    }],
    config: {
      type: "object",
      properties: {
        factor: {
          type: "number",
          description: "What samples are multiplied by.",
          default: 1,
          "x-live": true,
        },
      },
      required: [],
      additionalProperties: false,
    },
  },
  load: async () => {
    const Spare = processorClass("spare", "faders.ts", await import("./faders.ts"), "Spare");
    return () => {
      const processor = new Spare();
      return {
        processor,
        ports: new SparePorts(processor),
        tick: () => processor.process(),
        configure: (values) => {
          if (values.factor !== undefined) processor.factor = values.factor as typeof processor.factor;
        },
      };
    };
  },
});

/** The node types of this package, by name. Calling one with a configuration gives what `runtime.add()` takes. */
export const nodes: {
  readonly fader: typeof fader;
  readonly ramp: typeof ramp;
  readonly slowFader: typeof slowFader;
  readonly spare: typeof spare;
} = { fader, ramp, slowFader, spare };

/** This package, as a registry takes it. */
export const nodePackage: NodePackage = definePackage({
  name: "@example/constructors",
  url: import.meta.url,
  nodes: [fader, ramp, slowFader, spare],
  sources: { "faders.ts": "e161d1582f6dbad2", "sluice.json": "2e3f1583ac522e3d" },
});
