/**
 * The node types of the stages that are built into the native library. They run on native lanes only: threads of the
 * library, with no JavaScript on them.
 *
 * @module
 */
import { SluiceError } from "../errors.ts";
import type { AudioFrame } from "../frames/audio_frame.ts";
import type { AudioFormat } from "../frames/format.ts";
import type { ConfigSchema, NodeDescriptor, PortDescriptor } from "../descriptor/descriptor.ts";
import type { NodeHandle } from "./handle.ts";
import { defineNodeType, definePackage, type NodePackage, type NodeType } from "./node_type.ts";

/** What is known of a native stage beside its descriptor. */
export interface NativeStage {
  /** Names of its own figures, in the order in which the stage gives them. */
  readonly figures: readonly string[];
  /** What its outputs will carry, as far as its configuration says so. */
  announces?(config: { readonly [key: string]: unknown }): AudioFormat;
}

/** Makes the node type of a stage by its name in the library. Tests use it for a stage that is not offered here. */
// deno-lint-ignore no-explicit-any -- the bound that every handle meets
export function defineNativeStage<C, H extends NodeHandle<any, any>>(
  parts: Pick<NodeDescriptor, "type" | "className" | "mode" | "inputs" | "outputs" | "figures"> & {
    readonly description: string;
    readonly properties: { readonly [key: string]: ConfigSchema };
  },
): NodeType<C, H> {
  const { properties, description, ...rest } = parts;
  return defineNodeType<C, H>({
    descriptor: {
      source: "core/registry/native_stages.ts",
      description,
      doc: description,
      category: "native",
      tags: ["native", "test"],
      trigger: "any",
      lane: "native",
      converts: [],
      isAsync: false,
      config: { type: "object", properties, required: [], additionalProperties: false },
      ...rest,
    },
    load: () => refuseLoading(parts.type),
  });
}

/** What a node type does that is a native stage, where a lane of TypeScript wants its class. */
export function refuseLoading(type: string): Promise<never> {
  const message = `Cannot load node type "${type}": it is a native stage, which runs on native lanes only`;
  return Promise.reject(new SluiceError("InvalidGraph", message));
}

const AUDIO_IN: PortDescriptor = audioPort("audioIn", "input", "Audio of any format.");
const AUDIO_OUT: PortDescriptor = audioPort("audioOut", "output", "The same frames.");

/** The figures of the stages that have some. */
const SOURCE_FIGURES = ["sent"];
const SINK_FIGURES = ["received", "corrupt", "disordered", "missing", "unflagged", "falselyFlagged", "last"];

