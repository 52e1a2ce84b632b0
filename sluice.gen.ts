// Made by "deno task codegen" from sluice.json and the files listed in "sources" at the end.
// Do not edit: change a processor class and run the command again.

/**
 * The node types of @sluice/sluice. Importing this module loads none of their classes.
 *
 * @module
 */
import { defineNodeType, definePackage } from "./core/generated_api.ts";
import type {
  AudioFrame,
  NodeHandle,
  NodePackage,
  NodeType,
  PortArray,
  PortRegistry,
  PortVisitor,
  PortWiring,
  StreamInput,
  StreamOutput,
} from "./core/generated_api.ts";
import type { Chunker } from "./processors/audio/chunker.ts";
import type { Gain } from "./processors/audio/gain.ts";
import type { Mixer } from "./processors/audio/mixer.ts";
import type { ToneSource } from "./processors/audio/tone_source.ts";
import type { WavSink } from "./processors/file/wav_sink.ts";
import type { WavSource } from "./processors/file/wav_source.ts";

/** The ports of `chunker`. */
export class ChunkerPorts implements PortRegistry {
  /** Names of the inputs, in the order of the class. */
  static readonly INPUT_NAMES: readonly ["audioIn"] = ["audioIn"];
  /** Names of the outputs, in the order of the class. */
  static readonly OUTPUT_NAMES: readonly ["audioOut"] = ["audioOut"];
  readonly #processor: { audioIn: StreamInput<AudioFrame>; audioOut: StreamOutput<AudioFrame> };

  /**
   * Reads and assigns the ports of one instance.
   *
   * @param processor the instance, or anything with the same fields
   */
  constructor(processor: { audioIn: StreamInput<AudioFrame>; audioOut: StreamOutput<AudioFrame> }) {
    this.#processor = processor;
  }

