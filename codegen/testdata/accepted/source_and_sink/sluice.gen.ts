// Made by "deno task codegen" from sluice.json and the files listed in "sources" at the end.
// Do not edit: change a processor class and run the command again.
// deno-fmt-ignore-file

/**
 * The node types of @example/source-and-sink. Importing this module loads none of their classes.
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
  StreamOutput,
} from "../../../../generated.ts";

/** The ports of `file-sink`. */
export class FileSinkPorts implements PortRegistry {
  /** Names of the inputs, in the order of the class. */
  static readonly INPUT_NAMES: readonly ["audio"] = ["audio"];
  /** Names of the outputs, in the order of the class. */
  static readonly OUTPUT_NAMES: readonly [] = [];
  readonly #processor: { audio: StreamInput<AudioFrame> };

  /**
   * Reads and assigns the ports of one instance.
   *
   * @param processor the instance, or anything with the same fields
   */
  constructor(processor: { audio: StreamInput<AudioFrame> }) {
    this.#processor = processor;
  }

  /** The inputs by name. */
  inputs(): { readonly audio: StreamInput<AudioFrame> } {
    return { audio: this.#processor.audio };
  }

  /** The outputs by name. */
  outputs(): Record<never, never> {
    return {};
  }

  /** Shows each port to a visitor. */
  visit(visitor: PortVisitor): void {
    visitor.input("audio", this.#processor.audio);
  }

  /** Assigns the ports to the fields of the class. */
  wire(wiring: PortWiring): void {
    this.#processor.audio = wiring.input("audio") as StreamInput<AudioFrame>;
  }
}

/** The configuration of `file-sink`. */
export interface FileSinkConfig {
  /**
   * File to write.
   *
   * A non-empty string.
   */
  readonly path: string;
}

/** A `file-sink` in a graph. */
export type FileSinkHandle = NodeHandle<{ audio: AudioFrame }, Record<never, never>>;

/** Writes a file. */
export const fileSink: NodeType<FileSinkConfig, FileSinkHandle> = defineNodeType<FileSinkConfig, FileSinkHandle>({
  descriptor: {
    type: "file-sink",
    className: "FileSink",
    source: "file/file_sink.ts:8",
    description: "Writes a file.",
    doc: "Writes a file.",
    category: "storage",
    tags: [],
    mode: "push",
    trigger: "any",
    lane: "worker",
    converts: [],
    isAsync: true,
    inputs: [{
      name: "audio",
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
      properties: { path: { type: "string", description: "File to write.", minLength: 1 } },
      required: ["path"],
      additionalProperties: false,
    },
  },
  load: async () => {
    const FileSink = processorClass("file-sink", "file/file_sink.ts", await import("./file/file_sink.ts"), "FileSink");
    return () => {
      const processor = new FileSink();
      return {
        processor,
        ports: new FileSinkPorts(processor),
        tick: (context) => processor.process(context),
        configure: (values) => {
          if (values.path !== undefined) processor.path = values.path as typeof processor.path;
        },
      };
    };
  },
});

/** The ports of `file-source`. */
export class FileSourcePorts implements PortRegistry {
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

/** The configuration of `file-source`. */
export interface FileSourceConfig {
  /**
   * File to read.
   *
   * A non-empty string.
   */
  readonly path: string;
  /**
   * Where to start.
   *
   * A number of at least 0 ms.
   */
  readonly startMs?: number;
}

/** A `file-source` in a graph. */
export type FileSourceHandle = NodeHandle<Record<never, never>, { audio: AudioFrame }>;

/** Reads a file. */
export const fileSource: NodeType<FileSourceConfig, FileSourceHandle> = defineNodeType<
  FileSourceConfig,
  FileSourceHandle
>({
  descriptor: {
    type: "file-source",
    className: "FileSource",
    source: "file/file_source.ts:8",
    description: "Reads a file.",
    doc: "Reads a file.",
    category: "file",
    tags: [],
    mode: "loop",
    trigger: "any",
    lane: "main",
    converts: [],
    isAsync: true,
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
        path: { type: "string", description: "File to read.", minLength: 1 },
        startMs: { type: "number", description: "Where to start.", "x-unit": "ms", minimum: 0 },
      },
      required: ["path"],
      additionalProperties: false,
    },
  },
  load: async () => {
    const FileSource = processorClass(
      "file-source",
      "file/file_source.ts",
      await import("./file/file_source.ts"),
      "FileSource",
    );
    return () => {
      const processor = new FileSource();
      return {
        processor,
        ports: new FileSourcePorts(processor),
        tick: (context) => processor.process(context),
        configure: (values) => {
          if (values.path !== undefined) processor.path = values.path as typeof processor.path;
          if (values.startMs !== undefined) processor.startMs = values.startMs as typeof processor.startMs;
        },
      };
    };
  },
});

/** The node types of this package, by name. Calling one with a configuration gives what `runtime.add()` takes. */
export const nodes: { readonly fileSink: typeof fileSink; readonly fileSource: typeof fileSource } = {
  fileSink,
  fileSource,
};

/** This package, as a registry takes it. */
export const nodePackage: NodePackage = definePackage({
  name: "@example/source-and-sink",
  url: import.meta.url,
  nodes: [fileSink, fileSource],
  sources: {
    "file/file_sink.ts": "992a44291340457f",
    "file/file_source.ts": "8430d3de08742500",
    "sluice.json": "71c06f9d6d046778",
  },
});
