// Made by "deno task codegen" from sluice.json and the files listed in "sources" at the end.
// Do not edit: change a processor class and run the command again.
// deno-fmt-ignore-file

/**
 * The node types of @example/output-elsewhere. Importing this module loads none of their classes.
 *
 * @module
 */
import { defineNodeType, definePackage, processorClass } from "../../../../../generated.ts";
import type {
  AudioFrame,
  DataFrame,
  NodeHandle,
  NodePackage,
  NodeType,
  PortRegistry,
  PortVisitor,
  PortWiring,
  StreamInput,
  StreamOutput,
} from "../../../../../generated.ts";
import type { Passed } from "../src/pass.ts";

export type { Passed };

/** The ports of `pass`. */
export class PassPorts implements PortRegistry {
  /** Names of the inputs, in the order of the class. */
  static readonly INPUT_NAMES: readonly ["audioIn"] = ["audioIn"];
  /** Names of the outputs, in the order of the class. */
  static readonly OUTPUT_NAMES: readonly ["passed"] = ["passed"];
  readonly #processor: { audioIn: StreamInput<AudioFrame>; passed: StreamOutput<DataFrame<Passed>> };

  /**
   * Reads and assigns the ports of one instance.
   *
   * @param processor the instance, or anything with the same fields
   */
  constructor(processor: { audioIn: StreamInput<AudioFrame>; passed: StreamOutput<DataFrame<Passed>> }) {
    this.#processor = processor;
  }

  /** The inputs by name. */
  inputs(): { readonly audioIn: StreamInput<AudioFrame> } {
    return { audioIn: this.#processor.audioIn };
  }

  /** The outputs by name. */
  outputs(): { readonly passed: StreamOutput<DataFrame<Passed>> } {
    return { passed: this.#processor.passed };
  }

  /** Shows each port to a visitor. */
  visit(visitor: PortVisitor): void {
    visitor.input("audioIn", this.#processor.audioIn);
    visitor.output("passed", this.#processor.passed);
  }

  /** Assigns the ports to the fields of the class. */
  wire(wiring: PortWiring): void {
    this.#processor.audioIn = wiring.input("audioIn") as StreamInput<AudioFrame>;
    this.#processor.passed = wiring.output("passed") as StreamOutput<DataFrame<Passed>>;
  }
}

/** The configuration of `pass`. */
export type PassConfig = Record<string, never>;

/** A `pass` in a graph. */
export type PassHandle = NodeHandle<{ audioIn: AudioFrame }, { passed: DataFrame<Passed> }>;

/** Passes audio on. */
export const pass: NodeType<PassConfig, PassHandle> = defineNodeType<PassConfig, PassHandle>({
  descriptor: {
    type: "pass",
    className: "Pass",
    source: "../src/pass.ts:13",
    description: "Passes audio on.",
    doc: "Passes audio on.",
    category: "src",
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
      name: "passed",
      direction: "output",
      kind: "data",
      type: "DataFrame<Passed>",
      schema: "Passed",
      valueSchema: {
        description: "A value.",
        type: "object",
        properties: { count: { type: "number" } },
        required: ["count"],
      },
      optional: false,
      burst: 1,
      doc: "",
    }],
    config: { type: "object", properties: {}, required: [], additionalProperties: false },
  },
  load: async () => {
    const Pass = processorClass("pass", "../src/pass.ts", await import("../src/pass.ts"), "Pass");
    return () => {
      const processor = new Pass();
      return {
        processor,
        ports: new PassPorts(processor),
        tick: () => processor.process(),
        configure: () => {},
      };
    };
  },
});

/** The node types of this package, by name. Calling one with a configuration gives what `runtime.add()` takes. */
export const nodes: { readonly pass: typeof pass } = { pass };

/** This package, as a registry takes it. */
export const nodePackage: NodePackage = definePackage({
  name: "@example/output-elsewhere",
  url: import.meta.url,
  nodes: [pass],
  sources: { "../sluice.json": "608645d2cec37e63", "../src/pass.ts": "fc51b703c102a8c6" },
});
