// Made by "deno task codegen" from sluice.json and the files listed in "sources" at the end.
// Do not edit: change a processor class and run the command again.
// deno-fmt-ignore-file

/**
 * The node types of @example/doc-tags. Importing this module loads none of their classes.
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

/** The ports of `tagged`. */
export class TaggedPorts implements PortRegistry {
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

/** The configuration of `tagged`. */
export interface TaggedConfig {
  /**
   * Steps to go.
   *
   * A whole number from 1 to 64; 4 by default.
   */
  readonly steps?: number;
  /**
   * Ratio.
   *
   * A number above 0 and below 1; 0.5 by default.
   */
  readonly ratio?: number;
  /**
   * Size.
   *
   * A number of at least 128 samples, a multiple of 128; 1024 by default.
   */
  readonly size?: number;
  /**
   * Name of the thing.
   *
   * A string of 1 to 8 characters matching /^[a-z]+$/; "drum" by default.
   */
  readonly label?: string;
  /**
   * Frequencies.
   *
   * A list of 1 to 4 values, each a number of at least 20; [440] by default.
   */
  readonly frequenciesHz?: readonly number[];
  /**
   * Old way to say Tagged.steps.
   *
   * A number.
   *
   * @deprecated
   */
  readonly count?: number;
  /**
   * Files to read.
   *
   * A list, each a string; [] by default.
   */
  readonly files?: readonly string[];
  /**
   * Limit, or none.
   *
   * A number of at least 0 or null; null by default.
   */
  readonly limit?: number | null;
}

/** A `tagged` in a graph. */
export type TaggedHandle = NodeHandle<{ audioIn: AudioFrame }, Record<never, never>>;

/**
 * Has every doc tag, e.g. one in code such as `@minimum 3`, and mail to someone@example.org. See Tagged.steps
 * and the page.
 *
 * ```ts
 * // @unit not a tag
 * ```
 */
export const tagged: NodeType<TaggedConfig, TaggedHandle> = defineNodeType<TaggedConfig, TaggedHandle>({
  descriptor: {
    type: "tagged",
    className: "Tagged",
    source: "tagged.ts:16",
    description: "Has every doc tag, e.g. one in code such as `@minimum 3`, and mail to someone@example.org.",
    doc:
      "Has every doc tag, e.g. one in code such as `@minimum 3`, and mail to someone@example.org. See Tagged.steps\nand the page.\n\n```ts\n// @unit not a tag\n```",
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
        steps: {
          type: "integer",
          description: "Steps to go.",
          minimum: 1,
          maximum: 64,
          examples: [8, 16],
          default: 4,
        },
        ratio: {
          type: "number",
          description: "Ratio.",
          exclusiveMinimum: 0,
          exclusiveMaximum: 1,
          default: 0.5,
        },
        size: {
          type: "number",
          description: "Size.",
          "x-unit": "samples",
          multipleOf: 128,
          minimum: 128,
          default: 1024,
        },
        label: {
          type: "string",
          description: "Name of the thing.",
          minLength: 1,
          maxLength: 8,
          pattern: "^[a-z]+$",
          examples: ["bell"],
          default: "drum",
        },
        frequenciesHz: {
          type: "array",
          items: { type: "number", minimum: 20 },
          description: "Frequencies.",
          minItems: 1,
          maxItems: 4,
          "x-unit": "Hz",
          default: [440],
        },
        count: {
          type: "number",
          description: "Old way to say Tagged.steps.",
          deprecated: true,
        },
        files: {
          type: "array",
          items: { type: "string", "x-reaches": "path" },
          description: "Files to read.",
          default: [],
        },
        limit: {
          anyOf: [{ type: "number", minimum: 0 }, { type: "null" }],
          description: "Limit, or none.",
          default: null,
        },
      },
      required: [],
      additionalProperties: false,
    },
  },
  load: async () => {
    const Tagged = processorClass("tagged", "tagged.ts", await import("./tagged.ts"), "Tagged");
    return () => {
      const processor = new Tagged();
      return {
        processor,
        ports: new TaggedPorts(processor),
        tick: () => processor.process(),
        configure: (values) => {
          if (values.steps !== undefined) processor.steps = values.steps as typeof processor.steps;
          if (values.ratio !== undefined) processor.ratio = values.ratio as typeof processor.ratio;
          if (values.size !== undefined) processor.size = values.size as typeof processor.size;
          if (values.label !== undefined) processor.label = values.label as typeof processor.label;
          if (values.frequenciesHz !== undefined) {
            processor.frequenciesHz = values.frequenciesHz as typeof processor.frequenciesHz;
          }
          if (values.count !== undefined) processor.count = values.count as typeof processor.count;
          if (values.files !== undefined) processor.files = values.files as typeof processor.files;
          if (values.limit !== undefined) processor.limit = values.limit as typeof processor.limit;
        },
      };
    };
  },
});

/** The node types of this package, by name. Calling one with a configuration gives what `runtime.add()` takes. */
export const nodes: { readonly tagged: typeof tagged } = { tagged };

/** This package, as a registry takes it. */
export const nodePackage: NodePackage = definePackage({
  name: "@example/doc-tags",
  url: import.meta.url,
  nodes: [tagged],
  sources: { "sluice.json": "40825304a12f3ae3", "tagged.ts": "6c14ccf51abc1bad" },
});
