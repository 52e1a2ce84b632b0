/**
 * Node types made by hand: a description, and a class whose fields have the names of ports and configuration keys. No
 * code is generated.
 *
 * @module
 */
import type { AudioFrame } from "../frames/audio_frame.ts";
import type { DataFrame } from "../frames/data_frame.ts";
import type { EncodedFrame } from "../frames/encoded_frame.ts";
import type { FrameKind } from "../frames/format.ts";
import { KIND_FACTS } from "../frames/kinds.ts";
import type { PacketFrame } from "../frames/packet_frame.ts";
import type { VideoFrame } from "../frames/video_frame.ts";
import type { StreamInput, StreamOutput } from "../ports/stream.ts";
import type { Processor } from "../processor.ts";
import { type ConfigSchema, isList, type NodeDescriptor, type PortDescriptor } from "../descriptor/descriptor.ts";
import { assertClass, assertMadeType } from "./check_made_type.ts";
import type { DynamicPort, NodeHandle } from "./handle.ts";
import { defineNodeType, type NodeInstance, type NodeType, type PortRegistry, type PortWiring } from "./node_type.ts";

/** A port of a node type made by hand: the kind of its frames, and its differences from the defaults. */
export type MadePort = { readonly kind: FrameKind } & Partial<Omit<PortDescriptor, "name" | "direction" | "kind">>;

/** Ports by name. */
export interface MadePorts {
  /** A port, by the name of its field. */
  readonly [name: string]: MadePort;
}

/** A node type made by hand. */
export interface MadeType<I extends MadePorts, O extends MadePorts>
  extends Partial<Omit<NodeDescriptor, "type" | "inputs" | "outputs" | "config" | "takesConfig">> {
  /** The registered name, in kebab case. */
  readonly type: string;
  /** Its inputs. */
  readonly inputs?: I;
  /** Its outputs. */
  readonly outputs?: O;
  /** The JSON Schemas of its configuration keys; those without a `default` are required. */
  readonly config?: { readonly [key: string]: ConfigSchema };
  /** Imports the class. Each lane that runs such a node calls it once. */
  readonly load: () => Promise<new () => Processor>;
}

/** The type of the frames of each kind. */
export interface FramesByKind {
  /** Frames of kind `audio`. */
  readonly audio: AudioFrame;
  /** Frames of kind `video`. */
  readonly video: VideoFrame;
  /** Frames of kind `encoded`. */
  readonly encoded: EncodedFrame;
  /** Frames of kind `packet`. */
  readonly packet: PacketFrame;
  /** Frames of kind `data`. */
  readonly data: DataFrame;
}

/** The frames of ports, as in a handle. */
export type MadeFrames<P extends MadePorts> = {
  readonly [K in keyof P]: P[K] extends { readonly dynamic: object } ? DynamicPort<FramesByKind[P[K]["kind"]]>
    : P[K] extends { readonly array: number } ? readonly FramesByKind[P[K]["kind"]][]
    : FramesByKind[P[K]["kind"]];
};

/**
 * Makes a node type by hand. Nodes of it run on worker lanes if it is in a package whose module exports it as
 * `nodePackage`: `definePackage({ name: "mine", url: import.meta.url, nodes: [noise], sources: {} })`.
 *
 * @example
 * ```ts
 * import { makeNodeType } from "@sluice/sluice/generated";
 * import type { StreamInput } from "@sluice/sluice";
 *
 * class Counter {
 *   audio!: StreamInput;
 *   count = 0;
 *   process(): void {
 *     while (this.audio.read() !== undefined) this.count++;
 *   }
 * }
 * const counter = makeNodeType({
 *   type: "counter",
 *   inputs: { audio: { kind: "audio" } },
 *   load: () => Promise.resolve(Counter),
 * });
 * console.log(counter().type.descriptor.inputs[0].type); // AudioFrame
 * ```
 *
 * @throws {SluiceError} `InvalidConfig` for a part that is missing, unknown or of a wrong shape, and for a name used
 * twice among inputs, outputs and configuration keys
 */
export function makeNodeType<
  const I extends MadePorts = Record<never, never>,
  const O extends MadePorts = Record<never, never>,
>(
  made: MadeType<I, O>,
): NodeType<{ readonly [key: string]: unknown }, NodeHandle<MadeFrames<I>, MadeFrames<O>>> {
  assertMadeType(made);
  const { inputs, outputs, config = {}, load, ...parts } = made;
  const descriptor: NodeDescriptor = {
    className: parts.type,
    source: "",
    description: "",
    doc: parts.description ?? "",
    category: "other",
    tags: [],
    mode: inputs === undefined ? "loop" : "push",
    trigger: "any",
    lane: "worker",
    converts: [],
    isAsync: false,
    ...parts,
    inputs: portsOf("input", inputs),
    outputs: portsOf("output", outputs),
    config: {
      type: "object",
      properties: config,
      required: Object.keys(config).filter((key) => config[key].default === undefined),
      additionalProperties: false,
    },
  };
  return defineNodeType({
    descriptor,
    load: async () => {
      const Class = await load();
      assertClass(descriptor.type, Class);
      return () => plainInstance(new Class(), descriptor);
    },
  });
}

function portsOf(direction: "input" | "output", ports: MadePorts = {}): PortDescriptor[] {
  return Object.entries(ports).map(([name, port]) => ({
    type: KIND_FACTS[port.kind].frame,
    optional: port.array !== undefined || port.dynamic !== undefined,
    burst: 1,
    doc: "",
    ...(["data", "packet"].includes(port.kind) && { schema: "unknown" }),
    ...port,
    name,
    direction,
  }));
}

/** Makes an instance whose fields hold ports and values by name. */
export function plainInstance(processor: Processor, descriptor: NodeDescriptor): NodeInstance {
  const fields = processor as unknown as Record<string, unknown>;
  return {
    processor,
    ports: new FieldPorts(fields, descriptor),
    tick: (context) => processor.process(context),
    configure: (values) => void Object.assign(fields, values),
  };
}

/** Keeps ports in the fields with their names. */
class FieldPorts implements PortRegistry {
  readonly #fields: Record<string, unknown>;
  readonly #descriptor: NodeDescriptor;

  constructor(fields: Record<string, unknown>, descriptor: NodeDescriptor) {
    this.#fields = fields;
    this.#descriptor = descriptor;
  }

  inputs(): { readonly [name: string]: StreamInput | readonly StreamInput[] } {
    return this.#pick(this.#descriptor.inputs);
  }

  outputs(): { readonly [name: string]: StreamOutput | readonly StreamOutput[] } {
    return this.#pick(this.#descriptor.outputs);
  }

  visit(visitor: Parameters<PortRegistry["visit"]>[0]): void {
    for (const [name, ports] of Object.entries(this.inputs())) {
      for (const port of [ports].flat() as StreamInput[]) visitor.input(name, port);
    }
    for (const [name, ports] of Object.entries(this.outputs())) {
      for (const port of [ports].flat() as StreamOutput[]) visitor.output(name, port);
    }
  }

  wire(wiring: PortWiring): void {
    for (const port of this.#descriptor.inputs) {
      this.#fields[port.name] = isList(port) ? wiring.inputs(port.name) : wiring.input(port.name);
    }
    for (const port of this.#descriptor.outputs) {
      this.#fields[port.name] = isList(port) ? wiring.outputs(port.name) : wiring.output(port.name);
    }
  }

  #pick<P>(ports: readonly PortDescriptor[]): { readonly [name: string]: P } {
    return Object.fromEntries(ports.map(({ name }) => [name, this.#fields[name] as P]));
  }
}
