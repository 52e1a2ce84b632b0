// Made by "deno task codegen" from sluice.json and the files listed in "sources" at the end.
// Do not edit: change a processor class and run the command again.
// deno-fmt-ignore-file

/**
 * The node types of @example/data-frames. Importing this module loads none of their classes.
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
  PortRegistry,
  PortVisitor,
  PortWiring,
  StreamInput,
  StreamOutput,
} from "../../../../generated.ts";
import type { Level } from "./meter.ts";
import type { Peak } from "./values/peak.ts";
import type { Reading } from "./values/reading.ts";

export type { Level, Peak, Reading };

/** The ports of `meter`. */
export class MeterPorts implements PortRegistry {
  /** Names of the inputs, in the order of the class. */
  static readonly INPUT_NAMES: readonly ["audio"] = ["audio"];
  /** Names of the outputs, in the order of the class. */
  static readonly OUTPUT_NAMES: readonly ["level", "reading", "peak", "samples", "text", "anything"] = [
    "level",
    "reading",
    "peak",
    "samples",
    "text",
    "anything",
  ];
  readonly #processor: {
    audio: StreamInput<AudioFrame>;
    level: StreamOutput<DataFrame<Level>>;
    reading: StreamOutput<DataFrame<Reading>>;
    peak: StreamOutput<DataFrame<Peak>>;
    samples: StreamOutput<DataFrame<Float32Array>>;
    text: StreamOutput<DataFrame<string>>;
    anything: StreamOutput<DataFrame<unknown>>;
  };

  /**
   * Reads and assigns the ports of one instance.
   *
   * @param processor the instance, or anything with the same fields
   */
  constructor(
    processor: {
      audio: StreamInput<AudioFrame>;
      level: StreamOutput<DataFrame<Level>>;
      reading: StreamOutput<DataFrame<Reading>>;
      peak: StreamOutput<DataFrame<Peak>>;
      samples: StreamOutput<DataFrame<Float32Array>>;
      text: StreamOutput<DataFrame<string>>;
      anything: StreamOutput<DataFrame<unknown>>;
    },
  ) {
    this.#processor = processor;
  }

  /** The inputs by name. */
  inputs(): { readonly audio: StreamInput<AudioFrame> } {
    return { audio: this.#processor.audio };
  }

  /** The outputs by name. */
  outputs(): {
    readonly level: StreamOutput<DataFrame<Level>>;
    readonly reading: StreamOutput<DataFrame<Reading>>;
    readonly peak: StreamOutput<DataFrame<Peak>>;
    readonly samples: StreamOutput<DataFrame<Float32Array>>;
    readonly text: StreamOutput<DataFrame<string>>;
    readonly anything: StreamOutput<DataFrame<unknown>>;
  } {
    return {
      level: this.#processor.level,
      reading: this.#processor.reading,
      peak: this.#processor.peak,
      samples: this.#processor.samples,
      text: this.#processor.text,
      anything: this.#processor.anything,
    };
  }

  /** Shows each port to a visitor. */
  visit(visitor: PortVisitor): void {
    visitor.input("audio", this.#processor.audio);
    visitor.output("level", this.#processor.level);
    visitor.output("reading", this.#processor.reading);
    visitor.output("peak", this.#processor.peak);
    visitor.output("samples", this.#processor.samples);
    visitor.output("text", this.#processor.text);
    visitor.output("anything", this.#processor.anything);
  }

  /** Assigns the ports to the fields of the class. */
  wire(wiring: PortWiring): void {
    this.#processor.audio = wiring.input("audio") as StreamInput<AudioFrame>;
    this.#processor.level = wiring.output("level") as StreamOutput<DataFrame<Level>>;
    this.#processor.reading = wiring.output("reading") as StreamOutput<DataFrame<Reading>>;
    this.#processor.peak = wiring.output("peak") as StreamOutput<DataFrame<Peak>>;
    this.#processor.samples = wiring.output("samples") as StreamOutput<DataFrame<Float32Array>>;
    this.#processor.text = wiring.output("text") as StreamOutput<DataFrame<string>>;
    this.#processor.anything = wiring.output("anything") as StreamOutput<DataFrame<unknown>>;
  }
}

/** The configuration of `meter`. */
export type MeterConfig = Record<string, never>;

/** A `meter` in a graph. */
export type MeterHandle = NodeHandle<
  { audio: AudioFrame },
  {
    level: DataFrame<Level>;
    reading: DataFrame<Reading>;
    peak: DataFrame<Peak>;
    samples: DataFrame<Float32Array>;
    text: DataFrame<string>;
    anything: DataFrame<unknown>;
  }
>;

/** Carries values of several types. */
export const meter: NodeType<MeterConfig, MeterHandle> = defineNodeType<MeterConfig, MeterHandle>({
  descriptor: {
    type: "meter",
    className: "Meter",
    source: "meter.ts:15",
    description: "Carries values of several types.",
    doc: "Carries values of several types.",
    category: "other",
    tags: [],
    mode: "push",
    trigger: "any",
    lane: "worker",
    converts: [],
    isAsync: false,
    inputs: [{
      name: "audio",
      direction: "input",
      kind: "audio",
      type: "AudioFrame",
      optional: false,
      burst: 1,
      doc: "",
    }],
    outputs: [{
      name: "level",
      direction: "output",
      kind: "data",
      type: "DataFrame<Level>",
      schema: "Level",
      valueSchema: {
        description: "One measurement of this file.",
        type: "object",
        properties: { rms: { type: "number" } },
        required: ["rms"],
      },
      optional: false,
      burst: 1,
      doc: "",
    }, {
      name: "reading",
      direction: "output",
      kind: "data",
      type: "DataFrame<Reading>",
      schema: "Reading",
      valueSchema: {
        description: "A reading.",
        type: "object",
        properties: { value: { type: "number" } },
        required: ["value"],
      },
      optional: false,
      burst: 4,
      doc: "",
    }, {
      name: "peak",
      direction: "output",
      kind: "data",
      type: "DataFrame<Peak>",
      schema: "Peak",
      valueSchema: { type: "object", properties: { peak: { type: "number" } }, required: ["peak"] },
      optional: false,
      burst: 1,
      doc: "",
    }, {
      name: "samples",
      direction: "output",
      kind: "data",
      type: "DataFrame<Float32Array>",
      schema: "Float32Array",
      valueSchema: { "x-type": "Float32Array" },
      optional: false,
      burst: 1,
      doc: "",
    }, {
      name: "text",
      direction: "output",
      kind: "data",
      type: "DataFrame<string>",
      schema: "string",
      valueSchema: { type: "string" },
      optional: false,
      burst: 1,
      doc: "",
    }, {
      name: "anything",
      direction: "output",
      kind: "data",
      type: "DataFrame<unknown>",
      schema: "unknown",
      optional: false,
      burst: 1,
      doc: "",
    }],
    config: { type: "object", properties: {}, required: [], additionalProperties: false },
  },
  load: async () => {
    const Meter = processorClass("meter", "meter.ts", await import("./meter.ts"), "Meter");
    return () => {
      const processor = new Meter();
      return {
        processor,
        ports: new MeterPorts(processor),
        tick: () => processor.process(),
        configure: () => {},
      };
    };
  },
});

/** The node types of this package, by name. Calling one with a configuration gives what `runtime.add()` takes. */
export const nodes: { readonly meter: typeof meter } = { meter };

/** This package, as a registry takes it. */
export const nodePackage: NodePackage = definePackage({
  name: "@example/data-frames",
  url: import.meta.url,
  nodes: [meter],
  sources: {
    "meter.ts": "06ab6e9ed4008ae3",
    "sluice.json": "eca58645d7cd6780",
    "values/index.ts": "eb661092291a56ea",
    "values/peak.ts": "54ebd9585fbc173f",
    "values/reading.ts": "06e87090e6578c43",
  },
});
