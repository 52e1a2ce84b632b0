// Made by "deno task codegen" from sluice.json and the files listed in "sources" at the end.
// Do not edit: change a processor class and run the command again.
// deno-fmt-ignore-file

/**
 * The node types of @example/dynamic-ports. Importing this module loads none of their classes.
 *
 * @module
 */
import { defineNodeType, definePackage, processorClass } from "../../../../generated.ts";
import type {
  AudioFrame,
  DynamicPort,
  NodeHandle,
  NodePackage,
  NodeType,
  PortRegistry,
  PortVisitor,
  PortWiring,
  StreamInput,
  StreamOutput,
} from "../../../../generated.ts";

/** The ports of `switchboard`. */
export class SwitchboardPorts implements PortRegistry {
  /** Names of the inputs, in the order of the class. */
  static readonly INPUT_NAMES: readonly ["inputs"] = ["inputs"];
  /** Names of the outputs, in the order of the class. */
  static readonly OUTPUT_NAMES: readonly ["outputs"] = ["outputs"];
  readonly #processor: { inputs: StreamInput<AudioFrame>[]; outputs: StreamOutput<AudioFrame>[] };

  /**
   * Reads and assigns the ports of one instance.
   *
   * @param processor the instance, or anything with the same fields
   */
  constructor(processor: { inputs: StreamInput<AudioFrame>[]; outputs: StreamOutput<AudioFrame>[] }) {
    this.#processor = processor;
  }

  /** The inputs by name. */
  inputs(): { readonly inputs: readonly StreamInput<AudioFrame>[] } {
    return { inputs: this.#processor.inputs };
  }

  /** The outputs by name. */
  outputs(): { readonly outputs: readonly StreamOutput<AudioFrame>[] } {
    return { outputs: this.#processor.outputs };
  }

  /** Shows each port to a visitor. */
  visit(visitor: PortVisitor): void {
    for (const port of this.#processor.inputs) visitor.input(port.name, port);
    for (const port of this.#processor.outputs) visitor.output(port.name, port);
  }

  /** Assigns the ports to the fields of the class. */
  wire(wiring: PortWiring): void {
    this.#processor.inputs = wiring.inputs("inputs") as StreamInput<AudioFrame>[];
    this.#processor.outputs = wiring.outputs("outputs") as StreamOutput<AudioFrame>[];
  }
}

/** The configuration of `switchboard`. */
export type SwitchboardConfig = Record<string, never>;

/** A `switchboard` in a graph. */
export type SwitchboardHandle = NodeHandle<{ inputs: DynamicPort<AudioFrame> }, { outputs: DynamicPort<AudioFrame> }>;

/** Hands on what comes in by an input to the output at the same place. */
export const switchboard: NodeType<SwitchboardConfig, SwitchboardHandle> = defineNodeType<
  SwitchboardConfig,
  SwitchboardHandle
>({
  descriptor: {
    type: "switchboard",
    className: "Switchboard",
    source: "switchboard.ts:8",
    description: "Hands on what comes in by an input to the output at the same place.",
    doc: "Hands on what comes in by an input to the output at the same place.",
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
      dynamic: { initial: 0, max: 64 },
      optional: true,
      burst: 1,
      doc: "Streams come and go.",
    }],
    outputs: [{
      name: "outputs",
      direction: "output",
      kind: "audio",
      type: "AudioFrame",
      dynamic: { initial: 2, max: 8 },
      optional: true,
      burst: 1,
      doc: "One for each input.",
    }],
    config: { type: "object", properties: {}, required: [], additionalProperties: false },
  },
  load: async () => {
    const Switchboard = processorClass(
      "switchboard",
      "switchboard.ts",
      await import("./switchboard.ts"),
      "Switchboard",
    );
    return () => {
      const processor = new Switchboard();
      return {
        processor,
        ports: new SwitchboardPorts(processor),
        tick: () => processor.process(),
        configure: () => {},
      };
    };
  },
});

/** The node types of this package, by name. Calling one with a configuration gives what `runtime.add()` takes. */
export const nodes: { readonly switchboard: typeof switchboard } = { switchboard };

/** This package, as a registry takes it. */
export const nodePackage: NodePackage = definePackage({
  name: "@example/dynamic-ports",
  url: import.meta.url,
  nodes: [switchboard],
  sources: { "sluice.json": "b86cabc48cac4317", "switchboard.ts": "ad4acd97f2ec3bd6" },
});
