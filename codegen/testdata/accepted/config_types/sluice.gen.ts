// Made by "deno task codegen" from sluice.json and the files listed in "sources" at the end.
// Do not edit: change a processor class and run the command again.
// deno-fmt-ignore-file

/**
 * The node types of @example/config-types. Importing this module loads none of their classes.
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
} from "../../../../generated.ts";

/** The ports of `shaper`. */
export class ShaperPorts implements PortRegistry {
  /** Names of the inputs, in the order of the class. */
  static readonly INPUT_NAMES: readonly ["audioIn"] = ["audioIn"];
  /** Names of the outputs, in the order of the class. */
  static readonly OUTPUT_NAMES: readonly [] = [];
  readonly #processor: { audioIn: StreamInput<AudioFrame> };

  /**
   * Reads and assigns the ports of one instance.
   *
   * @param processor the instance, or anything with the same fields
   */
  constructor(processor: { audioIn: StreamInput<AudioFrame> }) {
    this.#processor = processor;
  }

  /** The inputs by name. */
  inputs(): { readonly audioIn: StreamInput<AudioFrame> } {
    return { audioIn: this.#processor.audioIn };
  }

  /** The outputs by name. */
  outputs(): Record<never, never> {
    return {};
  }

  /** Shows each port to a visitor. */
  visit(visitor: PortVisitor): void {
    visitor.input("audioIn", this.#processor.audioIn);
  }

  /** Assigns the ports to the fields of the class. */
  wire(wiring: PortWiring): void {
    this.#processor.audioIn = wiring.input("audioIn") as StreamInput<AudioFrame>;
  }
}

/** The configuration of `shaper`. */
export interface ShaperConfig {
  /** A string; "plain" by default. */
  readonly text?: string;
  /** A number; 3 by default. */
  readonly whole?: number;
  /** True or false; false by default. */
  readonly flag?: boolean;
  /** One of "a", "b", 3; "a" by default. */
  readonly choice?: "a" | "b" | 3;
  /** "auto" or a number; "auto" by default. */
  readonly mixed?: "auto" | number;
  /** A string or null; null by default. */
  readonly nothing?: string | null;
  /** True or false. */
  readonly maybe?: boolean;
  /** A list, each an object with "gainDb", "frequencyHz" and "q"; [{"frequencyHz":100,"gainDb":-3}] by default. */
  readonly bands?: readonly ({
    /** Gain. */
    readonly gainDb: number;
    /** Middle of the band. */
    readonly frequencyHz: number;
    /** Quality factor. */
    readonly q?: number;
  })[];
  /** A list, each a number; [] by default. */
  readonly list?: readonly number[];
  /** A list of 2 values, each a number; [0,1] by default. */
  readonly pair?: readonly [number, number];
  /** One of "linear", "cubic"; "linear" by default. */
  readonly shape?: "linear" | "cubic";
  /** One of "hann", "hamming", "none"; "hann" by default. */
  readonly window?: "hann" | "hamming" | "none";
  /** One of 0, 5, 6; 5 by default. */
  readonly quality?: 0 | 5 | 6;
  /** An object; {"left":1} by default. */
  readonly weights?: { readonly [key: string]: number };
  /** An object with "left" and "right"; {"left":true,"right":false} by default. */
  readonly sides?: { readonly left: boolean; readonly right: boolean };
  /** An object with "x" and "y"; {"x":1} by default. */
  readonly point?: {
    /** Across. */
    readonly x: number;
    readonly y?: number;
  };
  /** An object with "depth", "key with spaces" and "nested"; {} by default. */
  readonly options?: {
    readonly depth?: number;
    readonly "key with spaces"?: string;
    readonly nested?: { readonly curve: "linear" | "cubic" };
  };
  /** An object with "depth" and "extra". */
  readonly fewer: { readonly depth: number; readonly extra: string };
  /** An object with "key with spaces" and "nested". */
  readonly rest: { readonly "key with spaces": string; readonly nested: { readonly curve: "linear" | "cubic" } };
  /** An object with "low", "names" and "on"; {"low":1,"names":["x"],"on":true} by default. */
  readonly guessed?: { readonly low: number; readonly names: readonly string[]; readonly on: boolean };
  /** One of "linear", "cubic"; "cubic" by default. */
  readonly asserted?: "linear" | "cubic";
  /** A string; "" by default. */
  readonly title?: string;
  /** An object with "first" and "last". */
  readonly trims: { readonly first?: number; readonly last?: number };
  /** An object; {} by default. */
  readonly table?: { readonly [key: string]: readonly string[] };
}

/** A `shaper` in a graph. */
export type ShaperHandle = NodeHandle<{ audioIn: AudioFrame }, Record<never, never>>;

/** Has a key of every type that there is a schema for. */
export const shaper: NodeType<ShaperConfig, ShaperHandle> = defineNodeType<ShaperConfig, ShaperHandle>({
  descriptor: {
    type: "shaper",
    className: "Shaper",
    source: "shaper.ts:24",
    description: "Has a key of every type that there is a schema for.",
    doc: "Has a key of every type that there is a schema for.",
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
    outputs: [],
    config: {
      type: "object",
      properties: {
        text: { type: "string", default: "plain" },
        whole: { type: "number", default: 3 },
        flag: { type: "boolean", default: false },
        choice: { enum: ["a", "b", 3], default: "a" },
        mixed: { anyOf: [{ enum: ["auto"] }, { type: "number" }], default: "auto" },
        nothing: { anyOf: [{ type: "string" }, { type: "null" }], default: null },
        maybe: { type: "boolean" },
        bands: {
          type: "array",
          items: {
            type: "object",
            properties: {
              gainDb: {
                type: "number",
                description: "Gain.",
                "x-unit": "dB",
                minimum: -24,
                maximum: 24,
              },
              frequencyHz: {
                type: "number",
                description: "Middle of the band.",
                "x-unit": "Hz",
                exclusiveMinimum: 0,
              },
              q: { type: "number", description: "Quality factor." },
            },
            required: ["gainDb", "frequencyHz"],
            additionalProperties: false,
          },
          default: [{ frequencyHz: 100, gainDb: -3 }],
        },
        list: { type: "array", items: { type: "number" }, default: [] },
        pair: {
          type: "array",
          items: { type: "number" },
          minItems: 2,
          maxItems: 2,
          default: [0, 1],
        },
        shape: { enum: ["linear", "cubic"], default: "linear" },
        window: { enum: ["hann", "hamming", "none"], default: "hann" },
        quality: { enum: [0, 5, 6], default: 5 },
        weights: {
          type: "object",
          additionalProperties: { type: "number" },
          default: { left: 1 },
        },
        sides: {
          type: "object",
          properties: { left: { type: "boolean" }, right: { type: "boolean" } },
          required: ["left", "right"],
          additionalProperties: false,
          default: { left: true, right: false },
        },
        point: {
          type: "object",
          properties: {
            x: { type: "number", description: "Across.", minimum: 0 },
            y: { type: "number" },
          },
          required: ["x"],
          additionalProperties: false,
          default: { x: 1 },
        },
        options: {
          type: "object",
          properties: {
            depth: { type: "number" },
            "key with spaces": { type: "string" },
            nested: {
              type: "object",
              properties: { curve: { enum: ["linear", "cubic"] } },
              required: ["curve"],
              additionalProperties: false,
            },
          },
          required: [],
          additionalProperties: false,
          default: {},
        },
        fewer: {
          type: "object",
          properties: { depth: { type: "number" }, extra: { type: "string" } },
          required: ["depth", "extra"],
          additionalProperties: false,
        },
        rest: {
          type: "object",
          properties: {
            "key with spaces": { type: "string" },
            nested: {
              type: "object",
              properties: { curve: { enum: ["linear", "cubic"] } },
              required: ["curve"],
              additionalProperties: false,
            },
          },
          required: ["key with spaces", "nested"],
          additionalProperties: false,
        },
        guessed: {
          type: "object",
          properties: {
            low: { type: "number" },
            names: { type: "array", items: { type: "string" } },
            on: { type: "boolean" },
          },
          required: ["low", "names", "on"],
          additionalProperties: false,
          default: { low: 1, names: ["x"], on: true },
        },
        asserted: { enum: ["linear", "cubic"], default: "cubic" },
        title: { type: "string", default: "" },
        trims: {
          type: "object",
          properties: { first: { type: "number" }, last: { type: "number" } },
          required: [],
          additionalProperties: false,
        },
        table: {
          type: "object",
          additionalProperties: { type: "array", items: { type: "string" } },
          default: {},
        },
      },
      required: ["fewer", "rest", "trims"],
      additionalProperties: false,
    },
  },
  load: async () => {
    const Shaper = processorClass("shaper", "shaper.ts", await import("./shaper.ts"), "Shaper");
    return () => {
      const processor = new Shaper();
      return {
        processor,
        ports: new ShaperPorts(processor),
        tick: () => processor.process(),
        configure: (values) => {
          if (values.text !== undefined) processor.text = values.text as typeof processor.text;
          if (values.whole !== undefined) processor.whole = values.whole as typeof processor.whole;
          if (values.flag !== undefined) processor.flag = values.flag as typeof processor.flag;
          if (values.choice !== undefined) processor.choice = values.choice as typeof processor.choice;
          if (values.mixed !== undefined) processor.mixed = values.mixed as typeof processor.mixed;
          if (values.nothing !== undefined) processor.nothing = values.nothing as typeof processor.nothing;
          if (values.maybe !== undefined) processor.maybe = values.maybe as typeof processor.maybe;
          if (values.bands !== undefined) processor.bands = values.bands as typeof processor.bands;
          if (values.list !== undefined) processor.list = values.list as typeof processor.list;
          if (values.pair !== undefined) processor.pair = values.pair as typeof processor.pair;
          if (values.shape !== undefined) processor.shape = values.shape as typeof processor.shape;
          if (values.window !== undefined) processor.window = values.window as typeof processor.window;
          if (values.quality !== undefined) processor.quality = values.quality as typeof processor.quality;
          if (values.weights !== undefined) processor.weights = values.weights as typeof processor.weights;
          if (values.sides !== undefined) processor.sides = values.sides as typeof processor.sides;
          if (values.point !== undefined) processor.point = values.point as typeof processor.point;
          if (values.options !== undefined) processor.options = values.options as typeof processor.options;
          if (values.fewer !== undefined) processor.fewer = values.fewer as typeof processor.fewer;
          if (values.rest !== undefined) processor.rest = values.rest as typeof processor.rest;
          if (values.guessed !== undefined) processor.guessed = values.guessed as typeof processor.guessed;
          if (values.asserted !== undefined) processor.asserted = values.asserted as typeof processor.asserted;
          if (values.title !== undefined) processor.title = values.title as typeof processor.title;
          if (values.trims !== undefined) processor.trims = values.trims as typeof processor.trims;
          if (values.table !== undefined) processor.table = values.table as typeof processor.table;
        },
      };
    };
  },
});

/** The node types of this package, by name. Calling one with a configuration gives what `runtime.add()` takes. */
export const nodes: { readonly shaper: typeof shaper } = { shaper };

/** This package, as a registry takes it. */
export const nodePackage: NodePackage = definePackage({
  name: "@example/config-types",
  url: import.meta.url,
  nodes: [shaper],
  sources: {
    "shaper.ts": "b70c212f2239b2a3",
    "shapes.ts": "3b1963d1f7227ae6",
    "sluice.json": "ce9e285633e42103",
  },
});
