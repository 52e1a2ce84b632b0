// Made by "deno task codegen" from sluice.json and the files listed in "sources" at the end.
// Do not edit: change a processor class and run the command again.
// deno-fmt-ignore-file

/**
 * The node types of @example/names. Importing this module loads none of their classes.
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
import type { SwitchPorts as SwitchPorts2 } from "./b/two.ts";

export type { SwitchPorts2 };

/** The ports of `node`. */
export class NodeNodePorts implements PortRegistry {
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

/** The configuration of `node`. */
export type NodeNodeConfig = Record<string, never>;

/** A `node` in a graph. */
export type NodeNodeHandle = NodeHandle<{ audioIn: AudioFrame }, Record<never, never>>;

/** Named after the runtime's own types. */
export const node: NodeType<NodeNodeConfig, NodeNodeHandle> = defineNodeType<NodeNodeConfig, NodeNodeHandle>({
  descriptor: {
    type: "node",
    className: "Node",
    source: "a/one.ts:18",
    description: "Named after the runtime's own types.",
    doc: "Named after the runtime's own types.",
    category: "a",
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
    config: { type: "object", properties: {}, required: [], additionalProperties: false },
  },
  load: async () => {
    const Node = processorClass("node", "a/one.ts", await import("./a/one.ts"), "Node");
    return () => {
      const processor = new Node();
      return {
        processor,
        ports: new NodeNodePorts(processor),
        tick: () => processor.process(),
        configure: () => {},
      };
    };
  },
});

/** The ports of `odd`. */
export class OddPorts implements PortRegistry {
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

/** The configuration of `odd`. */
export type OddConfig = Record<string, never>;

/** A `odd` in a graph. */
export type OddHandle = NodeHandle<{ audioIn: AudioFrame }, Record<never, never>>;

/** Named like the ports of its node type. */
export const odd: NodeType<OddConfig, OddHandle> = defineNodeType<OddConfig, OddHandle>({
  descriptor: {
    type: "odd",
    className: "OddPorts",
    source: "b/two.ts:26",
    description: "Named like the ports of its node type.",
    doc: "Named like the ports of its node type.",
    category: "b",
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
    config: { type: "object", properties: {}, required: [], additionalProperties: false },
  },
  load: async () => {
    const Processor = processorClass("odd", "b/two.ts", await import("./b/two.ts"), "OddPorts");
    return () => {
      const processor = new Processor();
      return {
        processor,
        ports: new OddPorts(processor),
        tick: () => processor.process(),
        configure: () => {},
      };
    };
  },
});

/** The ports of `other-switch`. */
export class OtherSwitchPorts implements PortRegistry {
  /** Names of the inputs, in the order of the class. */
  static readonly INPUT_NAMES: readonly ["audioIn"] = ["audioIn"];
  /** Names of the outputs, in the order of the class. */
  static readonly OUTPUT_NAMES: readonly ["ports"] = ["ports"];
  readonly #processor: { audioIn: StreamInput<AudioFrame>; ports: StreamOutput<DataFrame<SwitchPorts2>> };

  /**
   * Reads and assigns the ports of one instance.
   *
   * @param processor the instance, or anything with the same fields
   */
  constructor(processor: { audioIn: StreamInput<AudioFrame>; ports: StreamOutput<DataFrame<SwitchPorts2>> }) {
    this.#processor = processor;
  }

