// Made by "deno task codegen" from sluice.json and the files listed in "sources" at the end.
// Do not edit: change a processor class and run the command again.
// deno-fmt-ignore-file

/**
 * The node types of @example/taken-type-names. Importing this module loads none of their classes.
 *
 * @module
 */
import { defineNodeType, definePackage, processorClass, readStruct } from "../../../../generated.ts";
import * as package1_ from "../two_ports/sluice.gen.ts";
import type {
  DataFrame,
  NodeHandle,
  NodePackage,
  NodeType,
  PortRegistry,
  PortVisitor,
  PortWiring,
  StreamInput,
  StreamOutput,
  StructLayout,
  StructMemory,
} from "../../../../generated.ts";
import type {
  defineNodeType as defineNodeType2,
  definePackage as definePackage2,
  nodePackage as nodePackage2,
  nodes as nodes2,
  package1,
} from "./values.ts";

export type { defineNodeType2, definePackage2, nodePackage2, nodes2, package1 };

/** A view of 8 bytes in memory as `defineNodeType`. A struct. */
export class defineNodeTypeView implements defineNodeType2 {
  static readonly #LAYOUT: StructLayout = {
    name: "defineNodeType",
    sizeBytes: 8,
    alignBytes: 8,
    fields: [{ name: "y", kind: "f64", offsetBytes: 0 }],
  };
  readonly #memory: StructMemory;
  readonly #offsetBytes: number;

  /** Looks at memory from a place on, which is a multiple of 8. */
  constructor(memory: StructMemory, offsetBytes: number) {
    this.#memory = memory;
    this.#offsetBytes = offsetBytes;
  }

  /** The layout. */
  static schema(): StructLayout {
    return defineNodeTypeView.#LAYOUT;
  }

  /** See `defineNodeType`. */
  get y(): number {
    return this.#memory.f64[(this.#offsetBytes + 0) / 8];
  }
  set y(value: number) {
    this.#memory.f64[(this.#offsetBytes + 0) / 8] = value;
  }

  /** Copies the fields of a value. */
  assign(value: defineNodeType2): void {
    this.y = value.y;
  }

  /** A copy as a plain object. */
  toJSON(): defineNodeType2 {
    return readStruct(defineNodeTypeView.#LAYOUT, this.#memory, this.#offsetBytes) as unknown as defineNodeType2;
  }
}

/** A view of 8 bytes in memory as `nodes`. A struct. */
export class nodesView implements nodes2 {
  static readonly #LAYOUT: StructLayout = {
    name: "nodes",
    sizeBytes: 8,
    alignBytes: 8,
    fields: [{ name: "x", kind: "f64", offsetBytes: 0 }],
  };
  readonly #memory: StructMemory;
  readonly #offsetBytes: number;

  /** Looks at memory from a place on, which is a multiple of 8. */
  constructor(memory: StructMemory, offsetBytes: number) {
    this.#memory = memory;
    this.#offsetBytes = offsetBytes;
  }

  /** The layout. */
  static schema(): StructLayout {
    return nodesView.#LAYOUT;
  }

  /** See `nodes`. */
  get x(): number {
    return this.#memory.f64[(this.#offsetBytes + 0) / 8];
  }
  set x(value: number) {
    this.#memory.f64[(this.#offsetBytes + 0) / 8] = value;
  }

  /** Copies the fields of a value. */
  assign(value: nodes2): void {
    this.x = value.x;
  }

  /** A copy as a plain object. */
  toJSON(): nodes2 {
    return readStruct(nodesView.#LAYOUT, this.#memory, this.#offsetBytes) as unknown as nodes2;
  }
}

