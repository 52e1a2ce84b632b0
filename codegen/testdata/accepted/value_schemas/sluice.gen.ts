// Made by "deno task codegen" from sluice.json and the files listed in "sources" at the end.
// Do not edit: change a processor class and run the command again.
// deno-fmt-ignore-file

/**
 * The node types of @example/value-schemas. Importing this module loads none of their classes.
 *
 * @module
 */
import { assignArray, defineNodeType, definePackage, processorClass, readStruct } from "../../../../generated.ts";
import type {
  AudioFrame,
  DataFrame,
  NodeHandle,
  NodePackage,
  NodeSpec,
  NodeType,
  PortRegistry,
  PortVisitor,
  PortWiring,
  StreamInput,
  StreamOutput,
  StructLayout,
  StructMemory,
  Untyped,
} from "../../../../generated.ts";
import type { Answer, Finding, Found, Sample } from "./finder.ts";
import type { Deep, Foreign, Json, Mark, Side } from "./shapes.ts";

export type { Answer, Deep, Finding, Foreign, Found, Json, Mark, Sample, Side };

/** A view of 8 bytes in memory as `Sample`. Bytes. */
export class SampleView implements Sample {
  static readonly #LAYOUT: StructLayout = {
    name: "Sample",
    sizeBytes: 8,
    alignBytes: 2,
    fields: [{ name: "level", kind: "u8", offsetBytes: 0 }, { name: "offset", kind: "i16", offsetBytes: 2 }, {
      name: "place",
      kind: "u8",
      offsetBytes: 4,
      count: 3,
    }, { name: "isValid", kind: "bool", offsetBytes: 7 }],
  };
  readonly #memory: StructMemory;
  readonly #offsetBytes: number;
  /** See `Sample`. */
  readonly place: Uint8Array;

  /** Looks at memory from a place on, which is a multiple of 2. */
  constructor(memory: StructMemory, offsetBytes: number) {
    this.#memory = memory;
    this.#offsetBytes = offsetBytes;
    this.place = memory.u8.subarray(offsetBytes + 4, offsetBytes + 7);
  }

  /** The layout. */
  static schema(): StructLayout {
    return SampleView.#LAYOUT;
  }

  /** See `Sample`. */
  get level(): number {
    return this.#memory.u8[this.#offsetBytes + 0];
  }
  set level(value: number) {
    this.#memory.u8[this.#offsetBytes + 0] = value;
  }

  /** See `Sample`. */
  get offset(): number {
    return this.#memory.i16[(this.#offsetBytes + 2) / 2];
  }
  set offset(value: number) {
    this.#memory.i16[(this.#offsetBytes + 2) / 2] = value;
  }

  /** See `Sample`. */
  get isValid(): boolean {
    return this.#memory.u8[this.#offsetBytes + 7] !== 0;
  }
  set isValid(value: boolean) {
    this.#memory.u8[this.#offsetBytes + 7] = value ? 1 : 0;
  }

  /** Copies the fields of a value. */
  assign(value: Sample): void {
    this.level = value.level;
    this.offset = value.offset;
    assignArray(this.place, value.place, "place");
    this.isValid = value.isValid;
  }

  /** A copy as a plain object. */
  toJSON(): Sample {
    return readStruct(SampleView.#LAYOUT, this.#memory, this.#offsetBytes) as unknown as Sample;
  }
}

