// Made by "deno task codegen" from sluice.json and the files listed in "sources" at the end.
// Do not edit: change a processor class and run the command again.
// deno-fmt-ignore-file

/**
 * The node types of @example/frame-kinds. Importing this module loads none of their classes.
 *
 * @module
 */
import { defineNodeType, definePackage, processorClass } from "../../../../generated.ts";
import type {
  EncodedFrame,
  NodeHandle,
  NodePackage,
  NodeType,
  PacketFrame,
  PortRegistry,
  PortVisitor,
  PortWiring,
  StreamInput,
  StreamOutput,
  VideoFrame,
} from "../../../../generated.ts";
import type { Motion } from "./camera.ts";

export type { Motion };

/** The ports of `camera`. */
export class CameraPorts implements PortRegistry {
  /** Names of the inputs, in the order of the class. */
  static readonly INPUT_NAMES: readonly ["videoIn", "encodedIn"] = ["videoIn", "encodedIn"];
  /** Names of the outputs, in the order of the class. */
  static readonly OUTPUT_NAMES: readonly ["videoOut", "encodedOut", "motion", "packets"] = [
    "videoOut",
    "encodedOut",
    "motion",
    "packets",
  ];
  readonly #processor: {
    videoIn: StreamInput<VideoFrame>;
    encodedIn: StreamInput<EncodedFrame>;
    videoOut: StreamOutput<VideoFrame>;
    encodedOut: StreamOutput<EncodedFrame>;
    motion: StreamOutput<PacketFrame<Motion>>;
    packets: StreamOutput<PacketFrame>;
  };

  /**
   * Reads and assigns the ports of one instance.
   *
   * @param processor the instance, or anything with the same fields
   */
  constructor(
    processor: {
      videoIn: StreamInput<VideoFrame>;
      encodedIn: StreamInput<EncodedFrame>;
      videoOut: StreamOutput<VideoFrame>;
      encodedOut: StreamOutput<EncodedFrame>;
      motion: StreamOutput<PacketFrame<Motion>>;
      packets: StreamOutput<PacketFrame>;
    },
  ) {
    this.#processor = processor;
  }

  /** The inputs by name. */
  inputs(): { readonly videoIn: StreamInput<VideoFrame>; readonly encodedIn: StreamInput<EncodedFrame> } {
    return { videoIn: this.#processor.videoIn, encodedIn: this.#processor.encodedIn };
  }

  /** The outputs by name. */
  outputs(): {
    readonly videoOut: StreamOutput<VideoFrame>;
    readonly encodedOut: StreamOutput<EncodedFrame>;
    readonly motion: StreamOutput<PacketFrame<Motion>>;
    readonly packets: StreamOutput<PacketFrame>;
  } {
    return {
      videoOut: this.#processor.videoOut,
      encodedOut: this.#processor.encodedOut,
      motion: this.#processor.motion,
      packets: this.#processor.packets,
    };
  }

  /** Shows each port to a visitor. */
  visit(visitor: PortVisitor): void {
    visitor.input("videoIn", this.#processor.videoIn);
    visitor.input("encodedIn", this.#processor.encodedIn);
    visitor.output("videoOut", this.#processor.videoOut);
    visitor.output("encodedOut", this.#processor.encodedOut);
    visitor.output("motion", this.#processor.motion);
    visitor.output("packets", this.#processor.packets);
  }

  /** Assigns the ports to the fields of the class. */
  wire(wiring: PortWiring): void {
    this.#processor.videoIn = wiring.input("videoIn") as StreamInput<VideoFrame>;
    this.#processor.encodedIn = wiring.input("encodedIn") as StreamInput<EncodedFrame>;
    this.#processor.videoOut = wiring.output("videoOut") as StreamOutput<VideoFrame>;
    this.#processor.encodedOut = wiring.output("encodedOut") as StreamOutput<EncodedFrame>;
    this.#processor.motion = wiring.output("motion") as StreamOutput<PacketFrame<Motion>>;
    this.#processor.packets = wiring.output("packets") as StreamOutput<PacketFrame>;
  }
}

/** The configuration of `camera`. */
export type CameraConfig = Record<string, never>;

/** A `camera` in a graph. */
export type CameraHandle = NodeHandle<
  { videoIn: VideoFrame; encodedIn: EncodedFrame },
  { videoOut: VideoFrame; encodedOut: EncodedFrame; motion: PacketFrame<Motion>; packets: PacketFrame }
>;

/** Carries frames of every kind but audio and data. */
export const camera: NodeType<CameraConfig, CameraHandle> = defineNodeType<CameraConfig, CameraHandle>({
  descriptor: {
    type: "camera",
    className: "Camera",
    source: "camera.ts:12",
    description: "Carries frames of every kind but audio and data.",
    doc: "Carries frames of every kind but audio and data.",
    category: "other",
    tags: [],
    mode: "push",
    trigger: "any",
    lane: "worker",
    converts: ["pixelFormat"],
    isAsync: false,
    inputs: [{
      name: "videoIn",
      direction: "input",
      kind: "video",
      type: "VideoFrame",
      optional: false,
      accepts: { pixelFormat: ["nv12", "i420"], frameRate: 30 },
      burst: 1,
      doc: "",
    }, {
      name: "encodedIn",
      direction: "input",
      kind: "encoded",
      type: "EncodedFrame",
      optional: true,
      accepts: { codec: "h264" },
      burst: 1,
      doc: "",
    }],
    outputs: [{
      name: "videoOut",
      direction: "output",
      kind: "video",
      type: "VideoFrame",
      optional: false,
      burst: 1,
      doc: "",
    }, {
      name: "encodedOut",
      direction: "output",
      kind: "encoded",
      type: "EncodedFrame",
      optional: false,
      burst: 1,
      doc: "",
    }, {
      name: "motion",
      direction: "output",
      kind: "packet",
      type: "PacketFrame<Motion>",
      schema: "Motion",
      optional: false,
      burst: 1,
      doc: "",
    }, {
      name: "packets",
      direction: "output",
      kind: "packet",
      type: "PacketFrame",
      schema: "unknown",
      optional: false,
      burst: 1,
      doc: "",
    }],
    config: { type: "object", properties: {}, required: [], additionalProperties: false },
  },
  load: async () => {
    const Camera = processorClass("camera", "camera.ts", await import("./camera.ts"), "Camera");
    return () => {
      const processor = new Camera();
      return {
        processor,
        ports: new CameraPorts(processor),
        tick: () => processor.process(),
        configure: () => {},
      };
    };
  },
});

/** The node types of this package, by name. Calling one with a configuration gives what `runtime.add()` takes. */
export const nodes: { readonly camera: typeof camera } = { camera };

/** This package, as a registry takes it. */
export const nodePackage: NodePackage = definePackage({
  name: "@example/frame-kinds",
  url: import.meta.url,
  nodes: [camera],
  sources: { "camera.ts": "3aea53e41d02cdc6", "sluice.json": "782f6d0521b59da4" },
});