/** The ports of `probe`. */
export class ProbePorts implements PortRegistry {
  /** Names of the inputs, in the order of the class. */
  static readonly INPUT_NAMES: readonly ["nodes", "nodePackage", "defineNodeType"] = [
    "nodes",
    "nodePackage",
    "defineNodeType",
  ];
  /** Names of the outputs, in the order of the class. */
  static readonly OUTPUT_NAMES: readonly ["definePackage", "package1"] = ["definePackage", "package1"];
  readonly #processor: {
    nodes: StreamInput<DataFrame<nodes2>>;
    nodePackage: StreamInput<DataFrame<nodePackage2>>;
    defineNodeType: StreamInput<DataFrame<defineNodeType2>>;
    definePackage: StreamOutput<DataFrame<definePackage2>>;
    package1: StreamOutput<DataFrame<package1>>;
  };

  /**
   * Reads and assigns the ports of one instance.
   *
   * @param processor the instance, or anything with the same fields
   */
  constructor(
    processor: {
      nodes: StreamInput<DataFrame<nodes2>>;
      nodePackage: StreamInput<DataFrame<nodePackage2>>;
      defineNodeType: StreamInput<DataFrame<defineNodeType2>>;
      definePackage: StreamOutput<DataFrame<definePackage2>>;
      package1: StreamOutput<DataFrame<package1>>;
    },
  ) {
    this.#processor = processor;
  }

  /** The inputs by name. */
  inputs(): {
    readonly nodes: StreamInput<DataFrame<nodes2>>;
    readonly nodePackage: StreamInput<DataFrame<nodePackage2>>;
    readonly defineNodeType: StreamInput<DataFrame<defineNodeType2>>;
  } {
    return {
      nodes: this.#processor.nodes,
      nodePackage: this.#processor.nodePackage,
      defineNodeType: this.#processor.defineNodeType,
    };
  }

  /** The outputs by name. */
  outputs(): {
    readonly definePackage: StreamOutput<DataFrame<definePackage2>>;
    readonly package1: StreamOutput<DataFrame<package1>>;
  } {
    return { definePackage: this.#processor.definePackage, package1: this.#processor.package1 };
  }

  /** Shows each port to a visitor. */
  visit(visitor: PortVisitor): void {
    visitor.input("nodes", this.#processor.nodes);
    visitor.input("nodePackage", this.#processor.nodePackage);
    visitor.input("defineNodeType", this.#processor.defineNodeType);
    visitor.output("definePackage", this.#processor.definePackage);
    visitor.output("package1", this.#processor.package1);
  }

  /** Assigns the ports to the fields of the class. */
  wire(wiring: PortWiring): void {
    this.#processor.nodes = wiring.input("nodes") as StreamInput<DataFrame<nodes2>>;
    this.#processor.nodePackage = wiring.input("nodePackage") as StreamInput<DataFrame<nodePackage2>>;
    this.#processor.defineNodeType = wiring.input("defineNodeType") as StreamInput<DataFrame<defineNodeType2>>;
    this.#processor.definePackage = wiring.output("definePackage") as StreamOutput<DataFrame<definePackage2>>;
    this.#processor.package1 = wiring.output("package1") as StreamOutput<DataFrame<package1>>;
  }
}

/** The configuration of `probe`. */
export type ProbeConfig = Record<string, never>;

/** A `probe` in a graph. */
export type ProbeHandle = NodeHandle<
  { nodes: DataFrame<nodes2>; nodePackage: DataFrame<nodePackage2>; defineNodeType: DataFrame<defineNodeType2> },
  { definePackage: DataFrame<definePackage2>; package1: DataFrame<package1> }
>;

/** Takes values whose types are called like what the generated module declares and imports. */
export const probe: NodeType<ProbeConfig, ProbeHandle> = defineNodeType<ProbeConfig, ProbeHandle>({
  descriptor: {
    type: "probe",
    className: "Probe",
    source: "probe.ts:8",
    description: "Takes values whose types are called like what the generated module declares and imports.",
    doc: "Takes values whose types are called like what the generated module declares and imports.",
    category: "other",
    tags: [],
    mode: "push",
    trigger: "any",
    lane: "worker",
    converts: [],
    isAsync: false,
    inputs: [{
      name: "nodes",
      direction: "input",
      kind: "data",
      type: "DataFrame<nodes>",
      schema: "nodes",
      valueSchema: {
        description: "A struct.",
        type: "object",
        properties: { x: { type: "number" } },
        required: ["x"],
      },
      struct: {
        name: "nodes",
        sizeBytes: 8,
        alignBytes: 8,
        fields: [{ name: "x", kind: "f64", offsetBytes: 0 }],
      },
      optional: false,
      burst: 1,
      doc: "",
    }, {
      name: "nodePackage",
      direction: "input",
      kind: "data",
      type: "DataFrame<nodePackage>",
      schema: "nodePackage",
      valueSchema: {
        description: "A value.",
        type: "object",
        properties: { text: { type: "string" } },
        required: ["text"],
      },
      optional: false,
      burst: 1,
      doc: "",
    }, {
      name: "defineNodeType",
      direction: "input",
      kind: "data",
      type: "DataFrame<defineNodeType>",
      schema: "defineNodeType",
      valueSchema: {
        description: "A struct.",
        type: "object",
        properties: { y: { type: "number" } },
        required: ["y"],
      },
      struct: {
        name: "defineNodeType",
        sizeBytes: 8,
        alignBytes: 8,
        fields: [{ name: "y", kind: "f64", offsetBytes: 0 }],
      },
      optional: false,
      burst: 1,
      doc: "",
    }],
    outputs: [{
      name: "definePackage",
      direction: "output",
      kind: "data",
      type: "DataFrame<definePackage>",
      schema: "definePackage",
      valueSchema: {
        description: "A value.",
        type: "object",
        properties: { text: { type: "string" } },
        required: ["text"],
      },
      optional: false,
      burst: 1,
      doc: "",
    }, {
      name: "package1",
      direction: "output",
      kind: "data",
      type: "DataFrame<package1>",
      schema: "package1",
      valueSchema: {
        description: "A value.",
        type: "object",
        properties: { text: { type: "string" } },
        required: ["text"],
      },
      optional: false,
      burst: 1,
      doc: "",
    }],
    config: { type: "object", properties: {}, required: [], additionalProperties: false },
  },
  load: async () => {
    const Probe = processorClass("probe", "probe.ts", await import("./probe.ts"), "Probe");
    return () => {
      const processor = new Probe();
      return {
        processor,
        ports: new ProbePorts(processor),
        tick: () => processor.process(),
        configure: () => {},
        structs: { nodes: nodesView, defineNodeType: defineNodeTypeView },
      };
    };
  },
});

/** The node types of this package, by name. Calling one with a configuration gives what `runtime.add()` takes. */
export const nodes: { readonly gain: typeof package1_.nodes.gain; readonly probe: typeof probe } = {
  ...package1_.nodes,
  probe,
};

/** This package, as a registry takes it. */
export const nodePackage: NodePackage = definePackage({
  name: "@example/taken-type-names",
  url: import.meta.url,
  nodes: [probe],
  packages: [package1_.nodePackage],
  sources: {
    "../two_ports/sluice.gen.ts": "ee365f0fc7470f06",
    "probe.ts": "3c75875db4813a51",
    "sluice.json": "01d27c17ca640ea0",
    "values.ts": "6ba2c5c981211810",
  },
});