/** The ports of `finder`. */
export class FinderPorts implements PortRegistry {
  /** Names of the inputs, in the order of the class. */
  static readonly INPUT_NAMES: readonly ["audio", "questions"] = ["audio", "questions"];
  /** Names of the outputs, in the order of the class. */
  static readonly OUTPUT_NAMES: readonly [
    "answers",
    "findings",
    "found",
    "samples",
    "deep",
    "json",
    "side",
    "mark",
    "foreign",
    "anything",
  ] = ["answers", "findings", "found", "samples", "deep", "json", "side", "mark", "foreign", "anything"];
  readonly #processor: {
    audio: StreamInput<AudioFrame>;
    questions: StreamInput<DataFrame>;
    answers: StreamOutput<DataFrame<Answer<unknown>>>;
    findings: StreamOutput<DataFrame<Finding>>;
    found: StreamOutput<DataFrame<Found>>;
    samples: StreamOutput<DataFrame<Sample>>;
    deep: StreamOutput<DataFrame<Deep<number>>>;
    json: StreamOutput<DataFrame<Json>>;
    side: StreamOutput<DataFrame<Side>>;
    mark: StreamOutput<DataFrame<Mark>>;
    foreign: StreamOutput<DataFrame<Foreign>>;
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
      questions: StreamInput<DataFrame>;
      answers: StreamOutput<DataFrame<Answer<unknown>>>;
      findings: StreamOutput<DataFrame<Finding>>;
      found: StreamOutput<DataFrame<Found>>;
      samples: StreamOutput<DataFrame<Sample>>;
      deep: StreamOutput<DataFrame<Deep<number>>>;
      json: StreamOutput<DataFrame<Json>>;
      side: StreamOutput<DataFrame<Side>>;
      mark: StreamOutput<DataFrame<Mark>>;
      foreign: StreamOutput<DataFrame<Foreign>>;
      anything: StreamOutput<DataFrame<unknown>>;
    },
  ) {
    this.#processor = processor;
  }

  /** The inputs by name. */
  inputs(): { readonly audio: StreamInput<AudioFrame>; readonly questions: StreamInput<DataFrame> } {
    return { audio: this.#processor.audio, questions: this.#processor.questions };
  }

  /** The outputs by name. */
  outputs(): {
    readonly answers: StreamOutput<DataFrame<Answer<unknown>>>;
    readonly findings: StreamOutput<DataFrame<Finding>>;
    readonly found: StreamOutput<DataFrame<Found>>;
    readonly samples: StreamOutput<DataFrame<Sample>>;
    readonly deep: StreamOutput<DataFrame<Deep<number>>>;
    readonly json: StreamOutput<DataFrame<Json>>;
    readonly side: StreamOutput<DataFrame<Side>>;
    readonly mark: StreamOutput<DataFrame<Mark>>;
    readonly foreign: StreamOutput<DataFrame<Foreign>>;
    readonly anything: StreamOutput<DataFrame<unknown>>;
  } {
    return {
      answers: this.#processor.answers,
      findings: this.#processor.findings,
      found: this.#processor.found,
      samples: this.#processor.samples,
      deep: this.#processor.deep,
      json: this.#processor.json,
      side: this.#processor.side,
      mark: this.#processor.mark,
      foreign: this.#processor.foreign,
      anything: this.#processor.anything,
    };
  }

  /** Shows each port to a visitor. */
  visit(visitor: PortVisitor): void {
    visitor.input("audio", this.#processor.audio);
    visitor.input("questions", this.#processor.questions);
    visitor.output("answers", this.#processor.answers);
    visitor.output("findings", this.#processor.findings);
    visitor.output("found", this.#processor.found);
    visitor.output("samples", this.#processor.samples);
    visitor.output("deep", this.#processor.deep);
    visitor.output("json", this.#processor.json);
    visitor.output("side", this.#processor.side);
    visitor.output("mark", this.#processor.mark);
    visitor.output("foreign", this.#processor.foreign);
    visitor.output("anything", this.#processor.anything);
  }

  /** Assigns the ports to the fields of the class. */
  wire(wiring: PortWiring): void {
    this.#processor.audio = wiring.input("audio") as StreamInput<AudioFrame>;
    this.#processor.questions = wiring.input("questions") as StreamInput<DataFrame>;
    this.#processor.answers = wiring.output("answers") as StreamOutput<DataFrame<Answer<unknown>>>;
    this.#processor.findings = wiring.output("findings") as StreamOutput<DataFrame<Finding>>;
    this.#processor.found = wiring.output("found") as StreamOutput<DataFrame<Found>>;
    this.#processor.samples = wiring.output("samples") as StreamOutput<DataFrame<Sample>>;
    this.#processor.deep = wiring.output("deep") as StreamOutput<DataFrame<Deep<number>>>;
    this.#processor.json = wiring.output("json") as StreamOutput<DataFrame<Json>>;
    this.#processor.side = wiring.output("side") as StreamOutput<DataFrame<Side>>;
    this.#processor.mark = wiring.output("mark") as StreamOutput<DataFrame<Mark>>;
    this.#processor.foreign = wiring.output("foreign") as StreamOutput<DataFrame<Foreign>>;
    this.#processor.anything = wiring.output("anything") as StreamOutput<DataFrame<unknown>>;
  }
}

/** The configuration of `finder`. */
export type FinderConfig = Record<string, never>;

/** A `finder` in a graph. */
export type FinderHandle<Q = Untyped> = NodeHandle<
  { audio: AudioFrame; questions: DataFrame<Q> },
  {
    answers: DataFrame<Answer<Q>>;
    findings: DataFrame<Finding>;
    found: DataFrame<Found>;
    samples: DataFrame<Sample>;
    deep: DataFrame<Deep<number>>;
    json: DataFrame<Json>;
    side: DataFrame<Side>;
    mark: DataFrame<Mark>;
    foreign: DataFrame<Foreign>;
    anything: DataFrame<unknown>;
  }
>;

/** The node type `finder`, which carries what its links do. */
export interface FinderNodeType extends NodeType<FinderConfig, FinderHandle> {
  /** A node whose ports carry these types; without them, any. */
  <Q = Untyped>(config?: FinderConfig): NodeSpec<FinderHandle<Q>>;
}

/** Finds things. */
export const finder: FinderNodeType = defineNodeType<FinderConfig, FinderHandle, FinderNodeType>({
  descriptor: {
    type: "finder",
    className: "Finder",
    source: "finder.ts:65",
    description: "Finds things.",
    doc: "Finds things.",
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
    }, {
      name: "questions",
      direction: "input",
      kind: "data",
      type: "DataFrame<Q>",
      schema: "unknown",
      generic: { argument: "Q", parameters: ["Q"] },
      optional: false,
      burst: 1,
      doc: "",
    }],
    outputs: [{
      name: "answers",
      direction: "output",
      kind: "data",
      type: "DataFrame<Answer<Q>>",
      schema: "unknown",
      valueSchema: {
        description: "What was looked up, by what was asked.",
        type: "object",
        properties: {
          question: { $comment: "Q is what the links say" },
          answer: { $ref: "#/$defs/Json" },
        },
        required: ["answer"],
        $defs: {
          Json: {
            anyOf: [{ type: "string" }, { type: "number" }, { type: "boolean" }, { type: "null" }, {
              type: "array",
              items: { $ref: "#/$defs/Json" },
            }, { type: "object", additionalProperties: { $ref: "#/$defs/Json" } }],
          },
        },
      },
      generic: { argument: "Answer<Q>", parameters: ["Q"] },
      optional: false,
      burst: 1,
      doc: "",
    }, {
      name: "findings",
      direction: "output",
      kind: "data",
      type: "DataFrame<Finding>",
      schema: "Finding",
      valueSchema: {
        description: "A finding. It holds one of everything.",
        type: "object",
        properties: {
          x: {
            type: "number",
            description: "To the right of the middle.",
            "x-unit": "m",
            minimum: -10,
            maximum: 10,
          },
          y: { type: "number" },
          name: { type: "string" },
          side: { enum: ["left", "right", "both"] },
          marks: {
            type: "array",
            items: {
              description: "A class travels as its public fields.",
              type: "object",
              properties: {
                label: { type: "string" },
                count: { type: "number" },
                note: { type: "string" },
                weight: { type: "number" },
              },
              required: ["label", "count", "weight"],
            },
          },
          pair: {
            type: "array",
            prefixItems: [{ type: "string" }, { type: "number" }],
            minItems: 2,
            maxItems: 2,
          },
          corners: {
            type: "array",
            items: {
              description: "Where something is.",
              type: "object",
              properties: {
                x: {
                  type: "number",
                  description: "To the right of the middle.",
                  "x-unit": "m",
                  minimum: -10,
                  maximum: 10,
                },
                y: { type: "number" },
              },
              required: ["x"],
            },
            minItems: 2,
            maxItems: 2,
          },
          rest: {
            type: "array",
            prefixItems: [{ type: "string" }],
            items: { type: "number" },
            minItems: 1,
          },
          distance: { type: "number" },
          when: { anyOf: [{ "x-type": "Date" }, { type: "null" }] },
          spectrum: { "x-type": "Float32Array" },
          id: { "x-type": "BigInt" },
          byName: {
            type: "object",
            additionalProperties: {
              description: "Where something is.",
              type: "object",
              properties: {
                x: {
                  type: "number",
                  description: "To the right of the middle.",
                  "x-unit": "m",
                  minimum: -10,
                  maximum: 10,
                },
                y: { type: "number" },
              },
              required: ["x"],
            },
          },
          bySide: {
            type: "object",
            properties: { left: { type: "number" }, right: { type: "number" } },
          },
          table: { "x-type": "Map" },
          maybe: { type: "number" },
          whatever: {},
          foreign: {
            description: "Part of another package.",
            $comment: 'Buffer is of "node:buffer", which the generator does not read',
          },
          asked: { $comment: "a function, which no frame takes to another lane" },
          worked: { $comment: 'Place["x"], which the generator does not work out' },
          part: {
            description: "Where something is.",
            type: "object",
            properties: {
              x: {
                type: "number",
                description: "To the right of the middle.",
                "x-unit": "m",
                minimum: -10,
                maximum: 10,
              },
            },
            required: ["x"],
          },
          report: {
            type: "object",
            properties: {
              question: {
                description: "Is named as a type parameter of the class that carries it.",
                type: "object",
                properties: { asked: { enum: ["good", "bad"] } },
                required: ["asked"],
              },
            },
            required: ["question"],
          },
        },
        required: [
          "x",
          "name",
          "side",
          "marks",
          "pair",
          "corners",
          "rest",
          "distance",
          "when",
          "id",
          "byName",
          "bySide",
          "table",
          "part",
        ],
      },
      optional: false,
      burst: 1,
      doc: "",
    }, {
      name: "found",
      direction: "output",
      kind: "data",
      type: "DataFrame<Found>",
      schema: "Found",
      valueSchema: {
        $ref: "#/$defs/Tree",
        $defs: {
          Tree: {
            description: "A tree of findings.",
            type: "object",
            properties: {
              value: {
                description: "A finding. It holds one of everything.",
                type: "object",
                properties: {
                  x: {
                    type: "number",
                    description: "To the right of the middle.",
                    "x-unit": "m",
                    minimum: -10,
                    maximum: 10,
                  },
                  y: { type: "number" },
                  name: { type: "string" },
                  side: { enum: ["left", "right", "both"] },
                  marks: {
                    type: "array",
                    items: {
                      description: "A class travels as its public fields.",
                      type: "object",
                      properties: {
                        label: { type: "string" },
                        count: { type: "number" },
                        note: { type: "string" },
                        weight: { type: "number" },
                      },
                      required: ["label", "count", "weight"],
                    },
                  },
                  pair: {
                    type: "array",
                    prefixItems: [{ type: "string" }, { type: "number" }],
                    minItems: 2,
                    maxItems: 2,
                  },
                  corners: {
                    type: "array",
                    items: {
                      description: "Where something is.",
                      type: "object",
                      properties: {
                        x: {
                          type: "number",
                          description: "To the right of the middle.",
                          "x-unit": "m",
                          minimum: -10,
                          maximum: 10,
                        },
                        y: { type: "number" },
                      },
                      required: ["x"],
                    },
                    minItems: 2,
                    maxItems: 2,
                  },
                  rest: {
                    type: "array",
                    prefixItems: [{ type: "string" }],
                    items: { type: "number" },
                    minItems: 1,
                  },
                  distance: { type: "number" },
                  when: { anyOf: [{ "x-type": "Date" }, { type: "null" }] },
                  spectrum: { "x-type": "Float32Array" },
                  id: { "x-type": "BigInt" },
                  byName: {
                    type: "object",
                    additionalProperties: {
                      description: "Where something is.",
                      type: "object",
                      properties: {
                        x: {
                          type: "number",
                          description: "To the right of the middle.",
                          "x-unit": "m",
                          minimum: -10,
                          maximum: 10,
                        },
                        y: { type: "number" },
                      },
                      required: ["x"],
                    },
                  },
                  bySide: {
                    type: "object",
                    properties: { left: { type: "number" }, right: { type: "number" } },
                  },
                  table: { "x-type": "Map" },
                  maybe: { type: "number" },
                  whatever: {},
                  foreign: {
                    description: "Part of another package.",
                    $comment: 'Buffer is of "node:buffer", which the generator does not read',
                  },
                  asked: { $comment: "a function, which no frame takes to another lane" },
                  worked: { $comment: 'Place["x"], which the generator does not work out' },
                  part: {
                    description: "Where something is.",
                    type: "object",
                    properties: {
                      x: {
                        type: "number",
                        description: "To the right of the middle.",
                        "x-unit": "m",
                        minimum: -10,
                        maximum: 10,
                      },
                    },
                    required: ["x"],
                  },
                  report: {
                    type: "object",
                    properties: {
                      question: {
                        description: "Is named as a type parameter of the class that carries it.",
                        type: "object",
                        properties: { asked: { enum: ["good", "bad"] } },
                        required: ["asked"],
                      },
                    },
                    required: ["question"],
                  },
                },
                required: [
                  "x",
                  "name",
                  "side",
                  "marks",
                  "pair",
                  "corners",
                  "rest",
                  "distance",
                  "when",
                  "id",
                  "byName",
                  "bySide",
                  "table",
                  "part",
                ],
              },
              left: { $ref: "#/$defs/Tree" },
              right: { anyOf: [{ $ref: "#/$defs/Tree" }, { type: "null" }] },
            },
            required: ["value", "right"],
          },
        },
      },
      optional: false,
      burst: 1,
      doc: "",
    }, {
      name: "samples",
      direction: "output",
      kind: "data",
      type: "DataFrame<Sample>",
      schema: "Sample",
      valueSchema: {
        description: "Bytes.",
        type: "object",
        properties: {
          level: { type: "integer", minimum: 0, maximum: 255 },
          offset: { type: "integer", minimum: -32768, maximum: 32767 },
          place: {
            type: "array",
            items: { type: "integer", minimum: 0, maximum: 255 },
            minItems: 3,
            maxItems: 3,
          },
          isValid: { type: "boolean" },
        },
        required: ["level", "offset", "place", "isValid"],
      },
      struct: {
        name: "Sample",
        sizeBytes: 8,
        alignBytes: 2,
        fields: [{ name: "level", kind: "u8", offsetBytes: 0 }, { name: "offset", kind: "i16", offsetBytes: 2 }, {
          name: "place",
          kind: "u8",
          offsetBytes: 4,
          count: 3,
        }, { name: "isValid", kind: "bool", offsetBytes: 7 }],
      },
      optional: false,
      burst: 1,
      doc: "",
    }, {
      name: "deep",
      direction: "output",
      kind: "data",
      type: "DataFrame<Deep<number>>",
      schema: "Deep<number>",
      valueSchema: {
        description: "Grows without bound.",
        type: "object",
        properties: {
          inner: {
            description: "Grows without bound.",
            type: "object",
            properties: {
              inner: {
                description: "Grows without bound.",
                type: "object",
                properties: { inner: { $comment: "Deep contains itself with ever other types" } },
              },
            },
          },
        },
      },
      optional: false,
      burst: 1,
      doc: "",
    }, {
      name: "json",
      direction: "output",
      kind: "data",
      type: "DataFrame<Json>",
      schema: "Json",
      valueSchema: {
        $ref: "#/$defs/Json",
        $defs: {
          Json: {
            anyOf: [{ type: "string" }, { type: "number" }, { type: "boolean" }, { type: "null" }, {
              type: "array",
              items: { $ref: "#/$defs/Json" },
            }, { type: "object", additionalProperties: { $ref: "#/$defs/Json" } }],
          },
        },
      },
      optional: false,
      burst: 1,
      doc: "",
    }, {
      name: "side",
      direction: "output",
      kind: "data",
      type: "DataFrame<Side>",
      schema: "Side",
      valueSchema: { enum: ["left", "right"] },
      optional: false,
      burst: 1,
      doc: "",
    }, {
      name: "mark",
      direction: "output",
      kind: "data",
      type: "DataFrame<Mark>",
      schema: "Mark",
      valueSchema: {
        description: "A class travels as its public fields.",
        type: "object",
        properties: {
          label: { type: "string" },
          count: { type: "number" },
          note: { type: "string" },
          weight: { type: "number" },
        },
        required: ["label", "count", "weight"],
      },
      optional: false,
      burst: 1,
      doc: "",
    }, {
      name: "foreign",
      direction: "output",
      kind: "data",
      type: "DataFrame<Foreign>",
      schema: "Foreign",
      valueSchema: {
        description: "Part of another package.",
        $comment: 'Buffer is of "node:buffer", which the generator does not read',
      },
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
    const Finder = processorClass("finder", "finder.ts", await import("./finder.ts"), "Finder");
    return () => {
      const processor = new Finder<Untyped>();
      return {
        processor,
        ports: new FinderPorts(processor),
        tick: () => processor.process(),
        configure: () => {},
        structs: { Sample: SampleView },
      };
    };
  },
});

/** The node types of this package, by name. Calling one with a configuration gives what `runtime.add()` takes. */
export const nodes: { readonly finder: typeof finder } = { finder };

/** This package, as a registry takes it. */
export const nodePackage: NodePackage = definePackage({
  name: "@example/value-schemas",
  url: import.meta.url,
  nodes: [finder],
  sources: {
    "finder.ts": "45f3260ba31ffdf5",
    "shapes.ts": "c77240fb5b08d99b",
    "sluice.json": "f4da6cd2823e0915",
  },
});