/** The built-in stages: `runtime.add(nativeNodes.nativeGain({ gainDb: -6 }))`. */
export const nativeNodes: {
  /** Sends numbered blocks of audio whose samples follow from the number: the load for tests and measurements. */
  readonly nativeSource: NodeType<{
    /** Blocks to send; 0, the default: without end. */
    count?: number;
    /** Samples of each channel in a block; by default 1,024. */
    blockSize?: number;
    /** By default 48,000. */
    sampleRateHz?: number;
    /** 1 to 64; by default 1. */
    channels?: number;
    /** Keep to the clock in a live graph, one block each `blockSize / sampleRateHz` seconds; by default not. */
    paced?: boolean;
  }, NodeHandle<Record<never, never>, { audio: AudioFrame }>>;
  /** Hands every frame on. */
  readonly nativePass: NodeType<Record<never, never>, NodeHandle<{ audioIn: AudioFrame }, { audioOut: AudioFrame }>>;
  /** Makes audio louder or quieter; a change glides over one block. Copies a block only if others read it too. */
  readonly nativeGain: NodeType<{
    /** Gain in decibels, -120 to 24; by default 0. May be changed while it runs. */
    gainDb?: number;
  }, NodeHandle<{ audioIn: AudioFrame }, { audioOut: AudioFrame }>>;
  /**
   * Takes numbered blocks and counts what is wrong with them. Its figures (`NodeStats.figures`): `received`,
   * `corrupt`, `disordered`, `missing`, `unflagged`, `falselyFlagged`, `last`.
   */
  readonly nativeSink: NodeType<{
    /** Compare every sample with what the block's number tells; by default so. Else only the frames' numbers count. */
    checkSamples?: boolean;
    /** Blocks to take before it ends, while more may come; 0, the default: without end. */
    count?: number;
    /** Blocks to take in one tick at most, 0 to 64; 0, the default: as many as there are. */
    perTick?: number;
  }, NodeHandle<{ audio: AudioFrame }, Record<never, never>>>;
} = {
  nativeSource: defineNativeStage(
    {
      type: "native-source",
      className: "NativeSource",
      description: "Sends numbered blocks of audio whose samples follow from the number.",
      mode: "loop",
      figures: SOURCE_FIGURES,
      inputs: [],
      outputs: [audioPort("audio", "output", "The blocks.")],
      properties: {
        count: {
          type: "integer",
          minimum: 0,
          maximum: 4_294_967_296,
          default: 0,
          description: "Blocks to send; 0: no end.",
        },
        blockSize: {
          type: "integer",
          minimum: 2,
          maximum: 1_048_576,
          default: 1024,
          description: "Samples a channel.",
        },
        sampleRateHz: { type: "integer", minimum: 1, maximum: 4_294_967_295, default: 48_000, "x-unit": "Hz" },
        channels: { type: "integer", minimum: 1, maximum: 64, default: 1 },
        paced: { type: "boolean", default: false, description: "Keep to the clock in a live graph." },
      },
    },
  ),
  nativePass: defineNativeStage({
    type: "native-pass",
    className: "NativePass",
    description: "Hands every frame on.",
    mode: "push",
    inputs: [AUDIO_IN],
    outputs: [AUDIO_OUT],
    properties: {},
  }),
  nativeGain: defineNativeStage({
    type: "native-gain",
    className: "NativeGain",
    description: "Makes audio louder or quieter.",
    mode: "push",
    inputs: [AUDIO_IN],
    outputs: [audioPort("audioOut", "output", "The same, scaled.")],
    properties: {
      gainDb: { type: "number", minimum: -120, maximum: 24, default: 0, "x-unit": "dB", "x-live": true },
    },
  }),
  nativeSink: defineNativeStage({
    type: "native-sink",
    className: "NativeSink",
    figures: SINK_FIGURES,
    description: "Takes numbered blocks and counts what is wrong with them.",
    mode: "push",
    inputs: [audioPort("audio", "input", "Numbered blocks, such as native-source sends.")],
    outputs: [],
    properties: {
      checkSamples: { type: "boolean", default: true, description: "Compare every sample, not only numbers." },
      count: {
        type: "integer",
        minimum: 0,
        maximum: 4_294_967_296,
        default: 0,
        description: "Blocks to take; 0: no end.",
      },
      perTick: { type: "integer", minimum: 0, maximum: 64, default: 0, description: "Blocks in one tick; 0: all." },
    },
  }),
};

/** Their package, for registries. */
export const nativePackage: NodePackage = definePackage({
  name: "sluice-native",
  url: import.meta.url,
  nodes: Object.values(nativeNodes),
  sources: {},
});

const STAGES = new Map<string, NativeStage>([
  ["native-source", {
    figures: SOURCE_FIGURES,
    announces: ({ sampleRateHz, channels }) => ({
      kind: "audio",
      sampleRateHz: (sampleRateHz as number | undefined) ?? 48_000,
      channels: (channels as number | undefined) ?? 1,
    }),
  }],
  ["native-sink", { figures: SINK_FIGURES }],
]);

/** Enters what is known of a plugin's stage. The native library has seen to it that there is one of a name. */
export function enterNativeStage(type: string, stage: NativeStage): void {
  STAGES.set(type, stage);
}

const NO_FIGURES: NativeStage = { figures: [] };

/** What is known of the stage of a node type; for one that is not listed, that it has no figures. */
export function nativeStage(type: string): NativeStage {
  return STAGES.get(type) ?? NO_FIGURES;
}

function audioPort(name: string, direction: "input" | "output", doc: string): PortDescriptor {
  return { name, direction, kind: "audio", type: "AudioFrame", optional: false, burst: 1, doc };
}
