// Made by "deno task codegen" from sluice.json and the files listed in "sources" at the end.
// Do not edit: change a processor class and run the command again.
// deno-fmt-ignore-file

/**
 * The node types of @example/commands. Importing this module loads none of their classes.
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
  StreamOutput,
} from "../../../../generated.ts";

/** The ports of `player`. */
export class PlayerPorts implements PortRegistry {
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

/** The configuration of `player`. */
export interface PlayerConfig {
  /** A string; "" by default. */
  readonly path?: string;
}

/** A `player` in a graph. */
export type PlayerHandle = NodeHandle<Record<never, never>, { audio: AudioFrame }>;

/** Plays files. */
export const player: NodeType<PlayerConfig, PlayerHandle> = defineNodeType<PlayerConfig, PlayerHandle>({
  descriptor: {
    type: "player",
    className: "Player",
    source: "player.ts:30",
    description: "Plays files.",
    doc: "Plays files.",
    category: "other",
    tags: [],
    mode: "loop",
    trigger: "any",
    lane: "worker",
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
      properties: { path: { type: "string", default: "" } },
      required: [],
      additionalProperties: false,
    },
    commands: {
      seek: {
        description: "Goes to a place.",
        args: {
          type: "object",
          properties: {
            positionMs: { type: "number", description: "From the start.", "x-unit": "ms" },
          },
          required: ["positionMs"],
          additionalProperties: false,
        },
      },
      hold: {
        description: "Stops the sound.",
        method: "pause",
        args: { type: "object", properties: {}, required: [], additionalProperties: false },
      },
      skip: {
        description: "Skips a part, and tells where it is then.",
        args: {
          type: "object",
          properties: {
            seconds: { type: "number", description: "How far.", minimum: 0, "x-unit": "s" },
            fade: {
              anyOf: [{ type: "number" }, {
                type: "string",
                pattern: "^(0|[1-9][0-9]*)(\\.[0-9]+)? ?(ns|us|ms|s|min|h)$",
              }],
              description: "How long it fades.",
              "x-unit": "ms",
              "x-duration": "ms",
            },
          },
          required: ["seconds"],
          additionalProperties: false,
        },
        answer: {
          type: "object",
          properties: {
            positionMs: { type: "number", description: "From the start.", "x-unit": "ms" },
          },
          required: ["positionMs"],
          additionalProperties: false,
        },
      },
      "next-file": {
        description: "Begins another file.",
        method: "next",
        args: {
          type: "object",
          properties: { path: { type: "string" }, loop: { type: "boolean" } },
          required: ["path"],
          additionalProperties: false,
        },
        answer: { anyOf: [{ type: "string" }, { type: "null" }] },
      },
    },
  },
  load: async () => {
    const Player = processorClass("player", "player.ts", await import("./player.ts"), "Player");
    return () => {
      const processor = new Player();
      return {
        processor,
        ports: new PlayerPorts(processor),
        tick: () => processor.process(),
        configure: (values) => {
          if (values.path !== undefined) processor.path = values.path as typeof processor.path;
        },
      };
    };
  },
});

/** The node types of this package, by name. Calling one with a configuration gives what `runtime.add()` takes. */
export const nodes: { readonly player: typeof player } = { player };

/** This package, as a registry takes it. */
export const nodePackage: NodePackage = definePackage({
  name: "@example/commands",
  url: import.meta.url,
  nodes: [player],
  sources: { "player.ts": "16a16e2ae813a67c", "sluice.json": "7e0ce220f463a32b" },
});