  /** The inputs by name. */
  inputs(): { readonly audioIn: StreamInput<AudioFrame> } {
    return { audioIn: this.#processor.audioIn };
  }

  /** The outputs by name. */
  outputs(): { readonly audioOut: StreamOutput<AudioFrame> } {
    return { audioOut: this.#processor.audioOut };
  }

  /** Shows each port to a visitor. */
  visit(visitor: PortVisitor): void {
    visitor.input("audioIn", this.#processor.audioIn);
    visitor.output("audioOut", this.#processor.audioOut);
  }

  /** Assigns the ports to the fields of the class. */
  wire(wiring: PortWiring): void {
    this.#processor.audioIn = wiring.input("audioIn") as StreamInput<AudioFrame>;
    this.#processor.audioOut = wiring.output("audioOut") as StreamOutput<AudioFrame>;
  }
}

/** The configuration of `chunker`. */
export interface ChunkerConfig {
  /**
   * Samples per channel in a block.
   *
   * A whole number from 1 to 16384 samples; 1024 by default.
   */
  readonly size?: number;
  /**
   * Fill a block that ends early with silence, instead of making it shorter.
   *
   * True or false; false by default.
   */
  readonly pad?: boolean;
}

/** A `chunker` in a graph. */
export type ChunkerHandle = NodeHandle<{ audioIn: AudioFrame }, { audioOut: AudioFrame }>;

/**
 * Cuts audio into blocks of one size.
 *
 * **Purpose.** Joins and splits blocks of any size into blocks of exactly `size` samples, sample for sample, for
 * nodes that want a certain size. A block's time is that of its first sample. No block reaches over a gap in the
 * stream, or over a change of format: there the block in work ends early, as at the end of the stream, and the next
 * one starts with the new samples.
 *
 * **Inputs.** `audioIn`: blocks of any size.
 *
 * **Outputs.** `audioOut`: blocks of `size` samples; one that ends early is shorter, or with `pad` filled up with
 * silence.
 *
 * **Config.** `size`, `pad`.
 *
 * **Example.**
 * ```json
 * { "frames": { "type": "chunker", "config": { "size": 480, "pad": true } } }
 * ```
 */
export const chunker: NodeType<ChunkerConfig, ChunkerHandle> = defineNodeType<ChunkerConfig, ChunkerHandle>({
  descriptor: {
    type: "chunker",
    className: "Chunker",
    source: "processors/audio/chunker.ts:34",
    description: "Cuts audio into blocks of one size.",
    doc:
      'Cuts audio into blocks of one size.\n\n**Purpose.** Joins and splits blocks of any size into blocks of exactly `size` samples, sample for sample, for\nnodes that want a certain size. A block\'s time is that of its first sample. No block reaches over a gap in the\nstream, or over a change of format: there the block in work ends early, as at the end of the stream, and the next\none starts with the new samples.\n\n**Inputs.** `audioIn`: blocks of any size.\n\n**Outputs.** `audioOut`: blocks of `size` samples; one that ends early is shorter, or with `pad` filled up with\nsilence.\n\n**Config.** `size`, `pad`.\n\n**Example.**\n```json\n{ "frames": { "type": "chunker", "config": { "size": 480, "pad": true } } }\n```',
    category: "audio",
    tags: ["audio", "block", "reblock", "buffer", "frame size"],
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
      name: "audioOut",
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
        size: {
          type: "integer",
          description: "Samples per channel in a block.",
          minimum: 1,
          maximum: 16384,
          "x-unit": "samples",
          default: 1024,
        },
        pad: {
          type: "boolean",
          description: "Fill a block that ends early with silence, instead of making it shorter.",
          default: false,
        },
      },
      required: [],
      additionalProperties: false,
    },
  },
  load: async () => {
    const { Chunker: Processor } = await import("./processors/audio/chunker.ts");
    return () => {
      const processor = new Processor();
      return {
        processor,
        ports: new ChunkerPorts(processor),
        tick: () => processor.process(),
        configure: (values) => {
          if (values.size !== undefined) processor.size = values.size as Chunker["size"];
          if (values.pad !== undefined) processor.pad = values.pad as Chunker["pad"];
        },
      };
    };
  },
});

/** The ports of `gain`. */
export class GainPorts implements PortRegistry {
  /** Names of the inputs, in the order of the class. */
  static readonly INPUT_NAMES: readonly ["audioIn"] = ["audioIn"];
  /** Names of the outputs, in the order of the class. */
  static readonly OUTPUT_NAMES: readonly ["audioOut"] = ["audioOut"];
  readonly #processor: { audioIn: StreamInput<AudioFrame>; audioOut: StreamOutput<AudioFrame> };

  /**
   * Reads and assigns the ports of one instance.
   *
   * @param processor the instance, or anything with the same fields
   */
  constructor(processor: { audioIn: StreamInput<AudioFrame>; audioOut: StreamOutput<AudioFrame> }) {
    this.#processor = processor;
  }

  /** The inputs by name. */
  inputs(): { readonly audioIn: StreamInput<AudioFrame> } {
    return { audioIn: this.#processor.audioIn };
  }

  /** The outputs by name. */
  outputs(): { readonly audioOut: StreamOutput<AudioFrame> } {
    return { audioOut: this.#processor.audioOut };
  }

  /** Shows each port to a visitor. */
  visit(visitor: PortVisitor): void {
    visitor.input("audioIn", this.#processor.audioIn);
    visitor.output("audioOut", this.#processor.audioOut);
  }

  /** Assigns the ports to the fields of the class. */
  wire(wiring: PortWiring): void {
    this.#processor.audioIn = wiring.input("audioIn") as StreamInput<AudioFrame>;
    this.#processor.audioOut = wiring.output("audioOut") as StreamOutput<AudioFrame>;
  }
}

/** The configuration of `gain`. */
export interface GainConfig {
  /**
   * Gain; -6.0206 halves.
   *
   * A number from -120 to 24 dB; 0 by default; may change while the node runs.
   */
  readonly gainDb?: number;
}

/** A `gain` in a graph. */
export type GainHandle = NodeHandle<{ audioIn: AudioFrame }, { audioOut: AudioFrame }>;

/**
 * Makes audio louder or quieter.
 *
 * **Purpose.** Multiplies every sample by one factor. A change while it runs glides over one block, so it does not
 * click. At 0 dB blocks pass untouched; otherwise they are changed in place unless another node reads them too.
 *
 * **Inputs.** `audioIn`: any rate and number of channels.
 *
 * **Outputs.** `audioOut`: the same, with the same times. It may go beyond full scale.
 *
 * **Config.** `gainDb` (live).
 *
 * **Example.**
 * ```json
 * { "louder": { "type": "gain", "config": { "gainDb": 6 } } }
 * ```
 */
export const gain: NodeType<GainConfig, GainHandle> = defineNodeType<GainConfig, GainHandle>({
  descriptor: {
    type: "gain",
    className: "Gain",
    source: "processors/audio/gain.ts:29",
    description: "Makes audio louder or quieter.",
    doc:
      'Makes audio louder or quieter.\n\n**Purpose.** Multiplies every sample by one factor. A change while it runs glides over one block, so it does not\nclick. At 0 dB blocks pass untouched; otherwise they are changed in place unless another node reads them too.\n\n**Inputs.** `audioIn`: any rate and number of channels.\n\n**Outputs.** `audioOut`: the same, with the same times. It may go beyond full scale.\n\n**Config.** `gainDb` (live).\n\n**Example.**\n```json\n{ "louder": { "type": "gain", "config": { "gainDb": 6 } } }\n```',
    category: "audio",
    tags: ["audio", "volume", "level", "amplify"],
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
      name: "audioOut",
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
        gainDb: {
          type: "number",
          description: "Gain; -6.0206 halves.",
          minimum: -120,
          maximum: 24,
          "x-unit": "dB",
          default: 0,
          "x-live": true,
        },
      },
      required: [],
      additionalProperties: false,
    },
  },
  load: async () => {
    const { Gain: Processor } = await import("./processors/audio/gain.ts");
    return () => {
      const processor = new Processor();
      return {
        processor,
        ports: new GainPorts(processor),
        tick: () => processor.process(),
        configure: (values) => {
          if (values.gainDb !== undefined) processor.gainDb = values.gainDb as Gain["gainDb"];
        },
      };
    };
  },
});

/** The ports of `mixer`. */
export class MixerPorts implements PortRegistry {
  /** Names of the inputs, in the order of the class. */
  static readonly INPUT_NAMES: readonly ["audioIn"] = ["audioIn"];
  /** Names of the outputs, in the order of the class. */
  static readonly OUTPUT_NAMES: readonly ["audioOut"] = ["audioOut"];
  readonly #processor: { audioIn: StreamInput<AudioFrame>[]; audioOut: StreamOutput<AudioFrame> };

  /**
   * Reads and assigns the ports of one instance.
   *
   * @param processor the instance, or anything with the same fields
   */
  constructor(processor: { audioIn: StreamInput<AudioFrame>[]; audioOut: StreamOutput<AudioFrame> }) {
    this.#processor = processor;
  }

  /** The inputs by name. */
  inputs(): { readonly audioIn: readonly StreamInput<AudioFrame>[] } {
    return { audioIn: this.#processor.audioIn };
  }

  /** The outputs by name. */
  outputs(): { readonly audioOut: StreamOutput<AudioFrame> } {
    return { audioOut: this.#processor.audioOut };
  }

  /** Shows each port to a visitor. */
  visit(visitor: PortVisitor): void {
    for (const port of this.#processor.audioIn) visitor.input(port.name, port);
    visitor.output("audioOut", this.#processor.audioOut);
  }

  /** Assigns the ports to the fields of the class. */
  wire(wiring: PortWiring): void {
    this.#processor.audioIn = wiring.inputs("audioIn") as StreamInput<AudioFrame>[];
    this.#processor.audioOut = wiring.output("audioOut") as StreamOutput<AudioFrame>;
  }
}

/** The configuration of `mixer`. */
export interface MixerConfig {
  /**
   * `sum` adds the samples; `average` divides the sum by the number of inputs that are connected, ended ones too.
   *
   * One of "sum", "average"; "sum" by default.
   */
  readonly strategy?: "sum" | "average";
  /**
   * Channels of the mix; 0 for as many as the widest input has.
   *
   * A whole number from 0 to 64; 0 by default.
   */
  readonly channels?: number;
}

/** A `mixer` in a graph. */
export type MixerHandle = NodeHandle<{ audioIn: PortArray<AudioFrame, 8> }, { audioOut: AudioFrame }>;

/**
 * Adds several streams of audio.
 *
 * **Purpose.** Mixes up to eight streams of one sample rate into one, aligned by the times of their samples: a stream
 * that starts later, or has a gap, is silent there. Blocks may have any sizes. A stream that ends early is silent
 * from then on; the mix ends with the last one. Mono streams are put on both channels of a wider mix.
 *
 * **Inputs.** `audioIn_0` to `audioIn_7`, each optional: one sample rate for all of them; mono, or as many channels
 * as the mix has.
 *
 * **Outputs.** `audioOut`: the mix, in blocks as long as all streams reach. It may go beyond full scale.
 *
 * **Config.** `strategy`, `channels`.
 *
 * **Example.**
 * ```json
 * { "mix": { "type": "mixer", "config": { "strategy": "average" } } }
 * ```
 */
export const mixer: NodeType<MixerConfig, MixerHandle> = defineNodeType<MixerConfig, MixerHandle>({
  descriptor: {
    type: "mixer",
    className: "Mixer",
    source: "processors/audio/mixer.ts:35",
    description: "Adds several streams of audio.",
    doc:
      'Adds several streams of audio.\n\n**Purpose.** Mixes up to eight streams of one sample rate into one, aligned by the times of their samples: a stream\nthat starts later, or has a gap, is silent there. Blocks may have any sizes. A stream that ends early is silent\nfrom then on; the mix ends with the last one. Mono streams are put on both channels of a wider mix.\n\n**Inputs.** `audioIn_0` to `audioIn_7`, each optional: one sample rate for all of them; mono, or as many channels\nas the mix has.\n\n**Outputs.** `audioOut`: the mix, in blocks as long as all streams reach. It may go beyond full scale.\n\n**Config.** `strategy`, `channels`.\n\n**Example.**\n```json\n{ "mix": { "type": "mixer", "config": { "strategy": "average" } } }\n```',
    category: "audio",
    tags: ["audio", "mix", "sum", "add", "join"],
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
      array: 8,
      optional: true,
      burst: 1,
      doc: "",
    }],
    outputs: [{
      name: "audioOut",
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
        strategy: {
          enum: ["sum", "average"],
          description:
            "`sum` adds the samples; `average` divides the sum by the number of inputs that are connected, ended ones too.",
          default: "sum",
        },
        channels: {
          type: "integer",
          description: "Channels of the mix; 0 for as many as the widest input has.",
          minimum: 0,
          maximum: 64,
          default: 0,
        },
      },
      required: [],
      additionalProperties: false,
    },
  },
  load: async () => {
    const { Mixer: Processor } = await import("./processors/audio/mixer.ts");
    return () => {
      const processor = new Processor();
      return {
        processor,
        ports: new MixerPorts(processor),
        tick: () => processor.process(),
        configure: (values) => {
          if (values.strategy !== undefined) processor.strategy = values.strategy as Mixer["strategy"];
          if (values.channels !== undefined) processor.channels = values.channels as Mixer["channels"];
        },
      };
    };
  },
});

/** The ports of `tone-source`. */
export class ToneSourcePorts implements PortRegistry {
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

/** The configuration of `tone-source`. */
export interface ToneSourceConfig {
  /**
   * Frequency.
   *
   * A number from 0 to 96000 Hz; 440 by default; may change while the node runs.
   */
  readonly frequencyHz?: number;
  /**
   * Peak, where 1 is full scale.
   *
   * A number from 0 to 1; 0.5 by default; may change while the node runs.
   */
  readonly amplitude?: number;
  /**
   * Shape of the wave.
   *
   * One of "sine", "square", "saw", "triangle"; "sine" by default; may change while the node runs.
   */
  readonly waveform?: "sine" | "square" | "saw" | "triangle";
  /**
   * Samples a second in each channel.
   *
   * A whole number from 1 to 768000 Hz; 48000 by default.
   */
  readonly sampleRateHz?: number;
  /**
   * Number of channels.
   *
   * A whole number from 1 to 64; 1 by default.
   */
  readonly channels?: number;
  /**
   * Samples per channel in a block.
   *
   * A whole number from 1 to 16384 samples; 1024 by default.
   */
  readonly blockSize?: number;
  /**
   * How long the tone lasts, rounded to whole samples; without it, for ever.
   *
   * A number of at least 0 s.
   */
  readonly durationSeconds?: number;
}

/** A `tone-source` in a graph. */
export type ToneSourceHandle = NodeHandle<Record<never, never>, { audio: AudioFrame }>;

/**
 * Makes a test tone.
 *
 * **Purpose.** A sine, square, sawtooth or triangle wave, the same on every channel, for ever or for a given time.
 * Changes of frequency while it runs keep the phase; changes of amplitude glide over one block. Square and sawtooth
 * are not band-limited. In a live graph blocks come at the pace of the clock, offline as fast as the graph takes
 * them: an offline graph needs `durationSeconds`, or something else that ends it.
 *
 * **Inputs.** None.
 *
 * **Outputs.** `audio`: blocks of `blockSize` samples, the last one shorter where the tone ends.
 *
 * **Config.** `frequencyHz`, `amplitude`, `waveform` (all live), `sampleRateHz`, `channels`, `blockSize`,
 * `durationSeconds`.
 *
 * **Example.**
 * ```json
 * { "tone": { "type": "tone-source", "config": { "frequencyHz": 1000, "amplitude": 0.1, "durationSeconds": 5 } } }
 * ```
 */
export const toneSource: NodeType<ToneSourceConfig, ToneSourceHandle> = defineNodeType<
  ToneSourceConfig,
  ToneSourceHandle
>({
  descriptor: {
    type: "tone-source",
    className: "ToneSource",
    source: "processors/audio/tone_source.ts:34",
    description: "Makes a test tone.",
    doc:
      'Makes a test tone.\n\n**Purpose.** A sine, square, sawtooth or triangle wave, the same on every channel, for ever or for a given time.\nChanges of frequency while it runs keep the phase; changes of amplitude glide over one block. Square and sawtooth\nare not band-limited. In a live graph blocks come at the pace of the clock, offline as fast as the graph takes\nthem: an offline graph needs `durationSeconds`, or something else that ends it.\n\n**Inputs.** None.\n\n**Outputs.** `audio`: blocks of `blockSize` samples, the last one shorter where the tone ends.\n\n**Config.** `frequencyHz`, `amplitude`, `waveform` (all live), `sampleRateHz`, `channels`, `blockSize`,\n`durationSeconds`.\n\n**Example.**\n```json\n{ "tone": { "type": "tone-source", "config": { "frequencyHz": 1000, "amplitude": 0.1, "durationSeconds": 5 } } }\n```',
    category: "audio",
    tags: ["audio", "generator", "sine", "test", "oscillator"],
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
      properties: {
        frequencyHz: {
          type: "number",
          description: "Frequency.",
          minimum: 0,
          maximum: 96000,
          "x-unit": "Hz",
          default: 440,
          "x-live": true,
        },
        amplitude: {
          type: "number",
          description: "Peak, where 1 is full scale.",
          minimum: 0,
          maximum: 1,
          default: 0.5,
          "x-live": true,
        },
        waveform: {
          enum: ["sine", "square", "saw", "triangle"],
          description: "Shape of the wave.",
          default: "sine",
          "x-live": true,
        },
        sampleRateHz: {
          type: "integer",
          description: "Samples a second in each channel.",
          minimum: 1,
          maximum: 768000,
          "x-unit": "Hz",
          default: 48000,
        },
        channels: {
          type: "integer",
          description: "Number of channels.",
          minimum: 1,
          maximum: 64,
          default: 1,
        },
        blockSize: {
          type: "integer",
          description: "Samples per channel in a block.",
          minimum: 1,
          maximum: 16384,
          "x-unit": "samples",
          default: 1024,
        },
        durationSeconds: {
          type: "number",
          description: "How long the tone lasts, rounded to whole samples; without it, for ever.",
          minimum: 0,
          "x-unit": "s",
        },
      },
      required: [],
      additionalProperties: false,
    },
  },
  load: async () => {
    const { ToneSource: Processor } = await import("./processors/audio/tone_source.ts");
    return () => {
      const processor = new Processor();
      return {
        processor,
        ports: new ToneSourcePorts(processor),
        tick: (context) => processor.process(context),
        configure: (values) => {
          if (values.frequencyHz !== undefined) processor.frequencyHz = values.frequencyHz as ToneSource["frequencyHz"];
          if (values.amplitude !== undefined) processor.amplitude = values.amplitude as ToneSource["amplitude"];
          if (values.waveform !== undefined) processor.waveform = values.waveform as ToneSource["waveform"];
          if (values.sampleRateHz !== undefined) {
            processor.sampleRateHz = values.sampleRateHz as ToneSource["sampleRateHz"];
          }
          if (values.channels !== undefined) processor.channels = values.channels as ToneSource["channels"];
          if (values.blockSize !== undefined) processor.blockSize = values.blockSize as ToneSource["blockSize"];
          if (values.durationSeconds !== undefined) {
            processor.durationSeconds = values.durationSeconds as ToneSource["durationSeconds"];
          }
        },
      };
    };
  },
});

/** The ports of `wav-sink`. */
export class WavSinkPorts implements PortRegistry {
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

/** The configuration of `wav-sink`. */
export interface WavSinkConfig {
  /**
   * File to write; a relative path starts at the working directory. The directory must be there.
   *
   * A non-empty string.
   */
  readonly path: string;
  /**
   * How samples stand in the file: unsigned or signed integers, or floats, of so many bits. `auto` is `f32`, which loses nothing.
   *
   * One of "auto", "u8", "s16", "s24", "s32", "f32", "f64"; "auto" by default.
   */
  readonly format?: "auto" | "u8" | "s16" | "s24" | "s32" | "f32" | "f64";
}

/** A `wav-sink` in a graph. */
export type WavSinkHandle = NodeHandle<{ audio: AudioFrame }, Record<never, never>>;

/**
 * Writes a WAV file.
 *
 * **Purpose.** Records audio as `NAME.partial`, which is a readable WAV file at any moment, and renames it to `NAME`
 * when the stream has ended. A run that is broken off leaves `NAME.partial` with what was recorded, and an older
 * `NAME` as it was. Files of more than 4 GiB become RF64.
 *
 * **Inputs.** `audio`: 1 to 8 channels; the format may not change in mid-stream.
 *
 * **Outputs.** None.
 *
 * **Config.** `path`, `format`. Integer formats clamp to full scale; how many samples that hit is logged at the end.
 * A stream that ends without a frame makes an empty file if its format was announced, else none.
 *
 * **Example.**
 * ```json
 * { "out": { "type": "wav-sink", "config": { "path": "out/demo.wav", "format": "s16" } } }
 * ```
 */
export const wavSink: NodeType<WavSinkConfig, WavSinkHandle> = defineNodeType<WavSinkConfig, WavSinkHandle>({
  descriptor: {
    type: "wav-sink",
    className: "WavSink",
    source: "processors/file/wav_sink.ts:42",
    description: "Writes a WAV file.",
    doc:
      'Writes a WAV file.\n\n**Purpose.** Records audio as `NAME.partial`, which is a readable WAV file at any moment, and renames it to `NAME`\nwhen the stream has ended. A run that is broken off leaves `NAME.partial` with what was recorded, and an older\n`NAME` as it was. Files of more than 4 GiB become RF64.\n\n**Inputs.** `audio`: 1 to 8 channels; the format may not change in mid-stream.\n\n**Outputs.** None.\n\n**Config.** `path`, `format`. Integer formats clamp to full scale; how many samples that hit is logged at the end.\nA stream that ends without a frame makes an empty file if its format was announced, else none.\n\n**Example.**\n```json\n{ "out": { "type": "wav-sink", "config": { "path": "out/demo.wav", "format": "s16" } } }\n```',
    category: "file",
    tags: ["wav", "file", "audio", "write", "record"],
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
    }],
    outputs: [],
    config: {
      type: "object",
      properties: {
        path: {
          type: "string",
          description: "File to write; a relative path starts at the working directory. The directory must be there.",
          minLength: 1,
        },
        format: {
          enum: ["auto", "u8", "s16", "s24", "s32", "f32", "f64"],
          description:
            "How samples stand in the file: unsigned or signed integers, or floats, of so many bits. `auto` is `f32`, which loses nothing.",
          default: "auto",
        },
      },
      required: ["path"],
      additionalProperties: false,
    },
  },
  load: async () => {
    const { WavSink: Processor } = await import("./processors/file/wav_sink.ts");
    return () => {
      const processor = new Processor();
      return {
        processor,
        ports: new WavSinkPorts(processor),
        tick: () => processor.process(),
        configure: (values) => {
          if (values.path !== undefined) processor.path = values.path as WavSink["path"];
          if (values.format !== undefined) processor.format = values.format as WavSink["format"];
        },
      };
    };
  },
});

/** The ports of `wav-source`. */
export class WavSourcePorts implements PortRegistry {
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

/** The configuration of `wav-source`. */
export interface WavSourceConfig {
  /**
   * File to read; a relative path starts at the working directory.
   *
   * A non-empty string.
   */
  readonly path: string;
  /**
   * Samples per channel in a block.
   *
   * A whole number from 1 to 16384 samples; 1024 by default.
   */
  readonly blockSize?: number;
}

/** A `wav-source` in a graph. */
export type WavSourceHandle = NodeHandle<Record<never, never>, { audio: AudioFrame }>;

/**
 * Reads a WAV file.
 *
 * **Purpose.** Plays RIFF/WAVE and RF64 files into the graph: 8, 16, 24 and 32-bit integers, 32 and 64-bit floats, 1
 * to 8 channels, extensible headers. The file is read block by block, never as a whole. In a live graph blocks come
 * at the pace of the media, offline as fast as the graph takes them. A file that is not right is refused at setup
 * with the byte where it goes wrong.
 *
 * **Inputs.** None.
 *
 * **Outputs.** `audio`: blocks of `blockSize` samples, the last one shorter. Integers of n bits are divided by
 * 2^(n-1); 32-bit integers and 64-bit floats are rounded to 32-bit float.
 *
 * **Config.** `path`, `blockSize`.
 *
 * **Example.**
 * ```json
 * { "speech": { "type": "wav-source", "config": { "path": "speech.wav" } } }
 * ```
 */
export const wavSource: NodeType<WavSourceConfig, WavSourceHandle> = defineNodeType<WavSourceConfig, WavSourceHandle>({
  descriptor: {
    type: "wav-source",
    className: "WavSource",
    source: "processors/file/wav_source.ts:35",
    description: "Reads a WAV file.",
    doc:
      'Reads a WAV file.\n\n**Purpose.** Plays RIFF/WAVE and RF64 files into the graph: 8, 16, 24 and 32-bit integers, 32 and 64-bit floats, 1\nto 8 channels, extensible headers. The file is read block by block, never as a whole. In a live graph blocks come\nat the pace of the media, offline as fast as the graph takes them. A file that is not right is refused at setup\nwith the byte where it goes wrong.\n\n**Inputs.** None.\n\n**Outputs.** `audio`: blocks of `blockSize` samples, the last one shorter. Integers of n bits are divided by\n2^(n-1); 32-bit integers and 64-bit floats are rounded to 32-bit float.\n\n**Config.** `path`, `blockSize`.\n\n**Example.**\n```json\n{ "speech": { "type": "wav-source", "config": { "path": "speech.wav" } } }\n```',
    category: "file",
    tags: ["wav", "file", "audio", "read", "play"],
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
      properties: {
        path: {
          type: "string",
          description: "File to read; a relative path starts at the working directory.",
          minLength: 1,
        },
        blockSize: {
          type: "integer",
          description: "Samples per channel in a block.",
          minimum: 1,
          maximum: 16384,
          "x-unit": "samples",
          default: 1024,
        },
      },
      required: ["path"],
      additionalProperties: false,
    },
  },
  load: async () => {
    const { WavSource: Processor } = await import("./processors/file/wav_source.ts");
    return () => {
      const processor = new Processor();
      return {
        processor,
        ports: new WavSourcePorts(processor),
        tick: (context) => processor.process(context),
        configure: (values) => {
          if (values.path !== undefined) processor.path = values.path as WavSource["path"];
          if (values.blockSize !== undefined) processor.blockSize = values.blockSize as WavSource["blockSize"];
        },
      };
    };
  },
});

/** The node types of this package, by name. Calling one with a configuration gives what `runtime.add()` takes. */
export const nodes: {
  readonly chunker: typeof chunker;
  readonly gain: typeof gain;
  readonly mixer: typeof mixer;
  readonly toneSource: typeof toneSource;
  readonly wavSink: typeof wavSink;
  readonly wavSource: typeof wavSource;
} = { chunker, gain, mixer, toneSource, wavSink, wavSource };

/** This package, as a registry takes it. */
export const nodePackage: NodePackage = definePackage({
  name: "@sluice/sluice",
  url: import.meta.url,
  nodes: [chunker, gain, mixer, toneSource, wavSink, wavSource],
  sources: {
    "processors/audio/chunker.ts": "062228e942f4e542",
    "processors/audio/gain.ts": "e861950467982c73",
    "processors/audio/mixer.ts": "b4b2627b799fa952",
    "processors/audio/tone_source.ts": "58cd1fc1f6611559",
    "processors/file/wav_sink.ts": "e3c797131cbf2809",
    "processors/file/wav_source.ts": "77781d58ce712270",
    "sluice.json": "38d8c866ab4d4905",
  },
});
