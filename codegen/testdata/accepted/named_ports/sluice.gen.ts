// Made by "deno task codegen" from sluice.json and the files listed in "sources" at the end.
// Do not edit: change a processor class and run the command again.
// deno-fmt-ignore-file

/**
 * The node types of @example/named-ports. Importing this module loads none of their classes.
 *
 * @module
 */
import { defineNodeType, definePackage, processorClass } from "../../../../generated.ts";
import type {
  AudioFrame,
  DataFrame,
  DynamicPort,
  Frame,
  NamedPorts,
  NodeHandle,
  NodePackage,
  NodeType,
  PortRegistry,
  PortVisitor,
  PortWiring,
  StreamInput,
  StreamOutput,
  Untyped,
  VideoFrame,
} from "../../../../generated.ts";
import type { Reading } from "./patchbay.ts";

export type { Reading };

/** The ports of `patchbay`. */
export class PatchbayPorts implements PortRegistry {
  /** Names of the inputs, in the order of the class. */
  static readonly INPUT_NAMES: readonly ["others", "sources"] = ["others", "sources"];
  /** Names of the outputs, in the order of the class. */
  static readonly OUTPUT_NAMES: readonly ["sinks"] = ["sinks"];
  readonly #processor: {
    others: StreamInput<AudioFrame>[];
    sources: StreamInput<Frame>[];
    sinks: StreamOutput<AudioFrame | VideoFrame | DataFrame<Reading>>[];
  };

  /**
   * Reads and assigns the ports of one instance.
   *
   * @param processor the instance, or anything with the same fields
   */
  constructor(
    processor: {
      others: StreamInput<AudioFrame>[];
      sources: StreamInput<Frame>[];
      sinks: StreamOutput<AudioFrame | VideoFrame | DataFrame<Reading>>[];
    },
  ) {
    this.#processor = processor;
  }

  /** The inputs by name. */
  inputs(): { readonly others: readonly StreamInput<AudioFrame>[]; readonly sources: readonly StreamInput<Frame>[] } {
    return { others: this.#processor.others, sources: this.#processor.sources };
  }

  /** The outputs by name. */
  outputs(): { readonly sinks: readonly StreamOutput<AudioFrame | VideoFrame | DataFrame<Reading>>[] } {
    return { sinks: this.#processor.sinks };
  }

  /** Shows each port to a visitor. */
  visit(visitor: PortVisitor): void {
    for (const port of this.#processor.others) visitor.input(port.name, port);
    for (const port of this.#processor.sources) visitor.input(port.name, port);
    for (const port of this.#processor.sinks) visitor.output(port.name, port);
  }

  /** Assigns the ports to the fields of the class. */
  wire(wiring: PortWiring): void {
    this.#processor.others = wiring.inputs("others") as StreamInput<AudioFrame>[];
    this.#processor.sources = wiring.inputs("sources") as StreamInput<Frame>[];
    this.#processor.sinks = wiring.outputs("sinks") as StreamOutput<AudioFrame | VideoFrame | DataFrame<Reading>>[];
  }
}

/** The configuration of `patchbay`. */
export type PatchbayConfig = Record<string, never>;

/** A `patchbay` in a graph. */
export type PatchbayHandle = NodeHandle<
  { others: DynamicPort<AudioFrame>; sources: NamedPorts<Frame> },
  { sinks: NamedPorts<Untyped> }
>;

/** Hands what comes in by `mic` on to `micOut`, and so with every name. */
export const patchbay: NodeType<PatchbayConfig, PatchbayHandle> = defineNodeType<PatchbayConfig, PatchbayHandle>({
  descriptor: {
    type: "patchbay",
    className: "Patchbay",
    source: "patchbay.ts:18",
    description: "Hands what comes in by `mic` on to `micOut`, and so with every name.",
    doc: "Hands what comes in by `mic` on to `micOut`, and so with every name.",
    category: "other",
    tags: [],
    mode: "push",
    trigger: "any",
    lane: "worker",
    converts: [],
    isAsync: false,
    inputs: [{
      name: "others",
      direction: "input",
      kind: "audio",
      type: "AudioFrame",
      dynamic: { initial: 0, max: 64 },
      optional: true,
      burst: 1,
      doc: "Streams without names go nowhere.",
    }, {
      name: "sources",
      direction: "input",
      kind: "audio",
      type: "Frame",
      dynamic: { initial: 0, max: 4 },
      named: [
        { kind: "audio", type: "AudioFrame" },
        { kind: "video", type: "VideoFrame" },
        { kind: "encoded", type: "EncodedFrame" },
        { kind: "packet", type: "PacketFrame", schema: "unknown" },
        { kind: "data", type: "DataFrame", schema: "unknown" },
      ],
      optional: true,
      burst: 1,
      doc: "Streams come and go.",
    }],
    outputs: [{
      name: "sinks",
      direction: "output",
      kind: "audio",
      type: "AudioFrame | VideoFrame | DataFrame<Reading>",
      dynamic: { initial: 0, max: 64 },
      named: [{ kind: "audio", type: "AudioFrame" }, { kind: "video", type: "VideoFrame" }, {
        kind: "data",
        type: "DataFrame<Reading>",
        schema: "Reading",
        valueSchema: {
          description: "What a patchbay's data outputs carry.",
          type: "object",
          properties: { level: { type: "number" } },
          required: ["level"],
        },
      }],
      optional: true,
      burst: 1,
      doc: "One for each input that is to be heard.",
    }],
    config: { type: "object", properties: {}, required: [], additionalProperties: false },
  },
  load: async () => {
    const Patchbay = processorClass("patchbay", "patchbay.ts", await import("./patchbay.ts"), "Patchbay");
    return () => {
      const processor = new Patchbay();
      return {
        processor,
        ports: new PatchbayPorts(processor),
        tick: () => processor.process(),
        configure: () => {},
      };
    };
  },
});

/** The node types of this package, by name. Calling one with a configuration gives what `runtime.add()` takes. */
export const nodes: { readonly patchbay: typeof patchbay } = { patchbay };

/** This package, as a registry takes it. */
export const nodePackage: NodePackage = definePackage({
  name: "@example/named-ports",
  url: import.meta.url,
  nodes: [patchbay],
  sources: { "patchbay.ts": "5f5cb08ea661bc4b", "sluice.json": "d44df033755e828f" },
});
