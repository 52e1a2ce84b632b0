// Made by "deno task codegen" from sluice.json and the files listed in "sources" at the end.
// Do not edit: change a processor class and run the command again.
// deno-fmt-ignore-file

/**
 * The node types of @example/abstract-base. Importing this module loads none of their classes.
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

/** The ports of `bypass`. */
export class BypassPorts implements PortRegistry {
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

/** The configuration of `bypass`. */
export interface BypassConfig {
  /**
   * How much of the effect is heard.
   *
   * A number from 0 to 1; 1 by default; may change while the node runs.
   */
  readonly mix?: number;
}

/** A `bypass` in a graph. */
export type BypassHandle = NodeHandle<{ audioIn: AudioFrame }, { audioOut: AudioFrame }>;

/** Leaves blocks as they are. */
export const bypass: NodeType<BypassConfig, BypassHandle> = defineNodeType<BypassConfig, BypassHandle>({
  descriptor: {
    type: "bypass",
    className: "Bypass",
    source: "effects.ts:7",
    description: "Leaves blocks as they are.",
    doc: "Leaves blocks as they are.",
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
      doc: "What comes in.",
    }],
    outputs: [{
      name: "audioOut",
      direction: "output",
      kind: "audio",
      type: "AudioFrame",
      optional: false,
      burst: 1,
      doc: "What goes out.",
    }],
    config: {
      type: "object",
      properties: {
        mix: {
          type: "number",
          description: "How much of the effect is heard.",
          minimum: 0,
          maximum: 1,
          default: 1,
          "x-live": true,
        },
      },
      required: [],
      additionalProperties: false,
    },
  },
  load: async () => {
    const Bypass = processorClass("bypass", "effects.ts", await import("./effects.ts"), "Bypass");
    return () => {
      const processor = new Bypass();
      return {
        processor,
        ports: new BypassPorts(processor),
        tick: () => processor.process(),
        configure: (values) => {
          if (values.mix !== undefined) processor.mix = values.mix as typeof processor.mix;
        },
      };
    };
  },
});

/** The ports of `invert`. */
export class InvertPorts implements PortRegistry {
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

/** The configuration of `invert`. */
export interface InvertConfig {
  /**
   * How much of the effect is heard.
   *
   * A number from 0 to 1; 1 by default; may change while the node runs.
   */
  readonly mix?: number;
  /**
   * Which channel; -1 for all.
   *
   * A whole number from -1 to 63; -1 by default.
   */
  readonly channel?: number;
}

/** A `invert` in a graph. */
export type InvertHandle = NodeHandle<{ audioIn: AudioFrame }, { audioOut: AudioFrame }>;

/** Turns blocks upside down. */
export const invert: NodeType<InvertConfig, InvertHandle> = defineNodeType<InvertConfig, InvertHandle>({
  descriptor: {
    type: "invert",
    className: "Invert",
    source: "effects.ts:15",
    description: "Turns blocks upside down.",
    doc: "Turns blocks upside down.",
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
      doc: "What comes in.",
    }],
    outputs: [{
      name: "audioOut",
      direction: "output",
      kind: "audio",
      type: "AudioFrame",
      optional: false,
      burst: 1,
      doc: "What goes out.",
    }],
    config: {
      type: "object",
      properties: {
        mix: {
          type: "number",
          description: "How much of the effect is heard.",
          minimum: 0,
          maximum: 1,
          default: 1,
          "x-live": true,
        },
        channel: {
          type: "integer",
          description: "Which channel; -1 for all.",
          minimum: -1,
          maximum: 63,
          default: -1,
        },
      },
      required: [],
      additionalProperties: false,
    },
  },
  load: async () => {
    const Invert = processorClass("invert", "effects.ts", await import("./effects.ts"), "Invert");
    return () => {
      const processor = new Invert();
      return {
        processor,
        ports: new InvertPorts(processor),
        tick: () => processor.process(),
        configure: (values) => {
          if (values.mix !== undefined) processor.mix = values.mix as typeof processor.mix;
          if (values.channel !== undefined) processor.channel = values.channel as typeof processor.channel;
        },
      };
    };
  },
});

/** The node types of this package, by name. Calling one with a configuration gives what `runtime.add()` takes. */
export const nodes: { readonly bypass: typeof bypass; readonly invert: typeof invert } = { bypass, invert };

/** This package, as a registry takes it. */
export const nodePackage: NodePackage = definePackage({
  name: "@example/abstract-base",
  url: import.meta.url,
  nodes: [bypass, invert],
  sources: {
    "effect.ts": "a9ae7ec786421106",
    "effects.ts": "25f87bd5b62f740e",
    "sluice.json": "67165574582d7713",
  },
});
