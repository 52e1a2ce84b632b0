// Made by "deno task codegen" from sluice.json and the files listed in "sources" at the end.
// Do not edit: change a processor class and run the command again.
// deno-fmt-ignore-file

/**
 * The node types of @example/durations. Importing this module loads none of their classes.
 *
 * @module
 */
import { defineNodeType, definePackage, processorClass } from "../../../../generated.ts";
import type {
  AudioFrame,
  DurationText,
  NodeHandle,
  NodePackage,
  NodeType,
  PortRegistry,
  PortVisitor,
  PortWiring,
  StreamInput,
  StreamOutput,
} from "../../../../generated.ts";

/** The ports of `envelope`. */
export class EnvelopePorts implements PortRegistry {
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

/** The configuration of `envelope`. */
export interface EnvelopeConfig {
  /**
   * How fast it rises.
   *
   * A number from 0 to 5000 ms, or text such as "1.5 s"; 10 by default; may change while the node runs.
   */
  readonly attackMs?: number | DurationText;
  /**
   * How long it stays.
   *
   * A number in s, or text such as "1.5 s"; 0.5 by default.
   */
  readonly holdSeconds?: number | DurationText;
  /**
   * How fast it falls.
   *
   * A number in us, or text such as "1.5 s"; 100 by default.
   */
  readonly release?: number | DurationText;
  /**
   * The curve.
   *
   * A list, each an object with "lengthMs" and "level"; [] by default.
   */
  readonly steps?: readonly ({
    /** How long it takes. */
    readonly lengthMs: number | DurationText;
    /** Where it leads to. */
    readonly level: number;
  })[];
  /**
   * How long each part takes: those without a unit in their name have that of the key.
   *
   * An object with "rise" and "fallSeconds".
   */
  readonly partsMs?: { readonly rise: number | DurationText; readonly fallSeconds: number | DurationText };
  /**
   * Pauses, by what their names end in.
   *
   * A list, each an object with "firstMs" and "lastS"; [] by default.
   */
  readonly pauses?: readonly ({ readonly firstMs: number | DurationText; readonly lastS: number | DurationText })[];
  /**
   * Times of taps.
   *
   * A list, each a number in ms, or text such as "1.5 s".
   */
  readonly tapsMs?: readonly (number | DurationText)[];
}

/** A `envelope` in a graph. */
export type EnvelopeHandle = NodeHandle<{ audioIn: AudioFrame }, { audioOut: AudioFrame }>;

/** Follows a level. */
export const envelope: NodeType<EnvelopeConfig, EnvelopeHandle> = defineNodeType<EnvelopeConfig, EnvelopeHandle>({
  descriptor: {
    type: "envelope",
    className: "Envelope",
    source: "envelope.ts:15",
    description: "Follows a level.",
    doc: "Follows a level.",
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
        attackMs: {
          anyOf: [{ type: "number", minimum: 0, maximum: 5000 }, {
            type: "string",
            pattern: "^(0|[1-9][0-9]*)(\\.[0-9]+)? ?(ns|us|ms|s|min|h)$",
          }],
          description: "How fast it rises.",
          "x-unit": "ms",
          "x-duration": "ms",
          examples: [20, "1.5 s"],
          default: 10,
          "x-live": true,
        },
        holdSeconds: {
          anyOf: [{ type: "number" }, { type: "string", pattern: "^(0|[1-9][0-9]*)(\\.[0-9]+)? ?(ns|us|ms|s|min|h)$" }],
          description: "How long it stays.",
          "x-unit": "s",
          "x-duration": "s",
          default: 0.5,
        },
        release: {
          anyOf: [{ type: "number" }, { type: "string", pattern: "^(0|[1-9][0-9]*)(\\.[0-9]+)? ?(ns|us|ms|s|min|h)$" }],
          description: "How fast it falls.",
          "x-unit": "us",
          "x-duration": "us",
          default: 100,
        },
        steps: {
          type: "array",
          items: {
            type: "object",
            properties: {
              lengthMs: {
                anyOf: [{ type: "number", maximum: 10000 }, {
                  type: "string",
                  pattern: "^(0|[1-9][0-9]*)(\\.[0-9]+)? ?(ns|us|ms|s|min|h)$",
                }],
                description: "How long it takes.",
                "x-unit": "ms",
                "x-duration": "ms",
              },
              level: { type: "number", description: "Where it leads to.", minimum: 0, maximum: 1 },
            },
            required: ["lengthMs", "level"],
            additionalProperties: false,
          },
          description: "The curve.",
          default: [],
        },
        partsMs: {
          type: "object",
          properties: {
            rise: {
              anyOf: [{ type: "number" }, {
                type: "string",
                pattern: "^(0|[1-9][0-9]*)(\\.[0-9]+)? ?(ns|us|ms|s|min|h)$",
              }],
              "x-unit": "ms",
              "x-duration": "ms",
            },
            fallSeconds: {
              anyOf: [{ type: "number" }, {
                type: "string",
                pattern: "^(0|[1-9][0-9]*)(\\.[0-9]+)? ?(ns|us|ms|s|min|h)$",
              }],
              "x-unit": "s",
              "x-duration": "s",
            },
          },
          required: ["rise", "fallSeconds"],
          additionalProperties: false,
          description: "How long each part takes: those without a unit in their name have that of the key.",
        },
        pauses: {
          type: "array",
          items: {
            type: "object",
            properties: {
              firstMs: {
                anyOf: [{ type: "number" }, {
                  type: "string",
                  pattern: "^(0|[1-9][0-9]*)(\\.[0-9]+)? ?(ns|us|ms|s|min|h)$",
                }],
                "x-unit": "ms",
                "x-duration": "ms",
              },
              lastS: {
                anyOf: [{ type: "number" }, {
                  type: "string",
                  pattern: "^(0|[1-9][0-9]*)(\\.[0-9]+)? ?(ns|us|ms|s|min|h)$",
                }],
                "x-unit": "s",
                "x-duration": "s",
              },
            },
            required: ["firstMs", "lastS"],
            additionalProperties: false,
          },
          description: "Pauses, by what their names end in.",
          default: [],
        },
        tapsMs: {
          type: "array",
          items: {
            anyOf: [{ type: "number" }, {
              type: "string",
              pattern: "^(0|[1-9][0-9]*)(\\.[0-9]+)? ?(ns|us|ms|s|min|h)$",
            }],
            "x-unit": "ms",
            "x-duration": "ms",
          },
          description: "Times of taps.",
        },
      },
      required: [],
      additionalProperties: false,
    },
  },
  load: async () => {
    const Envelope = processorClass("envelope", "envelope.ts", await import("./envelope.ts"), "Envelope");
    return () => {
      const processor = new Envelope();
      return {
        processor,
        ports: new EnvelopePorts(processor),
        tick: () => processor.process(),
        configure: (values) => {
          if (values.attackMs !== undefined) processor.attackMs = values.attackMs as typeof processor.attackMs;
          if (values.holdSeconds !== undefined) {
            processor.holdSeconds = values.holdSeconds as typeof processor.holdSeconds;
          }
          if (values.release !== undefined) processor.release = values.release as typeof processor.release;
          if (values.steps !== undefined) processor.steps = values.steps as typeof processor.steps;
          if (values.partsMs !== undefined) processor.partsMs = values.partsMs as typeof processor.partsMs;
          if (values.pauses !== undefined) processor.pauses = values.pauses as typeof processor.pauses;
          if (values.tapsMs !== undefined) processor.tapsMs = values.tapsMs as typeof processor.tapsMs;
        },
      };
    };
  },
});

/** The node types of this package, by name. Calling one with a configuration gives what `runtime.add()` takes. */
export const nodes: { readonly envelope: typeof envelope } = { envelope };

/** This package, as a registry takes it. */
export const nodePackage: NodePackage = definePackage({
  name: "@example/durations",
  url: import.meta.url,
  nodes: [envelope],
  sources: { "envelope.ts": "41cfa30051c89756", "sluice.json": "264c4a2811287326" },
});