  /** The inputs by name. */
  inputs(): { readonly audioIn: StreamInput<AudioFrame> } {
    return { audioIn: this.#processor.audioIn };
  }

  /** The outputs by name. */
  outputs(): { readonly ports: StreamOutput<DataFrame<SwitchPorts2>> } {
    return { ports: this.#processor.ports };
  }

  /** Shows each port to a visitor. */
  visit(visitor: PortVisitor): void {
    visitor.input("audioIn", this.#processor.audioIn);
    visitor.output("ports", this.#processor.ports);
  }

  /** Assigns the ports to the fields of the class. */
  wire(wiring: PortWiring): void {
    this.#processor.audioIn = wiring.input("audioIn") as StreamInput<AudioFrame>;
    this.#processor.ports = wiring.output("ports") as StreamOutput<DataFrame<SwitchPorts2>>;
  }
}

/** The configuration of `other-switch`. */
export type OtherSwitchConfig = Record<string, never>;

/** A `other-switch` in a graph. */
export type OtherSwitchHandle = NodeHandle<{ audioIn: AudioFrame }, { ports: DataFrame<SwitchPorts2> }>;

/** Has its own name, and a class name that another file has too. */
export const otherSwitch: NodeType<OtherSwitchConfig, OtherSwitchHandle> = defineNodeType<
  OtherSwitchConfig,
  OtherSwitchHandle
>({
  descriptor: {
    type: "other-switch",
    className: "Switch",
    source: "b/two.ts:8",
    description: "Has its own name, and a class name that another file has too.",
    doc: "Has its own name, and a class name that another file has too.",
    category: "b",
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
      name: "ports",
      direction: "output",
      kind: "data",
      type: "DataFrame<SwitchPorts>",
      schema: "SwitchPorts",
      valueSchema: {
        description: "A value named like generated code.",
        type: "object",
        properties: { open: { type: "boolean" } },
        required: ["open"],
      },
      optional: false,
      burst: 1,
      doc: "",
    }],
    config: { type: "object", properties: {}, required: [], additionalProperties: false },
  },
  load: async () => {
    const Other = processorClass("other-switch", "b/two.ts", await import("./b/two.ts"), "Other");
    return () => {
      const processor = new Other();
      return {
        processor,
        ports: new OtherSwitchPorts(processor),
        tick: () => processor.process(),
        configure: () => {},
      };
    };
  },
});

/** The ports of `pcm-source2`. */
export class PcmSource2Ports implements PortRegistry {
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

/** The configuration of `pcm-source2`. */
export type PcmSource2Config = Record<string, never>;

/** A `pcm-source2` in a graph. */
export type PcmSource2Handle = NodeHandle<{ audioIn: AudioFrame }, Record<never, never>>;

/** Starts with an acronym. */
export const pcmSource2: NodeType<PcmSource2Config, PcmSource2Handle> = defineNodeType<
  PcmSource2Config,
  PcmSource2Handle
>({
  descriptor: {
    type: "pcm-source2",
    className: "PCMSource2",
    source: "a/one.ts:29",
    description: "Starts with an acronym.",
    doc: "Starts with an acronym.",
    category: "a",
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
    config: { type: "object", properties: {}, required: [], additionalProperties: false },
  },
  load: async () => {
    const PCMSource2 = processorClass("pcm-source2", "a/one.ts", await import("./a/one.ts"), "PCMSource2");
    return () => {
      const processor = new PCMSource2();
      return {
        processor,
        ports: new PcmSource2Ports(processor),
        tick: () => processor.process(),
        configure: () => {},
      };
    };
  },
});

/** The ports of `switch`. */
export class SwitchPorts implements PortRegistry {
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

/** The configuration of `switch`. */
export type SwitchConfig = Record<string, never>;

/** A `switch` in a graph. */
export type SwitchHandle = NodeHandle<{ audioIn: AudioFrame }, Record<never, never>>;

/** Named by a word of the language. */
export const switchNode: NodeType<SwitchConfig, SwitchHandle> = defineNodeType<SwitchConfig, SwitchHandle>({
  descriptor: {
    type: "switch",
    className: "Switch",
    source: "a/one.ts:7",
    description: "Named by a word of the language.",
    doc: "Named by a word of the language.",
    category: "a",
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
    config: { type: "object", properties: {}, required: [], additionalProperties: false },
  },
  load: async () => {
    const Switch = processorClass("switch", "a/one.ts", await import("./a/one.ts"), "Switch");
    return () => {
      const processor = new Switch();
      return {
        processor,
        ports: new SwitchPorts(processor),
        tick: () => processor.process(),
        configure: () => {},
      };
    };
  },
});

/** The node types of this package, by name. Calling one with a configuration gives what `runtime.add()` takes. */
export const nodes: {
  readonly node: typeof node;
  readonly odd: typeof odd;
  readonly otherSwitch: typeof otherSwitch;
  readonly pcmSource2: typeof pcmSource2;
  readonly switch: typeof switchNode;
} = { node, odd, otherSwitch, pcmSource2, switch: switchNode };

/** This package, as a registry takes it. */
export const nodePackage: NodePackage = definePackage({
  name: "@example/names",
  url: import.meta.url,
  nodes: [node, odd, otherSwitch, pcmSource2, switchNode],
  sources: {
    "a/one.ts": "47c6f1c34deb8d37",
    "b/two.ts": "518ec978c05fe3e4",
    "sluice.json": "6a09a92a6be55f12",
  },
});
