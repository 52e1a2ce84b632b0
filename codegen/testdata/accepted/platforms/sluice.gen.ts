// Made by "deno task codegen" from sluice.json and the files listed in "sources" at the end.
// Do not edit: change a processor class and run the command again.
// deno-fmt-ignore-file

/**
 * The node types of @example/platforms. Importing this module loads none of their classes.
 *
 * @module
 */
import { defineNodeType, definePackage, forPlatform, processorClass } from "../../../../generated.ts";
import type {
  AudioFrame,
  NodeHandle,
  NodeInstance,
  NodePackage,
  NodeSpec,
  NodeType,
  PortRegistry,
  PortVisitor,
  PortWiring,
  StreamOutput,
} from "../../../../generated.ts";

/** The ports of `camera`. */
export class CameraPorts implements PortRegistry {
  /** Names of the inputs, in the order of the class. */
  static readonly INPUT_NAMES: readonly [] = [];
  /** Names of the outputs, in the order of the class. */
  static readonly OUTPUT_NAMES: readonly ["audio"] = ["audio"];
  readonly #processor: { audio: StreamOutput<AudioFrame> };

  /**
   * Reads and assigns the ports of one instance.
   *
   * @param processor the instance, or anything with the same fields
   */
  constructor(processor: { audio: StreamOutput<AudioFrame> }) {
    this.#processor = processor;
  }

  /** The inputs by name. */
  inputs(): Record<never, never> {
    return {};
  }

  /** The outputs by name. */
  outputs(): { readonly audio: StreamOutput<AudioFrame> } {
    return { audio: this.#processor.audio };
  }

  /** Shows each port to a visitor. */
  visit(visitor: PortVisitor): void {
    visitor.output("audio", this.#processor.audio);
  }

  /** Assigns the ports to the fields of the class. */
  wire(wiring: PortWiring): void {
    this.#processor.audio = wiring.output("audio") as StreamOutput<AudioFrame>;
  }
}

/** The configuration of `camera`. */
export interface CameraConfig {
  /**
   * Which camera.
   *
   * A whole number of at least 0; 0 by default.
   */
  readonly index?: number;
}

/** A `camera` in a graph. */
export type CameraHandle = NodeHandle<Record<never, never>, { audio: AudioFrame }>;

/** Hears what the camera hears. */
export const camera: NodeType<CameraConfig, CameraHandle> = defineNodeType<CameraConfig, CameraHandle>({
  descriptor: {
    type: "camera",
    className: "AppleCamera",
    source: "camera_darwin.ts:7",
    description: "Hears what the camera hears.",
    doc: "Hears what the camera hears.",
    category: "other",
    tags: [],
    mode: "loop",
    trigger: "any",
    lane: "worker",
    platforms: ["darwin", "linux"],
    converts: [],
    isAsync: false,
    inputs: [],
    outputs: [{
      name: "audio",
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
        index: { type: "integer", description: "Which camera.", minimum: 0, default: 0 },
      },
      required: [],
      additionalProperties: false,
    },
  },
  load: () =>
    forPlatform<() => Promise<(config: NodeSpec["config"]) => NodeInstance>>("camera", {
      darwin: async () => {
        const AppleCamera = processorClass(
          "camera",
          "camera_darwin.ts",
          await import("./camera_darwin.ts"),
          "AppleCamera",
        );
        return () => {
          const processor = new AppleCamera();
          return {
            processor,
            ports: new CameraPorts(processor),
            tick: () => processor.process(),
            configure: (values) => {
              if (values.index !== undefined) processor.index = values.index as typeof processor.index;
            },
          };
        };
      },
      linux: async () => {
        const LinuxCamera = processorClass(
          "camera",
          "camera_linux.ts",
          await import("./camera_linux.ts"),
          "LinuxCamera",
        );
        return () => {
          const processor = new LinuxCamera();
          return {
            processor,
            ports: new CameraPorts(processor),
            tick: () => processor.process(),
            configure: (values) => {
              if (values.index !== undefined) processor.index = values.index as typeof processor.index;
            },
          };
        };
      },
    })(),
});

/** The node types of this package, by name. Calling one with a configuration gives what `runtime.add()` takes. */
export const nodes: { readonly camera: typeof camera } = { camera };

/** This package, as a registry takes it. */
export const nodePackage: NodePackage = definePackage({
  name: "@example/platforms",
  url: import.meta.url,
  nodes: [camera],
  sources: {
    "camera_darwin.ts": "af8554d2f3ccefc7",
    "camera_linux.ts": "4d401655e1d9959a",
    "sluice.json": "24476341b17f48be",
  },
});
