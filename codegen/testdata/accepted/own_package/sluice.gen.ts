// Made by "deno task codegen" from sluice.json and the files listed in "sources" at the end.
// Do not edit: change a processor class and run the command again.
// deno-fmt-ignore-file

/**
 * The node types of @example/own-package. Importing this module loads none of their classes.
 *
 * @module
 */
import { defineNodeType, definePackage, processorClass } from "@sluice/sluice/generated";
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
} from "@sluice/sluice/generated";

/** The ports of `echo`. */
export class EchoPorts implements PortRegistry {
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

/** The configuration of `echo`. */
export interface EchoConfig {
  /**
   * Time between two echoes.
   *
   * A number from 1 to 2000 ms; 250 by default.
   */
  readonly delayMs?: number;
}

/** A `echo` in a graph. */
export type EchoHandle = NodeHandle<{ audioIn: AudioFrame }, { audioOut: AudioFrame }>;

/** Written as a user of the package writes it. */
export const echo: NodeType<EchoConfig, EchoHandle> = defineNodeType<EchoConfig, EchoHandle>({
  descriptor: {
    type: "echo",
    className: "Echo",
    source: "echo.ts:6",
    description: "Written as a user of the package writes it.",
    doc: "Written as a user of the package writes it.",
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
        delayMs: {
          type: "number",
          description: "Time between two echoes.",
          "x-unit": "ms",
          minimum: 1,
          maximum: 2000,
          default: 250,
        },
      },
      required: [],
      additionalProperties: false,
    },
  },
  load: async () => {
    const Echo = processorClass("echo", "echo.ts", await import("./echo.ts"), "Echo");
    return () => {
      const processor = new Echo();
      return {
        processor,
        ports: new EchoPorts(processor),
        tick: () => processor.process(),
        configure: (values) => {
          if (values.delayMs !== undefined) processor.delayMs = values.delayMs as typeof processor.delayMs;
        },
      };
    };
  },
});

/** The node types of this package, by name. Calling one with a configuration gives what `runtime.add()` takes. */
export const nodes: { readonly echo: typeof echo } = { echo };

/** This package, as a registry takes it. */
export const nodePackage: NodePackage = definePackage({
  name: "@example/own-package",
  url: import.meta.url,
  nodes: [echo],
  sources: { "echo.ts": "4fa833ae6795522a", "sluice.json": "2da2c9abe91f95cc" },
});
